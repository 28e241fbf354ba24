/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nstimeoffset: declares the command line, the data of the tool (struct run), and the functions
 * that the files of the tool share. */
#ifndef NSU_NSTIMEOFFSET_H
#define NSU_NSTIMEOFFSET_H

#include "common/cli.h"
#include "ns/timens_proc.h"
#include "run/handle.h"
#include "run/step_exec.h"

enum mode { MODE_RUN, MODE_SHOW, MODE_PRINT, MODE_WRITE, MODE_FEATURES };

/* The command line. */
struct opts {
	enum mode mode;
	bool explain, json;
	bool handles; /* one of HANDLE_OPTS, such as --ready-fd, was given */
	struct handle handle;
	struct timens_request ask;
	const char *base, *anchor; /* arguments of --base and --anchor, or NULL */
	struct nsref target;       /* process of --write, whose time namespace is changed */
	char **rest;               /* the program and its arguments; with --show, the references */
};

/* The data of nstimeoffset: the command line, the program, the target process and the offsets. */
struct run {
	struct opts *o;
	struct program program;
	/* the process of --write, or nstimeoffset itself. Its children get the offsets. A clock
	 * that is set with "=TIME" shows TIME at the start time of this process, unless
	 * --anchor=now is given. */
	struct nsref_process target;
	struct timens offsets;
};

/* Parses the command line into o. If the command line is invalid, prints a message and ends the
 * process. */
void opts_parse(struct opts *o, int argc, char **argv);

/* Checks that the options can be combined. Returns 0, or -EINVAL with e set. */
int check_opts(const struct opts *o, struct nserr *e) must_check;

/* Looks up the program and the target, reads the clocks, computes the offsets, and stores the
 * results in r. Returns 0, or a negative errno with e set. */
int resolve(struct run *r, struct nserr *e) must_check;

/* Adds the steps of MODE_RUN or MODE_WRITE to the plan p. r must outlive p. */
void build_plan(struct run *r, struct plan *p);

/* Prints the output of --show for refs, as a table or JSON. refs ends with NULL; if it is empty,
 * the reference is "self". Returns 0, or a negative errno with e set. */
int show_refs(char *const *refs, bool json, struct nserr *e) must_check;

#endif
