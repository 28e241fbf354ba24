#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-columns: checks the values of the columns that lsns(8) lacks.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_feature nslist
require_ns user uts pid net

# Starts a process in new namespaces. Sets $inner to its pid in the outer pid namespace.
setUp()
{
	start_holder nsunshare -r -u -n -p -C --hostname box --domainname dom --ready-fd 3 -- sleep 1000
	inner=$(sleep_of "$holder")
}

# is EXPECTED COLUMNS REF: asserts that nslist prints EXPECTED in these columns of the row of the
# namespace REF.
is()
{
	run nslist -rn -o "$2" "$3"
	assert_rc 0
	if [ -n "$1" ]; then
		assert_out "$1"
	else
		assert_empty "$out"
	fi
}

# id_of REF: prints the 64-bit id of the namespace, or nothing if the kernel has no ids.
id_of()
{
	nslist -rn -o ID "$1" 2>/dev/null
}

test_ownerid_and_parentid_are_ids_of_owner_and_parent()
{
	feature ns-id || return 0
	assertNotEquals '' "$(id_of "user:$inner")"
	is "$(id_of "user:$inner")" OWNERID "uts:$inner"
	is "$(id_of "user:$$")" PARENTID "user:$inner"
	is '' PARENTID "uts:$inner"
}

test_creator_level_and_counts_of_relations_are_correct()
{
	is "$(id -un)" CREATOR "user:$inner"
	is '' CREATOR "uts:$inner"
	is 1 LEVEL "user:$inner"
	is 1 LEVEL "pid:$inner"
	is '' LEVEL "uts:$inner"
	is '0 4' NCHILD,NOWNED "user:$inner"
}

test_self_and_init_recognize_own_and_initial_namespaces()
{
	is yes SELF "uts:$$"
	is no SELF "uts:$inner"
	is yes INIT "user:$$"
	is no INIT "uts:$inner"
	is no INIT "net:$inner"
}

test_process_columns_describe_the_lowest_process()
{
	is 1 LPID "pid:$inner"
	is sleep COMM "pid:$inner"
	is "$(readlink "/proc/$inner/exe")" EXE "pid:$inner"
	run nslist -rn -o AGE,START "pid:$inner"
	assertTrue 'age' "[ ${out%% *} -le 60 ]"
	age=$(($(date +%s) - $(date -d "${out##* }" +%s)))
	assertTrue "started $age s ago" "[ $age -ge -1 ] && [ $age -le 60 ]"
	run nslist -rn -o CGROUP "pid:$inner"
	assertTrue "cgroup $out" "grep -q ':$out\$' /proc/$inner/cgroup"
}

test_map_and_limit_columns_equal_proc()
{
	is "0\\x20$(id -u)\\x201" UIDMAP "user:$inner"
	is "0\\x20$(id -g)\\x201" GIDMAP "user:$inner"
	is deny SETGROUPS "user:$inner"
	is '' UIDMAP "uts:$inner"
	is "$(cat /proc/sys/user/max_user_namespaces)" MAXNS "user:$inner"
	is '' MAXNS "uts:$inner"
}

test_mount_columns_equal_mountinfo()
{
	is "$(($(wc -l </proc/self/mountinfo))) $(findmnt -fno FSTYPE /)" NMOUNTS,ROOTFS "mnt:$$"
	is '' NMOUNTS "uts:$$"
}

# An ordinary user who may not enter the namespace gets empty cells.
test_columns_from_inside_need_permission_to_enter()
{
	if [ "$(id -u)" = 0 ]; then
		is 'box dom' HOSTNAME,DOMAIN "uts:$inner"
		is "$(nsenter -t "$inner" -n tail -n +3 /proc/self/net/dev | wc -l)" NIFS "net:$inner"
		is "$(sed -n 's/^0:://p' "/proc/$inner/cgroup")" CGROOT "cgroup:$inner"
		is '0 0' BOOTOFF,MONOOFF "time:$$"
	else
		is ' ' HOSTNAME,DOMAIN "uts:$inner"
		is '' NIFS "net:$inner"
	fi
}

test_counts_holders_of_a_namespace()
{
	# Runs only as root.
	start_holder holder fd
	is '1 0' NFDS,NTHREADS "ipc:${holder_line#* }"
	kernel_call pidfd_getfd || return 0
	start_holder holder socket
	is 1 NSOCKS "net:${holder_line#* }"
	is '' NSOCKS "uts:$$"
}

test_container_and_unit_come_from_the_cgroup()
{
	# Runs only as root.
	[ -w /sys/fs/cgroup ] || skip 'no cgroup file system is mounted'
	scope=machine-$own_cgroup.scope
	start_holder nsunshare --pid --fork --into-cgroup "/$scope" --cgroup-create --ready-fd 3 -- sleep 1000
	boxed=$(sleep_of "$holder")
	is "machine:$own_cgroup $scope machine:$own_cgroup" CONTAINER,UNIT,NAME "pid:$boxed"
	# when the program ends, nsunshare must remove the cgroup
	kill "$holder"
	wait "$holder"
	assert_empty "$(find /sys/fs/cgroup -type d -name "$scope")"
}

test_prints_the_name_of_ip_netns()
{
	# Runs only as root.
	mkdir /run/netns
	: >/run/netns/blue
	mount --bind "/proc/$inner/ns/net" /run/netns/blue
	is blue NAME "net:$inner"
	is blue NAME netns:blue
	umount /run/netns/blue
}

# nslist must print a list of 80 rows even if it may open only 24 descriptors.
test_columns_do_not_leak_descriptors()
{
	: >"$TMP/started"
	start_holder sh -c 'for i in $(seq 40); do
		unshare -r -u -T sh -c "echo >>\"$0\"; exec sleep 1000 3>&-" & done; echo ready >&3; wait' "$TMP/started"
	until [ "$(wc -l <"$TMP/started")" = 40 ]; do
		:
	done
	run sh -c 'ulimit -n 24; exec nslist -rn -t user -t uts -t time --output-all'
	assert_rc 0
	assertEquals 0 "$(grep -c 'Too many' "$TMP/err")"
	assertTrue "rows: $(wc -l <"$TMP/out")" "[ $(wc -l <"$TMP/out") -ge 80 ]"
}

# make_locale NAME CHARMAP: creates the locale $TMP/NAME.CHARMAP, and sets $locale to its name.
make_locale()
{
	locale=$1.$2
	localedef -i "$1" -f "$2" "$TMP/$locale" 2>/dev/null
	assertTrue "$locale exists" "[ -e '$TMP/$locale/LC_CTYPE' ]"
}

# In a Turkish locale, the lower-case letter of I is not i.
test_column_names_are_ascii_in_a_turkish_locale()
{
	feature locale-sources || return 0
	make_locale tr_TR UTF-8
	LOCPATH=$TMP LC_ALL=$locale run nslist -J -t uts -o pid,nprocs
	assert_rc 0
	assert_json '.namespaces[0] | has("pid") and has("nprocs")'
}

test_output_is_utf8_in_a_locale_with_another_encoding()
{
	feature locale-sources || return 0
	make_locale tr_TR ISO-8859-9
	# in UTF-8, the second byte of U+0100 is a control character of ISO-8859-9, and the first
	# byte is not
	name=$TMP/$(printf '\304\200')
	cp "$(command -v sleep)" "$name"
	start_holder nsunshare -r -u --ready-fd 3 -- "$name" 1000
	await_program "$holder" "${name##*/}"
	LOCPATH=$TMP LC_ALL=$locale run nslist -t uts -o TYPE,COMMAND "$holder"
	assert_rc 0
	assert_out_has 1000
	iconv -f UTF-8 -t UTF-8 <"$TMP/out" >/dev/null
	assertTrue 'valid UTF-8' $?
}

. shunit2
