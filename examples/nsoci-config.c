// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nsoci-config: converts a JSON file to shell commands, or prepares the directory of a container.
 *
 * usage: nsoci-config FILE [PREFIX]
 *        nsoci-config --state DIR FILE
 *
 * The command for a string, number or boolean is: member PATH VALUE
 * The command at the end of an object or array is: member PATH
 *
 * PATH consists of PREFIX and the names of the members with dots between them, and N for each
 * element of an array, for example mounts.N.source. PATH and VALUE are in single quotes, so that
 * the shell does not expand them. A member with the value null is omitted.
 *
 * --state creates the directory DIR with the FIFOs "start" and "ready", and with the file "config",
 * which contains the commands for all members except linux.seccomp. nsoci-config compiles
 * linux.seccomp to the file "seccomp", an array of struct sock_filter (seccomp(2)), which `nspivot
 * --seccomp` reads. A call that this version of libseccomp does not know is left out, because a
 * filter cannot name it.
 *
 * The exit status is 1 after a failure. DIR then does not exist, unless it existed before.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <seccomp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARGS_MAX 6

static const char *const state_files[] = { "start", "ready", "config", "seccomp" };
static int state = -1; /* descriptor of DIR */
static const char *state_path;

static _Noreturn __attribute__((format(printf, 1, 2))) void fail(const char *fmt, ...)
{
	va_list ap;

	fputs("nsoci-config: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	if (state >= 0) {
		for (size_t i = 0; i < sizeof(state_files) / sizeof(state_files[0]); i++)
			unlinkat(state, state_files[i], 0);
		rmdir(state_path);
	}
	exit(1);
}

/* Returns the member `name` of an object, or NULL if it is missing. */
static struct json_object *get(struct json_object *object, const char *name)
{
	struct json_object *member = NULL;

	json_object_object_get_ex(object, name, &member);
	return member;
}

/* Returns the text of a value, or "" if value is NULL. */
static const char *text_of(struct json_object *value)
{
	const char *text = json_object_get_string(value);

	return text ? text : "";
}

/* Returns the number of elements, or 0 if value is not an array. */
static size_t length(struct json_object *value)
{
	return json_object_is_type(value, json_type_array) ? (size_t)json_object_array_length(value)
							   : 0;
}

/* ---- the commands */

static int has_null(struct json_object *text)
{
	return strlen(json_object_get_string(text)) != (size_t)json_object_get_string_len(text);
}

static void print_quoted(FILE *to, const char *text)
{
	fputs(" '", to);
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", to);
		else
			putc(*text, to);
	putc('\'', to);
}

static void print_member(FILE *to, const char *path, struct json_object *value);

/* Prints the member `name` of the object or array at path. */
static void print_below(FILE *to, const char *path, const char *name, struct json_object *value)
{
	char *below;

	if (asprintf(&below, "%s%s%s", path, *path ? "." : "", name) < 0)
		fail("%s", strerror(errno));
	print_member(to, below, value);
	free(below);
}

static void print_member(FILE *to, const char *path, struct json_object *value)
{
	enum json_type type = json_object_get_type(value);

	if (type == json_type_null || (state >= 0 && !strcmp(path, "linux.seccomp.syscalls")))
		return;
	if (type == json_type_object) {
		json_object_object_foreach(value, name, member) print_below(to, path, name, member);
	} else if (type == json_type_array) {
		for (size_t i = 0; i < length(value); i++)
			print_below(to, path, "N", json_object_array_get_idx(value, i));
	} else if (type == json_type_string && has_null(value)) {
		fail("the string '%s' has a null character", path);
	}
	fputs("member", to);
	print_quoted(to, path);
	if (type != json_type_object && type != json_type_array)
		print_quoted(to, json_object_get_string(value));
	putc('\n', to);
}

/* ---- the seccomp profile */

static uint32_t action(struct json_object *name, struct json_object *errno_value)
{
	static const struct {
		const char *name;
		uint32_t action;
	} actions[] = {
		{ "SCMP_ACT_ALLOW", SCMP_ACT_ALLOW },
		{ "SCMP_ACT_KILL", SCMP_ACT_KILL },
		{ "SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL },
		{ "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS },
		{ "SCMP_ACT_TRAP", SCMP_ACT_TRAP },
		{ "SCMP_ACT_LOG", SCMP_ACT_LOG },
	};
	const char *text = text_of(name);

	if (!strcmp(text, "SCMP_ACT_ERRNO"))
		return SCMP_ACT_ERRNO(
			(uint32_t)(errno_value ? json_object_get_int(errno_value) : EPERM));
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (!strcmp(text, actions[i].name))
			return actions[i].action;
	fail("unknown action '%s'", text);
}

static enum scmp_compare comparison(struct json_object *name)
{
	static const struct {
		const char *name;
		enum scmp_compare op;
	} ops[] = {
		{ "SCMP_CMP_NE", SCMP_CMP_NE },
		{ "SCMP_CMP_LT", SCMP_CMP_LT },
		{ "SCMP_CMP_LE", SCMP_CMP_LE },
		{ "SCMP_CMP_EQ", SCMP_CMP_EQ },
		{ "SCMP_CMP_GE", SCMP_CMP_GE },
		{ "SCMP_CMP_GT", SCMP_CMP_GT },
		{ "SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ },
	};
	const char *text = text_of(name);

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (!strcmp(text, ops[i].name))
			return ops[i].op;
	fail("unknown comparison '%s'", text);
}

/* Adds the architecture with the name SCMP_ARCH_... to the seccomp filter. Ignores a name that
 * libseccomp does not know. */
static void add_architecture(scmp_filter_ctx ctx, const char *name)
{
	const char *rest = strncmp(name, "SCMP_ARCH_", 10) == 0 ? name + 10 : name;
	char word[32] = "";
	uint32_t arch;
	int rc;

	for (size_t i = 0; rest[i] && i < sizeof(word) - 1; i++)
		word[i] = (char)tolower((unsigned char)rest[i]);
	arch = seccomp_arch_resolve_name(word);
	rc = arch ? seccomp_arch_add(ctx, arch) : 0;
	if (rc < 0 && rc != -EEXIST)
		fail("cannot add the architecture %s: %s", name, strerror(-rc));
}

/* Adds the rules of an element of linux.seccomp.syscalls to the seccomp filter. `normal` is the
 * default action of the filter; a rule with this action is skipped, because libseccomp refuses
 * it. */
static void add_rule(scmp_filter_ctx ctx, uint32_t normal, struct json_object *rule)
{
	struct json_object *names = get(rule, "names"), *args = get(rule, "args");
	uint32_t act = action(get(rule, "action"), get(rule, "errnoRet"));
	size_t nargs = length(args);
	struct scmp_arg_cmp cmp[ARGS_MAX];

	if (nargs > ARGS_MAX)
		fail("a rule has more than %d arguments", ARGS_MAX);
	for (size_t i = 0; i < nargs; i++) {
		struct json_object *arg = json_object_array_get_idx(args, i);

		cmp[i] = (struct scmp_arg_cmp){ (unsigned)json_object_get_int(get(arg, "index")),
						comparison(get(arg, "op")),
						json_object_get_uint64(get(arg, "value")),
						json_object_get_uint64(get(arg, "valueTwo")) };
	}
	for (size_t i = 0; i < length(names); i++) {
		const char *name = text_of(json_object_array_get_idx(names, i));
		int call = seccomp_syscall_resolve_name(name), rc;

		if (call == __NR_SCMP_ERROR || act == normal)
			continue;
		rc = seccomp_rule_add_array(ctx, act, call, (unsigned)nargs, cmp);
		/* EEXIST: the filter has the same rule already; EDOM: no architecture of the filter
		 * has the call */
		if (rc < 0 && rc != -EEXIST && rc != -EDOM)
			fail("cannot add a rule for %s: %s", name, strerror(-rc));
	}
}

static void write_filter(int fd, struct json_object *profile)
{
	uint32_t normal = action(get(profile, "defaultAction"), get(profile, "defaultErrnoRet"));
	struct json_object *architectures = get(profile, "architectures");
	struct json_object *rules = get(profile, "syscalls");
	scmp_filter_ctx ctx = seccomp_init(normal);
	int rc;

	if (!ctx)
		fail("cannot create a filter");
	for (size_t i = 0; i < length(architectures); i++)
		add_architecture(ctx, text_of(json_object_array_get_idx(architectures, i)));
	for (size_t i = 0; i < length(rules); i++)
		add_rule(ctx, normal, json_object_array_get_idx(rules, i));
	rc = seccomp_export_bpf(ctx, fd);
	if (rc < 0)
		fail("cannot write the filter: %s", strerror(-rc));
	seccomp_release(ctx);
}

/* ---- the state directory */

/* Creates a file in the state directory. Returns its descriptor. After a failure, ends the
 * process. */
static int create(const char *name)
{
	int fd = openat(state, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		fail("cannot create '%s/%s': %s", state_path, name, strerror(errno));
	return fd;
}

/* Creates the state directory and its FIFOs. If profile is not NULL, compiles it to the file
 * "seccomp" in the directory. Returns the file "config" in the directory, open for writing. After a
 * failure, ends the process. */
static FILE *create_state(const char *path, struct json_object *profile)
{
	FILE *f;

	if (mkdir(path, 0700) < 0)
		fail("cannot create '%s': %s", path, strerror(errno));
	state_path = path;
	state = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (state < 0 || mkfifoat(state, "start", 0600) < 0 || mkfifoat(state, "ready", 0600) < 0)
		fail("cannot create the FIFOs in '%s': %s", path, strerror(errno));
	if (profile) {
		int fd = create("seccomp");

		write_filter(fd, profile);
		close(fd);
	}
	f = fdopen(create("config"), "w");
	if (!f)
		fail("%s", strerror(errno));
	return f;
}

int main(int argc, char **argv)
{
	int with_state = argc == 4 && !strcmp(argv[1], "--state"), fd;
	const char *name = argv[with_state ? 3 : 1];
	struct json_object *config;
	FILE *to = stdout;

	if (!with_state && argc != 2 && argc != 3)
		fail("usage: nsoci-config FILE [PREFIX] | --state DIR FILE");
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail("cannot open '%s': %s", name, strerror(errno));
	config = json_object_from_fd(fd);
	if (!config)
		fail("'%s' is not a JSON file", name);
	close(fd);
	if (with_state)
		to = create_state(argv[2], get(get(config, "linux"), "seccomp"));
	print_member(to, argc == 3 ? argv[2] : "", config);
	if (fflush(to) != 0 || ferror(to))
		fail("cannot write the commands: %s", strerror(errno));
	json_object_put(config);
	if (to != stdout)
		fclose(to);
	return 0;
}
