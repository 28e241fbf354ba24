// SPDX-License-Identifier: GPL-2.0-or-later
/* account: looks up users and groups in the passwd and group databases, through NSS. */
#include "base/account.h"

#include <fcntl.h>
#include <grp.h>

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

int account_passwd(const char *name, uid_t uid, const struct passwd **pw)
{
	int fd;

	*pw = ask_passwd(name, uid);
	if (*pw)
		return 0;
	if (is_failure(errno))
		return -errno;
	/* if /etc/passwd is temporarily unreadable, a later NSS module that does not know the user
	 * hides the error, so check the file itself */
	fd = file_open_at(AT_FDCWD, "/etc/passwd", O_RDONLY, 0);
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	close(fd);
	*pw = ask_passwd(name, uid);
	return 0;
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
	const struct group *gr;

	if (num_id(s, gid) == 0)
		return 0;
	do {
		errno = 0;
		gr = is_name(s) ? getgrnam(s) : NULL;
	} while (!gr && errno == EINTR);
	if (!gr && is_failure(errno))
		return nserr_set(e, errno, "cannot look up group '%s'", s);
	if (!gr)
		return nserr_set(e, 0, "unknown group '%s'", s);
	*gid = gr->gr_gid;
	return 0;
}
