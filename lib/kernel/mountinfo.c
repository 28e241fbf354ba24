// SPDX-License-Identifier: GPL-2.0-or-later
/* mountinfo: parses the lines of proc_pid_mountinfo(5). */
#include "kernel/mountinfo.h"

#include <fcntl.h>

#include "base/file.h"
#include "base/num.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_stat.h"

#define MOUNTINFO_MAX (256u << 20) /* enough for 400,000 mounts with 600 bytes each */

void mountinfo_take(struct mountinfo *m, char *text)
{
	m->text = m->at = text;
}

int mountinfo_read_at(struct mountinfo *m, int dirfd, const char *path)
{
	/* in an untrusted root directory, the file may be a FIFO; O_NONBLOCK prevents open(2) from
	 * blocking */
	cleanup_fd int fd = file_open_at(dirfd, path, O_RDONLY | O_NONBLOCK, 0);
	char *text;
	ssize_t n = fd < 0 ? fd : file_slurp(fd, MOUNTINFO_MAX, &text);

	if (n < 0)
		return (int)n;
	mountinfo_take(m, text);
	return 0;
}

int mountinfo_read(struct mountinfo *m, struct nserr *e)
{
	int rc = mountinfo_read_at(m, AT_FDCWD, "/proc/self/mountinfo");

	return rc < 0 ? nserr_set(e, rc, "cannot read /proc/self/mountinfo") : 0;
}

void mountinfo_free(struct mountinfo *m)
{
	free(m->text);
	*m = MOUNTINFO_INIT;
}

/* Decodes octal escapes such as \040 in place. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' &&
		    s[3] >= '0' && s[3] <= '7') {
			*to++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

/* Parses "ID PARENT MAJOR:MINOR ROOT TARGET OPTIONS TAG:N… - FSTYPE SOURCE SUPER". Returns false if
 * the line is invalid. */
static bool parse(char *text, struct mountinfo_line *line)
{
	char *field[10], *rest = text, *word;
	size_t n = 0;

	line->shared = line->unbindable = false;
	while (n < ARRAY_SIZE(field) && (word = strsep(&rest, " "))) {
		if (n == 6 && !streq(word, "-")) {
			line->shared |= str_after(word, "shared:") != NULL;
			line->unbindable |= streq(word, "unbindable");
			continue;
		}
		field[n++] = word;
	}
	if (n < ARRAY_SIZE(field) || num_int(field[0], 0, INT32_MAX, &line->id) < 0 ||
	    num_int(field[1], 0, INT32_MAX, &line->parent) < 0)
		return false;
	unescape(field[3]);
	unescape(field[4]);
	unescape(field[8]);
	line->device = field[2];
	line->root = field[3];
	line->target = field[4];
	line->options = field[5];
	line->fstype = field[7];
	line->source = field[8];
	line->super = field[9];
	return true;
}

bool mountinfo_next(struct mountinfo *m, struct mountinfo_line *line)
{
	char *text;

	while (m->at && *m->at) {
		text = strsep(&m->at, "\n");
		if (parse(text, line))
			return true;
	}
	return false;
}

bool mountinfo_find(struct mountinfo *m, int id, struct mountinfo_line *line)
{
	if (id < 0 || mountinfo_read(m, NULL) < 0)
		return false;
	while (mountinfo_next(m, line))
		if (line->id == id)
			return true;
	return false;
}

bool mountinfo_is_locked(int fd)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line line;

	return sys_ns_in_userns() > 0 && mountinfo_find(&m, mountinfo_id_of_fd(fd), &line) &&
	       !line.unbindable;
}

bool mountinfo_has_option(const char *options, const char *word)
{
	size_t n = strlen(word);

	for (const char *s = options; s; s = strchr(s, ',') ? strchr(s, ',') + 1 : NULL)
		if (strncmp(s, word, n) == 0 && (s[n] == '\0' || s[n] == ','))
			return true;
	return false;
}

static int id_at(int dirfd, const char *path, int flags)
{
	struct statx st;

	if (statx(dirfd, path, flags | AT_STATX_DONT_SYNC, STATX_MNT_ID, &st) < 0)
		return -errno;
	return st.stx_mask & STATX_MNT_ID ? (int)st.stx_mnt_id : -EOPNOTSUPP;
}

int mountinfo_id_of(const char *path)
{
	return id_at(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW);
}

int mountinfo_id_of_fd(int fd)
{
	return id_at(fd, "", AT_EMPTY_PATH);
}
