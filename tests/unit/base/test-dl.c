// SPDX-License-Identifier: GPL-2.0-or-later
/* test-dl: loads libraries that are missing or lack a function. The linker replaces
 * dl_iterate_phdr(3) (option --wrap in tests/Makemodule.am), so that the test can imitate a
 * statically linked program. */
#include "base/dl.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>

#include "../unit.h"

#define MISSING   "libnsutils-missing.so.1"
/* a path of more than 64 bytes; some distributions install each package in its own directory */
#define LONG_PATH "/nsutils-missing/0123456789abcdefghijklmnopqrstuvwxyz-package-1.0/lib/lib.so.1"

typedef ElfW(Phdr) segment;

/* The program headers that dl_iterate_phdr(3) reports, or NULL for the real ones. */
static const segment *segments;
static unsigned short n_segments;

int __real_dl_iterate_phdr(int (*f)(struct dl_phdr_info *info, size_t size, void *arg), void *arg);
int __wrap_dl_iterate_phdr(int (*f)(struct dl_phdr_info *info, size_t size, void *arg), void *arg);
int __wrap_dl_iterate_phdr(int (*f)(struct dl_phdr_info *info, size_t size, void *arg), void *arg)
{
	struct dl_phdr_info info = { .dlpi_phdr = segments, .dlpi_phnum = n_segments };

	return segments ? f(&info, sizeof(info), arg) : __real_dl_iterate_phdr(f, arg);
}

static struct nserr e;

/* Returns the message of dl_load(), or "" if it has loaded a library. */
static const char *load(const char *sonames, const struct dl_symbol *symbols, size_t n)
{
	int rc;

	e = NSERR_INIT;
	rc = dl_load(sonames, symbols, n, &e);
	CHECK_INT(rc, e.what[0] ? -ENOENT : 0);
	return unit_message(&e);
}

static void only_a_program_with_an_interpreter_loads_libraries(void)
{
	static const segment with[] = { { .p_type = PT_LOAD }, { .p_type = PT_INTERP } };
	static const segment without[] = { { .p_type = PT_LOAD }, { .p_type = PT_NOTE } };

	segments = without;
	n_segments = ARRAY_SIZE(without);
	CHECK_STR(load(MISSING, NULL, 0),
		  "cannot load " MISSING ": the program is linked statically");
	segments = with;
	n_segments = 1;
	CHECK(strstr(load(MISSING, NULL, 0), "linked statically"));
	n_segments = ARRAY_SIZE(with);
	CHECK_STR(load(MISSING, NULL, 0), "cannot load " MISSING);
	CHECK_INT(dl_load("", NULL, 0, &e), -ENOENT);
	segments = NULL;
}

#if USE_LIBMOUNT

/* Returns true if libmount is loaded. */
static bool is_loaded(void)
{
	void *lib = dlopen(LIBMOUNT_SONAME, RTLD_NOW | RTLD_NOLOAD);

	if (lib)
		dlclose(lib);
	return lib;
}

static void a_library_must_have_all_functions(void)
{
	static void *first, *second;
	static const struct dl_symbol known[] = { { "mnt_new_table", &first },
						  { "mnt_new_context", &second } };
	static const struct dl_symbol unknown[] = { { "mnt_new_table", &first },
						    { "mnt_missing", &second } };

	if (strstr(load(MISSING, NULL, 0), "linked statically")) {
		unit_skip("the test is linked statically");
		return;
	}
	CHECK_STR(load(MISSING, known, ARRAY_SIZE(known)), "cannot load " MISSING);
	CHECK(strstr(e.hint, MISSING));
	CHECK_STR(load(LONG_PATH, known, ARRAY_SIZE(known)), "cannot load " LONG_PATH);
	CHECK_STR(load(LIBMOUNT_SONAME, unknown, ARRAY_SIZE(unknown)),
		  "missing function mnt_missing() in " LIBMOUNT_SONAME);
	CHECK(!first && !second && !is_loaded());
	/* the message describes the failure of the last library */
	CHECK_STR(load(LIBMOUNT_SONAME "  " MISSING " ", unknown, ARRAY_SIZE(unknown)),
		  "cannot load " MISSING);
	CHECK_STR(load(MISSING " " LIBMOUNT_SONAME, unknown, ARRAY_SIZE(unknown)),
		  "missing function mnt_missing() in " LIBMOUNT_SONAME);
	/* the first library that has all functions is used */
	CHECK_INT(dl_load(MISSING " " LIBMOUNT_SONAME " " MISSING, known, ARRAY_SIZE(known), &e),
		  0);
	CHECK(first && second && first != second && is_loaded());
}

#else

static void a_library_must_have_all_functions(void)
{
	unit_skip("built without libmount");
}

#endif

UNIT_MAIN(CASE(only_a_program_with_an_interpreter_loads_libraries),
	  CASE(a_library_must_have_all_functions))
