/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nsidmap: declares the verbs of nsidmap and the functions that they share. */
#ifndef NSU_NSIDMAP_VERB_H
#define NSU_NSIDMAP_VERB_H

#include "common/verb.h"
#include "idmap/idmap.h"

/*
 * Each verb has a row in main.c and its own file with the same structure: struct opts (its command
 * line), the option table, parse(), the steps, and verb_<name>(). verb_<name>() gets the verb in
 * argv[0] and returns the exit status.
 */
/* runs the verbs compose, invert, merge, split and subtract */
int verb_algebra(int argc, char **argv);
int verb_chown(int argc, char **argv);
int verb_check(int argc, char **argv);
int verb_mount(int argc, char **argv);
int verb_plan(int argc, char **argv);
int verb_run(int argc, char **argv);
int verb_scan(int argc, char **argv);
int verb_show(int argc, char **argv);
int verb_subids(int argc, char **argv);
int verb_translate(int argc, char **argv);
int verb_write(int argc, char **argv);

/* ---- map.c: maps in arguments and in output */

/* The format in which a verb prints a map. */
struct map_out {
	int format;
	/* the kind of map to print (enum idmap_kind), or -1 for the uid map and the gid map */
	int only;
};

#define MAP_OUT_INIT ((struct map_out){ 0, -1 })

enum { MAP_OPT_FORMAT = CLI_LONG + 128, MAP_OPT_ONLY };

/* clang-format off */
/* The options of verbs that print a map. */
#define MAP_OUT_OPTS \
	{ MAP_OPT_FORMAT, "format", CLI_ARG, "<format>", \
	  "stream, arg, kernel, newuidmap, unshare, oci, json" }, \
	{ MAP_OPT_ONLY, "only", CLI_ARG, "uid|gid", "print only the map of uids or of gids" }, \
	{ 'J', "json", CLI_NONE, NULL, "print JSON (the same as --format json)" }
/* clang-format on */

/* Processes the option `key`: stores its argument in o and returns true. Returns false if `key` is
 * not an option of MAP_OUT_OPTS. Ends the process if the argument is invalid. */
bool map_out_option(struct map_out *o, int key, const char *arg);

/* Checks the options of MAP_OUT_OPTS after all options have been parsed. Exits with a message if
 * one of them requires an option that was not given. */
void map_out_check(const struct map_out *o);

/* Prints the maps in m to standard output, in the format that the options have selected. Ends the
 * process if the write fails. */
void map_print(const struct idmaps *m, const struct map_out *o);

/* Parses arg, the argument <map> of a verb, and stores the maps in m. The argument contains the
 * maps in one word ("u:0:1000:1,g:0:1000:1"), names another namespace that has the maps
 * ("like:REF"), or names the input from which the maps are read: "-", "fd:N" or a path. Ends the
 * process if this fails. The caller frees m. */
void map_load(const char *arg, struct idmaps *m);

/* ---- name.c: names of ids in tables */

struct table;

/* Appends a cell with the name of a user or group, or an empty cell if the id has no name. If the
 * lookup fails, prints a warning, appends an unknown cell, and marks the table as incomplete. */
void name_cell(struct table *t, enum idmap_kind k, uint32_t id);

#endif
