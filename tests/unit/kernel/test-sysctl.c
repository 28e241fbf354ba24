// SPDX-License-Identifier: GPL-2.0-or-later
/* test-sysctl: checks how a sysctl and its value are split. */
#include "kernel/sysctl.h"

#include "../unit.h"
#include "base/str.h"

/* Checks that text is split into path and value. */
static void is(const char *text, const char *path, const char *value)
{
	char got[64];
	const char *v = sysctl_split(text, got, sizeof(got));

	CHECK(v && streq(v, value));
	CHECK(v && streq(got, path));
}

static void is_invalid(const char *text)
{
	char got[32];

	CHECK(!sysctl_split(text, got, sizeof(got)));
}

static void splits_at_dots(void)
{
	is("net.ipv4.ip_forward=1", "net/ipv4/ip_forward", "1");
	is("kernel.msgmax=a=b", "kernel/msgmax", "a=b");
	is("net.core.x=", "net/core/x", "");
}

static void splits_at_slashes(void)
{
	is("net/ipv4/conf/eth0.1/forwarding=1", "net/ipv4/conf/eth0.1/forwarding", "1");
	is("net.ipv4.conf.eth0/1.forwarding=1", "net/ipv4/conf/eth0.1/forwarding", "1");
}

static void refuses_invalid_text(void)
{
	is_invalid("");
	is_invalid("=1");
	is_invalid("net.ipv4.ip_forward");
	is_invalid("/net/ipv4=1");
	is_invalid(".net=1");
	is_invalid("net/../kernel/x=1");
	is_invalid("net..ipv4=1");
	is_invalid("a.name.that.is.longer.than.32.bytes=1");
}

UNIT_MAIN(CASE(splits_at_dots), CASE(splits_at_slashes), CASE(refuses_invalid_text))
