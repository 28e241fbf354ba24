// SPDX-License-Identifier: GPL-2.0-or-later
/* proc_access: compares a process with the caller by the rules of PTRACE_MODE_READ. */
#include "kernel/proc_access.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "kernel/mountinfo.h"
#include "kernel/proc_status.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_ns.h"
#include "kernel/sysctl.h"

/* Returns true if the last proc file system on /proc has the option hidepid with one of the values
 * in `values`, a string such as "1 noaccess". */
static bool hides(const char *const *values)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line line;
	bool found = false;

	if (mountinfo_read(&m, NULL) < 0)
		return false;
	while (mountinfo_next(&m, &line)) {
		if (strcmp(line.target, "/proc") != 0)
			continue;
		found = false;
		for (const char *const *v = values; *v; v++)
			found |= mountinfo_has_option(line.super, *v);
	}
	return found;
}

bool proc_access_is_hidden(void)
{
	static const char *const values[] = { "hidepid=2", "hidepid=invisible", "hidepid=4",
					      "hidepid=ptraceable", NULL };

	return hides(values);
}

/* Returns 1 if the process and the caller have the same file under this name in /proc/PID, 0 if
 * not, or -1 if this is unknown. */
static int is_same_text(int procfd, const char *file, const char *own)
{
	char a[8192], b[8192];

	if (file_read_at(procfd, file, a, sizeof(a)) < 0 ||
	    file_read_at(AT_FDCWD, own, b, sizeof(b)) < 0)
		return -1;
	return streq(a, b);
}

/*
 * Returns true if the process is certainly not in the caller's user namespace. The kernel shows
 * each map relative to the reader's namespace (user_namespaces(7)), so different maps belong to
 * different namespaces.
 */
static bool is_in_other_userns(int procfd)
{
	return is_same_text(procfd, "uid_map", "/proc/self/uid_map") == 0 ||
	       is_same_text(procfd, "gid_map", "/proc/self/gid_map") == 0;
}

static bool is_overflow(uint32_t id)
{
	return sys_ns_in_userns() > 0 && sysctl_get("kernel/overflowuid") == (int64_t)id;
}

/* Returns true and sets *id if the real, effective or saved id in the line `key` ("Uid" or "Gid")
 * differs from `own`. */
static bool differs(const char *status, const char *key, uint32_t own, uint32_t *id)
{
	const char *value = proc_status_value(status, key);

	for (unsigned i = 0; i < 3; i++)
		if (proc_status_number(value, i, id) == 0 && *id != own)
			return true;
	return false;
}

static void outside(pid_t pid, struct nserr *e)
{
	nserr_hint(
		e,
		"run the command outside of this user namespace, because process %d is in a user "
		"namespace that is not a descendant of this namespace",
		(int)pid);
}

/* Sets the hint for a caller that has the same ids as the process. */
static void same_ids(int procfd, const char *status, pid_t pid, struct nserr *e)
{
	struct sys_caps caps = { 0 };
	struct stat st;
	uint64_t more;

	/* the files of a process that is not dumpable belong to root (proc(5)) */
	if (geteuid() != 0 && fstatat(procfd, "stat", &st, 0) == 0 && st.st_uid != geteuid()) {
		nserr_hint(
			e,
			"run the command with CAP_SYS_PTRACE (as root), because process %d is not "
			"dumpable (prctl(2)): it has changed its ids, or its executable is not "
			"readable",
			(int)pid);
		return;
	}
	if (is_in_other_userns(procfd)) {
		outside(pid, e);
		return;
	}
	if (sys_cap_get(&caps) < 0)
		return;
	more = proc_status_hex(status, "CapPrm") & ~caps.effective;
	for (int cap = 0; more && sys_cap_name(cap); cap++)
		if (more & SYS_CAP_BIT(cap)) {
			nserr_hint(e,
				   "run the command with CAP_SYS_PTRACE (as root), because process "
				   "%d has "
				   "capabilities that the caller lacks, such as %s",
				   (int)pid, sys_cap_name(cap));
			return;
		}
}

void proc_access_explain(int procfd, pid_t pid, struct nserr *e)
{
	static const char *const values[] = { "hidepid=1", "hidepid=noaccess", NULL };
	char status[8192];
	uint32_t id;

	if (!e || e->hint[0] || (e->errnum != EACCES && e->errnum != EPERM))
		return;
	if (file_read_at(procfd, "status", status, sizeof(status)) < 0) {
		if (hides(values))
			nserr_hint(e, "run the command as root, because /proc is mounted with "
				      "hidepid=1, which "
				      "hides the files of other users' processes");
		return;
	}
	if (sys_cap_has(CAP_SYS_PTRACE)) {
		if (is_in_other_userns(procfd))
			outside(pid, e);
	} else if (differs(status, "Uid", geteuid(), &id)) {
		if (is_overflow(id))
			outside(pid, e);
		else
			nserr_hint(e,
				   "run the command as user %u or with CAP_SYS_PTRACE (as root), "
				   "because "
				   "process %d belongs to user %u",
				   id, (int)pid, id);
	} else if (differs(status, "Gid", getegid(), &id)) {
		nserr_hint(e,
			   "run the command with CAP_SYS_PTRACE (as root), because process %d has "
			   "group %u "
			   "and the caller has group %u",
			   (int)pid, id, getegid());
	} else {
		same_ids(procfd, status, pid, e);
	}
}
