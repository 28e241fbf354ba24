// SPDX-License-Identifier: GPL-2.0-or-later
/* name: finds the names of containers and units in cgroup paths, by the naming conventions of
 * container engines. Opens no file. */
#include "cgroup/name.h"

/* container engines print only the first 12 of the 64 hexadecimal digits of an id */
#define SHORT_ID 12

const char *cgroup_name_path(const char *text, size_t *len)
{
	const char *best = NULL;

	for (const char *line = text; *line;) {
		const char *end = strchrnul(line, '\n'), *path;
		size_t n;

		/* "hierarchy-ID:controller-list:path": only the path may contain colons */
		path = memchr(line, ':', (size_t)(end - line));
		path = path ? memchr(path + 1, ':', (size_t)(end - path - 1)) : NULL;
		n = path ? (size_t)(end - path - 1) : 0;
		if (n > 0 && (!best || n > *len || (line[0] == '0' && n > 1))) {
			best = path + 1;
			*len = n;
			if (line[0] == '0' && n > 1)
				break;
		}
		line = *end ? end + 1 : end;
	}
	return best;
}

const char *cgroup_name_first(const char *text, size_t *len)
{
	const char *line = strstr(text, "0::");

	if (!line || (line != text && line[-1] != '\n'))
		line = text;
	line = strchr(line, ':');
	line = line ? strchr(line + 1, ':') : NULL;
	line = line ? line + 1 : "";
	*len = strcspn(line, "\n");
	return line;
}

struct word {
	const char *s;
	size_t n;
};

/* Sets `out` to the part of a component between prefix and suffix. Returns false if the part is
 * empty, or if the component lacks prefix or suffix. */
static bool between(struct word w, const char *prefix, const char *suffix, struct word *out)
{
	size_t p = strlen(prefix), s = strlen(suffix);

	if (w.n <= p + s || memcmp(w.s, prefix, p) != 0 || memcmp(w.s + w.n - s, suffix, s) != 0)
		return false;
	*out = (struct word){ w.s + p, w.n - p - s };
	return true;
}

static bool is_id(struct word w)
{
	if (w.n != 64)
		return false;
	for (size_t i = 0; i < w.n; i++)
		if (!strchr("0123456789abcdef", w.s[i]))
			return false;
	return true;
}

/* Appends the name of a systemd unit and decodes its \xHH escapes. */
static void add_unescaped(struct buf *out, struct word w)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < w.n; i++) {
		const char *hi, *lo;

		if (w.n - i >= 4 && w.s[i] == '\\' && w.s[i + 1] == 'x' && w.s[i + 2] &&
		    w.s[i + 3] && (hi = strchr(hex, w.s[i + 2])) &&
		    (lo = strchr(hex, w.s[i + 3]))) {
			buf_addc(out, (char)((hi - hex) << 4 | (lo - hex)));
			i += 3;
		} else {
			buf_addc(out, w.s[i]);
		}
	}
}

/* Appends the name of the container that component w of the path belongs to. `before` is the
 * component before w. Returns false if w does not name a container. */
static bool container(struct word before, struct word w, struct buf *out)
{
	static const struct {
		const char *prefix, *suffix, *engine;
	} ids[] = {
		{ "docker-", ".scope", "docker" },
		{ "libpod-", ".scope", "podman" },
		{ "libpod-", "", "podman" },
		{ "cri-containerd-", ".scope", "containerd" },
		{ "crio-", ".scope", "crio" },
		{ "crio-", "", "crio" },
	}, names[] = {
		{ "lxc.payload.", "", "lxc" },
		{ "systemd-nspawn@", ".service", "nspawn" },
		{ "machine-", ".scope", "machine" },
	};
	struct word id;

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		if (!between(w, ids[i].prefix, ids[i].suffix, &id) || !is_id(id))
			continue;
		buf_printf(out, "%s:%.*s", ids[i].engine, SHORT_ID, id.s);
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!between(w, names[i].prefix, names[i].suffix, &id))
			continue;
		buf_printf(out, "%s:", names[i].engine);
		add_unescaped(out, id);
		return true;
	}
	if (before.n == 6 && memcmp(before.s, "docker", 6) == 0 && is_id(w))
		buf_printf(out, "docker:%.*s", SHORT_ID, w.s);
	else if (is_id(w)) /* containerd names the cgroup of a pod only by its id */
		buf_printf(out, "containerd:%.*s", SHORT_ID, w.s);
	else if ((before.n == 3 && memcmp(before.s, "lxc", 3) == 0) ||
		 (before.n == 11 && memcmp(before.s, "lxc.payload", 11) == 0))
		buf_printf(out, "lxc:%.*s", (int)w.n, w.s);
	else
		return false;
	return true;
}

/* Returns the next component of *path and moves *path to its end. At the end of the path, returns
 * an empty component. */
static struct word next_word(const char **path, const char *end)
{
	struct word w;

	while (*path < end && **path == '/')
		(*path)++;
	w.s = *path;
	while (*path < end && **path != '/')
		(*path)++;
	w.n = (size_t)(*path - w.s);
	return w;
}

bool cgroup_name_container(const char *path, size_t len, struct buf *out)
{
	const char *end = path + len;
	struct word before = { "", 0 }, w;

	for (;;) {
		w = next_word(&path, end);
		if (w.n == 0)
			return false;
		if (container(before, w, out))
			return true;
		before = w;
	}
}

bool cgroup_name_unit(const char *path, size_t len, struct buf *out)
{
	static const char *const suffixes[] = { ".service", ".scope", ".socket",
						".mount",   ".swap",  ".slice" };
	const char *end = path + len;
	struct word unit = { NULL, 0 }, w, name;

	while ((w = next_word(&path, end)).n > 0)
		for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
			if (between(w, "", suffixes[i], &name))
				unit = w;
	if (!unit.s)
		return false;
	buf_add(out, unit.s, unit.n);
	return true;
}
