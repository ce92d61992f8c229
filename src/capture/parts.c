/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Connected dark parts by runs: each row's runs are joined with the touching ones above in a
 * union-find forest.
 */
#include <stdlib.h>

#include "grey_internal.h"

struct run {
	int x0, x1; /* x1 behind the last */
	int parent;
};

struct forest {
	struct mk_part *part; /* one a label */
	int *parent;
	int count, cap;
};

static int
root(struct forest *f, int i)
{
	while (f->parent[i] != i) {
		f->parent[i] = f->parent[f->parent[i]];
		i = f->parent[i];
	}
	return i;
}

static int
grow(struct forest *f)
{
	int cap = f->cap == 0 ? 1024 : f->cap * 2;
	struct mk_part *part = realloc(f->part, (size_t)cap * sizeof *part);
	if (part == NULL)
		return -1;
	f->part = part;
	int *parent = realloc(f->parent, (size_t)cap * sizeof *parent);
	if (parent == NULL)
		return -1;
	f->parent = parent;
	f->cap = cap;
	return 0;
}

static void
add_run(struct mk_part *p, int x0, int x1, int y)
{
	if (x0 < p->r.x0)
		p->r.x0 = x0;
	if (x1 > p->r.x1)
		p->r.x1 = x1;
	if (y < p->r.y0)
		p->r.y0 = y;
	if (y + 1 > p->r.y1)
		p->r.y1 = y + 1;
	p->area += x1 - x0;
}

static void
join(struct forest *f, int a, int b)
{
	a = root(f, a);
	b = root(f, b);
	if (a == b)
		return;
	struct mk_part *p = &f->part[a], *q = &f->part[b];
	int area = p->area + q->area;
	add_run(p, q->r.x0, q->r.x1, q->r.y0);
	add_run(p, q->r.x0, q->r.x1, q->r.y1 - 1);
	p->area = area;
	f->parent[b] = a;
}

static int
new_part(struct forest *f, int x0, int x1, int y)
{
	if (f->count == f->cap && grow(f) < 0)
		return -1;
	f->part[f->count] = (struct mk_part){{x0, y, x1, y + 1}, x1 - x0};
	f->parent[f->count] = f->count;
	return f->count++;
}

/* Runs of row y, each with a label; `above` are those of the row before. */
static int
scan_row(struct forest *f, const struct mk_grey *b, int y, const struct run *above, int na,
    struct run *out)
{
	const uint8_t *p = b->px + (size_t)y * (size_t)b->w;
	int n = 0, k = 0;
	for (int x = 0; x < b->w;) {
		if (p[x] != 0) {
			x++;
			continue;
		}
		int x0 = x;
		while (x < b->w && p[x] == 0)
			x++;
		int label = -1;
		while (k < na && above[k].x1 < x0)
			k++;
		for (int i = k; i < na && above[i].x0 <= x; i++) {
			if (label < 0) {
				label = root(f, above[i].parent);
				add_run(&f->part[label], x0, x, y);
			} else {
				join(f, label, above[i].parent);
				label = root(f, label);
			}
		}
		if (label < 0 && (label = new_part(f, x0, x, y)) < 0)
			return -1;
		out[n++] = (struct run){x0, x, label};
	}
	return n;
}

int
mk_parts(const struct mk_grey *b, int max, struct mk_part **out)
{
	struct forest f = {NULL, NULL, 0, 0};
	int n = -1, count = 0;
	*out = NULL;
	struct run *a = malloc(((size_t)b->w / 2 + 2) * sizeof *a),
		   *c = malloc(((size_t)b->w / 2 + 2) * sizeof *c);
	if (b->px == NULL || a == NULL || c == NULL)
		goto out;
	n = 0;
	for (int y = 0; y < b->h && n >= 0; y++) {
		struct run *t = a;
		n = scan_row(&f, b, y, a, n, c);
		a = c;
		c = t;
	}
	if (n < 0)
		goto out;
	for (int i = 0; i < f.count && count < max; i++)
		if (f.parent[i] == i)
			f.part[count++] = f.part[i];
	n = count;
	*out = f.part;
	f.part = NULL;
out:
	free(f.part);
	free(f.parent);
	free(a);
	free(c);
	return n;
}
