// SPDX-License-Identifier: GPL-2.0-or-later
/* ref: parses references to processes and namespaces; ref_open.c opens them. */
#include "ns/ref.h"

#include <limits.h>
#include <stdio.h>

#include "base/choice.h"
#include "base/num.h"
#include "kernel/sys_ns.h"
#include "ns/name.h"

/* Returns true if s can be the name of a file in /run/netns. */
static bool is_netns_name(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n <= NAME_MAX && !strchr(s, '/') && !streq(s, ".") && !streq(s, "..");
}

static int bad_ref(const char *s, struct nserr *e)
{
	int rc = nserr_set(e, 0, "invalid reference '%s' to a process or namespace", s);
	char path[sizeof("/run/netns/") + NAME_MAX];

	if (nsname_is_valid(s) && nsname_is_live(s))
		nserr_hint(e, "use name:%s for the process that nsunshare started with this name",
			   s);
	else if (is_netns_name(s) && snprintf(path, sizeof(path), "/run/netns/%s", s) > 0 &&
		 access(path, F_OK) == 0)
		nserr_hint(e, "use netns:%s for the network namespace with that name", s);
	return rc;
}

/* Sets e to the message about a word that is not a number. Returns -EINVAL. */
static int bad_word(const struct nsref *r, struct nserr *e)
{
	struct choice choice;

	bad_ref(r->text, e);
	if (e && !e->hint[0] && !strpbrk(r->text, "/:")) {
		choice_init(&choice, r->text, strlen(r->text));
		choice_add(&choice, "self");
		choice_hint(&choice, e);
	}
	return -EINVAL;
}

/* Sets e to the message about "WORD:REST" if WORD, which has n bytes, is not known. Returns
 * -EINVAL. */
static int bad_prefix(const struct nsref *r, const char *word, size_t n, struct nserr *e)
{
	static const char *const others[] = { "parent", "owner", "netns", "name",
					      "socket", "tid",   "id",    "fd" };
	struct choice choice;

	bad_ref(r->text, e);
	choice_init(&choice, word, n);
	for (size_t i = 0; i < NSTYPE_COUNT; i++)
		choice_add(&choice, nstypes[i].name);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		choice_add(&choice, others[i]);
	choice.suffix = word + n;
	choice_hint(&choice, e);
	return -EINVAL;
}

/* Returns true for "self", which may replace PID in TYPE:PID and PID/fd/N. The caller sets r->pid
 * to 0 for it. */
static bool is_self(const char *s, size_t n)
{
	return n == strlen("self") && memcmp(s, "self", n) == 0;
}

/* Parses the n bytes at s as a process id. Returns 0 or a negative errno. */
static int parse_pid(const char *s, size_t n, pid_t *pid)
{
	uint64_t v;
	int rc = num_u64n(s, n, 1, NUM_PID_MAX, &v);

	if (rc == 0)
		*pid = (pid_t)v;
	return rc;
}

/* Parses "PID" or "INODE" into r. The number shows which of the two it is, because the inodes of
 * namespaces are greater than all pids. Returns 0, or a negative errno with e set. */
static int parse_number(const char *s, const struct nstype *type, struct nsref *r, struct nserr *e)
{
	uint64_t v;

	if (num_u64(s, 0, UINT64_MAX, &v) < 0)
		return type ? bad_ref(r->text, e) : bad_word(r, e);
	if (v >= 1 && v <= NUM_PID_MAX) {
		r->kind = type ? NSREF_TYPE_PID : NSREF_PID;
		r->pid = (pid_t)v;
	} else if (v >= SYS_NS_INO_MIN && v <= UINT32_MAX) {
		r->kind = NSREF_INODE;
		r->num = v;
	} else {
		return nserr_set(e, 0,
				 "invalid number '%s': not a process id (1 to %d) or a namespace "
				 "inode (%llu to %u)",
				 r->text, NUM_PID_MAX, (unsigned long long)SYS_NS_INO_MIN,
				 UINT32_MAX);
	}
	r->type = type;
	return 0;
}

/* Parses "[INODE]", "INODE" or "PID" after "TYPE:" into r. Returns 0, or a negative errno with e
 * set. */
static int parse_typed(const char *s, const struct nstype *type, struct nsref *r, struct nserr *e)
{
	size_t n = strlen(s);

	if (is_self(s, n)) {
		r->kind = NSREF_TYPE_PID;
		r->type = type;
		return 0;
	}
	if (s[0] != '[')
		return parse_number(s, type, r, e);
	if (n < 3 || s[n - 1] != ']' ||
	    num_u64n(s + 1, n - 2, SYS_NS_INO_MIN, UINT32_MAX, &r->num) < 0)
		return bad_ref(r->text, e);
	r->kind = NSREF_INODE;
	r->type = type;
	return 0;
}

static int parse_netns(const char *name, struct nsref *r, struct nserr *e)
{
	if (!is_netns_name(name))
		return nserr_set(e, 0, "invalid network namespace name '%s'", name);
	r->kind = NSREF_NETNS;
	r->name = name;
	r->type = &nstypes[NSTYPE_NET];
	return 0;
}

/* Parses "PID<sep>N" into r, where sep is "/" or "/fd/". Returns 0, or a negative errno with e
 * set. */
static int parse_pid_fd(const char *s, const char *sep, enum nsref_kind kind, struct nsref *r,
			struct nserr *e)
{
	size_t n = strcspn(s, "/");

	if (strncmp(s + n, sep, strlen(sep)) != 0 ||
	    (!is_self(s, n) && parse_pid(s, n, &r->pid) < 0) ||
	    num_fd(s + n + strlen(sep), &r->fd) < 0)
		return bad_ref(r->text, e);
	r->kind = kind;
	r->type = kind == NSREF_SOCKET ? &nstypes[NSTYPE_NET] : NULL;
	return 0;
}

/* Parses "WORD:REST" into r, where WORD has n bytes. Returns 0, or a negative errno with e set. */
static int parse_word(const char *s, size_t n, struct nsref *r, struct nserr *e)
{
	const struct nstype *type = nstype_find(s, n);
	const char *rest = s + n + 1;

	if (type)
		return parse_typed(rest, type, r, e);
	if (str_after(s, "netns:"))
		return parse_netns(rest, r, e);
	if (str_after(s, "name:")) {
		r->kind = NSREF_NAME;
		r->name = rest;
		return nsname_is_valid(rest)
			       ? 0
			       : nserr_set(e, 0, "invalid name '%s' after 'name:'", rest);
	}
	if (str_after(s, "socket:"))
		return parse_pid_fd(rest, "/", NSREF_SOCKET, r, e);
	if (str_after(s, "tid:")) {
		r->kind = NSREF_TID;
		return num_pid(rest, &r->pid) < 0 ? bad_ref(r->text, e) : 0;
	}
	if (str_after(s, "id:")) {
		r->kind = NSREF_ID;
		return num_u64(rest, 1, UINT64_MAX, &r->num) < 0 ? bad_ref(r->text, e) : 0;
	}
	if (str_after(s, "fd:")) {
		r->kind = NSREF_FD;
		return num_fd(rest, &r->fd) < 0 ? bad_ref(r->text, e) : 0;
	}
	if (s[0] < '0' || s[0] > '9')
		return bad_prefix(r, s, n, e);
	r->kind = NSREF_PID_INODE;
	if (parse_pid(s, n, &r->pid) < 0 || num_u64(rest, 1, UINT64_MAX, &r->num) < 0)
		return bad_ref(r->text, e);
	return 0;
}

/* Parses a reference without the prefixes parent: and owner: into r. Returns 0, or a negative errno
 * with e set. */
static int parse_base(const char *s, struct nsref *r, struct nserr *e)
{
	size_t n = strcspn(s, ":/");

	if (s[0] == '/' || str_after(s, "./")) {
		r->kind = NSREF_PATH;
		r->name = s;
		return 0;
	}
	if (s[n] == ':')
		return parse_word(s, n, r, e);
	if (s[n] == '/')
		return parse_pid_fd(s, "/fd/", NSREF_PID_FD, r, e);
	if (streq(s, "self")) {
		r->kind = NSREF_SELF;
		return 0;
	}
	return parse_number(s, NULL, r, e);
}

/* Replaces *type by the type of the parent or owner of a namespace of this type. An owner is a user
 * namespace. A parent has the same type, so an unknown type (NULL) stays unknown. Returns 0, or
 * -EINVAL if a namespace of this type has no parent. */
static int climb_type(const struct nstype **type, enum nsref_up up)
{
	if (up == NSREF_OWNER)
		*type = &nstypes[NSTYPE_USER];
	else if (*type && !(*type)->hierarchical)
		return -EINVAL;
	return 0;
}

static int check_climb(const struct nsref *r, struct nserr *e)
{
	const struct nstype *type = r->type;

	if (r->n_ups > 0 && nsref_is_process(r))
		return nserr_set(e, 0, "invalid reference '%s': %s is a process, not a namespace",
				 r->text, strrchr(r->text, ':') + 1);
	for (unsigned i = 0; i < r->n_ups; i++)
		if (climb_type(&type, r->ups[i]) < 0)
			return nserr_set(e, 0,
					 "invalid reference '%s': a %s namespace has no parent",
					 r->text, type->name);
	return 0;
}

int nsref_parse(const char *s, struct nsref *r, struct nserr *e)
{
	uint8_t ups[NSREF_UPS_MAX];
	unsigned n = 0;
	int rc;

	*r = (struct nsref){ .text = s, .fd = -1 };
	for (;;) {
		const char *parent = str_after(s, "parent:"), *owner = str_after(s, "owner:");

		if (!parent && !owner)
			break;
		if (n == NSREF_UPS_MAX)
			return nserr_set(e, 0,
					 "invalid reference '%.40s…': more than %d 'parent:' and "
					 "'owner:' prefixes",
					 r->text, NSREF_UPS_MAX);
		ups[n++] = parent ? NSREF_PARENT : NSREF_OWNER;
		s = parent ? parent : owner;
	}
	rc = parse_base(s, r, e);
	if (rc < 0)
		return rc;
	/* the rightmost prefix, which is next to the namespace, is resolved first */
	r->n_ups = (uint8_t)n;
	for (unsigned i = 0; i < n; i++)
		r->ups[i] = ups[n - 1 - i];
	return check_climb(r, e);
}

bool nsref_is_process(const struct nsref *r)
{
	return r->kind <= NSREF_SELF;
}

const struct nstype *nsref_type(const struct nsref *r)
{
	const struct nstype *type = r->type;

	for (unsigned i = 0; i < r->n_ups; i++)
		(void)!climb_type(&type, r->ups[i]);
	return type;
}
