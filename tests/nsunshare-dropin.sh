#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-dropin: runs the same command lines with unshare(1) and nsunshare and compares the environment of the
# program and the exit status.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_tool unshare
require_ns user mnt pid net uts ipc cgroup time

# A script that prints the environment in which a program runs. $OUTSIDE contains the namespaces of
# the caller.
types='mnt uts ipc net pid user cgroup time time_for_children pid_for_children'
# shellcheck disable=SC2086 # several words
OUTSIDE=$(cd /proc/self/ns && readlink $types)
export OUTSIDE types
cat >"$TMP/look" <<-'SCRIPT'
	[ $$ != 1 ] || echo 'the first process'
	cd /proc/self/ns && echo $types && readlink $types | grep -vxF "$OUTSIDE" | sed 's/:.*/ is new/'
	cd "$OLDPWD" && pwd
	set -- /proc/[0-9]*
	[ $# -lt 5 ] && echo few in proc
	# sort the extents of the map, because their order does not matter
	sort -n /proc/self/uid_map && sort -n /proc/self/gid_map
	cat /proc/self/setgroups /proc/self/timens_offsets
	# replace the number of a mount's peer group, because it depends on the other mounts of the
	# machine
	awk '/^(Uid|Gid|Groups|Cap|NoNew|Sig[BI])/ { print } $5 ~ "^/(proc)?$" { sub(/:.*/, "", $7); print $5, $7 }' \
		/proc/self/status /proc/self/mountinfo
	setpriv --dump | grep -i 'death'
	ls /proc/self/fd | tr '\n' ' '
	echo "$0 $SHLVL"
SCRIPT
chmod 755 "$TMP" "$TMP/look"
feature unshare-signals >/dev/null || sed -i 's/Sig\[BI\]/SigBlk/' "$TMP/look"

# both ARGUMENT…: runs unshare and then nsunshare with the arguments.
both()
{
	run unshare "$@"
	their_rc=$rc their_out=$out
	run nsunshare "$@"
	assert_rc "$their_rc"
	assert_out_same "$their_out"
}

# same_for FILE: compares unshare and nsunshare for each line of FILE. A line contains the arguments
# of a command; a line that begins with # is a comment.
same_for()
{
	while read -r line; do
		case $line in
		'' | '#'*) continue ;;
		esac
		# unshare(1) before util-linux 2.38 lacks some options
		# shellcheck disable=SC2086 # several words
		if ! unshare --help | grep -qe --map-users &&
			unshare $line 2>&1 </dev/null | grep -q 'unrecognized option'; then
			continue
		fi
		# shellcheck disable=SC2086 # several words
		both $line </dev/null
		assertTrue "unshare succeeds: $line ($their_rc)" "[ '$their_rc' = 0 ]"
	done <"$1"
}

test_command_lines_of_a_user_work_as_with_unshare()
{
	# Runs only as an ordinary user.
	feature sandbox || return 0
	cat >"$TMP/lines" <<-LINES
		-U sh $TMP/look
		-r sh $TMP/look
		-c sh $TMP/look
		--user --map-root-user sh $TMP/look
		--map-root sh $TMP/look
		-rm sh $TMP/look
		-ru -- sh $TMP/look
		-ri sh $TMP/look
		-rn sh $TMP/look
		-rC sh $TMP/look
		-rT sh $TMP/look
		-rpf sh $TMP/look
		-rpf --mount-proc sh $TMP/look
		-rpf --mount-proc=/proc sh $TMP/look
		-rpf --mount-proc --kill-child sh $TMP/look
		-r -muinpCTf --mount-proc sh $TMP/look
		--user --map-root-user --mount --uts --ipc --net --pid --cgroup --time --fork --mount-proc sh $TMP/look
		-rf sh $TMP/look
		-rf --kill-child=TERM sh $TMP/look
		-rf --kill-child=sigusr1 sh $TMP/look
		-rf --kill-child=IOT sh $TMP/look
		-rf --kill-child=CLD sh $TMP/look
		-rf --kill-child=IO sh $TMP/look
		--map-user=7 --map-group=8 sh $TMP/look
		--map-user 0 sh $TMP/look
		--map-group 5 sh $TMP/look
		--map-users=1000000,0,10 sh $TMP/look
		--map-groups=1500000,0,10 sh $TMP/look
		--map-users=1000000,5,10 --map-groups=1500000,5,10 sh $TMP/look
		-r --map-users=1000000,1,10 --map-groups=1500000,1,10 sh $TMP/look
		-r --map-users=1000000,0,10 --map-groups=1500000,0,10 sh $TMP/look
		-c --map-users=1000000,0,10 --map-groups=1500000,0,10 sh $TMP/look
		--map-user=3 --map-group=4 --map-users=1000000,0,10 --map-groups=1500000,0,10 sh $TMP/look
		-U --setgroups=deny sh $TMP/look
		-r --keep-caps sh $TMP/look
		-c --keep-caps sh $TMP/look
		-rT --boottime 1000 --monotonic=500 sh $TMP/look
		-rm --propagation private sh $TMP/look
		-rm --propagation=slave sh $TMP/look
		-rm --propagation shared sh $TMP/look
		-rm --propagation unchanged sh $TMP/look
		-r --wd=/usr sh $TMP/look
		-r -R / sh $TMP/look
		-r --root / -w /usr sh $TMP/look
	LINES
	same_for "$TMP/lines"
}

test_command_lines_of_root_work_as_with_unshare()
{
	# Runs only as root.
	cat >"$TMP/lines" <<-LINES
		sh $TMP/look
		-m sh $TMP/look
		-u sh $TMP/look
		-muin sh $TMP/look
		-pf sh $TMP/look
		-mpf --mount-proc sh $TMP/look
		-C sh $TMP/look
		-T sh $TMP/look
		-T --boottime=77 sh $TMP/look
		-m --propagation shared sh $TMP/look
		-S 1000 sh $TMP/look
		-G 1000 sh $TMP/look
		-f -S 1000 -G 1000 sh $TMP/look
		-f --kill-child sh $TMP/look
		-R / -w /usr sh $TMP/look
		-U sh $TMP/look
		-U --setgroups allow sh $TMP/look
		--map-user=7 -S 7 sh $TMP/look
	LINES
	same_for "$TMP/lines"
}

test_exit_statuses_are_the_same_as_with_unshare()
{
	for with in -r '-rpf --mount-proc --kill-child'; do
		# shellcheck disable=SC2016,SC2086 # several words
		{
			both $with sh -c 'exit 7'
			both $with /nonexistent
			both $with nonexistent-program
			both $with "$TMP"
			both $with sh -c 'kill -TERM $$; exit 5'
		}
	done
	# shellcheck disable=SC2016 # the inner shell expands it
	both -r sh -c 'kill -KILL $$'
	assert_rc 137
}

test_runs_a_shell_by_default()
{
	feature sandbox || return 0 # the user needs a shell in passwd
	printf '#!/bin/sh\necho "$0 $#"\n' >"$TMP/shell"
	chmod 755 "$TMP/shell"
	SHELL=$TMP/shell
	export SHELL
	both -r
	assert_out "$TMP/shell 0"
	unset SHELL
	both -r </dev/null
	assert_rc 0
}

# unshare(1) changes the uid before it processes --keep-caps. A change of the uid from 0 to another
# value clears the capabilities, so no capability can be kept.
test_keep_caps_keeps_no_more_than_with_unshare()
{
	# Runs only as an ordinary user.
	feature sandbox || return 0
	cat >"$TMP/lines" <<-LINES
		-r --map-auto --setuid 33 --setgid 33 --keep-caps grep CapEff /proc/self/status
		-r --map-auto --setuid 0 --setgid 33 --keep-caps grep CapEff /proc/self/status
		-c --map-auto --setuid 33 --setgid 33 --keep-caps grep CapEff /proc/self/status
		-r --keep-caps grep CapEff /proc/self/status
	LINES
	same_for "$TMP/lines"
	run nsunshare -r --map-auto --setuid 33 --setgid 33 --keep-caps grep CapEff /proc/self/status
	assert_out_has 0000000000000000
	# --cap-keep, which unshare(1) lacks, keeps only the named capability
	run nsunshare -r --map-auto --setuid 33 --setgid 33 --cap-keep chown grep CapEff /proc/self/status
	assert_out_has 0000000000000001
	run nsunshare -r --map-auto --setuid 33 --setgid 33 --cap-keep chown --keep-caps grep CapEff /proc/self/status
	assert_out_has 0000000000000001
}

# Tests every abbreviation that is unique in unshare(1). Some would be ambiguous among the additional
# options of nsunshare. Each option is tested once.
test_abbreviations_mean_what_they_mean_in_unshare()
{
	for o in --ne --i --cg --pi --us --ut --kill --map-r --map-c --keep --bo; do
		run unshare "$o" --version
		their_rc=$rc
		run nsunshare "$o" --version
		case $their_rc$o in
		0*) assert_ok ;;
		*--bo) assert_refused 125 "--boottime: invalid time '--version'" ;;
		*) assert_rc 125 ;;
		esac
	done
	run nsunshare --explain --ne --i --kil=TERM --prop=slave --m true
	assert_refused 125 "ambiguous option '--m'"
	run nsunshare --explain --ne --i --kil=TERM --prop=slave --cg true
	assert_ok
	assert_out_has 'create namespaces: ipc, net, cgroup: unshare(2)'
	assert_out_has 'TERM when the parent dies'
	# abbreviations of options that only nsunshare has
	run nsunshare --explain --hostn=box true
	assert_ok
	assert_out_has "set the hostname to 'box'"
}

# Checks the order of the lines that unshare(1) of util-linux 2.43 writes: "1000 1000 1; 0 1000000
# 1000; 1001 1001000 64536".
test_the_callers_id_is_the_first_line_of_a_map()
{
	# Runs only as an ordinary user.
	feature sandbox || return 0
	u=$(id -u) g=$(id -g)
	maps='tr -s " " </proc/self/uid_map; tr -s " " </proc/self/gid_map'
	run nsunshare -c --map-auto sh -c "$maps"
	assert_ok
	assert_out " $u $u 1
 0 1000000 $u
 $((u + 1)) $((1000000 + u)) $((65536 - u))
 65537 2000000 10000
 $g $g 1
 0 1500000 $g
 $((g + 1)) $((1500000 + g)) $((65536 - g))
 65537 2500000 20000"
	run nsunshare --map-user=3 --map-group=4 --map-users 0:1000000:10 --map-groups 0:1500000:10 sh -c "$maps"
	assert_ok
	assert_out " 3 $u 1
 0 1000000 3
 4 1000003 6
 4 $g 1
 0 1500000 4
 5 1500004 5"
}

# As in unshare(1), -S NAME sets the groups of the user NAME, and -S NUMBER keeps those of the
# caller.
test_setuid_with_a_name_sets_the_groups()
{
	# Runs only as root.
	name=$(id -un "$NSTEST_UID")
	run nsunshare -S "$name" sh -c 'id -u; id -g; id -G'
	assert_ok
	assert_out "$NSTEST_UID
$(id -g "$name")
$(id -G "$name")"
	run nsunshare -S "$name" -G 7 sh -c 'id -g; id -G'
	assert_out '7
7'
	run nsunshare -S "$name" --groups 8 sh -c 'id -G'
	assert_out "$(id -g "$name") 8"
	both -S "$NSTEST_UID" sh -c 'id -u; id -g; id -G'
	run nsenter2 -t $$ -u -S "$name" sh -c 'id -u; id -G'
	assert_ok
	assert_out "$NSTEST_UID
$(id -G "$name")"
}

. shunit2
