/* SPDX-License-Identifier: GPL-2.0-or-later */
/* runs: declares the function that lists the names given with `nsunshare --name`. */
#ifndef NSU_NSLIST_RUNS_H
#define NSU_NSLIST_RUNS_H

#include <stdbool.h>

/* Calls f(arg, path, name) for each file NAME.json in the directories where `nsunshare --name`
 * records names: the directory of the caller and that of root (nsname_dirs()). A missing directory
 * counts as empty. Returns 0, -ENOMEM, or the negative errno of the first directory that could not
 * be read. */
int runs_list(void (*f)(void *arg, const char *path, const char *name), void *arg);

#endif
