/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a copier, an optic, a sensor and a file format take from a picture. Works on pixels only. */
#include "specimen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint8_t
level(double v)
{
	return (uint8_t)(v <= 0 ? 0 : v >= 255 ? 255 : (int)(v + 0.5));
}

/* One pass of a convolution along rows or columns, edges repeated. */
static void
convolve(const uint8_t *in, uint8_t *out, size_t n, size_t step, const double *kernel, int radius)
{
	for (size_t i = 0; i < n; i++) {
		double sum = 0;

		for (int k = -radius; k <= radius; k++) {
			long at = (long)i + k;

			at = at < 0 ? 0 : at >= (long)n ? (long)n - 1 : at;
			sum += kernel[k + radius] * in[(size_t)at * step];
		}
		out[i] = level(sum);
	}
}

static int
blur(struct spec_picture *p, double sigma)
{
	int radius = (int)ceil(sigma * 3);
	size_t longest = p->w > p->h ? p->w : p->h;
	double *kernel = malloc(sizeof(double) * (size_t)(2 * radius + 1)), sum = 0;
	uint8_t *line = malloc(longest);

	if (kernel == NULL || line == NULL) {
		free(kernel);
		free(line);
		return -1;
	}
	for (int k = -radius; k <= radius; k++)
		sum += kernel[k + radius] = exp(-k * k / (2 * sigma * sigma));
	for (int k = 0; k <= 2 * radius; k++)
		kernel[k] /= sum;
	for (unsigned c = 0; c < p->ch; c++) {
		for (size_t y = 0; y < p->h; y++) {
			uint8_t *at = p->px + y * p->w * p->ch + c;

			convolve(at, line, p->w, p->ch, kernel, radius);
			for (size_t x = 0; x < p->w; x++)
				at[x * p->ch] = line[x];
		}
		for (size_t x = 0; x < p->w; x++) {
			uint8_t *at = p->px + x * p->ch + c;
			size_t step = (size_t)p->w * p->ch;

			convolve(at, line, p->h, step, kernel, radius);
			for (size_t y = 0; y < p->h; y++)
				at[y * step] = line[y];
		}
	}
	free(kernel);
	free(line);
	return 0;
}

/* Near-Gaussian: the sum of four uniform 16-bit parts of one draw, scaled to deviation 1. */
static double
gauss(struct spec_rng *r)
{
	uint64_t v = spec_rng_next(r);
	double s = (double)((v & 0xffff) + ((v >> 16) & 0xffff) + ((v >> 32) & 0xffff) + (v >> 48));

	return (s / 65536.0 - 2.0) * 1.7320508;
}

static void
noise(struct spec_picture *p, double sigma, struct spec_rng *r)
{
	size_t n = (size_t)p->w * p->h * p->ch;

	for (size_t i = 0; i < n; i++)
		p->px[i] = level(p->px[i] + sigma * gauss(r));
}

/* A second-generation copy: hard contrast, specks of toner, a line from a dirty drum. */
static void
copy(struct spec_picture *p, double dpi, struct spec_rng *r)
{
	double gain = spec_rng_range(r, 1.5, 2.1), mid = spec_rng_range(r, 128, 150);
	size_t n = (size_t)p->w * p->h, line = spec_rng_below(r, p->w);
	size_t specks = (size_t)((double)n * (300 / dpi) * (300 / dpi) * 1e-4);
	unsigned size = dpi > 400 ? 3 : 2;

	for (size_t i = 0; i < n; i++) {
		uint8_t *at = p->px + i * p->ch;
		double v = p->ch == 3 ? 0.3 * at[0] + 0.59 * at[1] + 0.11 * at[2] : at[0];

		memset(at, level((v - mid) * gain + 140), p->ch);
	}
	for (size_t i = 0; i < specks; i++) {
		unsigned x = spec_rng_below(r, p->w), y = spec_rng_below(r, p->h);

		for (unsigned d = 0; d < size && x + d < p->w; d++)
			memset(p->px + ((size_t)y * p->w + x + d) * p->ch, 60, p->ch);
	}
	for (size_t y = 0; y < p->h; y++)
		memset(p->px + (y * p->w + line) * p->ch, 170, p->ch);
}

static void
threshold(struct spec_picture *p, unsigned at)
{
	size_t n = (size_t)p->w * p->h * p->ch;

	for (size_t i = 0; i < n; i++)
		p->px[i] = p->px[i] < at ? 0 : 255;
}

int
spec_degrade(struct spec_picture *pic, const struct spec_job *job)
{
	struct spec_rng r;

	spec_rng_init(&r, job->seed, job->index, 'N');
	if (job->copy) {
		if (blur(pic, job->dpi / 330) != 0)
			return -1;
		copy(pic, job->dpi, &r);
	}
	if (job->blur > 0 && blur(pic, job->blur) != 0)
		return -1;
	if (job->noise > 0)
		noise(pic, job->noise, &r);
	if (job->jpeg > 0 && spec_jpeg_loss(pic, job->jpeg) != 0)
		return -1;
	if (job->mode == SPEC_LINEART)
		threshold(pic, 115 + spec_rng_below(&r, 40));
	return 0;
}
