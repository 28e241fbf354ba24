// SPDX-License-Identifier: GPL-2.0-or-later
/* test-procfile: reads, writes and compares maps in a directory that imitates that of a process in
 * /proc. */
#include "idmap/procfile.h"

#include "../fault.h"
#include "base/file.h"

static char path[UNIT_DIR_SIZE];
static int dir;
static struct nserr e;

static void begin(void)
{
	dir = unit_directory(path);
	e = NSERR_INIT;
}

static void end(void)
{
	close(dir);
	unit_remove(path);
}

/* Replaces the files of the directory. A file without a text is removed. */
static void put(const char *uid_map, const char *gid_map, const char *setgroups)
{
	const char *const files[] = { "uid_map", "gid_map", "setgroups" };
	const char *const texts[] = { uid_map, gid_map, setgroups };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		if (texts[i])
			unit_file(dir, files[i], texts[i]);
		else
			CHECK(unlinkat(dir, files[i], 0) == 0 || errno == ENOENT);
	}
}

/* Returns the text of a file. */
static const char *text_of(const char *file)
{
	static char text[64];

	return file_read_at(dir, file, text, sizeof(text)) < 0 ? "missing" : text;
}

/* The first bytes of the path of the directory. A message contains no more, because they suffice
 * for /proc/PID. */
#define MESSAGE_PATH "%.63s"

/* Checks that e has this hint, and a message that consists of `before`, the path of the directory
 * and `after`. Clears e. */
static void check_error(const char *before, const char *after, const char *hint)
{
	char want[UNIT_PATH_SIZE];

	snprintf(want, sizeof(want), "%s" MESSAGE_PATH "%s", before, path, after);
	CHECK_STR(unit_message(&e), want);
	CHECK_STR(e.hint, hint);
	e = NSERR_INIT;
}

/* Checks the error for a map in this file that differs from the written one. Clears e. */
static void check_differs(const char *file)
{
	char after[96];

	snprintf(after, sizeof(after), "/%s differs from the map that was written: %s", file,
		 strerror(EIO));
	check_error("", after, "");
}

/* Returns a map of two ids of each kind in two extents: 5 to 0, and 6 to 1. */
static struct idmaps two(enum idmap_setgroups setgroups)
{
	struct idmaps m = { .setgroups = setgroups };

	for (int k = 0; k < IDMAP_KINDS; k++)
		for (uint32_t i = 0; i < 2; i++)
			CHECK_INT(idmap_add(&m.map[k], 5 + i, i, 1, NULL), 0);
	return m;
}

static void a_map_that_differs_from_the_written_one_is_an_error(void)
{
	static const char *const same[] = { "5 0 2\n", "5 0 1\n6 1 1\n", "6 1 1\n5 0 1\n" };
	static const char *const others[] = { "",        "5 0 1\n", "5 0 3\n",       "4 0 2\n",
					      "5 1 2\n", "6 0 2\n", "5 0 2\n9 9 1\n" };
	cleanup_idmaps struct idmaps m = two(IDMAP_SETGROUPS_UNSET), one = IDMAPS_INIT;

	begin();
	for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
		put(same[i], same[i], "allow\n");
		CHECK_INT(idmaps_verify(dir, &m, &e), 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		put(others[i], same[0], "allow\n");
		CHECK_INT(idmaps_verify(dir, &m, &e), -EIO);
		check_differs("uid_map");
		put(same[0], others[i], "allow\n");
		CHECK_INT(idmaps_verify(dir, &m, &e), -EIO);
		check_differs("gid_map");
	}
	/* two adjacent extents equal the one extent that was written */
	for (int k = 0; k < IDMAP_KINDS; k++)
		CHECK_INT(idmap_add(&one.map[k], 5, 0, 2, NULL), 0);
	put(same[1], same[1], "allow\n");
	CHECK_INT(idmaps_verify(dir, &one, &e), 0);
	end();
}

static void setgroups_must_be_as_requested(void)
{
	static const struct {
		enum idmap_setgroups want;
		const char *is;
		int rc;
		const char *hint;
	} cases[] = {
		{ IDMAP_SETGROUPS_UNSET, "deny\n", 0, "" },
		{ IDMAP_SETGROUPS_UNSET, "allow\n", 0, "" },
		{ IDMAP_SETGROUPS_DENY, "deny\n", 0, "" },
		{ IDMAP_SETGROUPS_ALLOW, "allow\n", 0, "" },
		{ IDMAP_SETGROUPS_DENY, "allow\n", -EINVAL, "" },
		{ IDMAP_SETGROUPS_DENY, NULL, -EINVAL, "" },
		{ IDMAP_SETGROUPS_DENY, "", -EINVAL, "" },
		{ IDMAP_SETGROUPS_ALLOW, "deny\n", -EINVAL,
		  "map a subordinate group, because otherwise newgidmap denies setgroups" },
	};

	begin();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_idmaps struct idmaps m = two(cases[i].want);

		put("5 0 2\n", "5 0 2\n", cases[i].is);
		CHECK_INT(idmaps_verify(dir, &m, &e), cases[i].rc);
		if (cases[i].rc < 0)
			check_error("", "/setgroups differs from the requested value",
				    cases[i].hint);
	}
	end();
}

static void an_unreadable_map_is_named(void)
{
	cleanup_idmaps struct idmaps m = IDMAPS_INIT;
	char want[UNIT_PATH_SIZE];

	begin();
	put("5 0 2\n", NULL, NULL);
	CHECK_INT(idmaps_read(dir, &m, &e), -ENOENT);
	check_error("cannot read ", "/gid_map: No such file or directory", "");
	CHECK_INT(m.map[IDMAP_UID].n, 0);
	put("5 0\n", "", NULL);
	CHECK_INT(idmaps_read(dir, &m, &e), -EINVAL);
	snprintf(want, sizeof(want), MESSAGE_PATH "/uid_map: ", path);
	CHECK(str_after(e.what, want));
	put("5 0 2\n", "7 1 1\n", NULL);
	CHECK_INT(idmaps_read(dir, &m, &e), 0);
	CHECK_INT(m.setgroups, IDMAP_SETGROUPS_UNSET);
	CHECK_INT(m.map[IDMAP_UID].n, 1);
	CHECK_INT(m.map[IDMAP_GID].ext[0].inside, 7);
	end();
}

static void only_the_given_values_are_written(void)
{
	cleanup_idmaps struct idmaps m = two(IDMAP_SETGROUPS_DENY), gid = IDMAPS_INIT;

	begin();
	put("", "", "");
	CHECK_INT(idmaps_write(dir, &m, &e), 0);
	CHECK_STR(text_of("uid_map"), "5 0 1\n6 1 1\n");
	CHECK_STR(text_of("gid_map"), "5 0 1\n6 1 1\n");
	CHECK_STR(text_of("setgroups"), "deny");
	put("", "", "");
	gid.setgroups = IDMAP_SETGROUPS_ALLOW;
	CHECK_INT(idmap_add(&gid.map[IDMAP_GID], 5, 0, 1, NULL), 0);
	CHECK_INT(idmaps_write(dir, &gid, &e), 0);
	CHECK_STR(text_of("uid_map"), "");
	CHECK_STR(text_of("gid_map"), "5 0 1\n");
	CHECK_STR(text_of("setgroups"), "allow");
	/* a kernel without the file setgroups always allows setgroups(2) */
	put("", "", NULL);
	CHECK_INT(idmaps_write(dir, &gid, &e), 0);
	CHECK_STR(text_of("setgroups"), "missing");
	m.setgroups = IDMAP_SETGROUPS_DENY;
	CHECK_INT(idmaps_write(dir, &m, &e), -ENOENT);
	check_error("cannot write ", "/setgroups: No such file or directory", "");
	CHECK_STR(text_of("uid_map"), "");
	gid.setgroups = IDMAP_SETGROUPS_UNSET;
	put("", NULL, NULL);
	CHECK_INT(idmaps_write(dir, &gid, &e), -ENOENT);
	check_error("cannot write ", "/gid_map: No such file or directory", "");
	end();
}

/* ---- Hints */

static struct idmaps writes; /* the map that try_write() writes */
static const char *hint;     /* the hint that idmaps_write() must set */

static int try_write(void)
{
	int rc;

	e = NSERR_INIT;
	fault_begin();
	rc = idmaps_write(dir, &writes, &e);
	fault_end();
	if (rc < 0 && !streq(e.hint, hint)) {
		printf("# hint '%s', not '%s'\n", e.hint, hint);
		fflush(stdout);
		return 1;
	}
	return rc;
}

/* Checks that idmaps_write() sets this hint if its first system call with this number fails with
 * this error. */
static void check_hint(int number, int error, const char *want)
{
	hint = want;
	CHECK_INT(fault_answer(try_write, number, 1, error), error);
}

static void a_refused_write_has_a_hint(void)
{
	static const char written[] =
		"create a new user namespace, because the map of this one has been written "
		"already, and a map can be written only once";

	if (!fault_require())
		return;
	begin();
	writes = two(IDMAP_SETGROUPS_UNSET);
	put("", "", "allow\n");
	check_hint(SYS_openat, -EROFS, "make /proc writable: mount -o remount,rw /proc");
	check_hint(SYS_write, -EINVAL, "");
	put("0 0 1\n", "", "allow\n");
	check_hint(SYS_write, -EPERM, written);
	check_hint(SYS_write, -EIO, "");
	writes.setgroups = IDMAP_SETGROUPS_DENY;
	check_hint(SYS_write, -EPERM, "deny setgroups before the gid map is written");
	check_hint(SYS_write, -EIO, "");
	writes.setgroups = IDMAP_SETGROUPS_ALLOW;
	put("0 0 1\n", "", "deny\n");
	check_hint(SYS_write, -EPERM,
		   "create a new user namespace, because setgroups has been denied in this one "
		   "and cannot be allowed again");
	/* a failed write is ignored if setgroups already has the value */
	put("", "", "allow\n");
	hint = "";
	CHECK_INT(fault_answer(try_write, SYS_write, 1, -EPERM), 0);
	if (geteuid() == 0) {
		writes.setgroups = IDMAP_SETGROUPS_UNSET;
		CHECK(fchownat(dir, "uid_map", 61234, 61234, 0) == 0);
		check_hint(SYS_openat, -EACCES, "run the command as the owner of the process");
	}
	idmaps_free(&writes);
	end();
}

UNIT_MAIN(CASE(a_map_that_differs_from_the_written_one_is_an_error),
	  CASE(setgroups_must_be_as_requested), CASE(an_unreadable_map_is_named),
	  CASE(only_the_given_values_are_written), CASE(a_refused_write_has_a_hint))
