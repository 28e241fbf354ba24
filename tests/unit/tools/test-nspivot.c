// SPDX-License-Identifier: GPL-2.0-or-later
#include <limits.h>

#include "../unit.h"
#include "nspivot/nspivot.h"

/* Returns the message of check_opts(), or "" if it accepts the options. */
static const char *said(const struct opts *o)
{
	static struct nserr e;

	e = NSERR_INIT;
	return check_opts(o, &e) < 0 ? unit_message(&e) : "";
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
		  "--tmpfs: invalid destination '/a/../b': '..' cannot follow a name");
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
		  "--put-old: invalid destination '/a/../old': '..' cannot follow a name");
}

static const struct verb mounts = { .name = "m" };
static const struct verb mask = { .name = "mask", .cover = VERB_HIDES_ON_PURPOSE };
static const struct verb dir = { .name = "dir", .cover = VERB_COVERS_NOTHING };

/* Returns the message of check_hidden() for verbs with these destinations, in this order. */
static const char *said_of(const struct verb *v, const char *a, const struct verb *w, const char *b,
			   const char *c)
{
	struct op op[] = {
		{ .verb = v, .arg = a, .dst = (char *)a },
		{ .verb = w, .arg = b, .dst = (char *)b },
		{ .verb = &mounts, .arg = c, .dst = (char *)c },
	};

	return said(&(struct opts){ .op = op, .n = ARRAY_SIZE(op) });
}

static void mount_must_not_hide_an_earlier_mount(void)
{
	CHECK_STR(said_of(&mounts, "/a/b", &mounts, "/x", "/a"),
		  "--m on '/a' would hide the earlier --m on '/a/b'");
	CHECK_STR(said_of(&mounts, "/a", &mounts, "/a/b", "//a/./b/"),
		  "--m on '//a/./b/' would hide the earlier --m on '/a/b'");
	CHECK_STR(said_of(&mask, "a/b", &mounts, "/x", "/"),
		  "--m on '/' would hide the earlier --mask on 'a/b'");
	CHECK_STR(said_of(&mounts, "/a", &mounts, "/a/b/c", "/a/b"),
		  "--m on '/a/b' would hide the earlier --m on '/a/b/c'");
}

static void other_orders_and_verbs_hide_nothing(void)
{
	CHECK_STR(said_of(&mounts, "/a", &mounts, "/a/b", "/a/b/c"), "");
	CHECK_STR(said_of(&mounts, "/ab", &mounts, "/a.b", "/a"), "");
	CHECK_STR(said_of(&mounts, "/a/b", &mask, "/a", "/c"), "");
	CHECK_STR(said_of(&mounts, "/a/b", &dir, "/a", "/c"), "");
	CHECK_STR(said_of(&dir, "/a/b", &dir, "/a/c", "/a"), "");
}

UNIT_MAIN(CASE(destination_must_not_have_dotdot_after_a_name),
	  CASE(destination_must_not_be_missing_or_too_long),
	  CASE(put_old_is_checked_like_a_destination), CASE(mount_must_not_hide_an_earlier_mount),
	  CASE(other_orders_and_verbs_hide_nothing))
