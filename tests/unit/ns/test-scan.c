// SPDX-License-Identifier: GPL-2.0-or-later
/* test-scan: lists numbered entries of a directory. */
#include "ns/scan.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "../unit.h"

static const char *const names[] = { "7", "12", "2147", "0", "x", "3x", "-1", "99999999999" };

/* Creates a directory with the names as subdirectories. Returns its descriptor. */
static int make_directory(char path[static UNIT_DIR_SIZE])
{
	int fd = unit_directory(path);

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		CHECK_INT(mkdirat(fd, names[i], 0700), 0);
	return fd;
}

static void lists_only_names_that_are_numbers(void)
{
	char path[UNIT_DIR_SIZE];
	int fd = make_directory(path), sum = 0;
	struct scan s = { 0 };

	CHECK_INT(scan_dir(fd, ".", 0, &s), 0);
	CHECK_INT(s.n, 4);
	for (size_t i = 0; i < s.n; i++)
		sum += s.id[i];
	CHECK_INT(sum, 7 + 12 + 2147);
	/* a second scan must replace the numbers of the first scan */
	CHECK_INT(scan_dir(fd, "12", 0, &s), 0);
	CHECK_INT(s.n, 0);
	scan_free(&s);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		CHECK_INT(unlinkat(fd, names[i], AT_REMOVEDIR), 0);
	close(fd);
	rmdir(path);
}

static void fails_if_the_directory_does_not_exist(void)
{
	struct scan s = { 0 };
	int rc = scan_dir(AT_FDCWD, "/proc/0/task", 0, &s);

	CHECK_INT(rc, -ENOENT);
	CHECK_INT(s.n, 0);
	CHECK(scan_gone(rc) && scan_gone(-ESRCH) && !scan_gone(-EACCES));
}

UNIT_MAIN(CASE(lists_only_names_that_are_numbers), CASE(fails_if_the_directory_does_not_exist))
