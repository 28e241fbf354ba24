// SPDX-License-Identifier: GPL-2.0-or-later
/* dl: loads a library with dlopen(3), and looks up the symbols of a table with dlsym(3). */
#include "base/dl.h"

#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>

/* Callback of dl_iterate_phdr(3), which passes the program itself as the first object. Sets
 * *is_static to true if the program has no PT_INTERP segment, and thus no dynamic linker. Returns 1
 * to end the iteration. */
static int look_for_linker(struct dl_phdr_info *info, size_t size, void *is_static)
{
	(void)size;
	*(bool *)is_static = true;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_INTERP)
			*(bool *)is_static = false;
	return 1;
}

static int load_one(const char *soname, const struct dl_symbol *symbols, size_t n, struct nserr *e)
{
	void *lib = dlopen(soname, RTLD_NOW | RTLD_LOCAL);

	if (!lib) {
		nserr_set(e, 0, "cannot load %s", soname);
		nserr_hint(e, "%s", dlerror());
		return -ENOENT;
	}
	for (size_t i = 0; i < n; i++) {
		if (!dlsym(lib, symbols[i].name)) {
			nserr_set(e, 0, "missing function %s() in %s", symbols[i].name, soname);
			dlclose(lib);
			return -ENOENT;
		}
	}
	for (size_t i = 0; i < n; i++)
		*(void **)symbols[i].slot = dlsym(lib, symbols[i].name);
	return 0;
}

int dl_load(const char *sonames, const struct dl_symbol *symbols, size_t n, struct nserr *e)
{
	int rc = -ENOENT;
	bool is_static = false;

	dl_iterate_phdr(look_for_linker, &is_static);
	if (is_static) {
		nserr_set(e, 0, "cannot load %s: the program is linked statically", sonames);
		return -ENOENT;
	}
	for (const char *s = sonames; rc < 0 && *s; s += strspn(s, " ")) {
		char name[PATH_MAX];
		size_t len = strcspn(s, " ");

		snprintf(name, sizeof(name), "%.*s", (int)len, s);
		rc = load_one(name, symbols, n, e);
		s += len;
	}
	return rc;
}
