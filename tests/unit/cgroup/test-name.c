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

UNIT_MAIN(CASE(finds_the_most_specific_path), CASE(finds_containers), CASE(finds_units))
