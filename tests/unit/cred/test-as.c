// SPDX-License-Identifier: GPL-2.0-or-later
/* test-as: looks up the user and the groups of --as in /etc/passwd and /etc/group of a root
 * directory. */
#include "cred/as.h"

#include <sys/stat.h>

#include "../fault.h"
#include "../sandbox.h"
#include "steps.h"

static const char passwd_text[] = "root:x:0:0::/root:/bin/sh\n"
				  "u:x:7:8::/home/u:/bin/u\n"
				  "wrong:x:7\n"
				  "bare:x:9:8:::\n";
static const char group_text[] = "root:x:0:\n"
				 "g:x:20:u,other\n"
				 "h:x:21:u\n"
				 "wrong:x:y:\n"
				 "other:x:22:other\n";

/* Parses the option and runs its step. Returns the result of the step. */
static int as(struct cred *c, const char *text, struct nserr *e)
{
	*e = NSERR_INIT;
	CHECK_INT(cred_as_parse(c, text, e), 0);
	cred_as_prepare(c);
	return run_step(c, "as", e);
}

/* Returns the ids that the step finds, or the message and the hint. */
static const char *ids_of(const char *text)
{
	static char out[1024];
	struct cred c = { 0 };
	struct nserr e;
	int rc = as(&c, text, &e);
	size_t n;

	CHECK_INT(rc < 0, e.what[0] != '\0');
	if (rc < 0) {
		CHECK_INT(rc, -EINVAL);
		snprintf(out, sizeof(out), "%s%s%s", e.what, e.hint[0] ? "; " : "", e.hint);
	} else {
		n = (size_t)snprintf(out, sizeof(out), "%u:%u", c.uid, c.gid);
		for (size_t i = 0; i < c.ngroups; i++)
			n += (size_t)snprintf(out + n, sizeof(out) - n, "%c%u", i ? ',' : ' ',
					      c.groups[i]);
	}
	cred_free(&c);
	return out;
}

/* Returns the result of --as, and checks that the message contains `message`. */
static int refusal(const char *text, const char *message)
{
	struct cred c = { 0 };
	struct nserr e;
	int rc = as(&c, text, &e);

	if (!strstr(unit_message(&e), message))
		CHECK_STR(unit_message(&e), message);
	cred_free(&c);
	return rc;
}

static void finds_users(void)
{
	static const char *const rows[][2] = {
		{ "u", "7:8 8,20,21" },
		{ "u:g", "7:20 20" },
		{ "u:5", "7:5 5" },
		{ "7", "7:8 8,20,21" },
		{ "7:g", "7:20 20" },
		{ "99:5", "99:5 5" },
		{ "99", "--as: cannot find the primary group of uid 99: '/etc/passwd' in the root "
			"directory has no entry for this uid; add a group: --as 99:<group>" },
		{ "x", "--as: '/etc/passwd' in the root directory has no user 'x'" },
		{ "x:5", "--as: '/etc/passwd' in the root directory has no user 'x'" },
		{ "u:x", "--as: '/etc/group' in the root directory has no group 'x'" },
		{ "wrong", "--as: line 3 of '/etc/passwd' in the root directory is invalid" },
		{ "u:wrong", "--as: line 4 of '/etc/group' in the root directory is invalid" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		CHECK_STR(ids_of(rows[i][0]), rows[i][1]);
}

static void keeps_given_groups(void)
{
	struct cred c = { .set_groups = true };
	struct nserr e;

	CHECK_INT(as(&c, "u", &e), 0);
	CHECK(c.gid == 8 && c.ngroups == 0 && !c.groups_optional);
	/* the step can run again */
	CHECK_INT(run_step(&c, "as", &e), 0);
	CHECK_INT(c.uid, 7);
	cred_free(&c);
	CHECK_INT(as(&c, "u", &e), 0);
	CHECK(c.set_uid && c.set_gid && c.set_groups && c.groups_optional);
	CHECK_INT(run_step(&c, "as", &e), 0);
	CHECK_INT(c.ngroups, 3);
	cred_free(&c);
}

/* Returns HOME, USER, LOGNAME and SHELL of the environment that --as makes for this user. */
static const char *variables(const char *text)
{
	static char out[256];
	struct cred c = { 0 };
	struct nserr e;

	CHECK_INT(as(&c, text, &e), 0);
	setenv("HOME", "old", 1);
	CHECK_INT(run_step(&c, "environment", &e), 0);
	snprintf(out, sizeof(out), "%s %s %s %s", getenv("HOME"), getenv("USER"), getenv("LOGNAME"),
		 getenv("SHELL"));
	cred_free(&c);
	return out;
}

static void sets_the_variables_of_the_user(void)
{
	CHECK_STR(variables("u"), "/home/u u u /bin/u");
	CHECK_STR(variables("bare"), "/ bare bare /bin/sh");
	CHECK_STR(variables("99:5"), "/ 99 99 /bin/sh");
}

/* Replaces /etc/group by a file of n lines. */
static void put_groups(size_t n, const char *line)
{
	FILE *f = fopen("/etc/group", "w");

	CHECK(f);
	for (size_t i = 0; f && i < n; i++)
		fputs(line, f);
	CHECK(f && fclose(f) == 0);
}

static void refuses_unusual_files(void)
{
	static const char open_failed[] = "--as: cannot open '/etc/passwd' in the root directory";

	CHECK_INT(truncate("/etc/passwd", (16 << 20) + 1), 0);
	CHECK_INT(refusal("u", "--as: '/etc/passwd' in the root directory is larger than 16 MiB"),
		  -EFBIG);
	CHECK_INT(unlink("/etc/passwd"), 0);
	CHECK_INT(refusal("u", open_failed), -ENOENT);
	CHECK_STR(ids_of("99:5"), "99:5 5");
	CHECK_INT(mkfifo("/etc/passwd", 0600), 0);
	CHECK_INT(
		refusal("99:5", "--as: '/etc/passwd' in the root directory is not a regular file"),
		-EINVAL);
	CHECK_INT(unlink("/etc/passwd"), 0);
	CHECK_INT(symlink("passwd", "/etc/passwd"), 0);
	CHECK_INT(refusal("99:5", open_failed), -ELOOP);
	CHECK_INT(unlink("/etc/passwd"), 0);
	unit_put(AT_FDCWD, "/etc/passwd", passwd_text);
	put_groups(PASSWD_GROUPS_MAX + 1, "g:x:5:u\n");
	CHECK_INT(refusal("u", "--as: '/etc/group' in the root directory lists user 'u' in more "
			       "than 65536 groups"),
		  -E2BIG);
	CHECK_INT(unlink("/etc/group"), 0);
	CHECK_STR(ids_of("u"), "7:8 8");
	CHECK_INT(refusal("u:g", "--as: cannot open '/etc/group' in the root directory"), -ENOENT);
	unit_put(AT_FDCWD, "/etc/group", group_text);
}

static int try_as(void)
{
	struct cred c = { 0 };
	struct nserr e;
	bool right;
	int rc;

	CHECK_INT(cred_as_parse(&c, "u", &e), 0);
	cred_as_prepare(&c);
	e = NSERR_INIT;
	fault_begin();
	rc = run_step(&c, "as", &e);
	fault_end();
	/* the message must name the file that could not be read */
	right = rc < 0 ? strstr(e.what, "root directory") != NULL
		       : c.uid == 7 && c.gid == 8 && c.ngroups == 3;
	cred_free(&c);
	return rc < 0 && !right ? 1 : fault_result(rc, &e, right);
}

/* Returns true for ENOENT, which is accepted, because it means that the root has no /etc/group. */
static bool has_no_groups(const char *why, const struct fault_run *f)
{
	return why && f->error == ENOENT && f->result == 1;
}

static void as_in_the_root(const char *in)
{
	/* the third openat(2) opens the file for reading after the file was found */
	static const struct fault_row rows[] = {
		{ "--as", try_as, SYS_openat, 3, ENOENT, -ESTALE },
		{ "--as", try_as, SYS_openat, 3, EACCES, -EACCES },
		{ "--as", try_as, SYS_newfstatat, 1, EIO, -EIO },
		{ "--as", try_as, SYS_newfstatat, 2, EIO, -ESTALE },
	};

	(void)in;
	sandbox_tmpfs("/etc");
	unit_put(AT_FDCWD, "/etc/passwd", passwd_text);
	unit_put(AT_FDCWD, "/etc/group", group_text);
	finds_users();
	keeps_given_groups();
	sets_the_variables_of_the_user();
	refuses_unusual_files();
	if (fault_supported()) {
		fault_all("--as", try_as, has_no_groups);
		fault_table(rows, ARRAY_SIZE(rows));
	}
	/* without /proc, a descriptor cannot be opened again, so the path of the file is used */
	sandbox_tmpfs("/proc");
	finds_users();
}

static void as_reads_the_files_of_the_root(void)
{
	sandbox(0, as_in_the_root);
}

static void as_requires_a_user_and_accepts_a_group(void)
{
	static const char *const wrong[] = { "", ":", ":g", "u:", "u:g:h", "u::" };
	struct nserr e = NSERR_INIT;
	struct cred c = { 0 };
	char want[64];

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		CHECK_INT(cred_as_parse(&c, wrong[i], &e), -EINVAL);
		snprintf(want, sizeof(want), "invalid '%s', expected <user>[:<group>]", wrong[i]);
		CHECK_STR(unit_message(&e), want);
	}
	/* the last option replaces the others */
	CHECK_INT(cred_as_parse(&c, "u:g", &e), 0);
	CHECK_STR(c.as, "u");
	CHECK_STR(c.as_group, "g");
	CHECK_INT(cred_as_parse(&c, "v", &e), 0);
	CHECK_STR(c.as, "v");
	CHECK(!c.as_group);
	cred_free(&c);
}

UNIT_MAIN(CASE(as_reads_the_files_of_the_root), CASE(as_requires_a_user_and_accepts_a_group))
