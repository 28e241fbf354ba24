#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# cred-rest: checks no_new_privs, system call filter, limits, environment and session of the program
# in nsunshare, nsenter2 and nspivot.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
. "${0%/*}/credlib.sh"
require_ns mnt uts

# Two seccomp filters in the format of setpriv(1). The second one denies system calls that the tools
# need.
enosys -e EPERM --print sethostname >nohostname
enosys -e EPERM --print prctl,capset,setresuid,setgroups >noprctl

test_no_new_privs_is_set()
{
	for tool in $CARRIERS; do
		carry --no-new-privs -- probe
		assert_ok
		assert_fact 'no-new-privs 1'
	done
}

test_filter_applies_with_and_without_no_new_privs()
{
	for tool in $CARRIERS; do
		for nnp in '' --no-new-privs; do
			# shellcheck disable=SC2086
			carry --seccomp "$PWD/nohostname" $nnp -- probe
			assert_ok
			assert_fact 'seccomp 2' "no-new-privs $([ -z "$nnp" ] && echo 0 || echo 1)"
		done
		carry --seccomp "$PWD/nohostname" -- sh -c 'hostname x && echo renamed; exec probe'
		assert_fact 'seccomp 2'
		assert_out_lacks renamed
	done
}

# With no_new_privs, the filter is installed right before exec, so it need not allow the system
# calls of the tool.
test_filter_is_installed_last()
{
	for tool in $CARRIERS; do
		carry --seccomp "$PWD/noprctl" --no-new-privs --cap-drop all --groups none -- \
			grep -E '^(NoNewPrivs|Seccomp|CapBnd):' /proc/self/status
		assert_ok
		assert_out 'CapBnd:	0000000000000000
NoNewPrivs:	1
Seccomp:	2'
	done
}

# With no_new_privs, the filter is installed late, so it need not allow the system calls for
# --pid-file, --ready-fd and --status-fd.
test_filter_is_installed_after_the_handles()
{
	enosys -e EPERM --print close_range,fcntl,faccessat2 >nohandles
	for tool in $CARRIERS; do
		carry --seccomp "$PWD/nohandles" --no-new-privs --close-fds --ready-fd 1 -- echo ran
		assert_ok
		assert_out 'ready
ran'
	done
}

# A program that starts with all signals blocked would not receive TERM.
test_a_filter_that_keeps_signals_blocked_is_reported()
{
	enosys -e EPERM --print rt_sigprocmask >nomask
	for tool in nsunshare nsenter2; do
		carry --kill-child --seccomp "$PWD/nomask" -- echo ran
		assert_refused 125 "cannot restore the caller's signal mask: Operation not permitted"
		carry --kill-child --seccomp "$PWD/nomask" --no-new-privs -- echo ran
		assert_ok
		assert_out ran
	done
}

# Without no_new_privs, installing the filter requires CAP_SYS_ADMIN, which the program must not
# have.
test_filter_leaves_no_privilege_behind()
{
	# Runs only as root.
	for tool in $CARRIERS; do
		carry --seccomp "$PWD/nohostname" -S 1000 -G 1000 -- probe
		assert_ok
		assert_fact 'seccomp 2' 'no-new-privs 0' 'uid 1000 1000 1000' \
			'cap-permitted 0000000000000000' 'cap-ambient 0000000000000000' \
			'cap-inheritable 0000000000000000'
	done
}

test_filter_is_read_from_a_descriptor()
{
	for tool in $CARRIERS; do
		carry --seccomp fd:5 --no-new-privs -- probe 5<nohostname
		assert_ok
		assert_fact 'seccomp 2'
		assert_out_lacks 'fd 5 '
	done
}

test_refuses_an_invalid_filter()
{
	: >empty
	head -c 16 /dev/zero >wrong
	for tool in $CARRIERS; do
		carry --seccomp "$PWD/empty" -- echo ran
		assert_refused 125 'has 0 bytes, expected 1 to 4096 instructions of 8 bytes each'
		carry --seccomp "$PWD/wrong" --no-new-privs -- echo ran
		assert_refused 125 'cannot install the system call filter: Invalid argument'
		assert_err_has 'hint: check the instructions of the filter, and check that the kernel has CONFIG_SECCOMP_FILTER'
	done
}

test_a_filter_without_privilege_requires_the_no_new_privs_option()
{
	# Runs only as an ordinary user.
	run nsunshare --seccomp nohostname -- echo ran
	assert_refused 125 'cannot install the system call filter'
	assert_err_has 'hint: add --no-new-privs, or run the command with CAP_SYS_ADMIN'
	run nsunshare --seccomp nohostname --no-new-privs -- echo ran
	assert_ok
	assert_out ran
}

test_umask_is_set()
{
	for tool in $CARRIERS; do
		carry --umask 027 -- sh -c umask
		assert_ok
		assert_out 0027
		for mode in '' 8 0o7 1000 00000 -1; do
			carry --umask "$mode" -- sh -c 'echo ran'
			assert_refused 125 "--umask: invalid mode '$mode', expected 0 to 0777"
		done
	done
}

test_options_set_the_resource_limits()
{
	for tool in $CARRIERS; do
		carry --rlimit nofile=64:128 --rlimit core=0 --rlimit cpu=1000:unlimited -- probe
		assert_ok
		assert_fact 'rlimit nofile 64 128' 'rlimit core 0 0' 'rlimit cpu 1000 -1'
	done
}

test_a_limit_above_the_hard_limit_is_reported()
{
	# Runs only as an ordinary user.
	run prlimit --nofile=64:64 nsunshare --rlimit nofile=65 -- echo ran
	assert_refused 125 'cannot set limit nofile: Operation not permitted'
	assert_err_has 'hint: use at most 64, or run the command with CAP_SYS_RESOURCE'
	assert_err_lacks 'raise the sysctl fs.nr_open'
}

# The sysctl fs.nr_open limits even privileged users, so the message must not name a capability.
test_a_descriptor_limit_above_nr_open_is_reported()
{
	for tool in $CARRIERS; do
		carry --rlimit nofile=unlimited -- echo ran
		assert_refused 125 'cannot set limit nofile: Operation not permitted'
		assert_err_has "hint: use at most $(cat /proc/sys/fs/nr_open), or raise the sysctl fs.nr_open"
		assert_err_lacks 'or run the command with CAP_SYS_RESOURCE in the initial user namespace'
	done
}

# The change of user succeeds, but the execve(2) after it fails with EAGAIN, because the user has
# too many processes.
test_a_user_with_too_many_processes_is_reported()
{
	# Runs only as root.
	start_holder setpriv --reuid "$NSTEST_UID" --clear-groups sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	for tool in $CARRIERS; do
		carry -S "$NSTEST_UID" -G "$NSTEST_UID" --rlimit nproc=0 -- echo ran
		assert_refused 126 "cannot execute 'echo': Resource temporarily unavailable"
		assert_err_has 'hint: raise RLIMIT_NPROC (ulimit -u), which allows 0 processes of this user'
	done
}

test_refuses_an_invalid_limit()
{
	for tool in $CARRIERS; do
		carry --rlimit=nofile=2:1 -- echo ran
		assert_refused 125 "--rlimit: invalid limit 'nofile=2:1': the soft limit is above the hard limit"
	done
}

test_environment_options_change_the_environment()
{
	for tool in $CARRIERS; do
		KEPT=1 OTHER=2 carry --clear-env --whitelist-env PATH,KEPT --setenv 'NEW=a=b' --setenv X= -- env
		assert_ok
		assertEquals "$tool" 'KEPT=1 NEW=a=b X= ' "$(grep -v ^PATH= "$TMP/out" | sort | tr '\n' ' ')"
		OTHER=2 carry --unsetenv OTHER --setenv OTHER2=3 --unsetenv HOME -- env
		assert_ok
		assert_out_has OTHER2=3
		assert_out_lacks OTHER=
		assert_out_lacks HOME=
		# the options take effect in the order in which they are given
		carry --setenv A=1 --unsetenv A --setenv A=2 -- sh -c 'echo $A'
		assert_out 2
		# --whitelist-env implies --clear-env
		KEPT=1 OTHER=2 carry --whitelist-env PATH,KEPT -- env
		assert_ok
		assertEquals "$tool" 'KEPT=1 ' "$(grep -v ^PATH= "$TMP/out" | sort | tr '\n' ' ')"
		# each --whitelist-env adds names
		KEPT=1 LATER=2 OTHER=2 carry --whitelist-env PATH,KEPT --whitelist-env LATER -- env
		assert_ok
		assertEquals "$tool" 'KEPT=1 LATER=2 ' "$(grep -v ^PATH= "$TMP/out" | sort | tr '\n' ' ')"
		# the new PATH is used to find the program
		carry --setenv "PATH=$NSUTILS_HELPERS" -- probe
		assert_ok
		carry --clear-env --setenv PATH=/nonexistent -- probe
		assert_refused 127 "cannot execute 'probe'"
	done
}

test_refuses_an_invalid_variable()
{
	for tool in $CARRIERS; do
		carry --setenv A -- echo ran
		assert_refused 125 "--setenv: invalid variable 'A', expected <name>=<value>"
	done
}

test_new_session_makes_the_program_its_leader()
{
	for tool in $CARRIERS; do
		carry --new-session -- probe
		assert_ok
		assertEquals "$tool" "$(fact pid)" "$(fact sid)"
	done
}

test_new_session_of_a_group_leader_is_refused()
{
	run setsid --wait nsunshare --new-session -- echo ran
	assert_refused 125 'cannot create a session: Operation not permitted'
	assert_err_has "hint: omit --new-session, and run the command with 'setsid --wait'"
	run setsid --wait nsunshare --fork --new-session -- echo ran
	assert_ok
	run enosys -e EPERM setsid -- nsunshare --fork --new-session -- echo ran
	assert_refused 125 'cannot create a session: Operation not permitted'
	assert_err_lacks 'omit --new-session'
}

test_explain_shows_the_order_of_the_steps()
{
	for tool in $CARRIERS; do
		carry --cap-keep chown -S 1 -G 1 --no-new-privs --seccomp "$PWD/nohostname" --rlimit core=0 \
			--new-session --setenv A=1 --explain -- true
		assert_ok
		assertEquals "$tool" 'A=1 session limits chown, groups group user ambient privilege filter ' \
			"$(grep -oE 'A=1|create a session|set limits|all capabilities except chown|drop supplementary groups|become group|become user|as ambient|gaining privilege|filter system' "$TMP/out" |
				sed -e 's/create a session/session/' -e 's/set limits/limits/' -e 's/.*except chown/chown,/' \
					-e 's/.*supplementary //' -e 's/become //' -e 's/as //' -e 's/gaining //' \
					-e 's/ system//' | tr '\n' ' ')"
	done
}

# Capabilities become ambient only if the user of the program is not 0. The user is known in advance
# only if an option sets it.
test_explain_shows_when_capabilities_become_ambient()
{
	run nsunshare -r --cap-keep chown --explain true
	assert_out_has 'drop these capabilities from the other capability sets; if the user is not 0, keep the remaining capabilities as ambient:'
	run nsunshare -r -S 0 --cap-keep chown --explain true
	assert_out_has 'drop these capabilities from the other capability sets:'
	run nsunshare -r --keep-caps --cap-drop chown,45 --explain true
	assert_out_has 'permanently drop chown, 45:'
	assert_out_has 'keep the remaining capabilities as ambient:'
}

. shunit2
