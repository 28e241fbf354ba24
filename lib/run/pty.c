// SPDX-License-Identifier: GPL-2.0-or-later
/* pty: opens a pseudo-terminal (pty(7)) and runs the relay, a process that copies between two
 * terminals. */
#include "run/pty.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <termios.h>

#include "base/file.h"

#define DEVPTS_MAGIC 0x1cd1
/* device number of /dev/ptmx (devices.txt of the kernel documentation) */
#define PTMX         makedev(5, 2)

struct copy {
	int master, line, signals;
	bool input_open;      /* the end of file has not been read from descriptor 0 */
	bool is_tty;          /* descriptor 0 refers to a terminal */
	struct termios saved; /* original settings of the terminal on descriptor 0 */
	char input[4096];     /* input that the program has not read yet */
	size_t input_len;
};

/* ---- Passing the master from the caller to the relay */

static int send_fd(int line, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	return RETRY_EINTR(sendmsg(line, &m, MSG_NOSIGNAL)) < 0 ? -errno : 0;
}

/* Receives a descriptor of the pseudo-terminal's master from the caller. Returns the descriptor, or
 * -1 if the caller has closed the socket. */
static int receive_fd(int line)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *c;
	int fd = -1;

	if (RETRY_EINTR(recvmsg(line, &m, MSG_CMSG_CLOEXEC)) != 1)
		return -1;
	c = CMSG_FIRSTHDR(&m);
	if (c && c->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(c), sizeof(int));
	return file_above_std(fd);
}

/* ---- The relay */

/* Gives a pseudo-terminal the size of the terminal on standard input, if there is one. */
static void copy_size(int to)
{
	struct winsize size;

	if (ioctl(0, TIOCGWINSZ, &size) == 0)
		ioctl(to, TIOCSWINSZ, &size);
}

static void make_raw(struct copy *c)
{
	struct termios raw;

	c->is_tty = tcgetattr(0, &c->saved) == 0;
	if (!c->is_tty)
		return;
	raw = c->saved;
	cfmakeraw(&raw);
	tcsetattr(0, TCSADRAIN, &raw);
}

/* Reads input from descriptor 0 to c->input. At the end of the input, stores the end-of-file
 * character of the terminal there. */
static void read_input(struct copy *c)
{
	ssize_t n = RETRY_EINTR(read(0, c->input, sizeof(c->input)));

	if (n <= 0) {
		c->input_open = false;
		c->input[0] = 4;
		n = 1;
	}
	c->input_len = (size_t)n;
}

static void write_input(struct copy *c)
{
	ssize_t n = RETRY_EINTR(write(c->master, c->input, c->input_len));

	if (n <= 0)
		return;
	c->input_len -= (size_t)n;
	memmove(c->input, c->input + n, c->input_len);
}

/* Copies output of the program to standard output. Returns 1 after it has copied some, 0 if no
 * output is available now, or -1 if there will be no more (EIO: the last slave was closed) or it
 * cannot be written. */
static int copy_output(const struct copy *c)
{
	char buf[4096];
	ssize_t n = RETRY_EINTR(read(c->master, buf, sizeof(buf)));

	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n <= 0)
		return -1;
	return file_write_all(1, buf, (size_t)n) < 0 ? -1 : 1;
}

static void copy_all(struct copy *c)
{
	struct signalfd_siginfo info;

	for (;;) {
		bool read_more = c->input_open && c->input_len == 0;
		struct pollfd p[] = {
			{ c->line, POLLIN, 0 },
			{ c->signals, POLLIN, 0 },
			{ c->master, (short)(POLLIN | (c->input_len ? POLLOUT : 0)), 0 },
			{ read_more ? 0 : -1, POLLIN, 0 },
		};

		if (poll(p, ARRAY_SIZE(p), -1) < 0 && errno != EINTR)
			return;
		if (p[1].revents && read(c->signals, &info, sizeof(info)) == sizeof(info))
			copy_size(c->master);
		if (p[2].revents & POLLOUT)
			write_input(c);
		if ((p[2].revents & (POLLIN | POLLHUP)) && copy_output(c) < 0)
			return;
		if (p[3].revents)
			read_input(c);
		if (p[0].revents)
			break;
	}
	/* the program has ended, so all its output can be read now */
	while (copy_output(c) > 0)
		;
}

static _Noreturn void relay(int line)
{
	struct copy c = { .line = line, .input_open = true };
	sigset_t all, winch;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	sigemptyset(&winch);
	sigaddset(&winch, SIGWINCH);
	c.signals = signalfd(-1, &winch, SFD_CLOEXEC);
	c.master = receive_fd(line);
	if (c.master < 0 || fcntl(c.master, F_SETFL, O_NONBLOCK) < 0)
		_exit(0);
	copy_size(c.master);
	make_raw(&c);
	copy_all(&c);
	if (c.is_tty)
		tcsetattr(0, TCSADRAIN, &c.saved);
	_exit(0);
}

int pty_relay_start(struct pty_relay *r, struct nserr *e)
{
	int pair[2];

	r->fds = file_open_at(AT_FDCWD, "/proc/self/fd", O_PATH | O_DIRECTORY, 0);
	if (r->fds < 0)
		return nserr_set(e, r->fds, "cannot open /proc/self/fd");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		util_close(&r->fds);
		return nserr_set(e, errno, "cannot create a socket pair");
	}
	pair[0] = file_above_std(pair[0]);
	pair[1] = file_above_std(pair[1]);
	r->pid = fork();
	if (r->pid == 0) {
		close(r->fds);
		close(pair[0]);
		relay(pair[1]);
	}
	close(pair[1]);
	r->line = pair[0];
	if (r->pid < 0) {
		nserr_set(e, errno, "cannot fork");
		pty_relay_end(r);
		return -e->errnum;
	}
	return 0;
}

void pty_relay_end(struct pty_relay *r)
{
	util_close(&r->line);
	util_close(&r->fds);
	if (r->pid > 0)
		(void)RETRY_EINTR(waitpid(r->pid, NULL, 0));
	*r = PTY_RELAY_INIT;
}

/* ---- Inside the target */

/*
 * Opens /dev/ptmx of the target, with which pseudo-terminals are created. Any file of the target
 * can be called /dev/ptmx, and opening a device can have effects, so this function examines the
 * file before it opens the file. If the device is not on devpts, the kernel uses the devpts on
 * "pts" in the same directory. The /proc of the target may be forged, so fds must be from the /proc
 * of the caller. Returns a descriptor, or a negative errno with e set.
 */
static int open_ptmx(int fds, struct nserr *e)
{
	cleanup_fd int file = file_open_at(AT_FDCWD, "/dev/ptmx", O_PATH, 0);
	char number[16];
	struct stat st;
	int fd;

	if (file < 0)
		return nserr_set(e, file, "cannot open /dev/ptmx in the target");
	if (fstat(file, &st) < 0)
		return nserr_set(e, errno, "cannot examine /dev/ptmx of the target");
	if (!S_ISCHR(st.st_mode) || st.st_rdev != PTMX)
		return nserr_set(e, 0,
				 "/dev/ptmx of the target is not the pseudo-terminal device 5:2");
	snprintf(number, sizeof(number), "%d", file);
	fd = file_open_at(fds, number, O_RDWR | O_NONBLOCK, 0);
	return fd < 0 ? nserr_set(e, fd, "cannot open /dev/ptmx in the target") : fd;
}

int pty_open(struct pty_relay *r, struct nserr *e)
{
	cleanup_fd int master = open_ptmx(r->fds, e);
	struct statfs fs;
	int slave, unlock = 0, rc;

	util_close(&r->fds);
	if (master < 0)
		return master;
	/* TIOCGPTPEER (Linux 4.13) opens the slave without a path, because the target's /dev/pts
	 * cannot be trusted */
	if (ioctl(master, TIOCSPTLCK, &unlock) < 0)
		return nserr_set(e, 0,
				 "/dev/ptmx of the target is not the pseudo-terminal device 5:2");
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		return nserr_set(e, errno, "cannot open a pseudo-terminal of the target");
	slave = file_above_std(slave);
	if (fstatfs(slave, &fs) < 0 || fs.f_type != DEVPTS_MAGIC) {
		close(slave);
		return nserr_set(e, 0, "/dev/ptmx of the target cannot create pseudo-terminals");
	}
	/* the program may run before the relay has received the master */
	copy_size(master);
	rc = send_fd(r->line, master);
	if (rc < 0) {
		close(slave);
		return nserr_set(e, rc, "cannot send the pseudo-terminal to the relay process");
	}
	return slave;
}

int pty_attach(int slave, struct nserr *e)
{
	if (setsid() < 0)
		return nserr_set(e, errno, "cannot create a session");
	if (ioctl(slave, TIOCSCTTY, 0) < 0)
		return nserr_set(e, errno,
				 "cannot set the pseudo-terminal as the controlling terminal");
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(slave, fd) < 0)
			return nserr_set(e, errno, "cannot duplicate the pseudo-terminal");
	return 0;
}
