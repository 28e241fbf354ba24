// SPDX-License-Identifier: GPL-2.0-or-later
/* mntopt: parses mount options. A table contains the options that a mount of any file system
 * accepts. Any other option is a parameter of the file system. */
#include "root/mntopt.h"

#include "kernel/sys_mount.h"

/* clang-format off */
static const struct word {
	const char *name;
	uint64_t set, clr;
} words[] = {
	{ "ro",          MOUNT_ATTR_RDONLY,      0 },
	{ "rw",          0,                      MOUNT_ATTR_RDONLY },
	{ "nosuid",      MOUNT_ATTR_NOSUID,      0 },
	{ "suid",        0,                      MOUNT_ATTR_NOSUID },
	{ "nodev",       MOUNT_ATTR_NODEV,       0 },
	{ "dev",         0,                      MOUNT_ATTR_NODEV },
	{ "noexec",      MOUNT_ATTR_NOEXEC,      0 },
	{ "exec",        0,                      MOUNT_ATTR_NOEXEC },
	{ "nodiratime",  MOUNT_ATTR_NODIRATIME,  0 },
	{ "diratime",    0,                      MOUNT_ATTR_NODIRATIME },
	{ "nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, 0 },
	{ "symfollow",   0,                      MOUNT_ATTR_NOSYMFOLLOW },
	/* the options about access times are values of one field, and mount_setattr(2) requires
	 * that the whole field is cleared first */
	{ "relatime",    MOUNT_ATTR_RELATIME,    MOUNT_ATTR__ATIME },
	{ "atime",       MOUNT_ATTR_RELATIME,    MOUNT_ATTR__ATIME },
	{ "noatime",     MOUNT_ATTR_NOATIME,     MOUNT_ATTR__ATIME },
	{ "strictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME },
	/* options of mount(8) that the kernel does not need */
	{ "defaults",    0,                      0 },
	{ "silent",      0,                      0 },
	{ "loud",        0,                      0 },
};

/* The options that apply to a whole file system of any type. fsconfig(2) takes them as parameters,
 * and mount(2) as flags. */
static const struct {
	const char *name;
	unsigned long set, clr;
} super_words[] = {
	{ "sync",        MS_SYNCHRONOUS, 0 },
	{ "async",       0,              MS_SYNCHRONOUS },
	{ "dirsync",     MS_DIRSYNC,     0 },
	{ "lazytime",    MS_LAZYTIME,    0 },
	{ "nolazytime",  0,              MS_LAZYTIME },
	{ "mand",        MS_MANDLOCK,    0 },
	{ "nomand",      0,              MS_MANDLOCK },
};
/* clang-format on */

/* The propagation types of a bind mount (mount_namespaces(7)). */
static const struct {
	const char *name;
	unsigned long ms;
} propagations[] = {
	{ "private", MS_PRIVATE },
	{ "slave", MS_SLAVE },
	{ "shared", MS_SHARED },
};

/* If name is an option that every mount accepts, adds it to o and returns true. Otherwise returns
 * false. */
static bool is_word(struct mntopt *o, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!streq(words[i].name, name))
			continue;
		o->set = (o->set & ~words[i].clr) | words[i].set;
		o->clr = (o->clr & ~words[i].set) | words[i].clr;
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(propagations); i++) {
		if (streq(propagations[i].name, name)) {
			o->propagation = propagations[i].ms;
			return true;
		}
	}
	if (streq(name, "norec"))
		return o->norec = true;
	if (streq(name, "nofollow"))
		return o->nofollow = true;
	return false;
}

/* Terminates the word at s, which ends at `end`, and decodes the backslash escapes in it. Sets
 * *next to the text after it, or to NULL. Returns s. */
static char *cut(char *s, char end, char **next)
{
	char *to = s, *from = s;

	for (; *from && *from != end; from++) {
		if (*from == '\\' && (from[1] == end || from[1] == '\\'))
			from++;
		*to++ = *from;
	}
	*next = *from ? from + 1 : NULL;
	*to = '\0';
	return s;
}

int mntopt_parse(struct mntopt *o, const char *text, struct nserr *e)
{
	size_t max = 1;

	if (!text)
		return 0;
	for (const char *s = text; *s; s++)
		max += *s == ',';
	o->text = strdup(text);
	o->param = calloc(max + 1, sizeof(*o->param));
	if (!o->text || !o->param)
		return nserr_set(e, ENOMEM, "cannot allocate memory for the mount options");
	for (char *s = o->text, *next; s; s = next) {
		char *word = cut(s, ',', &next);

		if (word[0] == '\0' || word[0] == '=')
			return nserr_set(e, 0, "empty mount option in '%s'", text);
		if (!is_word(o, word))
			o->param[o->n++] = word;
	}
	return 0;
}

void mntopt_free(struct mntopt *o)
{
	free(o->text);
	free(o->param);
	*o = MNTOPT_INIT;
}

const char *mntopt_get(const struct mntopt *o, const char *name)
{
	for (size_t i = o->n; i-- > 0;) {
		const char *rest = str_after(o->param[i], name);

		if (rest && (*rest == '=' || *rest == '\0'))
			return *rest ? rest + 1 : rest;
	}
	return NULL;
}

bool mntopt_is_super(const char *word, unsigned long *ms)
{
	for (size_t i = 0; i < ARRAY_SIZE(super_words); i++) {
		if (!streq(super_words[i].name, word))
			continue;
		*ms = (*ms & ~super_words[i].clr) | super_words[i].set;
		return true;
	}
	return false;
}

unsigned long mntopt_ms_flags(uint64_t attr)
{
	unsigned long ms = 0;

	/* clang-format off */
	static const struct { uint64_t attr; unsigned long ms; } map[] = {
		{ MOUNT_ATTR_RDONLY, MS_RDONLY }, { MOUNT_ATTR_NOSUID, MS_NOSUID },
		{ MOUNT_ATTR_NODEV, MS_NODEV }, { MOUNT_ATTR_NOEXEC, MS_NOEXEC },
		{ MOUNT_ATTR_NODIRATIME, MS_NODIRATIME }, { MOUNT_ATTR_NOATIME, MS_NOATIME },
		{ MOUNT_ATTR_STRICTATIME, MS_STRICTATIME }, { MOUNT_ATTR_NOSYMFOLLOW, 256 },
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_SIZE(map); i++)
		if (attr & map[i].attr)
			ms |= map[i].ms;
	return ms;
}

size_t mntopt_fields(char *text, char *field[], size_t max)
{
	size_t n = 0;

	if (max > 1 && str_after(text, "fd:")) {
		char *end = text + 3 + strcspn(text + 3, ":");

		field[n++] = text;
		text = *end ? end + 1 : NULL;
		*end = '\0';
	}
	while (text && n < max) {
		if (n + 1 == max) {
			field[n++] = text;
			break;
		}
		field[n++] = cut(text, ':', &text);
	}
	return n;
}
