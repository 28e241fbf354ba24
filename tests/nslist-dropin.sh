#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-dropin: checks the features that lsns(8) has since util-linux 2.43, and that nslist prints
# no messages that lsns does not print. nslist-lsns compares nslist with the installed lsns.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/listlib.sh"
require_tool jq

# ---- --list-columns

test_list_of_columns_has_names_types_and_descriptions()
{
	run nslist -H
	assert_ok
	assertEquals '       NS <integer>' "$(head -n 1 "$TMP/out" | cut -c1-19)"
	assert_out_has '
     TYPE <string>  '
	assert_out_has '
  NETNSID <string>  '
	assert_out_has '
     SELF <boolean> '
	run nslist -n -H -t uts
	assert_ok
	assert_out_has '       NS <integer> '
}

test_list_of_columns_honours_raw_and_json()
{
	run nslist -H -r
	assert_ok
	assert_out_has 'TYPE <string> type\x20of'
	run nslist -J -H
	assert_ok
	assert_json '(keys == ["lsns-columns"]) and ."lsns-columns"[0].holder == "NS"
		and ."lsns-columns"[0].type == "<integer>" and (."lsns-columns" | length) >= 13
		and ([."lsns-columns"[] | keys] | unique) == [["description", "holder", "type"]]'
	run nslist --list-columns --json --raw
	assert_rc 1
	assert_err_has 'cannot be used with'
}

# ---- The format of JSON output

test_json_has_no_member_beside_the_array()
{
	for view in '' '-T' '--show user:self' '--limits' "--diff self $$"; do
		# shellcheck disable=SC2086 # several words
		run nslist -J $view
		assert_ok
		assert_json 'has("complete") or has("missed") | not'
	done
	run nslist -J
	assert_json 'keys == ["namespaces"] and (.namespaces | type) == "array"'
	run nslist -J -p 4194304
	assert_ok
	assert_json '. == {"namespaces": []}'
}

test_strict_adds_complete_and_missed_to_json()
{
	feature sandbox || return 0
	run nslist -J --strict --sources proc -p $$ -o NS,TYPE
	assert_ok
	assert_json '.complete == true and .missed == []'
	for view in '--show user:self' --limits "--diff self $$"; do
		# shellcheck disable=SC2086 # several words
		run nslist -J --strict --sources proc $view
		assert_json '(.complete | type) == "boolean" and (.missed | type) == "array"'
	done
}

test_strict_names_processes_that_are_missing_in_json()
{
	# Runs only as an ordinary user.
	feature sandbox || return 0
	run nslist -J --strict --sources proc
	assert_rc 3
	assert_json '.complete == false and (.missed | length) == 1 and .missed[0].what == "process"
		and .missed[0].count >= 1 and .missed[0].why == "permission denied"'
}

test_network_columns_in_json_are_strings()
{
	# Runs only as root.
	mkdir -p /run/netns
	: >"/run/netns/a b"
	: >/run/netns/c
	start_holder unshare -n sh -c 'echo >&3; exec sleep infinity 3>&-'
	mount --bind "/proc/$holder/ns/net" "/run/netns/a b"
	mount --bind "/proc/$holder/ns/net" /run/netns/c
	mount --bind "/proc/$holder/ns/net" /run/netns/c
	run nslist -J -t net -p "$holder" -o NETNSID,NSFS
	assert_ok
	assert_json '.namespaces == [{"netnsid": "unassigned", "nsfs": "/run/netns/a b\n/run/netns/c"}]'
	run nslist -J -W -t net -p "$holder" -o NSFS
	assert_json '.namespaces == [{"nsfs": "/run/netns/a b,/run/netns/c"}]'
	run nslist -J -t uts -p "$holder" -o NETNSID,NSFS
	assert_json '.namespaces == [{"netnsid": null, "nsfs": null}]'
	umount /run/netns/c /run/netns/c "/run/netns/a b"
}

# ---- Options after arguments

test_options_may_follow_arguments()
{
	inode=$(own_inode uts)
	run nslist "uts:$inode" -rno NS "user:self" -t user -t uts
	assert_ok
	assert_out "$(printf '%s\n' "$inode" "$(own_inode user)" | sort -n)"
	run nslist --show user:self -rn -o NS
	assert_ok
	assert_out "NS         $(own_inode user)"
	run nslist -rno NS -- "uts:$inode"
	assert_ok
	assert_out "$inode"
	run nslist -rn "uts:$inode" -o NS -- -t
	assert_refused 1 "invalid reference '-t'"
}

test_reporters_accept_options_after_arguments()
{
	require_ns time
	run nslist self -J -t uts
	assert_ok
	assert_json '[.namespaces[].type] == ["uts"]'
	run nsidmap show self -J
	assert_ok
	assert_json '.ranges | type == "array"'
	run nstimeoffset --show self -J
	assert_ok
	assert_json '[.clocks[].ref] == ["self"]'
	run nstimeoffset --show self -J -- $$
	assert_ok
	assert_json "[.clocks[].ref] == [\"self\", \"$$\"]"
	run nstimeoffset --show -- self -J
	assert_rc 125
	assert_err_has "'-J'"
	run nstimeoffset -b +1 echo --show
	if [ "$(id -u)" = 0 ]; then
		assert_ok
		assert_out --show
	else
		assert_refused 125 'cannot create a time namespace: Operation not permitted'
	fi
}

# ---- --task

test_task_that_is_no_visible_process_has_no_rows()
{
	start_holder sh -c 'echo >&3; exec sleep infinity 3>&-'
	run nslist -p "$holder"
	assert_ok
	assert_out_has ' uts '
	stop_holder
	for p in "$holder" 4194304; do
		run nslist -p "$p"
		assert_ok
		assert_out_empty
		run nslist -r -l -p "$p" -o NS,TYPE --strict
		assert_ok
		assert_out_empty
	done
}

test_task_that_is_a_thread_has_no_rows()
{
	start_holder holder threads 2
	tid=$(find "/proc/$holder/task" -mindepth 1 -maxdepth 1 -printf '%f\n' | grep -vx "$holder" | head -n 1)
	assertNotNull 'the holder has a second thread' "$tid"
	run nslist -p "$tid"
	assert_ok
	assert_out_empty
	run nslist -p "$holder"
	assert_ok
	assert_out_has ' uts '
}

test_task_that_is_not_permitted_has_no_rows()
{
	# Runs only as an ordinary user.
	feature sandbox || return 0
	run nslist -p 1
	assert_ok
	assert_out_empty
	run nslist -J -p 1
	assert_ok
	assert_json '.namespaces == []'
	run nslist --strict -p 1
	assert_rc 3
	assert_out_empty
	assert_err_has 'incomplete output: 1 process (permission denied)'
}

# ---- Namespaces that cannot be read cause no message

test_hidden_entries_cause_no_message()
{
	feature sandbox || return 0
	for options in '' -l -J -r '-t net' '-T' '--show user:self -o NS,USER,COMMAND' '-n -o NS,PNS,ONS,REF'; do
		# shellcheck disable=SC2086 # several words
		run nslist $options
		assert_ok
		assertNotNull "rows with '$options'" "$out"
	done
}

# The helper process of nsunshare is not dumpable, so its namespaces cannot be read.
test_helpers_of_the_suite_cause_no_message()
{
	feature sandbox && require_ns user uts || return 0
	run nsunshare -r -u --lo -n -- nslist -l -o NS,TYPE,NPROCS,PID,USER,COMMAND
	assert_ok
	assert_out_has ' uts '
	run nsunshare -r -u -p -m --mount-proc -- nslist
	assert_ok
	assert_out_has ' pid '
}

test_requested_value_that_cannot_be_read_is_reported()
{
	# Runs only as root.
	mkdir -p /run/netns
	: >/run/netns/mine
	unshare --net=/run/netns/mine true
	for command in 'nslist -rn -t net -P -o NSFS,NIFS' \
		'nslist --show /run/netns/mine -o NIFS'; do
		# shellcheck disable=SC2086 # several words
		run as_nstest $command
		assert_rc 0
		assert_err_has 'nslist: incomplete output: 1 value (permission denied)'
		assert_err_one_line
	done
	run as_nstest nslist -rn -t net -P -o NSFS
	assert_ok
	assert_out_has /run/netns/mine
	run as_nstest nslist --strict -rn -t net -P -o NSFS,NIFS
	assert_rc 3
	umount /run/netns/mine
}

test_namespace_that_cannot_be_opened_is_reported_if_a_column_needs_it()
{
	# Runs only as root.
	mkdir "$TMP/private"
	: >"$TMP/private/uts"
	chmod 0711 "$TMP"
	unshare --uts="$TMP/private/uts" true
	inode=$(stat -L -c %i "$TMP/private/uts")
	chmod 0700 "$TMP/private"
	run as_nstest nslist -rn -t uts -P -o NS,TYPE,NPROCS,HELD,NSFS
	assert_ok
	assert_out "$inode uts 0 mnt $TMP/private/uts"
	for column in ID REF PNS ONS OWNERID; do
		run as_nstest nslist -rn -t uts -P -o "NS,$column"
		assert_rc 0
		assert_out_has "$inode "
		# the reason in the message can differ: the kernel may answer that the path is not
		# in its cache (openat2(2), RESOLVE_CACHED)
		assert_err_has 'nslist: incomplete output: 1 value ('
		assert_err_one_line
	done
	run as_nstest nslist -rn -t uts -P -o NS,REF
	assert_out "$inode "
	umount "$TMP/private/uts"
}

# hidepid_run OPTIONS COMMAND…: runs the command as nstest, with a /proc that is mounted with these
# options.
hidepid_run()
{
	# shellcheck disable=SC2016 # sh expands the words
	run unshare -m sh -c 'mount -t proc -o "$1" proc /proc && shift &&
		exec setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups -- "$@"' sh "$@"
}

test_strict_reports_processes_that_proc_hides()
{
	# Runs only as root.
	export NSTEST_UID
	for option in hidepid=2 hidepid=4; do
		hidepid_run $option nslist --strict -t uts -rno NS --sources proc
		assert_rc 3
		assert_err_has 'incomplete output: processes (hidden by the mount option hidepid of /proc)'
		assert_err_one_line
		hidepid_run $option nslist -J --strict -t uts --sources proc
		assert_json '.complete == false and .missed == [{"what": "process", "count": null,
			"why": "hidden by the mount option hidepid of /proc"}]'
		hidepid_run $option nslist -t uts
		assert_ok
	done
	# with hidepid=1, the pids of other users' processes are visible, but their files cannot be
	# read
	hidepid_run hidepid=1 nslist --strict -t uts --sources proc
	assert_rc 3
	assert_err_has '(permission denied)'
	assert_err_lacks hidepid
}

test_strict_succeeds_if_proc_hides_nothing_from_the_caller()
{
	# Runs only as root.
	run unshare -m sh -c 'mount -t proc -o hidepid=2 proc /proc && exec nslist --strict -t uts'
	assert_ok
	run unshare -m sh -c 'mount -t proc -o hidepid=4 proc /proc && exec nslist --strict -t uts'
	assert_ok
	export NSTEST_UID
	# members of the group of the mount option gid= see all processes
	hidepid_run "hidepid=2,gid=$NSTEST_UID" nslist --strict -t uts --sources proc
	assert_rc 3
	assert_err_has '(permission denied)'
	assert_err_lacks hidepid
	# shellcheck disable=SC2016 # sh expands the words
	run unshare -m sh -c 'mount -t proc -o hidepid=2,gid=4242 proc /proc && exec setpriv \
		--reuid "$NSTEST_UID" --regid "$NSTEST_UID" --groups 4243,4242 nslist --strict -t uts --sources proc'
	assert_rc 3
	assert_err_has '(permission denied)'
	assert_err_lacks hidepid
	hidepid_run hidepid=2 nslist --strict -t uts -p 4194304
	assert_ok
	# root of a user and a pid namespace sees all processes in this pid namespace
	run as_nstest unshare -r -p -m -f sh -c 'mount -t proc -o hidepid=2 proc /proc && exec nslist --strict -t uts'
	assert_ok
}

# ---- A single namespace, and --watch

test_show_prints_the_selected_columns_only()
{
	run nslist --show user:self -o TYPE,NS
	assert_ok
	assert_out "$(printf 'TYPE       user\nNS         %s' "$(own_inode user)")"
	run nslist -J --show user:self -o TYPE,NS
	assert_ok
	assert_json ". == {\"type\": \"user\", \"ns\": $(own_inode user)}"
	run nslist -J --show user:self -o +REF
	assert_ok
	assert_json '(.processes | length) > 0 and .type == "user"'
	run nslist --show user:self -o NOPE
	assert_rc 1
	assert_err_has "unknown column 'NOPE'"
}

test_watch_prints_empty_fields_as_raw_does()
{
	require_ns user uts
	mkfifo "$TMP/events"
	nslist --watch=20ms -t uts -o NSFS,TYPE,NETNSID,NPROCS >"$TMP/events" &
	watcher=$!
	exec 4<"$TMP/events"
	# create several namespaces, because nslist prints no event for a namespace that exists at
	# its first scan
	start_holder sh -c 'echo >&3; exec 3>&-; while :; do unshare -U -u sleep 0.1; done'
	while read -r line <&4; do
		case $line in
		+*) break ;;
		esac
	done
	kill $watcher
	wait $watcher
	exec 4<&-
	stop_holder "$holder"
	assertEquals '+  uts  1' "${line%% *} ${line#+ * }"
	start_holder unshare -U -u sh -c 'echo >&3; exec sleep infinity 3>&-'
	run nslist -rn -p "$holder" -t uts -o NSFS,TYPE,NETNSID,NPROCS
	assert_ok
	assert_out ' uts  1'
}

test_row_with_only_an_empty_cell_is_printed()
{
	run nslist -p $$ -t uts -no NSFS
	assert_ok
	assertEquals 1 "$(wc -l <"$TMP/out")"
	run nslist -p $$ -t uts -o NSFS
	assertEquals 2 "$(wc -l <"$TMP/out")"
	run nslist -p $$ -t uts -t ipc -rno NSFS
	assertEquals 2 "$(wc -l <"$TMP/out")"
	run nslist -p 4194304 -t uts -no NSFS
	assert_ok
	assert_out_empty
}

. shunit2
