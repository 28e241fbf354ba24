/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dl: loads libraries that only some options need, when one of the options is used. */
#ifndef NSU_BASE_DL_H
#define NSU_BASE_DL_H

#include "base/nserr.h"

struct dl_symbol {
	const char *name;
	void *slot; /* address of the function pointer to set */
};

/* One row of a table of symbols. The pointer must have the type of the function. */
#define DL_SYMBOL(pointer, function) \
	{ \
#function, &(pointer) \
	}

/*
 * Opens a shared library (dlopen(3), never closed) and sets all slots. Returns 0. If the library or
 * one of its symbols is missing, returns -ENOENT with e set, and no slot is set. Must be called
 * before a namespace or root with untrusted files is entered.
 */
int dl_load(const char *soname, const struct dl_symbol *symbols, size_t n,
	    struct nserr *e) must_check;

#endif
