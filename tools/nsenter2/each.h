/* SPDX-License-Identifier: GPL-2.0-or-later */
/* each: declares the state of --each and its parts: references, jobs and output. */
#ifndef NSU_NSENTER2_EACH_H
#define NSU_NSENTER2_EACH_H

#include <poll.h>
#include <signal.h>

#include "nsenter2.h"

struct each_refs {
	char *text; /* text of standard input; the references in ref point into this text */
	struct nsref *ref;
	const char *
		/* text that --prefix prints for the reference: its label, or its own text */
		*label;
	size_t n, size;
};

enum { OUT, ERR, STREAMS };

struct job {
	pid_t pid; /* pid of the program, or 0 if the job is free */
	const struct nsref *ref;
	const char *label; /* text that --prefix prints before each line */
	/* read ends of the pipes for the output of the program with --prefix, otherwise -1 */
	int pipe[STREAMS];
	struct buf line[STREAMS];
};

struct each {
	const struct run *run; /* the options for each run */
	struct each_refs refs;
	size_t next;
	struct job *jobs;
	struct pollfd *polled; /* the signalfd, then the pipes of each job */
	unsigned n_jobs, running;
	size_t good;
	int worst;
	int lost;              /* error of the first output that could not be copied */
	bool simple;           /* the options select only namespaces, see job_is_simple() */
	int signals;           /* signalfd of the signals that end nsenter2, and of SIGCHLD */
	sigset_t mask;         /* signal mask of the caller */
	void (*on_child)(int); /* action of SIGCHLD of the caller */
	int ended_by;          /* signal that ends nsenter2, or 0 */
};

/* Reads all references before a namespace is entered. Ends the process if a reference is invalid,
 * so that no program runs if the last reference has a mistake. */
void each_read(const struct opts *o, struct each_refs *refs);

/* Returns true if the options of r only select namespaces, so that the program may run in a
 * vfork(2) child. Must be called before anything is resolved. */
bool job_is_simple(const struct run *r);

/* Starts the program for the next reference in the free job. If that fails, prints a message and
 * leaves the job free. */
void job_start(struct each *each, struct job *job);

/* Reads the available output from a pipe of the job, without blocking, and writes its complete
 * lines. */
void job_read(struct each *each, struct job *job, int stream);

/* Reads and writes the remaining output of a job that has ended, and closes its pipes. Later output
 * of its background processes is lost. */
void job_read_rest(struct each *each, struct job *job);

#endif
