/* SPDX-License-Identifier: GPL-2.0-or-later */
/* each: declares the state of a run of --each and its parts: references, jobs, output. */
#ifndef NSU_NSENTER2_EACH_H
#define NSU_NSENTER2_EACH_H

#include <poll.h>
#include <signal.h>

#include "nsenter2.h"

struct each_refs {
	char *text; /* of standard input; ref points into it */
	struct nsref *ref;
	size_t n, size;
};

enum { OUT, ERR, STREAMS };

struct job {
	pid_t pid; /* 0: free */
	const struct nsref *ref;
	int pipe[STREAMS]; /* read ends of its output with --prefix, otherwise -1 */
	struct buf line[STREAMS];
};

struct each {
	const struct run *run; /* the template of each run */
	struct each_refs refs;
	size_t next;
	struct job *jobs;
	struct pollfd *polled; /* signals, and the pipes of each job */
	unsigned n_jobs, running;
	size_t good;
	int worst;
	int lost;              /* error of the first output that could not be copied */
	bool simple;           /* only options that select namespaces: see job_start() */
	int signals;           /* signalfd */
	sigset_t mask;         /* the caller's */
	void (*on_child)(int); /* the caller's SIGCHLD */
	int ended_by;          /* the signal that ends nsenter2, or 0 */
};

/* Reads all references before the first is entered. Ends the process if one is invalid, so that a
 * mistake in the last reference runs nothing. */
void each_read(const struct opts *o, struct each_refs *refs);

/* Returns true if the options of r select only namespaces, so that the program could run in a
 * vfork(2) child. Call it before anything is resolved. */
bool job_is_simple(const struct run *r);

/* Starts the program for the next reference as the job. Prints a message and leaves the job free if
 * that fails. */
void job_start(struct each *each, struct job *job);

/* Reads the output that a stream of the job has, without blocking, and writes its whole lines. */
void job_read(struct each *each, struct job *job, int stream);

/* Reads and writes the remaining output of a job that has ended, and closes its pipes. Nobody reads
 * later output of its background processes. */
void job_read_rest(struct each *each, struct job *job);

#endif
