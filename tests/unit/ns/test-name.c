// SPDX-License-Identifier: GPL-2.0-or-later
#include "ns/name.h"

#include "../sandbox.h"
#include "../unit.h"

static void accepts_only_plain_file_names(void)
{
	static const char *const good[] = { "a", "_", "0", "web-1.example_x", "A.B" };
	static const char *const bad[] = { "",    ".",   "..",  ".a",      "-a",
					   "a/b", "a b", "a\n", "\xc3\xa9" };
	char longest[NSNAME_MAX + 2];

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		CHECK(nsname_is_valid(good[i]));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK(!nsname_is_valid(bad[i]));
	memset(longest, 'x', sizeof(longest));
	longest[NSNAME_MAX] = '\0';
	CHECK(nsname_is_valid(longest));
	longest[NSNAME_MAX] = 'x';
	longest[NSNAME_MAX + 1] = '\0';
	CHECK(!nsname_is_valid(longest));
}

static void a_file_has_all_members(void)
{
	struct nsname n;

	CHECK_INT(nsname_parse(
			  "{\"name\":\"web\",\"pid\":12,\"init_pid\":11,\"supervisor_pid\":10,"
			  "\"pidfd_inode\":18446744073709551615,\"start\":5,\"pidns\":4026531836,"
			  "\"boot_id\":\"0-1\"}\n",
			  &n),
		  0);
	CHECK_INT(n.pid, 12);
	CHECK_INT(n.init_pid, 11);
	CHECK_INT(n.supervisor_pid, 10);
	CHECK(n.pidfd_inode == UINT64_MAX);
	CHECK_INT(n.start, 5);
	CHECK(n.pidns == 4026531836);
	CHECK_STR(n.boot_id, "0-1");
}

static void unknown_values_are_null_or_missing(void)
{
	struct nsname n;

	CHECK_INT(nsname_parse("{\"pid\":12,\"init_pid\":null,\"pidns\":3,\"boot_id\":\"x\"}", &n),
		  0);
	CHECK_INT(n.init_pid, 0);
	CHECK_INT(n.supervisor_pid, 0);
	CHECK_INT(n.start, 0);
}

static void incomplete_files_are_refused(void)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"\"pid\":12,\"pidns\":3,\"boot_id\":\"x\"",
		"{\"pidns\":3,\"boot_id\":\"x\"}",
		"{\"pid\":null,\"pidns\":3,\"boot_id\":\"x\"}",
		"{\"pid\":12,\"boot_id\":\"x\"}",
		"{\"pid\":12,\"pidns\":3}",
		"{\"pid\":12,\"pidns\":3,\"boot_id\":\"\"}",
		"{\"pid\":12,\"pidns\":3,\"boot_id\":\"x",
		"{\"pid\":12,\"pidns\":3,\"boot_id\":3}",
		"{\"pid\":0,\"pidns\":3,\"boot_id\":\"x\"}",
		"{\"pid\":4194305,\"pidns\":3,\"boot_id\":\"x\"}",
		"{\"pid\":12x,\"pidns\":3,\"boot_id\":\"x\"}",
		"{\"pid\":12,\"pidns\":0,\"boot_id\":\"x\"}",
		"{\"pid\":12,\"pidns\":x,\"boot_id\":\"x\"}",
		"{\"pid\":12,\"init_pid\":4194305,\"pidns\":3,\"boot_id\":\"x\"}",
		"{\"pid\":12,\"supervisor_pid\":y,\"pidns\":3,\"boot_id\":\"x\"}",
		"{\"pid\":12,\"pidfd_inode\":-1,\"pidns\":3,\"boot_id\":\"x\"}",
		"{\"pid\":12,\"start\":-1,\"pidns\":3,\"boot_id\":\"x\"}",
		"{\"pid\":12,\"pidns\":3,\"boot_id\":\"0123456789012345678901234567890123456789\"}",
	};
	struct nsname n;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_INT(nsname_parse(bad[i], &n), -EINVAL);
}

/* Returns the result of nsname_dirs(), and copies the directories to text. */
static int directories(char *text, size_t size)
{
	char *dirs[2];
	int rc = nsname_dirs(dirs);

	if (rc < 0)
		return rc;
	snprintf(text, size, "%s %s", dirs[0], dirs[1] ? dirs[1] : "-");
	free(dirs[0]);
	free(dirs[1]);
	return rc;
}

/* The sandbox is a user namespace, in which root uses the runtime directory of the user. */
static void choose_directories(const char *in)
{
	char text[64] = "", expected[64];

	CHECK(unsetenv("XDG_RUNTIME_DIR") == 0);
	CHECK_INT(directories(text, sizeof(text)), 0);
	CHECK_STR(text, "/run/nsutils -");
	CHECK(setenv("XDG_RUNTIME_DIR", in, 1) == 0);
	CHECK_INT(directories(text, sizeof(text)), 0);
	snprintf(expected, sizeof(expected), "%s/nsutils /run/nsutils", in);
	CHECK_STR(text, expected);
	CHECK(setenv("XDG_RUNTIME_DIR", "relative", 1) == 0);
	CHECK_INT(directories(text, sizeof(text)), 0);
	CHECK_STR(text, "/run/nsutils -");
	/* without /proc, the user namespace is unknown, so neither directory is certain */
	CHECK(setenv("XDG_RUNTIME_DIR", in, 1) == 0);
	sandbox_tmpfs("/proc");
	CHECK_INT(directories(text, sizeof(text)), -ENOENT);
}

static void the_user_namespace_decides_which_directory_is_used(void)
{
	sandbox(0, choose_directories);
}

UNIT_MAIN(CASE(accepts_only_plain_file_names), CASE(a_file_has_all_members),
	  CASE(unknown_values_are_null_or_missing), CASE(incomplete_files_are_refused),
	  CASE(the_user_namespace_decides_which_directory_is_used))
