#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsenter2-targets: checks that nsenter2 enters targets that other programs created: bubblewrap, ip
# netns, unshare, and a layout like that of systemd-nspawn.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
require_ns user mnt uts ipc net pid cgroup
require_tool bwrap ip

ns_of()
{
	readlink "/proc/$1/ns/$2"
}

# all_of PID: prints the namespaces of the process, one on each line.
all_of()
{
	for _t in mnt uts ipc net pid user cgroup; do
		ns_of "$1" "$_t"
	done
}

print_all='for t in mnt uts ipc net pid user cgroup; do readlink /proc/self/ns/$t; done'

# bwrap_target OPTION…: starts bubblewrap. Sets $target to the pid of the program that bubblewrap
# runs, a descendant of bubblewrap's process 1.
bwrap_target()
{
	start_holder bwrap --ro-bind / / --chdir / --proc /proc --dev /dev "$@" sh -c 'echo ready >&3; exec sleep 1000 3>&-' || return 1
	target=$holder
	while _child=$(ps -o pid= --ppid "$target") && [ -n "$_child" ]; do
		target=${_child##* }
	done
}

test_enters_a_bubblewrap_container()
{
	bwrap_target --unshare-all
	want=$(all_of "$target")
	run nsenter2 -t "$target" -a sh -c "$print_all"
	assert_ok
	assert_out "$want"
	run nsenter2 -t "$target" -a --follow=uid,gid,root,cwd -- sh -c 'id -u; pwd'
	assert_ok
	assert_out "$(id -u)
/"
}

test_enters_bubblewrap_with_nested_user_namespaces()
{
	feature bwrap-nested || return 0
	# the outer user namespace, which has no processes, owns the mount namespace
	bwrap_target --unshare-all --unshare-user --disable-userns --uid 7 --gid 7
	want=$(all_of "$target")
	run nsenter2 -t "$target" -a sh -c "$print_all; id -u"
	assert_ok
	assert_out "$want
7"
	# without pidfds, nsenter2 must enter the two user namespaces one after the other
	run enosys pidfd_open -- nsenter2 -t "$target" -a sh -c "$print_all; id -u"
	assert_ok
	assert_out "$want
7"
	run nsenter2 -t "$target" --mount --pid --user-parent sh -c 'readlink /proc/self/ns/mnt'
	assert_ok
	assert_out "$(ns_of "$target" mnt)"
}

# Both user namespaces deny setgroups(2), so nsenter2 cannot drop the supplementary group 5.
test_keeps_the_groups_if_the_callers_user_namespace_denies_setgroups()
{
	# Runs only as root.
	mkfifo ready
	exec 5<>ready
	run setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --groups 5 nsunshare -r -- sh -c '
		nsunshare -r -- sh -c "echo >&5; exec sleep 1000 5>&-" & target=$!
		read -r _ <&5
		for options in -U "-U -S 0" "-U -S root" "-U --as root"; do
			nsenter2 -t $target $options sh -c "echo \$(id -u) \$(id -g) \$(id -G)" || echo "$options failed"
		done
		kill $target'
	exec 5>&-
	assert_ok
	assert_out "$(for _ in 1 2 3 4; do echo 0 0 0 65534; done)"
}

# A child of nsenter2 enters the user namespace, so only the child can read that setgroups(2) is
# denied there.
test_each_sets_the_user_by_name_where_setgroups_is_denied()
{
	start_holder unshare --user --map-root-user sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	for option in '--setuid root' '--as root'; do
		# shellcheck disable=SC2086 # several words
		run sh -c 'echo "$1" | nsenter2 --each -U $2 id -u' sh "$holder" "$option"
		assert_rc 0
		assert_out 0
	done
}

test_enters_nested_unshare()
{
	start_holder unshare --user --map-root-user --uts --net sh -c '
		outer=$(readlink /proc/self/ns/user)
		exec unshare --user --map-root-user --mount sh -c "
			middle=\$(readlink /proc/self/ns/user)
			exec unshare --user --map-root-user --ipc \\
				sh -c \"echo $outer \$middle >&3; exec sleep 1000 3>&-\""'
	want=$(all_of "$holder")
	run nsenter2 -t "$holder" -a sh -c "$print_all"
	assert_ok
	assert_out "$want"
	run enosys pidfd_open -- nsenter2 -t "$holder" -a sh -c "$print_all"
	assert_ok
	assert_out "$want"
	run nsenter2 -t "owner:net:$holder" readlink /proc/self/ns/user
	assert_ok
	assert_out "${holder_line% *}"
	run nsenter2 -t "parent:user:$holder" readlink /proc/self/ns/user
	assert_ok
	assert_out "${holder_line#* }"
}

test_enters_a_namespace_of_ip_netns()
{
	if [ "$(id -u)" = 0 ]; then
		ip netns add blue
	else
		# an ordinary user can create /run/netns only in new user and mount namespaces
		run unshare --user --map-root-user --mount --net sh -c 'mount -t tmpfs none /run && ip netns add blue &&
			nsenter2 -t netns:blue readlink /proc/self/ns/net >/dev/null &&
			nsenter2 -t netns:blue -- ip -o link | grep -c lo &&
			nsenter2 --net=/run/netns/blue true && ip netns del blue'
		assert_rc 0
		assert_out 1
		return
	fi
	run nsenter2 -t netns:blue -- ip -o link
	assert_ok
	assert_out_has '1: lo: <LOOPBACK>'
	inode=$(stat -Lc %i /run/netns/blue)
	for ref in "net:$inode" "net:[$inode]" "$inode" /run/netns/blue; do
		run nsenter2 -t "$ref" readlink /proc/self/ns/net
		assert_ok
		assert_out "net:[$inode]"
	done
	run nsenter2 --net=/run/netns/blue readlink /proc/self/ns/net
	assert_ok
	assert_out "net:[$inode]"
	ip netns del blue
	run nsenter2 -t netns:blue true
	assert_refused 125 "cannot find the network namespace 'blue': No such file"
	: >/run/netns/blue
	run nsenter2 -t netns:blue true
	assert_refused 125 "'/run/netns/blue' is not a namespace file"
	assert_err_has 'hint: create the namespace again: no namespace is mounted on this file'
	rm /run/netns/blue
}

# The kernel lets a process open a namespace by its id only if the process may enter the namespace
# without entering another namespace first.
test_enters_a_namespace_by_id()
{
	# Runs only as root.
	feature nslist || return 0
	feature ns-id || return 0
	start_holder unshare --user --map-root-user --net sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	inode=$(stat -Lc %i "/proc/$holder/ns/net")
	id=$(nslist -rno NS,ID -t net | sed -n "s/^$inode //p")
	run nsenter2 -t "id:$id" readlink /proc/self/ns/net
	assert_ok
	assert_out "net:[$inode]"
	run nsenter2 --net=":$id" readlink /proc/self/ns/net
	assert_ok
	assert_out "net:[$inode]"
	run nsenter2 --uts=":$id" true
	assert_refused 125 'is a net namespace, not a uts namespace'
	run nsenter2 --net=:0 true
	assert_refused 125 "--net: invalid namespace id ':0'"
	run nsenter2 --net=:18446744073709551615 true
	assert_refused 125 'namespace id 18446744073709551615'
}

# systemd-nspawn moves its root tree to / and then calls chroot(2).
test_enters_a_target_with_a_moved_root()
{
	mkdir -p "$TMP/tree/usr" "$TMP/tree/proc" "$TMP/tree/dev" "$TMP/tree/own"
	ln -s usr/bin usr/lib usr/lib64 usr/sbin "$TMP/tree"
	start_holder unshare --user --map-root-user --mount --uts --pid --ipc --fork --kill-child sh -c '
		hostname machine && mount -n --bind "$1" "$1" && mount -n --rbind /usr "$1/usr" && mount -n -t proc proc "$1/proc" &&
		cd "$1" && mount -n --move . / && exec chroot . sh -c "cd /own; echo ready >&3; exec sleep 1000 3>&-"' sh "$TMP/tree"
	target=$(ps -o pid= --ppid "$holder")
	target=${target##* }
	await_sleep "$target"
	run nsenter2 -t "$target" -a sh -c 'echo /*; pwd; hostname; ps -o comm= -p 1'
	assert_ok
	assert_out '/bin /dev /lib /lib64 /own /proc /sbin /usr
/
machine
sleep'
	run nsenter2 -t "$target" -a --follow -- pwd
	assert_ok
	assert_out /own
}

test_each_enters_all_namespaces_that_nslist_lists()
{
	start_holder unshare --user --map-root-user --net sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	echo "$holder" | nsenter2 --each --user --net --prefix -- readlink /proc/self/ns/net >"$TMP/got" 2>/dev/null
	assertEquals "$holder: $(ns_of "$holder" net)" "$(cat "$TMP/got")"
	{ [ "$(id -u)" = 0 ] && feature nslist; } || return 0
	nslist -rno REF -t net >"$TMP/refs"
	run nsenter2 --each -P 2 -- readlink /proc/self/ns/net <"$TMP/refs"
	assert_rc 0
	assertEquals "$(nslist -rno NS -t net | sort)" "$(printf '%s\n' "$out" | tr -dc '0-9\n' | sort)"
}

# A reference to a namespace names no process, so nsenter2 cannot find a process whose other
# namespaces, directories and sockets it could use.
test_namespace_target_refuses_options_that_need_a_process()
{
	start_holder unshare --user --map-root-user --uts sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	inode=$(stat -Lc %i "/proc/$holder/ns/user")
	for option in --net --mount --root --wd --net-socket=0 --all --follow=umask; do
		run nsenter2 -t "user:$inode" "$option" true
		assert_refused 125 "${option%%=*} requires a process, but 'user:$inode' is a namespace"
	done
	run nsenter2 -t "user:$inode" --uts="/proc/$holder/ns/uts" readlink /proc/self/ns/uts
	assert_ok
	assert_out "$(ns_of "$holder" uts)"
}

test_user_parent_requires_another_namespace_type()
{
	start_holder unshare --user --map-root-user sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	run nsenter2 -t "$holder" --user-parent true
	assert_refused 125 '--user-parent requires another namespace, such as --net'
}

# On a kernel without namespace ids, nsenter2 must report that it cannot search for an id.
test_refuses_a_namespace_id_if_the_kernel_has_none()
{
	run enosys -e ENOTTY ioctl,open_by_handle_at -- nsenter2 -t id:77777777 true
	assert_rc 125
	assert_out_empty
	assert_err_has 'Operation not supported'
}

test_finds_a_namespace_that_only_future_children_enter()
{
	# Runs only as root.
	start_holder unshare --time sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	start_holder holder children
	inode=${holder_line#* }
	for ref in "time:$inode" "time:[$inode]" "$inode"; do
		run nsenter2 -t "$ref" readlink /proc/self/ns/time
		assert_ok
		assert_out "time:[$inode]"
	done
}

. shunit2
