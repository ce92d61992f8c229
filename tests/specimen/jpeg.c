/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loss of JPEG without its bytes: 8x8 blocks through the cosine transform and the quantisation
 * of ITU-T T.81 annex K. Used where a stored PNM or PNG shall look as if it had once been a JPEG.
 */
#include "specimen.h"

#include <math.h>

static const int luma[64] = {16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13,
    16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24,
    35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103,
    99};
static const int chroma[64] = {17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24,
    26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99};

static double basis[8][8];

static void
basis_init(void)
{
	for (int u = 0; u < 8; u++)
		for (int x = 0; x < 8; x++)
			basis[u][x] =
			    (u == 0 ? sqrt(0.125) : 0.5) * cos((2 * x + 1) * u * M_PI / 16);
}

/* out = B in B^T, or with back = true its inverse. */
static void
transform(double a[64], bool back)
{
	double t[64];

	for (int i = 0; i < 8; i++)
		for (int u = 0; u < 8; u++) {
			double s = 0;

			for (int x = 0; x < 8; x++)
				s += a[i * 8 + x] * (back ? basis[x][u] : basis[u][x]);
			t[i * 8 + u] = s;
		}
	for (int i = 0; i < 8; i++)
		for (int u = 0; u < 8; u++) {
			double s = 0;

			for (int x = 0; x < 8; x++)
				s += t[x * 8 + i] * (back ? basis[x][u] : basis[u][x]);
			a[u * 8 + i] = s;
		}
}

static double
step_of(int base, int quality)
{
	int scale = quality < 50 ? 5000 / quality : 200 - 2 * quality,
	    q = (base * scale + 50) / 100;

	return q < 1 ? 1 : q > 255 ? 255 : q;
}

static void
lose(double block[64], const int *table, int quality)
{
	transform(block, false);
	for (int i = 0; i < 64; i++) {
		double q = step_of(table[i], quality);

		block[i] = round(block[i] / q) * q;
	}
	transform(block, true);
}

static uint8_t
level(double v)
{
	return (uint8_t)(v <= 0 ? 0 : v >= 255 ? 255 : (int)(v + 0.5));
}

static void
to_ycc(double p[3][64], int i, bool back)
{
	double a = p[0][i], b = p[1][i], c = p[2][i];

	if (back) {
		p[0][i] = a + 1.402 * c;
		p[1][i] = a - 0.344136 * b - 0.714136 * c;
		p[2][i] = a + 1.772 * b;
		return;
	}
	p[0][i] = 0.299 * a + 0.587 * b + 0.114 * c;
	p[1][i] = -0.168736 * a - 0.331264 * b + 0.5 * c;
	p[2][i] = 0.5 * a - 0.418688 * b - 0.081312 * c;
}

static void
lose_block(struct spec_picture *pic, unsigned bx, unsigned by, int quality)
{
	double p[3][64];
	uint8_t *at[64];

	for (unsigned i = 0; i < 64; i++) {
		unsigned x = bx + i % 8, y = by + i / 8;

		x = x < pic->w ? x : pic->w - 1;
		y = y < pic->h ? y : pic->h - 1;
		at[i] = pic->px + ((size_t)y * pic->w + x) * pic->ch;
		for (unsigned c = 0; c < pic->ch; c++)
			p[c][i] = at[i][c] - 128.0;
	}
	for (int i = 0; i < 64 && pic->ch == 3; i++)
		to_ycc(p, i, false);
	for (unsigned c = 0; c < pic->ch; c++)
		lose(p[c], c == 0 ? luma : chroma, quality);
	for (int i = 0; i < 64; i++) {
		if (pic->ch == 3)
			to_ycc(p, i, true);
		if (bx + (unsigned)i % 8 < pic->w && by + (unsigned)i / 8 < pic->h)
			for (unsigned c = 0; c < pic->ch; c++)
				at[i][c] = level(p[c][i] + 128);
	}
}

int
spec_jpeg_loss(struct spec_picture *pic, int quality)
{
	basis_init();
	for (unsigned y = 0; y < pic->h; y += 8)
		for (unsigned x = 0; x < pic->w; x += 8)
			lose_block(pic, x, y, quality);
	return 0;
}
