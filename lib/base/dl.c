// SPDX-License-Identifier: GPL-2.0-or-later
/* dl: loads a library with dlopen(3), and looks up the symbols of a table with dlsym(3). */
#include "base/dl.h"

#include <dlfcn.h>
#include <stdio.h>

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

	for (const char *s = sonames; rc < 0 && *s; s += strspn(s, " ")) {
		char name[64];
		size_t len = strcspn(s, " ");

		snprintf(name, sizeof(name), "%.*s", (int)len, s);
		rc = load_one(name, symbols, n, e);
		s += len;
	}
	return rc;
}
