// SPDX-License-Identifier: GPL-2.0-or-later
/* color: reads the files of terminal-colors.d(5). */
#include "common/color.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/file.h"
#include "base/util.h"

const char *const color_words[] = {
	[COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never", NULL
};

/*
 * Returns how specific the file name "[[TOOL][@TERMINAL].]TYPE" is: 1 for a file of all tools and
 * terminals, 2 or more for a file of this terminal, of this tool, or of both. Returns 0 if the file
 * has another type or is for another tool or terminal.
 */
static unsigned score(const char *file, const char *type, const char *tool)
{
	const char *term = getenv("TERM"), *dot = strrchr(file, '.'), *at;
	size_t n_tool;
	unsigned points = 1;

	if (!streq(dot ? dot + 1 : file, type))
		return 0;
	if (!dot)
		return points;
	at = memchr(file, '@', (size_t)(dot - file));
	n_tool = (size_t)((at ? at : dot) - file);
	if (n_tool > 0) {
		if (strlen(tool) != n_tool || memcmp(file, tool, n_tool) != 0)
			return 0;
		points += 2;
	}
	if (at) {
		size_t n = (size_t)(dot - at - 1);

		if (!term || strlen(term) != n || memcmp(at + 1, term, n) != 0)
			return 0;
		points += 1;
	}
	return points;
}

/* The most specific file of a type in a directory; score is 0 if there is none. */
struct best {
	unsigned score;
	char path[4096];
};

static void search_dir(const char *dir, const char *type, const char *tool, struct best *best)
{
	DIR *d = opendir(dir);
	const struct dirent *entry;

	while (d && (entry = readdir(d))) {
		unsigned points = score(entry->d_name, type, tool);

		if (points <= best->score)
			continue;
		best->score = points;
		snprintf(best->path, sizeof(best->path), "%s/%s", dir, entry->d_name);
	}
	if (d)
		closedir(d);
}

/* Returns the most specific file of this type for the tool in the directory of the user, or in the
 * directory of the system if the user's directory has none. The score is 0 if there is no such
 * file. */
static struct best search(const char *type, const char *tool)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	struct best best = { 0 };
	char dir[4096] = "";

	if (config && *config)
		snprintf(dir, sizeof(dir), "%s/terminal-colors.d", config);
	else if (home && *home)
		snprintf(dir, sizeof(dir), "%s/.config/terminal-colors.d", home);
	if (dir[0])
		search_dir(dir, type, tool, &best);
	if (best.score == 0)
		search_dir("/etc/terminal-colors.d", type, tool, &best);
	return best;
}

bool color_is_wanted(enum color_when when, const char *tool)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (when != COLOR_AUTO)
		return when == COLOR_ALWAYS;
	if (!isatty(STDOUT_FILENO) || (no_color && *no_color) || !term || streq(term, "dumb"))
		return false;
	return search("disable", tool).score <= search("enable", tool).score;
}

/* Returns the colour in a line "ELEMENT COLOUR", or NULL if the line is about another element. The
 * numbers of a colour become an escape sequence. */
static char *color_in(char *line, const char *element)
{
	char *word = strsep(&line, " \t"), *sequence;

	while (line && (*line == ' ' || *line == '\t'))
		line++;
	if (!line || !streq(word, element))
		return NULL;
	line[strcspn(line, " \t\r#")] = '\0';
	if (!*line || line[strspn(line, "0123456789;")])
		return *line ? strdup(line) : NULL;
	return asprintf(&sequence, "\033[%sm", line) < 0 ? NULL : sequence;
}

char *color_of(const char *tool, const char *element, const char *otherwise)
{
	struct best best = search("scheme", tool);
	char text[8192], *rest = text, *line, *color = NULL;
	ssize_t n = best.score ? file_read_at(AT_FDCWD, best.path, text, sizeof(text)) : -1;

	while (n > 0 && !color && (line = strsep(&rest, "\n")))
		color = color_in(line, element);
	return color ? color : strdup(otherwise);
}
