// SPDX-License-Identifier: GPL-2.0-or-later
/* test-ref-index: builds the index of visible namespaces, and checks in which places each of its
 * functions finds namespaces. */
#include "ns/ref_index.h"

#include "../sandbox.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

static uint64_t inode_of(const char *path)
{
	struct stat st;

	CHECK(stat(path, &st) == 0);
	return st.st_ino;
}

static uint64_t inode_of_child(pid_t pid, const char *file)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, file);
	return inode_of(path);
}

static bool has(int type, uint64_t inode)
{
	return nsindex_find(&nstypes[type], inode, 0);
}

/* Mounts the UTS namespace of a new child on a new file. Then ends the child, so that only the
 * mount keeps the namespace alive. Returns the inode of the namespace. */
static uint64_t mount_uts(const char *in, const char *name)
{
	pid_t pid = sandbox_child(CLONE_NEWUTS);
	char file[64], ns[64];
	uint64_t inode;

	CHECK(pid > 0);
	snprintf(file, sizeof(file), "%s/%s", in, name);
	snprintf(ns, sizeof(ns), "/proc/%d/ns/uts", (int)pid);
	unit_put(AT_FDCWD, file, "");
	CHECK_INT(mount(ns, file, NULL, MS_BIND, NULL), 0);
	inode = inode_of(ns);
	sandbox_end_child(pid);
	return inode;
}

/* Enters a new mount namespace, and mounts a UTS namespace without a process there. Returns the
 * inode of the UTS namespace. */
static uint64_t mount_elsewhere(const char *in)
{
	CHECK(unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	return mount_uts(in, "other");
}

/* Enters a user namespace whose parent has no process. Returns the inode of the parent. */
static uint64_t nest(const char *in)
{
	uint64_t inode;

	(void)in;
	CHECK(unshare(CLONE_NEWUSER) == 0 &&
	      file_write_at(AT_FDCWD, "/proc/self/uid_map", "0 0 1") == 0 &&
	      file_write_at(AT_FDCWD, "/proc/self/setgroups", "deny") == 0 &&
	      file_write_at(AT_FDCWD, "/proc/self/gid_map", "0 0 1") == 0);
	inode = inode_of("/proc/self/ns/user");
	CHECK(unshare(CLONE_NEWUSER) == 0);
	return inode;
}

/* Starts a child that calls f(in) and then waits. Sets *inode to the result of f(). */
static pid_t start(uint64_t (*f)(const char *in), const char *in, uint64_t *inode)
{
	int pair[2];
	pid_t pid;

	CHECK_INT(pipe(pair), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		*inode = f(in);
		(void)!write(pair[1], inode, sizeof(*inode));
		pause();
		_exit(1);
	}
	close(pair[1]);
	CHECK(read(pair[0], inode, sizeof(*inode)) == sizeof(*inode));
	close(pair[0]);
	return pid;
}

static void build_index(const char *in)
{
	cleanup_fd int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC), held = -1;
	bool has_time = access("/proc/self/ns/time", F_OK) == 0;
	pid_t child = sandbox_child(CLONE_NEWUTS | CLONE_NEWIPC | (has_time ? CLONE_NEWTIME : 0));
	uint64_t of_process, for_children, mounted, elsewhere, of_descriptor, parent;
	pid_t holder, mounter, nested = start(nest, in, &parent);
	char path[64];
	struct nserr e = NSERR_INIT;

	CHECK(child > 0);
	of_process = inode_of_child(child, "ipc");
	for_children = has_time ? inode_of_child(child, "time_for_children") : 0;
	mounter = start(mount_elsewhere, in, &elsewhere);
	mounted = mount_uts(in, "pin");
	/* only a descriptor of this process keeps this namespace alive */
	holder = sandbox_child(CLONE_NEWUTS);
	of_descriptor = inode_of_child(holder, "uts");
	snprintf(path, sizeof(path), "/proc/%d/ns/uts", (int)holder);
	held = open(path, O_RDONLY | O_CLOEXEC);
	sandbox_end_child(holder);

	CHECK_INT(nsfile_proc_verify(&nsindex.proc, proc, &e), 0);
	nsindex_add_processes(proc);
	CHECK(has(NSTYPE_UTS, inode_of("/proc/self/ns/uts")));
	CHECK(has(NSTYPE_UTS, inode_of_child(child, "uts")) && has(NSTYPE_IPC, of_process));
	CHECK(!has(NSTYPE_UTS, of_process));
	CHECK(!has_time || has(NSTYPE_TIME, for_children));
	CHECK(has(NSTYPE_MNT, inode_of_child(mounter, "mnt")));
	CHECK(has(NSTYPE_UTS, mounted) && has(NSTYPE_UTS, elsewhere));
	CHECK(has(NSTYPE_USER, inode_of_child(nested, "user")) && has(NSTYPE_USER, parent));
	CHECK(!has(NSTYPE_UTS, of_descriptor));
	nsindex_add_holders(proc);
	CHECK(has(NSTYPE_UTS, of_descriptor));
	CHECK_INT(nsindex.err, 0);
	nsindex_clear();
	CHECK(!has(NSTYPE_UTS, mounted));
	nsindex.proc = NSFILE_PROC_INIT;
	sandbox_end_child(child);
	sandbox_end_child(mounter);
	sandbox_end_child(nested);
}

static void each_place_is_searched(void)
{
	sandbox(CLONE_NEWPID, build_index);
}

UNIT_MAIN(CASE(each_place_is_searched))
