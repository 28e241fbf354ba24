// SPDX-License-Identifier: GPL-2.0-or-later
/* nsenter2: reads the attributes of the target that --follow copies to the program. */
#include <sys/stat.h>

#include "base/choice.h"
#include "base/dl.h"
#include "base/file.h"
#include "cred/rlimit.h"
#include "idmap/procfile.h"
#include "kernel/proc_status.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_ns.h"
#include "nsenter2.h"

static const char *const names[] = {
	"uid", "gid",   "groups", "caps", "nnp", "rlimits",
	"oom", "umask", "cwd",    "root", "env", "cgroup",
};

static int unknown_attribute(const char *word, size_t n, struct nserr *e)
{
	struct choice choice;

	choice_init(&choice, word, n);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		choice_add(&choice, names[i]);
	return choice_unknown(&choice, "attribute", e);
}

int follow_parse(const char *list, uint32_t *mask, struct nserr *e)
{
	for (;; list++) {
		size_t n = strcspn(list, ","), i;

		for (i = 0; i < ARRAY_SIZE(names); i++)
			if (strlen(names[i]) == n && memcmp(names[i], list, n) == 0)
				break;
		if (i == ARRAY_SIZE(names))
			return unknown_attribute(list, n, e);
		*mask |= UINT32_C(1) << i;
		list += n;
		if (!*list)
			return 0;
	}
}

/* ---- /proc/PID/status, proc_pid_status(5) */

/* Translates an id from the caller's user namespace to the entered one. Returns 0, or -EINVAL with
 * e set. */
static int id_inside(const struct run *r, const struct idmap *map, const char *what, uint32_t *id,
		     struct nserr *e)
{
	if (!(nsjoin_types(&r->join) & CLONE_NEWUSER) || idmap_to_inside(map, *id, id) == 0)
		return 0;
	return nserr_set(e, 0, "--follow: %s %u of process %d is not mapped in its user namespace",
			 what, *id, (int)r->join.proc.pid);
}

static int follow_groups(struct run *r, const char *status, const struct idmap *map,
			 struct nserr *e)
{
	const char *s = proc_status_value(status, "Groups");

	r->cred.set_groups = true;
	free(TAKE_PTR(r->cred.groups));
	r->cred.ngroups = 0;
	while (s && *s >= '0' && *s <= '9') {
		gid_t *more = reallocarray(r->cred.groups, r->cred.ngroups + 1, sizeof(*more));
		int rc;

		if (!more)
			return nserr_set(e, ENOMEM,
					 "cannot allocate memory for the groups of the target");
		r->cred.groups = more;
		rc = proc_status_number(s, 0, &more[r->cred.ngroups]);
		if (rc == 0 && !r->outside_groups)
			rc = id_inside(r, map, "group", &more[r->cred.ngroups], e);
		r->cred.ngroups++;
		if (rc < 0)
			return rc;
		s += strcspn(s, " \n");
		s += *s == ' ';
	}
	return 0;
}

/* Copies the ids that no option sets. Returns 0, or a negative errno with e set. */
static int follow_ids(struct run *r, const char *status, struct nserr *e)
{
	cleanup_idmaps struct idmaps maps = IDMAPS_INIT;
	struct cred *c = &r->cred;
	bool uid = (r->o->follow & FOLLOW_UID) && !c->set_uid;
	bool gid = (r->o->follow & FOLLOW_GID) && !c->set_gid;
	bool groups = (r->o->follow & FOLLOW_GROUPS) && !c->set_groups;
	int rc = idmaps_read(r->join.proc.procfd, &maps, e);

	if (rc == 0 && uid) {
		c->set_uid = true;
		rc = proc_status_number(proc_status_value(status, "Uid"), 1, &c->uid);
		if (rc == 0)
			rc = id_inside(r, &maps.map[IDMAP_UID], "user", &c->uid, e);
	}
	if (rc == 0 && gid) {
		c->set_gid = true;
		rc = proc_status_number(proc_status_value(status, "Gid"), 1, &c->gid);
		if (rc == 0)
			rc = id_inside(r, &maps.map[IDMAP_GID], "group", &c->gid, e);
	}
	/* If setgroups(2) is denied in the user namespace, the target has its groups from outside,
	 * and these need not be mapped. If the caller cannot set them either, its own groups are
	 * kept, so this is not an error. In another user namespace than the initial one, 65534 may
	 * stand for any group, so the groups must be mapped. */
	if (maps.setgroups == IDMAP_SETGROUPS_DENY && (nsjoin_types(&r->join) & CLONE_NEWUSER)) {
		c->groups_optional |= groups || (gid && !c->set_groups);
		r->outside_groups = groups && sys_ns_in_userns() == 0;
	}
	if (rc == 0 && groups)
		rc = follow_groups(r, status, &maps.map[IDMAP_GID], e);
	return rc;
}

/* Sets the capabilities that the target would have after execve(2). capabilities(7): a process of
 * uid 0 has the bounding set, and other processes have the ambient set. */
static void follow_caps(struct run *r, const char *status)
{
	uint64_t permitted = proc_status_hex(status, "CapPrm"),
		 ambient = proc_status_hex(status, "CapAmb");
	uint32_t uid = 1;

	(void)!proc_status_number(proc_status_value(status, "Uid"), 1, &uid);
	if (r->o->follow & FOLLOW_UID)
		uid = r->cred.uid;
	r->cred.limit_caps = true;
	r->cred.cap_limit = proc_status_hex(status, "CapBnd");
	if (uid == 0)
		r->cred.cap_limit &= permitted;
	if (ambient) {
		r->cred.limit_ambient = true;
		r->cred.cap_ambient = ambient;
	}
}

static int follow_status(struct run *r, struct nserr *e)
{
	char status[8192];
	ssize_t len = file_read_at(r->join.proc.procfd, "status", status, sizeof(status));
	const char *nnp, *umask_text;
	int rc = 0;

	if (len < 0)
		return nserr_set(e, (int)len, "cannot read /proc/%d/status", (int)r->join.proc.pid);
	nnp = proc_status_value(status, "NoNewPrivs");
	umask_text = proc_status_value(status, "Umask");
	if (r->o->follow & (FOLLOW_UID | FOLLOW_GID | FOLLOW_GROUPS))
		rc = follow_ids(r, status, e);
	if (rc < 0)
		return rc == -EINVAL && !e->what[0] ? nserr_set(e, EIO,
								"cannot read the ids of "
								"process %d",
								(int)r->join.proc.pid)
						    : rc;
	if (r->o->follow & FOLLOW_CAPS)
		follow_caps(r, status);
	if ((r->o->follow & FOLLOW_NNP) && nnp && *nnp == '1')
		r->cred.no_new_privs = true;
	/* --umask takes precedence over the umask of the target */
	if ((r->o->follow & FOLLOW_UMASK) && umask_text && !r->cred.set_umask) {
		r->cred.set_umask = true;
		r->cred.umask = (mode_t)strtoul(umask_text, NULL, 8);
	}
	return 0;
}

/* ---- The other files of the target in /proc */

static int follow_rlimits(struct run *r, struct nserr *e)
{
	char text[4096];
	ssize_t len = file_read_at(r->join.proc.procfd, "limits", text, sizeof(text));

	/* options take precedence over the limits of the target */
	if (len >= 0)
		cred_rlimit_parse_proc(text, r->cred.rlimits);
	return len < 0 ? nserr_set(e, (int)len, "cannot read /proc/%d/limits",
				   (int)r->join.proc.pid)
		       : 0;
}

static int follow_oom(struct run *r, struct nserr *e)
{
	char own[16];
	ssize_t len = file_read_at(r->join.proc.procfd, "oom_score_adj", r->followed.oom,
				   sizeof(r->followed.oom));

	if (len < 0)
		return nserr_set(e, (int)len, "cannot read /proc/%d/oom_score_adj",
				 (int)r->join.proc.pid);
	if (file_read_at(AT_FDCWD, "/proc/self/oom_score_adj", own, sizeof(own)) >= 0 &&
	    streq(own, r->followed.oom))
		r->followed.oom[0] = '\0';
	return 0;
}

/* maximum size of the environment, more than the kernel permits for a process */
#define ENV_MAX (64u << 20)

static int follow_env(struct run *r, struct nserr *e)
{
	cleanup_fd int fd = file_open_at(r->join.proc.procfd, "environ", O_RDONLY, 0);
	char *text, *end;
	size_t count = 0;
	ssize_t len = fd < 0 ? fd : file_slurp(fd, ENV_MAX, &text);

	if (len < 0)
		return nserr_set(e, (int)len, "cannot read the environment of process %d",
				 (int)r->join.proc.pid);
	end = text + len; /* the last string ends with a NUL byte, because file_slurp() adds one */
	for (char *s = text; s < end; s += strlen(s) + 1)
		count++;
	r->followed.env = calloc(count + 1, sizeof(char *));
	if (!r->followed.env) {
		free(text);
		return nserr_set(e, ENOMEM,
				 "cannot allocate memory for the environment of the target");
	}
	count = 0;
	for (char *s = text; s < end; s += strlen(s) + 1)
		if (strchr(s, '='))
			r->followed.env[count++] = s;
	return 0;
}

/* ---- SELinux */

/* Reads the SELinux context of the target. Runs before any namespace is entered, so that libselinux
 * comes from the caller's root. Returns 0, or a negative errno with e set. */
static int follow_context(struct run *r, struct nserr *e)
{
	int (*enabled)(void);
	int (*getpidcon_)(pid_t, char **);
	const struct dl_symbol symbols[] = {
		{ "is_selinux_enabled", &enabled },
		{ "getpidcon", &getpidcon_ },
		{ "setexeccon", &r->followed.setexeccon },
	};
	int rc = dl_load(LIBSELINUX_SONAME, symbols, ARRAY_SIZE(symbols), e);

	if (rc < 0) {
		nserr_prefix(e, "--follow-context");
		return rc;
	}
	if (enabled() <= 0)
		return nserr_set(e, 0, "--follow-context: SELinux is disabled");
	if (getpidcon_(r->join.proc.pid, &r->followed.context) < 0)
		return nserr_set(e, errno, "cannot get the SELinux context of process %d",
				 (int)r->join.proc.pid);
	return 0;
}

/* Attributes that are valid only in the user namespace of the target. */
#define FOLLOW_OF_USERNS \
	(FOLLOW_UID | FOLLOW_GID | FOLLOW_GROUPS | FOLLOW_CAPS | FOLLOW_RLIMITS | FOLLOW_ENV | \
	 FOLLOW_CGROUP)

/*
 * Refuses to copy attributes of the target that depend on its user namespace (ids, groups,
 * capabilities, resource limits, environment, cgroup) if the user namespace of the target is
 * neither entered nor the caller's own. In its own user namespace, a process can choose such
 * attributes, for example all capabilities. Must be called after the attributes have been read,
 * because a process can enter a descendant user namespace but never return.
 */
static int check_userns(const struct run *r, struct nserr *e)
{
	int entered = r->join.fds[NSTYPE_USER];
	const char *first = names[__builtin_ctz(r->o->follow & FOLLOW_OF_USERNS)];
	struct stat target, ours;

	if (fstatat(r->join.proc.procfd, "ns/user", &target, 0) < 0)
		return nserr_set(e, errno,
				 "--follow: cannot examine the user namespace of process %d",
				 (int)r->join.proc.pid);
	if ((entered >= 0 ? fstat(entered, &ours) : stat("/proc/self/ns/user", &ours)) < 0)
		return nserr_set(e, errno,
				 "--follow: cannot examine the user namespace of nsenter2");
	if (target.st_dev == ours.st_dev && target.st_ino == ours.st_ino)
		return 0;
	nserr_set(e, 0, "--follow=%s: nsenter2 must enter the user namespace of process %d", first,
		  (int)r->join.proc.pid);
	nserr_hint(e,
		   "enter this namespace with --user, or limit --follow to nnp,oom,umask,cwd,root");
	return -EPERM;
}

int follow_read(struct run *r, struct nserr *e)
{
	const uint32_t status = FOLLOW_UID | FOLLOW_GID | FOLLOW_GROUPS | FOLLOW_CAPS | FOLLOW_NNP |
				FOLLOW_UMASK;
	int rc;

	if (r->o->context && (rc = follow_context(r, e)) < 0)
		return rc;
	if ((r->o->follow & status) && (rc = follow_status(r, e)) < 0)
		return rc;
	if ((r->o->follow & FOLLOW_RLIMITS) && (rc = follow_rlimits(r, e)) < 0)
		return rc;
	if ((r->o->follow & FOLLOW_OOM) && (rc = follow_oom(r, e)) < 0)
		return rc;
	if ((r->o->follow & FOLLOW_ENV) && (rc = follow_env(r, e)) < 0)
		return rc;
	if ((r->o->follow & FOLLOW_CGROUP) &&
	    (rc = cgroup_of(&r->cgroup, r->join.proc.procfd, e)) < 0)
		return rc;
	if ((r->o->follow & FOLLOW_OF_USERNS) && (rc = check_userns(r, e)) < 0)
		return rc;
	return (r->o->follow & FOLLOW_CGROUP) ? cgroup_check_frozen(&r->cgroup, e) : 0;
}
