/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_cap: capability sets and the prctl(2) calls around them, without libcap (whose start-up costs
 * more than all that an exec tool does). */
#ifndef NSU_KERNEL_SYS_CAP_H
#define NSU_KERNEL_SYS_CAP_H

#include <linux/capability.h>
#include <sys/prctl.h>

#include "base/util.h"

struct sys_caps {
	uint64_t effective, permitted, inheritable;
};

#define SYS_CAP_BIT(cap) (UINT64_C(1) << (cap))

/* Capability sets of the calling thread, capget(2). 0 or a negative errno. */
int sys_cap_get(struct sys_caps *caps) must_check;
int sys_cap_set(const struct sys_caps *caps) must_check;

/* Returns 1 if the calling thread has cap in its effective set, 0 if not, or a negative errno. */
int sys_cap_held(int cap) must_check;

/* The same for hints, where an error counts as "no". */
bool sys_cap_has(int cap);

/* Removes cap from the bounding set. 0 or a negative errno, -EINVAL above the kernel's last. */
int sys_cap_drop_bound(int cap) must_check;

/* 1, 0, or -EINVAL for a capability that the kernel does not know. */
int sys_cap_in_bound(int cap) must_check;

/* Raises cap in the ambient set / clears that set (4.3). 0 or a negative errno. */
int sys_cap_raise_ambient(int cap) must_check;
int sys_cap_clear_ambient(void) must_check;

/* "cap_sys_admin" or "sys_admin" in any case, or a number: the capability, or -EINVAL. */
int sys_cap_parse(const char *name, size_t n) must_check;

/* "sys_admin"; NULL for a number without a name here. */
const char *sys_cap_name(int cap);

#endif
