#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-devnode: checks the option --dev-node.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"
make_box
mkdir "$box/dev"

# describe PATH: the shell command that prints the type, number, mode and owner of a node.
describe='stat -c "%F %t:%T %a %u:%g"'

test_root_creates_a_node_with_the_given_number_mode_and_owner()
{
	# Runs only as root.
	for under in '' "$OLD_KERNEL"; do
		# shellcheck disable=SC2086 # separate words
		run in_ns $under nspivot --proc /proc --dev --dev-node /dev/full=c:1:3 --dev-node /dev/mine=c:1:5:0640:5:6 \
			--dev-node /dev/disk=b:7:200 "$box" -- \
			/bin/sh -c "$describe /dev/full /dev/mine /dev/disk; echo x >/dev/full; head -c 3 /dev/mine | wc -c
				chmod 600 /dev/mine && $describe /dev/mine; grep -o '/dev/mine [a-z,]*noexec' /proc/self/mountinfo"
		assert_ok
		assert_out 'character special file 1:3 666 0:0
character special file 1:5 640 5:6
block special file 7:c8 666 0:0
3
character special file 1:5 600 5:6
/dev/mine rw,nosuid,noexec'
	done
}

test_the_node_replaces_no_file_of_the_root()
{
	# Runs only as root.
	echo content >"$box/file"
	run in_ns nspivot --dev-node /file=c:1:3 "$box" -- /bin/sh -c 'echo ran; cat /file; echo x >/file'
	assert_ok
	assert_out ran
	assertEquals content "$(cat "$box/file")"
	rm "$box/file"
}

test_a_path_alone_binds_the_node_of_the_caller()
{
	for under in '' "$OLD_KERNEL"; do
		# shellcheck disable=SC2086 # separate words
		run box --proc /proc --dev-node /dev/null "$box" -- \
			/bin/sh -c 'echo x >/dev/null && stat -c "%F %t:%T" /dev/null; chmod 600 /dev/null 2>/dev/null || echo protected
				grep -o "/dev/null [a-z,]*noexec" /proc/self/mountinfo'
		assert_ok
		assert_out 'character special file 1:3
protected
/dev/null ro,nosuid,noexec'
	done
}

test_the_node_of_the_caller_is_bound_in_a_user_namespace()
{
	run nsunshare -Umpr -- nspivot --proc /proc --dev-node /dev/null=c:1:3:0600 "$box" -- \
		/bin/sh -c 'echo x >/dev/null && stat -c "%F %t:%T %a" /dev/null; grep -o "/dev/null [a-z,]*noexec" /proc/self/mountinfo'
	assert_ok
	assert_out 'character special file 1:3 666
/dev/null ro,nosuid,noexec'
	run nsunshare -Umpr -- nspivot --dev-node /dev/null=c:1:5 "$box" -- /bin/true
	assert_refused 125 "'/dev/null' is not the character device 1:5"
	run nsunshare -Umpr -- nspivot --dev-node /dev/null=b:1:3 "$box" -- /bin/true
	assert_refused 125 "'/dev/null' is not the block device 1:3"
	run nsunshare -Umpr -- nspivot --dev-node /dev/no-such=c:1:3 "$box" -- /bin/true
	assert_refused 125 "cannot open '/dev/no-such': No such file or directory"
}

test_another_file_of_the_caller_is_refused()
{
	ln -s /dev/null "$TMP/link"
	for file in "$TMP/link" /etc/passwd; do
		run box --dev-node "$file" "$box" -- /bin/true
		assert_refused 125 "'$file' is not a device node"
	done
}

test_a_colon_in_the_path_is_escaped()
{
	run box --explain --dev-node '/dev/a\:b=c:1:3' --dev-node '/dev/x=y=c:1:3' "$box" -- /bin/true
	assert_ok
	assert_out_has 'dev-node=/dev/a\:b=c:1:3'
	# the destination can contain an equals sign: the type begins after the last one
	run nsunshare -Umpr -- nspivot --dev-node '/dev/x=y=c:1:3' "$box" -- /bin/true
	assert_refused 125 "cannot open '/dev/x=y': No such file or directory"
}

test_an_invalid_argument_is_refused()
{
	for argument in '' =c:1:3 /x:1:3 /x=d:1:3 /x=c:1 /x=c:1: /x=c::3 /x=c:4096:3 /x=c:1:1048576 /x=c:1:3:8 \
		/x=c:1:3:01000 /x=c:1:3:666: /x=c:1:3:666:0:0:0 /x=c:1:3:666:4294967295:0 /x=c:-1:3 /x=c:1:3x /x=cc:1:3 \
		/x=c:99999999999:3; do
		run box --dev-node="$argument" "$box" -- /bin/true
		assert_rc 125
		assert_err_has "--dev-node: invalid argument '$argument', expected <dst>[=c|b:<major>:<minor>"
	done
}

. shunit2
