/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nsenter2: what the options ask for, and what is held for it. */
#ifndef NSU_NSENTER2_H
#define NSU_NSENTER2_H

#include "cli.h"
#include "nsjoin.h"
#include "nsref.h"
#include "plan.h"
#include "pty.h"
#include "supervise.h"

/* A directory option: unset, a directory of ours by path, or that of the target. */
enum dir_from { DIR_UNSET, DIR_PATH, DIR_TARGET };

struct dir_opt {
	enum dir_from from;
	const char *path;
	int fd; /* held from before entering, or -1 */
};

struct id_opt {
	bool set;
	uid_t id;
};

struct each_opt {
	bool on;
	bool prefix;
	bool nul; /* references end with NUL, not with newline */
	unsigned parallel;
};

struct nsenter2 {
	/* what the options say */
	const char *target;
	struct nsref ref;                /* of target */
	uint64_t types;                  /* CLONE_NEW* asked for by name */
	const char *files[NSTYPE_COUNT]; /* their =FILE */
	int net_socket;                  /* descriptor of the target, or -1 */
	bool all;
	bool user_parent;
	bool no_fork;
	bool explain;
	bool preserve;
	bool pty;
	struct id_opt uid, gid;
	struct dir_opt root, wd;
	const char *wdns;
	struct each_opt each;
	char **argv; /* the program; [0] is NULL for a shell */
	/* what is held */
	struct nsjoin join;
	struct supervise supervise;
	struct pty_relay relay;
	int slave;
};

/* Fills n from the command line; ends the process when it is wrong. */
void opts_parse(struct nsenter2 *n, int argc, char **argv);

/* Opens what --target names. 0 or a negative errno with e set. */
int target_open(struct nsenter2 *n, struct nserr *e) must_check;

/* Opens everything else that the options name, of the opened target or not, and decides what is
 * entered. Changes nothing of this process. 0 or a negative errno with e set. */
int target_hold(struct nsenter2 *n, struct nserr *e) must_check;

/* Whether the program runs as a child. */
bool steps_fork(const struct nsenter2 *n);

/* The steps, in their order, for a target that is held. */
void steps_add(struct nsenter2 *n, struct plan *p);

/* Does it, for a target that is opened: explains, or becomes the program, or ends as it does. */
_Noreturn void run_target(struct nsenter2 *n);

/* Reads references from standard input and runs the program for each. The exit status. */
int each_run(struct nsenter2 *n);

#endif
