// SPDX-License-Identifier: GPL-2.0-or-later
/* test-shift: changes the ids of files. Only root can change owners. */
#include "idmap/shift.h"

#include <linux/capability.h>
#include <linux/xattr.h>
#include <sys/mman.h>
#include <sys/xattr.h>

#include "../fault.h"
#include "base/file.h"

static struct idmaps from, to;
static struct journal journal;
static struct nserr e;
static char path[UNIT_DIR_SIZE];
static int dir;

/* Before the change, the ids 0 to 9 of a user namespace are mapped to 100000 to 100009. After the
 * change, the uids 0 to 8 are mapped to 200000 to 200008, the gids 0 to 8 to 300000 to 300008, and
 * the uid 9 and the gid 9 are not mapped. */
static void begin(void)
{
	from = to = IDMAPS_INIT;
	for (int k = 0; k < IDMAP_KINDS; k++) {
		CHECK_INT(idmap_add(&from.map[k], 0, 100000, 10, NULL), 0);
		CHECK_INT(idmap_add(&to.map[k], 0, k == IDMAP_UID ? 200000 : 300000, 9, NULL), 0);
	}
	journal = JOURNAL_INIT;
	journal.fd = memfd_create("journal", MFD_CLOEXEC);
	dir = unit_directory(path);
}

static void end(void)
{
	CHECK_INT(chdir("/"), 0);
	idmaps_free(&from);
	idmaps_free(&to);
	util_close(&journal.fd);
	close(dir);
	unit_remove(path);
}

/* Returns the name of a file in messages. */
static const char *name(void *ctx)
{
	(void)ctx;
	return "name";
}

/* Creates or replaces the file "f" with this owner, group and mode. */
static void put(uid_t uid, gid_t gid, mode_t mode)
{
	CHECK(unlinkat(dir, "f", 0) == 0 || errno == ENOENT);
	unit_put(dir, "f", "");
	CHECK(fchownat(dir, "f", uid, gid, 0) == 0 && fchmodat(dir, "f", mode, 0) == 0);
}

static struct shift_found found;
static bool stop;           /* shift_file() has set shift.stop */
static unsigned attributes; /* attributes (chattr(1)) that change() reports for the file */

/* Calls shift_file() for a file of the directory, with this journal. */
static int change(const char *file, struct journal *j)
{
	struct shift s = { .from = &from, .to = &to, .journal = j };
	int fd = openat(dir, file, O_PATH | O_NOFOLLOW | O_CLOEXEC), rc;
	struct statx st;

	e = NSERR_INIT;
	CHECK_INT(shift_enter(&e), 0);
	nserr_set(&s.no_journal, EROFS, "cannot open the journal");
	CHECK(statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &st) == 0);
	st.stx_attributes |= attributes;
	fault_begin();
	rc = shift_file(&s, fd, &st, name, NULL, &found, &e);
	fault_end();
	close(fd);
	stop = s.stop;
	return rc;
}

static void check_owner(const char *file, uid_t uid, gid_t gid, mode_t mode)
{
	struct stat st;

	CHECK(fstatat(dir, file, &st, AT_SYMLINK_NOFOLLOW) == 0);
	CHECK_INT(st.st_uid, uid);
	CHECK_INT(st.st_gid, gid);
	CHECK_INT(st.st_mode & 07777, mode);
}

/* Returns true if the test can change owners. */
static bool can_run(void)
{
	if (geteuid() != 0)
		unit_skip("only root can change owners");
	return geteuid() == 0;
}

static void an_owner_of_the_first_map_is_replaced(void)
{
	static const struct {
		uid_t uid;
		gid_t gid;
		mode_t mode;
		uid_t new_uid;
		gid_t new_gid;
		bool changed, foreign;
	} cases[] = {
		{ 100003, 100004, 0644, 200003, 300004, true, false },
		{ 100003, 100004, 06755, 200003, 300004, true, false },
		{ 100003, 100004, 02755, 200003, 300004, true, false },
		{ 100000, 100008, 04711, 200000, 300008, true, false },
		{ 100009, 100004, 0644, 100009, 300004, true, true },
		{ 100003, 100009, 0644, 200003, 100009, true, true },
		{ 100010, 99999, 0644, 100010, 99999, false, true },
		{ 200003, 300004, 0644, 200003, 300004, false, false },
		{ 200003, 100004, 0644, 200003, 300004, true, false },
		{ 300003, 300004, 0644, 300003, 300004, false, true },
	};

	if (!can_run())
		return;
	begin();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		put(cases[i].uid, cases[i].gid, cases[i].mode);
		/* without a journal, shift_file() only reports what it would change */
		CHECK_INT(change("f", NULL), 0);
		CHECK_INT(found.owner, cases[i].changed);
		CHECK_INT(found.foreign, cases[i].foreign);
		check_owner("f", cases[i].uid, cases[i].gid, cases[i].mode);
		CHECK_INT(change("f", &journal), 0);
		CHECK_INT(found.owner, cases[i].changed);
		CHECK_INT(found.foreign, cases[i].foreign);
		check_owner("f", cases[i].new_uid, cases[i].new_gid, cases[i].mode);
		CHECK(!stop && !journal.pending);
		CHECK_INT(lseek(journal.fd, 0, SEEK_END), 0);
	}
	/* a symbolic link and a directory need no journal */
	util_close(&journal.fd);
	CHECK(symlinkat("f", dir, "link") == 0 && mkdirat(dir, "d", 0755) == 0);
	CHECK(fchownat(dir, "link", 100001, 100002, AT_SYMLINK_NOFOLLOW) == 0);
	CHECK(fchownat(dir, "d", 100001, 100002, 0) == 0 && fchmodat(dir, "d", 02755, 0) == 0);
	CHECK_INT(change("link", &journal), 0);
	check_owner("link", 200001, 300002, 0777);
	CHECK_INT(change("d", &journal), 0);
	check_owner("d", 200001, 300002, 02755);
	check_owner("f", 300003, 300004, 0644);
	put(100001, 100002, 0755);
	CHECK_INT(change("f", &journal), 0);
	check_owner("f", 200001, 300002, 0755);
	/* a file whose owner does not change needs no journal, either */
	put(5, 6, 06755);
	CHECK_INT(change("f", &journal), 0);
	for (mode_t bit = S_ISGID; bit <= S_ISUID; bit *= 2) {
		put(100001, 100002, 0755 | bit);
		CHECK_INT(change("f", &journal), -EPERM);
		CHECK_STR(unit_message(&e),
			  "cannot preserve the mode and capabilities of 'name': cannot open the "
			  "journal: Read-only file system");
		check_owner("f", 100001, 100002, 0755 | bit);
	}
	end();
}

/* ---- Capabilities */

/* A value of security.capability: CAP_NET_RAW is permitted. With the root uid 0, the value has
 * version 2, which contains no root uid. The numbers are little-endian on all machines. */
struct caps {
	uint32_t magic, data[4], root;
};

static struct caps net_raw(uint32_t root)
{
	return (struct caps){ htole32(root ? VFS_CAP_REVISION_3 : VFS_CAP_REVISION_2),
			      { htole32(1 << CAP_NET_RAW), 0, 0, 0 },
			      htole32(root) };
}

static const char *file_path(void)
{
	static char text[UNIT_PATH_SIZE];

	snprintf(text, sizeof(text), "%s/f", path);
	return text;
}

static bool put_caps(uint32_t root)
{
	struct caps caps = net_raw(root);

	return setxattr(file_path(), XATTR_NAME_CAPS, &caps,
			root ? XATTR_CAPS_SZ_3 : XATTR_CAPS_SZ_2, 0) == 0;
}

static void check_caps(uint32_t root)
{
	struct caps want = net_raw(root), is;
	size_t n = root ? XATTR_CAPS_SZ_3 : XATTR_CAPS_SZ_2;

	CHECK_INT(getxattr(file_path(), XATTR_NAME_CAPS, &is, sizeof(is)), n);
	CHECK(memcmp(&is, &want, n) == 0);
}

static void capabilities_stay_and_their_root_uid_is_replaced(void)
{
	static const struct {
		uid_t uid;
		uint32_t root, want;
		bool caps, foreign;
	} cases[] = {
		{ 100001, 0, 0, false, false },          { 100001, 100002, 200002, true, false },
		{ 200001, 100002, 200002, true, false }, { 200001, 200002, 200002, false, false },
		{ 200001, 55, 55, false, true },         { 100001, 55, 55, false, true },
		{ 100001, 100009, 100009, false, true },
	};
	size_t at = 0;

	if (!can_run())
		return;
	begin();
	while (at < IDXATTRS && !streq(idxattrs[at].name, XATTR_NAME_CAPS))
		at++;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		put(cases[i].uid, 300000, 0755);
		CHECK(put_caps(cases[i].root));
		CHECK_INT(change("f", NULL), 0);
		check_caps(cases[i].root);
		CHECK_INT(found.xattr[at], cases[i].caps);
		CHECK_INT(change("f", &journal), 0);
		check_caps(cases[i].want);
		CHECK_INT(found.xattr[at], cases[i].caps);
		CHECK_INT(found.foreign, cases[i].foreign);
		CHECK_INT(lseek(journal.fd, 0, SEEK_END), 0);
	}
	util_close(&journal.fd);
	put(100001, 300000, 0755);
	CHECK(put_caps(0));
	CHECK_INT(change("f", &journal), -EPERM);
	check_caps(0);
	end();
}

/* ---- ACLs (acl(5)) */

struct acl {
	uint32_t version;
	struct {
		uint16_t tag, permissions;
		uint32_t id;
	} entry[6];
};

/* Returns an ACL with one named user and one named group. */
static struct acl acl_of(uint32_t uid, uint32_t gid)
{
	return (struct acl){ 2,
			     { { 1, 6, UINT32_MAX },
			       { 2, 4, uid },
			       { 4, 4, UINT32_MAX },
			       { 8, 4, gid },
			       { 16, 4, UINT32_MAX },
			       { 32, 4, UINT32_MAX } } };
}

static void check_acl(const char *file, const char *attribute, uint32_t uid, uint32_t gid)
{
	struct acl acl = acl_of(100003, 100004), is, want = acl_of(uid, gid);
	char text[UNIT_PATH_SIZE];

	snprintf(text, sizeof(text), "%s/%s", path, file);
	CHECK_INT(setxattr(text, attribute, &acl, sizeof(acl), 0), 0);
	CHECK_INT(change(file, NULL), 0);
	CHECK(getxattr(text, attribute, &is, sizeof(is)) == sizeof(is) &&
	      memcmp(&is, &acl, sizeof(is)) == 0);
	CHECK_INT(change(file, &journal), 0);
	for (size_t i = 0; i < IDXATTRS; i++)
		CHECK_INT(found.xattr[i], streq(idxattrs[i].name, attribute));
	CHECK(!found.owner && !found.foreign);
	CHECK(getxattr(text, attribute, &is, sizeof(is)) == sizeof(is) &&
	      memcmp(&is, &want, sizeof(is)) == 0);
}

static void the_named_ids_of_an_acl_are_replaced(void)
{
	struct acl acl = acl_of(100003, 100004);

	if (!can_run())
		return;
	begin();
	put(200001, 300002, 0644);
	if (setxattr(file_path(), XATTR_NAME_POSIX_ACL_ACCESS, &acl, sizeof(acl), 0) < 0 &&
	    errno == EOPNOTSUPP) {
		unit_skip("this file system has no ACLs");
		end();
		return;
	}
	check_acl("f", XATTR_NAME_POSIX_ACL_ACCESS, 200003, 300004);
	CHECK(mkdirat(dir, "d", 0755) == 0 && fchownat(dir, "d", 200001, 300002, 0) == 0);
	check_acl("d", XATTR_NAME_POSIX_ACL_DEFAULT, 200003, 300004);
	end();
}

/* ---- Failed calls */

static const char *message, *hint;
static bool stops;      /* shift_file() must set shift.stop */
static bool owner_only; /* the file has no capabilities */

/* Changes a file with a setuid bit and capabilities. Checks the message of a failure. Returns 2 if
 * the file has an id that cannot be changed. */
static int try_change(void)
{
	int rc;

	put(100001, 100002, 04755);
	if (!owner_only && !put_caps(0))
		return 1;
	rc = change("f", &journal);
	if (rc == 0)
		return found.foreign ? 2 : 0;
	if (streq(e.what, message) && streq(e.hint, hint) && stop == stops)
		return rc;
	printf("# '%s', hint '%s'%s\n", e.what, e.hint, stop ? ", stop" : "");
	fflush(stdout);
	return 1;
}

static void a_failed_call_is_reported(void)
{
	static const struct {
		int number, error;
		const char *message;
		bool stops;
		unsigned attributes;
		const char *hint;
	} rows[] = {
		{ SYS_listxattr, -EIO, "cannot list the attributes of 'name'", false, 0, "" },
		{ SYS_getxattr, -EIO, "cannot read the capability of 'name'", false, 0, "" },
		{ SYS_pwrite64, -ENOSPC, "cannot record the mode of 'name'", false, 0, "" },
		{ SYS_fchownat, -EPERM, "cannot change the owner of 'name'", false, 0, "" },
		{ SYS_fchownat, -EROFS, "cannot change the owner of 'name'", false,
		  STATX_ATTR_IMMUTABLE, "" },
		{ SYS_fchownat, -EPERM, "cannot change the owner of 'name'", false,
		  STATX_ATTR_IMMUTABLE,
		  "run 'chattr -i' on this file, because the attribute prevents a change of "
		  "owner" },
		{ SYS_fchownat, -EPERM, "cannot change the owner of 'name'", false,
		  STATX_ATTR_APPEND,
		  "run 'chattr -a' on this file, because the attribute prevents a change of "
		  "owner" },
		{ SYS_chmod, -EROFS, "cannot restore the mode of 'name'", true, 0, "" },
		{ SYS_setxattr, -ENOSPC, "cannot restore the capabilities of 'name'", true, 0, "" },
		{ SYS_ftruncate, -EIO, "cannot write the journal", true, 0, "" },
	};

	if (!can_run())
		return;
	if (!fault_require())
		return;
	begin();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		message = rows[i].message;
		hint = rows[i].hint;
		stops = rows[i].stops;
		attributes = rows[i].attributes;
		/* setxattr(2) of put_caps() is not counted, because it precedes fault_begin() */
		CHECK_INT(fault_answer(try_change, rows[i].number, 1, rows[i].error),
			  rows[i].error);
		/* the record stays if the file must be restored */
		CHECK_INT(lseek(journal.fd, 0, SEEK_END) > 0, rows[i].stops);
		CHECK_INT(ftruncate(journal.fd, 0), 0);
		attributes = 0;
	}
	/* a file system without extended attributes, and capabilities whose root uid is not mapped
	 * in this user namespace (EOVERFLOW) */
	owner_only = true;
	CHECK_INT(fault_answer(try_change, SYS_listxattr, 1, -EOPNOTSUPP), 0);
	owner_only = false;
	CHECK_INT(fault_answer(try_change, SYS_getxattr, 1, -ENODATA), 0);
	CHECK_INT(fault_answer(try_change, SYS_getxattr, 1, -EOPNOTSUPP), 0);
	CHECK_INT(fault_answer(try_change, SYS_getxattr, 1, -EOVERFLOW), 2);
	end();
}

/* ---- Files that were changed when an earlier process was killed */

/* Calls shift_complete() for the file "f". The record was written `later` seconds after the last
 * change of the file. */
static int complete(struct journal_record r, int later)
{
	struct shift s = { .from = &from, .to = &to, .journal = &journal };
	int fd = openat(dir, "f", O_PATH | O_CLOEXEC), rc;
	struct statx st;

	e = NSERR_INIT;
	CHECK_INT(shift_enter(&e), 0);
	CHECK(statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &st) == 0);
	r.ino += st.stx_ino;
	r.born = journal_born(&st);
	r.written = (st.stx_ctime.tv_sec + later) * INT64_C(1000000000) + st.stx_ctime.tv_nsec;
	journal.record = r;
	journal.pending = true;
	fault_begin();
	rc = shift_complete(&s, fd, &st, name, NULL, &e);
	fault_end();
	close(fd);
	return rc;
}

static struct journal_record interrupted(void)
{
	const struct caps caps = net_raw(0);
	struct journal_record r = { .uid = 200001, .gid = 300002, .mode = S_IFREG | 04755 };

	r.ncaps = XATTR_CAPS_SZ_2;
	memcpy(r.caps, &caps, r.ncaps);
	return r;
}

static int try_complete(void)
{
	int rc = complete(interrupted(), 0);

	return rc < 0 && !streq(e.what, "cannot write the journal") ? 1 : rc > 0 ? 0 : rc;
}

static void an_interrupted_change_is_completed(void)
{
	struct journal_record r = interrupted();

	if (!can_run())
		return;
	begin();
	put(200001, 300002, 0755);
	CHECK_INT(complete(r, 0), 1);
	check_owner("f", 200001, 300002, 04755);
	check_caps(0);
	CHECK(!journal.pending);
	/* a record of another file */
	put(200001, 300002, 0755);
	r.ino = 1;
	CHECK_INT(complete(r, 0), 0);
	check_owner("f", 200001, 300002, 0755);
	CHECK(journal.pending);
	/* the file was changed afterwards */
	r.ino = 0;
	CHECK_INT(complete(r, -3), -EPERM);
	check_owner("f", 200001, 300002, 0755);
	CHECK(!journal.pending);
	CHECK_STR(unit_message(&e),
		  "'name' was changed after an earlier 'nsidmap chown' was killed, so its mode "
		  "4755 and its capabilities are not restored");
	r.ncaps = 0;
	CHECK_INT(complete(r, -3), -EPERM);
	CHECK(strstr(e.what, "was killed, so its mode 4755 is not restored"));
	CHECK_INT(complete(r, -1), 1);
	check_owner("f", 200001, 300002, 04755);
	CHECK(getxattr(file_path(), XATTR_NAME_CAPS, NULL, 0) < 0 && errno == ENODATA);
	if (fault_supported()) {
		CHECK_INT(fault_answer(try_complete, SYS_pwrite64, 1, -EIO), -EIO);
		CHECK_INT(fault_answer(try_complete, SYS_ftruncate, 1, -EIO), -EIO);
	}
	end();
}

UNIT_MAIN(CASE(an_owner_of_the_first_map_is_replaced),
	  CASE(capabilities_stay_and_their_root_uid_is_replaced),
	  CASE(the_named_ids_of_an_acl_are_replaced), CASE(a_failed_call_is_reported),
	  CASE(an_interrupted_change_is_completed))
