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

static void invalid_utf8_is_not_a_character(void)
{
	CHECK_INT(str_utf8_len("a", 0), 0);
	CHECK_INT(str_utf8_len("\xc3\xa4", 2), 2);
	CHECK_INT(str_utf8_len("\xc3\xa4", 1), 0);
	CHECK_INT(str_utf8_len("\xc3x", 2), 0);
	/* overlong forms of three and four bytes, and the first valid characters of that length */
	CHECK_INT(str_utf8_len("\xe0\x9f\xbf", 3), 0);
	CHECK_INT(str_utf8_len("\xe0\xa0\x80", 3), 3);
	CHECK_INT(str_utf8_len("\xf0\x8f\xbf\xbf", 4), 0);
	CHECK_INT(str_utf8_len("\xf0\x90\x80\x80", 4), 4);
	/* the last code point U+10FFFF, and the number after it */
	CHECK_INT(str_utf8_len("\xf4\x8f\xbf\xbf", 4), 4);
	CHECK_INT(str_utf8_len("\xf4\x90\x80\x80", 4), 0);
	/* the neighbours of the surrogates, and the last surrogate */
	CHECK_INT(str_utf8_len("\xed\x9f\xbf", 3), 3);
	CHECK_INT(str_utf8_len("\xee\x80\x80", 3), 3);
	CHECK_INT(str_utf8_len("\xed\xbf\xbf", 3), 0);
}

/* The first and the last character of each unsafe range, and their neighbours. */
static void recognises_unsafe_characters(void)
{
	static const struct {
		const char *s;
		bool unsafe;
	} at[] = {
		{ "\x1f", true },
		{ " ", false },
		{ "~", false },
		{ "\x7f", true },
		{ "\xc2\x9f", true },
		{ "\xc2\xa0", false },
		{ "\xd8\x9b", false },
		{ "\xd8\x9c", true },
		{ "\xd8\x9d", false },
		{ "\xe2\x80\x8a", false },
		{ "\xe2\x80\x8b", true },
		{ "\xe2\x80\x8f", true },
		{ "\xe2\x80\x90", false },
		{ "\xe2\x80\xa7", false },
		{ "\xe2\x80\xa8", true },
		{ "\xe2\x80\xae", true },
		{ "\xe2\x80\xaf", false },
		{ "\xe2\x81\x9f", false },
		{ "\xe2\x81\xa0", true },
		{ "\xe2\x81\xa9", true },
		{ "\xe2\x81\xaa", false },
		{ "\xef\xbb\xbe", false },
		{ "\xef\xbb\xbf", true },
		{ "\xef\xbc\x80", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(at); i++)
		CHECK_INT(str_is_unsafe(at[i].s, strlen(at[i].s)), at[i].unsafe);
}

static void copies_of_escaped_text_have_the_right_length(void)
{
	char *copy = str_escape_dup("a\nb", 3), nothing[2] = "x";

	CHECK_STR(copy, "a\\x0ab");
	free(copy);
	CHECK_INT(str_escape(nothing, 0, "", 0), 0);
	CHECK_STR(nothing, "x");
	CHECK_INT(str_escape(nothing, 1, "abc", 3), 0);
	CHECK_STR(nothing, "");
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

static void compares_and_lowers_ascii_letters(void)
{
	char out[4];

	str_lower(out, sizeof(out), "ABCDEF");
	CHECK_STR(out, "abc");
	str_lower(out, sizeof(out), "A1");
	CHECK_STR(out, "a1");
	str_lower(out, 1, "A");
	CHECK_STR(out, "");
	CHECK(str_same_name("Abc", "aBC", 3));
	CHECK(!str_same_name("Abc", "aBX", 3));
	CHECK(str_same_name("Abc", "aBX", 2));
	/* both words end before the last byte */
	CHECK(str_same_name("A\0x", "a\0y", 3));
	CHECK(!str_same_name("A\0x", "ab", 3));
}

UNIT_MAIN(CASE(keeps_printable_text), CASE(escapes_control_and_invalid_bytes),
	  CASE(invalid_utf8_is_not_a_character), CASE(recognises_unsafe_characters),
	  CASE(copies_of_escaped_text_have_the_right_length), CASE(never_writes_past_the_end),
	  CASE(writes_nested_json), CASE(compares_and_lowers_ascii_letters))
