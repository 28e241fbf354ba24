// SPDX-License-Identifier: GPL-2.0-or-later
/* test-nsenter2-follow: reads the attributes of --follow from a directory that imitates /proc/PID.
 * So the test can omit files and lines, as an old kernel or a dying process does. */
#include "../nomem.h"
#include "nsenter2/nsenter2.h"
#include "tool.h"

#define PID 7

/* A file of the directory and its text. */
struct file {
	const char *name, *text;
};

static const struct file usual[] = {
	{ "status", "Umask:\t0027\nUid:\t10\t11\t12\t13\nGid:\t20\t21\t22\t23\nGroups:\t30 31 \n"
		    "CapPrm:\t3\nCapBnd:\t6\nCapAmb:\t0\nNoNewPrivs:\t1\n" },
	{ "uid_map", "0 0 4294967295\n" },
	{ "gid_map", "0 0 4294967295\n" },
	{ "setgroups", "allow\n" },
	{ "limits",
	  "Limit Soft Hard Units\nMax open files            17                   18        "
	  "           files     \n" },
	{ "oom_score_adj", "933\n" },
};

/* Each test replaces or omits (text NULL) one file of `usual`. */
static const struct file *change;
/* The descriptor of the user namespace that nsenter2 enters, or -1. */
static int entered = -1;

/* The directory that imitates /proc/PID, and the results of read_target(). */
static char dir[UNIT_DIR_SIZE];
static struct opts opts;
static struct run run;
static struct nserr error;
static int result;

/* Creates the directory. Returns its descriptor. The target is in the user namespace of the test.
 */
static int make_target(void)
{
	/* a text without '=' is not a variable */
	static const char environ_text[] = "A=1\0none\0B=2";
	int at, fd;

	at = unit_directory(dir);
	CHECK_INT(mkdirat(at, "ns", 0700), 0);
	CHECK_INT(symlinkat("/proc/self/ns/user", at, "ns/user"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(usual); i++)
		unit_file(at, usual[i].name, usual[i].text);
	fd = openat(at, "environ", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	CHECK(write(fd, environ_text, sizeof(environ_text)) == sizeof(environ_text));
	close(fd);
	if (change && change->text)
		unit_file(at, change->name, change->text);
	else if (change)
		(void)unlinkat(at, change->name, 0);
	return at;
}

/* Calls follow_read() for the attributes `follow`. Returns the message, or "" on success. The
 * results are in `run` until forget(). */
static const char *read_target(uint32_t follow)
{
	int after = nomem_after, at;

	nomem_after = -1;
	at = make_target();
	error = NSERR_INIT;
	opts = (struct opts){ .follow = follow };
	run.o = &opts;
	nsjoin_init(&run.join);
	run.join.proc.pid = PID;
	run.join.proc.procfd = at;
	run.join.fds[NSTYPE_USER] = entered;
	nomem_after = after;
	result = follow_read(&run, &error);
	nomem_after = -1;
	if (result == 0)
		error.what[0] = '\0';
	else
		CHECK(error.what[0] != '\0');
	close(at);
	unit_remove(dir);
	return error.what[0] ? unit_message(&error) : "";
}

static void forget(void)
{
	free(run.cred.groups);
	/* the strings of the environment are one allocation, which begins with the first string */
	if (run.followed.env)
		free(run.followed.env[0]);
	free(run.followed.env);
	run = (struct run){ 0 };
}

/* Checks the message for a target whose file has this text; the file is missing if the text is
 * NULL. */
static void check_message(uint32_t follow, const char *name, const char *text, const char *want)
{
	const struct file f = { name, text };

	change = &f;
	CHECK_STR(read_target(follow), want);
	change = NULL;
	forget();
}

static void reads_all_attributes(void)
{
	CHECK_STR(read_target(FOLLOW_ALL & ~(uint32_t)FOLLOW_CGROUP), "");
	CHECK(run.cred.set_uid && run.cred.set_gid && run.cred.set_groups && run.cred.set_umask);
	CHECK_INT(run.cred.uid, 11);
	CHECK_INT(run.cred.gid, 21);
	CHECK_INT(run.cred.ngroups, 2);
	CHECK(run.cred.groups[0] == 30 && run.cred.groups[1] == 31);
	CHECK_INT(run.cred.umask, 027);
	CHECK(run.cred.no_new_privs && run.cred.limit_caps && !run.cred.limit_ambient);
	CHECK_INT(run.cred.cap_limit, 6);
	CHECK_STR(run.followed.oom, "933\n");
	CHECK_STR(run.followed.env[0], "A=1");
	CHECK_STR(run.followed.env[1], "B=2");
	CHECK(run.followed.env[2] == NULL);
	forget();
}

/* Kernels before 4.10 have no NoNewPrivs, and kernels before 4.7 no Umask. */
static void missing_lines_change_nothing(void)
{
	const struct file f = { "status", "Uid:\t10\t0\nCapPrm:\t3\nCapBnd:\t6\nCapAmb:\t1\n" };

	change = &f;
	CHECK_STR(read_target(FOLLOW_NNP | FOLLOW_UMASK | FOLLOW_GROUPS | FOLLOW_CAPS), "");
	CHECK(!run.cred.no_new_privs && !run.cred.set_umask);
	CHECK(run.cred.set_groups && run.cred.ngroups == 0);
	/* user 0 gets the bounding set without the capabilities that the target has given up */
	CHECK_INT(run.cred.cap_limit, 2);
	CHECK(run.cred.limit_ambient && run.cred.cap_ambient == 1);
	change = NULL;
	forget();
}

static void a_zero_for_no_new_privs_sets_nothing(void)
{
	const struct file f = { "status", "NoNewPrivs:\t0\n" };

	change = &f;
	CHECK_STR(read_target(FOLLOW_NNP), "");
	CHECK(!run.cred.no_new_privs);
	change = NULL;
	forget();
}

static void only_selected_attributes_are_read(void)
{
	CHECK_STR(read_target(FOLLOW_GID), "");
	CHECK(run.cred.set_gid && !run.cred.set_uid && !run.cred.set_groups);
	CHECK(!run.cred.no_new_privs && !run.cred.set_umask && !run.cred.limit_caps);
	forget();
	CHECK_STR(read_target(FOLLOW_UMASK), "");
	CHECK(run.cred.set_umask && !run.cred.no_new_privs && !run.cred.set_gid);
	forget();
}

static void each_attribute_can_be_read_alone(void)
{
	CHECK_STR(read_target(FOLLOW_NNP), "");
	CHECK(run.cred.no_new_privs);
	forget();
	CHECK_STR(read_target(FOLLOW_CAPS), "");
	CHECK_INT(run.cred.cap_limit, 6);
	CHECK(!run.cred.no_new_privs);
	forget();
	CHECK_STR(read_target(FOLLOW_UID), "");
	CHECK(run.cred.set_uid && !run.cred.set_gid);
	forget();
	CHECK_STR(read_target(FOLLOW_GROUPS), "");
	CHECK_INT(run.cred.ngroups, 2);
	forget();
	CHECK_STR(read_target(FOLLOW_OOM), "");
	CHECK_STR(run.followed.oom, "933\n");
	CHECK(!run.followed.env);
	forget();
	CHECK_STR(read_target(FOLLOW_ENV), "");
	CHECK_STR(run.followed.env[0], "A=1");
	forget();
}

static void an_option_takes_precedence_over_the_umask_of_the_target(void)
{
	run.cred.set_umask = true;
	run.cred.umask = 077;
	CHECK_STR(read_target(FOLLOW_UMASK), "");
	CHECK_INT(run.cred.umask, 077);
	forget();
}

static void groups_end_at_the_first_text_that_is_not_a_number(void)
{
	const struct file f = { "status", "Groups:\t30 :31\n" },
			  none = { "status", "Groups:\t \n" };

	change = &f;
	CHECK_STR(read_target(FOLLOW_GROUPS), "");
	CHECK_INT(run.cred.ngroups, 1);
	forget();
	change = &none;
	CHECK_STR(read_target(FOLLOW_GROUPS), "");
	CHECK(run.cred.set_groups && run.cred.ngroups == 0);
	change = NULL;
	forget();
}

static int try_read(void)
{
	read_target(FOLLOW_GROUPS | FOLLOW_ENV);
	forget();
	return result;
}

static void a_failed_allocation_is_reported(void)
{
	nomem_all("follow_read", try_read);
}

static void names_the_file_that_cannot_be_read(void)
{
	check_message(FOLLOW_UID, "status", NULL,
		      "cannot read /proc/7/status: No such file or directory");
	check_message(FOLLOW_RLIMITS, "limits", NULL,
		      "cannot read /proc/7/limits: No such file or directory");
	check_message(FOLLOW_OOM, "oom_score_adj", NULL,
		      "cannot read /proc/7/oom_score_adj: No such file or directory");
	check_message(FOLLOW_ENV, "environ", NULL,
		      "cannot read the environment of process 7: No such file or directory");
	check_message(FOLLOW_UID, "ns/user", NULL,
		      "--follow: cannot examine the user namespace of process 7: No such file or "
		      "directory");
}

static void maps_that_cannot_be_read_are_an_error(void)
{
	const struct file f = { "uid_map", NULL };

	change = &f;
	CHECK(strstr(read_target(FOLLOW_UID | FOLLOW_GID | FOLLOW_GROUPS),
		     "/uid_map: No such file or directory"));
	CHECK(!run.cred.set_uid && !run.cred.set_gid && !run.cred.set_groups);
	change = NULL;
	forget();
}

static void refuses_a_status_without_ids(void)
{
	char message[96];

	snprintf(message, sizeof(message), "cannot read the ids of process 7: %s", strerror(EIO));
	check_message(FOLLOW_UID, "status", "Gid:\t1\t1\t1\t1\n", message);
	check_message(FOLLOW_UID, "status", "Uid:\t1\n", message);
	check_message(FOLLOW_UID | FOLLOW_GID | FOLLOW_GROUPS, "status", "Uid:\t1\tx\n", message);
	check_message(FOLLOW_GID, "status", "Uid:\t1\t1\t1\t1\n", message);
	check_message(FOLLOW_GROUPS, "status", "Groups:\t30 3x \n", message);
}

static void refuses_ids_that_are_not_mapped_in_the_entered_namespace(void)
{
	const struct file uids = { "uid_map", "0 50 1\n" }, gids = { "gid_map", "0 21 1\n" };

	entered = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
	CHECK(entered >= 0);
	change = &uids;
	CHECK_STR(read_target(FOLLOW_UID | FOLLOW_GID | FOLLOW_GROUPS),
		  "--follow: user 11 of process 7 is not mapped in its user namespace");
	forget();
	change = &gids;
	CHECK_STR(read_target(FOLLOW_GROUPS),
		  "--follow: group 30 of process 7 is not mapped in its user namespace");
	forget();
	CHECK_STR(read_target(FOLLOW_GID), "");
	CHECK_INT(run.cred.gid, 0);
	forget();
	change = NULL;
	close(entered);
	entered = -1;
}

/* A process can choose some attributes in its own user namespace (check_userns()). */
static void refuses_a_user_namespace_that_is_not_entered(void)
{
	static const char message[] = "--follow=rlimits: nsenter2 must enter the user namespace of "
				      "process 7";
	const struct file other = { "ns/user", NULL };

	/* a file on another file system than the namespaces */
	entered = memfd_create("user", MFD_CLOEXEC);
	CHECK(entered >= 0);
	CHECK_STR(read_target(FOLLOW_RLIMITS), message);
	CHECK_INT(result, -EPERM);
	CHECK(str_after(error.hint, "enter this namespace with --user, "));
	forget();
	CHECK_STR(read_target(FOLLOW_OOM | FOLLOW_NNP | FOLLOW_UMASK), "");
	forget();
	close(entered);
	/* another file on the same file system */
	entered = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
	CHECK_STR(read_target(FOLLOW_RLIMITS), message);
	forget();
	close(entered);
	entered = 9999;
	CHECK_STR(read_target(FOLLOW_RLIMITS),
		  "--follow: cannot examine the user namespace of nsenter2: Bad file descriptor");
	forget();
	entered = -1;
	change = &other;
	CHECK(strstr(read_target(FOLLOW_RLIMITS),
		     "cannot examine the user namespace of process 7"));
	change = NULL;
	forget();
}

static void refuses_unknown_attributes(void)
{
	static const char *const bad[] = { "", "uid,", ",uid", "uids", "ui", "uid,gids" };
	struct nserr e = NSERR_INIT;
	uint32_t mask = 0;

	CHECK_INT(follow_parse("uid,cgroup", &mask, &e), 0);
	CHECK_INT(mask, FOLLOW_UID | FOLLOW_CGROUP);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		e = NSERR_INIT;
		CHECK_INT(follow_parse(bad[i], &mask, &e), -EINVAL);
		CHECK(str_after(e.what, "unknown attribute '") != NULL);
	}
}

UNIT_MAIN(CASE(reads_all_attributes), CASE(missing_lines_change_nothing),
	  CASE(a_zero_for_no_new_privs_sets_nothing), CASE(only_selected_attributes_are_read),
	  CASE(each_attribute_can_be_read_alone),
	  CASE(an_option_takes_precedence_over_the_umask_of_the_target),
	  CASE(groups_end_at_the_first_text_that_is_not_a_number),
	  CASE(a_failed_allocation_is_reported), CASE(names_the_file_that_cannot_be_read),
	  CASE(maps_that_cannot_be_read_are_an_error), CASE(refuses_a_status_without_ids),
	  CASE(refuses_ids_that_are_not_mapped_in_the_entered_namespace),
	  CASE(refuses_a_user_namespace_that_is_not_entered), CASE(refuses_unknown_attributes))
