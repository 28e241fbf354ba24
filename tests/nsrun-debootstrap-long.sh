#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsrun-debootstrap-long: installs Debian 13 with debootstrap(8) in a container, and a package with
# apt-get in the new system.
# Runs as root and as an ordinary user.
# Runs only in check-long.
# Time limit: 300 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/nsrunlib.sh"
require_ns user mnt pid uts ipc net cgroup
require_tool debootstrap
# build-aux/check has downloaded the packages, because the tests have no network
[ -r "${NSUTILS_DEBIAN:-/none}.tgz" ] || skip 'needs the tarball of tests/helpers/debian-tarball.sh'
work_in "$TMP/work"

test_debootstrap_and_apt_get_install_a_system()
{
	cp "$NSUTILS_DEBIAN.tgz" packages.tgz
	# debootstrap mounts proc. In a user namespace, the kernel permits this only if no mount
	# hides a part of /proc, so the preset is minimal. container=lxc makes debootstrap bind
	# device nodes that it cannot create.
	run nsrun --profile container --with nspivot:--preset=minimal --with nspivot:--cap-keep=all \
		--bind "$PWD:$PWD:dev" --setenv container=lxc --setenv HOME=/tmp --tmpfs /tmp/home -- \
		debootstrap --variant=minbase --unpack-tarball="$PWD/packages.tgz" trixie "$PWD/root"
	assert_rc 0
	assert_out_has 'Base system installed successfully'
	mkdir -p package/DEBIAN package/usr/bin
	printf '%s\n' 'Package: greeting' 'Version: 1' 'Architecture: all' 'Maintainer: nobody <n@example.org>' \
		'Description: prints a greeting' >package/DEBIAN/control
	printf '#!/bin/sh\necho hello from "$(id -u)"\n' >package/usr/bin/greeting
	chmod 755 package/usr/bin/greeting
	run dpkg-deb --root-owner-group --build package
	assert_rc 0
	run nsrun -R "$PWD/root" --ro-bind "$PWD/package.deb:/root/package.deb" --setenv DEBIAN_FRONTEND=noninteractive -- \
		/bin/sh -c 'apt-get -qq install -y /root/package.deb >/dev/null 2>&1; greeting; cut -d. -f1 /etc/debian_version'
	assert_rc 0
	assert_out 'hello from 0
13'
	# remove the files inside a user namespace, because they belong to subordinate users
	nsrun --profile container --bind "$PWD" -- rm -rf "$PWD/root"
	assertTrue 'removed' "[ ! -e root ]"
}

. shunit2
