// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz-procstatus: checks that values of proc_pid_status(5) and of limits lie in the text and do
 * not overflow.
 */
#include "base/num.h"
#include "cred/rlimit.h"
#include "fuzz.h"
#include "kernel/proc_status.h"

static void status(const char *text)
{
	static const char *const keys[] = { "Uid", "Groups", "NSpid", "Tgid", "CapBnd" };
	const char *end = text + strlen(text);

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *s = proc_status_value(text, keys[i]);
		uint32_t v = 7;

		HOLDS(!s || (s > text && s <= end));
		for (unsigned k = 0; k < 5; k++)
			HOLDS(proc_status_number(s, k, &v) == 0 || v == 7 || s);
		(void)proc_status_hex(text, keys[i]);
	}
	HOLDS(proc_status_nspid(text, 0) <= NUM_PID_MAX);
	HOLDS(proc_status_nspid(text, UINT32_MAX) <= NUM_PID_MAX);
}

static void limits(const char *text)
{
	struct cred_rlimit l[RLIM_NLIMITS] = { { .set = true, .soft = 1, .hard = 2 } };
	cleanup_buf struct buf shown = BUF_INIT;

	cred_rlimit_parse_proc(text, l);
	HOLDS(l[0].set && l[0].soft == 1 && l[0].hard == 2);
	cred_rlimit_show(l, &shown);
	HOLDS(shown.err == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);

	status(text);
	limits(text);
	free(text);
	return 0;
}
