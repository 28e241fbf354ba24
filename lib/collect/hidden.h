/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hidden: finds out if the mount options of /proc hide processes from the caller. */
#ifndef NSU_COLLECT_HIDDEN_H
#define NSU_COLLECT_HIDDEN_H

#include "base/util.h"

/*
 * Returns true if the proc file system of the descriptor `proc` is mounted with hidepid=2 or
 * hidepid=4 and hides processes of other users from the caller (proc(5)). Returns false if it does
 * not, or if its mount options cannot be read. The number of hidden processes cannot be determined.
 */
bool collect_hides_processes(int proc) must_check;

#endif
