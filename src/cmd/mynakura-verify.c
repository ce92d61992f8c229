/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mynakura-verify: checks a trail from its files, for anyone who can read them. No key, no daemon,
 * no write. Exit status: 0, 8 with the first bad entry, 12 without a trail, 2, 10, 70.
 */
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"
#include "mynakura/base/slip.h"
#include "mynakura/base/utf8.h"
#include "mynakura/trail/verify.h"

#define EXIT_NO_TRAIL 12
#define KEY_FILE_MAX 256
#define RETRY_MS 200

static const char usage_text[] = "usage: mynakura-verify [--head HEX] [--key FILE] [--json] DIR\n";
static const char help_text[] =
    "Checks the audit trail in DIR (a vault's directory, or its trail directory).\n"
    "  --head HEX   a head kept elsewhere: 64 hex digits, the 20 letters of a slip, or the\n"
    "               text of its QR code, which tells the key too\n"
    "  --key FILE   the genesis public key or its fingerprint, as printed on the slip\n"
    "  --json       one JSON object\n"
    "Exit status: 0 whole, 8 not whole, 12 no trail in DIR, 2 wrong use, 10 cannot be read.\n"
    "See mynakura-verify(1), mynakura-trail(5).\n";

struct args {
	const char *head, *key_file, *dir;
	bool json;
};

/* -1 to go on, else the exit status. */
static int
parse_args(int argc, char **argv, struct args *a)
{
	static const struct option options[] = {{"head", required_argument, NULL, 'h'},
	    {"key", required_argument, NULL, 'k'}, {"json", no_argument, NULL, 'j'},
	    {"help", no_argument, NULL, 'H'}, {"version", no_argument, NULL, 'V'},
	    {NULL, 0, NULL, 0}};
	int c;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'h') {
			a->head = optarg;
		} else if (c == 'k') {
			a->key_file = optarg;
		} else if (c == 'j') {
			a->json = true;
		} else if (c == 'V') {
			printf("mynakura-verify %s\n", MK_VERSION);
			return 0;
		} else {
			fputs(usage_text, c == '?' ? stderr : stdout);
			if (c != '?')
				fputs(help_text, stdout);
			return c == '?' ? 2 : 0;
		}
	}
	if (argc - optind != 1) {
		fputs(usage_text, stderr);
		return 2;
	}
	a->dir = argv[optind];
	return -1;
}

/* The first word of the file. */
static int
read_key(const char *path, char out[KEY_FILE_MAX + 1])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, KEY_FILE_MAX);
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return MK_E_IO;
	out[n] = '\0';
	size_t start = strspn(out, " \t\r\n");
	size_t len = strcspn(out + start, "\t\r\n");
	memmove(out, out + start, len);
	out[len] = '\0';
	return 0;
}

static void
json_text(const char *name, const char *value, const char *after)
{
	if (value[0] == '\0')
		printf("\"%s\":null%s", name, after);
	else
		printf("\"%s\":\"%s\"%s", name, value, after);
}

/* A file's name is the one text here that an attacker chooses. */
static void
print_escaped(const char *s)
{
	fflush(stdout);
	mk_text_print(STDOUT_FILENO, s);
}

static void
print_json(const struct mk_verify_result *r, bool whole)
{
	char slip[MK_TRAIL_SLIP_MAX] = "";
	mk_trail_slip(r->head, slip);
	printf("{\"ok\":%s,\"entries\":%" PRIu64 ",", whole ? "true" : "false", r->entries);
	json_text("from", r->from, ",");
	json_text("to", r->to, ",");
	json_text("head", r->head, ",");
	json_text("slip", slip, ",");
	json_text("vault", r->vault, ",");
	json_text("fingerprint", r->fingerprint, ",");
	printf("\"origin\":%s,\"checkpoints\":%" PRIu64 ",\"unsigned_tail\":%" PRIu64
	       ",\"purged\":%" PRIu64 ",\"torn_bytes\":%" PRIu64,
	    r->origin ? "true" : "false", r->checkpoints, r->unsigned_tail, r->purged,
	    r->torn_bytes);
	if (r->head_seq != 0)
		printf(",\"head_seq\":%" PRIu64, r->head_seq);
	if (!whole)
		printf(",\"seq\":%" PRIu64 ",\"why\":\"%s\",\"words\":\"%s\"", r->bad,
		    mk_why_code(r->why), mk_why_words(r->why));
	puts("}");
}

static void
print_facts(const struct mk_verify_result *r)
{
	char slip[MK_TRAIL_SLIP_MAX] = "";
	mk_trail_slip(r->head, slip);
	printf("%" PRIu64 " entries", r->entries);
	if (r->from[0] != '\0')
		printf(" from %s to %s", r->from, r->to);
	printf(", %" PRIu64 " checkpoints, %" PRIu64 " entries after the last one\n",
	    r->checkpoints, r->unsigned_tail);
	if (r->purged > 0)
		printf("%" PRIu64 " entries are purged: their text is gone, their place holds\n",
		    r->purged);
	printf("head %s\nslip %s\n", r->head, slip);
	if (r->fingerprint[0] != '\0')
		printf("vault %s, key fingerprint %s\n", r->vault, r->fingerprint);
	if (r->head_seq != 0)
		printf("the kept head is entry %" PRIu64 "\n", r->head_seq);
}

static void
print_words(const struct mk_verify_result *r, bool whole)
{
	if (whole) {
		printf("whole: the trail is consistent, %s\n",
		    r->origin ? "and it begins with the given key" : "origin unproven (no --key)");
	} else if (r->why == MK_WHY_torn) {
		printf("torn, not tampered: after entry %" PRIu64 ": %s (%" PRIu64 " bytes in ",
		    r->entries, mk_why_words(r->why), r->torn_bytes);
		print_escaped(r->file);
		puts(")");
	} else {
		printf("NOT whole: entry %" PRIu64 ": %s (%s", r->bad, mk_why_words(r->why),
		    mk_why_code(r->why));
		if (r->file[0] != '\0') {
			fputs(", ", stdout);
			print_escaped(r->file);
		}
		puts(")");
		fputs("before it: ", stdout);
	}
	print_facts(r);
}

/* A daemon at work may be caught in the middle of a line: a torn end is looked at twice. */
static int
verify(const struct args *a, const struct mk_verify_options *opt, struct mk_verify_result *r)
{
	int e = mk_trail_verify(a->dir, opt, r);
	if (e == 0 && r->torn_bytes > 0) {
		poll(NULL, 0, RETRY_MS);
		e = mk_trail_verify(a->dir, opt, r);
	}
	return e;
}

/* A key from a file goes before the slip's: it is what the user trusts. */
static void
use_slip(const struct mk_slip_text *slip, struct mk_verify_options *opt)
{
	opt->head = slip->head;
	if (opt->key == NULL && slip->key[0] != '\0')
		opt->key = slip->key;
}

int
main(int argc, char **argv)
{
	struct args a = {NULL, NULL, NULL, false};
	char key[KEY_FILE_MAX + 1];
	struct mk_verify_result r;
	int status = parse_args(argc, argv, &a);
	if (status >= 0)
		return status;
	if (mk_base_init() < 0)
		return mk_err_status(MK_E_CRYPTO);
	if (a.key_file != NULL && read_key(a.key_file, key) < 0) {
		fputs("mynakura-verify: the key file cannot be read\n", stderr);
		return mk_err_status(MK_E_IO);
	}
	struct mk_slip_text slip = {.count = 0};
	struct mk_verify_options opt = {a.head, a.key_file == NULL ? NULL : key};
	if (a.head != NULL && mk_slip_text_parse(a.head, &slip) == 0)
		use_slip(&slip, &opt);
	int e = verify(&a, &opt, &r);
	if (e == 0 && r.head_seq != 0 && slip.count != 0 && r.head_seq != slip.count)
		e = MK_E_INPUT; /* the head fixes its number: the text was copied wrongly */
	if (e < 0) {
		bool none = e == MK_E_NOT_FOUND, input = e == MK_E_INPUT;
		const char *words = none    ? "there is no trail in this directory"
				    : input ? "the head or the key has not the right form, or the "
					      "slip's count is not its head's"
					    : mk_err_message(e);
		const char *code = none ? "no_trail" : mk_err_code(e);
		if (a.json)
			printf("{\"error\":{\"code\":\"%s\",\"message\":\"%s\"}}\n", code, words);
		fprintf(stderr, "mynakura-verify: %s\n", words);
		return none ? EXIT_NO_TRAIL : input ? 2 : mk_err_status(e);
	}
	bool whole = r.why == MK_WHY_ok;
	if (a.json)
		print_json(&r, whole);
	else
		print_words(&r, whole);
	return mk_err_status(mk_verify_error(&r));
}
