#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-name: checks that nsunshare --name registers a run, and that the tools accept name:NAME.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"
require_ns user pid mnt
require_tool jq

export XDG_RUNTIME_DIR="$TMP"
dir=$TMP/nsutils
[ "$(id -u)" != 0 ] || dir=/run/nsutils

setUp()
{
	rm -rf "${TMP:?}"/* /run/nsutils 2>/dev/null
	mkfifo "$TMP/fifo"
}

tearDown()
{
	stop_holders
	settle 50 sh -c '! ls "$0"/*.lock' "$dir" >/dev/null 2>&1
}

# start_run NAME [OPTION…]: starts `nsunshare --name NAME` with the options and the program
# sleep(1), and waits until the file NAME.json exists. Sets $holder to the pid of nsunshare.
start_run()
{
	_name=$1
	shift
	start_holder nsunshare -rp "$@" --name "$_name" --ready-fd 3 -- sleep 1000
	settle 50 test -e "$dir/$_name.json"
}

test_the_file_describes_the_program_and_is_removed_at_the_end()
{
	start_run web
	program=$(sleep_of "$holder")
	run cat "$dir/web.json"
	assert_json ".name == \"web\" and .pid == $program and .supervisor_pid == $holder and .init_pid == null"
	assert_json ".boot_id == \"$(cat /proc/sys/kernel/random/boot_id)\""
	assert_json ".pidns == $(stat -Lc %i /proc/self/ns/pid)"
	offset=$(awk '$1 == "boottime" { print $2 * 100 }' /proc/self/timens_offsets)
	start=$(cut -d' ' -f22 "/proc/$program/stat")
	assert_json ".start >= $start - $offset - 1 and .start <= $start - $offset + 1"
	kill -TERM "$holder"
	wait "$holder"
	assertEquals 143 $?
	run ls "$dir"
	assert_ok
	assert_out_empty
}

test_every_tool_accepts_the_name()
{
	start_run web -u --hostname named
	program=$(sleep_of "$holder")
	inode=$(stat -Lc %i "/proc/$program/ns/uts")
	run nsenter2 -t name:web -U -u -- hostname
	assert_ok
	assert_out named
	! feature nslist || {
		run nslist -rno NS --show name:web -t uts
		assert_rc 0
		assert_out_has "$inode"
	}
	run nsidmap show name:web
	assert_rc 0
	assert_out_has "$(stat -Lc %i "/proc/$program/ns/user")"
	run nsidmap translate 0 --from name:web --to self
	assert_ok
	assert_out "$(id -u)"
	run nstimeoffset --show name:web
	assert_rc 0
	run nsunshare --map like:name:web true
	assert_rc 0
	run sh -c 'echo name:web | nsenter2 --each -U -u -- hostname'
	assert_rc 0
	assert_out_has named
}

test_a_name_without_prefix_gives_a_suggestion()
{
	start_run web
	run nsenter2 -t web -a true
	assert_refused 125 "invalid reference 'web'"
	assert_err_has 'hint: use name:web for the process that nsunshare started with this name'
	assert_err_lacks netns:
	run nsenter2 -t other -a true
	assert_refused 125 "invalid reference 'other'"
	assert_err_lacks hint
	assert_err_lacks 'for the process that nsunshare'
}

test_a_second_run_of_a_live_name_is_refused()
{
	start_run web
	run nsunshare -r --name web -- echo ran
	assert_refused 125 "--name: the name 'web' is already in use: Device or resource busy"
	assert_err_has "hint: choose another name, or end the process 'name:web'"
	run nsunshare -r --name w/b -- echo ran
	assert_refused 125 "--name: invalid name 'w/b'"
	assert_err_lacks 'choose another name, or end'
	assert_out_empty
	run nsenter2 -t name:web -U true
	assert_ok
}

# nspivot writes the line of --ready-fd before it waits for --start-fd and executes the program.
test_the_name_exists_after_nspivot_has_executed_its_program()
{
	make_box
	mkfifo "$TMP/start" "$TMP/ready"
	for with in '' '--init --keep-fd=3 --keep-fd=4'; do
		# shellcheck disable=SC2086 # separate words
		nsunshare -rmp --name late $with -- nspivot --ready-fd 3 --start-fd 4 "$box" -- /bin/sh -c \
			'echo "<$NSUTILS_REPORT_FD>"; exec sleep 1000' 3>"$TMP/ready" 4<>"$TMP/start" >"$TMP/said" &
		holder=$!
		run timeout 10 head -n 1 "$TMP/ready"
		assert_ok
		assertTrue "$with: reserved" "[ -e '$dir/late.lock' ]"
		run nsenter2 -t name:late -a -- /bin/true
		assert_refused 125 "cannot find the process 'name:late'"
		echo >"$TMP/start"
		settle 50 test -e "$dir/late.json"
		run nsenter2 -t name:late -a -- /bin/sh -c 'echo /*'
		assert_ok
		assert_out_has /bin
		assert_out_lacks /usr
		settle 50 test -s "$TMP/said"
		assertEquals 'no variable reaches the program' '<>' "$(cat "$TMP/said")"
		kill -TERM $holder
		wait $holder
		settle 50 test ! -e "$dir/late.lock"
	done
	# nspivot fails, so the program is never executed
	run nsunshare -rmp --name late -- nspivot "$TMP/none" -- true
	assert_refused 125 "$TMP/none"
	run ls "$dir"
	assert_ok
	assert_out_empty
}

test_a_strict_umask_leaves_the_directory_usable()
{
	rm -rf "$dir"
	run sh -c 'umask 0777; exec nsunshare -r --name strict -- sh -c umask'
	assert_ok
	assert_out 0777
	mode=700
	[ "$(id -u)" != 0 ] || mode=755
	assertEquals $mode "$(stat -c %a "$dir")"
	run nsunshare -r --name next true
	assert_ok
}

# The second nsunshare begins while the first nsunshare waits for --wait-fd and has not created the
# file web.json yet.
test_a_second_run_is_refused_before_the_first_program_starts()
{
	mkfifo "$TMP/go"
	nsunshare -r --name web --wait-fd 3 --status-fd 4 -- true 3<>"$TMP/go" 4>"$TMP/fifo" &
	read -r _ <"$TMP/fifo"
	assertFalse 'no file before the program starts' "[ -e '$dir/web.json' ]"
	run nsunshare -r --name web -- echo ran
	assert_refused 125 "the name 'web' is already in use"
	run nsenter2 -t name:web -U true
	assert_refused 125 "cannot find the process 'name:web'"
	echo >"$TMP/go"
	wait $!
	assertEquals 0 $?
}

test_the_run_of_a_killed_nsunshare_keeps_its_name()
{
	start_run web
	program=$(sleep_of "$holder")
	kill -KILL "$holder"
	wait "$holder" 2>/dev/null
	run nsenter2 -t name:web -U true
	assert_ok
	run nsunshare -r --name web -- echo ran
	assert_refused 125 "the name 'web' is already in use"
	kill -KILL "$program"
	settle 50 sh -c '! test -e "$0"' "$dir/web.json"
	assertTrue 'the helper removes the file' $?
}

# kill_all: kills the nsunshare that start_run() has started, and its helper process, so that the
# files for the name remain. Sets $program to the pid of the program.
kill_all()
{
	program=$(sleep_of "$holder")
	helper=$(pgrep -P "$holder" -x nsunshare)
	kill -KILL "$holder" "$helper"
	wait "$holder" 2>/dev/null
	settle 50 sh -c '! kill -0 "$0"' "$helper" 2>/dev/null
}

test_the_file_of_a_killed_helper_is_valid_while_the_program_lives()
{
	start_run web
	kill_all
	assertTrue 'the file stays' "[ -e '$dir/web.json' ]"
	run nsenter2 -t name:web -U true
	assert_ok
	run nsunshare -r --name web -- echo ran
	assert_refused 125 "the name 'web' is already in use"
	kill -KILL "$program"
	settle 50 sh -c '! kill -0 "$0"' "$program" 2>/dev/null
	run nsenter2 -t name:web -U true
	assert_refused 125 "cannot find the process 'name:web'"
	run nsunshare -r --name web -- echo ran
	assert_ok
	assert_out ran
	assertFalse 'the new run removes the file' "[ -e '$dir/web.json' ]"
}

# forge JQ-FILTER: changes the contents of web.json with the filter, and writes the result to
# fake.json. nsunshare has written web.json for the name web; other tools find fake.json by the name
# fake.
forge()
{
	jq -c "$1" <"$dir/web.json" >"$dir/fake.json"
}

test_a_file_that_does_not_describe_the_process_is_ignored()
{
	start_run web
	forge .
	run nsenter2 -t name:fake -U true
	assert_ok
	for change in '.boot_id = "00000000-0000-0000-0000-000000000000"' '.pid = 1' '.pid = 4194304' '.pid = 0' \
		'.pid = -1' '.pid = "x"' 'del(.pid)' 'del(.boot_id)' 'del(.pidns)' '.pid = 99999999999999999999' \
		'.pidfd_inode = null | .start += 100' '.pidfd_inode = null | .start = null' '[]' '""'; do
		forge "$change"
		run nsenter2 -t name:fake -U true
		assert_refused 125 "cannot find the process 'name:fake'"
	done
	forge '.pidfd_inode = null'
	run nsenter2 -t name:fake -U true
	assert_ok
	forge '.pidns += 1'
	run nsenter2 -t name:fake -U true
	assert_refused 125 "the process 'name:fake' was started from another pid namespace"
	: >"$dir/fake.json"
	run nsenter2 -t name:fake -U true
	assert_refused 125 "cannot find the process 'name:fake'"
	rm "$dir/fake.json"
	mkfifo "$dir/fake.json"
	run nsenter2 -t name:fake -U true
	assert_refused 125 "cannot find the process 'name:fake'"
	rm "$dir/fake.json"
	ln -s web.json "$dir/fake.json"
	run nsenter2 -t name:fake -U true
	assert_ok
	rm "$dir/fake.json"
}

test_a_file_with_another_pidfd_inode_is_ignored()
{
	feature pidfd-inode || return 0
	start_run web
	forge '.pidfd_inode += 1'
	run nsenter2 -t name:fake -U true
	assert_refused 125 "cannot find the process 'name:fake'"
	rm "$dir/fake.json"
}

# If the kernel has no pidfds, the start time identifies the process.
test_works_without_pidfds()
{
	start_holder enosys pidfd_open -- nsunshare -rp --name web --ready-fd 3 -- sleep 1000
	settle 50 test -e "$dir/web.json"
	assertEquals null "$(jq .pidfd_inode <"$dir/web.json")"
	run enosys pidfd_open -- nsenter2 -t name:web -U true
	assert_ok
	run enosys pidfd_open -- nsunshare -r --name web true
	assert_refused 125 "the name 'web' is already in use"
	for change in '.start += 100' '.pid = 4194304'; do
		forge "$change"
		run enosys pidfd_open -- nsenter2 -t name:fake -U true
		assert_refused 125 "cannot find the process 'name:fake'"
	done
	rm "$dir/fake.json"
}

# /proc shows the start time of a process on the clock of the process that reads it.
test_the_start_time_does_not_depend_on_the_time_namespace()
{
	require_ns time
	start_run web
	forge '.pidfd_inode = null'
	# nsenter2 finds the process, which may not be examined from the new user namespace
	run nsunshare -rT --boottime 1000.007 -- nsenter2 -t name:fake -n true
	assert_refused 125 'ns/net: Permission denied'
	rm "$dir/fake.json"
	run nsunshare -rT --boottime 1000.007 --name late -- sh -c 'until cat "$0"; do sleep 0.05; done 2>/dev/null' "$dir/late.json"
	assert_rc 0
	now=$(awk -v o="$(awk '$1 == "boottime" { print $2 }' /proc/self/timens_offsets)" '{ print int(($1 - o + 2) * 100) }' /proc/uptime)
	assert_json ".start < $now"
}

# Before Linux 5.11, /proc shows start times and btime on the initial clock. The copies of the files are
# made in the initial time namespace.
test_the_start_time_can_be_on_the_initial_clock()
{
	require_ns time
	start_run web
	forge '.pidfd_inode = null'
	pid=$(jq .pid <"$dir/fake.json")
	cat "/proc/$pid/stat" >"$TMP/process"
	cat /proc/stat >"$TMP/machine"
	for change in . '.start += 100000'; do
		forge ".pidfd_inode = null | $change"
		# shellcheck disable=SC2016 # the inner shell expands it
		run nsunshare -rmT --boottime 1000.007 -- sh -c 'mount --bind "$0/process" "/proc/$1/stat" &&
			mount --bind "$0/machine" /proc/stat && exec nsenter2 -t name:fake -n true' "$TMP" "$pid"
		case $change in
		.) assert_refused 125 'ns/net: Permission denied' ;;
		*) assert_refused 125 "cannot find the process 'name:fake'" ;;
		esac
	done
	rm "$dir/fake.json"
}

test_files_of_other_users_are_ignored()
{
	# Runs only as root.
	start_run web
	forge .
	chown "$NSTEST_UID" "$dir/fake.json"
	run nsenter2 -t name:fake -U true
	assert_refused 125 "cannot find the process 'name:fake'"
	rm "$dir/fake.json"
	chmod 777 "$dir"
	run nsenter2 -t name:web -U true
	assert_refused 125 "cannot find the process 'name:web'"
	run nsunshare --name other true
	assert_refused 125 "cannot trust '$dir': other users can write to it"
	chmod 755 "$dir"
	feature nslist || return 0
	# the file of root is used: nslist finds the process, which only root may examine
	run as_nstest nslist --show name:web -t uts
	assert_refused 1 "cannot open /proc/$(sleep_of "$holder")/ns/uts: Permission denied"
}

test_a_user_has_names_of_its_own()
{
	# Runs only as root.
	mkdir "$TMP/user"
	chown "$NSTEST_UID" "$TMP/user"
	chmod 711 "$TMP"
	run as_nstest env XDG_RUNTIME_DIR="$TMP/user" nsunshare -r --name web -- \
		sh -c "until cat '$TMP/user/nsutils/web.json'; do sleep 0.05; done 2>/dev/null"
	assert_rc 0
	run as_nstest env -u XDG_RUNTIME_DIR nsunshare -r --name web -- true
	assert_refused 125 "cannot create '/run/nsutils': Permission denied"
	assert_err_has 'hint: set XDG_RUNTIME_DIR to a directory that you own'
	# the directory /run/nsutils exists already, but it belongs to root
	mkdir -p /run/nsutils
	run as_nstest env -u XDG_RUNTIME_DIR nsunshare -r --name web -- true
	rmdir /run/nsutils
	assert_refused 125 "cannot create the lock file 'web.lock' in the directory 'nsutils': Permission denied"
	assert_err_has 'hint: set XDG_RUNTIME_DIR to a directory that you own'
	run as_nstest env XDG_RUNTIME_DIR="$TMP/none" nsunshare -r --name web -- true
	assert_refused 125 "cannot create '$TMP/none/nsutils': No such file"
	assert_err_lacks 'set XDG_RUNTIME_DIR'
}

test_invalid_names_are_refused()
{
	for name in '' . .. a/b -x .x 'a b' "$(printf '%065d' 0)" 'é'; do
		run nsunshare -r --name="$name" true
		assert_refused 125 "--name: invalid name"
		run nsenter2 -t "name:$name" -U true
		assert_refused 125 "invalid name"
	done
	run nsunshare -r --name "$(printf '%064d' 0)" true
	assert_ok
	run nsunshare -r --no-fork --name web true
	assert_refused 125 '--no-fork'
}

test_a_failed_set_up_leaves_no_file()
{
	run nsunshare -r --name web -- /nonexistent
	assert_refused 127 /nonexistent
	run nsunshare -rm --name web -w /nonexistent -- true
	assert_refused 125 /nonexistent
	run ls "$dir"
	assert_ok
	assert_out_empty
}

. shunit2
