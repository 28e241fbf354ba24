// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test-ref: checks every form of a reference, invalid references, and opening the references that
 * need no privilege.
 */
#include "ns/ref.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../unit.h"
#include "base/buf.h"
#include "kernel/sys_ns.h"
#include "ns/join.h"
#include "ns/ref_find.h"
#include "ns/ref_index.h"

static void parses_every_form(void)
{
	static const struct {
		const char *s;
		enum nsref_kind kind;
		const char *type;
		pid_t pid;
		int fd;
		uint64_t num;
	} good[] = {
		{ "1", NSREF_PID, NULL, 1, -1, 0 },
		{ "4194304", NSREF_PID, NULL, 4194304, -1, 0 },
		{ "12:3456", NSREF_PID_INODE, NULL, 12, -1, 3456 },
		{ "tid:13", NSREF_TID, NULL, 13, -1, 0 },
		{ "name:web-1", NSREF_NAME, NULL, 0, -1, 0 },
		{ "self", NSREF_SELF, NULL, 0, -1, 0 },
		{ "user:123", NSREF_TYPE_PID, "user", 123, -1, 0 },
		{ "mount:123", NSREF_TYPE_PID, "mnt", 123, -1, 0 },
		{ "user:self", NSREF_TYPE_PID, "user", 0, -1, 0 },
		{ "parent:pid:self", NSREF_TYPE_PID, "pid", 0, -1, 0 },
		{ "owner:net:self", NSREF_TYPE_PID, "user", 0, -1, 0 },
		{ "self/fd/7", NSREF_PID_FD, NULL, 0, 7, 0 },
		{ "socket:self/7", NSREF_SOCKET, "net", 0, 7, 0 },
		{ "net:4026531840", NSREF_INODE, "net", 0, -1, 4026531840 },
		{ "net:[4026531840]", NSREF_INODE, "net", 0, -1, 4026531840 },
		{ "4026531831", NSREF_INODE, NULL, 0, -1, 4026531831 },
		{ "id:18446744073709551615", NSREF_ID, NULL, 0, -1, UINT64_MAX },
		{ "netns:blue:1", NSREF_NETNS, "net", 0, -1, 0 },
		{ "fd:7", NSREF_FD, NULL, 0, 7, 0 },
		{ "12/fd/7", NSREF_PID_FD, NULL, 12, 7, 0 },
		{ "socket:12/7", NSREF_SOCKET, "net", 12, 7, 0 },
		{ "/run/netns/a:b", NSREF_PATH, NULL, 0, -1, 0 },
		{ "./ns", NSREF_PATH, NULL, 0, -1, 0 },
		{ "parent:parent:user:5", NSREF_TYPE_PID, "user", 5, -1, 0 },
		{ "owner:net:5", NSREF_TYPE_PID, "user", 5, -1, 0 },
		{ "parent:owner:uts:5", NSREF_TYPE_PID, "user", 5, -1, 0 },
		{ "owner:id:5", NSREF_ID, "user", 0, -1, 5 },
		{ "parent:fd:5", NSREF_FD, NULL, 0, 5, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct nserr e = NSERR_INIT;
		struct nsref r;
		int rc = nsref_parse(good[i].s, &r, &e);

		if (rc < 0)
			printf("# %s: %s\n", good[i].s, e.what);
		CHECK_INT(rc, 0);
		CHECK_INT(r.kind, good[i].kind);
		CHECK_STR(nsref_type(&r) ? nsref_type(&r)->name : "any",
			  good[i].type ? good[i].type : "any");
		CHECK_INT(r.pid, good[i].pid);
		CHECK_INT(r.fd, good[i].fd);
		CHECK(r.num == good[i].num);
	}
}

static void refuses_invalid_references(void)
{
	static const char *const bad[] = {
		"",
		"0",
		"-1",
		"+1",
		" 1",
		"1 ",
		"01x",
		"1x",
		"0x1",
		"1/../2",
		"4194305",
		"4294967296",
		"4294967297",
		"18446744073709551616",
		"4026531830",
		"12:",
		"12:0",
		":12",
		"12:x",
		"12:3:4",
		"0:5",
		"4194305:5",
		"-1:5",
		"+1:5",
		"tid:",
		"tid:0",
		"tid:4194305",
		"tid:self",
		"selfish",
		"user:",
		"user:0",
		"user:x",
		"user:selfish",
		"user:[self]",
		"self:1",
		"self/7",
		"user:[123]",
		"user:[4026531837",
		"user:4026531837]",
		"user:[]",
		"users:123",
		"id:",
		"id:0",
		"id:-1",
		"id:18446744073709551616",
		"name:",
		"name:..",
		"name:a/b",
		"parent:name:web",
		"netns:",
		"netns:.",
		"netns:..",
		"netns:a/b",
		"netns:/etc/passwd",
		"fd:",
		"fd:-1",
		"fd:2147483648",
		"12/fd/",
		"12/fd/x",
		"12/fdx/1",
		"12/7",
		"0/fd/1",
		"socket:12",
		"socket:12/",
		"socket:12/fd/7",
		"socket:0/1",
		"parent:",
		"parent:12",
		"owner:self",
		"owner:tid:5",
		"owner:12:34",
		"parent:net:5",
		"parent:owner:",
		"parent:netns:blue",
		"../ns",
		"ns",
		"nope:1",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct nserr e = NSERR_INIT;
		struct nsref r;

		if (nsref_parse(bad[i], &r, &e) == 0) {
			printf("# taken: '%s'\n", bad[i]);
			CHECK(false);
		}
		CHECK(e.what[0] != '\0');
	}
}

static void parses_owner_and_parent_prefixes_up_to_the_limit(void)
{
	char s[8 * (NSREF_UPS_MAX + 1) + sizeof("user:1")] = "";
	struct nserr e = NSERR_INIT;
	struct nsref r;

	CHECK_INT(nsref_parse("parent:owner:net:1", &r, &e), 0);
	CHECK_INT(r.n_ups, 2);
	CHECK_INT(r.ups[0], NSREF_OWNER);
	CHECK_INT(r.ups[1], NSREF_PARENT);
	for (unsigned i = 0; i <= NSREF_UPS_MAX; i++)
		strcat(s, "parent:");
	strcat(s, "user:1");
	CHECK_INT(nsref_parse(s, &r, &e), -EINVAL);
	CHECK_INT(nsref_parse(s + strlen("parent:"), &r, &e), 0);
	CHECK_INT(r.n_ups, NSREF_UPS_MAX);
}

static uint64_t inode_of(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 ? st.st_ino : 0;
}

/* Returns the inode of the test's own namespace of this type. */
static uint64_t own_inode(const char *type)
{
	char path[40];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", type);
	return stat(path, &st) == 0 ? st.st_ino : 0;
}

static int open_ref(const char *s, const char *type, struct nserr *e)
{
	struct nsref r;
	int rc = nsref_parse(s, &r, e);

	return rc < 0 ? rc : nsref_open_ns(&r, type ? nstype_find(type, strlen(type)) : NULL, e);
}

static void check_opens(const char *s, const char *type)
{
	struct nserr e = NSERR_INIT;
	cleanup_fd int fd = open_ref(s, type, &e);

	if (fd < 0)
		printf("# %s: %s\n", s, e.what);
	CHECK(fd > 2);
	CHECK(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC);
	CHECK_INT(inode_of(fd), own_inode("net"));
}

static void every_form_opens_our_own_namespace(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	char s[64];

	check_opens("self", "net");
	check_opens("/proc/self/ns/net", NULL);
	snprintf(s, sizeof(s), "%d", (int)getpid());
	check_opens(s, "net");
	snprintf(s, sizeof(s), "tid:%d", (int)getpid());
	check_opens(s, "net");
	snprintf(s, sizeof(s), "net:%d", (int)getpid());
	check_opens(s, NULL);
	check_opens(s, "net");
	check_opens("net:self", NULL);
	check_opens("net:self", "net");
	snprintf(s, sizeof(s), "self/fd/%d", fd);
	check_opens(s, NULL);
	snprintf(s, sizeof(s), "net:[%llu]", (unsigned long long)own_inode("net"));
	check_opens(s, NULL);
	snprintf(s, sizeof(s), "%llu", (unsigned long long)own_inode("net"));
	check_opens(s, NULL);
	check_opens(s, NULL); /* the second call must find the namespace in the index of inodes */
	snprintf(s, sizeof(s), "fd:%d", fd);
	check_opens(s, NULL);
	snprintf(s, sizeof(s), "%d/fd/%d", (int)getpid(), fd);
	check_opens(s, NULL);
	close(fd);
	nsindex_clear(); /* the index keeps descriptors */
}

static void opens_a_namespace_by_id(void)
{
	cleanup_fd int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct nserr e = NSERR_INIT;
	uint64_t id;
	char s[40];

	if (sys_ns_id(fd, &id) < 0) {
		unit_skip("kernels before 6.18 have no namespace ids");
		return;
	}
	snprintf(s, sizeof(s), "id:%llu", (unsigned long long)id);
	check_opens(s, NULL);
	CHECK_INT(nsref_find_id(UINT64_MAX - 1, &e), -ENOENT);
	CHECK_STR(unit_message(&e), "");
	nsindex_clear();
}

static void messages_name_the_error(void)
{
	static const struct {
		const char *s, *type;
		int want;
		const char *what;
	} bad[] = {
		{ "/proc/self/ns/uts", "net", -EINVAL,
		  "'/proc/self/ns/uts' is a uts namespace, not a net namespace" },
		{ "/dev/null", NULL, -EINVAL, "'/dev/null' is not a namespace file" },
		{ "/proc/self", NULL, -EINVAL, "'/proc/self' is not a namespace file" },
		{ "fd:0", NULL, -EINVAL, "'fd:0' is not a namespace file" },
		{ "fd:987", NULL, -EBADF, "cannot use descriptor fd:987: Bad file descriptor" },
		{ "self", NULL, -EINVAL, "'self' names a process, not a namespace" },
		{ "net:4294967295", NULL, -ENOENT,
		  "cannot find net namespace 4294967295: No such file or directory" },
		{ "netns:no-such-name", NULL, -ENOENT,
		  "cannot find the network namespace 'no-such-name': No such file or directory" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct nserr e = NSERR_INIT;

		CHECK_INT(open_ref(bad[i].s, bad[i].type, &e), bad[i].want);
		CHECK_STR(unit_message(&e), bad[i].what);
	}
	nsindex_clear();
}

static void never_opens_a_fifo(void)
{
	char dir[UNIT_DIR_SIZE], path[UNIT_PATH_SIZE];
	struct nserr e = NSERR_INIT;

	close(unit_directory(dir));
	snprintf(path, sizeof(path), "%s/fifo", dir);
	CHECK_INT(mkfifo(path, 0600), 0);
	alarm(5); /* the alarm ends the test if the call blocks */
	CHECK_INT(open_ref(path, NULL, &e), -EINVAL);
	alarm(0);
	unlink(path);
	rmdir(dir);
}

static void refuses_a_zombie(void)
{
	struct nsref_process p = NSREF_PROCESS_INIT;
	struct nserr e = NSERR_INIT;
	struct nsref r;
	pid_t pid = fork();
	siginfo_t info;
	char s[24];

	if (pid == 0)
		_exit(0);
	CHECK_INT(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	snprintf(s, sizeof(s), "%d", (int)pid);
	CHECK_INT(nsref_parse(s, &r, &e), 0);
	CHECK_INT(nsref_open_process(&r, &p, &e), 0);
	CHECK_INT(nsref_check_living(&p, &e), -ESRCH);
	CHECK(strstr(e.what, "zombie") != NULL);
	nsref_process_close(&p);
	waitpid(pid, NULL, 0);
	CHECK_INT(nsref_open_process(&r, &p, &e), -ESRCH);
	CHECK_INT(p.procfd, -1);
}

/* Uses a directory that imitates /proc, because the pid namespace may contain no kernel thread. */
static void refuses_a_kernel_thread(void)
{
	static const char stat_text[] =
		"2 (k) Z (d) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0\n";
	char dir[UNIT_DIR_SIZE];
	struct nserr e = NSERR_INIT;
	struct nsref_process p = NSREF_PROCESS_INIT;

	p.pid = 2;
	p.procfd = unit_directory(dir);
	unit_put(p.procfd, "stat", stat_text);
	CHECK_INT(nsref_check_living(&p, &e), -EINVAL);
	CHECK_STR(unit_message(&e), "process 2 is a kernel thread without namespaces");
	nsref_process_close(&p);
	unit_remove(dir);
}

static void opens_a_process_by_pid_and_inode(void)
{
	struct nsref_process p = NSREF_PROCESS_INIT;
	struct nserr e = NSERR_INIT;
	struct nsref r;
	char s[48];

	CHECK_INT(nsref_parse("self", &r, &e), 0);
	CHECK_INT(nsref_open_process(&r, &p, &e), 0);
	CHECK_INT(p.pid, getpid());
	CHECK_INT(nsref_check_living(&p, &e), 0);
	snprintf(s, sizeof(s), "%d:%llu", (int)getpid(), (unsigned long long)inode_of(p.pidfd));
	nsref_process_close(&p);
	CHECK_INT(nsref_parse(s, &r, &e), 0);
	if (nsref_open_process(&r, &p, &e) == -EOPNOTSUPP)
		return; /* kernels before 6.9 have no inode for a pidfd */
	CHECK(p.procfd > 2);
	nsref_process_close(&p);
	r.num++;
	CHECK_INT(nsref_open_process(&r, &p, &e), -ESRCH);
}

/* Returns the message for a reference that cannot be opened. */
static const char *refusal(const char *text)
{
	static struct nserr e;
	struct nsref r;
	int fd = -1;

	e = NSERR_INIT;
	if (nsref_parse(text, &r, &e) == 0)
		fd = nsref_open_ns(&r, nstype_by_flag(CLONE_NEWNET), &e);
	util_close(&fd);
	return unit_message(&e);
}

static void names_the_reason_of_a_refusal(void)
{
	char text[32], want[96];
	int pair[2];
	pid_t pid;

	CHECK(pipe(pair) == 0);
	snprintf(text, sizeof(text), "socket:self/%d", pair[0]);
	snprintf(want, sizeof(want), "cannot use descriptor %d of process %d: %s", pair[0],
		 (int)getpid(), strerror(ENOTSOCK));
	CHECK_STR(refusal(text), want);
	snprintf(text, sizeof(text), "fd:%d", pair[0]);
	snprintf(want, sizeof(want), "'fd:%d' is not a namespace file", pair[0]);
	CHECK_STR(refusal(text), want);
	/* a zombie has no namespaces */
	pid = fork();
	if (pid == 0)
		_exit(0);
	CHECK(waitid(P_PID, (id_t)pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT) == 0);
	snprintf(text, sizeof(text), "net:%d", (int)pid);
	snprintf(want, sizeof(want), "process %d is a zombie", (int)pid);
	CHECK(strstr(refusal(text), "zombie") != NULL);
	CHECK(waitpid(pid, NULL, 0) == pid);
	snprintf(want, sizeof(want), "process %d: No such process", (int)pid);
	CHECK_STR(refusal(text), want);
	close(pair[0]);
	close(pair[1]);
	CHECK_STR(
		refusal("netns:missing-namespace"),
		"cannot find the network namespace 'missing-namespace': No such file or directory");
	CHECK_STR(refusal("/etc/passwd"), "'/etc/passwd' is not a namespace file");
}

static void explain_names_the_entered_namespaces(void)
{
	cleanup_buf struct buf out = BUF_INIT;
	struct nsjoin j;

	nsjoin_init(&j);
	j.proc.pid = 12;
	j.mask = CLONE_NEWUTS;
	j.fds[nstype_index(nstype_by_flag(CLONE_NEWNET))] = 1000;
	j.names[nstype_index(nstype_by_flag(CLONE_NEWNET))] = "/run/netns/x";
	nsjoin_show(&j, &out);
	CHECK_STR(out.s, "enter uts of process 12, net /run/netns/x");
}

UNIT_MAIN(CASE(explain_names_the_entered_namespaces), CASE(names_the_reason_of_a_refusal),
	  CASE(parses_every_form), CASE(refuses_invalid_references),
	  CASE(parses_owner_and_parent_prefixes_up_to_the_limit),
	  CASE(every_form_opens_our_own_namespace), CASE(opens_a_namespace_by_id),
	  CASE(messages_name_the_error), CASE(never_opens_a_fifo), CASE(refuses_a_zombie),
	  CASE(refuses_a_kernel_thread), CASE(opens_a_process_by_pid_and_inode))
