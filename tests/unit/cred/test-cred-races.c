// SPDX-License-Identifier: GPL-2.0-or-later
/* test-cred-races: runs the step of --as while another process replaces /etc/passwd (race.h). */
#include <stdio.h>
#include <sys/mount.h>

#include "../race.h"
#include "../sandbox.h"
#include "cred/as.h"

static struct nserr e;

/* Runs the step of --as for the user u. */
static int as(void)
{
	static char user[] = "u";
	struct cred c = { .as = user };
	const struct plan_step s = { .arg = &c };
	int rc;

	cred_as_prepare(&c);
	rc = cred_as.run(NULL, &s, &e);
	CHECK(rc < 0 || (c.uid == 7 && c.gid == 8));
	c.as = NULL;
	cred_free(&c);
	return rc;
}

static void replace_passwd(const char *in)
{
	static void (*const acts[])(int, const char *) = { race_fifo, race_file, race_directory,
							   race_move };

	(void)in;
	CHECK_INT(mount("t", "/etc", "tmpfs", 0, "mode=755"), 0);
	unit_put(AT_FDCWD, "/etc/group", "g:x:8:\n");
	/* without /proc, the path is opened again after the check */
	CHECK_INT(mount("t", "/proc", "tmpfs", 0, "mode=755"), 0);
	alarm(20);
	for (size_t i = 0; i < ARRAY_SIZE(acts); i++) {
		unit_put(AT_FDCWD, "/etc/passwd", "u:x:7:8::/:/bin/sh\n");
		CHECK_INT(as(), 0);
		race_begin("/etc/passwd", 1, acts[i]);
		CHECK_INT(as(), -ESTALE);
		race_end();
		CHECK_STR(e.what, "--as: cannot open '/etc/passwd' in the root directory");
		CHECK(remove("/etc/passwd") == 0 || errno == ENOENT);
	}
	alarm(0);
}

static void a_replaced_file_is_not_read(void)
{
	sandbox(0, replace_passwd);
}

UNIT_MAIN(CASE(a_replaced_file_is_not_read))
