// SPDX-License-Identifier: GPL-2.0-or-later
/* passwd: splits lines of passwd(5) and group(5) into fields and searches them. */
#include "base/passwd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

enum { NAME, PASSWORD, ID, FIELD_GID, GECOS, HOME, SHELL, FIELDS }; /* fields of passwd(5) */
enum { MEMBERS = FIELD_GID, GROUP_FIELDS };                         /* fields of group(5) */

/* A field of a line, or an item of a comma-separated field. The string s has no final NUL byte. */
struct part {
	const char *s;
	size_t n;
};

struct lines {
	const char *next, *end;
	unsigned line; /* number of the current line, from 1 */
};

void passwd_user_free(struct passwd_user *u)
{
	free(u->name);
	free(u->home);
	free(u->shell);
	*u = PASSWD_USER_INIT;
}

/* Splits the next line into at most max fields; the last one contains the rest of the line. Skips
 * empty lines, lines with a NUL byte, and lines that begin with '#', '+' or '-'. Missing fields are
 * empty. Returns the number of fields, or 0 at the end of the text. */
static size_t next_fields(struct lines *l, struct part *f, size_t max)
{
	while (l->next < l->end) {
		const char *s = l->next, *nl = memchr(s, '\n', (size_t)(l->end - s));
		const char *stop = nl ? nl : l->end;
		size_t n = 0;

		l->next = nl ? nl + 1 : l->end;
		l->line++;
		if (s == stop || strchr("#+-", *s) || memchr(s, '\0', (size_t)(stop - s)))
			continue;
		for (size_t i = 0; i < max; i++)
			f[i] = (struct part){ "", 0 };
		for (;;) {
			const char *colon = memchr(s, ':', (size_t)(stop - s));
			const char *last = colon && n + 1 < max ? colon : stop;

			f[n++] = (struct part){ s, (size_t)(last - s) };
			if (last == stop)
				return n;
			s = last + 1;
		}
	}
	return 0;
}

static bool is_text(const struct part *p, const char *s)
{
	return strlen(s) == p->n && memcmp(p->s, s, p->n) == 0;
}

static bool get_id(const struct part *p, uint32_t *id)
{
	uint64_t v;

	if (num_u64n(p->s, p->n, 0, NUM_ID_MAX, &v) < 0)
		return false;
	*id = (uint32_t)v;
	return true;
}

static int store_user(const struct part *f, uid_t uid, gid_t gid, struct passwd_user *u)
{
	/* the path of a shell cannot contain a colon, so the seventh field ends at a colon */
	const char *colon = memchr(f[SHELL].s, ':', f[SHELL].n);
	size_t shell = colon ? (size_t)(colon - f[SHELL].s) : f[SHELL].n;

	*u = (struct passwd_user){
		.name = strndup(f[NAME].s, f[NAME].n),
		.home = strndup(f[HOME].s, f[HOME].n),
		.shell = strndup(f[SHELL].s, shell),
		.uid = uid,
		.gid = gid,
	};
	if (u->name && u->home && u->shell)
		return 1;
	passwd_user_free(u);
	return -ENOMEM;
}

int passwd_find_user(const char *text, size_t n, const char *name, uid_t uid, struct passwd_user *u,
		     unsigned *line)
{
	struct lines l = { text, text + n, 0 };
	struct part f[FIELDS];

	while (next_fields(&l, f, FIELDS) > 0) {
		uint32_t id, gid;

		if (name && !is_text(&f[NAME], name))
			continue;
		*line = l.line;
		if (!get_id(&f[ID], &id) || !get_id(&f[FIELD_GID], &gid) || f[NAME].n == 0) {
			if (name)
				return -EINVAL;
			continue;
		}
		if (name || id == uid)
			return store_user(f, id, gid, u);
	}
	return 0;
}

int passwd_find_group(const char *text, size_t n, const char *name, gid_t *gid, unsigned *line)
{
	struct lines l = { text, text + n, 0 };
	struct part f[GROUP_FIELDS];

	while (next_fields(&l, f, GROUP_FIELDS) > 0) {
		if (!is_text(&f[NAME], name))
			continue;
		*line = l.line;
		return get_id(&f[ID], gid) && f[NAME].n > 0 ? 1 : -EINVAL;
	}
	return 0;
}

/* Returns true if a comma-separated list of group(5) contains the user. */
static bool has_member(struct part list, const char *user)
{
	const char *end = list.s + list.n;

	for (const char *s = list.s; s < end;) {
		const char *comma = memchr(s, ',', (size_t)(end - s));
		struct part word = { s, (size_t)((comma ? comma : end) - s) };

		if (is_text(&word, user))
			return true;
		s += word.n + 1;
	}
	return false;
}

static int by_id(const void *a, const void *b)
{
	gid_t x = *(const gid_t *)a, y = *(const gid_t *)b;

	return (x > y) - (x < y);
}

int passwd_groups_of(const char *text, size_t n, const char *user, gid_t first, gid_t **groups,
		     size_t *ngroups)
{
	cleanup_free gid_t *list = malloc(sizeof(*list));
	struct lines l = { text, text + n, 0 };
	struct part f[GROUP_FIELDS];
	size_t count = 1, size = 1, left = 0;

	if (!list)
		return -ENOMEM;
	list[0] = first;
	while (next_fields(&l, f, GROUP_FIELDS) > 0) {
		gid_t gid;

		if (!has_member(f[MEMBERS], user) || !get_id(&f[ID], &gid))
			continue;
		if (count == PASSWD_GROUPS_MAX)
			return -E2BIG;
		if (count == size) {
			gid_t *more = reallocarray(list, size * 2, sizeof(*list));

			if (!more)
				return -ENOMEM;
			list = more;
			size *= 2;
		}
		list[count++] = gid;
	}
	qsort(list, count, sizeof(*list), by_id);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || list[i] != list[left - 1])
			list[left++] = list[i];
	*groups = TAKE_PTR(list);
	*ngroups = left;
	return 0;
}
