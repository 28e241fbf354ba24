// SPDX-License-Identifier: GPL-2.0-or-later
/* subid: finds the ranges of a user in a subuid(5) file. The file may have 100,000 lines, so the
 * parser makes one pass with one comparison for each line of another user. */
#include "idmap/subid.h"

#include <fcntl.h>
#include <stdio.h>

#include "base/account.h"
#include "base/file.h"
#include "base/num.h"

#define SUBID_FILE_MAX (64u << 20)

const char *const subid_files[IDMAP_KINDS] = { "/etc/subuid", "/etc/subgid" };

void subids_free(struct subids *s)
{
	free(s->r);
	*s = SUBIDS_INIT;
}

int subids_add(struct subids *s, struct subid_extent r)
{
	if (s->n == s->size) {
		size_t size = s->size ? s->size * 2 : 4;
		struct subid_extent *more = reallocarray(s->r, size, sizeof(*more));

		if (!more)
			return -ENOMEM;
		s->r = more;
		s->size = size;
	}
	s->r[s->n++] = r;
	return 0;
}

/* A range and its position in the list. */
struct placed {
	struct subid_extent r;
	size_t at;
};

static int by_start(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->r.start != y->r.start)
		return x->r.start > y->r.start ? 1 : -1;
	return (x->at > y->at) - (x->at < y->at);
}

static int by_place(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

int subids_disjoint(const struct subids *s, struct subids *out)
{
	cleanup_free struct placed *p = calloc(s->n + 1, sizeof(*p));
	uint64_t reached = 0; /* highest end of all ranges that have been added so far */

	*out = SUBIDS_INIT;
	if (!p)
		return -ENOMEM;
	for (size_t i = 0; i < s->n; i++)
		p[i] = (struct placed){ s->r[i], i };
	qsort(p, s->n, sizeof(*p), by_start);
	for (size_t i = 0; i < s->n; i++) {
		uint64_t start = MAX(p[i].r.start, reached);
		uint64_t end = (uint64_t)p[i].r.start + p[i].r.count;

		p[i].r.count = end > start ? (uint32_t)(end - start) : 0;
		p[i].r.start = (uint32_t)start;
		reached = MAX(reached, end);
	}
	qsort(p, s->n, sizeof(*p), by_place);
	for (size_t i = 0; i < s->n; i++)
		if (p[i].r.count > 0 && subids_add(out, p[i].r) < 0) {
			subids_free(out);
			return -ENOMEM;
		}
	return 0;
}

static void take_passwd(struct subid_user *u, const struct passwd *pw)
{
	u->has_uid = true;
	u->has_gid = true;
	u->uid = pw->pw_uid;
	u->gid = pw->pw_gid;
	snprintf(u->name, sizeof(u->name), "%s", pw->pw_name);
}

int subid_user(const char *arg, struct subid_user *u, struct nserr *e)
{
	const struct passwd *pw;
	uint32_t id;
	int rc;

	*u = (struct subid_user){ 0 };
	if (!arg || num_id(arg, &id) == 0) {
		u->uid = arg ? id : geteuid();
		u->has_uid = true;
		rc = account_passwd(NULL, u->uid, &pw);
		if (rc < 0)
			return nserr_set(e, rc, "cannot look up user %u", u->uid);
		if (pw)
			take_passwd(u, pw);
		return 0;
	}
	if (*arg == '\0' || strchr(arg, ':') || strlen(arg) >= sizeof(u->name))
		return nserr_set(e, 0, "invalid user name '%s'", arg);
	snprintf(u->name, sizeof(u->name), "%s", arg);
	rc = account_passwd(arg, 0, &pw);
	if (rc < 0)
		return nserr_set(e, rc, "cannot look up user '%s'", arg);
	if (pw)
		take_passwd(u, pw);
	return 0;
}

const char *subid_line(const char *line, size_t n, size_t *owner_len, struct subid_extent *r)
{
	const char *a = memchr(line, ':', n), *b, *end = line + n;
	uint64_t start, count;
	int rc;

	*owner_len = 0;
	if (n == 0 || line[0] == '#')
		return NULL;
	*owner_len = a ? (size_t)(a - line) : n;
	b = a ? memchr(a + 1, ':', (size_t)(end - a - 1)) : NULL;
	if (!b)
		return "the line has fewer than three fields";
	if (a == line)
		return "the owner is empty";
	if (end[-1] == '\r')
		return "the line ends in a carriage return";
	if (num_u64n(a + 1, (size_t)(b - a - 1), 0, UINT64_MAX, &start) < 0)
		return "the start is not a decimal number";
	rc = num_u64n(b + 1, (size_t)(end - b - 1), 0, UINT64_MAX, &count);
	if (rc == -EINVAL)
		return "the count is not a decimal number";
	if (rc == 0 && count == 0)
		return "the count is 0";
	if (rc < 0 || start > NUM_ID_MAX || count > IDMAP_NONE - start)
		return "the range exceeds the last id, 4294967294";
	*r = (struct subid_extent){ (uint32_t)start, (uint32_t)count, 0 };
	return NULL;
}

static bool owns(const struct subid_user *u, const char *owner, size_t n, const char *uid,
		 size_t uid_len, size_t name_len)
{
	if (name_len > 0 && n == name_len && memcmp(owner, u->name, n) == 0)
		return true;
	return uid_len > 0 && n == uid_len && memcmp(owner, uid, n) == 0;
}

int subid_parse(const char *text, size_t n, const struct subid_user *u, struct subids *out)
{
	const char *end = text + n;
	size_t name_len = strlen(u->name), uid_len = 0;
	uint32_t number = 0;
	char uid[16] = "";

	if (u->has_uid)
		uid_len = (size_t)snprintf(uid, sizeof(uid), "%u", u->uid);
	for (const char *s = text, *eol; s < end; s = eol + 1) {
		const char *colon, *cause;
		struct subid_extent r;
		size_t owner;

		eol = memchr(s, '\n', (size_t)(end - s));
		if (!eol)
			eol = end;
		number++;
		/* compare the owner first, so that a line of another user is skipped after one
		 * comparison */
		colon = memchr(s, ':', (size_t)(eol - s));
		if (!owns(u, s, (size_t)((colon ? colon : eol) - s), uid, uid_len, name_len))
			continue;
		cause = subid_line(s, (size_t)(eol - s), &owner, &r);
		if (owner == 0)
			continue;
		r.line = number;
		if (!cause && subids_add(out, r) < 0)
			return -ENOMEM;
		if (cause && !out->bad_line) {
			out->bad_line = number;
			out->bad_cause = cause;
		}
	}
	return 0;
}

ssize_t subid_read_file(enum idmap_kind kind, char **text, struct nserr *e)
{
	cleanup_fd int fd = file_open_at(AT_FDCWD, subid_files[kind], O_RDONLY, 0);
	ssize_t n;

	*text = NULL;
	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return nserr_set(e, fd, "cannot open %s", subid_files[kind]);
	n = file_slurp(fd, SUBID_FILE_MAX, text);
	return n < 0 ? nserr_set(e, (int)n, "cannot read %s", subid_files[kind]) : n;
}
