// SPDX-License-Identifier: GPL-2.0-or-later
/* nsidmap: the verb mount, which creates an idmapped mount and attaches it or passes it to a
 * program. */
#include "idmap/mount.h"
#include "base/file.h"
#include "base/num.h"
#include "kernel/sys_mount.h"
#include "run/exec.h"
#include "verb.h"

enum { OPT_MAP = CLI_LONG, OPT_FD, OPT_RECURSIVE };

/* clang-format off */
static const struct cli_opt table[] = {
	{ OPT_MAP, "map", CLI_ARG, "<map>", "map the ids on disk to the ids in the new mount" },
	{ OPT_RECURSIVE, "recursive", CLI_NONE, NULL, "include all mounts below <source>" },
	{ OPT_FD, "fd", CLI_ARG, "<n>", "pass the mount to <program> as descriptor <n>" },
	{ 0 },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nsidmap mount",
	.synopsis = { "[options] --map <map> <source> <target>",
		      "[options] --map <map> --fd <n> <source> -- <program> [<arg>...]" },
	.purpose = "Mount a directory tree with mapped file owners.",
	.opts = table,
	.notes = "nsidmap forks to create a user namespace with the map.",
	.failed = CLI_EXIT_FAILED,
};

struct opts {
	const char *map;
	int fd; /* descriptor number for the program, or -1 to attach the mount to <target> */
	bool recursive;
};

static void parse(struct cli *c, struct words *w, struct opts *r, int *failed)
{
	for (int key; (key = verb_next(c, w)) >= 0;) {
		switch (key) {
		case OPT_MAP:
			r->map = c->arg;
			break;
		case OPT_FD:
			/* use the exit statuses of exec tools, because the verb runs a program */
			*failed = CLI_EXIT_OWN;
			if (num_int(c->arg, 3, 65535, &r->fd) < 0)
				cli_die_usage("--fd: invalid number '%s', expected 3 to 65535",
					      c->arg);
			break;
		case OPT_RECURSIVE:
			r->recursive = true;
		}
	}
	if (!r->map)
		cli_die_usage("missing --map");
	if (r->fd >= 0 && (w->n != 1 || !w->program))
		cli_die_usage("--fd requires '<source> -- <program>'");
	if (r->fd < 0 && w->n > 0 && w->program)
		cli_die_usage("unexpected argument '%s'", w->program[0]);
	if (r->fd < 0)
		verb_count(w, 2, 2, w->n == 0 ? " <source>" : " <target>");
}

/* Executes the program with the mount open as descriptor fd. */
static _Noreturn void run_with(int tree, int fd, char **program)
{
	struct nserr e = NSERR_INIT;
	int rc = 0;

	if (tree == fd)
		rc = fcntl(fd, F_SETFD, 0);
	else if (fcntl(fd, F_GETFD) >= 0)
		cli_die(0, "--fd: descriptor %d is in use", fd);
	else
		rc = dup2(tree, fd);
	if (rc < 0)
		cli_die(errno, "cannot use descriptor %d for the mount", fd);
	if (exec_program(program, &e) < 0)
		cli_die_nserr(&e);
	abort(); /* not reached */
}

int verb_mount(int argc, char **argv)
{
	struct opts r = { NULL, -1, false };
	cleanup_idmaps struct idmaps m = IDMAPS_INIT;
	struct nserr e = NSERR_INIT;
	struct cli_tool self = tool;
	struct words w = { 0 };
	struct cli c;
	int tree, rc;

	cli_init(&c, &self, argc, argv);
	parse(&c, &w, &r, &self.failed);
	map_load(r.map, &m);
	if (idmaps_check(&m, NULL, &e) < 0)
		cli_die_nserr(&e);
	tree = idmap_mount_tree(AT_FDCWD, w.v[0], r.recursive, &m, &e);
	if (tree == -ENOSYS && r.fd < 0)
		e.status = CLI_EXIT_UNSUPPORTED;
	if (tree < 0)
		cli_die_nserr(&e);
	if (r.fd >= 0)
		run_with(tree, r.fd, w.program);
	rc = sys_move_mount(tree, "", AT_FDCWD, w.v[1],
			    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS);
	if (rc < 0)
		cli_die(rc, "cannot mount on '%s'", w.v[1]);
	return 0;
}
