// SPDX-License-Identifier: GPL-2.0-or-later
/* stop_opts: parses --grace and --stop-signal. */
#include "common/stop_opts.h"

#include "base/num.h"
#include "common/cli.h"

bool stop_option(struct supervise *s, int key, const char *arg)
{
	if (key == STOP_KEY_GRACE && num_duration(arg, &s->grace) < 0)
		cli_die_usage("--grace: invalid duration '%s'", arg);
	if (key == STOP_KEY_SIGNAL)
		s->stop_signal = cli_signal("--stop-signal", arg, strlen(arg));
	return key == STOP_KEY_GRACE || key == STOP_KEY_SIGNAL;
}
