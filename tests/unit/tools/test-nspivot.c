// SPDX-License-Identifier: GPL-2.0-or-later
#include <limits.h>

#include "../sandbox.h"
#include "kernel/sys_cap.h"
#include "nspivot/nspivot.h"
#include "tool.h"

UNIT_LEAVES_MEMORY

/* Returns the message of check_opts(), or "" if it accepts the options. */
static const char *said(const struct opts *o)
{
	static struct nserr e;

	e = NSERR_INIT;
	return unit_error(check_opts(o, &e), &e);
}

/* Returns the message of check_opts() for a tmpfs on dst. */
static const char *said_of_tmpfs(const char *dst)
{
	static const struct verb tmpfs = { .name = "tmpfs" };
	struct op op = { .verb = &tmpfs, .arg = dst ? dst : "none", .dst = (char *)dst };

	return said(&(struct opts){ .op = &op, .n = 1 });
}

static void destination_must_not_have_dotdot_after_a_name(void)
{
	CHECK_STR(said_of_tmpfs("/a/b"), "");
	CHECK_STR(said_of_tmpfs("/../a"), "");
	CHECK_STR(said_of_tmpfs("/a/../b"),
		  "--tmpfs: invalid destination '/a/../b': '..' cannot follow a name");
}

static void destination_must_not_be_missing_or_too_long(void)
{
	char path[PATH_MAX + 1], want[160];

	memset(path, 'a', PATH_MAX);
	path[PATH_MAX] = '\0';
	CHECK_STR(said_of_tmpfs(NULL), "--tmpfs: missing destination in 'none'");
	snprintf(want, sizeof(want), "--tmpfs: invalid destination '%.64s…': %s", path,
		 strerror(ENAMETOOLONG));
	CHECK_STR(said_of_tmpfs(path), want);
	path[PATH_MAX - 1] = '\0';
	CHECK_STR(said_of_tmpfs(path), "");
}

static void put_old_is_checked_like_a_destination(void)
{
	CHECK_STR(said(&(struct opts){ .put_old = "/old" }), "");
	CHECK_STR(said(&(struct opts){ .put_old = "/a/../old" }),
		  "--put-old: invalid destination '/a/../old': '..' cannot follow a name");
}

static const struct verb mounts = { .name = "m" };
static const struct verb mask = { .name = "mask", .cover = VERB_HIDES_ON_PURPOSE };
static const struct verb dir = { .name = "dir", .cover = VERB_COVERS_NOTHING };

/* Returns the message of check_hidden() for verbs with these destinations, in this order. */
static const char *said_of(const struct verb *v, const char *a, const struct verb *w, const char *b,
			   const char *c)
{
	struct op op[] = {
		{ .verb = v, .arg = a, .dst = (char *)a },
		{ .verb = w, .arg = b, .dst = (char *)b },
		{ .verb = &mounts, .arg = c, .dst = (char *)c },
	};

	return said(&(struct opts){ .op = op, .n = ARRAY_SIZE(op) });
}

static void mount_must_not_hide_an_earlier_mount(void)
{
	CHECK_STR(said_of(&mounts, "/a/b", &mounts, "/x", "/a"),
		  "--m on '/a' would hide the earlier --m on '/a/b'");
	CHECK_STR(said_of(&mounts, "/a", &mounts, "/a/b", "//a/./b/"),
		  "--m on '//a/./b/' would hide the earlier --m on '/a/b'");
	CHECK_STR(said_of(&mask, "a/b", &mounts, "/x", "/"),
		  "--m on '/' would hide the earlier --mask on 'a/b'");
	CHECK_STR(said_of(&mounts, "/a", &mounts, "/a/b/c", "/a/b"),
		  "--m on '/a/b' would hide the earlier --m on '/a/b/c'");
}

static void other_orders_and_verbs_hide_nothing(void)
{
	CHECK_STR(said_of(&mounts, "/a", &mounts, "/a/b", "/a/b/c"), "");
	CHECK_STR(said_of(&mounts, "/ab", &mounts, "/a.b", "/a"), "");
	CHECK_STR(said_of(&mounts, "/a/b", &mask, "/a", "/c"), "");
	CHECK_STR(said_of(&mounts, "/a/b", &dir, "/a", "/c"), "");
	CHECK_STR(said_of(&dir, "/a/b", &dir, "/a/c", "/a"), "");
}

/* ---- arguments of verbs */

/* Adds the verb with this argument to an empty list. Returns the message, or "" if the argument is
 * accepted. */
static const char *said_of_arg(struct opts *o, enum verb_id verb, const char *arg)
{
	static struct nserr e;

	*o = (struct opts){ 0 };
	e = NSERR_INIT;
	return unit_error(opts_add(o, &verbs[verb], arg, &e), &e);
}

static void arguments_are_split_into_source_destination_and_options(void)
{
	static const struct {
		enum verb_id verb;
		const char *arg, *src, *dst;
	} all[] = {
		{ VERB_BIND, "/a:/b", "/a", "/b" },
		{ VERB_BIND, "/a", "/a", "/a" },
		{ VERB_BIND, "/a:", "/a", "/a" },
		{ VERB_RO_BIND_TRY, "/a::ro", "/a", "/a" },
		{ VERB_SYMLINK, "a:/b", "a", "/b" },
		{ VERB_TMPFS, "/t:size=1m", NULL, "/t" },
		{ VERB_SHM, NULL, NULL, "/dev/shm" },
		{ VERB_SHM, ":size=1m", NULL, "/dev/shm" },
		{ VERB_BIND, "/a:/../b", "/a", "/b" },
		{ VERB_BIND, "/a:/x/../b", "/a", "/x/../b" },
		{ VERB_ETC_HOSTS, "auto", "auto", "/etc/hosts" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct opts o;

		CHECK_STR(said_of_arg(&o, all[i].verb, all[i].arg), "");
		CHECK_INT(o.n, 1);
		CHECK_STR(o.op[0].dst, all[i].dst);
		if (all[i].src)
			CHECK_STR(o.op[0].src, all[i].src);
		else
			CHECK(!o.op[0].src);
	}
}

static void incomplete_arguments_are_refused(void)
{
	static const struct {
		enum verb_id verb;
		const char *arg, *text;
	} all[] = {
		{ VERB_BIND, "relative", "invalid argument 'relative', expected <src>:<dst>" },
		{ VERB_BIND, ":/b", "invalid argument ':/b', expected <src>:<dst>" },
		{ VERB_BIND, "fd:7", "invalid argument 'fd:7', expected <src>:<dst>" },
		{ VERB_SYMLINK, "/a", "invalid argument '/a', expected <src>:<dst>" },
		{ VERB_SYMLINK, "/a:", "invalid argument '/a:', expected <src>:<dst>" },
		{ VERB_FILE, "", "invalid argument '', expected <src>:<dst>" },
		{ VERB_DIR, "/d:mode=", "unknown option 'mode='" },
		{ VERB_DIR, "/d:mode=8", "unknown option 'mode=8'" },
		{ VERB_DIR, "/d:mode=00755", "unknown option 'mode=00755'" },
		{ VERB_DIR, "/d:mode", "unknown option 'mode'" },
		{ VERB_TMPFS, "/t:private",
		  "private, slave and shared are allowed only for a bind mount" },
		{ VERB_OVERLAY, "/t:slave,lower=/a",
		  "private, slave and shared are allowed only for a bind mount" },
	};
	struct opts o;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		CHECK_STR(said_of_arg(&o, all[i].verb, all[i].arg), all[i].text);
	CHECK_STR(said_of_arg(&o, VERB_DIR, "/d:mode=0700"), "");
	CHECK_INT(o.op[0].o.mode, 0700);
	CHECK(o.op[0].o.has_mode);
	CHECK_STR(said_of_arg(&o, VERB_READONLY, "/"), "");
	CHECK_INT(o.n, 0);
	CHECK(o.readonly);
}

#define NODE_WRONG(text) \
	"invalid argument '" text "', expected <dst>[=c|b:<major>:<minor>[:<mode>[:<uid>:<gid>]]]"

static void device_nodes_have_a_type_and_numbers_in_range(void)
{
	static const char *const wrong[][2] = {
		{ "", NODE_WRONG("") },
		{ ":1:3", NODE_WRONG(":1:3") },
		{ "/n:1:3", NODE_WRONG("/n:1:3") },
		{ "=c:1:3", NODE_WRONG("=c:1:3") },
		{ "/n=x:1:3", NODE_WRONG("/n=x:1:3") },
		{ "/n=c:1", NODE_WRONG("/n=c:1") },
		{ "/n=c:4096:3", NODE_WRONG("/n=c:4096:3") },
		{ "/n=c:1:1048576", NODE_WRONG("/n=c:1:1048576") },
		{ "/n=c:1:3:0888", NODE_WRONG("/n=c:1:3:0888") },
		{ "/n=c:1:3:1000", NODE_WRONG("/n=c:1:3:1000") },
		{ "/n=c:1:3:0600:0:4294967295", NODE_WRONG("/n=c:1:3:0600:0:4294967295") },
		{ "/n=c:1:3:0600:0:0:0", NODE_WRONG("/n=c:1:3:0600:0:0:0") },
		{ "/n=c:12345678901:3", NODE_WRONG("/n=c:12345678901:3") },
		{ "/n=c:1x:3", NODE_WRONG("/n=c:1x:3") },
	};
	struct opts o;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		CHECK_STR(said_of_arg(&o, VERB_DEV_NODE, wrong[i][0]), wrong[i][1]);
	CHECK_STR(said_of_arg(&o, VERB_DEV_NODE, "/n=b:4095:1048575:0777:1:4294967294"), "");
	CHECK_STR(o.op[0].dst, "/n");
	CHECK_INT(o.op[0].node.type, S_IFBLK);
	CHECK_INT(o.op[0].node.major, 4095);
	CHECK_INT(o.op[0].node.minor, 1048575);
	CHECK_INT(o.op[0].node.mode, 0777);
	CHECK_INT(o.op[0].node.gid, 4294967294);
	CHECK_STR(said_of_arg(&o, VERB_DEV_NODE, "/n=c:1:3"), "");
	CHECK_INT(o.op[0].node.type, S_IFCHR);
	CHECK_INT(o.op[0].node.mode, 0666);
	/* check_opts() refuses this destination */
	CHECK_STR(said_of_arg(&o, VERB_DEV_NODE, "/a/../b"), "");
	CHECK_STR(o.op[0].dst, "/a/../b");
}

/* A later option replaces a mount of the preset with the same destination. */
static void options_replace_mounts_of_a_preset(void)
{
	static const struct {
		enum verb_id verb;
		const char *arg;
		bool replaces;
	} all[] = {
		{ VERB_PROC, "/proc:ro", true },  { VERB_TMPFS, "/proc", true },
		{ VERB_BIND, "/x:/proc", true },  { VERB_MASK, "/proc", false },
		{ VERB_DIR, "/proc", false },     { VERB_PROC, "/other", false },
		{ VERB_TMPFS, "//proc/.", true }, { VERB_TMPFS, "/proc/x", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct nserr e = NSERR_INIT;
		struct opts o = { 0 };

		CHECK_INT(opts_add_preset(&o, "minimal", &e), 0);
		CHECK_INT(o.n, 1);
		CHECK_INT(opts_add(&o, &verbs[all[i].verb], all[i].arg, &e), 0);
		CHECK_INT(o.n, all[i].replaces ? 1 : 2);
		CHECK(o.op[o.n - 1].verb == &verbs[all[i].verb]);
		/* the new mount is not that of a preset, so a further option does not replace it */
		CHECK_INT(opts_add(&o, &verbs[all[i].verb], all[i].arg, &e), 0);
		CHECK_INT(o.n, all[i].replaces ? 2 : all[i].verb == VERB_PROC ? 3 : 3);
	}
}

static void verbs_without_a_destination_have_no_common_destination(void)
{
	struct op none = { .dst = NULL }, a = { .dst = (char *)"/a" },
		  b = { .dst = (char *)"//a/" };

	CHECK(same_destination(&a, &b));
	CHECK(!same_destination(&a, &none));
	CHECK(!same_destination(&none, &a));
	CHECK(!same_destination(&none, &none));
}

/* The preset "sandbox" covers the home directory by a tmpfs, if there is one below /. */
static void sandbox_hides_only_an_existing_home_directory(void)
{
	static const struct {
		const char *home, *dst;
	} all[] = {
		{ "/tmp", "/tmp" },       { "/", NULL },
		{ "tmp", NULL },          { "/tmp/../etc", NULL },
		{ "/nonexistent", NULL }, { "//./", NULL },
		{ NULL, NULL },           { "", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct nserr e = NSERR_INIT;
		struct opts o = { 0 };
		unsigned homes = 0;

		if (all[i].home)
			setenv("HOME", all[i].home, 1);
		else
			unsetenv("HOME");
		CHECK_INT(opts_add_preset(&o, "sandbox", &e), 0);
		CHECK(o.host_root);
		CHECK(!o.in_preset);
		for (size_t k = 0; k < o.n; k++)
			homes += o.op[k].o.n > 0 && streq(o.op[k].o.param[0], "mode=0755") &&
				 o.op[k].arg && strstr(o.op[k].arg, ":mode=0700");
		CHECK_INT(homes, all[i].dst ? 1 : 0);
	}
}

/* The capabilities of docker, except mknod. */
static void presets_limit_capabilities(void)
{
	struct nserr e = NSERR_INIT;
	struct opts o = { 0 };

	CHECK_INT(opts_add_preset(&o, "docker", &e), 0);
	CHECK(o.nodev);
	CHECK(o.caps & SYS_CAP_BIT(CAP_CHOWN));
	CHECK(o.caps & SYS_CAP_BIT(CAP_AUDIT_WRITE));
	CHECK(!(o.caps & SYS_CAP_BIT(CAP_MKNOD)));
	CHECK(!(o.caps & SYS_CAP_BIT(CAP_SYS_ADMIN)));
	CHECK_INT(__builtin_popcountll(o.caps), 13);
	o = (struct opts){ 0 };
	CHECK_INT(opts_add_preset(&o, "host", &e), 0);
	CHECK(o.of_host);
	CHECK_INT(o.caps, 0);
	CHECK_INT(opts_add_preset(&o, "dockr", &e), -EINVAL);
	CHECK(strstr(e.what, "dockr"));
	CHECK(strstr(e.hint, "docker"));
}

/* ---- the reason why the kernel refused an overlay */

/* Returns the hint of overlay_explain() for the options, which are separated by blanks. */
static const char *hint_of(const char *options, const char *newroot, int error)
{
	static struct nserr e;
	static char text[512];
	const char *param[8];
	struct op op = { .o = { .param = param } };
	char *save = NULL;

	snprintf(text, sizeof(text), "%s", options);
	for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save))
		param[op.o.n++] = word;
	e = NSERR_INIT;
	e.errnum = error;
	overlay_explain(&op, newroot, &e);
	return e.hint;
}

#define APART "use directories for upper= and work= that do not contain each other"
#define TWO   "add upper= and work=, or another lower=: an overlay needs two layers"

static void inside_overlay(const char *in)
{
	static const struct {
		const char *options, *hint;
	} all[] = {
		{ "upper=tmpfs lower=l", "" },
		{ "upper=tmpfs work=w",
		  "omit work=, because upper=tmpfs has its own work directory" },
		{ "upper=u", "add work=<dir>, an empty directory on the same mount as upper=u" },
		{ "work=w", "add upper=<dir>, or omit work=" },
		{ "upper=u work=u", APART },
		{ "upper=u work=u/below", APART },
		{ "upper=u/below work=u", APART },
		{ "upper=u work=/", APART },
		{ "upper=u work=uu lower=l", "" },
		{ "upper=u work=gone lower=l", "" },
		{ "upper=gone work=w lower=l", "" },
		{ "upper=u work=t lower=l",
		  "move work= to the mount of upper=u: both must be on the same mount" },
		{ "lower=l", TWO },
		{ "", TWO },
		{ "lower=f", TWO },
		{ "lower=l lower=f", "use a directory as the layer instead of the file 'f'" },
		{ "lower=gone lower=l", "" },
		{ "upper=u work=w lower=f",
		  "use a directory as the layer instead of the file 'f'" },
		{ "upper=u work=w", "use a directory as the layer instead of the file 'f'" },
		{ "upper=u work=w index=off lower=l", "" },
	};

	CHECK_INT(chdir(in), 0);
	CHECK_INT(mkdir("u", 0755), 0);
	CHECK_INT(mkdir("u/below", 0755), 0);
	CHECK_INT(mkdir("uu", 0755), 0);
	CHECK_INT(mkdir("w", 0755), 0);
	CHECK_INT(mkdir("l", 0755), 0);
	CHECK_INT(mkdir("t", 0755), 0);
	CHECK_INT(mount("none", "t", "tmpfs", 0, NULL), 0);
	CHECK_INT(close(open("f", O_CREAT | O_WRONLY | O_CLOEXEC, 0644)), 0);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		CHECK_STR(hint_of(all[i].options, "f", EINVAL), all[i].hint);
	/* only EINVAL, and ENOMEM of older kernels, have these reasons */
	CHECK_STR(hint_of("lower=l", "l", EPERM), "");
	CHECK_STR(hint_of("upper=u", "l", EPERM), "");
	CHECK_STR(hint_of("upper=u work=u", "l", ENOMEM), "");
	CHECK_STR(hint_of("lower=l", "l", ENOMEM), "");
	CHECK_STR(hint_of("upper=u", "l", ENOMEM),
		  "add work=<dir>, an empty directory on the same mount as upper=u");
	/* the mounts below / belong to the namespace of the caller */
	CHECK(strstr(hint_of("upper=u work=w", "/", EINVAL), "cannot be separated from '/'"));
	CHECK(strstr(hint_of("upper=u work=w lower=/ lower=l", "l", EINVAL),
		     "use a layer without mounts below it: in a user namespace, the mount '/"));
}

static void hint_for_a_refused_overlay_names_the_mistake(void)
{
	sandbox(0, inside_overlay);
}

UNIT_MAIN(CASE(destination_must_not_have_dotdot_after_a_name),
	  CASE(destination_must_not_be_missing_or_too_long),
	  CASE(put_old_is_checked_like_a_destination), CASE(mount_must_not_hide_an_earlier_mount),
	  CASE(other_orders_and_verbs_hide_nothing),
	  CASE(arguments_are_split_into_source_destination_and_options),
	  CASE(incomplete_arguments_are_refused),
	  CASE(device_nodes_have_a_type_and_numbers_in_range),
	  CASE(options_replace_mounts_of_a_preset),
	  CASE(verbs_without_a_destination_have_no_common_destination),
	  CASE(sandbox_hides_only_an_existing_home_directory), CASE(presets_limit_capabilities),
	  CASE(hint_for_a_refused_overlay_names_the_mistake))
