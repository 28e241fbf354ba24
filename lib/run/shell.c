// SPDX-License-Identifier: GPL-2.0-or-later
/* shell: finds the login shell of the caller. This is a separate file, because a static nsinit,
 * which always has a program, must not contain getpwuid(3) (see configure --enable-static-init). */
#include "base/account.h"
#include "run/exec.h"
#include "run/step_exec.h"

void program_find_shell(struct program *p)
{
	const struct passwd *pw = NULL;
	const char *shell = getenv("SHELL");

	if (p->argv && p->argv[0])
		return;
	if ((!shell || shell[0] != '/') && account_passwd(NULL, getuid(), &pw) < 0)
		pw = NULL;
	exec_shell(pw ? pw->pw_shell : NULL, &p->shell, p->shell_argv);
	p->argv = p->shell_argv;
}
