/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzz target: the keyring's structural parser, which reads a file that nobody has proved yet. What it accepts must be what
 * it would write: the image encodes to the same bytes before the checksum, so nothing in the file is ignored.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/secret.h"
#include "src/store/keyring_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct mk_secret *mac;
	struct kr_image *img = NULL;
	size_t used;
	if (mac == NULL) {
		if (mk_base_init() < 0)
			abort();
		mac = mk_secret_from("0123456789abcdef0123456789abcdef", KR_MAC);
	}
	if (len >= KR_HEADER)
		(void)kr_header_used(data, &used);
	if (kr_image_parse(data, len, &img) == 0) {
		if (kr_image_encode(img, mac) < 0)
			abort();
		if (img->raw_len > len || memcmp(img->raw, data, img->raw_len - KR_TRAILER) != 0)
			abort();
		kr_image_free(img);
		img = NULL;
	}
	if (kr_image_decode(data, len, &img) == 0)
		kr_image_free(img);
	return 0;
}
