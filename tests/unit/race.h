/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * race.h: changes a directory immediately before file_open_at() opens a file in it, as another
 * process could do between a check of the file and its use. The linker replaces the calls of
 * file_open_at() in the library by __wrap_file_open_at() (option --wrap in tests/Makemodule.am).
 */
#ifndef NSU_UNIT_RACE_H
#define NSU_UNIT_RACE_H

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "unit.h"

/* race_act(dir, path) is called before file_open_at() opens the path race_name for the nth time.
 * race_nth counts down to 0. */
static const char *race_name;
static int race_nth;
static void (*race_act)(int dir, const char *path);

static inline void race_begin(const char *name, int nth, void (*act)(int dir, const char *path))
{
	race_name = name;
	race_nth = nth;
	race_act = act;
}

/* Checks that race_act() was called since race_begin(). */
static inline void race_end(void)
{
	CHECK_INT(race_nth, 0);
	race_act = NULL;
}

int __real_file_open_at(int dir, const char *path, int flags, mode_t mode);
int __wrap_file_open_at(int dir, const char *path, int flags, mode_t mode);
int __wrap_file_open_at(int dir, const char *path, int flags, mode_t mode)
{
	if (race_act && streq(path, race_name) && race_nth > 0 && --race_nth == 0)
		race_act(dir, path);
	return __real_file_open_at(dir, path, flags, mode);
}

/* Actions for race_begin(). Each renames the file at the path, if it exists, to PATH.moved. Except
 * for race_move(), each then creates a new file of its type at the path. A new symbolic link has
 * the target "target". */
static inline void race_move(int dir, const char *path)
{
	char moved[128];

	snprintf(moved, sizeof(moved), "%s.moved", path);
	CHECK(renameat(dir, path, dir, moved) == 0 || errno == ENOENT);
}

static inline void race_link(int dir, const char *path)
{
	race_move(dir, path);
	CHECK(symlinkat("target", dir, path) == 0);
}

static inline void race_fifo(int dir, const char *path)
{
	race_move(dir, path);
	CHECK(mkfifoat(dir, path, 0600) == 0);
}

static inline void race_file(int dir, const char *path)
{
	race_move(dir, path);
	unit_put(dir, path, "race");
}

static inline void race_directory(int dir, const char *path)
{
	race_move(dir, path);
	CHECK(mkdirat(dir, path, 0700) == 0);
}

#endif
