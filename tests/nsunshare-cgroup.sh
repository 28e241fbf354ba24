#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-cgroup: checks control groups of version 2 and 1: nsunshare creates one, runs the
# program in it with limits, and removes it.
# Runs as root.
. "${0%/*}/testlib.sh"
. "${0%/*}/cgrouplib.sh"
require_root
require_ns cgroup pid

name=/$own_cgroup
[ -n "$v2$v1cpu" ] || skip 'no cgroup file system is mounted'

test_creates_enters_and_removes_a_cgroup()
{
	note_state
	for option in --fork --pid; do
		run nsunshare $option --into-cgroup "$name" --cgroup-create cat /proc/self/cgroup
		assert_ok
		assert_out_has "$name"
		[ -z "$v2" ] || assert_out_has "0::$name"
	done
	assert_no_leftovers
}

test_a_new_cgroup_namespace_has_its_own_root()
{
	# shellcheck disable=SC2016 # the inner shell expands it
	run nsunshare --cgroup --into-cgroup "$name" --cgroup-create \
		sh -c 'grep -qx $$ "$0" && echo inside; cat /proc/self/cgroup' "${v2:-$v1cpu}$name/cgroup.procs"
	assert_ok
	assert_out_has inside
	assert_out_lacks "$name"
	[ -z "$v2" ] || assert_out_has '0::/'
}

test_an_existing_cgroup_is_not_removed()
{
	for mount in $v2 $v1cpu; do
		mkdir "$mount$name"
		for option in --fork --no-fork; do
			run nsunshare $option --into-cgroup "$name" cat /proc/self/cgroup
			assert_ok
			assert_out_has "$name"
			run nsunshare $option --into-cgroup "$mount$name" cat /proc/self/cgroup
			assert_ok
			assert_out_has "$name"
		done
		assertTrue "rmdir '$mount$name'"
	done
}

test_a_relative_name_is_below_the_cgroup_of_the_caller()
{
	feature cgroup2 || return 0
	own=$(sed -n 's/^0:://p' /proc/self/cgroup)
	run nsunshare --into-cgroup "${name#/}" --cgroup-create sed -n 's/^0:://p' /proc/self/cgroup
	assert_ok
	assert_out "${own%/}$name"
}

# nsunshare must refuse the components "." and ".." in a cgroup name, because they could lead above
# the cgroup at which a relative name starts. nsunshare must remove only cgroups that it has
# created.
test_a_cgroup_name_cannot_lead_up()
{
	note_state
	for odd in "$name/../$own_cgroup-b" "../$own_cgroup" "$name/." "$name/./b" "${v2:-$v1cpu}$name/.."; do
		run nsunshare --into-cgroup "$odd" --cgroup-create true
		assert_refused 125 "'$odd'"
		assert_err_has "': '.' and '..' are not allowed"
	done
	run nsunshare --into-cgroup "$name/..b/.c" --cgroup-create cat /proc/self/cgroup
	assert_ok
	assert_out_has "$name/..b/.c"
	assert_no_leftovers
}

# A subtree of the hierarchy is mounted a second time. nsunshare must create the cgroup in the mount
# of the whole hierarchy, and not in the mount of the subtree.
test_the_first_mount_of_a_hierarchy_is_used()
{
	note_state
	mkdir "$TMP/part"
	for mount in $v2 $v1cpu; do
		setting=cgroup.max.depth=5
		[ "$mount" = "$v2" ] || setting=cpu.shares=5
		mkdir "$mount$name-part"
		# shellcheck disable=SC2016 # the inner shell expands it
		run unshare -m sh -c 'mount --bind "$0" "$1" && shift && exec "$@"' "$mount$name-part" "$TMP/part" \
			nsunshare --into-cgroup "$name" --cgroup-create --cgroup-set "$setting" \
			sh -c 'cat /proc/self/cgroup; find "$0" -mindepth 1 -type d' "$TMP/part"
		assert_ok
		assert_out_has ":$name"
		assert_out_lacks part
		assertTrue "rmdir '$mount$name-part'"
	done
	rmdir "$TMP/part"
	assert_no_leftovers
}

test_cgroup_set_writes_the_settings()
{
	note_state
	if [ -n "$v1cpu" ]; then
		run nsunshare --into-cgroup "$name" --cgroup-create --cgroup-set cpu.cfs_quota_us=30000 \
			cat "$v1cpu$name/cpu.cfs_quota_us"
		assert_ok
		assert_out 30000
		run nsunshare --into-cgroup "$name" --cgroup-create --cgroup-set cpu.cfs_quota_us=rubbish true
		assert_refused 125 "cannot write 'rubbish' to $v1cpu$name/cpu.cfs_quota_us"
	fi
	if [ -n "$v2" ] && feature cgroup2-cpu; then
		run nsunshare --into-cgroup "$name" --cgroup-create --cgroup-set 'cpu.max=30000 100000' \
			cat "$v2$name/cpu.max"
		assert_ok
		assert_out '30000 100000'
	fi
	if [ -n "$v2" ]; then
		run nsunshare --into-cgroup "$name" --cgroup-create --cgroup-set cgroup.max.depth=7 \
			cat "$v2$name/cgroup.max.depth"
		assert_ok
		assert_out 7
	fi
	run nsunshare --into-cgroup "$name" --cgroup-create --cgroup-set no.such=1 true
	assert_refused 125 "no cgroup file 'no.such' in '$name'"
	[ -z "$v2" ] || assert_err_has "hint: make controller 'no' available: cgroup.controllers of $v2"
	run nsunshare --into-cgroup "$name" --cgroup-create --cgroup-set cgroup.none=1 true
	assert_refused 125 "no cgroup file 'cgroup.none' in '$name'"
	assert_err_lacks hint
	assert_no_leftovers
}

test_missing_parent_cgroups_are_created_and_removed()
{
	note_state
	mount=${v2:-$v1cpu}
	for where in "$name" "$mount$name"; do
		run nsunshare -p --into-cgroup "$where/b/c//d" --cgroup-create cat /proc/self/cgroup
		assert_ok
		assert_out_has "$name/b/c/d"
		run nsunshare -p --into-cgroup "$where/b/c" --cgroup-create /nonexistent
		assert_refused 127 /nonexistent
	done
	assert_no_leftovers
	# nsunshare must not remove a cgroup that existed before, or that another process uses
	mkdir "$mount$name"
	run nsunshare --into-cgroup "$name/b/c" --cgroup-create true
	assert_ok
	assertTrue 'only created cgroups are removed' "[ -d '$mount$name' ] && [ ! -e '$mount$name/b' ]"
	run nsunshare --into-cgroup "$name/b/c" --cgroup-create mkdir "$mount$name/b/other"
	assert_ok
	assertTrue "rmdir '$mount$name/b/other' '$mount$name/b' '$mount$name'"
	assert_no_leftovers
}

test_a_cpu_quota_is_enforced()
{
	assert_quota_holds nsunshare -p --into-cgroup "$name/a/b" --cgroup-create
}

test_invalid_cgroup_options_are_refused()
{
	run nsunshare --into-cgroup "$name" true
	assert_refused 125 "the cgroup '$name' does not exist"
	assert_err_has 'hint: create the cgroup with --cgroup-create'
	run nsunshare --into-cgroup / --cgroup-set no.such=1 true
	assert_refused 125 "no cgroup file 'no.such'"
	assert_err_lacks 'create the cgroup with --cgroup-create'
	run nsunshare --cgroup-create true
	assert_refused 125 'requires --into-cgroup'
	run nsunshare --into-cgroup x --cgroup-set cpu.max true
	assert_refused 125 "invalid 'cpu.max', expected <file>=<value>"
	run nsunshare --into-cgroup x --cgroup-set ../x=1 true
	assert_refused 125 "invalid '../x=1', expected <file>=<value>"
	run nsunshare --into-cgroup '' true
	assert_refused 125 "--into-cgroup: invalid argument ''"
}

test_nothing_is_left_if_the_program_cannot_be_executed()
{
	note_state
	run nsunshare -p --into-cgroup "$name" --cgroup-create --wd /nonexistent true
	assert_refused 125 /nonexistent
	run nsunshare -p --into-cgroup "$name" --cgroup-create /nonexistent
	assert_refused 127 /nonexistent
	assert_no_leftovers
}

# ---- Controllers of version 2. On the host, they may or may not be enabled for the children of a
# cgroup.

test_controllers_are_enabled_in_created_cgroups()
{
	feature cgroup2-cpu || return 0
	note_state
	host=$(cat "$v2/cgroup.subtree_control")
	run nsunshare --into-cgroup "$name/a/b" --cgroup-create --cgroup-set 'cpu.max=30000 100000' \
		--cgroup-set pids.max=10 sh -c 'cd "$0" && cat a/b/cpu.max a/b/pids.max \
		cgroup.subtree_control a/cgroup.subtree_control a/b/cgroup.subtree_control' "$v2$name"
	assert_ok
	assert_out '30000 100000
10
cpu pids
cpu pids'
	run nsunshare --into-cgroup "$name/a/b" --cgroup-create --cgroup-set cpu.none=1 true
	assert_refused 125 "no cgroup file 'cpu.none' in '$name/a/b'"
	assert_err_has "hint: use another file: this cgroup has controller 'cpu', but the controller does not provide the requested file"
	run nsunshare --into-cgroup "$name/a/b" --cgroup-create --cgroup-set cpu.max=rubbish true
	assert_refused 125 "cannot write 'rubbish' to $v2$name/a/b/cpu.max"
	assertEquals "$host" "$(cat "$v2/cgroup.subtree_control")"
	assert_no_leftovers
}

# Root has delegated a cgroup to the user. The user can then enable controllers below this cgroup
# without privilege.
test_an_ordinary_user_enables_controllers_in_a_delegated_cgroup()
{
	feature cgroup2-cpu || return 0
	mkdir -p "$v2$name/self"
	echo +pids >"$v2$name/cgroup.subtree_control"
	chown -R "$NSTEST_UID" "$v2$name"
	run nsunshare --into-cgroup "$name/self" setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups \
		nsunshare --into-cgroup "$name/a/b" --cgroup-create --cgroup-set pids.max=9 \
		cat "$v2$name/a/b/pids.max" "$v2$name/a/cgroup.subtree_control"
	assert_ok
	assert_out '9
pids'
	remove_cgroup "$v2$name/self"
	remove_cgroup "$v2$name"
}

# The user can run a program in the delegated cgroup, even if the hierarchy has no controllers.
test_an_ordinary_user_can_use_a_delegated_cgroup()
{
	feature cgroup2 || return 0
	mkdir -p "$v2$name/self"
	chown -R "$NSTEST_UID" "$v2$name"
	set -- nsunshare --into-cgroup "$name/self" setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" \
		--clear-groups nsunshare --cgroup-create
	for option in --fork -rC; do
		run "$@" $option --into-cgroup "$name/a/b" --cgroup-set cgroup.max.depth=5 \
			cat "$v2$name/a/b/cgroup.max.depth" /proc/self/cgroup
		assert_ok
		assert_out_has "5
"
		case $option in --fork) assert_out_has "0::$name/a/b" ;; *) assert_out_has '0::/' ;; esac
	done
	run "$@" --into-cgroup "${name#/}" grep ^0: /proc/self/cgroup
	assert_ok
	assert_out "0::$name/self$name"
	run "$@" --into-cgroup "$name-b" echo ran
	assert_refused 125 "cannot create the cgroup '$v2$name-b': Permission denied"
	assert_err_has 'hint: use a cgroup that is delegated to you'
	assert_err_lacks 'raise cgroup.max.depth'
	assert_empty "$(find "$v2$name" -mindepth 2 -type d)"
	remove_cgroup "$v2$name/self"
	remove_cgroup "$v2$name"
}

# nsunshare must not change a cgroup that existed before.
test_names_the_cgroup_whose_children_lack_the_controller()
{
	feature cgroup2 || return 0
	read -r controller _ <"$v2/cgroup.controllers"
	feature cgroup2-controller || return 0
	mkdir "$v2$name"
	note_state
	keeps=$v2$name further=
	if ! grep -qw "$controller" "$v2/cgroup.subtree_control"; then
		keeps=$v2 further=" and of each descendant down to $v2$name"
	fi
	run nsunshare --into-cgroup "$name/a/b" --cgroup-create --cgroup-set "$controller.max=1" true
	assert_refused 125 "no cgroup file '$controller.max' in '$name/a/b'"
	assert_err_has "hint: write +$controller to cgroup.subtree_control of the ancestor cgroup$further, \
because controller '$controller' is not enabled for the children of $keeps"
	assert_empty "$(cat "$v2$name/cgroup.subtree_control")"
	assert_no_leftovers
	rmdir "$v2$name"
}

test_a_cgroup_with_processes_cannot_enable_controllers()
{
	feature cgroup2-cpu || return 0
	mkdir "$v2$name"
	start_holder sh -c 'echo $$ >"$0/cgroup.procs"; echo >&3; exec sleep infinity 3>&-' "$v2$name"
	run nsunshare --into-cgroup "$name/a" --cgroup-create --cgroup-set pids.max=1 true
	assert_refused 125 "no cgroup file 'pids.max'"
	assert_err_has "hint: move the processes of the ancestor cgroup to a child cgroup, and write +pids to \
cgroup.subtree_control, because controller 'pids' is not enabled for the children of $v2$name"
	stop_holder
	remove_cgroup "$v2$name"
}

test_a_threaded_cgroup_cannot_enable_domain_controllers()
{
	feature cgroup2 || return 0
	mkdir -p "$v2$name/threads"
	echo threaded >"$v2$name/threads/cgroup.type"
	note_state
	run nsunshare --into-cgroup "$name/a" --cgroup-create true
	assert_refused 125 "cannot move the process to the cgroup '$v2$name/a'"
	assert_err_has 'hint: use a cgroup that is not in a threaded subtree (cgroup.type)'
	if feature cgroup2-cpu; then
		run nsunshare --into-cgroup "$name/a" --cgroup-create --cgroup-set pids.max=1 true
		assert_refused 125 "no cgroup file 'pids.max'"
		assert_err_has "hint: use a parent cgroup that is not threaded: a new child of a threaded \
cgroup cannot contain processes; also, controller 'pids' is not enabled for the children of $v2$name"
		echo +pids >"$v2$name/cgroup.subtree_control"
		run nsunshare --into-cgroup "$name/a/b" --cgroup-create --cgroup-set pids.max=1 true
		assert_refused 125 "cannot write '+pids' to $v2$name/a/cgroup.subtree_control"
		assert_err_has 'hint: use a cgroup that is not in a threaded subtree (cgroup.type)'
	fi
	assert_no_leftovers
	rmdir "$v2$name/threads" "$v2$name"
}

test_a_controller_of_version_1_is_reported()
{
	feature cgroup1-cpu || return 0
	run nsunshare --into-cgroup "$name" --cgroup-create --cgroup-set cpu.max=1 true
	assert_refused 125 "no cgroup file 'cpu.max'"
	assert_err_has "hint: use a cgroup v1 file, because controller 'cpu' is in the cgroup v1 hierarchy at $v1cpu"
	run nsunshare --into-cgroup "$name" --cgroup-create --cgroup-set no.max=1 true
	assert_refused 125 "no cgroup file 'no.max'"
	assert_err_lacks 'use a cgroup v1 file'
}

# nsunshare must find the hierarchy even if its root directory lacks the files of the controller.
test_a_controller_of_version_1_is_found_by_its_name()
{
	v1pids=$(cgroup_mount cgroup pids)
	feature cgroup1-pids || return 0
	note_state
	run nsunshare --into-cgroup "$name" --cgroup-create --cgroup-set pids.max=7 \
		cat "$v1pids$name/pids.max" /proc/self/cgroup
	assert_ok
	assert_out_has "7
"
	assert_out_has "pids:$name"
	assert_out_lacks "cpu:$name"
	assert_no_leftovers
}

test_works_on_a_host_with_version_1_only()
{
	feature cgroup1-cpu || return 0
	note_state
	# shellcheck disable=SC2016 # the inner shell expands it
	set -- unshare -m sh -c '[ -z "$0" ] || umount "$0" && exec "$@"' "$v2" \
		nsunshare --into-cgroup "$name" --cgroup-create
	run "$@" cat /proc/self/cgroup
	assert_ok
	assert_out_has "cpu:$name"
	run "$@" --cgroup-set cpu.shares=5 cat "$v1cpu$name/cpu.shares"
	assert_ok
	assert_out 5
	run "$@" --cgroup-set no.such=1 true
	assert_refused 125 "no cgroup file 'no.such' in '$name'"
	assert_no_leftovers
}

# nsunshare must not kill processes of the program that remain in the cgroup, because they may be
# meant to stay.
test_processes_left_in_the_cgroup_are_reported()
{
	mount=${v2:-$v1cpu}
	# shellcheck disable=SC2016 # the inner shell expands it
	run nsunshare --into-cgroup "$name" --cgroup-create sh -c 'sleep 1000 >/dev/null 2>&1 & echo $!; exit 3'
	assert_rc 3
	assert_err_has "cannot remove the cgroup '$mount$name': Device or resource busy"
	assert_err_has 'hint: end the processes that remain in this cgroup, and remove the cgroup'
	kill "$out"
	remove_cgroup "$mount$name"
	# shellcheck disable=SC2016
	run nsunshare --into-cgroup "$name" --cgroup-create sh -c \
		'mkdir -p "$0/b/c" "$0/d"; sleep 1000 >/dev/null 2>&1 & echo $!; echo $! >"$0/b/cgroup.procs"' "$mount$name"
	assert_rc 0
	assert_err_has 'hint: end the processes that remain in this cgroup, and remove the cgroup'
	assertTrue 'the cgroup of the process stays' "[ -d '$mount$name/b' ]"
	assertFalse 'empty cgroups are removed' "[ -d '$mount$name/b/c' ] || [ -d '$mount$name/d' ]"
	kill "$out"
	remove_cgroup "$mount$name/b"
	remove_cgroup "$mount$name"
	# if the program itself has removed the cgroup, nsunshare must not report this
	run nsunshare --into-cgroup "$name" --cgroup-create sh -c 'echo 0 >"$0/cgroup.procs" && rmdir "$0$1"' \
		"$mount" "$name"
	assert_ok
	assert_err_lacks 'end the processes that remain in this cgroup'
}

# move_fails ERRNO TEXT: runs nsunshare and makes its first write(2), which moves the process to the
# cgroup, fail with ERRNO. Asserts that the message contains TEXT.
move_fails()
{
	run failat -b nsunshare -s write -k 1 -e "$1" -o "$TMP/report" -- nsunshare --into-cgroup "$name" true
	rm "$TMP/report"
	assert_refused 125 "$2"
	assert_err_has "cannot move the process to the cgroup '${v2:-$v1cpu}$name'"
}

test_the_error_of_a_move_selects_the_hint()
{
	mkdir "${v2:-$v1cpu}$name"
	move_fails EBUSY 'hint: use a child of this cgroup, because a cgroup with controllers in cgroup.subtree_control cannot'
	assert_err_lacks 'make cgroup.procs writable'
	move_fails EACCES 'hint: make cgroup.procs writable in this cgroup and in the nearest common ancestor of this cgroup and the current cgroup'
	assert_err_lacks 'use a child of this cgroup'
	move_fails ENOSPC 'hint: set cpuset.cpus and cpuset.mems of the cgroup first'
	assert_err_lacks 'use a cgroup that is not in a threaded subtree'
	move_fails EOPNOTSUPP 'hint: use a cgroup that is not in a threaded subtree (cgroup.type)'
	assert_err_lacks 'set cpuset.cpus and cpuset.mems of the cgroup first'
	move_fails EIO 'Input/output error'
	assert_err_lacks hint
	rmdir "${v2:-$v1cpu}$name"
}

test_a_limit_of_the_number_of_cgroups_is_reported()
{
	feature cgroup2 || return 0
	mkdir "$v2$name"
	echo 1 >"$v2$name/cgroup.max.depth"
	note_state
	run nsunshare --into-cgroup "$name/a/b/c" --cgroup-create true
	assert_refused 125 "cannot create the cgroup '$v2$name/a/b/c'"
	assert_err_has 'hint: raise cgroup.max.depth or cgroup.max.descendants'
	assert_err_lacks 'use a cgroup that is delegated to you'
	assert_no_leftovers
	rmdir "$v2$name"
}

# A process that was killed stays in its cgroup for a moment, so nsunshare must try again to remove
# the cgroup.
test_a_cgroup_that_is_busy_for_a_moment_is_removed()
{
	note_state
	run failat -s rmdir -k 1 -e EBUSY -o "$TMP/report" -- nsunshare --into-cgroup "$name" --cgroup-create true
	assertTrue 'no call was failed' "grep -q '^failed ' '$TMP/report'"
	rm "$TMP/report"
	assert_ok
	assert_no_leftovers
}

test_a_controller_that_may_not_be_enabled_is_refused()
{
	feature cgroup2 || return 0
	note_state
	run failat -s write -k 1 -e EACCES -o "$TMP/report" -- nsunshare --into-cgroup "$name/a/b" --cgroup-create \
		--cgroup-set no.such=1 true
	assertTrue 'no call was failed' "grep -q '^failed ' '$TMP/report'"
	rm "$TMP/report"
	assert_refused 125 "cannot write '+no' to $v2$name/cgroup.subtree_control: Permission denied"
	assert_no_leftovers
}

test_a_cgroup_that_may_not_be_created_needs_delegation()
{
	for error in EACCES EPERM; do
		run enosys -e $error mkdir,mkdirat -- nsunshare --into-cgroup "$name" --cgroup-create true
		assert_refused 125 'cannot create the cgroup'
		assert_err_has delegated
	done
	run enosys -e ENOMEM mkdir,mkdirat -- nsunshare --into-cgroup "$name" --cgroup-create true
	assert_refused 125 'cannot create the cgroup'
	assert_err_lacks delegated
}

test_empty_cgroups_that_the_program_has_created_are_removed()
{
	mount=${v2:-$v1cpu}
	note_state
	for with in --fork --init; do
		run nsunshare $with --into-cgroup "$name/a" --cgroup-create \
			sh -c 'cd "$1" && mkdir -p init.scope b/c/d b/e && find . -type d | LC_ALL=C sort | xargs' sh "$mount$name/a"
		assert_ok
		assert_out '. ./b ./b/c ./b/c/d ./b/e ./init.scope'
		assert_no_leftovers
	done
}

# end_now PID…: kills the processes and waits until they have ended. The helper of nsunshare, which
# locks the cgroup, is not a child of this shell.
end_now()
{
	kill -KILL "$@"
	for _p; do
		wait "$_p" 2>/dev/null
		settle 50 [ ! -e "/proc/$_p" ]
	done
}

# leave NAME: starts nsunshare with a new cgroup NAME, and kills all its processes, so that
# nsunshare cannot remove the cgroup.
leave()
{
	start_holder nsunshare --fork --into-cgroup "$1" --cgroup-create ${2:+--cgroup-set "$2"} --ready-fd 3 -- sleep 1000
	# shellcheck disable=SC2046 # several words
	end_now "$holder" $(pgrep -P "$holder")
	settle 50 sh -c '! grep -q . "$0"' "${v2:-$v1cpu}$1/cgroup.procs"
	assertTrue 'the cgroup is left' "[ -d '${v2:-$v1cpu}$1' ]"
}

test_the_cgroup_of_a_killed_run_is_created_again()
{
	mount=${v2:-$v1cpu}
	note_state
	leave "$name/a/b" ${v2:+cgroup.max.depth=5}
	mkdir "$mount$name/a/b/init.scope"
	run nsunshare --into-cgroup "$name/a/b" --cgroup-create sh -c 'cat "$0/cgroup.max.depth"; ls -d "$0"/*/' "$mount$name/a/b"
	[ -z "$v2" ] || assertEquals 'the settings are those of a new cgroup' max "$out"
	assert_out_lacks init.scope
	assert_no_leftovers
}

test_the_version_1_cgroup_of_a_killed_run_is_created_again()
{
	feature cgroup1-cpu || return 0
	note_state
	leave "$name" cpu.cfs_quota_us=20000
	assertTrue 'the cgroup is left' "[ -d '$v1cpu$name' ]"
	run nsunshare --into-cgroup "$name" --cgroup-create --cgroup-set cpu.shares=1000 cat "$v1cpu$name/cpu.cfs_quota_us"
	assert_ok
	assert_out -1
	assert_no_leftovers
}

test_a_killed_run_with_a_living_program_keeps_its_cgroup()
{
	mount=${v2:-$v1cpu}
	start_holder nsunshare --fork --into-cgroup "$name" --cgroup-create --ready-fd 3 -- sleep 1000
	program=$(sleep_of "$holder")
	end_now "$holder" "$(pgrep -P "$holder" -x nsunshare)"
	run nsunshare --into-cgroup "$name" --cgroup-create true
	assert_ok
	assertTrue 'the process is still in it' "grep -qx $program '$mount$name/cgroup.procs'"
	kill -KILL "$program"
	settle 50 sh -c '! grep -q . "$0"' "$mount$name/cgroup.procs"
	run nsunshare --into-cgroup "$name" --cgroup-create true
	assert_ok
	assertFalse 'the next run has removed it' "[ -d '$mount$name' ]"
}

# The second nsunshare in the cgroup ends before the first nsunshare has started its program. The
# cgroup must remain until the first nsunshare ends.
test_the_cgroup_of_another_run_is_not_removed()
{
	mount=${v2:-$v1cpu}
	mkfifo "$TMP/go" "$TMP/fifo"
	nsunshare --fork --into-cgroup "$name" --cgroup-create --wait-fd 7 --setup-outside "echo >'$TMP/fifo'; read x <'$TMP/go'" \
		-- grep -o "$own_cgroup" /proc/self/cgroup 7</dev/null >"$TMP/out" &
	read -r _ <"$TMP/fifo"
	run nsunshare --into-cgroup "$name" --cgroup-create true
	assert_ok
	assertTrue 'the cgroup stays' "[ -d '$mount$name' ]"
	echo >"$TMP/go"
	wait $!
	assertEquals 0 $?
	assertFalse 'the first run removes it' "[ -d '$mount$name' ]"
	rm "$TMP/go" "$TMP/fifo"
}

test_a_cgroup_that_nsunshare_did_not_create_is_not_removed()
{
	mount=${v2:-$v1cpu}
	mkdir "$mount$name"
	for cgroup in "$name/a" "$name"; do
		run nsunshare --into-cgroup "$cgroup" --cgroup-create sh -c 'grep -o "$1\$" /proc/self/cgroup | sort -u' sh "$cgroup"
		assert_ok
		assert_out "$cgroup"
	done
	assertTrue 'the cgroup of the administrator stays' "[ -d '$mount$name' ]"
	rmdir "$mount$name"
}

. shunit2
