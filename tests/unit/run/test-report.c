// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <sys/socket.h>

#include "../fault.h"
#include "../sandbox.h"
#include "run/report.h"

#define CHAIN(...) ((char *const *)(const char *const[]){ __VA_ARGS__, NULL })

static void a_chain_of_the_suite_leads_to_nsinit(void)
{
	CHECK(report_chain_has_init(CHAIN("nsinit")));
	CHECK(report_chain_has_init(CHAIN("/usr/bin/nsinit", "--grace", "1s", "--", "sh")));
	CHECK(report_chain_has_init(CHAIN("nstimeoffset", "-b", "=0", "--", "nsinit", "sh")));
	CHECK(report_chain_has_init(
		CHAIN("nstimeoffset", "--", "nsenter2", "-t", "self", "--", "nsinit")));
}

static void only_nsinit_counts_as_an_init(void)
{
	CHECK(!report_chain_has_init(CHAIN("sh")));
	CHECK(!report_chain_has_init(CHAIN("sh", "--", "nsinit")));
	CHECK(!report_chain_has_init(CHAIN("nstimeoffset", "nsinit")));
	CHECK(!report_chain_has_init(CHAIN("nspivot", "root", "--", "echo", "nsinit")));
	CHECK(!report_chain_has_init(CHAIN("nspivot", "root", "--")));
	CHECK(!report_chain_has_init(CHAIN("nsinit2")));
	CHECK(!report_chain_has_init((char *const[]){ NULL }));
}

static void a_message_has_the_pid_of_its_sender(void)
{
	struct nserr e = NSERR_INIT, refusal = NSERR_INIT;
	int pair[2] = { -1, -1 };
	pid_t pid = 0;

	CHECK_INT(report_open(pair, &e), 0);
	/* the answers are sent before they are read, because this process has both ends of the
	 * connection */
	report_answer(pair[0], NULL);
	CHECK_INT(report_program(pair[1], &e), 0);
	CHECK_INT(report_receive(pair[0], &pid), REPORT_PID);
	CHECK_INT(pid, getpid());
	nserr_set(&refusal, ENOENT, "cannot write the file");
	report_answer(pair[0], &refusal);
	CHECK_INT(report_program(pair[1], &e), -EINVAL);
	CHECK_STR(unit_message(&e), "cannot write the file: No such file or directory");
	CHECK_INT(report_receive(pair[0], &pid), REPORT_PID);
	report_failed(pair[1]);
	CHECK_INT(report_receive(pair[0], &pid), REPORT_FAILED);
	close(pair[1]);
	CHECK_INT(report_receive(pair[0], &pid), 0);
	close(pair[0]);
}

static void a_closed_connection_is_an_error(void)
{
	struct nserr e = NSERR_INIT;
	int pair[2] = { -1, -1 };

	CHECK_INT(report_open(pair, &e), 0);
	close(pair[0]);
	CHECK_INT(report_program(pair[1], &e), -EINVAL);
	CHECK_STR(unit_message(&e),
		  "lost contact with the process that reports the pid of the program");
	close(pair[1]);
}

static void only_a_socket_of_report_open_is_inherited(void)
{
	static const char *const bad[] = { "", "x", "0", "2", "-1", "99999" };
	struct nserr e = NSERR_INIT;
	int pair[2] = { -1, -1 }, file;
	char number[16];

	CHECK_INT(report_inherited(), -1);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		setenv("NSUTILS_REPORT_FD", bad[i], 1);
		CHECK_INT(report_inherited(), -1);
		CHECK(!getenv("NSUTILS_REPORT_FD"));
	}
	file = open("/dev/null", O_RDONLY);
	snprintf(number, sizeof(number), "%d", file);
	setenv("NSUTILS_REPORT_FD", number, 1);
	CHECK_INT(report_inherited(), -1);
	close(file);
	CHECK_INT(report_open(pair, &e), 0);
	CHECK_INT(report_pass(pair[1]), 0);
	CHECK_INT(fcntl(pair[1], F_GETFD), 0);
	CHECK_INT(report_inherited(), pair[1]);
	CHECK_INT(fcntl(pair[1], F_GETFD), FD_CLOEXEC);
	close(pair[0]);
	close(pair[1]);
}

static void recognizes_nspivot_by_its_name(void)
{
	CHECK(report_is_pivot(CHAIN("nspivot", "root")));
	CHECK(report_is_pivot(CHAIN("/usr/bin/nspivot")));
	CHECK(!report_is_pivot(CHAIN("nspivot2")));
	CHECK(!report_is_pivot(CHAIN("sh", "nspivot")));
	CHECK(!report_is_pivot((char *const[]){ NULL }));
}

static void a_refusal_without_an_error_number_is_sent_unchanged(void)
{
	struct nserr e = NSERR_INIT, refusal = NSERR_INIT;
	int pair[2] = { -1, -1 };

	CHECK_INT(report_open(pair, &e), 0);
	nserr_set(&refusal, 0, "the program is missing");
	report_answer(pair[0], &refusal);
	CHECK_INT(report_program(pair[1], &e), -EINVAL);
	CHECK_STR(unit_message(&e), "the program is missing");
	close(pair[0]);
	close(pair[1]);
}

static void other_sockets_are_not_inherited(void)
{
	static const struct {
		int domain, type;
	} other[] = { { AF_UNIX, SOCK_STREAM }, { AF_UNIX, SOCK_DGRAM }, { AF_NETLINK, SOCK_RAW } };
	char number[16];

	for (size_t i = 0; i < ARRAY_SIZE(other); i++) {
		int fd = socket(other[i].domain, other[i].type, 0);

		CHECK(fd > 2);
		snprintf(number, sizeof(number), "%d", fd);
		setenv("NSUTILS_REPORT_FD", number, 1);
		CHECK_INT(report_inherited(), -1);
		CHECK(!getenv("NSUTILS_REPORT_FD"));
		/* the flags of a descriptor that belongs to someone else do not change */
		CHECK_INT(fcntl(fd, F_GETFD), 0);
		close(fd);
	}
	CHECK_INT(report_pass(99999), -EBADF);
	unsetenv("NSUTILS_REPORT_FD");
}

/* Sends a message with the descriptor 0 instead of the credentials of the sender. */
static void send_descriptor(int fd)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .space = "" };
	struct iovec part = { (void *)(uintptr_t) "pid", 3 };
	struct msghdr m = { .msg_iov = &part,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	const int zero = 0;

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &zero, sizeof(zero));
	CHECK_INT(sendmsg(fd, &m, 0), 3);
}

static void a_message_without_credentials_is_refused(void)
{
	int pair[2];
	pid_t pid = 0;

	/* unlike the socket of report_open(), this one does not add the credentials, so a
	 * descriptor of the sender is received and stays open */
	unit_keeps_fds = true;
	CHECK_INT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
	CHECK_INT(report_receive(pair[0], &pid), -EAGAIN);
	CHECK_INT(send(pair[1], "pid", 3, 0), 3);
	CHECK_INT(report_receive(pair[0], &pid), -EPROTO);
	send_descriptor(pair[1]);
	CHECK_INT(report_receive(pair[0], &pid), -EPROTO);
	CHECK_INT(pid, 0);
	/* if the other side is closed before it has read a message, recvmsg(2) fails with
	 * ECONNRESET */
	CHECK_INT(send(pair[0], "ok", 2, 0), 2);
	close(pair[1]);
	CHECK_INT(report_receive(pair[0], &pid), 0);
	close(pair[0]);
	CHECK_INT(report_receive(pair[0], &pid), -EBADF);
}

/* A process that is in none of the pid namespaces below that of the receiver has no pid there. */
static void receives_from_outside(const char *dir)
{
	struct nserr e = NSERR_INIT;
	int pair[2] = { -1, -1 };
	pid_t pid, sender = 0;

	(void)dir;
	CHECK_INT(report_open(pair, &e), 0);
	CHECK_INT(send(pair[1], "pid", 3, 0), 3);
	CHECK_INT(unshare(CLONE_NEWPID), 0);
	pid = unit_fork();
	if (pid == 0)
		_exit(report_receive(pair[0], &sender) == -ESRCH ? 0 : 1);
	CHECK_INT(unit_wait(pid), 0);
	close(pair[0]);
	close(pair[1]);
}

static void a_sender_without_a_pid_is_refused(void)
{
	sandbox(0, receives_from_outside);
}

/* Opens the sockets while descriptor 0 is free, so that one of them must be moved. */
static int try_open(void)
{
	struct nserr e = NSERR_INIT;
	int pair[2] = { -1, -1 }, saved = dup(0), rc;
	bool right;

	close(0);
	fault_begin();
	rc = report_open(pair, &e);
	fault_end();
	right = pair[0] > 2 && pair[1] > 2;
	if (rc < 0)
		right = pair[0] < 0 && pair[1] < 0;
	util_close(&pair[0]);
	util_close(&pair[1]);
	dup2(saved, 0);
	close(saved);
	return right ? fault_result(rc, &e, true) : 1;
}

static void a_failed_call_opens_no_socket(void)
{
	if (fault_require())
		fault_all("report_open", try_open, NULL);
}

UNIT_MAIN(CASE(a_chain_of_the_suite_leads_to_nsinit), CASE(only_nsinit_counts_as_an_init),
	  CASE(a_message_has_the_pid_of_its_sender), CASE(a_closed_connection_is_an_error),
	  CASE(only_a_socket_of_report_open_is_inherited), CASE(recognizes_nspivot_by_its_name),
	  CASE(a_refusal_without_an_error_number_is_sent_unchanged),
	  CASE(other_sockets_are_not_inherited), CASE(a_message_without_credentials_is_refused),
	  CASE(a_sender_without_a_pid_is_refused), CASE(a_failed_call_opens_no_socket))
