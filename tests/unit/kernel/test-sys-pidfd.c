// SPDX-License-Identifier: GPL-2.0-or-later
/* test-sys-pidfd: checks the calls for descriptors of processes with descriptors and flags that
 * they do not accept. */
#include "kernel/sys_pidfd.h"

#include <fcntl.h>
#include <sched.h>

#include "../fault.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

static void only_two_types_have_a_namespace_for_children(void)
{
	static const uint64_t others[] = { CLONE_NEWUTS, CLONE_NEWNET, CLONE_NEWUSER,
					   CLONE_NEWPID | CLONE_NEWTIME, 0 };
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		CHECK_INT(sys_pidfd_child_ns(null, others[i]), -EOPNOTSUPP);
	/* the device refuses the ioctl(2) */
	CHECK_INT(sys_pidfd_child_ns(null, CLONE_NEWPID), -ENOTTY);
	CHECK_INT(sys_pidfd_child_ns(null, CLONE_NEWTIME), -ENOTTY);
	CHECK_INT(sys_pidfd_ns(null, CLONE_NEWUTS), -ENOTTY);
	CHECK_INT(sys_pidfd_ns(null, CLONE_NEWUTS | CLONE_NEWNET), -EOPNOTSUPP);
	CHECK_INT(sys_pidfd_ns(null, 1), -EOPNOTSUPP);
	close(null);
}

static void only_a_pidfd_has_the_inode_of_a_process(void)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	uint64_t inode = 7;

	CHECK_INT(sys_pidfd_inode(null, &inode), -EOPNOTSUPP);
	close(null);
	CHECK_INT(sys_pidfd_inode(null, &inode), -EBADF);
	CHECK_INT(inode, 7);
}

/* Asks whether a process has ended. A pipe, from which nothing can be read, is in place of the
 * pidfd of a process that runs. */
static int try_ended(void)
{
	int pair[2], rc;

	if (pipe(pair) < 0)
		return 1;
	fault_begin();
	rc = sys_pidfd_ended(pair[0]);
	fault_end();
	close(pair[0]);
	close(pair[1]);
	return rc;
}

static void a_failed_poll_is_reported(void)
{
	if (!fault_supported()) {
		unit_skip("no faults here");
		return;
	}
	CHECK_INT(try_ended(), 0);
	CHECK_INT(fault_answer(try_ended, SYS_poll, 1, -EINTR), 0);
	CHECK_INT(fault_answer(try_ended, SYS_poll, 1, -ENOMEM), -ENOMEM);
}

UNIT_MAIN(CASE(only_two_types_have_a_namespace_for_children),
	  CASE(only_a_pidfd_has_the_inode_of_a_process), CASE(a_failed_poll_is_reported))
