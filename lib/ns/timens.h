/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timeoff: the offsets of a time namespace, time_namespaces(7): what a user asks for, the numbers
 * that follow from it, and whether the kernel would take them. Pure; timeoffio has the files.
 *
 * An offset is what a clock of the namespace is ahead of the *initial* one's, in nested namespaces
 * too: the kernel never adds the parent's.
 */
#ifndef NSU_NS_TIMENS_H
#define NSU_NS_TIMENS_H

#include <time.h>

#include "base/buf.h"
#include "base/nserr.h"
#include "ns/ref.h"

enum timens_clock { TIMENS_MONOTONIC, TIMENS_BOOTTIME, TIMENS_CLOCKS };

/* "monotonic", as in /proc/PID/timens_offsets, and its CLOCK_* number. */
extern const char *const timens_names[TIMENS_CLOCKS];
extern const clockid_t timens_ids[TIMENS_CLOCKS];

/* The highest second that a clock may read inside: KTIME_SEC_MAX / 2 of the kernel. */
#define TIMENS_READ_MAX INT64_C(4611686018)

/* Offsets from the initial namespace; tv_nsec is 0 to 999999999, so -0.5 s is { -1, 500000000 }. */
struct timens {
	bool set[TIMENS_CLOCKS];
	struct timespec off[TIMENS_CLOCKS];
};

/* What is asked for one clock. */
enum timens_kind {
	TIMENS_UNSET,
	TIMENS_OFFSET,   /* "DUR": the offset itself, as unshare(1) has it */
	TIMENS_RELATIVE, /* "+DUR", "-DUR": from what the base reads */
	TIMENS_READING,  /* "=DUR": what the clock reads at the anchor */
	TIMENS_LIKE,     /* "=@REF": what it reads there */
};

/* From where TIMENS_RELATIVE counts. */
enum timens_base { TIMENS_BASE_OWN, TIMENS_BASE_INITIAL };

struct timens_want {
	enum timens_kind kind;
	bool minus;
	struct timespec by; /* duration, cut at what is out of range for any clock */
	struct nsref like;
	const char *text; /* as written, borrowed: for messages */
};

/* The clocks at one moment. */
struct timens_now {
	struct timespec initial[TIMENS_CLOCKS]; /* what the initial namespace's clocks read */
	struct timespec own[TIMENS_CLOCKS];     /* the offsets of the caller's own namespace */
	struct timespec anchor[TIMENS_CLOCKS];  /* initial clocks at the moment of "=DUR" */
};

/* Sum and difference, normalised. The seconds of both must be below 2^62. */
struct timespec timens_add(struct timespec a, struct timespec b);
struct timespec timens_sub(struct timespec a, struct timespec b);

/* Parses T of --boottime and --monotonic. 0 or -EINVAL with e set. w borrows s. */
int timens_parse(const char *s, struct timens_want *w, struct nserr *e) must_check;

/* The same for the option of clock c, which e then names. */
int timens_option(enum timens_clock c, const char *s, struct timens_want *w,
		  struct nserr *e) must_check;

/*
 * The offset of clock c that w asks for, into *out; TIMENS_LIKE takes *like, which is what the
 * other namespace has. 0, or -ERANGE with e set to a sentence that names the allowed interval.
 */
int timens_resolve(const struct timens_want *w, enum timens_clock c, enum timens_base base,
		   const struct timens_now *now, const struct timespec *like, struct timespec *out,
		   struct nserr *e) must_check;

/* Whether the kernel would take the offsets that are set: 0 or -ERANGE, likewise. */
int timens_check(const struct timens *t, const struct timens_now *now, struct nserr *e) must_check;

/*
 * Parses an offset stream: "monotonic|boottime SECS NSECS" a line, each clock at most once, at
 * least one of them, `#` comments. 0 or -EINVAL with e naming the line.
 */
int timens_parse_stream(const char *text, size_t n, struct timens *t, struct nserr *e) must_check;

/* Adds the clocks that are set as a stream, which is also what the kernel takes. */
void timens_format(const struct timens *t, struct buf *out);

/* Adds ts as seconds with the fraction it has: "-0.5", "857", with a "+" where plus is. */
void timens_add_seconds(struct buf *out, struct timespec ts, bool plus);

#endif
