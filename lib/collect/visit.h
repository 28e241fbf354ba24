/* SPDX-License-Identifier: GPL-2.0-or-later */
/* visit: calls a function inside each of several namespaces that a scan has found. */
#ifndef NSU_COLLECT_VISIT_H
#define NSU_COLLECT_VISIT_H

#include "base/buf.h"
#include "collect/collect.h"

/* A namespace in which visit_all() calls a function, and the result of the call. User and pid
 * namespaces are not permitted. */
struct visit {
	const struct ns *ns;
	/* result of the function, or the negative errno with which entering the namespace failed */
	int rc;
	struct buf out; /* text or data that the function has written */
};

/*
 * Calls f(ns, arg, out) inside each of the n namespaces, one after the other. f returns 0 or a
 * negative errno, and writes its result to out. f must not change the memory of the caller except
 * *out, because it runs in a child process if the caller must enter a user namespace first. If the
 * caller is in a namespace already, f is called without entering it. The caller frees the results
 * with visit_free().
 */
typedef int visit_fn(const struct ns *ns, const void *arg, struct buf *out);
void visit_all(const struct collect *c, struct visit *v, size_t n, visit_fn *f, const void *arg);

/* Frees the results of n elements of v. */
void visit_free(struct visit *v, size_t n);

/* The functions below are callbacks of visit_all(), which calls them in the namespace ns. */

/* Writes to out the host name of a uts namespace. Returns 0 or a negative errno. */
int visit_hostname(const struct ns *ns, const void *arg, struct buf *out) must_check;

/* Writes to out the IP addresses of a network namespace, as an array of struct net_ifaddr. Returns
 * 0 or a negative errno. */
int visit_addresses(const struct ns *ns, const void *arg, struct buf *out) must_check;

/* Writes to out the devices of a network namespace, as an array of struct net_link. Returns 0 or a
 * negative errno. */
int visit_links(const struct ns *ns, const void *arg, struct buf *out) must_check;

/* Writes to out the listening TCP sockets or the unconnected UDP sockets of a network namespace, as
 * an array of struct net_listener. arg points to an int, IPPROTO_TCP or IPPROTO_UDP. Returns 0 or a
 * negative errno. */
int visit_listeners(const struct ns *ns, const void *arg, struct buf *out) must_check;

#endif
