/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of specimen: parses and checks it, prints help and usage errors. Opens nothing.
 */
#include "specimen.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "specimen - draws invented cards with an Individual Number as scans, and their truth\n"
    "\n"
    "  specimen --out DIR [options]     N pictures of one layout\n"
    "  specimen --stack DIR [options]   a demo stack: N card backs of N persons, lightly worn\n"
    "\n"
    "What is drawn\n"
    "  --layout L        card-back (default), card-front, tsuchi, juminhyo, both (front and back, "
    "A4)\n"
    "  --fault F         none, masked (number under tape), badcheck (wrong check digit),\n"
    "                    qrconflict (QR of another number; card-back and both only)\n"
    "  --seed S          luck of everything (default 1); same seed, same bytes on the same "
    "machine\n"
    "  --count N         pictures (default 1)\n"
    "  --start I         first index (default 1): picture I of a seed is the same in any run, and\n"
    "                    every layout of (seed, I) shows the same person\n"
    "  --names K         any (default; some foreign residents), ja, roman\n"
    "  --with L,L,..     after a stack, one more picture of each of these layouts\n"
    "How it lies on the glass\n"
    "  --dpi D           75 to 1200 (default 300)\n"
    "  --sheet B         card (bed of 140 x 100 mm, default) or a4\n"
    "  --tight           bed of 96 x 64 mm, a little larger than a card (default of a stack)\n"
    "  --lid K           white (default) or dark\n"
    "  --rotate DEG      clockwise; the bed turns along in steps of 90\n"
    "  --skew DEG        clockwise, on top; the bed stays\n"
    "  --place X,Y       mm from the upper left of the picture to the turned sheet's bounding box\n"
    "How it is worn\n"
    "  --condition C     given (default: only the options), natural, skew, rot, noise, blur, "
    "jpeg,\n"
    "                    glare, copy, stain, lineart, hard (2-3 of them), any (by seed); on top "
    "of\n"
    "                    the options. All but given include a slight skew, noise and blur.\n"
    "  --noise SIGMA     levels of 255         --blur SIGMA   pixels\n"
    "  --jpeg Q          loss of quality 1-100 --glare --copy --stain\n"
    "Files\n"
    "  --format F        pnm (default: .pgm, .ppm or .pbm) or png\n"
    "  --mode M          gray (default), color, lineart (1 bit)\n"
    "  --truth FILE      JSON lines; '-' is standard output (default DIR/truth.jsonl)\n"
    "  --help\n"
    "\n"
    "All persons and numbers are invented. Status: 0 done, 1 a picture or file failed, 2 usage.\n";

enum {
	O_LAYOUT = 256,
	O_FAULT,
	O_SEED,
	O_COUNT,
	O_START,
	O_NAMES,
	O_WITH,
	O_DPI,
	O_SHEET,
	O_TIGHT,
	O_LID,
	O_ROTATE,
	O_SKEW,
	O_PLACE,
	O_COND,
	O_NOISE,
	O_BLUR,
	O_JPEG,
	O_GLARE,
	O_COPY,
	O_STAIN,
	O_FORMAT,
	O_MODE,
	O_TRUTH,
	O_OUT,
	O_STACK,
	O_HELP
};

static const struct option longs[] = {{"layout", required_argument, NULL, O_LAYOUT},
    {"fault", required_argument, NULL, O_FAULT}, {"seed", required_argument, NULL, O_SEED},
    {"count", required_argument, NULL, O_COUNT}, {"start", required_argument, NULL, O_START},
    {"names", required_argument, NULL, O_NAMES}, {"with", required_argument, NULL, O_WITH},
    {"dpi", required_argument, NULL, O_DPI}, {"sheet", required_argument, NULL, O_SHEET},
    {"tight", no_argument, NULL, O_TIGHT}, {"lid", required_argument, NULL, O_LID},
    {"rotate", required_argument, NULL, O_ROTATE}, {"skew", required_argument, NULL, O_SKEW},
    {"place", required_argument, NULL, O_PLACE}, {"condition", required_argument, NULL, O_COND},
    {"noise", required_argument, NULL, O_NOISE}, {"blur", required_argument, NULL, O_BLUR},
    {"jpeg", required_argument, NULL, O_JPEG}, {"glare", no_argument, NULL, O_GLARE},
    {"copy", no_argument, NULL, O_COPY}, {"stain", no_argument, NULL, O_STAIN},
    {"format", required_argument, NULL, O_FORMAT}, {"mode", required_argument, NULL, O_MODE},
    {"truth", required_argument, NULL, O_TRUTH}, {"out", required_argument, NULL, O_OUT},
    {"stack", required_argument, NULL, O_STACK}, {"help", no_argument, NULL, O_HELP},
    {NULL, 0, NULL, 0}};

static _Noreturn void
usage(const char *what, const char *value)
{
	fprintf(stderr, "specimen: %s '%s'; see specimen --help\n", what, value);
	exit(2);
}

static double
number_arg(const char *s, double lo, double hi)
{
	char *end;
	double v = strtod(s, &end);

	if (end == s || *end != '\0' || !isfinite(v) || v < lo || v > hi)
		usage("not a number in range:", s);
	return v;
}

static uint64_t
count_arg(const char *s, uint64_t lo, uint64_t hi)
{
	char *end;
	unsigned long long v;

	errno = 0;
	v = strtoull(s, &end, 10);
	if (s[0] < '0' || s[0] > '9' || *end != '\0' || errno != 0 || v < lo || v > hi)
		usage("not a count in range:", s);
	return v;
}

static unsigned
word_arg(const char *s, const char *const *words, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (strcmp(s, words[i]) == 0)
			return i;
	usage("not one of its words:", s);
}

static void
with_arg(struct spec_opts *o, const char *s)
{
	while (*s != '\0') {
		size_t n = strcspn(s, ",");
		char word[24];

		snprintf(word, sizeof(word), "%.*s", (int)(n < 23 ? n : 23), s);
		o->with[word_arg(word, spec_layout_name, SPEC_LAYOUTS)] = true;
		s += n + (s[n] == ',');
	}
}

static void
place_arg(struct spec_job *job, const char *s)
{
	const char *comma = strchr(s, ',');
	char x[32];

	if (comma == NULL || comma - s >= (long)sizeof(x))
		usage("not X,Y:", s);
	snprintf(x, sizeof(x), "%.*s", (int)(comma - s), s);
	job->place_x = number_arg(x, -300, 1000);
	job->place_y = number_arg(comma + 1, -300, 1000);
	job->placed = true;
}

static bool
scan_option(struct spec_job *job, int c, const char *arg)
{
	static const char *const bed[] = {"card", "a4"}, *const lid[] = {"white", "dark"};

	switch (c) {
	case O_DPI:
		job->dpi = number_arg(arg, 75, 1200);
		return true;
	case O_SHEET:
		job->bed = (enum spec_bed)word_arg(arg, bed, SPEC_BEDS);
		return true;
	case O_TIGHT:
		job->tight = true;
		return true;
	case O_LID:
		job->lid = (enum spec_lid)word_arg(arg, lid, SPEC_LIDS);
		return true;
	case O_ROTATE:
		job->rotate = number_arg(arg, -360, 360);
		return true;
	case O_SKEW:
		job->skew = number_arg(arg, -45, 45);
		return true;
	case O_PLACE:
		place_arg(job, arg);
		return true;
	default:
		return false;
	}
}

static bool
wear_option(struct spec_job *job, int c, const char *arg)
{
	switch (c) {
	case O_COND:
		job->cond = (enum spec_cond)word_arg(arg, spec_cond_name, SPEC_CONDS);
		return true;
	case O_NOISE:
		job->noise = number_arg(arg, 0, 128);
		return true;
	case O_BLUR:
		job->blur = number_arg(arg, 0, 20);
		return true;
	case O_JPEG:
		job->jpeg = (int)count_arg(arg, 1, 100);
		return true;
	case O_GLARE:
		job->glare = true;
		return true;
	case O_COPY:
		job->copy = true;
		return true;
	case O_STAIN:
		job->stain = true;
		return true;
	default:
		return false;
	}
}

static void
other_option(struct spec_opts *o, int c, const char *arg)
{
	static const char *const names[] = {"any", "ja", "roman"}, *const format[] = {"pnm", "png"};
	struct spec_job *job = &o->job;

	switch (c) {
	case O_LAYOUT:
		job->layout = (enum spec_layout)word_arg(arg, spec_layout_name, SPEC_LAYOUTS);
		break;
	case O_FAULT:
		job->fault = (enum spec_fault)word_arg(arg, spec_fault_name, SPEC_FAULTS);
		break;
	case O_SEED:
		job->seed = count_arg(arg, 0, UINT64_MAX);
		break;
	case O_COUNT:
		o->count = (unsigned)count_arg(arg, 0, 100000);
		break;
	case O_START:
		o->start = (unsigned)count_arg(arg, 1, 1000000);
		break;
	case O_NAMES:
		job->names = (enum spec_names)word_arg(arg, names, SPEC_NAMES);
		break;
	case O_WITH:
		with_arg(o, arg);
		break;
	case O_FORMAT:
		job->format = (enum spec_format)word_arg(arg, format, SPEC_FORMATS);
		break;
	case O_MODE:
		job->mode = (enum spec_mode)word_arg(arg, spec_mode_name, SPEC_MODES);
		break;
	case O_TRUTH:
		o->truth = arg;
		break;
	case O_STACK:
		o->stack = true;
		o->out = arg;
		break;
	case O_OUT:
		o->out = arg;
		break;
	case O_HELP:
		fputs(help, stdout);
		exit(0);
	default:
		exit(2);
	}
}

void
spec_options(struct spec_opts *o, int argc, char **argv)
{
	int c;

	*o = (struct spec_opts){.job = {.seed = 1, .dpi = 300}, .count = 1, .start = 1};
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--stack") == 0 || strncmp(argv[i], "--stack=", 8) == 0) {
			o->job.cond = SPEC_NATURAL;
			o->job.tight = true;
			o->job.names = SPEC_NAMES_JA;
			o->count = 5;
		}
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		if (!scan_option(&o->job, c, optarg) && !wear_option(&o->job, c, optarg))
			other_option(o, c, optarg);
	if (optind < argc)
		usage("unexpected", argv[optind]);
	if (o->out == NULL)
		usage("missing option", "--out DIR or --stack DIR");
	if (o->job.fault == SPEC_QRCONFLICT && o->job.layout != SPEC_CARD_BACK &&
	    o->job.layout != SPEC_BOTH)
		usage("no QR on layout", spec_layout_name[o->job.layout]);
	if (o->job.fault != SPEC_SOUND && o->job.layout == SPEC_CARD_FRONT)
		usage("no number on layout", "card-front");
}
