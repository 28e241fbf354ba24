#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# cred-as: checks --as, which looks up the user and its groups in the program's own root.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
require_feature subids
. "${0%/*}/rootlib.sh"
. "${0%/*}/credlib.sh"

# The ids of the users in the root $box differ from those of users with the same names on the host.
make_box
for applet in ash env sort tr; do
	ln -sf busybox "$box/bin/$applet"
done
cat >"$box/etc/passwd" <<'END'
root:x:0:0:root:/root:/bin/sh
#postgres:x:1:1::/:/bin/sh
broken:x:seven:7::/:/bin/sh
postgres:x:70:71:database:/var/lib/db:/bin/ash
bare:x:72:73::
nobody:x:65534:65534:last line without a newline:/:/bin/false
END
printf 'tail:x:74:75::/t:/bin/t:extra' >>"$box/etc/passwd"
cat >"$box/etc/group" <<'END'
root:x:0:root
postgres:x:71:
tape:x:26:root,postgres
mail:x:12:postgres
again:x:26:postgres
not:x:99:postgresql,xpostgres
bad:x:nine:
END

inside=
[ "$(id -u)" = 0 ] || inside='nsunshare -r --map-auto --'

# enter OPTION… -- PROGRAM…: runs the program with $tool in the root $box.
enter()
{
	case $tool in
	nsunshare)
		# shellcheck disable=SC2086
		run $inside nsunshare --mount --root="$box" "$@"
		;;
	nsenter2)
		# shellcheck disable=SC2086
		run $inside nsenter2 --root="$box" "$@"
		;;
	nspivot)
		_with=$*
		_options=${_with%% -- *}
		# shellcheck disable=SC2086
		shift "$(set -- $_options && echo $(($# + 1)))"
		# shellcheck disable=SC2086
		run $inside nsunshare -mp -- nspivot $_options "$box" -- "$@"
		;;
	esac
}

report='exec 2>&-; echo $(id -u) $(id -g) $(id -G | tr " " "\n" | sort -n); echo $HOME $USER $LOGNAME $SHELL'

test_sets_ids_groups_and_environment_from_the_files_of_the_root()
{
	for tool in $CARRIERS; do
		enter --as postgres -- /bin/sh -c "$report"
		assert_ok
		assert_out "70 71 12 26 71
/var/lib/db postgres postgres /bin/ash"
	done
}

test_a_number_names_a_user_of_the_root()
{
	for tool in $CARRIERS; do
		enter --as 70 -- /bin/sh -c "$report"
		assert_ok
		assert_out "70 71 12 26 71
/var/lib/db postgres postgres /bin/ash"
	done
}

test_a_group_replaces_all_groups_of_the_user()
{
	for tool in $CARRIERS; do
		enter --as postgres:mail -- /bin/sh -c "$report"
		assert_ok
		assert_out "70 12 12
/var/lib/db postgres postgres /bin/ash"
		enter --as postgres:5 --groups 6,7 -- /bin/sh -c "$report"
		assert_ok
		assert_out "70 5 5 6 7
/var/lib/db postgres postgres /bin/ash"
	done
}

test_an_unknown_uid_needs_a_group()
{
	for tool in $CARRIERS; do
		enter --as 1234 -- /bin/true
		assert_refused 125 "$tool: --as: cannot find the primary group of uid 1234: '/etc/passwd' in the root directory has no entry for this uid"
		assert_err_has 'hint: add a group: --as 1234:<group>'
		enter --as 1234:5678 -- /bin/sh -c "$report"
		assert_ok
		assert_out "1234 5678 5678
/ 1234 1234 /bin/sh"
	done
}

test_numeric_ids_need_no_files()
{
	mv "$box/etc" "$box/no-etc"
	for tool in $CARRIERS; do
		enter --as 1234:5678 -- /bin/sh -c "$report"
		assert_ok
		assert_out "1234 5678 5678
/ 1234 1234 /bin/sh"
	done
	tool=nsunshare
	enter --as postgres -- /bin/true
	mv "$box/no-etc" "$box/etc"
	assert_refused 125 "nsunshare: --as: cannot open '/etc/passwd' in the root directory: No such file or directory"
}

test_empty_fields_have_the_defaults_of_passwd()
{
	for tool in $CARRIERS; do
		enter --as bare -- /bin/sh -c "$report"
		assert_ok
		assert_out "72 73 73
/ bare bare /bin/sh"
		enter --as tail -- /bin/sh -c "$report"
		assert_ok
		assert_out "74 75 75
/t tail tail /bin/t"
	done
}

test_clear_env_comes_before_as_and_setenv_after_it()
{
	for tool in $CARRIERS; do
		enter --as postgres --clear-env --setenv SHELL=/x -- /bin/env
		assert_ok
		assertEquals "$tool" 'HOME=/var/lib/db
LOGNAME=postgres
SHELL=/x
USER=postgres' "$(sort "$TMP/out")"
	done
}

test_refuses_names_that_the_root_does_not_have()
{
	for tool in $CARRIERS; do
		# the user exists on the host, but not in the root
		enter --as "nstest" -- /bin/true
		assert_refused 125 "$tool: --as: '/etc/passwd' in the root directory has no user 'nstest'"
		enter --as '#postgres' -- /bin/true
		assert_refused 125 "$tool: --as: '/etc/passwd' in the root directory has no user '#postgres'"
		enter --as postgres:nstest -- /bin/true
		assert_refused 125 "$tool: --as: '/etc/group' in the root directory has no group 'nstest'"
		enter --as broken -- /bin/true
		assert_refused 125 "$tool: --as: line 3 of '/etc/passwd' in the root directory is invalid"
		enter --as postgres:bad -- /bin/true
		assert_refused 125 "$tool: --as: line 7 of '/etc/group' in the root directory is invalid"
	done
}

test_refuses_invalid_arguments()
{
	for tool in $CARRIERS; do
		for word in : : :5 postgres: ''; do
			run "$tool" "--as=$word" /
			assert_refused 125 "$tool: --as: invalid '$word', expected <user>[:<group>]"
		done
		run "$tool" --as root -S 5 /
		assert_refused 125 "$tool: --setuid cannot be used with --as"
		run "$tool" -G 5 --as root /
		assert_refused 125 "$tool: --as cannot be used with --setgid"
	done
}

# The owner of the root is hostile: etc/passwd is a FIFO, a device, a directory, a link out of the
# root, or a huge file.
test_hostile_files_neither_block_nor_lead_outside()
{
	mv "$box/etc/passwd" "$box/etc/saved"
	for tool in $CARRIERS; do
		mkfifo "$box/etc/passwd"
		enter --as postgres -- /bin/true
		assert_refused 125 "$tool: --as: '/etc/passwd' in the root directory is not a regular file"
		rm "$box/etc/passwd"
		mkdir "$box/etc/passwd"
		enter --as postgres -- /bin/true
		assert_refused 125 "$tool: --as: '/etc/passwd' in the root directory is not a regular file"
		rmdir "$box/etc/passwd"
		truncate -s 1T "$box/etc/passwd"
		enter --as postgres -- /bin/true
		assert_refused 125 "$tool: --as: '/etc/passwd' in the root directory is larger than 16 MiB"
		rm "$box/etc/passwd"
		ln -s ../../../../../../../../etc/saved "$box/etc/passwd"
		enter --as postgres:0 -- /bin/true
		assert_ok
		ln -sf /etc/none "$box/etc/passwd"
		enter --as postgres -- /bin/true
		assert_refused 125 "$tool: --as: cannot open '/etc/passwd' in the root directory: No such file or directory"
		ln -sf passwd "$box/etc/passwd"
		enter --as postgres -- /bin/true
		assert_refused 125 "$tool: --as: cannot open '/etc/passwd' in the root directory: Too many levels of symbolic links"
		rm "$box/etc/passwd"
	done
	mv "$box/etc/saved" "$box/etc/passwd"
}

test_a_root_without_proc_is_read_by_name()
{
	# Runs only as root.
	tool=nspivot
	enter --as postgres -- /bin/sh -c 'id -u; ls /proc'
	assert_rc 1
	assert_out 70
	enter --proc /proc --as postgres -- /bin/sh -c 'id -u; ls -d /proc/self/fd'
	assert_ok
	assert_out '70
/proc/self/fd'
}

test_reports_an_id_that_is_not_mapped()
{
	for tool in nsunshare nsenter2; do
		inside='nsunshare -r --'
		enter --as postgres -- /bin/true
		assert_refused 125 "$tool: cannot become group 71: Invalid argument"
		assert_err_has 'hint: use a mapped id: group 71 is not mapped in this user namespace'
		enter --as root -- /bin/sh -c "$report"
		inside=
		[ "$(id -u)" = 0 ] || inside='nsunshare -r --map-auto --'
		assert_ok
		assert_out_has '/root root root /bin/sh'
	done
}

test_explains_the_steps_without_reading_the_files()
{
	for tool in nsunshare nsenter2; do
		run "$tool" --as postgres:mail --explain -- true
		assert_ok
		for text in 'look up postgres:mail in /etc/passwd and /etc/group of the root' \
			'set HOME, USER, LOGNAME and SHELL' 'set supplementary groups mail' \
			'become group mail' 'become user postgres'; do
			assert_out_has "$text"
		done
	done
}

# With --init, process 1 is root; with --each, each program runs as the user.
test_applies_to_the_program_of_init_and_of_each()
{
	# shellcheck disable=SC2086
	run $inside nsunshare -mp --root="$box" --init --as postgres -- /bin/sh -c "$report"
	assert_ok
	assert_out "70 71 12 26 71
/var/lib/db postgres postgres /bin/ash"
	# shellcheck disable=SC2086
	run $inside nsunshare --uts -- sh -c 'echo self | nsenter2 --each --uts --root="$1" --as postgres -- /bin/sh -c "$2"' sh "$box" "$report"
	assert_out "70 71 12 26 71
/var/lib/db postgres postgres /bin/ash"
}

test_limits_of_capabilities_apply_to_the_user()
{
	# Runs only as root.
	mkdir -p "$box/proc"
	for tool in $CARRIERS; do
		proc=
		if [ "$tool" = nspivot ]; then
			proc='--proc /proc'
		else
			mount -t proc proc "$box/proc"
		fi
		# shellcheck disable=SC2086 # several words
		enter $proc --as postgres --cap-keep chown -- /bin/grep CapEff /proc/self/status
		assert_ok
		assert_out 'CapEff:	0000000000000001'
		# shellcheck disable=SC2086
		enter $proc --as postgres -- /bin/grep CapEff /proc/self/status
		assert_ok
		assert_out 'CapEff:	0000000000000000'
		[ "$tool" = nspivot ] || umount "$box/proc"
	done
}

test_without_a_program_the_shell_of_the_user_runs()
{
	# Runs only as root.
	for tool in $CARRIERS; do
		case $tool in
		nspivot) set -- nsunshare -mp -- nspivot --as postgres "$box" ;;
		nsunshare) set -- nsunshare --mount --root="$box" --as postgres ;;
		nsenter2) set -- nsenter2 --root="$box" --as postgres ;;
		esac
		run sh -c 'echo "echo \$0 \$(id -u)" | "$@"' sh "$@"
		assert_ok
		assert_out '-ash 70'
	done
}

. shunit2
