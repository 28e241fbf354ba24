// SPDX-License-Identifier: GPL-2.0-or-later
#include "cgroup/name.h"

#include "../unit.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char *container(const char *path)
{
	static struct buf b;

	buf_reset(&b);
	return cgroup_name_container(path, strlen(path), &b) ? b.s : "none";
}

static const char *unit(const char *path)
{
	static struct buf b;

	buf_reset(&b);
	return cgroup_name_unit(path, strlen(path), &b) ? b.s : "none";
}

static void finds_the_most_specific_path(void)
{
	size_t n = 0;
	const char *s = cgroup_name_path("12:pids:/a/b\n1:name=systemd:/user.slice\n0::/\n", &n);

	CHECK(s && n == 11 && strncmp(s, "/user.slice", n) == 0);
	s = cgroup_name_path("4:cpu:/docker/very/long\n0::/x:y\n", &n);
	CHECK(s && n == 4 && strncmp(s, "/x:y", n) == 0);
	s = cgroup_name_path("0::/\n", &n);
	CHECK(s && n == 1);
	CHECK(!cgroup_name_path("", &n));
	CHECK(!cgroup_name_path("nonsense\n", &n));
}

static void finds_containers(void)
{
	CHECK_STR(container("/docker/" ID), "docker:0123456789ab");
	CHECK_STR(container("/system.slice/docker-" ID ".scope"), "docker:0123456789ab");
	CHECK_STR(container("/machine.slice/libpod-" ID ".scope/container"), "podman:0123456789ab");
	CHECK_STR(container("/kubepods.slice/x.slice/cri-containerd-" ID ".scope"),
		  "containerd:0123456789ab");
	CHECK_STR(container("/kubepods/besteffort/pod1/" ID), "containerd:0123456789ab");
	CHECK_STR(container("/kubepods.slice/crio-" ID ".scope"), "crio:0123456789ab");
	CHECK_STR(container("/kubepods.slice/crio-conmon-" ID ".scope"), "none");
	CHECK_STR(container("/lxc.payload.web/init.scope"), "lxc:web");
	CHECK_STR(container("/lxc/web"), "lxc:web");
	CHECK_STR(container("/machine.slice/systemd-nspawn@web.service/payload"), "nspawn:web");
	CHECK_STR(container("/machine.slice/machine-my\\x2dbox.scope"), "machine:my-box");
	CHECK_STR(container("/user.slice/user-0.slice"), "none");
	CHECK_STR(container("/"), "none");
	CHECK_STR(container("/docker-short.scope"), "none");
	CHECK_STR(container("/machine-\\x.scope"), "machine:\\x");
}

static void finds_units(void)
{
	CHECK_STR(unit("/system.slice/ssh.service"), "ssh.service");
	CHECK_STR(unit("/user.slice/user-0.slice/user@0.service/app.slice/x.scope/y"), "x.scope");
	CHECK_STR(unit("/user.slice"), "user.slice");
	CHECK_STR(unit("/.service"), "none");
	CHECK_STR(unit("/"), "none");
}

static const char *first(const char *text)
{
	static char path[64];
	size_t n = 0;
	const char *s = cgroup_name_first(text, &n);

	snprintf(path, sizeof(path), "%.*s", (int)n, s);
	return path;
}

static void the_first_path_is_that_of_version_2_if_there_is_one(void)
{
	CHECK_STR(first("0::/a:b\n"), "/a:b");
	CHECK_STR(first("3:cpu:/c\n0::/b\n"), "/b");
	CHECK_STR(first("3:cpu:/c\n2:pids:/p\n"), "/c");
	/* a hierarchy whose number ends with 0, and a path that looks like a line of version 2 */
	CHECK_STR(first("10::/ten\n2:pids:/p\n"), "/ten");
	CHECK_STR(first("4:cpu:/x0::/y\n0::/z\n"), "/x0::/y");
	CHECK_STR(first("0::/last"), "/last");
	CHECK_STR(first("rubbish"), "");
	CHECK_STR(first("one:colon"), "");
	CHECK_STR(first(""), "");
}

static void an_id_has_64_hexadecimal_digits(void)
{
	CHECK_STR(
		container(
			"/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg"),
		"none");
	CHECK_STR(container("/docker/" ID "0"), "none");
	CHECK_STR(container("/docker-" ID "0.scope"), "none");
	CHECK_STR(container("/dockes/" ID), "containerd:0123456789ab");
	CHECK_STR(container("/libpod-" ID), "podman:0123456789ab");
	CHECK_STR(container("/crio-" ID), "crio:0123456789ab");
	CHECK_STR(container("/lxc.payload/web"), "lxc:web");
	CHECK_STR(container("/lxd/web"), "none");
	CHECK_STR(container("/lxc.monitor/web"), "none");
	CHECK_STR(container("/docker/web"), "none");
}

static void only_complete_escapes_are_undone(void)
{
	CHECK_STR(container("/machine-a\\x2.scope"), "machine:a\\x2");
	CHECK_STR(container("/machine-a\\x2g.scope"), "machine:a\\x2g");
	CHECK_STR(container("/machine-a\\xg2.scope"), "machine:a\\xg2");
	CHECK_STR(container("/machine-a\\y2d.scope"), "machine:a\\y2d");
	CHECK_STR(container("/machine-\\x2d\\x2f.scope"), "machine:-/");
}

UNIT_MAIN(CASE(finds_the_most_specific_path), CASE(finds_containers), CASE(finds_units),
	  CASE(the_first_path_is_that_of_version_2_if_there_is_one),
	  CASE(an_id_has_64_hexadecimal_digits), CASE(only_complete_escapes_are_undone))
