/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nstimeoffset: declares the parts of the tool. */
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
	bool handles; /* an option of handle was given */
	struct handle handle;
	struct timens_request ask;
	const char *base, *anchor; /* arguments, or NULL */
	struct nsref target;       /* of --write */
	char **rest;               /* program and arguments, or references to show */
};

/* The run in progress. */
struct run {
	struct opts *o;
	struct program program;
	struct nsref_process target; /* its start is the anchor, and its children get the offsets */
	struct timens offsets;
};

/* Fills o from the command line. Ends the process if that is invalid. */
void opts_parse(struct opts *o, int argc, char **argv);

/* Checks whether the options go together. Returns 0, or -EINVAL with e set. */
int check_opts(const struct opts *o, struct nserr *e) must_check;

/* Looks up the program and the target, reads the clocks and computes the offsets. Returns 0, or a
 * negative errno with e set. */
int resolve(struct run *r, struct nserr *e) must_check;

/* Adds the steps of MODE_RUN or MODE_WRITE to p. r must outlive p. */
void build_plan(struct run *r, struct plan *p);

/* Prints the table or the JSON of --show for refs (NULL-terminated; if empty, "self"). Returns 0,
 * or a negative errno with e set. */
int show_refs(char *const *refs, bool json, struct nserr *e) must_check;

#endif
