// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/str.h"

#include "../unit.h"
#include "base/json.h"

static const char *escaped(const char *s)
{
	static char out[256];

	str_escape(out, sizeof(out), s, strlen(s));
	return out;
}

static void keeps_printable_text(void)
{
	CHECK_STR(escaped("plain text: ä € 𝄞"), "plain text: ä € 𝄞");
	CHECK_STR(escaped(""), "");
}

static void escapes_control_and_invalid_bytes(void)
{
	CHECK_STR(escaped("a\nb\033[31m\177"), "a\\x0ab\\x1b[31m\\x7f");
	CHECK_STR(escaped("\xff\xfe"), "\\xff\\xfe");
	CHECK_STR(escaped("\xc2\x9b"), "\\xc2\\x9b");
	CHECK_STR(escaped("\xc0\x80"), "\\xc0\\x80");
	CHECK_STR(escaped("\xed\xa0\x80"), "\\xed\\xa0\\x80");
	CHECK_STR(escaped("\xe2\x80\xae"
			  "x"),
		  "\\xe2\\x80\\xaex");
	CHECK_STR(escaped("cut \xe2\x82"), "cut \\xe2\\x82");
}

static void never_writes_past_the_end(void)
{
	char out[8];

	CHECK_INT(str_escape(out, sizeof(out), "1234567890", 10), 7);
	CHECK_STR(out, "1234567");
	CHECK_INT(str_escape(out, sizeof(out), "12345\n", 6), 5);
	CHECK_STR(out, "12345");
	CHECK_INT(str_escape(out, sizeof(out), "123456€", 9), 6);
}

static void writes_nested_json(void)
{
	struct buf b = BUF_INIT;
	struct json j = JSON_INIT(&b, false);

	json_object(&j, NULL);
	json_str(&j, "text", "q\"b\\n\n\xff€\x7f");
	json_s64(&j, "min", INT64_MIN);
	json_array(&j, "list");
	json_u64(&j, NULL, UINT64_MAX);
	json_bool(&j, NULL, true);
	json_null(&j, NULL);
	json_array_end(&j);
	json_object(&j, "empty");
	json_object_end(&j);
	json_object_end(&j);
	CHECK_STR(
		b.s,
		"{\"text\":\"q\\\"b\\\\n\\u000a\xef\xbf\xbd€\\u007f\",\"min\":-9223372036854775808,"
		"\"list\":[18446744073709551615,true,null],\"empty\":{}}");
	buf_free(&b);
}

UNIT_MAIN(CASE(keeps_printable_text), CASE(escapes_control_and_invalid_bytes),
	  CASE(never_writes_past_the_end), CASE(writes_nested_json))
