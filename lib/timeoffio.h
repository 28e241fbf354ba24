/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timeoffio: offsets of time namespaces read, written and entered. */
#ifndef NSU_TIMEOFFIO_H
#define NSU_TIMEOFFIO_H

#include "timeoff.h"

/* The inode of the initial time namespace, PROC_TIME_INIT_INO of the kernel. */
#define TIMEOFF_INITIAL_INO UINT64_C(4026531834)

/*
 * /proc/PID/timens_offsets of a process (procfd: O_PATH of its /proc directory). It tells of the
 * namespace that its *children* will be in, which is its own but between unshare(2) and exec. Both
 * clocks are set. 0 or a negative errno with e set, as in all of these.
 */
int timeoff_read(int procfd, struct timeoff *t, struct nserr *e) must_check;

/*
 * The offsets of the time namespace that a process is in, and its inode (0: may not be seen, then
 * the offsets are those for its children). May enter that namespace, as timeoff_read_ns().
 */
int timeoff_read_process(const struct nsproc_ref *p, struct timeoff *t, uint64_t *inode,
			 struct nserr *e) must_check;

/*
 * The offsets of a time namespace by descriptor: asked of any process whose children it is for,
 * else by entering it, since the kernel tells them in no other way. The caller is then in it, and
 * it is frozen, which nobody could write to any more anyhow.
 */
int timeoff_read_ns(int ns, struct timeoff *t, struct nserr *e) must_check;

/*
 * Writes what is set in one write(2), to the namespace for the children of the process, and reads
 * it back. -EACCES when it is frozen, -EPERM without CAP_SYS_TIME in its owner.
 */
int timeoff_write(int procfd, const struct timeoff *t, struct nserr *e) must_check;

/* unshare(CLONE_NEWTIME) / entering what was unshared, without fork or exec (5.6). */
int timeoff_unshare(struct nserr *e) must_check;
int timeoff_enter(struct nserr *e) must_check;

/* All that the options of nstimeoffset and nsunshare can ask for. */
enum timeoff_anchor { TIMEOFF_ANCHOR_START, TIMEOFF_ANCHOR_NOW };
struct timeoff_request {
	struct timeoff_want want[TIMEOFF_CLOCKS];
	const char *stream; /* instead of both, or NULL */
	enum timeoff_base base;
	enum timeoff_anchor anchor;
};

/* Whether anything is asked for, and which anchor matters to it: without "=DUR" the start time of
 * no process need be read. */
bool timeoff_wanted(const struct timeoff_request *r);
enum timeoff_anchor timeoff_anchor(const struct timeoff_request *r);

/*
 * Looks at the clocks. procfd is that of the process that "=DUR" is anchored at, by its start time
 * (which the kernel gives in hundredths of a second, rounded down). Must be called before
 * unshare(CLONE_NEWTIME): afterwards the caller's own offsets cannot be read.
 */
int timeoff_look(enum timeoff_anchor anchor, int procfd, struct timeoff_now *now,
		 struct nserr *e) must_check;

/* The offsets to write: reads the stream or resolves both clocks, and checks the range. */
int timeoff_request_resolve(const struct timeoff_request *r, const struct timeoff_now *now,
			    struct timeoff *t, struct nserr *e) must_check;

#endif
