// SPDX-License-Identifier: GPL-2.0-or-later
/* test-account: looks up users and groups, also when the lookup fails. The linker replaces
 * getpwnam(3), getpwuid(3), getgrnam(3) and getgrgid(3) (option --wrap in tests/Makemodule.am). */
#include "base/account.h"

#include "../fault.h"

/* The errnos of the first lookups, which find no entry. Each later lookup finds its entry, unless
 * is_missing is set. */
static int errors[2];
static unsigned n_errors, lookups;
static bool is_missing;

/* Returns true, and sets errno, if this lookup finds no entry. */
static bool finds_nothing(void)
{
	if (lookups++ < n_errors) {
		errno = errors[lookups - 1];
		return true;
	}
	return is_missing;
}

struct passwd *__wrap_getpwnam(const char *name);
struct passwd *__wrap_getpwnam(const char *name)
{
	static struct passwd web = { .pw_uid = 7, .pw_gid = 8 };

	CHECK_STR(name, "web");
	return finds_nothing() ? NULL : &web;
}

struct passwd *__wrap_getpwuid(uid_t uid);
struct passwd *__wrap_getpwuid(uid_t uid)
{
	static struct passwd other = { .pw_uid = 9 };

	CHECK_INT(uid, 9);
	return finds_nothing() ? NULL : &other;
}

struct group *__wrap_getgrnam(const char *name);
struct group *__wrap_getgrnam(const char *name)
{
	static struct group web = { .gr_gid = 8 };

	CHECK_STR(name, "web");
	return finds_nothing() ? NULL : &web;
}

struct group *__wrap_getgrgid(gid_t gid);
struct group *__wrap_getgrgid(gid_t gid)
{
	static struct group other = { .gr_gid = 9 };

	CHECK_INT(gid, 9);
	return finds_nothing() ? NULL : &other;
}

static void fail_with(int first, int second)
{
	errors[0] = first;
	errors[1] = second;
	n_errors = first ? second ? 2 : 1 : 0;
	lookups = 0;
}

/* Returns the message of account_user() or account_group(), or "" if the id was found. */
static const char *user(const char *text)
{
	static struct nserr e;
	uid_t uid = 0;
	int rc;

	e = NSERR_INIT;
	rc = account_user(text, &uid, &e);
	CHECK(rc <= 0);
	CHECK_INT(uid, rc < 0 ? 0 : text[0] == 'w' ? 7 : 5);
	return unit_error(rc, &e);
}

static const char *group(const char *text)
{
	static struct nserr e;
	gid_t gid = 0;
	int rc;

	e = NSERR_INIT;
	rc = account_group(text, &gid, &e);
	CHECK(rc <= 0);
	CHECK_INT(gid, rc < 0 ? 0 : text[0] == 'w' ? 8 : 5);
	return unit_error(rc, &e);
}

static const char *failure(const char *what, int error)
{
	static char text[128];

	snprintf(text, sizeof(text), "cannot look up %s 'web': %s", what, strerror(error));
	return text;
}

static void a_number_needs_no_database(void)
{
	static const char *const bad[] = { "", "5x", "4294967295", "9999999999" };
	char want[64];

	fail_with(0, 0);
	CHECK_STR(user("5"), "");
	CHECK_STR(group("5"), "");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(want, sizeof(want), "unknown user '%s'", bad[i]);
		CHECK_STR(user(bad[i]), want);
		snprintf(want, sizeof(want), "unknown group '%s'", bad[i]);
		CHECK_STR(group(bad[i]), want);
	}
	CHECK_INT(lookups, 0);
}

static void an_interrupted_lookup_is_repeated(void)
{
	fail_with(EINTR, EINTR);
	CHECK_STR(user("web"), "");
	CHECK_INT(lookups, 3);
	fail_with(EINTR, EINTR);
	CHECK_STR(group("web"), "");
	CHECK_INT(lookups, 3);
}

/* A lookup that fails with ENOENT or ESRCH, or returns NULL without an error, means that the entry
 * does not exist (getpwnam(3)). */
static void a_failure_is_not_a_missing_entry(void)
{
	static const int failures[] = { EIO, EMFILE, EPERM, ENOMEM };
	static const int missing[] = { ENOENT, ESRCH };
	const struct passwd *pw;
	const struct group *gr;

	for (size_t i = 0; i < ARRAY_SIZE(failures); i++) {
		fail_with(failures[i], 0);
		CHECK_STR(user("web"), failure("user", failures[i]));
		fail_with(failures[i], 0);
		CHECK_STR(group("web"), failure("group", failures[i]));
		fail_with(failures[i], 0);
		CHECK_INT(account_passwd(NULL, 9, &pw), -failures[i]);
		CHECK(!pw);
		CHECK_INT(lookups, 1);
		fail_with(failures[i], 0);
		CHECK_INT(account_grp(NULL, 9, &gr), -failures[i]);
		CHECK(!gr);
		CHECK_INT(lookups, 1);
	}
	is_missing = true;
	for (size_t i = 0; i < ARRAY_SIZE(missing); i++) {
		fail_with(missing[i], missing[i]);
		CHECK_STR(user("web"), "unknown user 'web'");
		fail_with(missing[i], 0);
		CHECK_STR(group("web"), "unknown group 'web'");
	}
	fail_with(0, 0);
	CHECK_STR(group("web"), "unknown group 'web'");
	is_missing = false;
}

/* If the first lookup finds no entry, the functions read from /etc/passwd or /etc/group to check
 * that it is readable, and then look up the entry again. */
static void a_second_lookup_finds_the_entry(void)
{
	const struct passwd *pw = NULL;
	const struct group *gr = NULL;

	fail_with(ENOENT, 0);
	CHECK_STR(user("web"), "");
	CHECK_INT(lookups, 2);
	fail_with(ESRCH, 0);
	CHECK_INT(account_passwd(NULL, 9, &pw), 0);
	CHECK(pw && pw->pw_uid == 9);
	fail_with(0, 0);
	CHECK_INT(account_passwd(NULL, 9, &pw), 0);
	CHECK_INT(lookups, 1);
	fail_with(ENOENT, 0);
	CHECK_STR(group("web"), "");
	CHECK_INT(lookups, 2);
	fail_with(ESRCH, 0);
	CHECK_INT(account_grp(NULL, 9, &gr), 0);
	CHECK(gr && gr->gr_gid == 9);
	fail_with(0, 0);
	CHECK_INT(account_grp(NULL, 9, &gr), 0);
	CHECK_INT(lookups, 1);
}

/* Returns rc, the result of a lookup of the missing user or group "web", or 1 if its message is
 * wrong. `what` is "user" or "group". */
static int missing(const char *what, int rc, const struct nserr *e)
{
	char unknown[32];

	snprintf(unknown, sizeof(unknown), "unknown %s 'web'", what);
	return streq(unit_message(e), rc == -EINVAL ? unknown : failure(what, -rc)) ? rc : 1;
}

/* Look up a user or group that does not exist. Return the result of missing(). */
static int try_missing_user(void)
{
	struct nserr e = NSERR_INIT;
	uid_t uid;
	int rc;

	fail_with(ENOENT, ENOENT);
	fault_begin();
	rc = account_user("web", &uid, &e);
	fault_end();
	return missing("user", rc, &e);
}

static int try_missing_group(void)
{
	struct nserr e = NSERR_INIT;
	gid_t gid;
	int rc;

	fail_with(ENOENT, ENOENT);
	fault_begin();
	rc = account_group("web", &gid, &e);
	fault_end();
	return missing("group", rc, &e);
}

static void an_unreadable_file_is_reported(void)
{
	static const struct fault_row rows[] = {
		{ "account_user", try_missing_user, SYS_openat, 1, ENOENT, -EINVAL },
		{ "account_user", try_missing_user, SYS_openat, 1, EACCES, -EACCES },
		{ "account_user", try_missing_user, SYS_openat, 1, EMFILE, -EMFILE },
		{ "account_user", try_missing_user, SYS_read, 1, EIO, -EIO },
		/* after EINTR, the file is opened or read again */
		{ "account_user", try_missing_user, SYS_openat, 1, EINTR, -EINVAL },
		{ "account_user", try_missing_user, SYS_read, 1, EINTR, -EINVAL },
		{ "account_group", try_missing_group, SYS_openat, 1, ENOENT, -EINVAL },
		{ "account_group", try_missing_group, SYS_openat, 1, EMFILE, -EMFILE },
		{ "account_group", try_missing_group, SYS_read, 1, EIO, -EIO },
	};

	if (!fault_require())
		return;
	is_missing = true;
	fault_table(rows, ARRAY_SIZE(rows));
	is_missing = false;
}

UNIT_MAIN(CASE(a_number_needs_no_database), CASE(an_interrupted_lookup_is_repeated),
	  CASE(a_failure_is_not_a_missing_entry), CASE(a_second_lookup_finds_the_entry),
	  CASE(an_unreadable_file_is_reported))
