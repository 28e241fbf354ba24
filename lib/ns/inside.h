/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inside: calls a function inside a namespace, while the calling thread stays in its own
 * namespace. */
#ifndef NSU_NS_INSIDE_H
#define NSU_NS_INSIDE_H

#include "ns/type.h"

/*
 * Runs f(arg) in a new thread that has entered the namespace to which fd refers. The namespace must
 * not be a user or pid namespace, because a single thread cannot enter a namespace of these types
 * (setns(2)). Returns the result of f, or a negative errno if the namespace cannot be entered.
 * Threads share descriptors, so a descriptor that f opens stays open in the caller.
 */
int nsinside_call(int fd, const struct nstype *type, int (*f)(void *arg), void *arg) must_check;

/*
 * Runs f(arg) in a new thread. f may enter namespaces with setns(2), except user and pid
 * namespaces; the caller stays in its namespaces. The thread does not share its root directory and
 * working directory with the caller. Returns the result of f, or a negative errno if the thread
 * cannot be prepared.
 */
int nsinside_thread(int (*f)(void *arg), void *arg) must_check;

#endif
