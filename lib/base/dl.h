/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dl: loads a library with dlopen(3) only if an option that needs the library is used. */
#ifndef NSU_BASE_DL_H
#define NSU_BASE_DL_H

#include "base/nserr.h"

struct dl_symbol {
	const char *name;
	void *slot; /* address of the function pointer that dl_load() sets to the symbol */
};

/* Initializes a struct dl_symbol with the name of a function and the function pointer that receives
 * its address. */
#define DL_SYMBOL(pointer, function) \
	{ \
#function, &(pointer) \
	}

/*
 * Opens the first of the shared libraries in sonames (separated by blanks) that exists and has all
 * n symbols (dlopen(3), never closed), and sets the function pointer of each symbol. Returns 0. If
 * no library has them all, returns -ENOENT with e set to the error for the last name in sonames,
 * and sets no pointer. Returns -ENOENT also in a statically linked program, where dlopen(3) of
 * glibc may crash if the library needs another version of glibc. Must be called before a namespace
 * or root with untrusted files is entered.
 */
int dl_load(const char *sonames, const struct dl_symbol *symbols, size_t n,
	    struct nserr *e) must_check;

#endif
