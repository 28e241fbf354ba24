/* SPDX-License-Identifier: GPL-2.0-or-later */
/* runs: declares the list of the names of runs (nsunshare --name). */
#ifndef NSU_NSLIST_RUNS_H
#define NSU_NSLIST_RUNS_H

#include <stdbool.h>

/*
 * Calls f(arg, path, name) for each file NAME.json in the directories that contain the names of
 * runs and that the caller can list. Returns 0, or a negative errno: -ENOMEM, or the error of a
 * directory that cannot be read. A directory that does not exist counts as empty.
 */
int runs_list(void (*f)(void *arg, const char *path, const char *name), void *arg);

#endif
