// SPDX-License-Identifier: GPL-2.0-or-later
/* hidden: finds out whether the mount options of /proc hide processes from the caller. */
#include "collect/hidden.h"

#include <linux/capability.h>
#include <unistd.h>

#include "base/num.h"
#include "kernel/mountinfo.h"
#include "kernel/nsfile.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_ns.h"

/* Returns true if the caller is in the group. */
static bool in_group(gid_t gid)
{
	int n = getgroups(0, NULL);
	gid_t groups[65536];

	if (getegid() == gid)
		return true;
	n = n < 0 ? n : getgroups((int)ARRAY_SIZE(groups), groups);
	while (n > 0)
		if (groups[--n] == gid)
			return true;
	return false;
}

/* Returns the group to which hidepid=2 does not apply, from the mount options. This is group 0 if
 * there is no option gid= (proc(5)). */
static gid_t exempt_group(const char *options)
{
	const char *s = options;
	uint64_t gid = 0;

	for (; s; s = strchr(s, ',') ? strchr(s, ',') + 1 : NULL) {
		const char *value = str_after(s, "gid=");

		if (value && num_u64n(value, strcspn(value, ","), 0, UINT32_MAX, &gid) < 0)
			gid = 0;
	}
	return (gid_t)gid;
}

/*
 * Returns true if the caller may trace all processes of its pid namespace, because it has
 * CAP_SYS_PTRACE in the user namespace that owns the pid namespace. If the owner can be opened, it
 * is the caller's user namespace or a descendant, and the caller's capabilities are valid there,
 * too.
 */
static bool may_trace(int proc)
{
	cleanup_fd int pid_ns = nsfile_open_proc(proc, "self/ns/pid");
	cleanup_fd int owner = pid_ns < 0 ? -1 : sys_ns_owner(pid_ns);

	return owner >= 0 && sys_cap_has(CAP_SYS_PTRACE);
}

/* Returns true if the options of a mount of proc hide processes of other users from the caller. */
static bool hides(const char *options, int proc)
{
	/* hidepid=1 does not hide processes, but only their files */
	if (mountinfo_has_option(options, "hidepid=invisible") ||
	    mountinfo_has_option(options, "hidepid=2"))
		return !in_group(exempt_group(options)) && !may_trace(proc);
	return (mountinfo_has_option(options, "hidepid=ptraceable") ||
		mountinfo_has_option(options, "hidepid=4")) &&
	       !may_trace(proc);
}

bool collect_hides_processes(int proc)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	int id = mountinfo_id_of_fd(proc);
	struct mountinfo_line line;
	bool hidden = false;

	if (mountinfo_read_at(&m, proc, "self/mountinfo") < 0)
		return false;
	while (mountinfo_next(&m, &line)) {
		/* kernels before 5.8 do not report the mount of a descriptor, so use the last mount
		 * on /proc, which is the visible one */
		if (streq(line.fstype, "proc") &&
		    (id < 0 ? streq(line.target, "/proc") : line.id == id))
			hidden = hides(line.super, proc);
	}
	return hidden;
}
