/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_cap: reads and changes capability sets (capabilities(7)). It does not use libcap, because
 * loading libcap takes longer than everything else that a tool does before it executes the
 * program. */
#ifndef NSU_KERNEL_SYS_CAP_H
#define NSU_KERNEL_SYS_CAP_H

#include <linux/capability.h>
#include <sys/prctl.h>

#include "base/util.h"

struct sys_caps {
	uint64_t effective, permitted, inheritable;
};

#define SYS_CAP_PERFMON 38 /* CAP_PERFMON and CAP_BPF, since Linux 5.8 */
#define SYS_CAP_BPF     39

#define SYS_CAP_BIT(cap) (UINT64_C(1) << (cap))

/* Read and set the capability sets of the calling thread (capget(2), capset(2)). Return 0 or a
 * negative errno. */
int sys_cap_get(struct sys_caps *caps) must_check;
int sys_cap_set(const struct sys_caps *caps) must_check;

/* Returns 1 if the calling thread has cap in its effective set, 0 if not, or a negative errno. */
int sys_cap_held(int cap) must_check;

/* Returns true if the calling thread has cap in its effective set, and false if not or after an
 * error. Use it only to choose a hint. */
bool sys_cap_has(int cap);

/* Removes cap from the bounding set. Returns 0 or a negative errno: -EINVAL if the kernel does not
 * know cap. */
int sys_cap_drop_bound(int cap) must_check;

/* Returns 1 if cap is in the bounding set, 0 if not, or -EINVAL if the kernel does not know cap. */
int sys_cap_in_bound(int cap) must_check;

/* sys_cap_raise_ambient() adds cap to the ambient set, and sys_cap_clear_ambient() empties the set
 * (Linux 4.3). Both return 0 or a negative errno. */
int sys_cap_raise_ambient(int cap) must_check;
int sys_cap_clear_ambient(void) must_check;

/* Parses the n bytes of a capability name, with or without "cap_" and in any case, or of a number.
 * Returns the number of the capability, or -EINVAL. */
int sys_cap_parse(const char *name, size_t n) must_check;

/* Returns the name of a capability, such as "sys_admin", or NULL if the name is not known. */
const char *sys_cap_name(int cap);

#endif
