// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * calls.c: names of system calls and errors. The build generates the table from <sys/syscall.h>.
 * Calls that are newer than the headers are listed here.
 */
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "calls.h"
#include "errno-name.h"

struct call {
	const char *name;
	long number;
};

/* System calls from number 424 on have the same number on all architectures except alpha and MIPS,
 * which add a constant. */
static const struct call calls[] = {
// clang-format off
#define CALL(name) { #name, SYS_##name },
#define ERROR(name)
#include "syscall-names.h"
#undef CALL
#undef ERROR
#ifndef SYS_close_range
	{ "close_range", 436 },
#endif
#ifndef SYS_openat2
	{ "openat2", 437 },
#endif
#ifndef SYS_pidfd_getfd
	{ "pidfd_getfd", 438 },
#endif
#ifndef SYS_faccessat2
	{ "faccessat2", 439 },
#endif
#ifndef SYS_process_madvise
	{ "process_madvise", 440 },
#endif
#ifndef SYS_mount_setattr
	{ "mount_setattr", 442 },
#endif
#ifndef SYS_set_mempolicy_home_node
	{ "set_mempolicy_home_node", 450 },
#endif
#ifndef SYS_statmount
	{ "statmount", 457 },
#endif
#ifndef SYS_listmount
	{ "listmount", 458 },
#endif
#ifndef SYS_open_tree_attr
	{ "open_tree_attr", 467 },
#endif
#ifndef SYS_listns
	{ "listns", 470 },
#endif
	// clang-format on
};

#define N_CALLS (sizeof(calls) / sizeof(calls[0]))

long calls_number(const char *name)
{
	for (size_t i = 0; i < N_CALLS; i++)
		if (strcmp(calls[i].name, name) == 0)
			return calls[i].number;
	return -1;
}

const char *calls_name(long number)
{
	for (size_t i = 0; i < N_CALLS; i++)
		if (calls[i].number == number)
			return calls[i].name;
	return NULL;
}

int calls_errno(const char *name)
{
	for (int e = 1; e < 134; e++) {
		const char *known = errno_name(e);

		if (known && strcmp(known, name) == 0)
			return e;
	}
	return 0;
}

bool calls_present(long number)
{
	return syscall(number, -1L, -1L, -1L, -1L, -1L, -1L) != -1 || errno != ENOSYS;
}
