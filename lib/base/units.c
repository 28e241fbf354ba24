// SPDX-License-Identifier: GPL-2.0-or-later
/* units: formats times and sizes with a unit. */
#include "base/units.h"

void units_add_duration(struct buf *b, uint64_t s)
{
	if (s < 60)
		buf_printf(b, "%us", (unsigned)s);
	else if (s < 3600)
		buf_printf(b, "%um", (unsigned)(s / 60));
	else if (s < 86400)
		buf_printf(b, "%uh", (unsigned)(s / 3600));
	else
		buf_printf(b, "%llud", (unsigned long long)(s / 86400));
}

void units_add_size(struct buf *b, uint64_t n)
{
	static const char units[] = "BKMGTPE";
	uint64_t unit = 1;
	size_t i = 0;

	/* a number of 64 bits is below 16E */
	while (n / unit >= 1024) {
		unit *= 1024;
		i++;
	}
	if (i > 0 && n / unit < 10)
		buf_printf(b, "%llu.%llu%c", (unsigned long long)(n / unit),
			   (unsigned long long)(n % unit * 10 / unit), units[i]);
	else
		buf_printf(b, "%llu%c", (unsigned long long)(n / unit), units[i]);
}
