#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# causes-options: checks the hints for options that contradict each other or have an invalid value.
# Each hint has a situation in which it must appear and a similar one in which it must not.
# Runs as an ordinary user.
# shellcheck disable=SC2016 # the table expands $T
. "${0%/*}/testlib.sh"
. "${0%/*}/causelib.sh"
require_ns user mnt pid
require_tool busybox

oneTimeSetUp()
{
	chmod 755 "$TMP"
	mkdir -p "$TMP/root/bin" "$TMP/root/etc" "$TMP/low"
	echo 'blue:x:1234:77::/:/bin/sh' >"$TMP/root/etc/passwd"
	cp "$(command -v busybox)" "$TMP/root/bin/true"
	printf 'abc' >"$TMP/short"
	printf '\377\377\0\0\0\0\0\0' >"$TMP/invalid"
}

test_explains_a_value_that_is_not_in_the_list()
{
	situations <<-'TABLE'
	125 | nsunshare --rlimit=zzzzzz=3 true | hint: use one of as, core, cpu, data, fsize, locks, memlock, msgqueue, nice, nofile | did you mean
	125 | nsunshare --rlimit=nofile=x true | invalid | use one of as, core, cpu
	125 | nspivot --preset=zzzzzz / true | hint: use one of none, minimal | -
	125 | nspivot --preset=minimla / true | did you mean minimal? | use one of
	125 | nsunshare -n --name=a/b true | hint: use at most 64 letters, digits, '.', '_' and '-', and begin with a letter or digit | in use
	0 | nsunshare -r --hostname=a/b true | - | letters, digits
	125 | nsunshare -r --map-group=0 --setgroups=allow true | hint: map more groups with --map-auto, or use --map | (-U)
	125 | nsunshare --setgroups=allow true | --setgroups requires a new user namespace (-U) | map more groups with --map-auto
	125 | nsunshare -r --boottime=1x true | hint: use +DURATION, -DURATION, =DURATION, =@REF or DURATION | -
	125 | nsunshare -r --boottime=99999999999999999999 true | too large | use +DURATION
	TABLE
}

test_explains_an_option_that_hides_an_earlier_one()
{
	situations <<-'TABLE'
	125 | nspivot --mask=/a/b --tmpfs=/a root true | hint: give --tmpfs before --mask | omit one
	125 | nspivot --tmpfs=/a --tmpfs=/a root true | hint: omit one of the two options | give --tmpfs before
	TABLE
	run nsunshare -rmp -- nspivot --tmpfs=/a --dir=/a/b "$TMP/root" -- /no/program
	assert_rc 127
	assert_err_lacks 'give --'
	assert_err_lacks 'omit one of the two options'
}

test_explains_a_user_of_the_root_without_a_group()
{
	situations <<-'TABLE'
	125 | nsunshare -rmp -- nspivot --as=4321 root -- /bin/true | hint: add a group: --as 4321:<group> | has no user
	125 | nsunshare -rmp -- nspivot --as=green root -- /bin/true | has no user 'green' | add a group: --as
	125 | nsunshare -rmp -- nspivot --as=4321:77 root -- /bin/true | hint: use a mapped id: group 77 is not mapped in this user namespace | add a group: --as
	TABLE
}

test_explains_a_console_without_a_terminal()
{
	situations <<-'TABLE'
	125 | nsunshare -rmp -- nspivot --console root -- /bin/true | hint: use --console=/dev/console:try to continue without a terminal | -
	0 | nsunshare -rmp -- nspivot --console=/dev/console:try root -- /bin/true | - | to continue without a terminal
	TABLE
}

test_explains_a_directory_that_others_can_change()
{
	mkdir -p "$TMP/open/run" "$TMP/link"
	chmod 777 "$TMP/open"
	ln -s "$TMP/open" "$TMP/link/open"
	situations <<-'TABLE'
	125 | nsunshare -rn --persist=$T/open/run true | hint: use a directory that only root or you can change, such as one in /run | No such file
	125 | nsunshare -rn --persist=$T/none/run true | No such file or directory | use a directory that only root
	TABLE
}

test_explains_an_invalid_filter_of_system_calls()
{
	situations <<-'TABLE'
	125 | nsunshare -r --no-new-privs --seccomp=$T/invalid true | hint: check the instructions of the filter, and check that the kernel has CONFIG_SECCOMP_FILTER | --no-new-privs
	125 | nsunshare -r --seccomp=$T/short true | has 3 bytes | check the instructions
	TABLE
}

test_explains_a_map_with_too_many_lines()
{
	awk 'BEGIN { for (i = 0; i < 341; i++) print "uid", i * 2, i * 2, 1; print "gid 0 0 1" }' >"$TMP/many"
	awk 'BEGIN { for (i = 0; i < 300; i++) print "uid", 1000000000 + i * 2, 1000000000 + i * 2, 1; print "gid 0 0 1" }' >"$TMP/long"
	awk 'BEGIN { for (i = 0; i < 340; i++) print "uid", i * 2, i * 2, 1; print "gid 0 0 1" }' >"$TMP/most"
	echo 'uid 0 0 1' >"$TMP/half"
	situations <<-'TABLE'
	1 | nsidmap check many | hint: merge adjacent ranges, or use fewer ranges | bytes
	1 | nsidmap check long | hint: merge adjacent ranges, or use fewer ranges | lines, but
	0 | nsidmap check most | - | merge adjacent ranges
	1 | nsidmap check half | the map has no gid line | merge adjacent ranges
	1 | nsidmap check /dev/null | the map is empty | hint
	1 | nsidmap check --parent u:0:1000:1,u:1:100000:9,g:0:0:1 u:0:0:9,g:0:0:1 | hint: split the range with 'nsidmap split --parent <map>' | not mapped
	1 | nsidmap check --parent u:0:1000:5,g:0:0:1 u:0:0:9,g:0:0:1 | is not mapped in the parent namespace | split the range
	TABLE
}

# If the user has omitted an option or a comma, the message must explain how to write the command.
test_explains_a_missing_option_or_comma()
{
	situations <<-'TABLE'
	127 | nsenter2 4711 true | hint: use --target 4711 to name a process | -
	127 | nsenter2 4711x true | cannot execute '4711x': No such file or directory | to name a process
	127 | nsenter2 -t self --wd=/ 4711 | cannot execute '4711': No such file or directory | to name a process
	1 | nslist mount | hint: use --type mount to list the namespaces of this type | did you mean
	1 | nslist --show net | hint: use --type net to list the namespaces of this type | -
	1 | nslist nett | invalid reference 'nett' | use --type
	1 | nsidmap check 0:1000:1 | hint: write the map as u:INSIDE:OUTSIDE:COUNT,g:INSIDE:OUTSIDE:COUNT | -
	125 | nsunshare --map 0:1000:1,5:6:7 true | hint: write the map as u:INSIDE:OUTSIDE:COUNT,g:INSIDE:OUTSIDE:COUNT | -
	1 | nsidmap check 10 | cannot open '10': No such file or directory | write the map as
	1 | nsidmap check no:file | cannot open 'no:file': No such file or directory | write the map as
	125 | nsunshare -rm nspivot --tmpfs root /bin/true | hint: specify a directory as the new root, which is the first argument after the options | -
	125 | nsunshare -rm nspivot none /bin/true | cannot open the new root 'none': No such file or directory | specify a directory as the new root
	1 | nsnet bridge br0 10.0.0.1/24 | hint: write the address after a comma: br0,10.0.0.1/24 | -
	1 | nsnet bridge br0 br1 | unexpected argument 'br1' | write the address after a comma
	TABLE
}

test_explains_a_name_that_only_root_can_give()
{
	feature sandbox || return 0 # /run must be new
	situations <<-'TABLE'
	1 | nsnet add web | hint: run the command as root, because the names of namespaces are files in /run/netns | CAP_
	0 | nsunshare -rnm sh -c 'mount -t tmpfs none /run && nsnet add web' | - | because the names of namespaces
	TABLE
}

# The text directly after an option letter is a file name, and not a list of further options.
test_explains_letters_directly_after_an_option()
{
	situations <<-'TABLE'
	125 | nsenter2 -t self -Unp true | hint: write '-U -np' as two options: text directly after -U is a file name | -
	125 | nsenter2 -t self --user=np true | cannot open 'np': No such file or directory | as two options
	125 | nsenter2 -t self -U=np true | cannot open 'np': No such file or directory | as two options
	125 | nsenter2 -t self -Unet true | cannot open 'net': No such file or directory | as two options
	TABLE
}

# The first row of each pair has the highest value that is accepted.
test_accepts_values_up_to_the_limit()
{
	situations <<-'TABLE'
	0 | nslist -n -o $(printf 'NS,%.0s' $(seq 95))NS | - | too many columns
	1 | nslist -n -o $(printf 'NS,%.0s' $(seq 96))NS | too many columns | -
	0 | nsnet show -o $(printf 'NAME,%.0s' $(seq 15))NAME | - | too many columns
	1 | nsnet show -o $(printf 'NAME,%.0s' $(seq 16))NAME | too many columns | -
	125 | nsenter2 -U -t $(printf 'parent:%.0s' $(seq 32))user:$$ true | has no parent | more than
	125 | nsenter2 -U -t $(printf 'parent:%.0s' $(seq 33))user:$$ true | more than 32 'parent:' and 'owner:' prefixes | has no parent
	0 | nspivot --explain --dev-node /x=c:4095:1048575:777:4294967294:4294967294 $T/root -- /bin/true | - | invalid
	125 | nspivot --explain --dev-node /x=c:4096:1 $T/root -- /bin/true | invalid argument '/x=c:4096:1' | -
	125 | nspivot --explain --dev-node /x=c:1:1048576 $T/root -- /bin/true | invalid argument '/x=c:1:1048576' | -
	125 | nspivot --explain --dev-node /x=c:1:1:1000 $T/root -- /bin/true | invalid argument | -
	125 | nspivot --explain --dev-node /x=c:1:1:777:4294967295 $T/root -- /bin/true | invalid argument | -
	125 | nspivot --explain --dev-node /x=c:1:1:777:1:4294967295 $T/root -- /bin/true | invalid argument | -
	125 | nspivot --explain --dev-node /x=c:1:1:777:1:1:1 $T/root -- /bin/true | invalid argument | -
	125 | nspivot --explain --dev-node /x=b:1 $T/root -- /bin/true | invalid argument | -
	125 | nsunshare -rm -- nspivot --bind fd:x:/bin $T/root -- /bin/true | invalid descriptor 'fd:x' | -
	125 | nsunshare -rm -- nspivot --bind fd:99:/bin $T/root -- /bin/true | cannot duplicate descriptor 'fd:99': Bad file descriptor | -
	0 | nsinit --rewrite TERM:0 -- true | - | -
	125 | nsinit --rewrite TERM -- true | invalid 'TERM', expected <from>:<to> | -
	125 | nsinit --rewrite CHLD:TERM -- true | 'CHLD' cannot be forwarded | -
	125 | nsinit --rewrite KILL:TERM -- true | 'KILL' cannot be forwarded | -
	TABLE
}

. shunit2
