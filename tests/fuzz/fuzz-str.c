// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz-str: checks that text for a terminal has no control bytes, and that text for JSON is valid
 * UTF-8 on one line.
 */
#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"
#include "fuzz.h"

static void is_utf8(const char *s, size_t n)
{
	while (n) {
		size_t len = str_utf8_len(s, n);

		HOLDS(len >= 1 && len <= n);
		s += len;
		n -= len;
	}
}

static void has_no_control(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		HOLDS((unsigned char)s[i] >= ' ' && s[i] != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_buf struct buf out = BUF_INIT;
	struct json j = JSON_INIT(&out, false);
	char *whole = str_escape_dup((const char *)data, size);
	char small[16];

	HOLDS(whole);
	is_utf8(whole, strlen(whole));
	has_no_control(whole, strlen(whole));
	HOLDS(str_escape(small, sizeof(small), (const char *)data, size) == strlen(small));
	HOLDS(strncmp(whole, small, strlen(small)) == 0);

	json_object(&j, NULL);
	json_strn(&j, "key", (const char *)data, size);
	json_object_end(&j);
	HOLDS(out.err == 0);
	is_utf8(out.s, out.len);
	while (out.len && out.s[out.len - 1] == '\n')
		out.len--;
	has_no_control(out.s, out.len);
	free(whole);
	return 0;
}
