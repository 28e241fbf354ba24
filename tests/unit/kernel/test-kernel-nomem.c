// SPDX-License-Identifier: GPL-2.0-or-later
/* test-kernel-nomem: makes each memory allocation of functions in lib/kernel and lib/base fail
 * (nomem.h). */
#include <fcntl.h>
#include <sys/stat.h>

#include "../nomem.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/passwd.h"
#include "kernel/mountinfo.h"
#include "kernel/trustpath.h"
#include "kernel/walk.h"

static struct nserr e;

static int try_buf(void)
{
	struct buf b = BUF_INIT;
	bool right;
	int rc;

	buf_adds(&b, "word");
	for (int i = 0; i < 300; i++)
		buf_printf(&b, " %d", i);
	rc = b.err;
	/* a failure leaves the text as it was, and nothing is appended afterwards */
	right = rc < 0 ? b.len < 4 || memcmp(b.s, "word", 4) == 0 : b.len > 1000;
	buf_free(&b);
	return right ? rc : 1;
}

static int try_slurp(void)
{
	cleanup_fd int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	cleanup_free char *text = NULL;
	ssize_t n = file_slurp(fd, 1 << 20, &text);

	return n < 0 ? (int)n : n > 0 ? 0 : 1;
}

static int try_mountinfo(void)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line line;
	int rc = mountinfo_read(&m, &e);

	return rc < 0 ? rc : mountinfo_next(&m, &line) ? 0 : 1;
}

static int try_user(void)
{
	static const char text[] = "a:x:1:2::/a:/bin/a\n";
	struct passwd_user u = PASSWD_USER_INIT;
	unsigned line;
	int rc = passwd_find_user(text, strlen(text), "a", 0, &u, &line);

	/* after a failure, no field remains */
	if (rc < 0)
		return u.name || u.home || u.shell ? 1 : rc;
	passwd_user_free(&u);
	return rc == 1 ? 0 : 1;
}

static int try_groups(void)
{
	static const char text[] = "a:x:1:u\nb:x:2:u\nc:x:3:u\n";
	gid_t *gids = NULL;
	size_t n = 0;
	int rc = passwd_groups_of(text, strlen(text), "u", 9, &gids, &n);

	free(gids);
	return rc < 0 ? rc : n == 4 ? 0 : 1;
}

/* Resolves a path with a symbolic link, in the working directory. */
static int try_resolve(void)
{
	struct trustpath t = TRUSTPATH_INIT;
	int rc = trustpath_resolve("link/new", TRUSTPATH_DIRS, &t, &e);
	bool right = rc < 0 ? t.dir == -1 && !t.name : streq(t.name, "new");

	trustpath_free(&t);
	return right ? rc : 1;
}

static int count(void *ctx, struct walk *w, enum walk_event event, int fd, const struct statx *st,
		 int err)
{
	unsigned *files = ctx;

	(void)w;
	(void)fd;
	(void)st;
	(void)err;
	*files += event == WALK_FILE;
	return 0;
}

/* Visits ., link, d and d/file. */
static int try_walk(void)
{
	cleanup_fd int fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	unsigned files = 0;
	struct walk w = WALK_INIT(count, &files);
	int rc = walk_tree(&w, fd, ".", &e);

	return rc < 0       ? (strstr(e.what, "cannot read the directory tree") ? rc : 1)
	       : files == 4 ? 0
			    : 1;
}

static void a_failed_allocation_is_reported(void)
{
	static const struct {
		const char *name;
		int (*try)(void);
	} all[] = {
		{ "buf_printf", try_buf },           { "file_slurp", try_slurp },
		{ "mountinfo_read", try_mountinfo }, { "passwd_find_user", try_user },
		{ "passwd_groups_of", try_groups },  { "trustpath_resolve", try_resolve },
		{ "walk_tree", try_walk },
	};
	char dir[UNIT_DIR_SIZE];
	int fd = unit_directory(dir);

	CHECK_INT(fchdir(fd), 0);
	close(fd);
	unit_file(AT_FDCWD, "d/file", "");
	CHECK_INT(symlink("d", "link"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		nomem_all(all[i].name, all[i].try);
	CHECK_INT(chdir("/"), 0);
	unit_remove(dir);
}

UNIT_MAIN(CASE(a_failed_allocation_is_reported))
