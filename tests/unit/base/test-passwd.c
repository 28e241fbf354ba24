// SPDX-License-Identifier: GPL-2.0-or-later
/* test-passwd: finds users and groups in the text of passwd(5) and group(5). */
#include "base/passwd.h"

#include <stdio.h>

#include "../unit.h"
#include "base/buf.h"

static char got[256];
static unsigned line;

/* Returns the fields of the user as text, or the result of passwd_find_user() as text. */
static const char *user(const char *text, const char *name, uid_t uid)
{
	struct passwd_user u = PASSWD_USER_INIT;
	int rc = passwd_find_user(text, strlen(text), name, uid, &u, &line);

	if (rc == 1)
		snprintf(got, sizeof(got), "%s %u %u %s %s", u.name, u.uid, u.gid, u.home, u.shell);
	else
		snprintf(got, sizeof(got), "%s", rc == 0 ? "none" : rc == -EINVAL ? "bad" : "?");
	passwd_user_free(&u);
	return got;
}

static const char *group(const char *text, const char *name)
{
	gid_t gid = 0;
	int rc = passwd_find_group(text, strlen(text), name, &gid, &line);

	snprintf(got, sizeof(got),
		 rc == 1         ? "%u"
		 : rc == 0       ? "none"
		 : rc == -EINVAL ? "bad"
				 : "?",
		 gid);
	return got;
}

static const char *groups(const char *text, const char *name, gid_t first)
{
	gid_t *list = NULL;
	size_t n = 0;

	got[0] = '\0';
	if (passwd_groups_of(text, strlen(text), name, first, &list, &n) < 0)
		return "failed";
	for (size_t i = 0; i < n; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%u ", list[i]);
	free(list);
	return got;
}

static void finds_users_by_name_and_by_uid(void)
{
	const char *text = "root:x:0:0:root:/root:/bin/sh\na:x:5:6:A:/h/a:/bin/a\nb:x:5:7::/h/b:";

	CHECK_STR(user(text, "a", 0), "a 5 6 /h/a /bin/a");
	CHECK_STR(user(text, NULL, 5), "a 5 6 /h/a /bin/a");
	CHECK_STR(user(text, "b", 0), "b 5 7 /h/b ");
	CHECK_STR(user(text, "", 0), "none");
	CHECK_STR(user(text, "ro", 0), "none");
	CHECK_STR(user(text, "roots", 0), "none");
	CHECK_STR(user(text, NULL, 6), "none");
	CHECK_STR(user("", "a", 0), "none");
}

static void ignores_comments_and_lines_of_nis(void)
{
	const char *text = "#a:x:1:1::/:\n+a:x:1:1::/:\n-:x:1:1::/:\n\n:x:1:1::/:\n";

	CHECK_STR(user(text, "#a", 0), "none");
	CHECK_STR(user(text, "+a", 0), "none");
	CHECK_STR(user(text, NULL, 1), "none");
}

static void refuses_an_invalid_line_of_the_user_only(void)
{
	static const char *const ids[] = { "",           "x",  "-1", "4294967295",
					   "4294967296", " 1", "1 ", "0x1" };
	char text[128];

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		snprintf(text, sizeof(text), "z:x:9:9:::\na:x:%s:1:::\nb:x:3:3::/b:\n", ids[i]);
		CHECK_STR(user(text, "a", 0), "bad");
		CHECK(line == 2);
		CHECK_STR(user(text, "b", 0), "b 3 3 /b ");
		snprintf(text, sizeof(text), "a:x:1:%s:::\n", ids[i]);
		CHECK_STR(user(text, "a", 0), "bad");
		snprintf(text, sizeof(text), "a:x:%s:\n", ids[i]);
		CHECK_STR(group(text, "a"), "bad");
	}
	CHECK_STR(user("a", "a", 0), "bad");
	CHECK_STR(user("a:x:1", "a", 0), "bad");
	CHECK_STR(user("a:x:1:2", "a", 0), "a 1 2  ");
	CHECK_STR(user("a:x:4294967294:2", "a", 0), "a 4294967294 2  ");
}

static void skips_lines_with_nul(void)
{
	static const char text[] = "a\0:x:1:1:::\na:x:2:2:::\n";
	struct passwd_user u = PASSWD_USER_INIT;

	CHECK(passwd_find_user(text, sizeof(text) - 1, "a", 0, &u, &line) == 1 && u.uid == 2);
	passwd_user_free(&u);
}

static void finds_groups(void)
{
	CHECK_STR(group("a:x:1:\nb:x:2:u,v\n", "b"), "2");
	CHECK_STR(group("a:x:1:\n", "b"), "none");
	CHECK_STR(group("a", "a"), "bad");
	/* a line without a name belongs to no group */
	CHECK_STR(group(":x:7:\n", ""), "bad");
}

static void collects_groups_of_a_member(void)
{
	const char *text =
		"a:x:9:u\nb:x:3:v,u\nc:x:9:u,v\nd:x:4:uu,xu\ne:x:bad:u\nf:x:5:,,u,\ng:x:6:\n";

	CHECK_STR(groups(text, "u", 7), "3 5 7 9 ");
	CHECK_STR(groups(text, "v", 3), "3 9 ");
	CHECK_STR(groups(text, "nobody", 1), "1 ");
	CHECK_STR(groups("", "u", 1), "1 ");
}

static void refuses_a_user_with_too_many_groups(void)
{
	struct buf text = BUF_INIT;
	size_t n = 0;
	gid_t *gids = NULL;

	/* with the first group, these are the most that setgroups(2) accepts */
	for (unsigned i = 1; i < PASSWD_GROUPS_MAX; i++)
		buf_printf(&text, "g:x:%u:u\n", i);
	CHECK_INT(passwd_groups_of(text.s, text.len, "u", 0, &gids, &n), 0);
	CHECK_INT(n, PASSWD_GROUPS_MAX);
	free(gids);
	gids = NULL;
	buf_printf(&text, "g:x:%u:u\n", PASSWD_GROUPS_MAX);
	CHECK_INT(passwd_groups_of(text.s, text.len, "u", 0, &gids, &n), -E2BIG);
	CHECK(!gids);
	buf_free(&text);
}

UNIT_MAIN(CASE(finds_users_by_name_and_by_uid), CASE(ignores_comments_and_lines_of_nis),
	  CASE(refuses_an_invalid_line_of_the_user_only), CASE(skips_lines_with_nul),
	  CASE(finds_groups), CASE(collects_groups_of_a_member),
	  CASE(refuses_a_user_with_too_many_groups))
