// SPDX-License-Identifier: GPL-2.0-or-later
/* find_parse: parses the argument of --find. */
#include "find.h"

#include <netinet/in.h>

#include "base/choice.h"
#include "base/num.h"

static const char *const kinds[FIND_KINDS] = {
	[FIND_PID] = "pid",       [FIND_INODE] = "inode", [FIND_LINK] = "link",
	[FIND_ADDR] = "addr",     [FIND_PORT] = "port",   [FIND_MOUNT] = "mount",
	[FIND_CGROUP] = "cgroup", [FIND_NAME] = "name",
};

static bool parse_port(struct find *f)
{
	char number[8] = "";
	const char *slash = strchrnul(f->text, '/');
	size_t n = (size_t)(slash - f->text);

	if (n >= sizeof(number))
		return false;
	memcpy(number, f->text, n);
	f->protocol = streq(slash, "/udp") ? IPPROTO_UDP : IPPROTO_TCP;
	if (*slash && !streq(slash, "/udp") && !streq(slash, "/tcp"))
		return false;
	return num_u64(number, 1, 65535, &f->num) == 0;
}

/* Returns true if the text is "MAJOR:MINOR" or an absolute path. */
static bool parse_mount(struct find *f)
{
	size_t digits = strspn(f->text, "0123456789");

	f->is_device = digits > 0 && f->text[digits] == ':' && f->text[digits + 1] &&
		       f->text[digits + 1 + strspn(f->text + digits + 1, "0123456789")] == '\0';
	return f->is_device || f->text[0] == '/';
}

/* Parses an inode, which may be written as in the links of /proc/PID/ns: "net:[4026531840]",
 * "[4026531840]". Returns false if it is invalid. */
static bool parse_inode(struct find *f)
{
	const char *open = strchr(f->text, '[');
	char number[24];
	size_t n;

	if (!open)
		return num_u64(f->text, 1, UINT32_MAX, &f->num) == 0;
	n = strcspn(open + 1, "]");
	if (n >= sizeof(number) || !streq(open + 1 + n, "]"))
		return false;
	memcpy(number, open + 1, n);
	number[n] = '\0';
	return num_u64(number, 1, UINT32_MAX, &f->num) == 0;
}

static bool parse_value(struct find *f)
{
	pid_t pid = 0;

	switch (f->kind) {
	case FIND_PID:
		if (num_pid(f->text, &pid) < 0)
			return false;
		f->num = (uint64_t)pid;
		return true;
	case FIND_INODE:
		return parse_inode(f);
	case FIND_LINK:
		return net_ifname_is_valid(f->text, strlen(f->text));
	case FIND_ADDR:
		return !strchr(f->text, '/') &&
		       net_addr_parse(f->text, strlen(f->text), &f->addr) == 0;
	case FIND_PORT:
		return parse_port(f);
	case FIND_MOUNT:
		return parse_mount(f);
	case FIND_CGROUP:
		return f->text[0] == '/';
	case FIND_NAME:
		return f->text[0] != '\0';
	case FIND_KINDS:
		break;
	}
	return false;
}

int find_parse(const char *s, struct find *out, struct nserr *e)
{
	size_t n = strcspn(s, ":");
	struct choice choice;

	*out = (struct find){ .text = s + n + (s[n] == ':') };
	for (int i = 0; i < FIND_KINDS; i++) {
		if (strlen(kinds[i]) != n || memcmp(kinds[i], s, n) != 0 || s[n] != ':')
			continue;
		out->kind = (enum find_kind)i;
		if (parse_value(out))
			return 0;
		return nserr_set(e, 0, "--find: invalid value '%s' for %s:", out->text, kinds[i]),
		       -EINVAL;
	}
	choice_init(&choice, s, n);
	choice.suffix = ":";
	for (int i = 0; i < FIND_KINDS; i++)
		choice_add(&choice, kinds[i]);
	if (s[n] == ':')
		choice_unknown(&choice, "object", e);
	else
		nserr_set(e, 0, "invalid argument '%s', expected <object>:<value>", s);
	choice_hint(&choice, e);
	nserr_prefix(e, "--find");
	return -EINVAL;
}
