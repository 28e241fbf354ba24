// SPDX-License-Identifier: GPL-2.0-or-later
/* unit-program: a program like those of tests/unit, for the tests of in-directory.sh. */
#include <sys/stat.h>

#include "../unit/unit.h"

static void signals_of_the_terminal_are_not_ignored(void)
{
	struct sigaction at_int, at_quit;

	CHECK(sigaction(SIGINT, NULL, &at_int) == 0 && at_int.sa_handler == SIG_DFL);
	CHECK(sigaction(SIGQUIT, NULL, &at_quit) == 0 && at_quit.sa_handler == SIG_DFL);
}

/* Prints the path of its directory. If the variable WAITS is set, then waits for a signal. */
static void executes_a_file_in_its_directory(void)
{
	char dir[UNIT_DIR_SIZE], file[UNIT_PATH_SIZE];
	int fd = unit_directory(dir);

	unit_put(fd, "program", "#!/bin/sh\n");
	CHECK_INT(fchmodat(fd, "program", 0755, 0), 0);
	close(fd);
	snprintf(file, sizeof(file), "%s/program", dir);
	CHECK_INT(system(file), 0);
	printf("# %s\n", dir);
	if (getenv("WAITS"))
		pause();
	unit_remove(dir);
}

UNIT_MAIN(CASE(signals_of_the_terminal_are_not_ignored), CASE(executes_a_file_in_its_directory))
