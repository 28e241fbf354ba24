/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hidden: finds out if the mount options of /proc hide processes from the caller. */
#ifndef NSU_COLLECT_HIDDEN_H
#define NSU_COLLECT_HIDDEN_H

#include "base/util.h"

/*
 * Returns true if /proc, of which `proc` is a descriptor, is mounted with hidepid=2 or hidepid=4
 * and hides processes of other users from the caller (proc(5)). The number of these processes is
 * unknown. Also returns false if the options of the mount cannot be read.
 */
bool collect_hides_processes(int proc) must_check;

#endif
