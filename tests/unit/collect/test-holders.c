// SPDX-License-Identifier: GPL-2.0-or-later
/* test-holders: opens namespaces through processes, descriptors, sockets and mounts, and reads
 * their owners and parents. The linker replaces the functions that open them (option --wrap in
 * tests/Makemodule.am), so that each of them can fail. */
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include "../trace.h"
#include "base/file.h"
#include "collect/src_bpf.h"
#include "kernel/mountinfo.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_pidfd.h"
#include "ns/inside.h"

/* The result 0 makes a replaced function open the namespace, and OTHER makes it open another
 * file. */
#define OTHER 1

/* The results of the replaced functions: 0, OTHER or a negative errno. */
static struct {
	int proc[2]; /* the first and the later calls of nsfile_open_proc() */
	int pidfd, child, socket, file, identify, mount[2], inside, root, id;
	int link, time_link;
	int open, ns_id, mnt_id, uid, parent, owner;
	int ask, sock_rc;
	unsigned procs, mounts;
	mode_t mode; /* the type of the file that nsfile_identify() finds */
} world;

static int dir = -1; /* a directory with the files ns and other, which replaces /proc */
static char top[UNIT_DIR_SIZE];
static uint32_t inode; /* the inode of the namespace */

static int open_as(int how)
{
	return how < 0 ? how : openat(dir, how == OTHER ? "other" : "ns", O_RDONLY | O_CLOEXEC);
}

/* Returns true if fd refers to the namespace, and not to its parent or owner. */
static bool is_it(int fd)
{
	struct stat st;

	CHECK(fd > 2 && fstat(fd, &st) == 0);
	return (uint32_t)st.st_ino == inode;
}

/* ---- The replaced functions */

int __wrap_nsfile_open_proc(int proc, const char *path);
int __wrap_nsfile_open_proc(int proc, const char *path)
{
	CHECK_INT(proc, dir);
	note("proc(%s) ", path);
	return open_as(world.proc[world.procs++ > 0]);
}

int __wrap_nsfile_open(const struct nsfile_proc *p, int dirfd, const char *path);
int __wrap_nsfile_open(const struct nsfile_proc *p, int dirfd, const char *path)
{
	(void)p;
	CHECK_INT(dirfd, dir);
	note("file(%s) ", path);
	return open_as(world.file);
}

int __wrap_nsfile_open_mount(const struct nsfile_proc *p, int dirfd, const char *path);
int __wrap_nsfile_open_mount(const struct nsfile_proc *p, int dirfd, const char *path)
{
	(void)p;
	CHECK_INT(dirfd == AT_FDCWD, path[0] == '/');
	note("mount(%s) ", path);
	return open_as(world.mount[world.mounts++ > 0]);
}

int __wrap_nsfile_identify(const struct nsfile_proc *p, int dirfd, const char *path,
			   struct statx *st);
int __wrap_nsfile_identify(const struct nsfile_proc *p, int dirfd, const char *path,
			   struct statx *st)
{
	(void)p;
	CHECK_INT(dirfd, dir);
	note("identify(%s) ", path);
	st->stx_mode = (uint16_t)world.mode;
	return world.identify;
}

int __wrap_sys_pidfd_open_task(pid_t id);
int __wrap_sys_pidfd_open_task(pid_t id)
{
	note("pidfd(%d) ", (int)id);
	return open_as(world.pidfd);
}

int __wrap_sys_pidfd_child_ns(int pidfd, uint64_t flag);
int __wrap_sys_pidfd_child_ns(int pidfd, uint64_t flag)
{
	CHECK(pidfd > 2 && (flag == CLONE_NEWPID || flag == CLONE_NEWTIME));
	note("child ");
	return open_as(world.child);
}

int __wrap_nssocket_open(int pidfd, int fd);
int __wrap_nssocket_open(int pidfd, int fd)
{
	CHECK(pidfd > 2);
	note("socket(%d) ", fd);
	return open_as(world.socket);
}

int __wrap_nsinside_call(int fd, const struct nstype *type, int (*f)(void *arg), void *arg);
int __wrap_nsinside_call(int fd, const struct nstype *type, int (*f)(void *arg), void *arg)
{
	CHECK(fd > 2 && type == &nstypes[NSTYPE_MNT]);
	note("inside ");
	return world.inside ? world.inside : f(arg);
}

int __real_file_open_at(int dirfd, const char *path, int flags, mode_t mode);
int __wrap_file_open_at(int dirfd, const char *path, int flags, mode_t mode);
int __wrap_file_open_at(int dirfd, const char *path, int flags, mode_t mode)
{
	CHECK_INT(dirfd, dir);
	if (!strstr(path, "/root"))
		return __real_file_open_at(dirfd, path, flags, mode);
	CHECK_INT(flags, O_PATH);
	note("root(%s) ", path);
	return open_as(world.root);
}

int __wrap_sys_ns_open_id(uint64_t id, uint32_t flag, uint32_t number);
int __wrap_sys_ns_open_id(uint64_t id, uint32_t flag, uint32_t number)
{
	CHECK(flag != 0 && number == inode);
	note("id(%d) ", (int)id);
	return open_as(world.id);
}

int __wrap_procfs_link(int dirfd, const char *path, const struct nstype *type, uint32_t *number);
int __wrap_procfs_link(int dirfd, const char *path, const struct nstype *type, uint32_t *number)
{
	int rc = strstr(path, "11/ns/time_for_children") ? world.time_link : world.link;

	(void)type;
	CHECK_INT(dirfd, dir);
	note("link(%s) ", path);
	*number = rc < 0 ? 0 : 900;
	return rc;
}

int __real_collect_open(const struct collect *c, const struct ns *ns);
int __wrap_collect_open(const struct collect *c, const struct ns *ns);
int __wrap_collect_open(const struct collect *c, const struct ns *ns)
{
	(void)c;
	(void)ns;
	return open_as(world.open);
}

int __wrap_sys_ns_id(int fd, uint64_t *id);
int __wrap_sys_ns_id(int fd, uint64_t *id)
{
	if (is_it(fd) && world.ns_id)
		return world.ns_id;
	*id = 1000;
	return 0;
}

int __wrap_sys_ns_mnt_id(int fd, uint64_t *id);
int __wrap_sys_ns_mnt_id(int fd, uint64_t *id)
{
	if (is_it(fd) && world.mnt_id)
		return world.mnt_id;
	*id = 2000;
	return 0;
}

int __wrap_sys_ns_owner_uid(int fd, uid_t *uid);
int __wrap_sys_ns_owner_uid(int fd, uid_t *uid)
{
	if (is_it(fd) && world.uid)
		return world.uid;
	*uid = 77;
	return 0;
}

/* The parent and the owner have no parent and no owner. */
int __wrap_sys_ns_parent(int fd);
int __wrap_sys_ns_parent(int fd)
{
	return open_as(is_it(fd) ? world.parent : -EPERM);
}

int __wrap_sys_ns_owner(int fd);
int __wrap_sys_ns_owner(int fd)
{
	return open_as(is_it(fd) ? world.owner : -EPERM);
}

int __wrap_nssocket_ask(struct nssocket *s, size_t n);
int __wrap_nssocket_ask(struct nssocket *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		note("%d:%d ", (int)s[i].pid, s[i].fd);
		s[i].rc = world.sock_rc;
		s[i].ns = 5;
	}
	return world.ask;
}

/* ---- The test */

static void reset(void)
{
	memset(&world, 0, sizeof(world));
	trace[0] = '\0';
}

static void begin(void)
{
	struct stat st;

	dir = unit_directory(top);
	unit_put(dir, "ns", "");
	unit_put(dir, "other", "");
	CHECK_INT(fstatat(dir, "ns", &st, 0), 0);
	inode = (uint32_t)st.st_ino;
	reset();
}

static void end(void)
{
	CHECK(unlinkat(dir, "ns", 0) == 0 && unlinkat(dir, "other", 0) == 0);
	close(dir);
	CHECK_INT(rmdir(top), 0);
}

static struct collect fresh(void)
{
	return (struct collect){ .q = { .proc = dir, .self = 1 },
				 .types = NSTYPE_ALL_BITS,
				 .sources = COLLECT_ALL };
}

static struct ns *add(struct collect *c, int type)
{
	return nstab_get(&c->tab, &nstypes[type], inode);
}

/* Opens ns, and checks that the descriptor refers to the namespace. Returns 0 or a negative
 * errno. */
static int opens(const struct collect *c, const struct ns *ns)
{
	int fd = __real_collect_open(c, ns);
	struct stat st;

	if (fd < 0)
		return fd;
	CHECK(fstat(fd, &st) == 0 && (uint32_t)st.st_ino == inode);
	close(fd);
	return 0;
}

static void a_namespace_is_opened_through_its_processes(void)
{
	static const struct {
		int first, next;
		unsigned nprocs;
		uint64_t id;
		int want;
		const char *trace;
	} rows[] = {
		{ 0, 0, 2, 0, 0, "proc(10/ns/uts) " },
		{ -ENOENT, 0, 2, 0, 0, "proc(10/ns/uts) proc(20/ns/uts) " },
		{ OTHER, 0, 2, 0, 0, "proc(10/ns/uts) proc(20/ns/uts) " },
		{ -EMFILE, 0, 2, 5, -EMFILE, "proc(10/ns/uts) " },
		{ -ESRCH, -EACCES, 2, 0, -EACCES, "proc(10/ns/uts) proc(20/ns/uts) " },
		{ -ESRCH, 0, 1, 0, -ESRCH, "proc(10/ns/uts) " },
		{ -ESRCH, OTHER, 2, 5, 0, "proc(10/ns/uts) proc(20/ns/uts) id(5) " },
		{ 0, 0, 0, 0, -ENOENT, "" },
		{ 0, 0, 0, 5, 0, "id(5) " },
	};
	struct nsmember members[] = {
		{ .pid = 5 }, { .pid = 10 }, { .pid = 15 }, { .pid = 20 }, { .pid = 30 }
	};

	begin();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct collect c = fresh();
		struct ns *ns = add(&c, NSTYPE_UTS);
		int fd;

		reset();
		c.members = members;
		c.n = ARRAY_SIZE(members);
		members[1].inode[NSTYPE_UTS] = members[3].inode[NSTYPE_UTS] = inode;
		ns->nprocs = rows[i].nprocs;
		ns->pid = rows[i].nprocs ? 10 : 0;
		ns->id = rows[i].id;
		world.proc[0] = rows[i].first;
		world.proc[1] = rows[i].next;
		CHECK_INT(opens(&c, ns), rows[i].want);
		CHECK_STR(trace, rows[i].trace);
		/* collect_open_held() does not open a namespace by its id */
		world.procs = 0;
		trace[0] = '\0';
		fd = collect_open_held(&c, ns);
		CHECK(!strstr(trace, "id("));
		util_close(&fd);
		nstab_free(&c.tab);
	}
	end();
}

static void a_namespace_is_opened_through_its_holders(void)
{
	static const struct {
		enum nshold_kind kind;
		int *how, value;
		bool fixture;
		int want;
		const char *trace;
	} rows[] = {
		{ NSHOLD_TASK, NULL, 0, false, 0, "proc(10/task/11/ns/pid) " },
		{ NSHOLD_TASK, &world.proc[0], OTHER, false, -ENOENT, "proc(10/task/11/ns/pid) " },
		{ NSHOLD_FD, NULL, 0, false, 0, "file(10/fd/11) " },
		{ NSHOLD_FD, &world.file, OTHER, false, -ENOENT, "file(10/fd/11) " },
		{ NSHOLD_FD, &world.file, -ENOTTY, false, -ENOTTY, "file(10/fd/11) " },
		{ NSHOLD_OWNER, NULL, 0, false, -ENOENT, "" },
		{ NSHOLD_MNT, NULL, 0, false, -ENOENT, "" },
		{ NSHOLD_SOCK, NULL, 0, false, 0, "identify(10/fd/11) pidfd(10) socket(11) " },
		{ NSHOLD_SOCK, &world.socket, OTHER, false, -ENOENT,
		  "identify(10/fd/11) pidfd(10) socket(11) " },
		{ NSHOLD_SOCK, &world.pidfd, -ESRCH, false, -ESRCH,
		  "identify(10/fd/11) pidfd(10) " },
		{ NSHOLD_SOCK, &world.identify, -ENOENT, false, -ENOTSOCK, "identify(10/fd/11) " },
		{ NSHOLD_CHILDREN, NULL, 0, false, 0, "proc(10/task/11/ns/pid_for_children) " },
		{ NSHOLD_CHILDREN, &world.proc[0], -EMFILE, false, -EMFILE,
		  "proc(10/task/11/ns/pid_for_children) " },
		{ NSHOLD_CHILDREN, &world.proc[0], -ENOENT, true, -ENOENT,
		  "proc(10/task/11/ns/pid_for_children) " },
		{ NSHOLD_CHILDREN, &world.proc[0], -ENOENT, false, 0,
		  "proc(10/task/11/ns/pid_for_children) pidfd(11) child " },
		{ NSHOLD_CHILDREN, &world.proc[0], OTHER, false, 0,
		  "proc(10/task/11/ns/pid_for_children) pidfd(11) child " },
	};

	begin();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct collect c = fresh();
		struct ns *ns = add(&c, NSTYPE_PID);

		reset();
		world.mode = S_IFSOCK;
		if (rows[i].how)
			*rows[i].how = rows[i].value;
		c.q.self = rows[i].fixture ? 0 : 1;
		CHECK_INT(nstab_hold(ns, rows[i].kind, 10, 11, NULL), 0);
		CHECK_INT(opens(&c, ns), rows[i].want);
		CHECK_STR(trace, rows[i].trace);
		nstab_free(&c.tab);
	}
	struct collect c = fresh();
	struct ns *ns = add(&c, NSTYPE_PID);

	/* if the descriptor is not a socket any more, the next holder is used */
	reset();
	world.mode = S_IFREG;
	CHECK_INT(nstab_hold(ns, NSHOLD_SOCK, 10, 11, NULL), 0);
	CHECK_INT(opens(&c, ns), -ENOTSOCK);
	CHECK_STR(trace, "identify(10/fd/11) ");
	trace[0] = '\0';
	CHECK_INT(nstab_hold(ns, NSHOLD_FD, 20, 3, NULL), 0);
	CHECK_INT(opens(&c, ns), 0);
	CHECK_STR(trace, "identify(10/fd/11) file(20/fd/3) ");
	/* after EMFILE, which does not concern the holder, no other holder is used */
	trace[0] = '\0';
	world.mode = S_IFSOCK;
	world.pidfd = -EMFILE;
	CHECK_INT(opens(&c, ns), -EMFILE);
	CHECK_STR(trace, "identify(10/fd/11) pidfd(10) ");
	nstab_free(&c.tab);
	/* a time namespace for children is opened through a pidfd */
	c = fresh();
	ns = add(&c, NSTYPE_TIME);
	reset();
	world.proc[0] = -ENOENT;
	CHECK_INT(nstab_hold(ns, NSHOLD_CHILDREN, 10, 11, NULL), 0);
	world.pidfd = -ESRCH;
	CHECK_INT(opens(&c, ns), -ESRCH);
	world.procs = 0;
	world.pidfd = 0;
	world.child = OTHER;
	CHECK_INT(opens(&c, ns), -ENOENT);
	nstab_free(&c.tab);
	end();
}

static void a_namespace_is_opened_through_a_mount(void)
{
	static const struct {
		bool own;    /* the mount namespace is that of this process */
		pid_t pid;   /* a process in the mount namespace */
		uint64_t id; /* the id of the mount namespace */
		int root, mount[2], inside;
		int want;
		const char *trace;
	} rows[] = {
		{ true, 30, 0, 0, { 0, 0 }, 0, 0, "mount(/run/x) " },
		{ true, 30, 0, 0, { OTHER, 0 }, 0, -ENOENT, "mount(/run/x) " },
		{ false, 30, 0, 0, { 0, 0 }, 0, 0, "root(30/root) mount(run/x) " },
		{ false, 30, 0, 0, { -EMFILE, 0 }, 0, -EMFILE, "root(30/root) mount(run/x) " },
		{ false, 30, 0, -EMFILE, { 0, 0 }, 0, -EMFILE, "root(30/root) " },
		{ false,
		  30,
		  0,
		  0,
		  { OTHER, 0 },
		  0,
		  0,
		  "root(30/root) mount(run/x) proc(30/ns/mnt) inside mount(/run/x) " },
		{ false,
		  30,
		  0,
		  -ESRCH,
		  { 0, 0 },
		  0,
		  0,
		  "root(30/root) proc(30/ns/mnt) inside mount(/run/x) " },
		{ false,
		  30,
		  0,
		  -ESRCH,
		  { 0, 0 },
		  -EPERM,
		  -EPERM,
		  "root(30/root) proc(30/ns/mnt) inside " },
		{ false, 0, 5, 0, { 0, 0 }, 0, 0, "id(5) inside mount(/run/x) " },
		{ false, 0, 0, 0, { 0, 0 }, 0, -ENOENT, "" },
	};
	struct nsmember member = { .pid = 30 };

	begin();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct collect c = fresh();
		struct ns *ns = add(&c, NSTYPE_UTS), *where = add(&c, NSTYPE_MNT);

		reset();
		world.root = rows[i].root;
		memcpy(world.mount, rows[i].mount, sizeof(world.mount));
		world.inside = rows[i].inside;
		c.members = &member;
		c.n = 1;
		member.inode[NSTYPE_MNT] = inode;
		where->pid = rows[i].pid;
		where->nprocs = rows[i].pid ? 1 : 0;
		where->id = rows[i].id;
		c.own_mnt = rows[i].own ? inode : 0;
		CHECK_INT(nstab_hold(ns, NSHOLD_MNT, 0, 0, "/run/x"), 0);
		nstab_last_holder(ns)->where = where;
		CHECK_INT(opens(&c, ns), rows[i].want);
		CHECK_STR(trace, rows[i].trace);
		/* a mount is not opened in a test fixture */
		trace[0] = '\0';
		c.q.self = 0;
		CHECK_INT(opens(&c, ns), -ENOENT);
		CHECK_STR(trace, "");
		nstab_free(&c.tab);
	}
	end();
}

static void mountinfo_is_read_inside_the_namespace(void)
{
	struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line line;
	struct collect c;
	struct ns *ns;

	begin();
	c = fresh();
	ns = add(&c, NSTYPE_MNT);
	CHECK(mkdirat(dir, "30", 0700) == 0 && mkdirat(dir, "thread-self", 0700) == 0);
	unit_put(dir, "30/mountinfo", "1 0 8:1 / /of-30 rw - ext4 /dev/sda rw\n");
	unit_put(dir, "thread-self/mountinfo", "1 0 8:1 / /inside rw - ext4 /dev/sda rw\n");
	ns->pid = 30;
	CHECK_INT(collect_mountinfo(&c, ns, &m), 0);
	CHECK(mountinfo_next(&m, &line));
	CHECK_STR(line.target, "/of-30");
	mountinfo_free(&m);
	CHECK_STR(trace, "");
	ns->pid = 0;
	CHECK_INT(collect_mountinfo(&c, ns, &m), 0);
	CHECK(mountinfo_next(&m, &line));
	CHECK_STR(line.target, "/inside");
	mountinfo_free(&m);
	CHECK_STR(trace, "inside ");
	world.inside = -EPERM;
	CHECK_INT(collect_mountinfo(&c, ns, &m), -EPERM);
	world.open = -ESTALE;
	CHECK_INT(collect_mountinfo(&c, ns, &m), -ESTALE);
	c.q.self = 0;
	CHECK_INT(collect_mountinfo(&c, ns, &m), -EOPNOTSUPP);
	nstab_free(&c.tab);
	CHECK(unlinkat(dir, "30/mountinfo", 0) == 0 && unlinkat(dir, "30", AT_REMOVEDIR) == 0);
	CHECK(unlinkat(dir, "thread-self/mountinfo", 0) == 0 &&
	      unlinkat(dir, "thread-self", AT_REMOVEDIR) == 0);
	end();
}

/* ---- Namespaces for children */

static void a_namespace_without_processes_is_found_by_a_pidfd(void)
{
	static const struct {
		int link, *how, value;
		int want;
		unsigned unsupported;
	} rows[] = {
		{ 0, NULL, 0, WORKER_OK, 0 },
		{ -ENOENT, NULL, 0, WORKER_OK, 0 },
		{ -EACCES, NULL, 0, WORKER_DENIED, 0 },
		{ -EIO, NULL, 0, -EIO, 0 },
		{ -ENOENT, &world.child, -EMFILE, -EMFILE, 0 },
		{ -ENOENT, &world.child, -ENFILE, -ENFILE, 0 },
		{ -ENOENT, &world.child, -ENOMEM, -ENOMEM, 0 },
		{ -ENOENT, &world.child, -EIO, -EIO, 0 },
		{ -ENOENT, &world.pidfd, -EMFILE, -EMFILE, 0 },
		{ -ENOENT, &world.child, -ENOTTY, WORKER_GONE, 1 },
		{ -ENOENT, &world.child, -ENOSYS, WORKER_GONE, 1 },
		{ -ENOENT, &world.child, -EINVAL, WORKER_GONE, 1 },
		{ -ENOENT, &world.pidfd, -ENOSYS, WORKER_GONE, 1 },
		{ -ENOENT, &world.child, -EPERM, WORKER_GONE, 0 },
		{ -ENOENT, &world.child, -ESRCH, WORKER_GONE, 0 },
		{ -ENOENT, &world.pidfd, -ESRCH, WORKER_GONE, 0 },
	};

	begin();
	CHECK_INT(mkdirat(dir, "10", 0700), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		/* k is 0 for a pid namespace, 1 for the pid namespace of a zombie, 2 for a time
		 * namespace, and 3 for a test fixture */
		for (int k = 0; k < 4; k++) {
			struct collect c = fresh();
			struct worker w = { .c = &c };
			struct nsfind f = { NSHOLD_CHILDREN, NSTYPE_PID, 10, 11, 0, 0 };
			struct procfs_path path;
			bool fails = rows[i].want < 0;
			int want = rows[i].want;

			reset();
			world.link = rows[i].link;
			if (rows[i].how)
				*rows[i].how = rows[i].value;
			if (k == 1)
				world.time_link = -ENOENT;
			if (k == 2)
				f.type = NSTYPE_TIME;
			if (k == 3) {
				c.q.self = 0;
				if (rows[i].link == -ENOENT)
					want = WORKER_GONE;
			}
			procfs_path_set_task(&path, 10, 12);
			CHECK_INT(collect_child(&w, &path, &f), want);
			CHECK_INT(w.missed.n[NSMISSED_UNSUPPORTED][NSMISSED_NS],
				  k == 0 ? rows[i].unsupported : 0);
			CHECK_INT(w.missed.err, 0);
			CHECK_INT(f.inode, want != WORKER_OK ? 0 : rows[i].link ? inode : 900);
			if (rows[i].how && fails && k < 3)
				CHECK_STR(w.e.what, "cannot read the namespaces of process 10");
			else if (want >= 0)
				CHECK_STR(w.e.what, "");
			CHECK_INT(w.e.errnum, want < 0 ? -want : 0);
			if (rows[i].link != -ENOENT || k == 3)
				CHECK(!strstr(trace, "pidfd"));
		}
	}
	CHECK_INT(unlinkat(dir, "10", AT_REMOVEDIR), 0);
	end();
}

/* ---- Owners, parents and ids */

static void a_namespace_that_cannot_be_opened_is_counted(void)
{
	static const struct {
		int error, want, closed;
		enum nsmissed_why why; /* NSMISSED_WHYS: not counted */
	} rows[] = {
		{ 0, 0, 0, NSMISSED_WHYS },
		{ -EACCES, 0, -EACCES, NSMISSED_DENIED },
		{ -EPERM, 0, -EPERM, NSMISSED_DENIED },
		{ -EAGAIN, 0, -EAGAIN, NSMISSED_WAIT },
		{ -ENOSYS, 0, -ENOSYS, NSMISSED_UNSUPPORTED },
		{ -ENOENT, 0, 0, NSMISSED_WHYS },
		{ -ESTALE, 0, 0, NSMISSED_WHYS },
		{ -EMFILE, -EMFILE, 0, NSMISSED_WHYS },
	};

	begin();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct nserr e = NSERR_INIT;
		struct collect c = fresh();
		struct ns *ns = add(&c, NSTYPE_UTS);
		char want[64];

		reset();
		world.open = rows[i].error;
		world.owner = -EPERM;
		CHECK_INT(collect_relate(&c, &e), rows[i].want);
		snprintf(want, sizeof(want), "cannot examine uts namespace %u", inode);
		CHECK_STR(e.what, rows[i].want ? want : "");
		CHECK_INT(e.errnum, -rows[i].want);
		CHECK_INT(ns->closed, rows[i].closed);
		CHECK_INT(ns->opened, i == 0);
		collect_count_closed(&c);
		for (unsigned why = 0; why < NSMISSED_WHYS; why++)
			CHECK_INT(c.missed.n[why][NSMISSED_NS], why == rows[i].why);
		/* a second call does nothing */
		world.open = 0;
		CHECK_INT(collect_relate(&c, &e), 0);
		CHECK_INT(ns->opened, i == 0);
		CHECK_INT(ns->closed, rows[i].closed);
		/* but it opens a namespace that has got another holder */
		ns->untried = c.tab.untried = true;
		CHECK_INT(collect_relate(&c, &e), 0);
		CHECK(ns->opened);
		CHECK_INT(ns->closed, 0);
		nstab_free(&c.tab);
	}
	/* a namespace is not opened if it was opened already, or if its relations are not
	 * requested */
	for (int k = 0; k < 2; k++) {
		struct nserr e = NSERR_INIT;
		struct collect c = fresh();
		struct ns *ns = add(&c, NSTYPE_UTS);

		reset();
		world.open = -EMFILE;
		ns->opened = k == 0;
		c.q.related = k == 0 ? 0 : NSTYPE_BIT(NSTYPE_NET);
		CHECK_INT(collect_relate(&c, &e), 0);
		CHECK(!ns->untried && !c.tab.untried);
		nstab_free(&c.tab);
	}
	end();
}

static void old_kernels_report_no_relations(void)
{
	/* the namespace is not visible (EPERM) or has no parent (EINVAL), or the kernel lacks the
	 * ioctl (ioctl_ns(2)) */
	static const int none[] = { -EPERM, -EINVAL, -ENOTTY, -EOPNOTSUPP, -ENOSYS };
	static int *const calls[] = { &world.ns_id, &world.mnt_id, &world.uid, &world.parent,
				      &world.owner };
	static const int types[] = { NSTYPE_UTS, NSTYPE_MNT, NSTYPE_USER, NSTYPE_PID };

	begin();
	for (size_t k = 0; k < ARRAY_SIZE(calls) * ARRAY_SIZE(types); k++) {
		const int *call = calls[k % ARRAY_SIZE(calls)];
		int type = types[k / ARRAY_SIZE(calls)];
		bool up = type == NSTYPE_USER || type == NSTYPE_PID;
		bool made = call == &world.ns_id || call == &world.owner ||
			    (call == &world.mnt_id && type == NSTYPE_MNT) ||
			    (call == &world.uid && type == NSTYPE_USER) ||
			    (call == &world.parent && up);

		for (size_t i = 0; i <= ARRAY_SIZE(none); i++) {
			int error = i < ARRAY_SIZE(none) ? none[i] : -EMFILE;
			bool fails = made && error == -EMFILE;
			struct nserr e = NSERR_INIT;
			struct collect c = fresh();
			struct ns *ns = add(&c, type);
			int fd = open_as(0);
			char want[64];

			reset();
			world.parent = world.owner = OTHER;
			*calls[k % ARRAY_SIZE(calls)] = error;
			CHECK_INT(collect_inspect(&c, ns, fd, &e), fails ? -EMFILE : 0);
			snprintf(want, sizeof(want), "cannot examine %s namespace %u",
				 nstypes[type].name, inode);
			CHECK_STR(e.what, fails ? want : "");
			CHECK_INT(e.errnum, fails ? EMFILE : 0);
			if (!fails) {
				CHECK_INT(ns->id, call == &world.ns_id ? 0 : 1000);
				CHECK_INT(ns->mnt_id,
					  type == NSTYPE_MNT && call != &world.mnt_id ? 2000 : 0);
				if (type == NSTYPE_USER)
					CHECK_INT(ns->creator,
						  call == &world.uid ? NSTAB_NO_UID : 77);
				CHECK_INT(ns->parent != NULL, up && call != &world.parent);
				CHECK_INT(ns->owner != NULL, call != &world.owner);
			}
			if (ns->parent)
				CHECK(ns->parent->held & NSHOLD_BIT(NSHOLD_PARENT));
			if (ns->owner)
				CHECK(ns->owner->type == &nstypes[NSTYPE_USER] &&
				      ns->owner->held & NSHOLD_BIT(NSHOLD_OWNER));
			/* a second call does nothing */
			world.ns_id = -EMFILE;
			CHECK_INT(collect_inspect(&c, ns, fd, &e), 0);
			close(fd);
			nstab_free(&c.tab);
		}
	}
	end();
}

/* ---- Sockets */

static void sockets_that_cannot_be_read_are_counted(void)
{
	static const struct {
		int rc, want;
		size_t found;
		enum nsmissed_why why;
	} rows[] = {
		{ 0, 0, 3, NSMISSED_WHYS },
		{ -EEXIST, 0, 0, NSMISSED_WHYS },
		{ -ESRCH, 0, 0, NSMISSED_WHYS },
		{ -EBADF, 0, 0, NSMISSED_WHYS },
		{ -EPERM, 0, 0, NSMISSED_DENIED },
		{ -EACCES, 0, 0, NSMISSED_DENIED },
		{ -ENOSYS, 0, 0, NSMISSED_UNSUPPORTED },
		{ -ENOTTY, 0, 0, NSMISSED_UNSUPPORTED },
		{ -EOPNOTSUPP, 0, 0, NSMISSED_UNSUPPORTED },
		{ -EINVAL, 0, 0, NSMISSED_UNSUPPORTED },
		{ -EMFILE, -EMFILE, 0, NSMISSED_WHYS },
	};

	for (size_t i = 0; i <= ARRAY_SIZE(rows); i++) {
		struct collect c = fresh();
		struct worker w = { .c = &c };
		bool last = i == ARRAY_SIZE(rows);

		reset();
		CHECK_INT(collect_sock(&w, 20, 3, 901), 0);
		CHECK_INT(collect_sock(&w, 10, 7, 902), 0);
		CHECK_INT(collect_sock(&w, 10, 5, 903), 0);
		if (last) {
			world.ask = -EMFILE;
			CHECK_INT(collect_sockets(&w), -EMFILE);
			CHECK_STR(w.e.what, "cannot read sockets");
		} else {
			world.sock_rc = rows[i].rc;
			CHECK_INT(collect_sockets(&w), rows[i].want);
			CHECK_STR(w.e.what,
				  rows[i].want ? "cannot read descriptor 5 of process 10" : "");
			CHECK_INT(w.n, rows[i].found);
			for (unsigned why = 0; why < NSMISSED_WHYS; why++)
				CHECK_INT(w.missed.n[why][NSMISSED_SOCK],
					  why == rows[i].why ? 3 : 0);
		}
		CHECK_INT(w.e.errnum, last || rows[i].want ? EMFILE : 0);
		CHECK_STR(trace, "10:5 10:7 20:3 ");
		free(w.sockets);
		free(w.found);
	}
}

UNIT_MAIN(CASE(a_namespace_is_opened_through_its_processes),
	  CASE(a_namespace_is_opened_through_its_holders),
	  CASE(a_namespace_is_opened_through_a_mount), CASE(mountinfo_is_read_inside_the_namespace),
	  CASE(a_namespace_without_processes_is_found_by_a_pidfd),
	  CASE(a_namespace_that_cannot_be_opened_is_counted), CASE(old_kernels_report_no_relations),
	  CASE(sockets_that_cannot_be_read_are_counted))
