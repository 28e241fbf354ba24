// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz-procstat: checks that the name from proc_pid_stat(5) fits its buffer and that too few fields
 * are refused.
 */
#include "fuzz.h"
#include "kernel/proc_stat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct proc_stat st;

	if (proc_stat_parse(text, &st) == 0) {
		HOLDS(st.comm_len < sizeof(st.comm) && st.comm[st.comm_len] == '\0');
		HOLDS(strchr(text, '(') && strlen(strrchr(text, ')')) > 20);
	}
	free(text);
	return 0;
}
