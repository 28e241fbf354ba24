/* SPDX-License-Identifier: GPL-2.0-or-later */
/* each: declares the state of nsenter2 --each and its parts: references, jobs and output. */
#ifndef NSU_NSENTER2_EACH_H
#define NSU_NSENTER2_EACH_H

#include <poll.h>
#include <signal.h>

#include "nsenter2.h"

struct each_refs {
	/* the text that was read from standard input; the references in `ref` point into this
	 * text */
	char *text;
	struct nsref *ref;
	/* text that --prefix prints for the reference: its label or, without a label, the
	 * reference itself */
	const char **label;
	size_t n, size;
};

enum { OUT, ERR, STREAMS };

struct job {
	pid_t pid; /* pid of the running program, or 0 if the job is free */
	const struct nsref *ref;
	const char *label; /* text that --prefix prints before each line */
	/* only with --prefix: read ends of the pipes for the output of the program; otherwise -1 */
	int pipe[STREAMS];
	struct buf line[STREAMS];
};

struct each {
	const struct run *run; /* the options that apply to each run */
	struct each_refs refs;
	size_t next;
	struct job *jobs;
	/* the descriptors for poll(2): the signalfd, then the pipes of each job */
	struct pollfd *polled;
	unsigned n_jobs, running;
	size_t good;
	int worst;
	/* negative errno of the first failure to copy output, or 0 if there was none */
	int lost;
	bool simple;   /* the options select only namespaces, see job_is_simple() */
	int signals;   /* signalfd for SIGCHLD and for the signals that end nsenter2 */
	sigset_t mask; /* signal mask that nsenter2 inherited; restored for the programs */
	/* disposition of SIGCHLD that nsenter2 inherited; restored for the programs */
	void (*on_child)(int);
	int ended_by; /* signal that requested the end of nsenter2, or 0 */
};

/* Reads all references from standard input into refs and checks them, before any namespace is
 * entered. Ends the process if a reference is invalid, so that a mistake in the last reference is
 * reported before any program runs. */
void each_read(const struct opts *o, struct each_refs *refs);

/* Returns true if the options of r only select namespaces, so that the program may run in a
 * vfork(2) child. Must be called before resolve(), which looks up the names in the options. */
bool job_is_simple(const struct run *r);

/* Starts the program for the next reference as the given job, which must be free. If that fails,
 * prints a message, and the job stays free. */
void job_start(struct each *each, struct job *job);

/* Reads the available output from a pipe of the job, without blocking, and writes its complete
 * lines to the same stream of nsenter2. */
void job_read(struct each *each, struct job *job, int stream);

/* Copies the remaining output of a job whose program has ended, and closes its pipes. Later output
 * of its background processes is lost. */
void job_read_rest(struct each *each, struct job *job);

#endif
