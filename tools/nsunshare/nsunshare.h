/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nsunshare: what its files share: the request, and the stages it goes through. */
#ifndef NSU_NSUNSHARE_H
#define NSU_NSUNSHARE_H

#include <signal.h>

#include "cli.h"
#include "idmap.h"
#include "idmapio.h"
#include "plan.h"

/* What the command line asks for. Nothing is looked up or read yet, but numbers are checked. */
struct opts {
	uint64_t types;                /* CLONE_NEW* to make */
	const char *pin[NSTYPE_COUNT]; /* --TYPE=FILE */
	bool fork, no_fork, explain;

	const char *map; /* stream, word or like:REF */
	const char *map_user, *map_group;
	const char **users, **groups; /* words of --map-users and --map-groups */
	size_t n_users, n_groups;
	enum idmap_setgroups setgroups;

	bool set_propagation;
	unsigned long propagation;
	const char *mount_proc; /* where, or NULL */
	const char *hostname;
	const char *root, *wd;
	const char *clock[2]; /* --monotonic, --boottime */
	const char *setuid, *setgid;
	bool kill_child;
	int kill_signal;

	char **argv;
};

/* The request with everything read that it names, and what is found out while it is carried out. */
struct run {
	const struct opts *o;
	struct idmaps maps;
	bool has_maps, maps_by_self;
	int64_t offset[2]; /* of the clocks, in seconds */
	uid_t uid;
	gid_t gid;
	bool set_uid, set_gid;
	pid_t pid;     /* of the process that the namespaces are for, as the caller knows it */
	sigset_t mask; /* of the caller, for the program */
};

/* Value of map_user and map_group: the current id, whatever it is. */
extern const char opts_current[];

/* Parses the command line; ends the process with a message where it is wrong. */
void opts_parse(struct opts *o, int argc, char **argv);

/* Whether the options go together, in what they say alone. Pure. */
int check_opts(const struct opts *o, struct nserr *e) must_check;

/* Reads and works out the maps. */
int maps_resolve(struct run *r, struct nserr *e) must_check;

/* Adds all steps, in the one right order. */
void build_plan(const struct run *r, struct plan *p);

/* The kinds of steps, in the order in which a plan has them. */
extern const struct plan_kind step_helper, step_fork, step_unshare, step_maps, step_clocks,
	step_enter_time, step_propagation, step_hostname, step_mount_proc, step_root, step_chdir,
	step_groups, step_gid, step_uid, step_pdeathsig, step_exec;

#endif
