/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nsinit: declares the data of the tool (struct run), and the function that parses the command
 * line. */
#ifndef NSU_NSINIT_H
#define NSU_NSINIT_H

#include "common/cli.h"
#include "run/init.h"

struct run {
	struct init init;
	bool explain;
};

/* Parses the command line into r. If the command line is invalid, prints a message and ends the
 * process. */
void opts_parse(struct run *r, int argc, char **argv);

#endif
