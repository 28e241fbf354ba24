// SPDX-License-Identifier: GPL-2.0-or-later
/* sys_cap: calls capget(2), capset(2) and prctl(2), and defines the names of capabilities(7). */
#include "kernel/sys_cap.h"

#include <sys/syscall.h>

#include "base/num.h"
#include "base/str.h"

#ifndef PR_CAP_AMBIENT
#define PR_CAP_AMBIENT           47
#define PR_CAP_AMBIENT_RAISE     2
#define PR_CAP_AMBIENT_CLEAR_ALL 4
#endif

/* The names of capabilities(7), by number. */
static const char *const cap_names[] = {
	"chown",
	"dac_override",
	"dac_read_search",
	"fowner",
	"fsetid",
	"kill",
	"setgid",
	"setuid",
	"setpcap",
	"linux_immutable",
	"net_bind_service",
	"net_broadcast",
	"net_admin",
	"net_raw",
	"ipc_lock",
	"ipc_owner",
	"sys_module",
	"sys_rawio",
	"sys_chroot",
	"sys_ptrace",
	"sys_pacct",
	"sys_admin",
	"sys_boot",
	"sys_nice",
	"sys_resource",
	"sys_time",
	"sys_tty_config",
	"mknod",
	"lease",
	"audit_write",
	"audit_control",
	"setfcap",
	"mac_override",
	"mac_admin",
	"syslog",
	"wake_alarm",
	"block_suspend",
	"audit_read",
	"perfmon",
	"bpf",
	"checkpoint_restore",
};

int sys_cap_get(struct sys_caps *caps)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	/* initialize both elements, because valgrind assumes that capget(2) sets only the first
	 * one */
	struct __user_cap_data_struct d[2] = { 0 };

	if (syscall(SYS_capget, &head, d) < 0)
		return -errno;
	caps->effective = d[0].effective | (uint64_t)d[1].effective << 32;
	caps->permitted = d[0].permitted | (uint64_t)d[1].permitted << 32;
	caps->inheritable = d[0].inheritable | (uint64_t)d[1].inheritable << 32;
	return 0;
}

int sys_cap_set(const struct sys_caps *caps)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2] = {
		{ (__u32)caps->effective, (__u32)caps->permitted, (__u32)caps->inheritable },
		{ (__u32)(caps->effective >> 32), (__u32)(caps->permitted >> 32),
		  (__u32)(caps->inheritable >> 32) },
	};

	return syscall(SYS_capset, &head, d) < 0 ? -errno : 0;
}

int sys_cap_held(int cap)
{
	struct sys_caps caps = { 0 };
	int rc = sys_cap_get(&caps);

	return rc < 0 ? rc : (caps.effective & SYS_CAP_BIT(cap)) != 0;
}

bool sys_cap_has(int cap)
{
	return sys_cap_held(cap) == 1;
}

int sys_cap_drop_bound(int cap)
{
	return prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0 ? -errno : 0;
}

int sys_cap_in_bound(int cap)
{
	int rc = prctl(PR_CAPBSET_READ, cap, 0, 0, 0);

	return rc < 0 ? -errno : rc;
}

int sys_cap_raise_ambient(int cap)
{
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0 ? -errno : 0;
}

int sys_cap_clear_ambient(void)
{
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ? -errno : 0;
}

int sys_cap_parse(const char *name, size_t n)
{
	uint64_t v;

	if (num_u64n(name, n, 0, 63, &v) == 0)
		return (int)v;
	if (n > 4 && str_same_name(name, "cap_", 4)) {
		name += 4;
		n -= 4;
	}
	for (size_t i = 0; i < ARRAY_SIZE(cap_names); i++)
		if (strlen(cap_names[i]) == n && str_same_name(cap_names[i], name, n))
			return (int)i;
	return -EINVAL;
}

const char *sys_cap_name(int cap)
{
	return cap >= 0 && (size_t)cap < ARRAY_SIZE(cap_names) ? cap_names[cap] : NULL;
}
