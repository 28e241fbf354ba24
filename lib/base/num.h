/* SPDX-License-Identifier: GPL-2.0-or-later */
/* num: parses strict decimal numbers in a range. The tools parse all numbers in arguments and files
 * with these functions. */
#ifndef NSU_BASE_NUM_H
#define NSU_BASE_NUM_H

#include <sys/types.h>
#include <time.h>

#include "base/util.h"

/* highest pid: PID_MAX_LIMIT of a 64-bit kernel, see proc_sys_kernel(5) */
#define NUM_PID_MAX 4194304
/* highest valid uid or gid: setresuid(2) takes 2^32-1 to mean "no change", and the id map of a user
 * namespace cannot contain it */
#define NUM_ID_MAX  4294967294u

/*
 * All functions except num_duration() accept digits only: no blanks, prefixes, suffixes or signs
 * (except '-' in num_s64()). They return 0 and set *out, or return -EINVAL if s is not a number, or
 * -ERANGE if the number is below the minimum, above the maximum or too large for the type.
 */
int num_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out) must_check;
int num_s64(const char *s, int64_t min, int64_t max, int64_t *out) must_check;
int num_int(const char *s, int min, int max, int *out) must_check;

/* Parses a process id from 1 to NUM_PID_MAX into *out, with the return values of num_u64(). */
int num_pid(const char *s, pid_t *out) must_check;

/* Parses a uid or gid from 0 to NUM_ID_MAX into *out, with the return values of num_u64(). */
int num_id(const char *s, uint32_t *out) must_check;

/* Parses a descriptor number from 0 to INT_MAX into *out, with the return values of num_u64(). The
 * descriptor need not be open. */
int num_fd(const char *s, int *out) must_check;

/* Does the same as num_u64() with the n bytes at s, which need not end with NUL. */
int num_u64n(const char *s, size_t n, uint64_t min, uint64_t max, uint64_t *out) must_check;

/*
 * Parses a duration without sign: plain seconds ("90", ".5"), or units in descending order, each at
 * most once, such as "1d2h", "1.5s" or "500ms". The units are w d h m s ms us ns. The last part may
 * have a fraction. Returns 0 and sets *out, or returns -EINVAL if s is not a duration, or -ERANGE
 * if the duration exceeds 2^63-1 seconds or is more precise than one nanosecond.
 */
int num_duration(const char *s, struct timespec *out) must_check;

#endif
