/* SPDX-License-Identifier: GPL-2.0-or-later */
/* columns: declares the functions that fill the cells of a row. The value of a cell that is not
 * filled is unknown. */
#ifndef NSU_NSLIST_COLUMNS_H
#define NSU_NSLIST_COLUMNS_H

#include "nslist.h"

#define COL_FILL(name) void fill_##name(struct run *run, const struct row *r, struct cell *out)

/* The functions below are defined in cells.c. */
void cell_num(struct cell *out, uint64_t v);
void cell_bool(struct cell *out, bool v);
void cell_text(struct cell *out, const char *s, size_t n);
/* Sets the cell to the string s. If s is NULL, the value of the cell stays unknown. */
void cell_str(struct cell *out, const char *s);
void cell_item(struct cell *out, const char *fmt, ...) printf_like(2, 3);

/* The functions below are defined in col_ns.c. They fill in values from the table of namespaces. */
COL_FILL(ns);
COL_FILL(type);
COL_FILL(ref);
COL_FILL(id);
COL_FILL(nprocs);
COL_FILL(nthreads);
COL_FILL(nfds);
COL_FILL(nsocks);
COL_FILL(nmounts);
COL_FILL(rootfs);
COL_FILL(nchild);
COL_FILL(nowned);
COL_FILL(pns);
COL_FILL(ons);
COL_FILL(parentid);
COL_FILL(ownerid);
COL_FILL(level);
COL_FILL(held);
COL_FILL(holders);
COL_FILL(holder_or_command);
COL_FILL(nsfs);
COL_FILL(name);
COL_FILL(self);
COL_FILL(init);
COL_FILL(match);

/* The functions below are defined in col_proc.c. They fill in values of the process that represents
 * the namespace. */
COL_FILL(path);
COL_FILL(pid);
COL_FILL(ppid);
COL_FILL(lpid);
COL_FILL(command);
COL_FILL(comm);
COL_FILL(exe);
COL_FILL(uid);
COL_FILL(user);
COL_FILL(creator);
COL_FILL(start);
COL_FILL(age);
COL_FILL(cgroup);
COL_FILL(container);
COL_FILL(unit);

/* The functions below are defined in col_inside.c. They fill in values that need a descriptor of
 * the namespace, or that must be read inside the namespace. */
COL_FILL(uidmap);
COL_FILL(gidmap);
COL_FILL(setgroups);
COL_FILL(maxns);
COL_FILL(hostname);
COL_FILL(domain);
COL_FILL(bootoff);
COL_FILL(monooff);
COL_FILL(nifs);
COL_FILL(cgroot);
COL_FILL(netnsid);

#endif
