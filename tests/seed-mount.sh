#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seed-mount: the examples of an article on bind mounts and mount namespaces: seven differences
# between a bind mount and a hard link, and propagation.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns mnt
require_tool mount umount

own=''
[ "$(id -u)" = 0 ] || own=-r

# inside CMD: runs CMD in a new mount namespace, in a new directory that contains the files a and b
# and the directory d.
inside()
{
	rm -rf "$TMP/w" && mkdir -p "$TMP/w/d" && echo a >"$TMP/w/a" && echo b >"$TMP/w/b"
	run nsunshare $own -m -w "$TMP/w" -- sh -euc "$1"
}

test_1_a_mount_ends_with_its_namespace_and_a_link_stays()
{
	inside 'mount --bind a b; cat b; ln a link'
	assert_ok
	assert_out a
	assertEquals b "$(cat "$TMP/w/b")"
	assertEquals a "$(cat "$TMP/w/link")"
}

test_2_a_mount_accepts_directories_and_a_link_does_not()
{
	inside 'mkdir e; echo x >d/f; mount --bind d e; cat e/f; ! ln d link 2>&1'
	assert_rc 0
	assert_out_has x
	assert_out_has 'not allowed for directory'
}

test_3_a_mount_needs_an_existing_target_and_a_link_does_not()
{
	inside '! mount --bind a new 2>&1; ! ln a b 2>&1; : >new; mount --bind a new; ln a link; cat new link'
	assert_rc 0
	assert_out_has 'does not exist'
	assert_out_has 'File exists'
	assert_out_has 'a
a'
}

test_4_a_mount_point_cannot_be_removed()
{
	inside 'mount --bind a b; ! rm b 2>&1; umount b; rm b; ln a link; rm link; echo gone'
	assert_rc 0
	assert_out_has busy
	assert_out_has gone
}

test_5_a_deleted_source_lives_as_long_as_the_mount()
{
	inside 'mount --bind a b; rm a; cat b; grep -c deleted /proc/self/mountinfo'
	assert_ok
	assert_out 'a
1'
	assertEquals 'the source is gone after the unmount' b "$(cat "$TMP/w/b")"
}

test_6_a_mount_depends_on_propagation_and_a_link_does_not()
{
	inside 'mount --bind a b; ln a link; nsunshare -m -- sh -c "umount b; mount --bind d d"; cat b; grep -c "/w/d " /proc/self/mountinfo || cat link'
	assert_ok
	assert_out 'a
0
a'
}

test_7_a_mount_crosses_file_systems_and_a_link_does_not()
{
	inside 'mount -t tmpfs none d; echo t >d/f; mount --bind d/f b; cat b; ! ln d/f link 2>&1'
	assert_rc 0
	assertEquals t "$(head -n 1 "$TMP/out")"
	assert_out_has 'Invalid cross-device link'
}

# spread TYPE: creates a directory with this propagation type, and a mount namespace. Prints "in" if
# a mount that was made outside is visible in the new namespace, and "out" if a mount that was made
# in the new namespace is visible outside.
spread()
{
	run nsunshare $own -m -- sh -euc '
		mkdir -p "$0/p" && cd "$0" && mount -t tmpfs none p && mkdir p/here p/there && mount --make-shared p
		[ '"$1"' = slave ] || mount --make-'"$1"' p
		mkfifo p/go p/done
		nsunshare -m --propagation '"${2:-unchanged}"' -- sh -c "
			mount -t tmpfs there p/there; echo >p/go; read -r _ <p/done
			grep -c \"^.* /.*p/here .* here \" /proc/self/mountinfo" >in &
		read -r _ <p/go
		mount -t tmpfs here p/here
		echo "out $(grep -c " there " /proc/self/mountinfo || :)"
		echo >p/done; wait
		echo "in $(cat in)"' "$TMP/spread.$1.${2:-}"
}

test_shared_mounts_propagate_both_ways()
{
	spread shared
	assert_out 'out 1
in 1'
}

test_private_mounts_do_not_propagate()
{
	spread private
	assert_out 'out 0
in 0'
}

test_slave_mounts_propagate_inwards_only()
{
	spread slave slave
	assert_out 'out 0
in 1'
}

test_the_default_of_a_new_namespace_is_private()
{
	spread shared private
	assert_out 'out 0
in 0'
}

test_unbindable_mounts_cannot_be_bound()
{
	run nsunshare $own -m -- sh -euc '
		mkdir -p "$0/u" "$0/v" && cd "$0" && mount -t tmpfs none u && mount --make-unbindable u
		! mount --bind u v' "$TMP/unbindable"
	assert_rc 0
	assert_err_has 'wrong fs type, bad option, bad superblock'
	# a recursive bind mount omits unbindable mounts
	run nsunshare $own -m -- sh -euc '
		mkdir -p "$0/x/u" "$0/y" && cd "$0" && mount --bind x x && mount -t tmpfs none x/u && mount --make-unbindable x/u
		mount --rbind x y; grep -c "/y/u " /proc/self/mountinfo || :' "$TMP/rbind"
	assert_out 0
}

. shunit2
