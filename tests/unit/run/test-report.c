// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <sys/socket.h>

#include "../unit.h"
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
}

UNIT_MAIN(CASE(a_chain_of_the_suite_leads_to_nsinit), CASE(only_nsinit_counts_as_an_init),
	  CASE(a_message_has_the_pid_of_its_sender), CASE(a_closed_connection_is_an_error),
	  CASE(only_a_socket_of_report_open_is_inherited))
