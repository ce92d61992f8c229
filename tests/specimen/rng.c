/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The generator behind every drawn thing: xoshiro256** seeded through splitmix64 (Blackman and
 * Vigna, public domain description). Not for secrets.
 */
#include "specimen.h"

static uint64_t
splitmix(uint64_t *x)
{
	uint64_t z = (*x += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static uint64_t
rotl(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

void
spec_rng_init(struct spec_rng *r, uint64_t seed, uint64_t index, char stream)
{
	uint64_t x = seed;

	x = splitmix(&x) ^ index;
	x = splitmix(&x) ^ (uint64_t)(unsigned char)stream;
	for (size_t i = 0; i < 4; i++)
		r->s[i] = splitmix(&x);
}

uint64_t
spec_rng_next(struct spec_rng *r)
{
	uint64_t *s = r->s;
	uint64_t out = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return out;
}

unsigned
spec_rng_below(struct spec_rng *r, unsigned n)
{
	return (unsigned)(((spec_rng_next(r) >> 32) * n) >> 32);
}

double
spec_rng_range(struct spec_rng *r, double lo, double hi)
{
	return lo + (hi - lo) * (double)(spec_rng_next(r) >> 11) * 0x1.0p-53;
}

bool
spec_rng_chance(struct spec_rng *r, double p)
{
	return spec_rng_range(r, 0, 1) < p;
}
