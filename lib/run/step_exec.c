// SPDX-License-Identifier: GPL-2.0-or-later
/* step_exec: executes the program of a tool as the last step of its plan. */
#include "run/step_exec.h"

#include <unistd.h>

#include "run/exec.h"

/* If p has no program, sets p to the shell that $SHELL names, or to /bin/sh. Does not read
 * passwd(5), because the process may have entered a mount namespace with another passwd file. */
static void find_shell(struct program *p)
{
	if (p->argv && p->argv[0])
		return;
	exec_shell(NULL, &p->shell, p->shell_argv);
	p->argv = p->shell_argv;
}

const char *program_name(const struct program *p)
{
	struct program now = *p;

	find_shell(&now);
	return now.shell ? now.shell : now.argv[0];
}

static int run_exec(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct program now = *(const struct program *)s->arg;
	int rc;

	(void)ctx;
	find_shell(&now);
	rc = now.shell ? exec_file(now.shell, now.argv, e) : exec_program(now.argv, e);
	if (now.shell && now.new_root)
		execl("/bin/sh", "-sh", (char *)NULL);
	if (rc == -ENOENT && e && !e->hint[0] && (now.new_root || now.other_root))
		nserr_hint(e,
			   "install the program in the new root, or specify a program that exists "
			   "there");
	return rc;
}

static void show_exec(const void *ctx, const struct plan_step *s, struct buf *out)
{
	struct program now = *(const struct program *)s->arg;

	(void)ctx;
	find_shell(&now);
	buf_adds(out, "execute");
	if (now.shell && now.new_root) {
		buf_adds(out, " a shell");
		return;
	}
	if (now.shell)
		buf_printf(out, " %s as", now.shell);
	for (char *const *word = now.argv; *word; word++)
		buf_printf(out, " %s", *word);
}

const struct plan_kind step_exec = {
	.name = "exec",
	.call = "execve(2)",
	.run = run_exec,
	.show = show_exec,
	.brief = true,
};
