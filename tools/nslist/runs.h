/* SPDX-License-Identifier: GPL-2.0-or-later */
/* runs: declares the list of the names of runs (nsunshare --name). */
#ifndef NSU_NSLIST_RUNS_H
#define NSU_NSLIST_RUNS_H

#include <stdbool.h>

/* Calls f(arg, path, name) for each file NAME.json in the directories that contain the names of the
 * caller's runs and of root's runs (nsname_dirs()). A missing directory counts as empty. Returns 0,
 * -ENOMEM, or the negative errno of the first directory that could not be read. */
int runs_list(void (*f)(void *arg, const char *path, const char *name), void *arg);

#endif
