// SPDX-License-Identifier: GPL-2.0-or-later
/* caps: prints the capabilities that a process has in a user namespace, and the rule that gives
 * them. */
#include "nslist.h"

#include <stdio.h>

#include "base/file.h"
#include "common/cli.h"
#include "kernel/proc_status.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_ns.h"

enum rule { RULE_OWN, RULE_ANCESTOR, RULE_CREATOR, RULE_NONE };

static const struct {
	const char *word, *sentence;
} rules[] = {
	[RULE_OWN] = { "own", "The process is in this user namespace, where its effective "
			      "capabilities apply." },
	[RULE_ANCESTOR] = { "ancestor", "The process is in an ancestor of this user namespace. Its "
					"effective capabilities apply in all descendants." },
	[RULE_CREATOR] = { "creator",
			   "The process is in the parent of a user namespace that its effective "
			   "user "
			   "created. There and in all descendants it has all capabilities." },
	[RULE_NONE] = { "none",
			"The process is neither in this user namespace nor in an ancestor." },
};

/*
 * Returns the rule that applies, user_namespaces(7): a process has its effective capabilities in
 * its own user namespace and in the descendants, and all capabilities in a child that its effective
 * user has created, and in the descendants of that child.
 */
static enum rule find_rule(const struct ns *own, const struct ns *target, uid_t euid)
{
	if (target == own)
		return RULE_OWN;
	for (const struct ns *ns = target; ns->parent; ns = ns->parent)
		if (ns->parent == own)
			return ns->creator == euid ? RULE_CREATOR : RULE_ANCESTOR;
	return RULE_NONE;
}

/* The process whose capabilities --caps prints. */
struct subject {
	pid_t pid;
	uid_t euid;
	uint64_t effective;
};

/* Returns the process with its effective user and capabilities. Exits if the process has ended. */
static struct subject read_subject(const struct run *run)
{
	struct subject s = { .pid = run->targets[0].pid };
	struct procfs_path path;
	char text[8192];
	ssize_t n;

	procfs_path_set(&path, s.pid);
	n = file_read_at(run->proc, procfs_path_at(&path, "status"), text, sizeof(text));
	if (n < 0 || proc_status_number(proc_status_value(text, "Uid"), 1, &s.euid) < 0)
		cli_die(n < 0 ? (int)n : EINVAL, "cannot read /proc/%d/status", (int)s.pid);
	s.effective = proc_status_hex(text, "CapEff");
	return s;
}

/* Returns the user namespace to which the second reference leads: that of the process, the
 * referenced user namespace, or the owner of the referenced namespace. Exits if it is not
 * visible. */
static const struct ns *find_target(const struct run *run)
{
	const struct target *t = &run->targets[1];
	const struct nsmember *m = t->pid ? collect_member(&run->c, t->pid) : NULL;
	const struct ns *ns;

	if (t->pid)
		ns = m && m->inode[NSTYPE_USER]
			     ? nstab_find(&run->c.tab, &nstypes[NSTYPE_USER], m->inode[NSTYPE_USER])
			     : NULL;
	else
		ns = nslist_target_ns(run, t);
	if (ns && ns->type->flag != CLONE_NEWUSER)
		ns = ns->owner;
	if (!ns)
		cli_die(0, "cannot find the user namespace of '%s'", run->o->refs[1].text);
	return ns;
}

/* Returns the set of all capabilities of the kernel. */
static uint64_t all_caps(const struct run *run)
{
	uint64_t last;
	int rc = file_read_u64(run->proc, "sys/kernel/cap_last_cap", &last);

	if (rc < 0 || last > 63)
		cli_die(rc, "cannot read /proc/sys/kernel/cap_last_cap");
	return last == 63 ? UINT64_MAX : (UINT64_C(1) << (last + 1)) - 1;
}

/* Adds the names of the capabilities in the set, or "all" or "none". */
static void add_names(uint64_t caps, uint64_t all, struct json *j, struct buf *out)
{
	const char *separator = "";

	if (!j && (caps == 0 || caps == all)) {
		buf_adds(out, caps ? "all" : "none");
		return;
	}
	for (int i = 0; i < 64; i++) {
		char name[40];

		if (!(caps & SYS_CAP_BIT(i)))
			continue;
		if (sys_cap_name(i))
			snprintf(name, sizeof(name), "cap_%s", sys_cap_name(i));
		else
			snprintf(name, sizeof(name), "%d", i);
		if (j)
			json_str(j, NULL, name);
		else
			buf_printf(out, "%s%s", separator, name);
		separator = ",";
	}
}

void nslist_caps(struct run *run)
{
	struct subject s = read_subject(run);
	const struct nsmember *m = collect_member(&run->c, s.pid);
	const struct ns *own = nstab_find(&run->c.tab, &nstypes[NSTYPE_USER],
					  m->inode[NSTYPE_USER]);
	const struct ns *target = find_target(run);
	enum rule rule;
	uint64_t all = all_caps(run), caps;
	struct buf out = BUF_INIT;
	struct json j = JSON_INIT(&out, true);

	if (!own)
		cli_die(EACCES, "cannot read the user namespace of process %d", (int)s.pid);
	rule = find_rule(own, target, s.euid);
	caps = rule == RULE_CREATOR ? all : rule == RULE_NONE ? 0 : s.effective & all;
	if (run->o->format == NSLIST_JSON) {
		json_object(&j, NULL);
		json_u64(&j, "pid", (uint64_t)s.pid);
		json_u64(&j, "ns", target->inode);
		json_array(&j, "capabilities");
		add_names(caps, all, &j, &out);
		json_array_end(&j);
		json_str(&j, "rule", rules[rule].word);
		nslist_json_end(run, &j);
	} else {
		buf_printf(&out, "user:%u: ", target->inode);
		add_names(caps, all, NULL, &out);
		buf_printf(&out, "\n%s\n", rules[rule].sentence);
	}
	cli_print(&out);
}
