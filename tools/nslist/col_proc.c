// SPDX-License-Identifier: GPL-2.0-or-later
/* col_proc: columns about a process, which represents the namespace of the row or is listed as its
 * member. */
#include <limits.h>
#include <stdio.h>
#include <time.h>

#include "cgroup/name.h"
#include "columns.h"
#include "kernel/proc_status.h"

void fill_path(struct run *run, const struct row *r, struct cell *out)
{
	(void)run;
	if (!r->pid)
		return;
	out->kind = CELL_TEXT;
	buf_printf(&out->text, "/proc/%d/%s", (int)r->pid, r->ns->type->file);
}

void fill_pid(struct run *run, const struct row *r, struct cell *out)
{
	(void)run;
	if (r->pid)
		cell_num(out, (uint64_t)r->pid);
}

void fill_ppid(struct run *run, const struct row *r, struct cell *out)
{
	pid_t ppid;

	if (nslist_ppid(run, r->pid, &ppid))
		cell_num(out, (uint64_t)ppid);
}

/*
 * The field NSpid in /proc/PID/status has one pid for each pid namespace, beginning with the pid
 * namespace that the proc file system shows (proc_pid_status(5)). Sets the cell of a member of a
 * listed pid namespace to the pid in that namespace, and any other cell to the innermost pid.
 */
void fill_lpid(struct run *run, const struct row *r, struct cell *out)
{
	size_t len;
	const char *s = nslist_text(run, r->pid, DETAIL_STATUS, &len);
	unsigned level = r->is_member && r->ns->type == &nstypes[NSTYPE_PID] ? nstab_level(r->ns)
									     : UINT_MAX;
	uint64_t v = s ? proc_status_nspid(s, level) : 0;

	if (v)
		cell_num(out, v);
}

void fill_command(struct run *run, const struct row *r, struct cell *out)
{
	size_t len;
	const char *s = nslist_text(run, r->pid, DETAIL_CMDLINE, &len);
	const struct proc_stat *st;

	if (s && len > 0) {
		cell_text(out, s, len);
		return;
	}
	/* a kernel thread, a zombie, or a process that has cleared its command line */
	st = nslist_stat(run, r->pid);
	if (st)
		cell_text(out, st->comm, st->comm_len);
}

void fill_comm(struct run *run, const struct row *r, struct cell *out)
{
	const struct proc_stat *st = nslist_stat(run, r->pid);

	if (st)
		cell_text(out, st->comm, st->comm_len);
}

void fill_exe(struct run *run, const struct row *r, struct cell *out)
{
	size_t len;
	const char *s = nslist_text(run, r->pid, DETAIL_EXE, &len);

	if (s)
		cell_text(out, s, len);
}

/* Sets *uid to the user of the row's process. If the row has no process, sets *uid to the creator
 * of the namespace or, if the creator is unknown, to the creator of the owning user namespace.
 * Returns false if the user is unknown. */
static bool uid_of(struct run *run, const struct row *r, uid_t *uid)
{
	const struct ns *ns = r->ns;

	if (r->pid)
		return nslist_uid(run, r->pid, uid);
	if (ns->creator == NSTAB_NO_UID && ns->owner)
		ns = ns->owner;
	*uid = ns->creator;
	return ns->creator != NSTAB_NO_UID;
}

void fill_uid(struct run *run, const struct row *r, struct cell *out)
{
	uid_t uid;

	if (uid_of(run, r, &uid))
		cell_num(out, uid);
}

void fill_user(struct run *run, const struct row *r, struct cell *out)
{
	uid_t uid;

	if (uid_of(run, r, &uid))
		cell_str(out, nslist_user(run, uid));
}

void fill_creator(struct run *run, const struct row *r, struct cell *out)
{
	if (r->ns->creator != NSTAB_NO_UID)
		cell_str(out, nslist_user(run, r->ns->creator));
	else
		nslist_need_opened(run, r->ns);
}

#define NS_PER_S INT64_C(1000000000)

static int64_t now_ns(clockid_t clock)
{
	struct timespec t = { 0 };

	clock_gettime(clock, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* Sets *ns to the start time of the process on the boot clock. Returns false if it is unknown. */
static bool start_of(struct run *run, const struct row *r, int64_t *ns)
{
	const struct proc_stat *st = nslist_stat(run, r->pid);

	if (st)
		*ns = (int64_t)st->start * (NS_PER_S / sysconf(_SC_CLK_TCK));
	return st;
}

void fill_start(struct run *run, const struct row *r, struct cell *out)
{
	char text[40];
	int64_t start;
	struct tm tm;
	time_t t;

	if (!start_of(run, r, &start))
		return;
	if (!run->boot_ns)
		run->boot_ns = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_BOOTTIME);
	t = (run->boot_ns + start) / NS_PER_S;
	if (localtime_r(&t, &tm) && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S%z", &tm))
		cell_str(out, text);
}

void fill_age(struct run *run, const struct row *r, struct cell *out)
{
	int64_t start;

	if (start_of(run, r, &start))
		cell_num(out, (uint64_t)MAX(now_ns(CLOCK_BOOTTIME) - start, 0) / NS_PER_S);
}

static const char *cgroup_of(struct run *run, const struct row *r, size_t *len)
{
	size_t n;
	const char *text = nslist_text(run, r->pid, DETAIL_CGROUP, &n);

	return text ? cgroup_name_path(text, len) : NULL;
}

void fill_cgroup(struct run *run, const struct row *r, struct cell *out)
{
	size_t len = 0;
	const char *path = cgroup_of(run, r, &len);

	if (path)
		cell_text(out, path, len);
}

void fill_container(struct run *run, const struct row *r, struct cell *out)
{
	size_t len = 0;
	const char *path = cgroup_of(run, r, &len);

	if (path && cgroup_name_container(path, len, &out->text))
		out->kind = CELL_TEXT;
}

void fill_unit(struct run *run, const struct row *r, struct cell *out)
{
	size_t len = 0;
	const char *path = cgroup_of(run, r, &len);

	if (path && cgroup_name_unit(path, len, &out->text))
		out->kind = CELL_TEXT;
}
