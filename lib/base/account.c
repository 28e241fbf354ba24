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

/* Looks up the name or, if name is NULL, the uid. Repeats the lookup after a signal has interrupted
 * it. Returns the entry, or NULL with errno set. */
static const struct passwd *ask_passwd(const char *name, uid_t uid)
{
	const struct passwd *pw;

	do {
		errno = 0;
		pw = name ? getpwnam(name) : getpwuid(uid);
	} while (!pw && errno == EINTR);
	return pw;
}

/* Like ask_passwd(), looks up a group. */
static const struct group *ask_group(const char *name, gid_t gid)
{
	const struct group *gr;

	do {
		errno = 0;
		gr = name ? getgrnam(name) : getgrgid(gid);
	} while (!gr && errno == EINTR);
	return gr;
}

/*
 * Checks if a lookup that found no entry has failed. err is the errno of the lookup, and file is
 * the file of the database. If the file is temporarily unreadable, a later NSS module that does not
 * know the entry hides the error, so this function reads the first byte of the file. Returns 0 if
 * the lookup must be repeated, -ENOENT if the file does not exist, or another negative errno if the
 * lookup has failed.
 */
static int check_lookup(int err, const char *file)
{
	char first;
	int rc;

	if (is_failure(err))
		return -err;
	rc = (int)file_read_at(AT_FDCWD, file, &first, sizeof(first));
	return rc == -EFBIG ? 0 : rc; /* EFBIG: the file is not empty */
}

int account_passwd(const char *name, uid_t uid, const struct passwd **pw)
{
	int rc;

	*pw = ask_passwd(name, uid);
	if (*pw)
		return 0;
	rc = check_lookup(errno, "/etc/passwd");
	if (rc == 0)
		*pw = ask_passwd(name, uid);
	return rc == -ENOENT ? 0 : rc;
}

int account_grp(const char *name, gid_t gid, const struct group **gr)
{
	int rc;

	*gr = ask_group(name, gid);
	if (*gr)
		return 0;
	rc = check_lookup(errno, "/etc/group");
	if (rc == 0)
		*gr = ask_group(name, gid);
	return rc == -ENOENT ? 0 : rc;
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
