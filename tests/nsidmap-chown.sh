#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsidmap-chown: checks the change of a directory tree from the ids of one map to those of another.
# Runs as root and as an ordinary user.
# Time limit: 90 seconds.
. "${0%/*}/testlib.sh"
require_tool setcap getcap setfacl getfacl

from=u:0:100000:65536,g:0:100000:65536
to=u:0:300000:65536,g:0:300000:65536
identity=u:0:0:65536,g:0:0:65536

# make_tree: creates $TMP/t with files of every type. Their ids are outside ids of the map $from.
make_tree()
{
	rm -rf "$TMP/t"
	if [ -d "$TMP/master" ]; then
		cp -a "$TMP/master" "$TMP/t"
		return
	fi
	mkdir -p "$TMP/t/dir/deep"
	(
		cd "$TMP/t" || exit
		touch file acl caps suid dir/plain 'dir/deep/odd
name'
		cp /bin/true both
		ln -s /etc/passwd link
		ln file dir/hard
		mkfifo fifo
		mknod null c 1 3
		chown -hR 100000:100000 .
		chown 100033:100005 dir/plain
		chown 165535:100001 dir/deep/*
		chown 100005:100006 suid
		chmod 6751 suid
		chmod 2775 dir
		chmod 4755 both
		setfacl -m u:100007:r,g:100008:rw,u:100000:x acl
		setfacl -d -m u:100009:r,g:165535:x dir
		setcap cap_net_raw+ep caps
		setcap -n 100000 cap_net_raw+ep caps
		setcap -n 100000 cap_chown,cap_kill+p both
	)
	cp -a "$TMP/t" "$TMP/master"
}

# state DIR: prints everything that nsidmap chown may change in the tree.
state()
{
	(
		cd "$1" || exit
		find . -printf '%p %y %U:%G %m %s %l\n' | sort
		getfacl -nRPs . 2>/dev/null | sort
		getcap -nr . | sort
	)
}

# moved: reads the output of state() and prints it with the ids of the map $to.
moved()
{
	sed -e 's/\<1000\([0-9][0-9]\)\>/3000\1/g' -e 's/\<165535\>/365535/g'
}

# no_journal: returns 0 if no journal file exists after the run.
no_journal()
{
	[ -z "$(ls -A /run/nsutils)" ]
}

test_changes_owners_acls_and_capabilities_of_every_type()
{
	# Runs only as root.
	make_tree
	state "$TMP/t" | moved >want
	run nsidmap chown --from $from --to $to "$TMP/t"
	assert_ok
	assert_out_empty
	state "$TMP/t" >got
	assertEquals 'state of the tree' "$(cat want)" "$(cat got)"
	# compare some values with constants, too, in case the sed command of moved() is wrong
	assertEquals '300005:300006 6751' "$(stat -c '%u:%g %a' "$TMP/t/suid")"
	assertEquals '300000:300000 4755' "$(stat -c '%u:%g %a' "$TMP/t/both")"
	assertEquals "$TMP/t/caps cap_net_raw=ep [rootid=300000]" "$(getcap -n "$TMP/t/caps")"
	assertEquals '300000:300000' "$(stat -c %u:%g "$TMP/t/link")"
	assertEquals '0:0' "$(stat -Lc %u:%g "$TMP/t/link")"
	assertEquals '365535:300001' "$(stat -c %u:%g "$TMP"/t/dir/deep/*)"
	no_journal
	assertTrue 'no journal is left' $?
	run nsidmap chown --from $from --to $to "$TMP/t"
	assert_ok
	assertEquals 'a second run changes nothing' "$(cat want)" "$(state "$TMP/t")"
}

test_changes_to_and_from_the_ids_of_the_host()
{
	# Runs only as root.
	make_tree
	state "$TMP/t" >before
	run nsidmap chown --from $from --to $identity "$TMP/t"
	assert_ok
	assertEquals '5:6 6751' "$(stat -c '%u:%g %a' "$TMP/t/suid")"
	assertEquals "$TMP/t/caps cap_net_raw=ep" "$(getcap -n "$TMP/t/caps")"
	run nsidmap chown --from $identity --to $from "$TMP/t"
	assert_ok
	assertEquals 'state after the way back' "$(cat before)" "$(state "$TMP/t")"
}

test_explain_counts_each_file_once_and_changes_nothing()
{
	# Runs only as root.
	make_tree
	before=$(state "$TMP/t") ctime=$(find "$TMP/t" -printf '%C@\n')
	run nsidmap chown --explain --raw --from $from --to $to "$TMP/t"
	assert_ok
	assert_out 'WHAT FILES
files 13
owner 13
acl 1
default-acl 1
capability 2
unmapped 0
mount 0'
	assertEquals "$before" "$(state "$TMP/t")"
	assertEquals "$ctime" "$(find "$TMP/t" -printf '%C@\n')"
	run nsidmap chown --explain -J --from u:0:500000:9,g:0:500000:9 --to $to "$TMP/t"
	assert_rc 1
	assert_json '.changes | map({(.what): .files}) | add | .owner == 0 and .unmapped == 13'
}

test_refuses_maps_with_common_outside_ids()
{
	mkdir -p "$TMP/empty"
	run nsidmap chown --from $from --to u:0:165535:10,g:0:400000:10 "$TMP/empty"
	assert_refused 1 'nsidmap: outside uid 165535 is in both maps'
	assert_err_has 'hint: change the owners in two steps: first to ids that neither map contains, then to the ids of the second map'
	run nsidmap chown --from u:0:5:10,g:0:14:5 --to u:0:15:10,g:0:4:11 "$TMP/empty"
	assert_refused 1 'nsidmap: outside gid 14 is in both maps'
	run nsidmap chown --explain --raw --from u:0:5:10,g:0:15:5 --to u:0:15:10,g:0:4:11 "$TMP/empty"
	assert_rc 1
	assert_out_has 'unmapped 1'
	run nsidmap chown --from u:0:5:10,u:5:20:3,g:0:1:1 --to $to "$TMP/empty"
	assert_refused 1 '--from: '
}

test_refuses_wrong_arguments()
{
	run nsidmap chown --from $from "$TMP"
	assert_rc 1
	assert_err_has 'nsidmap: missing --to'
	run nsidmap chown --to $from "$TMP"
	assert_rc 1
	assert_err_has 'nsidmap: missing --from'
	run nsidmap chown --from $from --to $to
	assert_rc 1
	assert_err_has 'nsidmap: missing argument <directory>'
	run nsidmap chown --from $from --to $to "$TMP/none"
	assert_refused 1 "cannot open '$TMP/none': No such file or directory"
	touch "$TMP/file"
	run nsidmap chown --from $from --to $to "$TMP/file"
	assert_refused 1 "cannot open '$TMP/file': Not a directory"
}

test_keeps_and_counts_ids_in_neither_map()
{
	# Runs only as root.
	make_tree
	chown 5:100005 "$TMP/t/dir/plain"
	setfacl -m u:77:r "$TMP/t/acl"
	run nsidmap chown --from u:0:100000:60000,g:0:100000:65536 --to $to "$TMP/t"
	assert_rc 1
	assert_err_has 'nsidmap: number of files with ids that are in neither map: 3'
	assertEquals 5:300005 "$(stat -c %u:%g "$TMP/t/dir/plain")"
	assertEquals 165535:300001 "$(stat -c %u:%g "$TMP"/t/dir/deep/*)"
	assertEquals " 77 300000 300007 " "$(getfacl -npc "$TMP/t/acl" | sed -n 's/^user:\([0-9]*\):.*/\1/p' | sort -n | tr '\n' ' ')"
}

test_skips_mount_points_unless_asked()
{
	# Runs only as root.
	make_tree
	mount -t tmpfs -o uid=100001,gid=100001 none "$TMP/t/dir/deep"
	touch "$TMP/t/dir/deep/inside"
	chown 100002 "$TMP/t/dir/deep/inside"
	touch "$TMP/t/target" "$TMP/bound"
	chown 100003 "$TMP/bound"
	mount --bind "$TMP/bound" "$TMP/t/target"
	run nsidmap chown --from $from --to $to "$TMP/t"
	assert_rc 1
	assert_err_has "nsidmap: '$TMP/t/dir/deep' is a mount point and was skipped"
	assert_err_has "nsidmap: '$TMP/t/target' is a mount point and was skipped"
	assertEquals 100002 "$(stat -c %u "$TMP/t/dir/deep/inside")"
	assertEquals 100003 "$(stat -c %u "$TMP/bound")"
	assertEquals 300005 "$(stat -c %u "$TMP/t/suid")"
	run nsidmap chown --cross-mounts --from $from --to $to "$TMP/t"
	assertEquals 300002 "$(stat -c %u "$TMP/t/dir/deep/inside")"
	assertEquals 300003 "$(stat -c %u "$TMP/bound")"
	umount "$TMP/t/dir/deep" "$TMP/t/target"
}

test_names_files_that_cannot_be_changed()
{
	# Runs only as root.
	make_tree
	if chattr +i "$TMP/t/suid" 2>/dev/null; then
		run nsidmap chown --from $from --to $to "$TMP/t"
		chattr -i "$TMP/t/suid"
		assert_rc 1
		assert_out_empty
		assert_err_has "nsidmap: cannot change the owner of '$TMP/t/suid': Operation not permitted"
		assert_err_has "hint: run 'chattr -i' on this file, because the attribute prevents a change of owner"
		assertEquals 100005:100006:6751 "$(stat -c %u:%g:%a "$TMP/t/suid")"
		assertEquals 300033 "$(stat -c %u "$TMP/t/dir/plain")"
		run nsidmap chown --from $from --to $to "$TMP/t"
		assert_ok
		assertEquals 300005:300006:6751 "$(stat -c %u:%g:%a "$TMP/t/suid")"
	fi
	make_tree
	mount --bind "$TMP/t" "$TMP/t" && mount -o remount,bind,ro "$TMP/t"
	run nsidmap chown --from $from --to $to "$TMP/t"
	umount "$TMP/t"
	assert_refused 1 'Read-only file system'
}

# A program continuously exchanges a directory in the tree with a link to a directory outside.
test_a_race_in_the_tree_does_not_lead_outside()
{
	# Runs only as root.
	rm -rf "$TMP/t" "$TMP/outside"
	mkdir -p "$TMP/t/dir" "$TMP/outside"
	i=0
	while [ $i -lt 40 ]; do
		touch "$TMP/t/dir/$i" "$TMP/outside/$i"
		i=$((i + 1))
	done
	ln -s "$TMP/outside" "$TMP/t/link"
	chown -hR 100001:100001 "$TMP/t" "$TMP/outside"
	start_holder exchange "$TMP/t/dir" "$TMP/t/link"
	i=0 bad=0
	while [ $i -lt 60 ]; do
		nsidmap chown --from $from --to $to "$TMP/t" || bad=$((bad + 1))
		nsidmap chown --from $to --to $from "$TMP/t" || bad=$((bad + 1))
		i=$((i + 1))
	done
	stop_holder
	run nsidmap chown --from $from --to $to "$TMP/t"
	assert_ok
	assertEquals 'runs that failed' 0 $bad
	assertEquals 'owners outside' 100001 "$(stat -c %u "$TMP"/outside/* "$TMP/outside" | sort -u)"
	assertEquals 'owners inside' 300001 "$(find "$TMP/t" -printf '%U\n' | sort -u)"
}

test_walks_a_deep_tree_with_few_descriptors()
{
	# Runs only as root.
	rm -rf "$TMP/t"
	mkdir "$TMP/t"
	(
		cd "$TMP/t" || exit
		i=0
		while [ $i -lt 150 ]; do
			mkdir 0123456789012345678901234567890123456789
			touch before
			cd -P 0123456789012345678901234567890123456789 || break
			i=$((i + 1))
		done
	)
	# the files of the tree belong to root on the host
	nsidmap chown --from $identity --to $from "$TMP/t"
	run prlimit --nofile=100 nsidmap chown --from $from --to $to "$TMP/t"
	assert_ok
	assertEquals 300000 "$(find "$TMP/t" -printf '%U\n' | sort -u)"
	assertTrue 'the path is longer than PATH_MAX' "[ $(find "$TMP/t" -name before | wc -l) -gt 100 ]"
}

# ---- Interrupted runs

# again_completes POINT: after a run that failat disturbed at POINT, runs the command again, and
# compares the tree with the result of an undisturbed run.
again_completes()
{
	nsidmap chown --from $from --to $to "$TMP/t" >again 2>&1
	again=$?
	state "$TMP/t" >got
	cmp -s want got && [ $again = 0 ] && no_journal && return 0
	echo "$1: the second run exits with $again: $(cat again)"
	diff want got
	return 1
}

# The test runs nsidmap chown many times, and kills it before a different system call each time.
test_a_run_after_a_kill_at_any_call_gives_the_same_result()
{
	# Runs only as root.
	make_tree
	failat -o points --list -- nsidmap chown --from $from --to $to "$TMP/t"
	state "$TMP/t" >want
	bad=0 runs=0
	# shellcheck disable=SC2013 # points have no blanks
	for point in $(awk '/:(fchownat|chmod|setxattr|lsetxattr|pwrite64|ftruncate|unlinkat|statx|flock):/ { print $2 }' points); do
		make_tree
		failat -o report -k "$point" --kill 9 -- nsidmap chown --from $from --to $to "$TMP/t" >/dev/null 2>&1
		again_completes "killed at $point" || bad=$((bad + 1))
		runs=$((runs + 1))
	done
	echo "$runs kills"
	assertTrue 'the run was killed at many points' "[ $runs -gt 40 ]"
	assertEquals 'wrong results' 0 $bad
}

test_a_failed_call_is_named_and_a_second_run_completes_the_change()
{
	# Runs only as root.
	make_tree
	failat -o points --list -- nsidmap chown --from $from --to $to "$TMP/t"
	state "$TMP/t" >want
	bad=0 runs=0
	# shellcheck disable=SC2013 # points have no blanks
	for point in $(awk '/:(fchownat|chmod|setxattr|pwrite64|ftruncate|listxattr|getxattr|statx|openat|getdents64|fcntl):/ { print $2 }' points | awk 'NR > 8'); do
		make_tree
		run failat -o report -k "$point" -e EIO -- nsidmap chown --from $from --to $to "$TMP/t"
		if [ "$rc" != 0 ] && ! _has "$err" "$TMP/t" && ! _has "$err" journal; then
			echo "$point: status $rc: no name in <$err>"
			bad=$((bad + 1))
		fi
		if [ "$rc" = 0 ]; then
			state "$TMP/t" >got
			cmp -s want got || {
				echo "$point: success, but the tree is not changed"
				bad=$((bad + 1))
			}
		fi
		again_completes "failed at $point" || bad=$((bad + 1))
		runs=$((runs + 1))
	done
	echo "$runs faults"
	assertTrue 'calls failed at many points' "[ $runs -gt 40 ]"
	assertEquals 'wrong results' 0 $bad
}

test_a_file_that_was_changed_after_the_kill_does_not_get_its_bits_back()
{
	# Runs only as root.
	make_tree
	rm "$TMP/t/both" "$TMP/t/caps"
	point=$(failat -o points --list -- nsidmap chown --from $from --to $to "$TMP/t" >/dev/null; awk '/:chmod:/ { print $2 }' points | head -n 1)
	make_tree
	rm "$TMP/t/both" "$TMP/t/caps"
	failat -o report -k "$point" --kill 9 -- nsidmap chown --from $from --to $to "$TMP/t" >/dev/null 2>&1
	assertEquals 751 "$(stat -c %a "$TMP/t/suid")"
	# set the time at which the record in the journal was written to 1970, so that the change of
	# the file is more than two seconds newer than the record
	for journal in /run/nsutils/chown-*; do
		printf '\0\0\0\0\0\0\0\0' | dd of="$journal" bs=1 seek=24 conv=notrunc 2>/dev/null
	done
	run nsidmap chown --from $from --to $to "$TMP/t"
	assert_rc 1
	assert_err_has "nsidmap: '$TMP/t/suid' was changed after an earlier 'nsidmap chown' was killed, so its mode 6751 is not restored"
	assertEquals 751 "$(stat -c %a "$TMP/t/suid")"
	assertEquals 300033 "$(stat -c %u "$TMP/t/dir/plain")"
	run nsidmap chown --from $from --to $to "$TMP/t"
	assert_ok
}

test_two_runs_do_not_change_the_same_tree_at_once()
{
	# Runs only as root.
	make_tree
	mkdir -p /run/nsutils
	# the conversions %Hd and %Ld of stat(1) require coreutils 9
	device=$(stat -c %d "$TMP/t")
	journal=/run/nsutils/chown-$((device >> 8 & 4095)):$((device & 255))-$(stat -c %i "$TMP/t")
	: >"$journal"
	chmod 600 "$journal"
	exec 8<"$journal"
	flock 8
	run nsidmap chown --from $from --to $to "$TMP/t"
	exec 8<&-
	assert_refused 1 "nsidmap: '$TMP/t': another process is changing the file owners in this directory"
	run nsidmap chown --from $from --to $to "$TMP/t"
	assert_ok
}

test_without_a_journal_only_files_that_need_it_are_refused()
{
	# Runs only as root.
	make_tree
	rm -rf /run/nsutils
	touch /run/nsutils
	run nsidmap chown --from $from --to $to "$TMP/t"
	assert_rc 1
	assert_err_has "nsidmap: cannot preserve the mode and capabilities of '$TMP/t/suid': cannot use the directory '/run/nsutils'"
	assert_err_has 'hint: set XDG_RUNTIME_DIR to a directory that you own'
	assertEquals 100005:6751 "$(stat -c %u:%a "$TMP/t/suid")"
	assertEquals 300033 "$(stat -c %u "$TMP/t/dir/plain")"
	mkdir -p "$TMP/own"
	run env XDG_RUNTIME_DIR="$TMP/own" nsidmap chown --from $from --to $to "$TMP/t"
	rm /run/nsutils
	assert_ok
	assertEquals 300005:6751 "$(stat -c %u:%a "$TMP/t/suid")"
}

test_a_strict_umask_leaves_the_directory_of_the_journal_usable()
{
	# Runs only as root.
	make_tree
	rm -rf /run/nsutils
	run sh -c 'umask 0777; exec "$@"' sh nsidmap chown --from $from --to $to "$TMP/t"
	assert_ok
	assertEquals 755 "$(stat -c %a /run/nsutils)"
}

# ---- Ordinary users

test_a_user_changes_a_tree_in_a_user_namespace()
{
	# Runs only as an ordinary user.
	feature sandbox || return 0
	rm -rf "$TMP/t" "$TMP/own"
	mkdir -p "$TMP/t/d" "$TMP/own"
	touch "$TMP/t/d/file" "$TMP/t/suid"
	chmod 755 "$TMP" "$TMP/t"
	export XDG_RUNTIME_DIR="$TMP/own"
	run nsidmap run -- sh -c "chown -R 3:4 '$TMP/t' && chmod 6755 '$TMP/t/suid' && setcap cap_chown+p '$TMP/t/suid' &&
		setfacl -m u:5:r '$TMP/t/d/file' && nsidmap chown --from u:0:1:10,g:0:1:10 --to u:0:101:10,g:0:101:10 '$TMP/t' &&
		stat -c '%u:%g %a' '$TMP/t/suid' '$TMP/t/d' && getfacl -npc '$TMP/t/d/file' | grep ^user:1 && getcap '$TMP/t/suid'"
	assert_ok
	assert_out "103:104 6755
103:104 755
user:105:r--
$TMP/t/suid cap_chown=p"
	unset XDG_RUNTIME_DIR
}

test_a_user_without_privilege_is_refused()
{
	# Runs only as an ordinary user.
	rm -rf "$TMP/u"
	mkdir "$TMP/u"
	run nsidmap chown --from "u:0:$(id -u):1,g:0:$(id -g):1" --to $to "$TMP/u"
	assert_refused 1 "nsidmap: cannot change the owner of '$TMP/u': Operation not permitted"
}

mkdir -p /run/nsutils 2>/dev/null
. shunit2
