// SPDX-License-Identifier: GPL-2.0-or-later
/* subid_nss: reads subordinate ids with libsubid, the library of newuidmap(1), which loads the
 * module that nsswitch.conf(5) names. */
#include "idmap/subid_nss.h"

#include <fcntl.h>
#include <stdio.h>

#include "base/dl.h"
#include "base/file.h"
#include "base/num.h"

/* This struct is declared in <shadow/subid.h>, which systems with shadow before 4.9 lack. */
struct subid_range {
	unsigned long start, count;
};

static bool (*init)(const char *, FILE *);
static int (*uid_ranges)(const char *, struct subid_range **);
static int (*gid_ranges)(const char *, struct subid_range **);

/* Returns the module that the "subid:" line names and sets *n to the length of its name. Returns
 * NULL if there is no such line or if it names "files". */
static const char *find_module(const char *text, size_t *n)
{
	while (text && *text) {
		const char *rest = str_after(text + strspn(text, " \t"), "subid:");

		if (rest) {
			rest += strspn(rest, " \t");
			*n = strcspn(rest, " \t\n#");
			return *n > 0 && !(*n == 5 && memcmp(rest, "files", 5) == 0) ? rest : NULL;
		}
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return NULL;
}

bool subid_nss_named(const char *text)
{
	size_t n;

	return find_module(text, &n) != NULL;
}

int subid_nss_wanted(struct nserr *e)
{
	char text[16384];
	ssize_t n = file_read_at(AT_FDCWD, "/etc/nsswitch.conf", text, sizeof(text));

	if (n < 0 && n != -ENOENT)
		return nserr_set(e, (int)n, "cannot read /etc/nsswitch.conf");
	return n > 0 && subid_nss_named(text);
}

bool subid_nss_is_missing(char *lib, size_t size)
{
	char text[16384];
	const char *module;
	struct nserr ignored;
	size_t n;

	if (file_read_at(AT_FDCWD, "/etc/nsswitch.conf", text, sizeof(text)) <= 0)
		return false;
	module = find_module(text, &n);
	if (!module || (size_t)snprintf(lib, size, "libsubid_%.*s.so", (int)n, module) >= size)
		return false;
	/* use the files if the library cannot be loaded, as libsubid(3) does */
	return dl_load(lib, NULL, 0, &ignored) < 0;
}

static int load(struct nserr *e)
{
	static const struct dl_symbol symbols[] = {
		DL_SYMBOL(init, subid_init),
		DL_SYMBOL(uid_ranges, subid_get_uid_ranges),
		DL_SYMBOL(gid_ranges, subid_get_gid_ranges),
	};
	FILE *quiet;
	int rc;

	if (init)
		return 0;
	/* require all functions, because all versions of libsubid have them */
	rc = dl_load(LIBSUBID_SONAME, symbols, ARRAY_SIZE(symbols), e);
	if (rc < 0) {
		nserr_hint(
			e,
			"install libsubid, because the subid line of nsswitch.conf names a module");
		return rc;
	}
	/* discard the messages of the library instead of printing them to standard error */
	quiet = fopen("/dev/null", "we");
	init("nsidmap", quiet);
	return 0;
}

int subid_nss_ranges(const struct subid_user *u, enum idmap_kind kind, struct subids *out,
		     struct nserr *e)
{
	cleanup_free struct subid_range *found = NULL;
	char owner[sizeof(u->name)];
	int n, rc = load(e);

	if (rc < 0)
		return rc;
	if (u->name[0])
		snprintf(owner, sizeof(owner), "%s", u->name);
	else
		snprintf(owner, sizeof(owner), "%u", u->uid);
	n = (kind == IDMAP_UID ? uid_ranges : gid_ranges)(owner, &found);
	if (n < 0)
		return nserr_set(e, 0, "libsubid cannot read the sub%ss of '%s'",
				 idmap_kind_names[kind], owner);
	for (int i = 0; i < n; i++) {
		struct subid_extent r = { (uint32_t)found[i].start, (uint32_t)found[i].count, 0 };

		/* ignore an empty range and one that exceeds the last id, as subid_parse() does */
		if (found[i].start > NUM_ID_MAX || found[i].count == 0 ||
		    found[i].count > IDMAP_NONE - found[i].start)
			continue;
		if (subids_add(out, r) < 0)
			return nserr_set(e, ENOMEM, "cannot allocate memory for the ranges of '%s'",
					 owner);
	}
	return 0;
}
