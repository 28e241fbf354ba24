// SPDX-License-Identifier: GPL-2.0-or-later
/* account: looks up users and groups in the passwd and group databases, through NSS. */
#include "base/account.h"

#include <fcntl.h>

#include "base/file.h"
#include "base/num.h"

/* Returns true if err means a failure and not a missing entry. The C library returns ENOENT if
 * an NSS module is not installed or its service is not running, so ENOENT means a missing entry,
 * too. */
static bool is_failure(int err)
{
	return err && err != ENOENT && err != ESRCH;
}

/* Look up an entry by name or, if name is NULL, by id. Return the entry, or NULL with errno set. */
static const void *ask_passwd(const char *name, uint32_t id)
{
	return name ? getpwnam(name) : getpwuid(id);
}

static const void *ask_group(const char *name, uint32_t id)
{
	return name ? getgrnam(name) : getgrgid(id);
}

/* Calls ask(name, id), again after a signal has interrupted it. Returns its result. */
static const void *ask_again(const void *(*ask)(const char *, uint32_t), const char *name,
			     uint32_t id)
{
	const void *entry;

	do {
		errno = 0;
		entry = ask(name, id);
	} while (!entry && errno == EINTR);
	return entry;
}

/* Implements account_passwd() and account_grp() for the database in `file`. */
static int look_up(const void *(*ask)(const char *, uint32_t), const char *name, uint32_t id,
		   const char *file, const void **entry)
{
	char first;
	int rc;

	*entry = ask_again(ask, name, id);
	if (*entry)
		return 0;
	if (is_failure(errno))
		return -errno;
	/* If the file is temporarily unreadable, a later NSS module that does not know the entry
	 * hides the error, so read the first byte of the file. EFBIG: the file is not empty. */
	rc = (int)file_read_at(AT_FDCWD, file, &first, sizeof(first));
	if (rc != 0 && rc != -EFBIG)
		return rc == -ENOENT ? 0 : rc;
	*entry = ask_again(ask, name, id);
	return 0;
}

int account_passwd(const char *name, uid_t uid, const struct passwd **pw)
{
	const void *entry;
	int rc = look_up(ask_passwd, name, uid, "/etc/passwd", &entry);

	*pw = entry;
	return rc;
}

int account_grp(const char *name, gid_t gid, const struct group **gr)
{
	const void *entry;
	int rc = look_up(ask_group, name, gid, "/etc/group", &entry);

	*gr = entry;
	return rc;
}

static bool is_name(const char *s)
{
	return s[0] != '\0' && !(s[0] >= '0' && s[0] <= '9');
}

int account_user(const char *s, uid_t *uid, struct nserr *e)
{
	const struct passwd *pw = NULL;
	int rc = 0;

	if (num_id(s, uid) == 0)
		return 0;
	if (is_name(s))
		rc = account_passwd(s, 0, &pw);
	if (rc < 0)
		return nserr_set(e, rc, "cannot look up user '%s'", s);
	if (!pw)
		return nserr_set(e, 0, "unknown user '%s'", s);
	*uid = pw->pw_uid;
	return 0;
}

int account_group(const char *s, gid_t *gid, struct nserr *e)
{
	const struct group *gr = NULL;
	int rc = 0;

	if (num_id(s, gid) == 0)
		return 0;
	if (is_name(s))
		rc = account_grp(s, 0, &gr);
	if (rc < 0)
		return nserr_set(e, rc, "cannot look up group '%s'", s);
	if (!gr)
		return nserr_set(e, 0, "unknown group '%s'", s);
	*gid = gr->gr_gid;
	return 0;
}
