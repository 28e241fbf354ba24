#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsrun-bwrap: checks the equivalents of bubblewrap's options in the table of nsrun(1).
# Runs as root and as an ordinary user.
# Time limit: 120 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/nsrunlib.sh"
require_ns user mnt pid uts ipc net cgroup
work_in "$TMP/work"
mkdir -p "$TMP/src/sub"
echo content >"$TMP/src/file"

# with OPTION… -- PROGRAM…: runs PROGRAM in nsrun with these options, each of which has the form
# TOOL:OPTION, the argument of `nsrun --with`.
with()
{
	_n=$#
	_options=1
	while [ $((_n -= 1)) -ge 0 ]; do
		_arg=$1
		shift
		[ "$_arg" != -- ] || _options=
		[ -z "$_options" ] || set -- "$@" --with
		set -- "$@" "$_arg"
	done
	run nsrun "$@"
}

# in_shell OPTION… -- SCRIPT: runs a shell with the command line SCRIPT in nsrun, with these options and
# those that with() adds.
in_shell()
{
	# take SCRIPT, the last argument
	_n=$#
	while [ $((_n -= 1)) -gt 0 ]; do
		set -- "$@" "$1"
		shift
	done
	_script=$1
	shift
	with "$@" sh -c "$_script"
}

test_creates_each_namespace_except_a_shared_net()
{
	for type in user mnt pid uts ipc net cgroup; do
		run nsrun -- readlink /proc/self/ns/$type
		assert_ok
		assertNotEquals "--unshare-$type" "$(readlink /proc/self/ns/$type)" "$out"
	done
	run nsrun --net host -- readlink /proc/self/ns/net
	assert_out "$(readlink /proc/self/ns/net)"
}

test_map_options_set_uid_and_gid()
{
	in_shell nsunshare:--map-user=7 nsunshare:--map-group=8 -- 'id -u; id -g'
	assert_out '7
8'
	assert_rc 0
}

test_setup_can_disable_user_namespaces()
{
	in_shell -- 'unshare -U true && echo allowed'
	assert_out allowed
	in_shell 'nsunshare:--setup=echo 0 >/proc/sys/user/max_user_namespaces' -- 'unshare -U true || echo refused'
	assert_out refused
	assert_err_has 'No space left on device'
}

test_environment_is_cleared_set_and_unset()
{
	A=1
	export A
	in_shell nspivot:--clear-env -- 'echo "${A-none}"'
	assert_out none
	in_shell nspivot:--unsetenv=A -- 'echo "${A-none}"'
	assert_out none
	in_shell nspivot:--setenv=A=2 -- 'echo "${A-none}"'
	assert_out 2
	unset A
}

test_binds_files_and_descriptors()
{
	in_shell "nspivot:--bind-try=$TMP/none" "nspivot:--ro-bind-try=$TMP/none2" "nspivot:--ro-bind=$TMP/src:/tmp/ro" \
		"nspivot:--bind=/dev/null:/null:dev" "nspivot:--bind-try=/dev/none:/tmp/none:dev" \
		"nspivot:--bind=$TMP/src:/tmp/rw" nspivot:--readonly=/tmp/rw -- \
		'cat /tmp/ro/file; echo x >/null && echo device; touch /tmp/rw/x || echo read-only'
	assert_out 'content
device
read-only'
	exec 7<"$TMP/src"
	in_shell nsunshare:--keep-fd=7 nspivot:--bind=fd:7:/tmp/fd -- 'cat /tmp/fd/file; ls /proc/self/fd | wc -l'
	exec 7<&-
	assert_out 'content
4'
}

test_creates_file_systems_files_and_links()
{
	in_shell nspivot:--tmpfs=/tmp/t:mode=0711,size=64k nspivot:--mqueue nspivot:--proc=/tmp/proc nspivot:--dev=/tmp/dev \
		nspivot:--dir=/tmp/d:mode=0750 nspivot:--symlink=target:/tmp/link "nspivot:--file=$TMP/src/file:/tmp/file:mode=0600" -- \
		'stat -c %a /tmp/t /tmp/d /tmp/file; readlink /tmp/link; cat /tmp/file; ls -d /tmp/proc/1 /tmp/dev/null
		grep -c " /dev/mqueue mqueue" /proc/mounts; grep -o " /tmp/t .*size=64k" /proc/mounts | cut -d" " -f2'
	assert_ok
	assert_out '711
750
600
target
content
/tmp/dev/null
/tmp/proc/1
1
/tmp/t'
	exec 7<"$TMP/src/file"
	in_shell nsunshare:--keep-fd=7 nspivot:--file=fd:7:/tmp/data -- 'cat /tmp/data'
	exec 7<&-
	assert_out content
}

test_overlays_change_only_the_upper_layer()
{
	feature overlay-userns || return 0
	mkdir -p "$TMP/upper" "$TMP/workdir" "$TMP/lower2"
	echo two >"$TMP/lower2/two"
	in_shell "nspivot:--overlay=/tmp/a:lower=$TMP/src,upper=tmpfs" "nspivot:--overlay=/tmp/b:lower=$TMP/src,lower=$TMP/lower2" \
		"nspivot:--overlay=/tmp/c:lower=$TMP/src,upper=$TMP/upper,work=$TMP/workdir" -- \
		'echo x >/tmp/a/new; cat /tmp/b/file /tmp/b/two; touch /tmp/b/new || echo read-only; touch /tmp/c/new'
	assert_rc 0
	assert_out 'content
two
read-only'
	assertTrue 'only the upper layer has changed' "[ -e $TMP/upper/new ] && [ ! -e $TMP/src/new ]"
	chmod -R u+rwx "$TMP/workdir"
}

test_cap_keep_keeps_one_capability()
{
	with nspivot:--cap-keep=net_raw -- grep CapEff /proc/self/status
	assert_out 'CapEff:	0000000000002000'
}

test_cap_drop_drops_one_capability()
{
	# shellcheck disable=SC2016 # for the inner shell
	in_shell nspivot:--cap-drop=net_raw -- 'while read -r key value; do
		[ "$key" != CapBnd: ] || echo "$((0x$value >> 13 & 1)) $((0x$value >> 12 & 1))"; done </proc/self/status'
	assert_out '0 1'
}

test_bash_sets_the_name_of_the_program()
{
	run nsrun -- bash -c 'exec -a other cat /proc/self/cmdline'
	assert_out_has other
}

test_wait_fd_status_fd_and_flock_work()
{
	# a program that did not wait for the byte would end before the file exists
	mkfifo "$TMP/go"
	exec 7<>"$TMP/go"
	nsrun --with nsunshare:--wait-fd=0 -- cat "$PWD/late" <&7 7<&- >"$TMP/seen" 2>"$TMP/err" &
	sleep 0.5
	echo late >late
	echo >&7
	exec 7<&-
	wait $!
	assertEquals "$(cat "$TMP/err")" 0 $?
	assertEquals late "$(cat "$TMP/seen")"
	rm "$TMP/go" late
	run nsrun --with nsunshare:--status-fd=3 -- true 3>"$TMP/status"
	assert_rc 0
	run cat "$TMP/status"
	assert_out_has '"exit"'
	run flock "$TMP/lock" nsrun -- echo locked
	assert_out locked
}

test_keep_fd_passes_a_descriptor()
{
	exec 7<"$TMP/src/file"
	in_shell nsunshare:--keep-fd=7 nspivot:--keep-fd=7 -- 'cat <&7'
	exec 7<&-
	assert_out content
}

test_seccomp_installs_a_filter()
{
	# a seccomp filter with one instruction, which allows every system call: BPF_RET | BPF_K,
	# SECCOMP_RET_ALLOW
	printf '\006\000\000\000\000\000\377\177' >"$TMP/filter"
	exec 7<"$TMP/filter"
	with nsunshare:--keep-fd=7 nspivot:--seccomp=fd:7 -- grep Seccomp: /proc/self/status
	exec 7<&-
	assert_out 'Seccomp:	2'
}

test_runs_inside_the_namespaces_of_another_process()
{
	start_holder nsunshare -rmpu --hostname outer --ready-fd 3 -- sleep 1000
	program=$(pgrep -P "$holder" | tail -n 1)
	run nsenter2 -t "$program" -U -u -- nsrun --profile sandbox -- uname -n
	assert_rc 0
	assert_out outer
}

test_options_of_nsrun_set_directory_hostname_variable_and_mounts()
{
	run nsrun --chdir /usr --hostname box --setenv A=b --bind "$TMP/src:/tmp/a" --ro-bind "$TMP/src:/tmp/b" --tmpfs /tmp/c -- \
		sh -c 'pwd; uname -n; echo "$A"; touch /tmp/a/new /tmp/c/new; ls /tmp/b; touch /tmp/b/other || echo read-only'
	assert_rc 0
	assert_out '/usr
box
b
file
new
sub
read-only'
	rm -f "$TMP/src/new"
	run nsrun --net none -- sh -c 'tail -n +3 /proc/net/dev | cut -d: -f1'
	assert_out '    lo'
}

test_the_program_leads_a_new_session()
{
	# field 6 of /proc/PID/stat is the session id (proc(5))
	run nsrun -- sh -c 'read -r pid _ _ _ _ session _ </proc/self/stat; echo $((session == $$))'
	assert_out 1
}

test_a_profile_replaces_args_and_can_omit_the_init()
{
	grep -v -- '--init' "$nsrun_data/profiles/sandbox" >"$TMP/profile"
	printf 'nspivot --setenv=A=of the profile\n' >>"$TMP/profile"
	# shellcheck disable=SC2016 # for the inner shell
	run nsrun --profile "$TMP/profile" -- sh -c 'echo "$$ $A"'
	assert_rc 0
	assert_out '1 of the profile'
}

# When the parent of nsunshare ends, the kernel sends the parent-death signal to nsunshare. All
# processes of the sandbox must then end.
test_pdeathsig_ends_the_run_with_its_parent()
{
	note_state
	start_holder sh -c 'setpriv --pdeathsig KILL nsrun --with nsunshare:--ready-fd=3 -- sleep 1000; :'
	run pgrep -P "$holder"
	child=$out
	assertNotNull 'the run exists' "$child"
	kill -KILL "$holder"
	wait "$holder" 2>/dev/null
	assertTrue 'nsunshare has ended' "settle 50 test ! -e /proc/$child"
	assert_no_leftovers
	return 0
}

# The options of bubblewrap 0.12, except --help and --version.
options_of_bubblewrap='add-seccomp-fd args argv0 as-pid-1 assert-userns-disabled bind bind-data bind-fd bind-try block-fd cap-add
cap-drop chdir chmod clearenv dev dev-bind dev-bind-try die-with-parent dir disable-userns exec-label file file-label gid hostname
info-fd json-status-fd level-prefix lock-file mqueue new-session not-a-security-boundary overlay overlay-src perms pidns proc
remount-ro ro-bind ro-bind-data ro-bind-fd ro-bind-try ro-overlay seccomp setenv share-net size symlink sync-fd tmp-overlay tmpfs uid unsetenv unshare-all
unshare-cgroup unshare-cgroup-try unshare-ipc unshare-net unshare-pid unshare-user unshare-user-try unshare-uts userns
userns-block-fd userns2'

# rows: prints the rows of the table in nsrun(1) that lists an equivalent for each option of
# bubblewrap.
rows()
{
	sed -n '/^.Sh OPTIONS OF BUBBLEWRAP/,/^.Sh SEE ALSO/{ s/^.It \(.*--.*\)/\1/p; }' "${0%/*}/../man/nsrun.1"
}

test_the_table_has_every_option_of_bubblewrap()
{
	# Runs no tool: This test compares the section OPTIONS OF BUBBLEWRAP of nsrun(1) with the
	# list of the options of bubblewrap.
	rows | sed 's/ Ta .*//' | grep -o -e '--[a-z0-9-]*' | cut -c3- | sort >"$TMP/table"
	printf '%s\n' "$options_of_bubblewrap" | tr ' ' '\n' | sort >"$TMP/options"
	assert_no_difference 'the options' "$TMP/options" "$TMP/table"
	feature bwrap || return 0
	for option in $(bwrap --help 2>&1 | sed -n 's/^ *--\([a-z0-9-]*\).*/\1/p' | grep -vx -e help -e version); do
		assertTrue "$option" "grep -qxe $option '$TMP/table'"
	done
}

test_every_equivalent_of_the_table_is_in_a_test()
{
	# Runs no tool: This test compares the section OPTIONS OF BUBBLEWRAP of nsrun(1) with the
	# tests in this file.
	rows | sed 's/.* Ta //' | grep -oE -e '(nsunshare:|nspivot:|^|[ ,])--[a-z-]+' | tr -d ' ,' | sort -u >"$TMP/equivalents"
	assertTrue 'many equivalents' "[ $(grep -c . "$TMP/equivalents") -ge 30 ]"
	grep -v '^[[:space:]]*#' "$0" | grep -oE -e '((nsunshare|nspivot):)?--[a-z-]+' | sort -u >"$TMP/tested"
	run comm -23 "$TMP/equivalents" "$TMP/tested"
	assert_ok
	assert_out_empty
}

. shunit2
