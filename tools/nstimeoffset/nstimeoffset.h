/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nstimeoffset: what its parts share. */
#ifndef NSU_NSTIMEOFFSET_H
#define NSU_NSTIMEOFFSET_H

#include "common/cli.h"
#include "ns/timens_proc.h"
#include "run/handle.h"

enum mode { MODE_RUN, MODE_SHOW, MODE_PRINT, MODE_WRITE, MODE_FEATURES };

struct opts {
	enum mode mode;
	bool explain, json, handles;
	struct handle handle;
	struct timens_request ask;
	const char *base, *anchor; /* as written, or NULL */
	struct nsref target;       /* of --write */
	char **rest;               /* program and its arguments, or references to show */
	const char *program;       /* the first of these, or the shell's path and arguments: */
	char *shell[2];
};

/* Fills o from the command line; ends the process on what is no option. */
void opts_parse(struct opts *o, int argc, char **argv);

/* Whether the options go together. 0 or -EINVAL with e set. */
int opts_check(const struct opts *o, struct nserr *e) must_check;

/* Adds the table or JSON of --show for refs (NULL-terminated; none: self) to out. 0, or a negative
 * errno with e set. */
int show_refs(char *const *refs, bool json, struct buf *out, struct nserr *e) must_check;

#endif
