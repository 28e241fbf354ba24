// SPDX-License-Identifier: GPL-2.0-or-later
/* proc_status: parses /proc/PID/status, whose lines are "KEY:\tVALUE\tVALUE…". */
#include "kernel/proc_status.h"

#include "base/num.h"

const char *proc_status_value(const char *status, const char *key)
{
	size_t n = strlen(key);

	for (const char *s = status; s; s = strchr(s, '\n')) {
		s += *s == '\n';
		if (strncmp(s, key, n) == 0 && s[n] == ':')
			return s + n + 1 + strspn(s + n + 1, " \t");
	}
	return NULL;
}

int proc_status_number(const char *value, unsigned field, uint32_t *out)
{
	const char *s = value;
	uint64_t v;

	for (; s && field > 0; field--) {
		s += strcspn(s, " \t\n");
		s += *s == '\t';
	}
	if (!s || num_u64n(s, strcspn(s, " \t\n"), 0, UINT32_MAX, &v) < 0)
		return -EINVAL;
	*out = (uint32_t)v;
	return 0;
}

uint64_t proc_status_hex(const char *status, const char *key)
{
	const char *s = proc_status_value(status, key);

	return s ? strtoull(s, NULL, 16) : 0;
}

uint64_t proc_status_nspid(const char *status, unsigned level)
{
	const char *s = proc_status_value(status, "NSpid");
	uint64_t pid = 0, v;

	while (s) {
		size_t n = strcspn(s, "\t\n");

		if (num_u64n(s, n, 1, NUM_PID_MAX, &v) < 0)
			break;
		pid = v;
		if (level-- == 0 || s[n] != '\t')
			break;
		s += n + 1;
	}
	return pid;
}
