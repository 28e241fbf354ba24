// SPDX-License-Identifier: GPL-2.0-or-later
/* test-subid: finds the lines of a user and refuses invalid lines. */
#include "idmap/subid.h"

#include <stdio.h>

#include "../unit.h"
#include "idmap/subid_nss.h"

static const struct subid_user alice = { .has_uid = true, .uid = 1000, .name = "alice" };

/* Returns the user's ranges in the text, for example "100000+65536 200000+1". */
static const char *ranges(const char *text, size_t n, const struct subid_user *u, struct subids *s)
{
	static char out[256];
	size_t len = 0;

	*s = SUBIDS_INIT;
	CHECK_INT(subid_parse(text, n, u, s), 0);
	out[0] = '\0';
	for (size_t i = 0; i < s->n; i++)
		len += (size_t)snprintf(out + len, sizeof(out) - len, "%s%u+%u", i ? " " : "",
					s->r[i].start, s->r[i].count);
	return out;
}

static const char *of(const char *text, const struct subid_user *u)
{
	cleanup_subids struct subids s = SUBIDS_INIT;

	return ranges(text, strlen(text), u, &s);
}

static void uses_the_lines_of_the_name_and_of_the_uid(void)
{
	static const struct subid_user nameless = { .has_uid = true, .uid = 1000 };
	static const struct subid_user numberless = { .name = "alice" };
	static const char text[] = "bob:1:2\nalice:100000:65536\n1000:200000:10\nalice:300000:1";

	CHECK_STR(of(text, &alice), "100000+65536 200000+10 300000+1");
	CHECK_STR(of(text, &nameless), "200000+10");
	CHECK_STR(of(text, &numberless), "100000+65536 300000+1");
	CHECK_STR(of("", &alice), "");
	CHECK_STR(of("\n\n#alice:1:1\n", &alice), "");
}

static void ignores_lines_of_other_users(void)
{
	static const struct subid_user root = { .has_uid = true, .name = "root" };

	/* the name alice must not be parsed as the uid 0 */
	CHECK_STR(of("alice:500000:1000\n", &root), "");
	CHECK_STR(of("alic:1:1\nalicee:2:2\n1000abc:3:3\n10000:4:4\n01000:5:5\n:6:6\n", &alice),
		  "");
	CHECK_STR(of("0:7:7\nroot:8:8\n", &root), "7+7 8+8");
}

static void reports_the_first_invalid_line_of_the_user(void)
{
	/* clang-format off */
	static const struct { const char *line, *cause; } bad[] = {
		{ "alice", "the line has fewer than three fields" },
		{ "alice:1", "the line has fewer than three fields" },
		{ "alice:1:1\r", "the line ends in a carriage return" },
		{ "alice::1", "the start is not a decimal number" },
		{ "alice:-1:1", "the start is not a decimal number" },
		{ "alice:1:", "the count is not a decimal number" },
		{ "alice:1:0x10", "the count is not a decimal number" },
		{ "alice:1:2:3", "the count is not a decimal number" },
		{ "alice:1:0", "the count is 0" },
		{ "alice:4294967295:1", "the range exceeds the last id, 4294967294" },
		{ "alice:4294967294:2", "the range exceeds the last id, 4294967294" },
		{ "alice:1:4294967295", "the range exceeds the last id, 4294967294" },
		{ "alice:18446744073709551615:2", "the range exceeds the last id, 4294967294" },
		{ "alice:1:18446744073709551617", "the range exceeds the last id, 4294967294" },
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		cleanup_subids struct subids s = SUBIDS_INIT;
		char text[128];
		int n = snprintf(text, sizeof(text), "bob:x:y\n%s\nalice:5:5\n", bad[i].line);

		CHECK_STR(ranges(text, (size_t)n, &alice, &s), "5+5");
		CHECK_INT(s.bad_line, 2);
		CHECK_STR(s.bad_cause, bad[i].cause);
	}
	CHECK_STR(of("alice:4294967294:1\n", &alice), "4294967294+1");
	CHECK_STR(of("alice:0:4294967295\n", &alice), "0+4294967295");
}

static void accepts_nul_bytes_in_the_file(void)
{
	cleanup_subids struct subids s = SUBIDS_INIT;

	CHECK_STR(ranges("\0:1:1\nalice\0:2:2\nalice:3:3", 26, &alice, &s), "3+3");
}

static void reads_100000_lines(void)
{
	cleanup_subids struct subids s = SUBIDS_INIT;
	size_t n = 0, size = 100000 * 32;
	cleanup_free char *text = malloc(size);

	for (unsigned i = 0; i < 100000; i++)
		n += (size_t)snprintf(text + n, size - n, "%s%u:%u:10\n",
				      i % 10000 == 9999 ? "alice:" : "user", i, i * 16);
	/* the invalid line "alice:9999:160…:10" has four fields; it occurs ten times */
	CHECK_STR(ranges(text, n, &alice, &s), "");
	CHECK_INT(s.bad_line, 10000);
	n += (size_t)snprintf(text + n, size - n, "alice:77:7");
	subids_free(&s);
	CHECK_STR(ranges(text, n, &alice, &s), "77+7");
	CHECK_INT(s.r[0].line, 100001);
}

static void removes_overlaps_between_ranges(void)
{
	static const char text[] = "alice:100:10\nalice:50:5\nalice:95:10\nalice:100:3\n"
				   "alice:52:100\nalice:0:4294967295\n";
	cleanup_subids struct subids s = SUBIDS_INIT, out = SUBIDS_INIT;

	CHECK_STR(ranges(text, sizeof(text) - 1, &alice, &s),
		  "100+10 50+5 95+10 100+3 52+100 0+4294967295");
	CHECK_INT(subids_disjoint(&s, &out), 0);
	CHECK_INT(out.n, 1);
	CHECK(out.r[0].start == 0 && out.r[0].count == 4294967295 && out.r[0].line == 6);
	subids_free(&out);
	s.n = 4;
	CHECK_INT(subids_disjoint(&s, &out), 0);
	CHECK_INT(out.n, 3);
	CHECK(out.r[0].start == 105 && out.r[0].count == 5);
	CHECK(out.r[1].start == 50 && out.r[1].count == 5);
	CHECK(out.r[2].start == 95 && out.r[2].count == 10);
}

static void finds_users_by_name_and_by_uid(void)
{
	struct nserr e = NSERR_INIT;
	struct subid_user u;

	setenv("USER", "somebody-else", 1);
	CHECK_INT(subid_user(NULL, &u, &e), 0);
	CHECK(u.has_uid && u.uid == geteuid());
	CHECK(!streq(u.name, "somebody-else"));
	CHECK_INT(subid_user("4000000000", &u, &e), 0);
	CHECK(u.has_uid && u.uid == 4000000000 && u.name[0] == '\0');
	CHECK_INT(subid_user("no-such-user", &u, &e), 0);
	CHECK(!u.has_uid && !u.has_gid && streq(u.name, "no-such-user"));
	CHECK_INT(subid_user("0", &u, &e), 0);
	CHECK_STR(u.name, "root");
	CHECK_INT(subid_user("root", &u, &e), 0);
	CHECK(u.has_uid && u.uid == 0 && u.has_gid && u.gid == 0 && streq(u.name, "root"));
	CHECK_INT(subid_user("", &u, &e), -EINVAL);
	CHECK_INT(subid_user("a:b", &u, &e), -EINVAL);
}

static void uses_nss_only_if_nsswitch_conf_names_it(void)
{
	CHECK(!subid_nss_named(""));
	CHECK(!subid_nss_named("passwd: files sss\n"));
	CHECK(!subid_nss_named("subid: files\n"));
	CHECK(!subid_nss_named("subid:\n"));
	CHECK(!subid_nss_named("#subid: sss\n"));
	CHECK(subid_nss_named("passwd: files\nsubid:\tsss\n"));
	CHECK(subid_nss_named("  subid: sss files"));
	CHECK(subid_nss_named("subid: filesystem"));
}

UNIT_MAIN(CASE(uses_the_lines_of_the_name_and_of_the_uid), CASE(ignores_lines_of_other_users),
	  CASE(reports_the_first_invalid_line_of_the_user), CASE(accepts_nul_bytes_in_the_file),
	  CASE(reads_100000_lines), CASE(removes_overlaps_between_ranges),
	  CASE(finds_users_by_name_and_by_uid), CASE(uses_nss_only_if_nsswitch_conf_names_it))
