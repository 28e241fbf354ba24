// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nsoci-json: prints a JSON file as commands of a shell.
 *
 * usage: nsoci-json FILE [PREFIX]
 *
 * The command for a string, number or boolean is: member PATH VALUE
 * After the last member of an object or array follows: member PATH
 *
 * PATH has the names of the members with dots between them, and N for each element of an array, for
 * example mounts.N.source. It begins with PREFIX. PATH and VALUE are in single quotes, which
 * prevent expansions of the shell. A member with the value null is omitted. The exit status is 1
 * after a failure.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void fail(const char *what, const char *name, const char *why)
{
	fprintf(stderr, "nsoci-json: cannot %s '%s': %s\n", what, name, why);
	exit(1);
}

static int has_null(struct json_object *text)
{
	return strlen(json_object_get_string(text)) != (size_t)json_object_get_string_len(text);
}

static void print_quoted(const char *text)
{
	fputs(" '", stdout);
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*text);
	putchar('\'');
}

static void print_member(const char *path, struct json_object *value);

/* Prints the member `name` of the object or array at path. */
static void print_below(const char *path, const char *name, struct json_object *value)
{
	char *below;

	if (asprintf(&below, "%s%s%s", path, *path ? "." : "", name) < 0)
		fail("store", path, strerror(errno));
	print_member(below, value);
	free(below);
}

static void print_member(const char *path, struct json_object *value)
{
	enum json_type type = json_object_get_type(value);

	if (type == json_type_null)
		return;
	if (type == json_type_object) {
		json_object_object_foreach(value, name, member) print_below(path, name, member);
	} else if (type == json_type_array) {
		for (size_t i = 0; i < (size_t)json_object_array_length(value); i++)
			print_below(path, "N", json_object_array_get_idx(value, i));
	} else if (type == json_type_string && has_null(value)) {
		fail("print", path, "the string has a null character");
	}
	fputs("member", stdout);
	print_quoted(path);
	if (type != json_type_object && type != json_type_array)
		print_quoted(json_object_get_string(value));
	putchar('\n');
}

int main(int argc, char **argv)
{
	struct json_object *file;
	int fd;

	if (argc < 2 || argc > 3) {
		fputs("usage: nsoci-json FILE [PREFIX]\n", stderr);
		return 1;
	}
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail("open", argv[1], strerror(errno));
	file = json_object_from_fd(fd);
	if (!file)
		fail("parse", argv[1], "it is not a JSON file");
	print_member(argc > 2 ? argv[2] : "", file);
	json_object_put(file);
	close(fd);
	if (fflush(stdout) != 0 || ferror(stdout))
		fail("write", "the commands", strerror(errno));
	return 0;
}
