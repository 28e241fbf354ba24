// SPDX-License-Identifier: GPL-2.0-or-later
#include "root/libmount.h"
#include "root/mntopt.h"

#if USE_LIBMOUNT
#include <libmount.h>
#endif

#include "../unit.h"
#include "base/dl.h"
#include "kernel/sys_mount.h"

static void separates_mount_options_from_file_system_options(void)
{
	struct mntopt o = MNTOPT_INIT;
	struct nserr e;

	CHECK_INT(mntopt_parse(&o, "ro,nosuid,size=1m,newinstance,noatime,norec", &e), 0);
	CHECK_INT(o.set, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOATIME);
	CHECK_INT(o.clr, MOUNT_ATTR__ATIME);
	CHECK(o.norec && !o.nofollow);
	CHECK_INT(o.n, 2);
	CHECK_STR(o.param[0], "size=1m");
	CHECK_STR(o.param[1], "newinstance");
	CHECK_STR(mntopt_get(&o, "size"), "1m");
	CHECK_STR(mntopt_get(&o, "newinstance"), "");
	CHECK(!mntopt_get(&o, "siz"));
	mntopt_free(&o);
}

static void later_option_overrides_earlier_one(void)
{
	struct mntopt o = MNTOPT_INIT;
	struct nserr e;

	CHECK_INT(mntopt_parse(&o, "ro,nosuid,nodev,rw,suid", &e), 0);
	CHECK_INT(o.set, MOUNT_ATTR_NODEV);
	CHECK_INT(o.clr, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID);
	mntopt_free(&o);
}

static void escaped_commas_and_backslashes_are_decoded(void)
{
	struct mntopt o = MNTOPT_INIT;
	struct nserr e;

	CHECK_INT(mntopt_parse(&o, "lower=/a\\,b\\\\c,ro", &e), 0);
	CHECK_INT(o.n, 1);
	CHECK_STR(o.param[0], "lower=/a,b\\c");
	mntopt_free(&o);
}

static void empty_options_are_refused(void)
{
	static const char *const bad[] = { "", ",", "ro,", ",ro", "ro,,rw", "=x", "ro,=" };
	struct nserr e;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct mntopt o = MNTOPT_INIT;

		CHECK_INT(mntopt_parse(&o, bad[i], &e), -EINVAL);
		mntopt_free(&o);
	}
}

static void fields_are_cut_at_colons(void)
{
	char plain[] = "/a:/b:ro,nosuid", escaped[] = "/a\\:b:/c\\\\d", fd[] = "fd:7:/c:ro";
	char only[] = "/a", rest[] = "/a:lower=/x\\:y:/z";
	char *f[3];

	CHECK_INT(mntopt_fields(plain, f, 3), 3);
	CHECK_STR(f[0], "/a");
	CHECK_STR(f[1], "/b");
	CHECK_STR(f[2], "ro,nosuid");
	CHECK_INT(mntopt_fields(escaped, f, 3), 2);
	CHECK_STR(f[0], "/a:b");
	CHECK_STR(f[1], "/c\\d");
	CHECK_INT(mntopt_fields(fd, f, 3), 3);
	CHECK_STR(f[0], "fd:7");
	CHECK_STR(f[1], "/c");
	CHECK_INT(mntopt_fields(only, f, 2), 1);
	CHECK_INT(mntopt_fields(rest, f, 2), 2);
	CHECK_STR(f[1], "lower=/x\\:y:/z");
}

static void attributes_are_converted_to_flags_of_mount(void)
{
	CHECK_INT(mntopt_ms_flags(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC), MS_RDONLY | MS_NOEXEC);
	CHECK_INT(mntopt_ms_flags(MOUNT_ATTR_STRICTATIME), MS_STRICTATIME);
	CHECK_INT(mntopt_ms_flags(0), 0);
}

#if USE_LIBMOUNT

/*
 * Returns true for options of libmount that the table of mntopt.c lacks on purpose, because they
 * are other operations or defaults.
 */
static bool is_left_out(const char *name)
{
	static const char *const names[] = {
		"remount",    "bind",          "rbind", "move",     "unbindable", "runbindable",
		"private",    "rprivate",      "slave", "rslave",   "shared",     "rshared",
		"norelatime", "nostrictatime", "sub",   "iversion", "noiversion",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (streq(names[i], name))
			return true;
	return false;
}

/* Returns true and skips the case if the test is linked statically, which prevents dl_load(). */
static bool is_static(int rc, const struct nserr *e)
{
	if (rc == 0 || !strstr(e->what, "linked statically"))
		return false;
	unit_skip("the test is linked statically");
	return true;
}

/* The table of mntopt.c must have every option that libmount accepts for all mounts, with the same
 * flag, except those that is_left_out() names. */
static void option_flags_equal_those_of_libmount(void)
{
	static __typeof__(&mnt_get_builtin_optmap) optmap;
	static const struct dl_symbol symbols[] = { DL_SYMBOL(optmap, mnt_get_builtin_optmap) };
	const struct libmnt_optmap *m;
	struct nserr e = NSERR_INIT;
	int rc = dl_load(LIBMOUNT_SONAME, symbols, ARRAY_SIZE(symbols), &e);

	if (is_static(rc, &e))
		return;
	CHECK_INT(rc, 0);
	for (m = optmap(MNT_LINUX_MAP); m->name; m++) {
		struct mntopt o = MNTOPT_INIT;
		unsigned long ms = 0, want = m->mask & MNT_INVERT ? 0 : (unsigned long)m->id;

		if (is_left_out(m->name))
			continue;
		CHECK_INT(mntopt_parse(&o, m->name, &e), 0);
		CHECK(o.n == 0 || mntopt_is_super(m->name, &ms));
		/* skip "silent", which affects only the kernel log, and "relatime", whose attribute
		 * is 0 */
		if (!streq(m->name, "silent") && !streq(m->name, "relatime"))
			CHECK_INT(ms | mntopt_ms_flags(o.set), want);
		mntopt_free(&o);
	}
}

static void a_mount_table_is_read(void)
{
	static const char good[] = "36 35 98:0 / / rw - tmpfs none rw\n";
	char dir[UNIT_DIR_SIZE], name[UNIT_PATH_SIZE];
	struct mnt_table t;
	struct nserr e = NSERR_INIT;
	int fd = unit_directory(dir), rc;

	unit_put(fd, "mountinfo", good);
	close(fd);
	snprintf(name, sizeof(name), "%s/mountinfo", dir);
	rc = libmount_read(&t, name, &e);
	if (is_static(rc, &e)) {
		unit_remove(dir);
		return;
	}
	CHECK_INT(rc, 0);
	CHECK_INT(t.n, 1);
	CHECK_INT(t.m[0].id, 36);
	libmount_done(&t);
	unit_remove(dir);
	CHECK(libmount_read(&t, name, &e) < 0);
}

#else

static void option_flags_equal_those_of_libmount(void)
{
	unit_skip("nsutils was built without libmount");
}

static void a_mount_table_is_read(void)
{
	struct mnt_table t;
	struct nserr e = NSERR_INIT;

	CHECK_INT(libmount_read(&t, "/proc/self/mountinfo", &e), -EOPNOTSUPP);
	CHECK(strstr(e.what, "libmount"));
	libmount_done(&t);
}

#endif

static void nofollow_is_no_option_of_the_file_system(void)
{
	struct mntopt o = MNTOPT_INIT;
	struct nserr e;

	CHECK_INT(mntopt_parse(&o, "nofollow,size=1m", &e), 0);
	CHECK(o.nofollow && !o.norec);
	CHECK_INT(o.n, 1);
	CHECK_STR(o.param[0], "size=1m");
	mntopt_free(&o);
	/* a backslash before another character stays */
	CHECK_INT(mntopt_parse(&o, "a\\b,c\\", &e), 0);
	CHECK_INT(o.n, 2);
	CHECK_STR(o.param[0], "a\\b");
	CHECK_STR(o.param[1], "c\\");
	mntopt_free(&o);
}

static void a_descriptor_is_one_field(void)
{
	char one[] = "fd:3:x", alone[] = "fd:3", none[] = "", all[] = "a:b";
	char *f[3];

	/* with a single field, the text is not divided */
	CHECK_INT(mntopt_fields(one, f, 1), 1);
	CHECK_STR(f[0], "fd:3:x");
	CHECK_INT(mntopt_fields(alone, f, 3), 1);
	CHECK_STR(f[0], "fd:3");
	CHECK_INT(mntopt_fields(none, f, 3), 1);
	CHECK_STR(f[0], "");
	CHECK_INT(mntopt_fields(all, f, 0), 0);
	CHECK_INT(mntopt_fields(one, f, 2), 2);
	CHECK_STR(f[0], "fd:3");
	CHECK_STR(f[1], "x");
}

UNIT_MAIN(CASE(separates_mount_options_from_file_system_options),
	  CASE(later_option_overrides_earlier_one),
	  CASE(escaped_commas_and_backslashes_are_decoded), CASE(empty_options_are_refused),
	  CASE(fields_are_cut_at_colons), CASE(attributes_are_converted_to_flags_of_mount),
	  CASE(option_flags_equal_those_of_libmount), CASE(a_mount_table_is_read),
	  CASE(nofollow_is_no_option_of_the_file_system), CASE(a_descriptor_is_one_field))
