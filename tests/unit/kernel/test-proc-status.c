// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/proc_status.h"

#include <linux/netlink.h>

#include "../unit.h"
#include "cred/rlimit.h"
#include "ns/netnsid.h"

static const char status[] = "Name:\tsh\nUid:\t0\t1000\t0\t0\nTgid:\t90\nNSpid:\t90\t7\t1\n"
			     "CapBnd:\t000001ff\nGroups:\t4 24 \n";

static void finds_values_in_status(void)
{
	uint32_t v = 0;

	CHECK(strncmp(proc_status_value(status, "Name"), "sh\n", 3) == 0);
	CHECK(!proc_status_value(status, "NSp"));
	CHECK(!proc_status_value(status, "90"));
	CHECK_INT(proc_status_number(proc_status_value(status, "Uid"), 1, &v), 0);
	CHECK_INT(v, 1000);
	CHECK_INT(proc_status_number(proc_status_value(status, "Uid"), 4, &v), -EINVAL);
	CHECK_INT(proc_status_number(NULL, 0, &v), -EINVAL);
	CHECK_INT(proc_status_hex(status, "CapBnd"), 0x1ff);
}

static void finds_the_pid_of_each_level(void)
{
	CHECK_INT(proc_status_nspid(status, 0), 90);
	CHECK_INT(proc_status_nspid(status, 1), 7);
	CHECK_INT(proc_status_nspid(status, UINT32_MAX), 1);
	CHECK_INT(proc_status_nspid("Name:\tsh\n", 0), 0);
	CHECK_INT(proc_status_nspid("NSpid:\t5\t99999999999999999999\n", 1), 5);
}

static void parses_unlimited_and_missing_limits(void)
{
	struct cred_rlimit l[RLIM_NLIMITS] = { { .set = true, .soft = 1, .hard = 2 } };

	cred_rlimit_parse_proc(
		"Limit                     Soft Limit           Hard Limit\n"
		"Max cpu time              unlimited            unlimited   seconds\n"
		"Max file size             1024                 unlimited   bytes\n"
		"Max data size             none\n",
		l);
	CHECK_INT(l[0].soft, 1);
	CHECK(l[1].set && l[1].soft == 1024 && l[1].hard == RLIM_INFINITY);
	CHECK(!l[2].set);
	CHECK(!l[3].set);
}

/* A truncated netlink answer must be refused, and nothing beyond its end may be read. */
static void refuses_a_short_answer_of_netlink(void)
{
	struct {
		struct nlmsghdr nh;
		struct nlmsgerr err;
	} answer = { { .nlmsg_len = NLMSG_LENGTH(0), .nlmsg_type = NLMSG_ERROR },
		     { .error = -ENOENT } };
	int32_t id;

	CHECK_INT(netnsid_parse(&answer, answer.nh.nlmsg_len, &id), -EIO);
	answer.nh.nlmsg_len = sizeof(answer);
	CHECK_INT(netnsid_parse(&answer, sizeof(answer) - 1, &id), -EIO);
	CHECK_INT(netnsid_parse(&answer, sizeof(answer), &id), -ENOENT);
}

UNIT_MAIN(CASE(finds_values_in_status), CASE(finds_the_pid_of_each_level),
	  CASE(parses_unlimited_and_missing_limits), CASE(refuses_a_short_answer_of_netlink))
