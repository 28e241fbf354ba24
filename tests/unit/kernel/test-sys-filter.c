// SPDX-License-Identifier: GPL-2.0-or-later
/* test-sys-filter: denies system calls with a seccomp filter, and checks which of them a hint
 * names. */
#include "kernel/sys_filter.h"

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../sandbox.h"
#include "kernel/sys_cap.h"

/* A row of the table: a system call that fails with EPERM, and the calls that the caller made. */
static const struct row {
	const char *calls;
	const char *hint; /* with CAP_SYS_ADMIN */
	long denied;
	bool needs_cap; /* without CAP_SYS_ADMIN, EPERM is no sign of a filter */
} rows[] = {
	{ "pivot_root", "allow pivot_root(2)", SYS_pivot_root, true },
	{ "open, pivot_root(2)", "allow pivot_root(2)", SYS_pivot_root, true },
	{ "move_mount", "allow move_mount(2)", SYS_move_mount, true },
	{ "fsopen", "allow fsopen(2)", SYS_fsopen, true },
	{ "chroot", "allow chroot(2)", SYS_chroot, false },
	{ "execve", "allow execve(2)", SYS_execve, false },
	{ "pivot_root", "", SYS_chroot, true },
	{ "nothing", "", SYS_chroot, true },
};

/* Returns true if the hint of the row is right in this process, which gets the filter. */
static bool hint_is_right(const struct row *r, bool cap)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)r->denied, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = { ARRAY_SIZE(code), code };
	const char *want = cap || !r->needs_cap ? r->hint : "";
	struct nserr e = NSERR_INIT;
	struct sys_caps none = { 0 };

	if (!cap && sys_cap_set(&none) < 0)
		return false;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0)
		return false;
	nserr_set(&e, EPERM, "it failed");
	sys_filter_explain(r->calls, &e);
	if (*want ? strstr(e.hint, want) != NULL : !e.hint[0])
		return true;
	printf("# %s: '%s', not '%s'\n", r->calls, e.hint, want);
	fflush(stdout);
	return false;
}

static void tries_each_row(const char *dir)
{
	(void)dir;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
		pid_t pid = unit_fork();

		if (pid == 0)
			_exit(hint_is_right(&rows[i / 2], i % 2) ? 0 : 1);
		CHECK_INT(unit_wait(pid), 0);
	}
}

static void names_only_a_call_that_a_filter_denies(void)
{
	/* without a filter as the argument, this fails with EFAULT, and in qemu-user with another
	 * error */
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL) == 0 || errno != EFAULT) {
		unit_skip_except_root("no seccomp filters");
		return;
	}
	sandbox(0, tries_each_row);
}

static void names_no_call_without_a_filter(void)
{
	struct nserr e = NSERR_INIT;

	nserr_set(&e, EPERM, "it failed");
	sys_filter_explain("pivot_root, chroot", &e);
	CHECK_STR(e.hint, "");
}

UNIT_MAIN(CASE(names_no_call_without_a_filter), CASE(names_only_a_call_that_a_filter_denies))
