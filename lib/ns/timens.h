/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timens: parses, computes and checks the offsets of a time namespace (time_namespaces(7)). The
 * functions here do not open files; the functions of timens_proc.h do.
 *
 * An offset is the difference between a clock of the namespace and the clock of the *initial*
 * namespace, in nested namespaces, too: the kernel never adds the offset of the parent namespace.
 */
#ifndef NSU_NS_TIMENS_H
#define NSU_NS_TIMENS_H

#include <time.h>

#include "base/buf.h"
#include "base/nserr.h"
#include "ns/ref.h"

enum timens_clock { TIMENS_MONOTONIC, TIMENS_BOOTTIME, TIMENS_CLOCKS };

/* The names of the clocks as in /proc/PID/timens_offsets ("monotonic"), and their CLOCK_*
 * numbers. */
extern const char *const timens_names[TIMENS_CLOCKS];
extern const clockid_t timens_ids[TIMENS_CLOCKS];

/* The highest second that a clock of a time namespace may show: KTIME_SEC_MAX / 2 of the kernel. */
#define TIMENS_READ_MAX INT64_C(4611686018)

/* Offsets of the clocks from the clocks of the initial time namespace. tv_nsec is 0 to 999999999,
 * so -0.5 s is { -1, 500000000 }. */
struct timens {
	bool set[TIMENS_CLOCKS];
	struct timespec off[TIMENS_CLOCKS];
};

/* The requested time of one clock. */
enum timens_kind {
	TIMENS_UNSET,
	TIMENS_OFFSET,   /* "DURATION": the requested offset, as in unshare(1) */
	TIMENS_RELATIVE, /* "+DURATION" or "-DURATION": relative to a base clock */
	/* "=DURATION": the time that the clock must show at the anchor, see `anchor` in struct
	 * timens_now */
	TIMENS_READING,
	TIMENS_LIKE, /* "=@REF": the offset that another time namespace has */
};

/* The base of TIMENS_RELATIVE: the clock of the caller's namespace, or the clock of the initial
 * namespace. */
enum timens_base { TIMENS_BASE_OWN, TIMENS_BASE_INITIAL };

struct timens_want {
	enum timens_kind kind;
	bool minus;
	/* the parsed duration; if it is too long, a value that is out of range for every clock */
	struct timespec by;
	struct nsref like;
	const char *text; /* the argument of --boottime or --monotonic, for messages; borrowed */
};

/* The times of the clocks, all read at the same moment. */
struct timens_now {
	/* current times of the clocks in the initial time namespace */
	struct timespec initial[TIMENS_CLOCKS];
	struct timespec own[TIMENS_CLOCKS]; /* offsets of the caller's time namespace */
	/* times of the clocks in the initial time namespace at the anchor, which is the moment at
	 * which a clock must show the time of "=DURATION" */
	struct timespec anchor[TIMENS_CLOCKS];
};

/* Return the sum or the difference of two times, with tv_nsec in its valid range. The seconds of
 * both times must be below 2^62. */
struct timespec timens_add(struct timespec a, struct timespec b);
struct timespec timens_sub(struct timespec a, struct timespec b);

/* Parses s, the argument of --boottime or --monotonic, into *w. Returns 0, or -EINVAL with e set. w
 * borrows s. */
int timens_parse(const char *s, struct timens_want *w, struct nserr *e) must_check;

/* Does the same as timens_parse(), but names the option of clock c in the message of e. */
int timens_option(enum timens_clock c, const char *s, struct timens_want *w,
		  struct nserr *e) must_check;

/*
 * Sets *out to the offset that w requests for clock c. *like is used only for TIMENS_LIKE and is
 * the offset of the time namespace that w names. Returns 0, -ERANGE with e naming the allowed
 * interval, or -EINVAL with e set if w is TIMENS_UNSET.
 */
int timens_resolve(const struct timens_want *w, enum timens_clock c, enum timens_base base,
		   const struct timens_now *now, const struct timespec *like, struct timespec *out,
		   struct nserr *e) must_check;

/* Checks that the offsets that are set in t are in the range that the kernel allows. Returns 0, or
 * -ERANGE with e naming the allowed interval. */
int timens_check(const struct timens *t, const struct timens_now *now, struct nserr *e) must_check;

/*
 * Parses the n bytes at text, an offset stream, into *t: lines "CLOCK SECONDS NANOSECONDS" and `#`
 * comments. CLOCK is monotonic or boottime; one line per clock, at least one clock. Returns 0, or
 * -EINVAL with e naming the line.
 */
int timens_parse_stream(const char *text, size_t n, struct timens *t, struct nserr *e) must_check;

/* Appends to out a line for each clock that is set in t, in the format of offset streams and of
 * /proc/PID/timens_offsets. */
void timens_format(const struct timens *t, struct buf *out);

/* Appends ts to out in seconds, with a fraction if the fraction is not 0, such as "-0.5" or "857".
 * If plus is set, a number that is not negative begins with '+'. */
void timens_add_seconds(struct buf *out, struct timespec ts, bool plus);

#endif
