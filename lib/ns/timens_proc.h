/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timeoffio: offsets of time namespaces read, written and entered. */
#ifndef NSU_NS_TIMENS_PROC_H
#define NSU_NS_TIMENS_PROC_H

#include "ns/timens.h"

/* The inode of the initial time namespace, PROC_TIME_INIT_INO of the kernel. */
#define TIMENS_INITIAL_INO UINT64_C(4026531834)

/*
 * /proc/PID/timens_offsets of a process (procfd: O_PATH of its /proc directory). It tells of the
 * namespace that its *children* will be in, which is its own but between unshare(2) and exec. Both
 * clocks are set. 0 or a negative errno with e set, as in all of these.
 */
int timens_read(int procfd, struct timens *t, struct nserr *e) must_check;

/*
 * The offsets of the time namespace that a process is in, and its inode (0: may not be seen, then
 * the offsets are those for its children). May enter that namespace, as timens_read_ns().
 */
int timens_read_process(const struct nsref_process *p, struct timens *t, uint64_t *inode,
			struct nserr *e) must_check;

/*
 * The offsets of a time namespace by descriptor: asked of any process whose children it is for,
 * else by entering it, since the kernel tells them in no other way. The caller is then in it, and
 * it is frozen, which nobody could write to any more anyhow.
 */
int timens_read_ns(int ns, struct timens *t, struct nserr *e) must_check;

/*
 * Writes what is set in one write(2), to the namespace for the children of the process, and reads
 * it back. -EACCES when it is frozen, -EPERM without CAP_SYS_TIME in its owner.
 */
int timens_write(int procfd, const struct timens *t, struct nserr *e) must_check;

/* unshare(CLONE_NEWTIME) / entering what was unshared, without fork or exec (5.6). */
int timens_unshare(struct nserr *e) must_check;
int timens_enter(struct nserr *e) must_check;

/* All that the options of nstimeoffset and nsunshare can ask for. */
enum timens_anchor { TIMENS_ANCHOR_START, TIMENS_ANCHOR_NOW };
struct timens_request {
	struct timens_want want[TIMENS_CLOCKS];
	const char *stream; /* instead of both, or NULL */
	enum timens_base base;
	enum timens_anchor anchor;
};

/* Whether anything is asked for, and which anchor matters to it: without "=DUR" the start time of
 * no process need be read. */
bool timens_wanted(const struct timens_request *r);
enum timens_anchor timens_anchor(const struct timens_request *r);

/*
 * Looks at the clocks. procfd is that of the process that "=DUR" is anchored at, by its start time
 * (which the kernel gives in hundredths of a second, rounded down). Must be called before
 * unshare(CLONE_NEWTIME): afterwards the caller's own offsets cannot be read.
 */
int timens_look(enum timens_anchor anchor, int procfd, struct timens_now *now,
		struct nserr *e) must_check;

/* The offsets to write: reads the stream or resolves both clocks, and checks the range. */
int timens_request_resolve(const struct timens_request *r, const struct timens_now *now,
			   struct timens *t, struct nserr *e) must_check;

#endif
