// SPDX-License-Identifier: GPL-2.0-or-later
/* type: defines and searches the table of namespace types (namespaces(7)). */
#include "ns/type.h"

#include "base/choice.h"
#include "base/num.h"
#include "kernel/sys_ns.h"

/* clang-format off */
#define ROW(NAME, LONG, CHILD, FLAG, OPT, HIER, RANK, WHAT) \
	{ NAME, LONG, "ns/" NAME, CHILD, "max_" NAME "_namespaces", WHAT, FLAG, OPT, HIER, RANK }

const struct nstype nstypes[NSTYPE_COUNT] = {
	[NSTYPE_MNT]    = ROW("mnt",    "mount",  NULL,                   CLONE_NEWNS,     'm', false, 5, "mounts"),
	[NSTYPE_UTS]    = ROW("uts",    "uts",    NULL,                   CLONE_NEWUTS,    'u', false, 2, "hostname, NIS domain name"),
	[NSTYPE_IPC]    = ROW("ipc",    "ipc",    NULL,                   CLONE_NEWIPC,    'i', false, 1, "System V IPC, POSIX queues"),
	[NSTYPE_NET]    = ROW("net",    "net",    NULL,                   CLONE_NEWNET,    'n', false, 3, "network"),
	[NSTYPE_PID]    = ROW("pid",    "pid",    "ns/pid_for_children",  CLONE_NEWPID,    'p', true,  4, "process ids"),
	[NSTYPE_USER]   = ROW("user",   "user",   NULL,                   CLONE_NEWUSER,   'U', true,  7, "user and group ids"),
	[NSTYPE_CGROUP] = ROW("cgroup", "cgroup", NULL,                   CLONE_NEWCGROUP, 'C', false, 0, "cgroup root"),
	[NSTYPE_TIME]   = ROW("time",   "time",   "ns/time_for_children", CLONE_NEWTIME,   'T', false, 6, "boot and monotonic clocks"),
};
/* clang-format on */

const struct nstype *nstype_find(const char *name, size_t n)
{
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		const struct nstype *t = &nstypes[i];

		if ((strlen(t->name) == n && memcmp(t->name, name, n) == 0) ||
		    (strlen(t->longopt) == n && memcmp(t->longopt, name, n) == 0))
			return t;
	}
	return NULL;
}

int nstype_unknown(const char *name, size_t n, struct nserr *e)
{
	struct choice choice;

	choice_init(&choice, name, n);
	choice.shortened = true; /* accept a longer word, such as "network" for net */
	for (size_t i = 0; i < NSTYPE_COUNT; i++)
		choice_add(&choice, nstypes[i].name);
	return choice_unknown(&choice, "namespace type", e);
}

const struct nstype *nstype_by_opt(int letter)
{
	for (size_t i = 0; i < NSTYPE_COUNT; i++)
		if (nstypes[i].opt == letter)
			return &nstypes[i];
	return NULL;
}

const struct nstype *nstype_by_flag(uint64_t flag)
{
	for (size_t i = 0; i < NSTYPE_COUNT; i++)
		if (nstypes[i].flag == flag)
			return &nstypes[i];
	return NULL;
}

int nstype_parse_link(const char *link, size_t n, const struct nstype **type, uint64_t *inode)
{
	const char *colon = memchr(link, ':', n);
	const char *digits, *end = link + n - 1;

	if (!colon || end - colon < 3 || colon[1] != '[' || *end != ']')
		return -EINVAL;
	digits = colon + 2;
	*type = nstype_find(link, (size_t)(colon - link));
	if (!*type)
		return -EINVAL;
	return num_u64n(digits, (size_t)(end - digits), 1, UINT64_MAX, inode);
}
