/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nsvisit: a look from inside a namespace, without leaving our own. */
#ifndef NSU_NS_INSIDE_H
#define NSU_NS_INSIDE_H

#include "ns/type.h"

/*
 * Runs f(arg) in a thread of its own that has entered the namespace behind fd, and returns what it
 * returns; or a negative errno when the namespace cannot be entered. Not for user and pid
 * namespaces, which a thread cannot change alone, setns(2). Descriptors that f opens are shared.
 */
int nsinside_call(int fd, const struct nstype *type, int (*f)(void *arg), void *arg) must_check;

#endif
