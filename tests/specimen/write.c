/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files: PNM and PNG pictures, and the truth as one JSON object a line. */
#include "specimen.h"

#include <math.h>
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

const char *const spec_layout_name[SPEC_LAYOUTS] = {
    "card-back", "card-front", "tsuchi", "juminhyo", "both"};
const char *const spec_fault_name[SPEC_FAULTS] = {"none", "masked", "badcheck", "qrconflict"};
const char *const spec_mode_name[SPEC_MODES] = {"gray", "color", "lineart"};

/* Rows of 1 bit a pixel, most significant first; set means black when ink is true. */
static void
pack_row(const uint8_t *row, unsigned w, bool ink, uint8_t *out)
{
	memset(out, 0, (w + 7) / 8);
	for (unsigned x = 0; x < w; x++)
		if ((row[x] < 128) == ink)
			out[x / 8] = (uint8_t)(out[x / 8] | (0x80 >> (x % 8)));
}

static int
write_pnm(const struct spec_picture *pic, bool bits, FILE *f)
{
	size_t stride = (size_t)pic->w * pic->ch, line = bits ? (pic->w + 7) / 8 : stride;
	uint8_t *packed = malloc(line);

	if (packed == NULL)
		return -1;
	if (bits)
		fprintf(f, "P4\n%u %u\n", pic->w, pic->h);
	else
		fprintf(f, "P%d\n%u %u\n255\n", pic->ch == 3 ? 6 : 5, pic->w, pic->h);
	for (unsigned y = 0; y < pic->h; y++) {
		const uint8_t *row = pic->px + y * stride;

		if (bits)
			pack_row(row, pic->w, true, packed);
		fwrite(bits ? packed : row, 1, line, f);
	}
	free(packed);
	return ferror(f) ? -1 : 0;
}

static void
png_rows(png_structp png, const struct spec_picture *pic, bool bits, uint8_t *packed)
{
	for (unsigned y = 0; y < pic->h; y++) {
		const uint8_t *row = pic->px + (size_t)y * pic->w * pic->ch;

		if (bits)
			pack_row(row, pic->w, false, packed);
		png_write_row(png, bits ? packed : row);
	}
}

static int
write_png(const struct spec_picture *pic, bool bits, double dpi, FILE *f)
{
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png != NULL ? png_create_info_struct(png) : NULL;
	uint8_t *const packed = malloc((size_t)pic->w / 8 + 1);
	png_uint_32 ppm = (png_uint_32)lround(dpi / 0.0254);

	if (info == NULL || packed == NULL || setjmp(png_jmpbuf(png))) {
		png_destroy_write_struct(&png, &info);
		free(packed);
		return -1;
	}
	png_init_io(png, f);
	png_set_compression_level(png, 4);
	png_set_IHDR(png, info, pic->w, pic->h, bits ? 1 : 8,
	    pic->ch == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
	    PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_set_pHYs(png, info, ppm, ppm, PNG_RESOLUTION_METER);
	png_write_info(png, info);
	png_rows(png, pic, bits, packed);
	png_write_end(png, info);
	png_destroy_write_struct(&png, &info);
	free(packed);
	return ferror(f) ? -1 : 0;
}

int
spec_write_picture(const struct spec_picture *pic, const struct spec_job *job, FILE *f)
{
	bool bits = job->mode == SPEC_LINEART;

	return job->format == SPEC_PNG ? write_png(pic, bits, job->dpi, f)
				       : write_pnm(pic, bits, f);
}

static void
put_string(FILE *f, const char *key, const char *v)
{
	fprintf(f, ", \"%s\": ", key);
	if (v == NULL) {
		fputs("null", f);
		return;
	}
	putc('"', f);
	for (; *v != '\0'; v++) {
		unsigned char c = (unsigned char)*v;

		if (c == '"' || c == '\\')
			fprintf(f, "\\%c", c);
		else if (c < 0x20)
			fprintf(f, "\\u%04x", c);
		else
			putc(c, f);
	}
	putc('"', f);
}

static void
put_date(FILE *f, const char *key, const struct spec_date *d)
{
	char text[48];

	snprintf(text, sizeof(text), "%04d-%02d-%02d", d->y, d->m, d->d);
	put_string(f, key, text);
}

static void
put_quads(FILE *f, const char *key, const struct spec_sheet *s)
{
	fprintf(f, ", \"%s\": {", key);
	for (size_t i = 0; i < s->fields; i++) {
		const struct spec_field *q = &s->field[i];

		fprintf(f, "%s\"%s\": [", i > 0 ? ", " : "", q->name);
		for (int k = 0; k < 4; k++)
			fprintf(
			    f, "%s[%.1f, %.1f]", k > 0 ? ", " : "", q->quad[k][0], q->quad[k][1]);
		putc(']', f);
	}
	putc('}', f);
}

static double
turn(double degrees)
{
	double t = fmod(degrees, 360);

	return t < 0 ? t + 360 : t;
}

void
spec_write_truth(FILE *f, const char *file, const struct spec_picture *pic,
    const struct spec_job *job, const struct spec_print *t, const struct spec_sheet *sheets,
    size_t n)
{
	bool front = job->layout == SPEC_CARD_FRONT, hidden = job->fault == SPEC_MASKED;
	bool has_qr = job->layout == SPEC_CARD_BACK || job->layout == SPEC_BOTH;
	bool sound = job->fault == SPEC_SOUND && !front;

	fprintf(f, "{\"seed\": %llu, \"index\": %u", (unsigned long long)job->seed, job->index);
	put_string(f, "file", file);
	put_string(f, "layout", spec_layout_name[job->layout]);
	put_string(f, "expect", sound ? "read" : "reject");
	put_string(f, "fault", job->fault == SPEC_SOUND ? NULL : spec_fault_name[job->fault]);
	put_string(f, "condition", spec_cond_name[job->cond]);
	put_string(f, "number", front || hidden ? NULL : t->number);
	put_string(f, "qr", has_qr && !hidden ? t->qr : NULL);
	put_string(f, "person_number", t->who.number);
	put_string(f, "name", t->who.name);
	put_string(f, "kana", t->who.kana);
	put_string(f, "address", t->who.address);
	put_date(f, "birth", &t->who.birth);
	put_string(f, "birth_text", t->birth_text);
	put_string(f, "sex", t->who.sex);
	put_date(f, "expires", &t->who.expires);
	fprintf(f, ", \"dpi\": %g, \"rotation\": %.2f", job->dpi, turn(job->rotate + job->skew));
	put_string(f, "mode", spec_mode_name[job->mode]);
	put_string(f, "number_font", sheets[0].number_font);
	fprintf(f, ", \"width\": %u, \"height\": %u", pic->w, pic->h);
	put_quads(f, "quads", &sheets[0]);
	if (n > 1)
		put_quads(f, "quads_front", &sheets[1]);
	fputs("}\n", f);
}
