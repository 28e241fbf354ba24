// SPDX-License-Identifier: GPL-2.0-or-later
/* test-json: writes JSON on one line and with indentation, and composes error messages. */
#include "base/json.h"

#include <errno.h>

#include "../unit.h"
#include "base/buf.h"

static void write_all(struct json *j)
{
	json_object(j, NULL);
	json_str(j, "text", "a\"b\\c\td\xffz");
	json_str(j, "missing", NULL);
	json_strn(j, "part", "abc", 2);
	json_array(j, "list");
	json_u64(j, NULL, UINT64_MAX);
	json_s64(j, NULL, INT64_MIN);
	json_s64(j, NULL, 0);
	json_s64(j, NULL, 7);
	json_array(j, NULL);
	json_array_end(j);
	json_array_end(j);
	json_object(j, "empty");
	json_object_end(j);
	json_bool(j, "yes", true);
	json_bool(j, "no", false);
	json_null(j, "null");
	json_object_end(j);
}

static void each_kind_of_value_is_written(void)
{
	cleanup_buf struct buf line = BUF_INIT, lines = BUF_INIT;
	struct json j = JSON_INIT(&line, false), indented = JSON_INIT(&lines, true);

	write_all(&j);
	CHECK_STR(line.s, "{\"text\":\"a\\\"b\\\\c\\u0009d\xef\xbf\xbdz\",\"missing\":null,"
			  "\"part\":\"ab\",\"list\":[18446744073709551615,-9223372036854775808,0,7,"
			  "[]],\"empty\":{},\"yes\":true,\"no\":false,\"null\":null}");
	write_all(&indented);
	CHECK_STR(lines.s, "{\n"
			   "   \"text\": \"a\\\"b\\\\c\\u0009d\xef\xbf\xbdz\",\n"
			   "   \"missing\": null,\n"
			   "   \"part\": \"ab\",\n"
			   "   \"list\": [\n"
			   "      18446744073709551615,\n"
			   "      -9223372036854775808,\n"
			   "      0,\n"
			   "      7,\n"
			   "      []\n"
			   "   ],\n"
			   "   \"empty\": {},\n"
			   "   \"yes\": true,\n"
			   "   \"no\": false,\n"
			   "   \"null\": null\n"
			   "}");
}

static void an_error_has_an_errno_a_message_and_a_hint(void)
{
	struct nserr e = NSERR_INIT;
	char longest[sizeof(e.what)];

	e.status = 5;
	nserr_hint(&e, "%s", "help");
	CHECK_STR(e.hint, "help");
	CHECK_INT(nserr_set(&e, EIO, "cannot %s", "read"), -EIO);
	CHECK_INT(e.errnum, EIO);
	CHECK_INT(e.status, 0);
	CHECK_STR(e.hint, "");
	CHECK_INT(nserr_set(&e, -EPERM, "b"), -EPERM);
	CHECK_INT(e.errnum, EPERM);
	CHECK_INT(nserr_set(&e, 0, "c"), -EINVAL);
	CHECK_INT(e.errnum, 0);
	nserr_prefix(&e, "%d", 12);
	CHECK_STR(e.what, "12: c");
	CHECK_INT(nserr_set(NULL, ENOENT, "no place for the text"), -ENOENT);
	nserr_prefix(NULL, "x");
	nserr_hint(NULL, "x");
	/* a message that is too long is truncated */
	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	nserr_prefix(&e, "%s", longest);
	CHECK_STR(e.what, longest);
	nserr_set(&e, 0, "%s", longest);
	nserr_prefix(&e, "y");
	CHECK_INT(strlen(e.what), sizeof(e.what) - 1);
	CHECK(str_after(e.what, "y: xxx"));
}

UNIT_MAIN(CASE(each_kind_of_value_is_written), CASE(an_error_has_an_errno_a_message_and_a_hint))
