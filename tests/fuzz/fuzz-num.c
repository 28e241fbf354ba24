// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz-num: checks that an accepted number has only digits and has the value that strtoull(3)
 * returns.
 */
#include <errno.h>

#include "base/num.h"
#include "base/signame.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = fuzz_string(data, size);
	struct timespec t = { -1, -1 };
	uint64_t u = 7;
	uint32_t id;
	pid_t pid;
	int fd;

	errno = 0;
	if (num_u64(s, 0, UINT64_MAX, &u) == 0) {
		HOLDS(*s && strspn(s, "0123456789") == strlen(s));
		HOLDS(strtoull(s, NULL, 10) == u && errno == 0);
	} else {
		HOLDS(u == 7);
	}
	if (num_id(s, &id) == 0)
		HOLDS(id == u && id != UINT32_MAX);
	if (num_pid(s, &pid) == 0)
		HOLDS(pid > 0 && (uint64_t)pid == u && pid <= NUM_PID_MAX);
	if (num_fd(s, &fd) == 0)
		HOLDS(fd >= 0 && (uint64_t)fd == u);
	if (num_duration(s, &t) == 0)
		HOLDS(t.tv_sec >= 0 && t.tv_nsec >= 0 && t.tv_nsec < 1000000000);
	else
		HOLDS(t.tv_sec == -1);
	(void)!signame_parse(s, strlen(s));
	free(s);
	return 0;
}
