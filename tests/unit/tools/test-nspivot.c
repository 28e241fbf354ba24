// SPDX-License-Identifier: GPL-2.0-or-later
#include <limits.h>

#include "../unit.h"
#include "nspivot/nspivot.h"

/* Returns the message of check_opts(), or "" if it accepts the options. */
static const char *said(const struct opts *o)
{
	static struct nserr e;

	e = NSERR_INIT;
	return check_opts(o, &e) < 0 ? e.what : "";
}

/* Returns the message of check_opts() for a tmpfs on dst. */
static const char *said_of_tmpfs(const char *dst)
{
	static const struct verb tmpfs = { .name = "tmpfs" };
	struct op op = { .verb = &tmpfs, .arg = dst ? dst : "none", .dst = (char *)dst };

	return said(&(struct opts){ .op = &op, .n = 1 });
}

static void destination_must_not_have_dotdot_after_a_name(void)
{
	CHECK_STR(said_of_tmpfs("/a/b"), "");
	CHECK_STR(said_of_tmpfs("/../a"), "");
	CHECK_STR(said_of_tmpfs("/a/../b"),
		  "--tmpfs: invalid destination '/a/../b': '..' after a name");
}

static void destination_must_not_be_missing_or_too_long(void)
{
	char path[PATH_MAX + 1];

	memset(path, 'a', PATH_MAX);
	path[PATH_MAX] = '\0';
	CHECK_STR(said_of_tmpfs(NULL), "--tmpfs: missing destination in 'none'");
	CHECK(strstr(said_of_tmpfs(path), "--tmpfs: invalid destination"));
	path[PATH_MAX - 1] = '\0';
	CHECK_STR(said_of_tmpfs(path), "");
}

static void put_old_is_checked_like_a_destination(void)
{
	CHECK_STR(said(&(struct opts){ .put_old = "/old" }), "");
	CHECK_STR(said(&(struct opts){ .put_old = "/a/../old" }),
		  "--put-old: invalid destination '/a/../old': '..' after a name");
}

UNIT_MAIN(CASE(destination_must_not_have_dotdot_after_a_name),
	  CASE(destination_must_not_be_missing_or_too_long),
	  CASE(put_old_is_checked_like_a_destination))
