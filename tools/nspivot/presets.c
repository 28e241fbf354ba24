// SPDX-License-Identifier: GPL-2.0-or-later
/* nspivot: defines the presets. Each preset is a list of options, which --explain prints. */
#include "base/choice.h"
#include "kernel/sys_cap.h"
#include "nspivot.h"
#include "root/place.h"

struct row {
	enum verb_id verb;
	const char *arg;
};

/* clang-format off */
static const struct row minimal[] = {
	{ VERB_PROC, "/proc" },
};

/* The mounts of runc's default configuration, and docker's masked and read-only paths. */
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

/* The mounts that systemd as process 1 expects or would create itself. */
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

/* The directories of the host, to repair a system. This preset does not isolate the program. */
static const struct row host[] = {
	{ VERB_BIND,     "/proc:/proc" },
	{ VERB_BIND,     "/sys:/sys" },
	{ VERB_BIND,     "/dev:/dev" },
	{ VERB_BIND,     "/run:/run" },
	{ VERB_BIND,     "/tmp:/tmp" },
	{ VERB_ETC_RESOLV_CONF, "host" },
};

/* The root of the host without its devices, processes, temporary files and run-time files. A tmpfs
 * on the home directory follows (hide_home). */
static const struct row sandbox[] = {
	{ VERB_PROC,     "/proc" },
	{ VERB_DEV,      NULL },
	{ VERB_DEVPTS,   "/dev/pts:try" },
	{ VERB_SHM,      NULL },
	{ VERB_TMPFS,    "/tmp:mode=1777,nosuid,nodev" },
};

/* The capabilities of docker's containers, except mknod: without a device cgroup the program could
 * create and open the node of a disk. */
static const char docker_caps[] =
	"chown,dac_override,fsetid,fowner,net_raw,setgid,setuid,setfcap,setpcap,"
	"net_bind_service,sys_chroot,kill,audit_write";

static const struct preset {
	const char *name;
	const struct row *row;
	size_t n;
	bool nodev;       /* mount everything except devpts and single devices with nodev */
	/* list of the capabilities that the program may have, or NULL for no limit */
	const char *caps;
} presets[] = {
	{ "none",    NULL,    0 },
	{ "minimal", minimal, ARRAY_SIZE(minimal) },
	{ "docker",  docker,  ARRAY_SIZE(docker),  true, docker_caps },
	{ "systemd", systemd, ARRAY_SIZE(systemd), true },
	{ "host",    host,    ARRAY_SIZE(host) },
	{ "sandbox", sandbox, ARRAY_SIZE(sandbox), true },
};
/* clang-format on */

/* Returns the set of the capabilities in a comma-separated list. */
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

/* Adds a tmpfs on the home directory of the caller, unless this directory does not exist or is "/".
 * Returns 0, or a negative errno with e set. */
static int hide_home(struct opts *o, struct nserr *e)
{
	const char *home = getenv("HOME");
	struct buf arg = BUF_INIT;
	int rc;

	if (!home || *home != '/' || !root_place_plain(home) || root_place_is_root(home) ||
	    access(home, F_OK) < 0)
		return 0;
	for (; *home; home++) {
		if (*home == ':' || *home == '\\')
			buf_addc(&arg, '\\');
		buf_addc(&arg, *home);
	}
	buf_adds(&arg, ":mode=0700,nosuid,nodev");
	/* do not free the text, which the operation needs until the end of the process */
	rc = arg.err ? nserr_set(e, arg.err, "cannot allocate memory for the options")
		     : opts_add(o, &verbs[VERB_TMPFS], arg.s, e);
	return rc;
}

int opts_add_preset(struct opts *o, const char *name, struct nserr *e)
{
	struct choice choice;

	for (size_t i = 0; i < ARRAY_SIZE(presets); i++) {
		const struct preset *p = &presets[i];
		int rc = 0;

		if (!streq(p->name, name))
			continue;
		o->in_preset = true;
		for (size_t k = 0; k < p->n && rc == 0; k++)
			rc = opts_add(o, &verbs[p->row[k].verb], p->row[k].arg, e);
		if (p->row == sandbox) {
			o->host_root = true;
			rc = rc < 0 ? rc : hide_home(o, e);
		}
		o->in_preset = false;
		o->of_host |= p->row == host;
		o->nodev |= p->nodev;
		if (p->caps)
			o->caps = parse_caps(p->caps);
		return rc;
	}
	choice_init(&choice, name, strlen(name));
	for (size_t i = 0; i < ARRAY_SIZE(presets); i++)
		choice_add(&choice, presets[i].name);
	return choice_unknown(&choice, "preset", e);
}
