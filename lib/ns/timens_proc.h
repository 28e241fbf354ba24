/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timens_proc: reads and writes the offsets of time namespaces, and enters time namespaces. */
#ifndef NSU_NS_TIMENS_PROC_H
#define NSU_NS_TIMENS_PROC_H

#include "ns/timens.h"

/* The inode of the initial time namespace, PROC_TIME_INIT_INO of the kernel. */
#define TIMENS_INITIAL_INO UINT64_C(4026531834)

/*
 * Reads /proc/PID/timens_offsets into *t. procfd is an O_PATH descriptor of the /proc directory of
 * a process. The file contains the offsets of the time namespace that children of the process will
 * be in. The process itself is in a different time namespace only between unshare(2) and execve(2).
 * Sets the offsets of both clocks. Returns 0, or a negative errno with e set.
 */
int timens_read(int procfd, struct timens *t, struct nserr *e) must_check;

/*
 * Sets *t to the offsets and *inode to the inode of the time namespace that a process is in. If the
 * link ns/time cannot be read, *inode is 0 and the offsets are those of the namespace for its
 * children. May enter the namespace, as timens_read_ns() does. Returns 0, or a negative errno with
 * e set.
 */
int timens_read_process(const struct nsref_process *p, struct timens *t, uint64_t *inode,
			struct nserr *e) must_check;

/*
 * Reads the offsets of a time namespace into *t from the /proc directory of a process whose
 * children will be in the namespace. If no such process exists, enters the namespace, because the
 * kernel has no other way to read its offsets. The caller then stays in the namespace, and no
 * process can write its offsets any more. This is harmless, because without such a process the
 * offsets could not be written before either. Returns 0, or a negative errno with e set.
 */
int timens_read_ns(int ns, struct timens *t, struct nserr *e) must_check;

/*
 * Sets the offsets of the time namespace for the children of the process: writes those offsets that
 * are set in t, by one write(2), and reads them back. Returns 0, or a negative errno with e set:
 * -EACCES if the offsets cannot be changed any more, because a process has entered the namespace;
 * -EPERM without CAP_SYS_TIME in the user namespace that owns the time namespace.
 */
int timens_write(int procfd, const struct timens *t, struct nserr *e) must_check;

/*
 * timens_unshare() creates a time namespace for the children with unshare(CLONE_NEWTIME).
 * timens_enter() moves the caller into this namespace without fork or exec (Linux 5.6). Both return
 * 0, or a negative errno with e set.
 */
int timens_unshare(struct nserr *e) must_check;
int timens_enter(struct nserr *e) must_check;

/* The clock settings that the options of nstimeoffset or nsunshare request. */
enum timens_anchor { TIMENS_ANCHOR_START, TIMENS_ANCHOR_NOW };
struct timens_request {
	struct timens_want want[TIMENS_CLOCKS];
	/* name of the file from which the offsets are read; NULL if they are in `want` */
	const char *stream;
	enum timens_base base;
	enum timens_anchor anchor;
};

/* Returns true if the request sets a clock, by `want` or by the offsets in a file. */
bool timens_wanted(const struct timens_request *r);

/* Returns the anchor for timens_look(): r->anchor if the request has "=DURATION", and
 * TIMENS_ANCHOR_NOW if not, because only "=DURATION" needs the start time of a process. */
enum timens_anchor timens_anchor(const struct timens_request *r);

/*
 * Reads the clocks into *now. With TIMENS_ANCHOR_START, the anchor of "=DURATION" is the start time
 * of the process procfd, which the kernel rounds down to hundredths of a second. Must be called
 * before unshare(CLONE_NEWTIME): afterwards the offsets of the caller's own namespace cannot be
 * read. Returns 0, or a negative errno with e set.
 */
int timens_look(enum timens_anchor anchor, int procfd, struct timens_now *now,
		struct nserr *e) must_check;

/* Sets *t to the offsets that r requests: reads them from the file r->stream, or computes them from
 * r->want, and checks their range. Returns 0, or a negative errno with e set. */
int timens_request_resolve(const struct timens_request *r, const struct timens_now *now,
			   struct timens *t, struct nserr *e) must_check;

#endif
