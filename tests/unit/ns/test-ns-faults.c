// SPDX-License-Identifier: GPL-2.0-or-later
/* test-ns-faults: makes each system call of the functions in lib/ns fail (fault.h). */
#include <sys/mount.h>
#include <sys/socket.h>

#include "../fault.h"
#include "../memory.h"
#include "../sandbox.h"
#include "calls.h"
#include "ns/join.h"
#include "ns/name.h"
#include "ns/netnsid.h"
#include "ns/ref.h"
#include "ns/ref_find.h"
#include "ns/ref_index.h"
#include "ns/socket.h"
#include "ns/timens_proc.h"

static char path[96];
static pid_t child;

/* Creates an empty file. Returns false on failure. */
static bool touch(const char *file)
{
	cleanup_fd int fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

	return fd >= 0;
}

/* ---- Pins */

static int try_bind(void)
{
	struct nspin pin = NSPIN_INIT;
	struct nserr e = NSERR_INIT;
	int self = open_self(), rc;
	bool right;

	pin.path = path;
	fault_begin();
	rc = nspin_bind(&pin, NULL, self, nstype_by_flag(CLONE_NEWUTS), &e);
	fault_end();
	right = rc < 0 ? !unit_exists(path) : is_pinned(path) && pin.created;
	if (rc == 0)
		nspin_undo(&pin);
	right = right && !unit_exists(path);
	close(self);
	return right ? fault_result(rc, &e, true) : 1;
}

static int try_undo(void)
{
	struct nspin pin = NSPIN_INIT;
	struct nserr e = NSERR_INIT;
	int self = open_self(), rc;

	pin.path = path;
	rc = nspin_bind(&pin, NULL, self, nstype_by_flag(CLONE_NEWUTS), &e);
	close(self);
	fault_begin();
	nspin_undo(&pin);
	fault_end();
	/* one failed call may leave the file, but not the mount */
	rc = is_pinned(path) ? 1 : rc;
	umount2(path, MNT_DETACH);
	unlink(path);
	return rc;
}

/* Opens a directory that exists. Its name ends with a dot. */
static int try_dot(void)
{
	struct nspin_dir d = NSPIN_DIR_INIT;
	struct nserr e = NSERR_INIT;
	char name[128];
	bool right;
	int rc;

	snprintf(name, sizeof(name), "%s/.", path);
	if (mkdir(path, 0755) < 0)
		return 1;
	d.path = name;
	fault_begin();
	rc = nspin_dir_open(&d, &e);
	fault_end();
	right = rc < 0 || !d.created;
	nspin_dir_undo(&d);
	right = rmdir(path) == 0 && right;
	return right ? fault_result(rc, &e, true) : 1;
}

/* Mounts a namespace on a file that is given by its descriptor, as /proc/self/fd/N. */
static int try_proc_link(void)
{
	struct nspin pin = NSPIN_INIT;
	struct nserr e = NSERR_INIT;
	int self = open_self(), rc;
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	char name[32];
	bool right;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	pin.path = name;
	fault_begin();
	rc = nspin_bind(&pin, NULL, self, nstype_by_flag(CLONE_NEWUTS), &e);
	fault_end();
	right = rc < 0 ? !is_pinned(path) : is_pinned(path) && !pin.created;
	if (rc == 0)
		nspin_undo(&pin);
	right = right && unit_exists(path) && !is_pinned(path);
	unlink(path);
	close(fd);
	close(self);
	return right ? fault_result(rc, &e, true) : 1;
}

/* Creates a directory whose name ends with slashes, and mounts a namespace in it. */
static int try_dir(void)
{
	struct nspin_dir d = NSPIN_DIR_INIT;
	struct nspin pin = NSPIN_INIT;
	struct nserr e = NSERR_INIT;
	int self = open_self(), rc;
	char name[128];
	bool right;

	snprintf(name, sizeof(name), "%s///", path);
	d.path = name;
	fault_begin();
	rc = nspin_dir_open(&d, &e);
	fault_end();
	right = rc < 0 || d.created;
	if (rc == 0) {
		pin.path = path;
		fault_begin();
		rc = nspin_bind(&pin, &d, self, nstype_by_flag(CLONE_NEWUTS), &e);
		fault_end();
		nspin_undo(&pin);
	}
	nspin_dir_undo(&d);
	right = right && !unit_exists(path);
	close(self);
	return right ? fault_result(rc, &e, true) : 1;
}

/* Calls nspin_release() for a directory with one namespace. If a system call fails, some mounts may
 * remain. */
static int try_release(void)
{
	struct nspin_dir d = NSPIN_DIR_INIT;
	struct nspin pin = NSPIN_INIT;
	struct nserr e = NSERR_INIT;
	int self = open_self(), rc;
	char file[128];

	d.path = pin.path = path;
	rc = nspin_dir_open(&d, &e);
	if (rc == 0)
		rc = nspin_bind(&pin, &d, self, nstype_by_flag(CLONE_NEWUTS), &e);
	close(self);
	nspin_free(&pin);
	nspin_dir_free(&d);
	if (rc < 0)
		return rc;
	fault_begin();
	rc = nspin_release(path, &e);
	fault_end();
	snprintf(file, sizeof(file), "%s/uts", path);
	if (rc > 0 && (rc != 1 || is_pinned(file)))
		rc = 1;
	else if (rc > 0)
		rc = 0;
	umount2(file, MNT_DETACH);
	umount2(path, MNT_DETACH);
	umount2(path, MNT_DETACH);
	unlink(file);
	rmdir(path);
	return unit_exists(path) || (rc < 0 && !e.what[0]) ? 1 : rc;
}

static int try_above(void)
{
	struct nserr e = NSERR_INIT;
	uint64_t id = nspin_id();
	int rc;

	fault_begin();
	rc = nspin_above(id + 1, &e);
	fault_end();
	return fault_result(rc, &e, nspin_id() > id);
}

static void pins(const char *in)
{
	int busy = 0;

	snprintf(path, sizeof(path), "%s/pin", in);
	CHECK(mount(NULL, in, NULL, MS_PRIVATE, NULL) == 0);
	fault_all("nspin_bind", try_bind, NULL);
	fault_all("nspin_bind of a link in /proc", try_proc_link, NULL);
	/* readlinkat(2) returns an empty target */
	CHECK_INT(fault_answer(try_proc_link, SYS_readlinkat, 1, 0), -ENOENT);
	/* nspin_bind() reports EBUSY, as if another mount covered the new one, if it cannot read
	 * the inode of the namespace or that of the mount: two calls of fstat(2) */
	for (int k = 1; k < 20; k++)
		busy += fault_answer(try_bind, SYS_newfstatat, k, -EIO) == -EBUSY;
	CHECK_INT(busy, 2);
	fault_all("nspin_undo", try_undo, NULL);
	CHECK(mount(NULL, in, NULL, MS_SHARED, NULL) == 0);
	fault_all("nspin_dir_open", try_dir, NULL);
	fault_all("a directory with a dot", try_dot, NULL);
	fault_all("nspin_release", try_release, NULL);
	/* nspin_above() needs ids of mount namespaces */
	if (nspin_id())
		fault_all("nspin_above", try_above, NULL);
}

static void a_failed_call_leaves_no_pin(void)
{
	if (fault_require())
		sandbox(0, pins);
}

/* ---- References */

static const char *ref_text;
static ino_t ref_inode;

static int try_open(void)
{
	struct nserr e = NSERR_INIT;
	struct nsref r;
	struct stat st = { .st_ino = 0 };
	int fd;

	if (nsref_parse(ref_text, &r, &e) < 0)
		return 1;
	fault_begin();
	fd = nsref_open_ns(&r, nsref_is_process(&r) ? nstype_by_flag(CLONE_NEWUTS) : NULL, &e);
	fault_end();
	if (fd < 0)
		return e.what[0] ? fd : 1;
	fstat(fd, &st);
	/* nsref_find_id() opens a file handle, whose flags fault_all() does not check */
	if (fcntl(fd, F_GETFD) != FD_CLOEXEC)
		return 1;
	close(fd);
	return fd > 2 && st.st_ino == ref_inode ? 0 : 1;
}

/* Returns true for open descriptors, which are accepted, because a search by inode or id keeps an
 * index with descriptors for later searches. */
static bool index_stays_open(const char *why, const struct fault_run *f)
{
	(void)f;
	return streq(why, "left a descriptor open");
}

/* Returns true for a remaining child, which is accepted: nssocket_open() does not wait for the
 * child that duplicates the file if the file might not be a socket, because that child could
 * block. */
static bool child_may_stay(const char *why, const struct fault_run *f)
{
	(void)f;
	return streq(why, "left a child process");
}

static void open_ref(const char *text, const char *want,
		     bool (*accept)(const char *why, const struct fault_run *f))
{
	struct stat st = { .st_ino = 0 };

	ref_text = text;
	if (want)
		CHECK(stat(want, &st) == 0);
	ref_inode = st.st_ino;
	fault_all(text, try_open, accept);
}

static void refs(const char *in)
{
	char text[64], uts[64], user[64], net[64];
	cleanup_fd int fd = -1, sock = -1;
	struct stat st;
	uint64_t id;

	snprintf(path, sizeof(path), "%s/pin", in);
	sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	CHECK((child = sandbox_child(CLONE_NEWUTS)) > 0);
	snprintf(uts, sizeof(uts), "/proc/%d/ns/uts", child);
	snprintf(user, sizeof(user), "/proc/%d/ns/user", child);
	snprintf(net, sizeof(net), "/proc/%d/ns/net", child);
	fd = open(uts, O_RDONLY | O_CLOEXEC);
	snprintf(text, sizeof(text), "%d", child);
	open_ref(text, uts, NULL);
	snprintf(text, sizeof(text), "tid:%d", child);
	open_ref(text, uts, NULL);
	snprintf(text, sizeof(text), "owner:uts:%d", child);
	open_ref(text, user, NULL);
	open_ref(uts, uts, NULL);
	snprintf(text, sizeof(text), "fd:%d", fd);
	open_ref(text, uts, NULL);
	snprintf(text, sizeof(text), "self/fd/%d", fd);
	open_ref(text, uts, NULL);
	snprintf(text, sizeof(text), "socket:self/%d", sock);
	open_ref(text, net, child_may_stay);
	snprintf(text, sizeof(text), "socket:%d/%d", child, sock);
	open_ref(text, net, child_may_stay);
	/* the child that opens the namespace was killed before it has answered */
	CHECK_INT(fault_answer(try_open, SYS_recvmsg, 1, -EAGAIN), -EIO);
	CHECK_INT(fault_answer(try_open, SYS_recvmsg, 1, 0), -EIO);
	CHECK(stat(uts, &st) == 0);
	snprintf(text, sizeof(text), "uts:%llu", (unsigned long long)st.st_ino);
	open_ref(text, uts, index_stays_open);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)st.st_ino);
	open_ref(text, uts, index_stays_open);
	if (sys_ns_id(fd, &id) == 0) {
		snprintf(text, sizeof(text), "id:%llu", (unsigned long long)id);
		open_ref(text, uts, index_stays_open);
	}
	CHECK(touch(path) && mount(uts, path, NULL, MS_BIND, NULL) == 0);
	close(TAKE_FD(fd));
	sandbox_end_child(child);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)st.st_ino);
	open_ref(text, path, index_stays_open);
	CHECK((child = sandbox_child(CLONE_NEWUSER)) > 0);
	snprintf(user, sizeof(user), "/proc/%d/ns/user", child);
	CHECK(stat("/proc/self/ns/user", &st) == 0);
	snprintf(text, sizeof(text), "parent:user:%d", child);
	open_ref(text, "/proc/self/ns/user", NULL);
	sandbox_end_child(child);
}

static void a_failed_call_opens_no_wrong_namespace(void)
{
	if (fault_require())
		sandbox(CLONE_NEWNET | CLONE_NEWPID, refs);
}

/* Returns the number of namespace descriptors whose namespace has a descriptor with a lower number,
 * too. */
static unsigned duplicates(void)
{
	struct stat st[256];
	struct statfs fs;
	unsigned found = 0;
	int n = 0;

	for (int fd = 3; fd < 256; fd++) {
		if (fstatfs(fd, &fs) < 0 || fs.f_type != SYS_NS_MAGIC || fstat(fd, &st[n]) < 0)
			continue;
		for (int i = 0; i < n; i++)
			found += st[i].st_ino == st[n].st_ino;
		n++;
	}
	CHECK(n > 0);
	return found;
}

static void check_missing(const char *text, int want, const char *what)
{
	struct nserr e = NSERR_INIT;
	struct nsref r;

	CHECK_INT(nsref_parse(text, &r, &e), 0);
	CHECK_INT(nsref_open_ns(&r, NULL, &e), want);
	CHECK_STR(e.what, what);
	CHECK_INT(e.errnum, -want);
}

static void search(const char *in)
{
	struct nserr e = NSERR_INIT;
	pid_t first;

	(void)in;
	unit_keeps_fds = true; /* the index of the namespaces */
	CHECK((child = sandbox_child(CLONE_NEWUTS | CLONE_NEWUSER)) > 0);
	first = child;
	CHECK((child = sandbox_child(CLONE_NEWUTS)) > 0);
	CHECK_INT(nsref_find_inode(NULL, 1, &e), -ENOENT);
	CHECK_INT(duplicates(), 0);
	/* the second search uses the index */
	CHECK_INT(nsref_find_inode(NULL, 1, &e), -ENOENT);
	CHECK_INT(duplicates(), 0);
	check_missing("uts:4294967290", -ENOENT, "cannot find uts namespace 4294967290");
	check_missing("4294967290", -ENOENT, "cannot find any namespace 4294967290");
	if (nsref_find_id(5, &e) == -ENOENT)
		check_missing("id:5", -ENOENT, "cannot find namespace id 5");
	sandbox_end_child(child);
	child = first;
	sandbox_end_child(child);
}

static void a_search_keeps_each_namespace_once(void)
{
	sandbox(CLONE_NEWPID, search);
}

/* ---- Entering */

static bool join_all;

/* Enters the namespaces of the child in a new process, which reports them. */
static int try_join(void)
{
	struct nsref r;
	struct nserr e = NSERR_INIT;
	struct nsjoin j;
	char text[32], own[64] = "", want[64] = "";
	int rc;

	snprintf(text, sizeof(text), "%d", child);
	nsjoin_init(&j);
	if (nsref_parse(text, &r, &e) < 0)
		return 1;
	fault_begin();
	rc = nsref_open_process(&r, &j.proc, &e);
	if (rc == 0) {
		j.mask = CLONE_NEWUTS | CLONE_NEWIPC;
		rc = join_all ? nsjoin_hold_all(&j, &e) : nsjoin_hold(&j, &e);
	}
	if (rc == 0)
		rc = nsjoin_enter(&j, &e);
	fault_end();
	nsjoin_close(&j);
	snprintf(text, sizeof(text), "/proc/%d/ns/uts", child);
	(void)!readlink("/proc/self/ns/uts", own, sizeof(own) - 1);
	(void)!readlink(text, want, sizeof(want) - 1);
	return fault_result(rc, &e, streq(own, want));
}

/* Checks the message and the hint if the namespaces of the child are entered without
 * capabilities. */
static void check_refusal(uint64_t mask, const char *hint)
{
	struct nsref r = { .kind = NSREF_PID, .pid = child, .text = "" };
	struct nserr e = NSERR_INIT;
	struct nsjoin j;
	char what[96];

	nsjoin_init(&j);
	j.mask = mask;
	CHECK_INT(nsref_open_process(&r, &j.proc, &e), 0);
	CHECK_INT(nsjoin_hold(&j, &e), 0);
	sandbox_drop_caps();
	CHECK_INT(nsjoin_enter(&j, &e), -EPERM);
	snprintf(what, sizeof(what), "cannot enter the uts namespace of process %d: %s", child,
		 strerror(EPERM));
	CHECK_STR(unit_message(&e), what);
	CHECK_STR(e.hint, hint);
	nsjoin_close(&j);
}

static void joins(const char *in)
{
	(void)in;
	CHECK((child = sandbox_child(CLONE_NEWUTS | CLONE_NEWIPC)) > 0);
	fault_all("nsjoin_hold", try_join, NULL);
	join_all = true;
	fault_all("nsjoin_hold_all", try_join, NULL);
	sandbox_end_child(child);
	CHECK((child = sandbox_child(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER)) > 0);
	fault_all("nsjoin_hold_all in another user namespace", try_join, NULL);
	join_all = false;
	sandbox_end_child(child);
	/* first, this user namespace owns the namespaces; then, a new user namespace owns them */
	CHECK((child = sandbox_child(CLONE_NEWUTS | CLONE_NEWIPC)) > 0);
	check_refusal(CLONE_NEWUTS | CLONE_NEWIPC,
		      "run the command with CAP_SYS_ADMIN in the caller's user namespace");
	sandbox_end_child(child);
	CHECK((child = sandbox_child(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER)) > 0);
	for (int i = 0; i < 2; i++)
		check_refusal(CLONE_NEWUTS | (i ? CLONE_NEWIPC : 0),
			      "add --user to enter the user namespace that owns this namespace");
	sandbox_end_child(child);
}

static void a_failed_call_enters_no_wrong_namespace(void)
{
	if (fault_require())
		sandbox(CLONE_NEWPID, joins);
}

/* ---- Clocks */

static const struct timens offsets = { .set = { true, true }, .off = { { 100, 0 }, { 200, 5 } } };

static int try_write(void)
{
	cleanup_fd int self = open_self();
	struct timens t = offsets, back;
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = timens_unshare(&e);
	if (rc == 0)
		rc = timens_write(self, &t, &e);
	if (rc == 0)
		rc = timens_read(self, &back, &e);
	fault_end();
	return fault_result(rc, &e, rc == 0 && memcmp(&back.off, &t.off, sizeof(t.off)) == 0);
}

static int try_enter(void)
{
	cleanup_fd int self = open_self();
	struct timens t = offsets;
	struct nserr e = NSERR_INIT;
	struct stat before, after;
	int rc;

	if (fstatat(self, "ns/time", &before, 0) < 0 || timens_unshare(&e) < 0 ||
	    timens_write(self, &t, &e) < 0)
		return 1;
	fault_begin();
	rc = timens_enter(&e);
	fault_end();
	return fault_result(
		rc, &e, fstatat(self, "ns/time", &after, 0) == 0 && before.st_ino != after.st_ino);
}

/* Reads the offsets of a time namespace in which there is no process. */
static int try_read_ns(void)
{
	struct nserr e = NSERR_INIT;
	struct timens t = { .set = { false, false } };
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

	fault_begin();
	rc = timens_read_ns(fd, &t, &e);
	close(fd);
	fault_end();
	return fault_result(rc, &e, memcmp(&t.off, &offsets.off, sizeof(t.off)) == 0);
}

/* The clocks and the start time of process 1, read while no call fails. try_look() compares its
 * result with them. */
static struct timens_now started;

static int try_look(void)
{
	cleanup_fd int init = open("/proc/1", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct timens_now now = { .initial = { { 0, 0 } } };
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = timens_look(TIMENS_ANCHOR_START, init, &now, &e);
	fault_end();
	return fault_result(rc, &e,
			    now.initial[0].tv_sec > 0 &&
				    llabs(now.anchor[0].tv_sec - started.anchor[0].tv_sec) <= 1 &&
				    llabs(now.anchor[1].tv_sec - started.anchor[1].tv_sec) <= 1);
}

static void clocks(const char *in)
{
	cleanup_fd int self = open_self();
	struct timens t = offsets;
	struct nserr e = NSERR_INIT;

	snprintf(path, sizeof(path), "%s/time", in);
	CHECK_INT(timens_look(TIMENS_ANCHOR_START, self, &started, &e), 0);
	CHECK(started.anchor[TIMENS_BOOTTIME].tv_sec > 0);
	fault_all("timens_look", try_look, NULL);
	fault_all("timens_write", try_write, NULL);
	fault_all("timens_enter", try_enter, NULL);
	/* a time namespace without a process: it is mounted, and this process does not enter it */
	CHECK(touch(path) && timens_unshare(&e) == 0 && timens_write(self, &t, &e) == 0);
	CHECK(mount("/proc/self/ns/time_for_children", path, NULL, MS_BIND, NULL) == 0);
	CHECK(timens_unshare(&e) == 0);
	fault_all("timens_read_ns", try_read_ns, NULL);
}

static void a_failed_call_sets_or_reads_no_wrong_clock(void)
{
	if (access("/proc/self/ns/time", F_OK) < 0)
		unit_skip("no time namespaces here");
	else if (fault_require())
		sandbox(CLONE_NEWPID, clocks);
}

/* ---- Sockets and ids of network namespaces */

static int try_ask(void)
{
	struct nssocket s[2] = { { .pid = child, .fd = 50 }, { .pid = getpid(), .fd = 50 } };
	struct stat st, net;
	int rc;

	if (fstat(50, &st) < 0 || stat("/proc/self/ns/net", &net) < 0)
		return 1;
	s[0].inode = s[1].inode = st.st_ino;
	fault_begin();
	rc = nssocket_ask(s, 2);
	fault_end();
	if (rc < 0)
		return rc;
	for (int i = 0; i < 2; i++)
		if (s[i].rc == 0 && s[i].ns != net.st_ino)
			return 1;
	/* both processes have the same socket open, so it is sufficient if the socket of one of
	 * them was examined */
	return s[0].rc == 0 || s[1].rc == 0 || s[0].rc < -1 || s[1].rc < -1 ? 0 : -1;
}

static int try_netnsid(void)
{
	int32_t id = 77;
	int sock, ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), rc;

	fault_begin();
	rc = sock = netnsid_open();
	if (sock >= 0)
		rc = netnsid_get(sock, ns, &id);
	fault_end();
	util_close(&sock);
	close(ns);
	return fault_result(rc, NULL, id == NETNSID_UNASSIGNED);
}

static void sockets(const char *in)
{
	int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct nssocket s[2];
	struct stat st;

	(void)in;
	CHECK(dup2(sock, 50) == 50);
	close(sock);
	CHECK((child = sandbox_child(CLONE_NEWUTS)) > 0);
	fault_all("nssocket_ask", try_ask, child_may_stay);
	/* both processes have the same socket, so only the first one is asked */
	CHECK(fstat(50, &st) == 0);
	s[0] = (struct nssocket){ .pid = getpid(), .fd = 50, .inode = st.st_ino };
	s[1] = (struct nssocket){ .pid = child, .fd = 50, .inode = st.st_ino };
	CHECK_INT(nssocket_ask(s, 2), 0);
	CHECK(s[0].rc == 0 && s[1].rc == -EEXIST);
	fault_all("netnsid_get", try_netnsid, NULL);
	sandbox_end_child(child);
	close(50);
}

static void a_failed_call_finds_no_wrong_socket(void)
{
	if (fault_require())
		sandbox(CLONE_NEWNET | CLONE_NEWPID, sockets);
}

/* ---- Names of runs */

static int count_files(const char *in)
{
	char command[128];
	int status;

	snprintf(command, sizeof(command), "exit $(ls -A %s | wc -l)", in);
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Reserves a name for the child, publishes and reads the file of the name, and removes the file.
 * The name cannot be reserved a second time in the meantime. */
static int try_name(void)
{
	struct nsname_keep k = NSNAME_KEEP_INIT, second = NSNAME_KEEP_INIT;
	struct nsname n = { .pid = child }, back = { .pid = 0 };
	struct nserr e = NSERR_INIT, ignored = NSERR_INIT;
	int rc, released = 0;
	bool right = true;

	fault_begin();
	rc = nsname_reserve(&k, "web", &e);
	if (rc < 0)
		goto end;
	rc = nsname_describe(&n, &e);
	if (rc == 0)
		rc = nsname_publish(&k, &n, &e);
	fault_end();
	if (rc == 0)
		right = nsname_reserve(&second, "web", &ignored) == -EBUSY;
	fault_begin();
	if (rc == 0)
		rc = nsname_read("web", &back, &e);
	if (rc == 0)
		right = right && back.pid == child && back.start == n.start && n.start > 0 &&
			back.pidns == n.pidns;
	released = nsname_release(&k, &ignored);
end:
	fault_end();
	/* a failed removal is reported */
	if (released < 0)
		return ignored.what[0] ? released : 1;
	return right && count_files("/run/nsutils") <= 0 ? fault_result(rc, &e, true) : 1;
}

static void names(const char *in)
{
	(void)in;
	sandbox_tmpfs("/run");
	CHECK((child = sandbox_child(CLONE_NEWUTS)) > 0);
	fault_all("nsname_reserve", try_name, NULL);
	sandbox_end_child(child);
}

static void a_failed_call_leaves_no_name(void)
{
	if (fault_require())
		sandbox(CLONE_NEWPID, names);
}

/* ---- Errors that are mapped, and calls that are repeated or replaced */

static const char *pid_text, *tid_text;

static int try_open_pid(void)
{
	ref_text = pid_text;
	return try_open();
}

static int try_open_tid(void)
{
	ref_text = tid_text;
	return try_open();
}

/* Reserves a name, and removes the files even if the reservation fails. */
static int try_reserve(void)
{
	struct nsname_keep k = NSNAME_KEEP_INIT;
	struct nserr e = NSERR_INIT, ignored = NSERR_INIT;
	int rc;

	fault_begin();
	rc = nsname_reserve(&k, "web", &e);
	fault_end();
	if (rc == 0 && nsname_release(&k, &ignored) < 0)
		return 1;
	unlink("/run/nsutils/web.lock");
	unlink("/run/nsutils/web.new");
	return count_files("/run/nsutils") > 0 ? 1 : fault_result(rc, &e, true);
}

static int try_new_clocks(void)
{
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = timens_unshare(&e);
	return fault_result(rc, &e, true);
}

/* The beginning of the hint that the next function must set. */
static const char *hint;

/* Returns rc if e has the expected hint, otherwise 1. */
static int has_hint(int rc, const struct nserr *e)
{
	fault_end();
	return hint[0] ? (str_after(e->hint, hint) ? rc : 1) : e->hint[0] ? 1 : rc;
}

static int hint_new_clocks(void)
{
	struct nserr e = NSERR_INIT;

	fault_begin();
	return has_hint(timens_unshare(&e), &e);
}

static int hint_write(void)
{
	cleanup_fd int self = open_self();
	struct nserr e = NSERR_INIT;

	if (timens_unshare(&e) < 0)
		return 1;
	fault_begin();
	return has_hint(timens_write(self, &offsets, &e), &e);
}

/* Mounts a namespace on a file. */
static int hint_bind(void)
{
	cleanup_fd int self = open_self();
	struct nspin pin = NSPIN_INIT;
	struct nserr e = NSERR_INIT;
	int rc;

	pin.path = "/run/pin";
	fault_begin();
	rc = nspin_bind(&pin, NULL, self, nstype_by_flag(CLONE_NEWUTS), &e);
	return has_hint(rc, &e);
}

static void hints(void)
{
	static const struct {
		int (*try)(void);
		int number, error;
		const char *hint;
	} rows[] = {
		{ hint_bind, SYS_mount, -EPERM,
		  "run the command with CAP_SYS_ADMIN in the user namespace that owns the" },
		{ hint_bind, SYS_mount, -EINVAL, "" },
		{ hint_new_clocks, SYS_unshare, -ENOSPC,
		  "raise /proc/sys/user/max_time_namespaces" },
		{ hint_new_clocks, SYS_unshare, -EINVAL, "use Linux 5.6 or later" },
		{ hint_new_clocks, SYS_unshare, -EPERM, "" },
		{ hint_write, SYS_write, -EACCES, "write the offsets before the first process" },
		{ hint_write, SYS_write, -EPERM, "run the command with CAP_SYS_TIME" },
		{ hint_write, SYS_write, -EIO, "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		hint = rows[i].hint;
		if (i < 2 || access("/proc/self/ns/time", F_OK) == 0)
			CHECK_INT(fault_answer(rows[i].try, rows[i].number, 1, rows[i].error),
				  rows[i].error);
	}
}

/* Tries to open a descriptor that does not refer to a namespace. */
static int try_other_fd(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	char text[16];
	int rc;

	snprintf(text, sizeof(text), "fd:%d", fd);
	ref_text = text;
	rc = try_open();
	close(fd);
	return rc;
}

static int wait_as_thread(void *arg)
{
	(void)arg;
	return pause();
}

/* Starts a child with a second thread. Returns the pid of the child and sets *tid to the id of the
 * thread. */
static pid_t start_thread(pid_t *tid)
{
	static char stack[65536] __attribute__((aligned(16)));
	int pair[2];
	pid_t pid;

	CHECK(pipe(pair) == 0);
	pid = fork();
	if (pid == 0) {
		*tid = clone(wait_as_thread, stack + sizeof(stack),
			     CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
				     CLONE_SYSVSEM,
			     NULL);
		(void)!write(pair[1], tid, sizeof(*tid));
		wait_as_thread(NULL);
	}
	CHECK(read(pair[0], tid, sizeof(*tid)) == sizeof(*tid) && *tid > 0);
	close(pair[0]);
	close(pair[1]);
	return pid;
}

static pid_t thread, leader;

/* Opens a thread as if it were a process. */
static int try_open_thread(void)
{
	struct nsref r = { .kind = NSREF_PID, .pid = thread, .text = "" };
	struct nsref_process p = NSREF_PROCESS_INIT;
	struct nserr e = NSERR_INIT;
	char what[96], advice[96];
	int rc;

	fault_begin();
	rc = nsref_open_process(&r, &p, &e);
	fault_end();
	nsref_process_close(&p);
	snprintf(what, sizeof(what), "%d is a thread of process %d, not a process", thread, leader);
	snprintf(advice, sizeof(advice), "use tid:%d to name the thread", thread);
	return streq(unit_message(&e), what) && streq(e.hint, advice) ? rc : 1;
}

/* Searches like try_missing_inode(), but without memory for the stack of vfork(2), so that the
 * child that examines the sockets is created by fork(2). */
static int try_search_fork(void)
{
	return memory_limit() ? try_missing_inode() : 1;
}

/* pidfd_open(2) is in Linux 5.3 and later, and PIDFD_THREAD in Linux 6.9 and later. A seccomp
 * filter can deny the call with EPERM. flock(2): ENOLCK may be transient, and EWOULDBLOCK means
 * that another process has the lock. */
static void errors(const char *in)
{
	static const struct fault_row open_rows[] = {
		{ "a pid", try_open_pid, SYS_pidfd_open, FAULT_EACH, ENOSYS, 0 },
		{ "a pid", try_open_pid, SYS_pidfd_open, FAULT_EACH, EPERM, 0 },
		{ "a pid", try_open_pid, SYS_pidfd_open, 1, ESRCH, -ESRCH },
		{ "a pid", try_open_pid, SYS_pidfd_open, 1, ENOENT, -ESRCH },
		{ "a pid", try_open_pid, SYS_pidfd_open, 1, EINVAL, -ESRCH },
		{ "a pid", try_open_pid, SYS_pidfd_open, 1, EMFILE, -EMFILE },
		{ "a pid", try_open_pid, SYS_pidfd_open, 1, EIO, -EIO },
		/* ESRCH means that the process has ended, and EPERM that it still exists */
		{ "a pid", try_open_pid, SYS_pidfd_send_signal, 1, ESRCH, -ESRCH },
		{ "a pid", try_open_pid, SYS_pidfd_send_signal, 1, EPERM, 0 },
		{ "a tid", try_open_tid, SYS_pidfd_open, FAULT_EACH, ENOSYS, 0 },
		{ "a tid", try_open_tid, SYS_pidfd_open, FAULT_EACH, EPERM, 0 },
		{ "a tid", try_open_tid, SYS_pidfd_open, FAULT_EACH, EINVAL, 0 },
		{ "a tid", try_open_tid, SYS_pidfd_open, 1, ESRCH, -ESRCH },
		{ "a tid", try_open_tid, SYS_pidfd_open, 1, ENOENT, -ESRCH },
		{ "a tid", try_open_tid, SYS_pidfd_open, 1, EMFILE, -EMFILE },
		{ "nsname_reserve", try_reserve, SYS_flock, 1, EINTR, 0 },
		{ "nsname_reserve", try_reserve, SYS_flock, 1, ENOLCK, 0 },
		{ "nsname_reserve", try_reserve, SYS_flock, 1, EIO, 0 },
		{ "nsname_reserve", try_reserve, SYS_flock, FAULT_EACH, ENOLCK, -ENOLCK },
		{ "nsname_reserve", try_reserve, SYS_flock, 1, EWOULDBLOCK, -EBUSY },
		{ "nsname_reserve", try_reserve, SYS_unlinkat, 1, EROFS, -EROFS },
		{ "nsname_reserve", try_reserve, SYS_write, 1, ENOSPC, -ENOSPC },
		{ "nsname_reserve", try_reserve, SYS_write, 1, EINTR, 0 },
	};
	/* If the search was incomplete, the namespace may exist, so the function must not return
	 * -ENOENT. A process whose files cannot be read because of EACCES is skipped. */
	static const struct fault_row search_rows[] = {
		{ "a search", try_search_fork, SYS_pipe2, FAULT_EACH, EMFILE, -EMFILE },
		{ "a search", try_missing_inode, SYS_getdents64, FAULT_EACH, EIO, -EIO },
		{ "a search", try_missing_inode, SYS_readlinkat, FAULT_EACH, EMFILE, -EMFILE },
		{ "a search", try_missing_inode, SYS_readlinkat, FAULT_EACH, ENFILE, -ENFILE },
		{ "a search", try_missing_inode, SYS_readlinkat, FAULT_EACH, ENOMEM, -ENOMEM },
		{ "a search", try_missing_inode, SYS_readlinkat, FAULT_EACH, EACCES, -ENOENT },
	};
	static const struct fault_row clock_rows[] = {
		{ "timens_unshare", try_new_clocks, SYS_unshare, 1, EPERM, -EPERM },
		{ "timens_unshare", try_new_clocks, SYS_unshare, 1, EINVAL, -EINVAL },
		{ "timens_unshare", try_new_clocks, SYS_unshare, 1, ENOSPC, -ENOSPC },
		{ "timens_write", try_write, SYS_write, 1, EACCES, -EACCES },
		{ "timens_write", try_write, SYS_write, 1, EPERM, -EPERM },
		{ "timens_write", try_write, SYS_write, 1, EIO, -EIO },
		{ "timens_write", try_write, SYS_write, 1, EINTR, 0 },
	};
	char pid[32], tid[32], uts[64];
	struct stat st = { .st_ino = 0 };
	int sock;

	(void)in;
	sandbox_tmpfs("/run");
	CHECK((child = sandbox_child(CLONE_NEWUTS)) > 0);
	snprintf(uts, sizeof(uts), "/proc/%d/ns/uts", child);
	CHECK(stat(uts, &st) == 0);
	ref_inode = st.st_ino;
	snprintf(pid, sizeof(pid), "%d", child);
	snprintf(tid, sizeof(tid), "tid:%d", child);
	pid_text = pid;
	tid_text = tid;
	fault_table(open_rows, ARRAY_SIZE(open_rows));
	sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	fault_table(search_rows, ARRAY_SIZE(search_rows));
	close(sock);
	leader = start_thread(&thread);
	CHECK_INT(try_open_thread(), -EINVAL);
	/* without pidfds, the status of the process shows that it is a thread */
	CHECK_INT(fault_answer(try_open_thread, SYS_pidfd_open, FAULT_EACH, -ENOSYS), -EINVAL);
	CHECK_INT(fault_answer(try_open_thread, SYS_pidfd_open, FAULT_EACH, -EPERM), -EINVAL);
	sandbox_end_child(leader);
	/* no request of ioctl_ns(2) is sent to a file that is not a namespace, because the request
	 * may have another meaning there */
	CHECK_INT(try_other_fd(), -EINVAL);
	CHECK_INT(fault_answer(try_other_fd, SYS_ioctl, 1, CLONE_NEWUTS), INT_MAX);
	if (access("/proc/self/ns/time", F_OK) == 0)
		fault_table(clock_rows, ARRAY_SIZE(clock_rows));
	hints();
	sandbox_end_child(child);
	sandbox_drop_caps();
	hint = "put 'nsunshare -r --' before the command, or run the command with CAP_SYS_ADMIN";
	if (access("/proc/self/ns/time", F_OK) == 0)
		CHECK_INT(hint_new_clocks(), -EPERM);
}

static void an_error_leads_to_a_retry_or_is_reported(void)
{
	if (fault_require())
		sandbox(CLONE_NEWPID, errors);
}

/* Covers /proc with a directory that has only the files of a kernel without time namespaces. */
static void old_kernel(const char *in)
{
	struct nserr e = NSERR_INIT;
	struct timens t;
	int self;

	(void)in;
	sandbox_tmpfs("/proc");
	CHECK(mkdir("/proc/self", 0755) == 0);
	self = open_self();
	CHECK_INT(timens_read(self, &t, &e), -ENOENT);
	CHECK_STR(unit_message(&e), "cannot read timens_offsets: No such file or directory");
	CHECK(touch("/proc/self/stat"));
	e = NSERR_INIT;
	CHECK_INT(timens_read(self, &t, &e), -ENOENT);
	CHECK_STR(unit_message(&e), "time namespaces are not supported by this kernel: "
				    "No such file or directory");
	CHECK(e.hint[0] != '\0');
	/* a process that has ended has no file, although the kernel has time namespaces */
	CHECK(touch("/proc/self/timens_offsets"));
	CHECK(mkdir("/proc/7", 0755) == 0);
	close(self);
	self = open("/proc/7", O_PATH | O_DIRECTORY | O_CLOEXEC);
	e = NSERR_INIT;
	CHECK_INT(timens_read(self, &t, &e), -ENOENT);
	CHECK_STR(unit_message(&e), "cannot read timens_offsets: No such file or directory");
	CHECK_STR(e.hint, "");
	close(self);
}

/* Covers the file with the boot ID with an empty file. */
static void no_boot_id(const char *in)
{
	struct nsname n = { .pid = getpid() };
	struct nserr e = NSERR_INIT;

	snprintf(path, sizeof(path), "%s/empty", in);
	CHECK(touch(path));
	CHECK(mount(path, "/proc/sys/kernel/random/boot_id", NULL, MS_BIND, NULL) == 0);
	CHECK_INT(nsname_describe(&n, &e), -EIO);
	CHECK_STR(e.what, "cannot read the boot ID and the pid namespace from /proc");
	CHECK_INT(e.errnum, EIO);
	/* the start time is counted on the boot-time clock of the reader, which these offsets
	 * change */
	for (int i = 0; i < 3; i++) {
		static const char *const texts[] = { "monotonic 5 0\n",
						     "monotonic 5 0\nboottime 0 0\n",
						     "monotonic 5 0\nboottime 10 500000000\n" };
		const uint64_t hz = (uint64_t)sysconf(_SC_CLK_TCK);
		static uint64_t before;

		unit_put(AT_FDCWD, path, texts[i]);
		CHECK(mount(path, "/proc/self/timens_offsets", NULL, MS_BIND, NULL) == 0);
		(void)!nsname_describe(&n, &e);
		before = i == 0 ? n.start : before;
		CHECK_INT(before - n.start, i == 2 ? 10 * hz + hz / 2 : 0);
		CHECK(umount("/proc/self/timens_offsets") == 0);
	}
	/* the file boot_id does not exist */
	sandbox_tmpfs("/proc/sys/kernel/random");
	CHECK_INT(nsname_describe(&n, &e), -ENOENT);
}

static void a_run_without_a_boot_id_is_not_described(void)
{
	sandbox(CLONE_NEWPID, no_boot_id);
}

static void a_kernel_without_time_namespaces_is_named(void)
{
	sandbox(0, old_kernel);
}

UNIT_MAIN(CASE(an_error_leads_to_a_retry_or_is_reported),
	  CASE(a_run_without_a_boot_id_is_not_described),
	  CASE(a_kernel_without_time_namespaces_is_named), CASE(a_failed_call_leaves_no_pin),
	  CASE(a_failed_call_leaves_no_name), CASE(a_failed_call_opens_no_wrong_namespace),
	  CASE(a_search_keeps_each_namespace_once), CASE(a_failed_call_enters_no_wrong_namespace),
	  CASE(a_failed_call_sets_or_reads_no_wrong_clock),
	  CASE(a_failed_call_finds_no_wrong_socket))
