#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-namespaces: checks that nsunshare creates each type of namespace, and the status and
# descriptors of the program.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns user mnt pid net uts ipc cgroup time
require_tool jq

# shellcheck disable=SC2016 # the inner shell expands it
test_creates_every_type_by_letter_and_by_name()
{
	for t in mnt:m:mount uts:u:uts ipc:i:ipc net:n:net pid:p:pid user:U:user cgroup:C:cgroup time:T:time; do
		type=${t%%:*} letter=${t#*:} name=${t##*:}
		letter=${letter%:*}
		for option in "-$letter" "--$name"; do
			run nsunshare -r "$option" readlink "/proc/self/ns/$type"
			assert_ok
			assertNotEquals "$option" "$(readlink "/proc/self/ns/$type")" "$out"
		done
	done
}

test_no_namespace_is_new_without_an_option()
{
	run nsunshare readlink /proc/self/ns/mnt /proc/self/ns/user /proc/self/ns/pid
	assert_ok
	assert_out "$(readlink /proc/self/ns/mnt /proc/self/ns/user /proc/self/ns/pid)"
}

test_all_types_can_be_created_at_once()
{
	run nsunshare -mpuinrCT --mount-proc --hostname box --boottime 1000000000 -- \
		sh -c 'echo $$; uname -n; id -u; cut -d. -f1 /proc/uptime; echo /proc/[0-9]*'
	assert_ok
	# shellcheck disable=SC2086 # one argument for each line
	set -- $out
	assertEquals 'pid' 1 "$1"
	assertEquals 'hostname' box "$2"
	assertEquals 'uid' 0 "$3"
	assertTrue 'boot time' "[ $4 -ge 1000000000 ]"
	assertEquals 'processes' /proc/1 "$5"
}

test_exits_with_the_status_of_the_program()
{
	for n in 0 1 7 255; do
		run nsunshare -rp sh -c "exit $n"
		assert_rc $n
	done
	run nsunshare -r sh -c 'exit 9'
	assert_rc 9
}

test_exits_127_and_126_for_missing_and_unusable_programs()
{
	run nsunshare -rp /nonexistent
	assert_refused 127 "cannot execute '/nonexistent'"
	run nsunshare -rm /etc/passwd
	assert_refused 126 "cannot execute '/etc/passwd'"
}

test_runs_the_callers_shell_by_default()
{
	run env SHELL=/bin/sh nsunshare -r <<-'SCRIPT'
		echo "$0"
	SCRIPT
	assert_ok
	assert_out -sh
	[ "$(id -u)" = 0 ] || return 0
	# without $SHELL, nsunshare runs the login shell of the calling user, or sh if the user has
	# no login shell
	printf '#!/bin/sh\necho ran "$0"\n' >"$TMP/shell"
	chmod 755 "$TMP" "$TMP/shell"
	sed "s|^\(nstest:.*:\).*|\1$TMP/shell|" /etc/passwd >"$TMP/passwd"
	mount --bind "$TMP/passwd" /etc/passwd
	run as_nstest env -u SHELL nsunshare -r </dev/null
	umount /etc/passwd
	assert_ok
	assert_out "ran $TMP/shell"
	run setpriv --reuid 54321 --regid 54321 --clear-groups env -u SHELL nsunshare -r <<-'SCRIPT'
		echo "$0"
	SCRIPT
	assert_ok
	assert_out -sh
}

test_a_shell_that_cannot_be_executed_is_reported()
{
	chmod 755 "$TMP"
	printf '#!/nonexistent\n' >"$TMP/shell"
	chmod 755 "$TMP/shell"
	for with in 'nsunshare -ru' 'nsunshare -ru nsenter2 --uts=/proc/self/ns/uts' \
		'nsunshare -r nstimeoffset -b 1'; do
		# shellcheck disable=SC2086 # several words
		run env SHELL="$TMP/shell" $with
		assert_refused 127 "cannot execute '$TMP/shell'"
		assert_err_has "hint: install the interpreter '/nonexistent', which the first line of '$TMP/shell' names"
		# shellcheck disable=SC2086 # several words
		run env SHELL=/etc/passwd $with
		assert_refused 126 "cannot execute '/etc/passwd'"
	done
}

test_descriptors_are_inherited_except_those_of_nsunshare()
{
	run sh -c 'ls /proc/self/fd' 7</dev/null
	before=$out
	for option in -r -rp '-rmpT --kill-child'; do
		# shellcheck disable=SC2086 # several words
		run nsunshare $option sh -c 'ls /proc/self/fd' 7</dev/null
		assert_ok
		assert_out "$before"
	done
}

test_a_failure_before_the_program_prints_one_message()
{
	note_state
	run nsunshare -rm -w /nonexistent true
	assert_refused 125 "cannot change the working directory to '/nonexistent'"
	run nsunshare -rmp -w /nonexistent true
	assert_refused 125 "cannot change the working directory to '/nonexistent'"
	assert_no_leftovers
}

# After unshare(CLONE_NEWTIME), kernels before 6.2 cannot create a child that shares the memory of
# its parent (EINVAL). nsunshare must then use fork(2).
test_forks_if_process_1_cannot_share_the_memory()
{
	# Runs only as root.
	run unshare --time nsunshare -mp --mount-proc readlink /proc/self
	assert_ok
	assert_out 1
	# a tool that is built with AddressSanitizer never creates a child that shares memory
	feature no-sanitizer || return 0
	run failat -o "$TMP/report" -k 1:clone:1 -e EINVAL -- nsunshare -mp --mount-proc readlink /proc/self
	assert_ok
	assert_out 1
	assertTrue 'no call was failed' "grep -q ^failed '$TMP/report'"
	run failat -o "$TMP/report" -k 1:clone:1 -e EAGAIN -- nsunshare -mp --mount-proc readlink /proc/self
	assert_refused 125 'cannot create a process: Resource temporarily unavailable'
}

test_explain_does_nothing_and_names_each_step()
{
	run nsunshare --explain -rmpT --boottime 5 --mount-proc --hostname box -w / sh -c 'echo ran'
	assert_ok
	assert_out_has 'clone(2)'
	assert_out_has 'map uid 0:'
	assert_out_has 'move boottime by +5 seconds'
	assert_out_has "mount proc on '/proc'"
	assert_out_has "hostname to 'box'"
	assert_out_has 'execute sh -c'
	feature nslist || return 0
	# nslist is not a tool of a chain, so --explain does not execute it
	run nsunshare --explain -u nslist
	assert_ok
}

test_explain_escapes_foreign_bytes()
{
	run nsunshare --explain -w "$(printf '/a\033[31m')" -- "$(printf 'b\nc')" "$(printf '\033]0;d')"
	assert_ok
	assert_out_has "change the working directory to '/a\x1b[31m': chdir(2)"
	assert_out_has 'execute b\x0ac \x1b]0;d: execve(2)'
}

test_explain_names_the_process_that_writes_the_maps()
{
	run nsunshare --explain -r true
	assert_out_has 'write(/proc/PID/{setgroups,uid_map,gid_map})'
	run nsunshare --explain --map-users 0:1000000:9 --map-groups 0:1500000:9 true
	assert_ok
	if [ "$(id -u)" = 0 ]; then
		assert_out_has 'uid 0:1000000:9, gid 0:1500000:9: write('
	else
		assert_out_has 'uid 0:1000000:9, gid 0:1500000:9: newuidmap(1), newgidmap(1)'
	fi
}

test_features_are_probed()
{
	run nsunshare --features
	assert_ok
	assert_out_has 'user                       yes'
	run nsunshare --features -J
	assert_ok
	assertEquals true "$(echo "$out" | jq '."net-in-user"')"
	run nsunshare --json true
	assert_rc 125
	assert_out_empty
	assertEquals "nsunshare: --json requires --features
Try 'nsunshare --help' for more information." "$err"
}

test_explain_names_descriptors_files_and_cgroups()
{
	run nsunshare --explain -p --wait-fd 7 --pid-file "$TMP/pid" --status-fd 8 true 7</dev/null 8>"$TMP/status"
	assert_ok
	assertEquals 'the step that waits' 1 "$(grep -c 'descriptor 7' "$TMP/out")"
	assertEquals 'the step that writes the pid' 1 "$(grep -c "'$TMP/pid'.* 8" "$TMP/out")"
	assertFalse 'a pid file was written' "[ -e '$TMP/pid' ]"
	assertFalse 'a status was written' "[ -s '$TMP/status' ]"
	[ "$(id -u)" = 0 ] || return 0
	run nsunshare --explain -Uu --owner 71:72 --persist "$TMP/pins" --into-cgroup /explained --cgroup-create true
	assert_ok
	assert_out_has '71:72'
	assert_out_has "'$TMP/pins/user'"
	assert_out_has "'$TMP/pins/uts'"
	assert_out_has "'/explained'"
	assertFalse 'a directory was created' "[ -e '$TMP/pins' ]"
}

. shunit2
