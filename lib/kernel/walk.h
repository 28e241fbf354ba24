/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * walk: visits all files of a directory tree. Each file is opened once, with O_PATH, below the
 * descriptor of its directory, and symbolic links are not followed. So a process that renames files
 * in the tree cannot make the walk leave the tree.
 */
#ifndef NSU_KERNEL_WALK_H
#define NSU_KERNEL_WALK_H

#include "base/buf.h"
#include "base/nserr.h"
#include "kernel/sys_stat.h"

struct walk;

enum walk_event {
	WALK_FILE,  /* event: a file of any type; a directory comes before its files */
	WALK_MOUNT, /* event: a mount point, which the walk skips */
	WALK_ERROR, /* event: a file or directory that cannot be opened or read */
};

/*
 * The function that walk_tree() calls for each event. fd and st are valid for WALK_FILE and
 * WALK_MOUNT, err is the negative errno of WALK_ERROR. The function returns 0, or a negative errno
 * that ends the walk.
 */
typedef int walk_visit(void *ctx, struct walk *w, enum walk_event event, int fd,
		       const struct statx *st, int err);

struct walk {
	bool cross; /* true if the walk must enter mount points; set by the caller */
	walk_visit *visit;
	void *ctx;

	/* private */
	struct walk_level *level; /* the open directories, from the top to the current directory */
	size_t n, size, open;
	const char *top, *name; /* name of the current file, NULL for the current directory */
	struct buf path;
};

#define WALK_INIT(visit_, ctx_) ((struct walk){ .visit = (visit_), .ctx = (ctx_) })

/*
 * Visits the directory fd (O_PATH, borrowed) and everything below it. top is the name of fd in
 * messages. A file that vanishes during the walk is skipped. Returns 0, the negative errno that
 * w->visit() returned, or a negative errno with e set: -ENOMEM, or -ESTALE if a directory was moved
 * so that the walk cannot continue.
 */
int walk_tree(struct walk *w, int fd, const char *top, struct nserr *e) must_check;

/* Returns the path of the current file for messages. The path is valid until the next call. */
const char *walk_path(struct walk *w);

#endif
