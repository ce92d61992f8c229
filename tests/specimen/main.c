/* SPDX-License-Identifier: GPL-3.0-or-later */
/* specimen: draws invented documents with an Individual Number, and their truth. Makes the files.
 */
#include "specimen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void
file_name(const struct spec_job *job, char *out, size_t cap)
{
	static const char *const pnm[] = {"pgm", "ppm", "pbm"};
	bool fault = job->fault != SPEC_SOUND;

	snprintf(out, cap, "%04u-%s%s%s.%s", job->index, spec_layout_name[job->layout],
	    fault ? "-" : "", fault ? spec_fault_name[job->fault] : "",
	    job->format == SPEC_PNG ? "png" : pnm[job->mode]);
}

static int
save(const char *dir, const char *name, const struct spec_picture *pic, const struct spec_job *job)
{
	char path[4096];
	FILE *f;
	int rc;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
		return -1;
	f = fopen(path, "wb");
	if (f == NULL) {
		fprintf(stderr, "specimen: %s: %s\n", path, strerror(errno));
		return -1;
	}
	rc = spec_write_picture(pic, job, f);
	if (fclose(f) != 0 || rc != 0) {
		fprintf(stderr, "specimen: %s: not written\n", path);
		return -1;
	}
	return 0;
}

static int
make_one(struct spec_job job, const char *dir, const struct spec_fonts *fonts, FILE *truth)
{
	struct spec_picture pic = {0, 0, 0, NULL};
	struct spec_sheet sheets[2];
	struct spec_print text;
	char name[64];
	size_t n;
	int rc;

	spec_job_condition(&job);
	spec_print_make(&text, &job);
	file_name(&job, name, sizeof(name));
	rc = spec_scene_render(&job, &text, fonts, &pic, sheets, &n);
	if (rc == 0)
		rc = spec_degrade(&pic, &job);
	if (rc == 0)
		rc = save(dir, name, &pic, &job);
	if (rc == 0)
		spec_write_truth(truth, name, &pic, &job, &text, sheets, n);
	free(pic.px);
	return rc;
}

static int
make_all(const struct spec_opts *o, FILE *truth)
{
	struct spec_fonts fonts;
	struct spec_job job = o->job;
	int rc = 0;

	spec_fonts_load(&fonts);
	job.index = o->start;
	for (unsigned i = 0; i < o->count && rc == 0; i++, job.index++)
		rc = make_one(job, o->out, &fonts, truth);
	for (unsigned i = 0; i < SPEC_LAYOUTS && rc == 0; i++)
		if (o->with[i]) {
			job.layout = (enum spec_layout)i;
			rc = make_one(job, o->out, &fonts, truth);
			job.index++;
		}
	spec_fonts_unload();
	return rc;
}

/* LeakSanitizer asks for this: fontconfig keeps a cache that only its own FcFini would give back, and
 * Pango holds the library. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\n";
}

const char *
__lsan_default_options(void)
{
	return "print_suppressions=0";
}

int
main(int argc, char **argv)
{
	struct spec_opts o;
	char path[4096];
	FILE *truth = stdout;
	int rc;

	spec_options(&o, argc, argv);
	if (mkdir(o.out, 0777) != 0 && errno != EEXIST) {
		fprintf(stderr, "specimen: %s: %s\n", o.out, strerror(errno));
		return 1;
	}
	if (o.truth == NULL || strcmp(o.truth, "-") != 0) {
		snprintf(path, sizeof(path), "%s%s", o.truth != NULL ? o.truth : o.out,
		    o.truth != NULL ? "" : "/truth.jsonl");
		truth = fopen(path, "w");
		if (truth == NULL) {
			fprintf(stderr, "specimen: %s: %s\n", path, strerror(errno));
			return 1;
		}
	}
	rc = make_all(&o, truth);
	if (fflush(truth) != 0 || (truth != stdout && fclose(truth) != 0))
		rc = -1;
	return rc == 0 ? 0 : 1;
}
