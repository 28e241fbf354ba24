#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-refs: builds a busy listing and opens every reference that nslist prints with nslist,
# nsenter2 and nsidmap.
# Runs as root and as an ordinary user.
# Time limit: 120 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/listlib.sh"
require_ns user uts net time
require_tool jq

# open_with REF TYPE: opens the reference with nslist, nsenter2 and nsidmap, and adds a line to
# $TMP/refused.all for each tool that refuses it. nsidmap accepts only user namespaces, so for a
# namespace of another type it opens the user namespace that owns the namespace.
open_with()
{
	user=$1
	[ "$2" = user ] || user=owner:$1
	set -- "$1" "nslist --show $1 -o NS" "nsenter2 --explain -t $1" "nsidmap show $user"
	ref=$1
	shift
	for command; do
		# shellcheck disable=SC2086 # several words
		$command >"$TMP/answer" 2>&1 || echo "$ref: $command: $(cat "$TMP/answer")" >>"$TMP/refused.all"
	done
}

# open_all [OPTION]: opens the references of all rows with open_with(). Sets $n to the number of
# references. Writes the namespaces that have no reference to $TMP/nameless. Omits the namespaces of
# other processes that have ended since nslist has printed them.
open_all()
{
	: >"$TMP/refused.all"
	: >"$TMP/nameless.all"
	run nslist "$@" -rn -o TYPE,NS,HELD,REF
	assert_rc 0
	n=0
	while read -r t ns held ref; do
		if [ -z "$ref" ]; then
			echo "$t $ns $held" >>"$TMP/nameless.all"
			continue
		fi
		n=$((n + 1))
		open_with "$ref" "$t"
	done <"$TMP/out"
	run nslist "$@" -rn -o TYPE,NS,HELD,REF
	assert_rc 0
	awk 'NR == FNR { listed[$NF ":"]; next } $1 in listed' "$TMP/out" "$TMP/refused.all" >"$TMP/refused"
	sed "s/ $//" "$TMP/out" | grep -xF -f "$TMP/nameless.all" >"$TMP/nameless"
}

# Starts one process for each way to keep a namespace alive. Some of these processes create a
# namespace and return to their previous one. setns(2) permits the return only with CAP_SYS_ADMIN in
# the user namespace that owns the previous namespace, so unshare(1) first creates this user
# namespace (-r) and the previous namespaces.
hold_everything()
{
	for kind in socket fd task children taskfd newpid; do
		start_holder unshare -r -u -i -n holder $kind
	done
	[ "$(id -u)" != 0 ] || start_holder holder parent
	start_holder unshare -r -u -n -p -f --kill-child sh -c 'sleep 1000 3>&- & echo >&3; wait'
	start_holder unshare -r -m -i sh -c 'mount -t tmpfs t /tmp; : >/tmp/inner
		unshare --net=/tmp/inner true; echo >&3; exec sleep 1000 3>&-'
}

# ---- Every printed reference can be opened

test_each_printed_reference_opens()
{
	hold_everything
	for way in --no-bpf ''; do
		# shellcheck disable=SC2086 # an option or nothing
		open_all $way
		assert_empty "refused with <$way>" "$(cat "$TMP/refused")"
		assert_empty "without a reference with <$way>" "$(cat "$TMP/nameless")"
		assertTrue "$n references with <$way>" "[ $n -ge 20 ]"
	done
}

test_each_printed_reference_of_a_mount_opens()
{
	# Runs only as root.
	mount -t tmpfs t "$TMP"
	mount --make-private "$TMP"
	mkdir -p /run/netns "$TMP/cover"
	: >/run/netns/blue
	: >"$TMP/uts"
	: >"$TMP/mnt"
	: >"$TMP/cover/ipc"
	unshare --net=/run/netns/blue true
	unshare --uts="$TMP/uts" true
	unshare --ipc="$TMP/cover/ipc" true
	mount -t tmpfs t "$TMP/cover"
	# Mount a network namespace on a file in a mount namespace that has no process. Since Linux
	# 6.18 the id of a new mount namespace can be lower than the caller's, and then unshare(1)
	# cannot mount this namespace on a file. So use nsunshare.
	nsunshare --mount="$TMP/mnt" sh -c 'mount -t tmpfs t /mnt; : >/mnt/net; unshare --net=/mnt/net true'
	assertEquals 'mount namespace' nsfs "$(stat -fc %T "$TMP/mnt")"
	for way in --no-bpf ''; do
		# shellcheck disable=SC2086 # an option or nothing
		open_all $way
		assert_empty "refused with <$way>" "$(cat "$TMP/refused")"
		# only the ipc namespace has no reference: no tool can open it, because its mount
		# point is covered
		assertEquals "<$way>" ipc "$(cut -d ' ' -f 1 "$TMP/nameless")"
	done
	run nslist -rn -t ipc -P -o NSFS,REF,NAME
	assert_out "$TMP/cover/ipc  "
	umount "$TMP/cover"
	run nslist -rn -t ipc -P -o NSFS,NAME
	assert_out "$TMP/cover/ipc ipc"
	open_all
	assert_empty "$(cat "$TMP/refused" "$TMP/nameless")"
	umount -l "$TMP"
	umount /run/netns/blue
}

test_references_of_processes_open()
{
	start_holder unshare -r -u sh -c 'echo >&3; exec sleep infinity 3>&-'
	run nslist --members "uts:$holder" -rn -o REF
	assert_ok
	ref=$out
	run nsidmap show "$ref" -J
	assert_ok
	run nsenter2 --explain -t "$ref" -u
	assert_ok
	run nslist --show "$ref" -t uts -o NS
	assert_ok
	assert_out "NS         $(inode_of "$holder" uts)"
}

# ---- Descriptors that were opened through a bind mount

test_descriptor_opened_through_a_removed_mount_holds_its_namespace()
{
	# Runs only as root.
	mkdir -p /run/netns
	: >/run/netns/blue
	unshare --net=/run/netns/blue true
	inode=$(stat -L -c %i /run/netns/blue)
	start_holder sh -c 'exec 4</run/netns/blue; echo >&3; exec sleep 1000 3>&-'
	for way in --no-bpf ''; do
		# shellcheck disable=SC2086 # an option or nothing
		run nslist $way -rn -t net -P -o NS,HELD,NFDS,HOLDERS,NAME
		assert_ok
		assert_out "$inode fd,mnt 1 $holder/fd/4,/run/netns/blue blue"
	done
	umount -l /run/netns/blue
	rm /run/netns/blue
	# the link of the descriptor in /proc must not name a namespace any more
	assertNotEquals "net:[$inode]" "$(readlink "/proc/$holder/fd/4")"
	for way in --no-bpf ''; do
		# shellcheck disable=SC2086
		run nslist $way -rn -t net -P -o NS,HELD,HOLDERS,NAME
		assert_ok
		assert_out "$inode fd $holder/fd/4 "
		for ref in "net:$inode" "$holder/fd/4"; do
			open_with "$ref" net
		done
		assert_empty "$(cat "$TMP/refused" 2>/dev/null)"
	done
}

test_user_sees_own_descriptor_opened_through_a_removed_mount()
{
	# Runs only as root.
	mkdir -p /run/netns
	: >/run/netns/blue
	unshare --net=/run/netns/blue true
	inode=$(stat -L -c %i /run/netns/blue)
	start_holder setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups -- \
		sh -c 'exec 4</run/netns/blue; echo >&3; exec sleep 1000 3>&-'
	umount -l /run/netns/blue
	rm /run/netns/blue
	run as_nstest nslist -rn -t net -P -o NS,HELD,HOLDERS
	assert_ok
	assert_out "$inode fd $holder/fd/4"
}

test_namespace_of_a_socket_is_found_by_its_inode()
{
	kernel_call pidfd_getfd || return 0
	start_holder perl -e '$^F = 99; for (1 .. 90) { socket($s[$_], 1, 1, 0) or die }
		open F, ">&=3"; syswrite F, "ready\n"; close F; sleep'
	start_holder unshare -r -n holder socket
	inode=${holder_line#* }
	open_with "net:$inode" net
	open_with "$inode" net
	run nslist -rn -t net --orphans -o NS,REF
	assert_ok
	open_with "${out#* }" net
	assert_empty "$(cat "$TMP/refused" 2>/dev/null)"
	run nslist --show "net:$inode" -o NS,HELD
	assert_out "$(printf 'NS         %s\nHELD       sock' "$inode")"
}

# ---- Names in /run/netns

test_link_in_run_netns_names_the_namespace()
{
	# Runs only as root.
	mkdir -p /run/netns "$TMP/docker"
	start_holder unshare -n sh -c 'echo >&3; exec sleep infinity 3>&-'
	ln -s "/proc/$holder/ns/net" /run/netns/linked
	run nslist -rn -p "$holder" -t net -o NAME
	assert_ok
	assert_out linked
	# a mounted namespace has the name of the file on which it is mounted
	: >"$TMP/docker/abc"
	mount --bind "/proc/$holder/ns/net" "$TMP/docker/abc"
	ln -sf "$TMP/docker/abc" /run/netns/linked
	run nslist -rn -p "$holder" -t net -o NAME
	assert_out linked
	rm /run/netns/linked
	run nslist -rn -p "$holder" -t net -o NAME
	assert_out abc
	mkdir -p /run/other
	: >/run/other/abc
	mount --bind "/proc/$holder/ns/net" /run/other/abc
	for target in /var/run/other/abc ../other/abc; do
		ln -s "$target" /run/netns/there
		run nslist -rn -p "$holder" -t net -o NAME
		assert_out there
		rm /run/netns/there
	done
	umount /run/other/abc
	run nslist -rn -p "$holder" -t uts -o NAME
	assert_ok
	assert_empty "$out"
	umount "$TMP/docker/abc"
}

test_link_to_a_missing_or_other_file_names_no_namespace()
{
	# Runs only as root.
	mkdir -p /run/netns
	start_holder unshare -n sh -c 'echo >&3; exec sleep infinity 3>&-'
	mkfifo "$TMP/fifo"
	ln -s "$TMP/fifo" /run/netns/fifo
	ln -s /proc/4194304/ns/net /run/netns/gone
	ln -s "/proc/$holder/ns/uts" /run/netns/other
	ln -s loop /run/netns/loop
	ln -s "/proc/$holder/ns/net" /run/netns/z
	ln -s "/proc/$holder/ns/net" /run/netns/a
	run nslist -rn -p "$holder" -t net -t uts -o TYPE,NAME
	assert_ok
	assertEquals 'net a,uts ' "$(sort "$TMP/out" | paste -sd ,)"
	rm /run/netns/fifo /run/netns/gone /run/netns/other /run/netns/loop /run/netns/z /run/netns/a
}

test_covered_mount_in_run_netns_names_no_namespace()
{
	# Runs only as root.
	mkdir -p /run/netns
	start_holder unshare -n sh -c 'echo >&3; exec sleep infinity 3>&-'
	: >/run/netns/blue
	mount --bind "/proc/$holder/ns/net" /run/netns/blue
	run nslist -rn -p "$holder" -t net -o NAME,NSFS
	assert_out 'blue /run/netns/blue'
	# mount another network namespace on the same file, so that the name belongs to that
	# namespace
	mount --bind /proc/self/ns/net /run/netns/blue
	run nslist -rn -p "$holder" -t net -o NAME,NSFS
	assert_out ' /run/netns/blue'
	run nslist -rn -p $$ -t net -o NAME
	assert_out blue
	umount /run/netns/blue /run/netns/blue
}

test_mount_below_a_covering_mount_names_the_namespace()
{
	# Runs only as root.
	mkdir "$TMP/dir"
	for n in 1 2; do
		mount -t tmpfs "t$n" "$TMP/dir"
		mkdir "$TMP/dir/sub"
		: >"$TMP/dir/sub/name$n"
		unshare --uts="$TMP/dir/sub/name$n" true
	done
	run nslist -rn -t uts -P -o NSFS,NAME
	assert_ok
	assertEquals "$TMP/dir/sub/name1 ,$TMP/dir/sub/name2 name2" "$(sort "$TMP/out" | paste -sd ,)"
	# a tmpfs on $TMP/dir/sub also covers the file name2, so neither namespace may have a name
	mount -t tmpfs t3 "$TMP/dir/sub"
	run nslist -rn -t uts -P -o NAME
	assertEquals ',' "$(paste -sd , "$TMP/out")"
	umount "$TMP/dir/sub"
	run nslist -rn -t uts -P -o NAME
	assertEquals ',name2' "$(sort "$TMP/out" | paste -sd ,)"
	umount "$TMP/dir/sub/name2" && umount "$TMP/dir"
	run nslist -rn -t uts -P -o NAME
	assert_out name1
	umount "$TMP/dir/sub/name1" && umount "$TMP/dir"
}

. shunit2
