// SPDX-License-Identifier: GPL-2.0-or-later
/* subid_lint: checks the files of subordinate ids. Sorts the ranges by their start, so that
 * overlapping ranges are adjacent. */
#include "idmap/subid_lint.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>

#include "base/file.h"

struct entry {
	uint32_t start, count, line;
	const char *owner;
	size_t owner_len;
};

static uint64_t end_of(const struct entry *x)
{
	return (uint64_t)x->start + x->count;
}

static int by_start(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->start != y->start)
		return x->start > y->start ? 1 : -1;
	return (x->line > y->line) - (x->line < y->line);
}

static int by_id(const void *a, const void *b)
{
	const struct subid_lint_account *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* Parses all lines and reports invalid ones. Returns the valid ranges, whose number is *n, or NULL
 * if memory allocation fails. */
static struct entry *read_lines(const char *name, const char *text, size_t size, size_t *n,
				int *found, struct buf *out)
{
	const char *end = text + size, *eol;
	size_t room = 1;
	struct entry *x;
	uint32_t line = 0;

	for (const char *s = text; s < end; s++)
		room += *s == '\n';
	x = calloc(room, sizeof(*x));
	*n = 0;
	for (const char *s = text; x && s < end; s = eol + 1) {
		struct subid_extent r = { 0 };
		const char *cause;
		size_t owner;

		eol = memchr(s, '\n', (size_t)(end - s));
		eol = eol ? eol : end;
		line++;
		cause = subid_line(s, (size_t)(eol - s), &owner, &r);
		if (cause) {
			buf_printf(out, "%s: line %u: %s\n", name, line, cause);
			++*found;
		} else if (r.count > 0) {
			x[(*n)++] = (struct entry){ r.start, r.count, line, s, owner };
		}
	}
	return x;
}

/* Appends the owner and the range. The tool escapes untrusted bytes when it prints the text. */
static void add_range(const struct entry *x, struct buf *out)
{
	buf_printf(out, "%.*s's range %u-%llu", (int)MIN(x->owner_len, 64), x->owner, x->start,
		   (unsigned long long)end_of(x) - 1);
}

static int find_overlaps(const char *name, const struct entry *x, size_t n, struct buf *out)
{
	/* the range with the highest end among those already checked */
	const struct entry *reach = x;
	int found = 0;

	for (size_t i = 1; i < n; i++) {
		if (x[i].start < end_of(reach)) {
			buf_printf(out, "%s: line %u: ", name, x[i].line);
			add_range(&x[i], out);
			buf_printf(out, " overlaps ");
			add_range(reach, out);
			buf_printf(out, " of line %u\n", reach->line);
			found++;
		}
		if (end_of(&x[i]) > end_of(reach))
			reach = &x[i];
	}
	return found;
}

static int find_accounts(const char *name, const struct entry *x, size_t n,
			 const struct subid_lint_account *accounts, size_t n_accounts,
			 struct buf *out)
{
	size_t first = 0;
	int found = 0;

	for (size_t i = 0; i < n; i++) {
		while (first < n_accounts && accounts[first].id < x[i].start)
			first++;
		/* report only one account for each range, because a range of 4 billion ids contains
		 * all accounts */
		if (first == n_accounts || accounts[first].id >= end_of(&x[i]))
			continue;
		buf_printf(out, "%s: line %u: ", name, x[i].line);
		add_range(&x[i], out);
		buf_printf(out, " contains %u, the id of %s\n", accounts[first].id,
			   accounts[first].name);
		found++;
	}
	return found;
}

int subid_lint_text(const char *name, const char *text, size_t n,
		    const struct subid_lint_account *accounts, size_t n_accounts, struct buf *out)
{
	cleanup_free struct entry *x = NULL;
	size_t lines;
	int found = 0;

	x = read_lines(name, text, n, &lines, &found, out);
	if (!x)
		return -ENOMEM;
	qsort(x, lines, sizeof(*x), by_start);
	if (lines > 0)
		found += find_overlaps(name, x, lines, out);
	found += find_accounts(name, x, lines, accounts, n_accounts, out);
	return out->err ? out->err : found;
}

/* All users or all groups, sorted by id. The names are malloc()ed. */
struct accounts {
	struct subid_lint_account *v;
	size_t n, size;
};

static void accounts_free(struct accounts *a)
{
	for (size_t i = 0; i < a->n; i++)
		free((char *)a->v[i].name);
	free(a->v);
}

static int accounts_add(struct accounts *a, uint32_t id, const char *name)
{
	if (a->n == a->size) {
		size_t size = a->size ? a->size * 2 : 64;
		struct subid_lint_account *v = reallocarray(a->v, size, sizeof(*v));

		if (!v)
			return -ENOMEM;
		a->v = v;
		a->size = size;
	}
	name = strdup(name);
	if (!name)
		return -ENOMEM;
	a->v[a->n++] = (struct subid_lint_account){ id, name };
	return 0;
}

/* Returns the errno with which getpwent(3) failed to read the file, or 0 if the file is empty.
 * getpwent(3) itself reports no error if it cannot open its only source. */
static int unread_file(const char *path)
{
	cleanup_fd int fd = file_open_at(AT_FDCWD, path, O_RDONLY, 0);
	struct stat st;

	if (fd < 0)
		return -fd;
	return fstat(fd, &st) < 0 || st.st_size > 0 ? EIO : 0;
}

/* Reads all accounts. Sets *unread to an errno if some of them could not be read. Returns 0 or
 * -ENOMEM. */
static int accounts_read(struct accounts *a, enum idmap_kind kind, int *unread)
{
	struct passwd *pw;
	struct group *gr;
	int rc = 0;

	if (kind == IDMAP_UID) {
		setpwent();
		while (errno = 0, rc == 0 && (pw = getpwent()))
			rc = accounts_add(a, pw->pw_uid, pw->pw_name);
		*unread = errno;
		endpwent();
	} else {
		setgrent();
		while (errno = 0, rc == 0 && (gr = getgrent()))
			rc = accounts_add(a, gr->gr_gid, gr->gr_name);
		*unread = errno;
		endgrent();
	}
	if (a->n == 0 && rc == 0 && *unread == 0)
		*unread = unread_file(kind == IDMAP_UID ? "/etc/passwd" : "/etc/group");
	if (*unread == ENOENT) /* ENOENT: the file or the NSS module does not exist */
		*unread = 0;
	if (a->n > 0)
		qsort(a->v, a->n, sizeof(*a->v), by_id);
	return rc;
}

int subid_lint_files(struct buf *out, struct nserr *partial, struct nserr *e)
{
	int found = 0, unread;

	*partial = NSERR_INIT;

	for (int k = 0; k < IDMAP_KINDS; k++) {
		__attribute__((cleanup(accounts_free))) struct accounts a = { 0 };
		cleanup_free char *text = NULL;
		ssize_t n = subid_read_file(k, &text, e);
		int rc;

		if (n < 0)
			return (int)n;
		rc = accounts_read(&a, k, &unread);
		if (unread)
			nserr_set(partial, unread, "incomplete check: cannot read all %ss",
				  k == IDMAP_UID ? "user" : "group");
		if (rc == 0)
			rc = subid_lint_text(subid_files[k], text ? text : "", (size_t)n, a.v, a.n,
					     out);
		if (rc < 0)
			return nserr_set(e, rc, "cannot allocate memory for the lines of %s",
					 subid_files[k]);
		found += rc;
	}
	return found;
}
