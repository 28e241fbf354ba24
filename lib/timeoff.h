/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timeoff: the offsets of a time namespace, time_namespaces(7): what a user asks for, the numbers
 * that follow from it, and whether the kernel would take them. Pure; timeoffio has the files.
 *
 * An offset is what a clock of the namespace is ahead of the *initial* one's, in nested namespaces
 * too: the kernel never adds the parent's.
 */
#ifndef NSU_TIMEOFF_H
#define NSU_TIMEOFF_H

#include <time.h>

#include "buf.h"
#include "nserr.h"
#include "nsref.h"

enum timeoff_clock { TIMEOFF_MONOTONIC, TIMEOFF_BOOTTIME, TIMEOFF_CLOCKS };

/* "monotonic", as in /proc/PID/timens_offsets, and its CLOCK_* number. */
extern const char *const timeoff_names[TIMEOFF_CLOCKS];
extern const clockid_t timeoff_ids[TIMEOFF_CLOCKS];

/* The highest second that a clock may read inside: KTIME_SEC_MAX / 2 of the kernel. */
#define TIMEOFF_READ_MAX INT64_C(4611686018)

/* Offsets from the initial namespace; tv_nsec is 0 to 999999999, so -0.5 s is { -1, 500000000 }. */
struct timeoff {
	bool set[TIMEOFF_CLOCKS];
	struct timespec off[TIMEOFF_CLOCKS];
};

/* What is asked for one clock. */
enum timeoff_kind {
	TIMEOFF_UNSET,
	TIMEOFF_OFFSET,   /* "DUR": the offset itself, as unshare(1) has it */
	TIMEOFF_RELATIVE, /* "+DUR", "-DUR": from what the base reads */
	TIMEOFF_READING,  /* "=DUR": what the clock reads at the anchor */
	TIMEOFF_LIKE,     /* "=@REF": what it reads there */
};

/* From where TIMEOFF_RELATIVE counts. */
enum timeoff_base { TIMEOFF_BASE_OWN, TIMEOFF_BASE_INITIAL };

struct timeoff_want {
	enum timeoff_kind kind;
	bool minus;
	struct timespec by; /* duration, cut at what is out of range for any clock */
	struct nsref like;
	const char *text; /* as written, borrowed: for messages */
};

/* The clocks at one moment. */
struct timeoff_now {
	struct timespec initial[TIMEOFF_CLOCKS]; /* what the initial namespace's clocks read */
	struct timespec own[TIMEOFF_CLOCKS];     /* the offsets of the caller's own namespace */
	struct timespec anchor[TIMEOFF_CLOCKS];  /* initial clocks at the moment of "=DUR" */
};

/* Sum and difference, normalised. The seconds of both must be below 2^62. */
struct timespec timeoff_add(struct timespec a, struct timespec b);
struct timespec timeoff_sub(struct timespec a, struct timespec b);

/* Parses T of --boottime and --monotonic. 0 or -EINVAL with e set. w borrows s. */
int timeoff_parse(const char *s, struct timeoff_want *w, struct nserr *e) must_check;

/* The same for the option of clock c, which e then names. */
int timeoff_option(enum timeoff_clock c, const char *s, struct timeoff_want *w,
		   struct nserr *e) must_check;

/*
 * The offset of clock c that w asks for, into *out; TIMEOFF_LIKE takes *like, which is what the
 * other namespace has. 0, or -ERANGE with e set to a sentence that names the allowed interval.
 */
int timeoff_resolve(const struct timeoff_want *w, enum timeoff_clock c, enum timeoff_base base,
		    const struct timeoff_now *now, const struct timespec *like,
		    struct timespec *out, struct nserr *e) must_check;

/* Whether the kernel would take the offsets that are set: 0 or -ERANGE, likewise. */
int timeoff_check(const struct timeoff *t, const struct timeoff_now *now,
		  struct nserr *e) must_check;

/*
 * Parses an offset stream: "monotonic|boottime SECS NSECS" a line, each clock at most once, at
 * least one of them, `#` comments. 0 or -EINVAL with e naming the line.
 */
int timeoff_parse_stream(const char *text, size_t n, struct timeoff *t, struct nserr *e) must_check;

/* Adds the clocks that are set as a stream, which is also what the kernel takes. */
void timeoff_format(const struct timeoff *t, struct buf *out);

/* Adds ts as seconds with the fraction it has: "-0.5", "857", with a "+" where plus is. */
void timeoff_add_seconds(struct buf *out, struct timespec ts, bool plus);

#endif
