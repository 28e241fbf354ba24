// SPDX-License-Identifier: GPL-2.0-or-later
/* nspivot: presets, written in the tool's own options: --explain prints them so. */
#include "kernel/sys_cap.h"
#include "nspivot.h"

struct row {
	enum verb_id verb;
	const char *arg;
};

/* clang-format off */
static const struct row minimal[] = {
	{ VERB_PROC, "/proc" },
};

/* What runc's default configuration has, and docker's masked and read-only paths. */
static const struct row docker[] = {
	{ VERB_PROC,     "/proc" },
	{ VERB_DEV,      NULL },
	{ VERB_DEVPTS,   NULL },
	{ VERB_SHM,      NULL },
	{ VERB_MQUEUE,   NULL },
	{ VERB_SYSFS,    NULL },
	{ VERB_CGROUP2,  "/sys/fs/cgroup:ro" },
	{ VERB_MASK,     "/proc/acpi:try" },
	{ VERB_MASK,     "/proc/asound:try" },
	{ VERB_MASK,     "/proc/interrupts:try" },
	{ VERB_MASK,     "/proc/kcore:try" },
	{ VERB_MASK,     "/proc/keys:try" },
	{ VERB_MASK,     "/proc/latency_stats:try" },
	{ VERB_MASK,     "/proc/timer_list:try" },
	{ VERB_MASK,     "/proc/timer_stats:try" },
	{ VERB_MASK,     "/proc/sched_debug:try" },
	{ VERB_MASK,     "/proc/scsi:try" },
	{ VERB_MASK,     "/sys/firmware:try" },
	{ VERB_MASK,     "/sys/devices/virtual/powercap:try" },
	{ VERB_READONLY, "/proc/bus:try" },
	{ VERB_READONLY, "/proc/fs:try" },
	{ VERB_READONLY, "/proc/irq:try" },
	{ VERB_READONLY, "/proc/sys:try" },
	{ VERB_READONLY, "/proc/sysrq-trigger:try" },
};

/* What systemd as process 1 looks for, and what it would otherwise mount itself. */
static const struct row systemd[] = {
	{ VERB_PROC,     "/proc" },
	{ VERB_SYSFS,    NULL },
	{ VERB_DEV,      NULL },
	{ VERB_DEVPTS,   NULL },
	{ VERB_SHM,      "/dev/shm:size=50%" },
	{ VERB_MQUEUE,   NULL },
	{ VERB_CGROUP2,  NULL },
	{ VERB_TMPFS,    "/run:mode=0755,nosuid,nodev" },
	{ VERB_TMPFS,    "/run/lock:mode=1777,nosuid,nodev,noexec,size=5m" },
	{ VERB_TMPFS,    "/tmp:mode=1777,nosuid,nodev" },
};

/* The host's own: no isolation, a place to repair a system from. */
static const struct row host[] = {
	{ VERB_BIND,     "/proc:/proc" },
	{ VERB_BIND,     "/sys:/sys" },
	{ VERB_BIND,     "/dev:/dev" },
	{ VERB_BIND,     "/run:/run" },
	{ VERB_BIND,     "/tmp:/tmp" },
	{ VERB_ETC_RESOLV_CONF, "host" },
};

/* The capabilities of docker's containers, except mknod: there is no device cgroup here, so a node of a disk
 * could be made and opened. */
static const char docker_caps[] =
	"chown,dac_override,fsetid,fowner,net_raw,setgid,setuid,setfcap,setpcap,"
	"net_bind_service,sys_chroot,kill,audit_write";

static const struct preset {
	const char *name;
	const struct row *row;
	size_t n;
	bool nodev;       /* for all mounts except devpts and single devices */
	const char *caps; /* what the program may have, NULL: what the caller has */
} presets[] = {
	{ "none",    NULL,    0 },
	{ "minimal", minimal, ARRAY_SIZE(minimal) },
	{ "docker",  docker,  ARRAY_SIZE(docker),  true, docker_caps },
	{ "systemd", systemd, ARRAY_SIZE(systemd), true },
	{ "host",    host,    ARRAY_SIZE(host) },
};
/* clang-format on */

static uint64_t parse_caps(const char *list)
{
	uint64_t caps = 0;

	for (size_t n; *list; list += n + (list[n] == ',')) {
		int cap;

		n = strcspn(list, ",");
		cap = sys_cap_parse(list, n);
		if (cap >= 0)
			caps |= SYS_CAP_BIT(cap);
	}
	return caps;
}

int preset_add(struct request *q, const char *name, struct nserr *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(presets); i++) {
		const struct preset *p = &presets[i];
		int rc = 0;

		if (!streq(p->name, name))
			continue;
		for (size_t k = 0; k < p->n && rc == 0; k++)
			rc = op_add(q, &verbs[p->row[k].verb], p->row[k].arg, e);
		q->of_host |= p->row == host;
		q->nodev |= p->nodev;
		if (p->caps)
			q->caps = parse_caps(p->caps);
		return rc;
	}
	nserr_set(e, 0, "unknown preset '%s'", name);
	return -ENOENT;
}
