/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * name: reads and writes the names that users give with nsunshare --name. A name stands for one
 * run: an nsunshare command and the program that it executes. The reference name:NAME refers to the
 * process of this program.
 *
 * A run named NAME is described by the file NAME.json, one JSON object on one line, in /run/nsutils
 * or, for an ordinary user, in $XDG_RUNTIME_DIR/nsutils. The process that creates and removes this
 * file locks NAME.lock with flock(2). Before the program runs, the file has the name NAME.new.
 */
#ifndef NSU_NS_NAME_H
#define NSU_NS_NAME_H

#include <sys/stat.h>

#include "base/nserr.h"
#include "kernel/trustpath.h"

#define NSNAME_MAX 64

/* Describes the processes of a run. Numbers that are unknown are 0. Pids are relative to the pid
 * namespace pidns. */
struct nsname {
	pid_t pid;            /* pid of the program */
	pid_t init_pid;       /* pid of the init process that supervises the program, or 0 */
	pid_t supervisor_pid; /* pid of the nsunshare process that waits for the program, or 0 */
	uint64_t pidfd_inode; /* inode of a pidfd of the program (Linux 6.9) */
	/* start time of the program, in clock ticks after boot in the initial time namespace */
	uint64_t start;
	uint64_t pidns; /* inode of the pid namespace in which the pids are valid */
	char boot_id[40];
};

/* Returns true if the text can be a name: at most NSNAME_MAX letters, digits, '.', '_' and '-', of
 * which the first is a letter, a digit or '_'. */
bool nsname_is_valid(const char *name);

/*
 * Reads NAME.json, which must belong to the caller or to root, into *out. Ignores files of other
 * users, files that other users could replace, and files from an earlier boot. Returns 0, or a
 * negative errno with e set: -ENOENT if there is no such file, -EXDEV if the pids in the file
 * belong to another pid namespace than the caller's. The caller must verify the process with
 * nsname_is_process().
 */
int nsname_read(const char *name, struct nsname *out, struct nserr *e) must_check;

/* Returns true if the opened process is the program that n describes and has not ended. pidfd may
 * be -1. procfd is the /proc directory of the process. */
bool nsname_is_process(const struct nsname *n, int pidfd, int procfd);

/* Returns true if name:NAME can be used: NAME.json exists and the program has not ended. */
bool nsname_is_live(const char *name);

/* Fills n from the process n->pid, a descendant of the caller that has not been waited for. Returns
 * 0, or a negative errno with e set. */
int nsname_describe(struct nsname *n, struct nserr *e) must_check;

/* Parses the content of a file NAME.json and fills *out. Returns 0, or -EINVAL if the content is
 * invalid. */
int nsname_parse(const char *text, struct nsname *out) must_check;

/* A name that this process has reserved for a run. */
struct nsname_keep {
	const char *name;    /* the name, which is the caller's string and not copied */
	struct trustpath at; /* the path of NAME.json in the directory of the names */
	int lock, draft;     /* descriptors of NAME.lock and NAME.new, -1 if not open */
	bool published;      /* this process has created NAME.json and must remove it */
	struct stat file, lock_file;
};

#define NSNAME_KEEP_INIT ((struct nsname_keep){ .at = TRUSTPATH_INIT, .lock = -1, .draft = -1 })

/*
 * nsname_reserve() creates NAME.lock and NAME.new, and locks NAME.lock, so that no other process
 * can reserve the same name. It replaces the files of a killed nsunshare. nsname_publish() writes
 * NAME.json. nsname_release() removes all files that these functions have created, and frees k. All
 * three return 0, or a negative errno with e set: -EBUSY if another run has the name.
 */
int nsname_reserve(struct nsname_keep *k, const char *name, struct nserr *e) must_check;
int nsname_publish(struct nsname_keep *k, const struct nsname *n, struct nserr *e) must_check;
int nsname_release(struct nsname_keep *k, struct nserr *e) must_check;

/*
 * Sets dirs to the directories that contain the files NAME.json: dirs[0] to the caller's directory,
 * and dirs[1] to root's directory or, if both are the same, to NULL. The caller frees both strings.
 * Returns 0, -ENOMEM, or the error of reading the caller's user namespace, which decides for root
 * which directory is the caller's.
 */
int nsname_dirs(char *dirs[2]) must_check;

#endif
