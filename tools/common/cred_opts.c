// SPDX-License-Identifier: GPL-2.0-or-later
/* cred_opts: parses the options for credentials into struct cred. */
#include "common/cred_opts.h"

#include <stdio.h>

#include "base/account.h"
#include "base/choice.h"
#include "base/num.h"
#include "base/str.h"
#include "cred/as.h"
#include "cred/rlimit.h"
#include "kernel/sys_cap.h"

/* Returns the next item of a comma-separated list and advances *s, or returns NULL at the end. */
static const char *next_word(const char **s, size_t *n)
{
	const char *word = *s;

	if (!word)
		return NULL;
	*n = strcspn(word, ",");
	*s = word[*n] ? word + *n + 1 : NULL;
	return word;
}

static int parse_groups(struct cred *c, const char *list, struct nserr *e)
{
	const char *word;
	size_t n;

	free(TAKE_PTR(c->groups));
	c->ngroups = 0;
	c->set_groups = true;
	if (streq(list, "none"))
		return 0;
	while ((word = next_word(&list, &n))) {
		cleanup_free char *name = strndup(word, n);
		gid_t *more = reallocarray(c->groups, c->ngroups + 1, sizeof(*more));
		int rc;

		if (more)
			c->groups = more;
		if (!more || !name)
			return nserr_set(e, ENOMEM, "cannot allocate memory for the groups");
		rc = account_group(name, &c->groups[c->ngroups++], e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int unknown_cap(const char *word, size_t n, struct nserr *e)
{
	bool prefixed = n > 4 && str_same_name(word, "cap_", 4);
	struct choice choice;

	choice_init(&choice, word + (prefixed ? 4 : 0), n - (prefixed ? 4 : 0));
	for (int cap = 0; sys_cap_name(cap); cap++)
		choice_add(&choice, sys_cap_name(cap));
	nserr_set(e, 0, "unknown capability '%.*s'", (int)MIN(n, 64), word);
	choice_hint(&choice, e);
	return -EINVAL;
}

/* Adds the capabilities in the list to *mask, or sets *all for "all". Returns 0, or -EINVAL with e
 * set. */
static int parse_caps(const char *list, uint64_t *mask, bool *all, struct nserr *e)
{
	const char *word;
	size_t n;

	if (streq(list, "all")) {
		*all = true;
		return 0;
	}
	while ((word = next_word(&list, &n))) {
		int cap = sys_cap_parse(word, n);

		if (cap < 0)
			return unknown_cap(word, n, e);
		*mask |= SYS_CAP_BIT(cap);
	}
	return 0;
}

/* Parses one to four octal digits, up to 0777, the bits that umask(2) uses. Returns 0, or a
 * negative errno with e set. */
static int parse_umask(struct cred *c, const char *text, struct nserr *e)
{
	size_t n = strspn(text, "01234567");

	c->set_umask = true;
	c->umask = (mode_t)strtoul(text, NULL, 8);
	if (n == 0 || n > 4 || text[n] || c->umask > 0777)
		return nserr_set(e, 0, "invalid mode '%s', expected 0 to 0777", text);
	return 0;
}

static int add_env(struct cred *c, const char *text, bool set, struct nserr *e)
{
	const char **more;
	size_t n = strcspn(text, "=");

	if (n == 0 || (text[n] == '=') != set)
		return nserr_set(e, 0,
				 set ? "invalid variable '%s', expected <name>=<value>"
				     : "invalid variable name '%s'",
				 text);
	more = reallocarray(c->env, c->nenv + 1, sizeof(*more));
	if (!more)
		return nserr_set(e, ENOMEM, "cannot allocate memory for '%s'", text);
	c->env = more;
	c->env[c->nenv++] = text;
	return 0;
}

/* Adds the names to those of earlier options, the same as unshare(1) does. Returns 0, or a negative
 * errno with e set. */
static int add_env_left(struct cred *c, const char *list, struct nserr *e)
{
	char *all;

	if (asprintf(&all, "%s%s%s", c->env_left ? c->env_left : "", c->env_left ? "," : "", list) <
	    0)
		return nserr_set(e, ENOMEM, "cannot allocate memory for '%s'", list);
	free(c->env_left);
	c->env_left = all;
	return 0;
}

static int take(struct cred *c, int key, const char *arg, struct nserr *e)
{
	bool all = false;
	uint32_t number;
	int rc;

	switch (key) {
	case CRED_KEY_SETUID:
		c->set_uid = c->given_uid = true;
		rc = account_user(arg, &c->uid, e);
		c->user = num_id(arg, &number) == 0 ? NULL : arg;
		return rc;
	case CRED_KEY_SETGID:
		c->set_gid = c->given_gid = true;
		return account_group(arg, &c->gid, e);
	case CRED_KEY_AS:
		return cred_as_parse(c, arg, e);
	case CRED_KEY_GROUPS:
		return parse_groups(c, arg, e);
	case CRED_KEY_CAP_DROP:
		return parse_caps(arg, &c->cap_drop, &c->cap_drop_all, e);
	case CRED_KEY_CAP_KEEP:
		c->has_keep = true;
		rc = parse_caps(arg, &c->cap_keep, &all, e);
		if (all)
			c->cap_keep = UINT64_MAX;
		return rc;
	case CRED_KEY_CAP_AMBIENT:
		c->limit_ambient = true;
		if (streq(arg, "none"))
			return 0;
		rc = parse_caps(arg, &c->cap_ambient, &all, e);
		if (all)
			c->cap_ambient = UINT64_MAX;
		return rc;
	case CRED_KEY_SECCOMP:
		c->seccomp = arg;
		return 0;
	case CRED_KEY_RLIMIT:
		return cred_rlimit_parse(arg, c->rlimits, e);
	case CRED_KEY_UMASK:
		return parse_umask(c, arg, e);
	case CRED_KEY_SETENV:
	case CRED_KEY_UNSETENV:
		return add_env(c, arg, key == CRED_KEY_SETENV, e);
	case CRED_KEY_WHITELIST_ENV:
		return add_env_left(c, arg, e);
	default:
		return 0;
	}
}

/* Returns the member that an option without argument sets, or NULL for other options. */
static bool *flag_of(struct cred *c, int key)
{
	switch (key) {
	case CRED_KEY_KEEP_CAPS:
		return &c->keep_caps;
	case CRED_KEY_NO_NEW_PRIVS:
		return &c->no_new_privs;
	case CRED_KEY_CLEAR_ENV:
		return &c->clear_env;
	case CRED_KEY_NEW_SESSION:
		return &c->new_session;
	default:
		return NULL;
	}
}

static const char *option_name(int key)
{
	static const char *const names[] = {
		"groups",        "cap-drop",    "cap-keep", "keep-caps", "no-new-privs",
		"seccomp",       "rlimit",      "setenv",   "unsetenv",  "clear-env",
		"whitelist-env", "new-session", "as",       "umask",     "cap-ambient",
	};

	if (key == CRED_KEY_SETUID)
		return "setuid";
	if (key == CRED_KEY_SETGID)
		return "setgid";
	return key >= CRED_KEY_GROUPS && key <= CRED_KEY_CAP_AMBIENT ? names[key - CRED_KEY_GROUPS]
								     : NULL;
}

int cred_option(struct cred *c, int key, const char *arg, struct nserr *e)
{
	const char *name = option_name(key);
	bool *flag = flag_of(c, key);
	int rc;

	if (!name)
		return 0;
	if (flag) {
		*flag = true;
		return 1;
	}
	rc = take(c, key, arg, e);
	if (rc == 0 && c->as && (c->given_uid || c->given_gid))
		return nserr_set(e, 0, "--%s cannot be used with --%s", name,
				 key != CRED_KEY_AS ? "as"
				 : c->given_uid     ? "setuid"
						    : "setgid");
	if (rc < 0)
		nserr_prefix(e, "--%s", name);
	return rc < 0 ? rc : 1;
}
