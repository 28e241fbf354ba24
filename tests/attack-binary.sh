#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# attack-binary: a program in a hostile root does not overwrite the binary of the tool that executes
# it (CVE-2019-5736).
# Runs as root and as an ordinary user.
# Time limit: 60 seconds.
# shellcheck disable=SC2154 # testlib.sh sets rc, out and err
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"
require_feature static-helpers
. "${0%/*}/binarylib.sh"
: "${RUNS:=20}"

oneTimeSetUp()
{
	hostile_root
	cp "$NSUTILS_HELPERS/exe-hunter" "$box/bin/exe-hunter"
	ORIGINAL_PATH=$PATH
}

setUp()
{
	PATH=$ORIGINAL_PATH
	fresh_victims
}

# in_pidns COMMAND…: runs the command as process 1 of a new pid namespace, whose proc file system is
# mounted on $box/proc. When the command has ended, no process runs the victim (a copy of a tool)
# any more, so ETXTBSY does not protect its file.
in_pidns()
{
	_map=
	[ "$uid" = 0 ] || _map='--user --map-root-user'
	# shellcheck disable=SC2016,SC2086 # the inner shell expands it; several words
	attack /usr/bin/unshare $_map --mount --pid --fork sh -c 'mount -t proc proc "$0/proc" && exec "$@"' "$box" "$@"
}

test_control_the_attack_overwrites_a_tool_without_protection()
{
	# Runs no tool: This test shows that a program in a hostile root can overwrite the
	# binary of unshare(1), which does not protect this file.
	in_pidns unshare --root "$box" /evil
	assert_overwritten
}

test_program_cannot_overwrite_nspivot()
{
	for options in '--preset=docker' '--preset=minimal --cap-drop=all --no-new-privs' '--proc=/proc'; do
		# shellcheck disable=SC2086 # several words
		attack nsunshare $inside -- nspivot $options "$box" -- /evil
		assert_untouched "nspivot $options"
	done
}

test_process_1_of_nsinit_shows_no_file_of_the_host()
{
	attack nsunshare $inside -- nsinit -- nspivot --proc=/proc "$box" -- /bin/sh -c 'readlink /proc/1/exe; echo done'
	assertContains "$err" "$out" 'done'
	assertNotContains "$out" "$victims"
	attack nsunshare $inside -R "$box" --mount-proc --init -- /bin/sh -c 'readlink /proc/1/exe; echo done'
	assertContains "$err" "$out" 'done'
	assertNotContains "$out" "$victims"
}

test_program_in_a_new_root_cannot_overwrite_nsunshare()
{
	in_pidns nsunshare -m -R "$box" /evil
	assert_untouched 'nsunshare -R'
	in_pidns nsunshare -m -R "$box" --cap-drop=all --no-new-privs /evil
	assert_untouched 'nsunshare -R --cap-drop=all'
}

# Without a new pid namespace, the program can see the tool, its waiting parent, in /proc.
test_program_cannot_overwrite_a_waiting_parent()
{
	# shellcheck disable=SC2016 # the inner shell expands it
	for tool in unshare nsunshare; do
		[ "$tool" = nsunshare ] || [ "$uid" = 0 ] || continue
		attack /usr/bin/unshare --user --map-root-user --mount sh -c 'mount --rbind /proc "$0/proc" &&
			exec "$1" --mount --fork --root "$0" sh -c '"'"'overwrite /proc/$PPID/exe'"'" "$box" "$tool"
		case $tool in
		unshare) assert_overwritten ;;
		nsunshare) assert_untouched 'the waiting parent' ;;
		esac
		fresh_victims
	done
}

test_hostile_container_cannot_overwrite_nsenter2()
{
	set -- --mount
	[ "$uid" = 0 ] || set -- --user --map-root-user "$@"
	# shellcheck disable=SC2016 # the inner shell expands it
	start_holder unshare "$@" sh -c 'mount --rbind /proc "$0/proc" && exec unshare --root="$0" sh -c "echo ready >&3; exec sleep 1000 3>&-"' "$box"
	set -- -m --root
	[ "$uid" = 0 ] || set -- -U "$@"
	attack nsenter2 -t "$holder" "$@" -- /evil
	assert_untouched 'nsenter2'
	attack nsenter2 -t "$holder" "$@" --cap-drop=all -- /evil
	assert_untouched 'nsenter2 --cap-drop=all'
	set -- -m -r
	[ "$uid" = 0 ] || set -- -U --preserve-credentials "$@"
	attack nsenter -t "$holder" "$@" -- /evil
	assert_overwritten
	stop_holder
}

# has_noexec: returns 0 if the tests of vm.memfd_noexec are possible. They also need the calls with
# which a tool makes its binary read-only. Otherwise prints the reason and returns 1.
has_noexec()
{
	feature memfd-noexec && kernel_call open_tree && kernel_call mount_setattr
}

# at_noexec LEVEL COMMAND…: runs the command in a new pid namespace with vm.memfd_noexec=LEVEL, a
# sysctl of the pid namespace. At level 1, a memfd without MFD_EXEC is not executable; at level 2,
# memfd_create(2) refuses executable memfds. $as_user is a command that changes the user first, or
# empty.
at_noexec()
{
	_level=$1
	shift
	# shellcheck disable=SC2016,SC2086 # the inner shell expands it; several words
	attack /usr/bin/unshare --mount --pid --fork --mount-proc sh -c \
		'echo "$0" >/proc/sys/vm/memfd_noexec && [ "$(cat /proc/sys/vm/memfd_noexec)" = "$0" ] && exec "$@"' "$_level" \
		$as_user "$@"
}

# The victims (copies of the tools) belong to the user nstest, who also runs the attack.
as_user="setpriv --reuid $NSTEST_UID --regid $NSTEST_UID --clear-groups"
victims_of_user()
{
	fresh_victims
	chmod 755 "$TMP" "$victims" "$box"
	chown "$NSTEST_UID:$NSTEST_UID" "$victims"/*
}

test_the_protection_works_under_every_memfd_noexec()
{
	# Runs only as root.
	has_noexec || return 0
	for level in 0 1 2; do
		as_user=
		at_noexec "$level" nsunshare -mp -- nspivot --preset=docker "$box" -- /evil
		assert_untouched "root, vm.memfd_noexec=$level"
		as_user="setpriv --reuid $NSTEST_UID --regid $NSTEST_UID --clear-groups"
		victims_of_user
		at_noexec "$level" nsunshare -UrmpniC -- nspivot --preset=minimal "$box" -- /evil
		assert_untouched "user, vm.memfd_noexec=$level"
	done
}

# F_GET_SEALS succeeds for a file on a tmpfs as it does for a memfd, so its success does not prove
# that the file is a sealed copy.
test_the_protection_works_for_a_binary_on_a_tmpfs()
{
	# Runs only as root.
	has_noexec || return 0
	as_user=
	for level in 0 2; do
		# shellcheck disable=SC2016 # the inner shell expands it
		at_noexec "$level" sh -c 'mount -t tmpfs tmpfs /mnt && cp "$0"/ns* /mnt && cd /mnt && sum=$(cksum ns*) &&
			PATH=/mnt:$PATH nsunshare -mp -- nspivot --proc=/proc "$1" -- /evil | cat && [ "$sum" = "$(cksum ns*)" ] &&
			echo untouched' "$victims" "$box"
		assert_out_has 'refused: '
		assert_out_has untouched
	done
}

# With vm.memfd_noexec=2, a tool executes itself from a detached read-only mount. A program that has
# CAP_SYS_ADMIN in its namespaces cannot make this mount writable. For comparison, the test first
# uses an attached mount, which the program can remount.
test_a_detached_mount_stays_read_only()
{
	# Runs only as root.
	has_noexec || return 0
	as_user=
	at_noexec 2 sh -c "mount --bind '$victims' '$victims' && mount -o remount,ro,bind '$victims' && exec remount '$victims/nsinit'"
	assert_out_has overwritten
	for as_user in '' "setpriv --reuid $NSTEST_UID --regid $NSTEST_UID --clear-groups"; do
		if [ -n "$as_user" ]; then victims_of_user; else fresh_victims; fi
		user=${as_user:+U} user=${user:+-Ur}
		# shellcheck disable=SC2086 # several words
		{
			at_noexec 2 nsunshare $user -mpi --mount-proc -- nsinit -- remount /proc/1/exe
			assert_untouched "nsinit $user"
			at_noexec 2 nsunshare $user -mpi -R / --mount-proc --init -- remount /proc/1/exe
			[ -n "$user" ] || assert_untouched "nsunshare --init $user"
			at_noexec 2 nsunshare $user -mpi -R / --mount-proc -- nsunshare -m -f -R / -- sh -c 'remount /proc/$PPID/exe'
			assert_untouched "nsunshare -R $user"
		}
	done
}

test_fails_with_a_message_if_no_copy_can_be_made()
{
	# Runs only as root.
	has_noexec || return 0
	as_user=
	at_noexec 2 enosys open_tree -- nsunshare -m -R "$box" -- /bin/true
	assert_err_has 'cannot protect the binary of nsunshare with a copy in memory: Permission denied'
	as_user="setpriv --reuid $NSTEST_UID --regid $NSTEST_UID --clear-groups"
	victims_of_user
	at_noexec 2 enosys -e EPERM unshare -- nsenter2 -t 1 -m -- /bin/true
	assert_err_has 'hint: set vm.memfd_noexec to 1, or run nsenter2 with CAP_SYS_ADMIN'
}

# Tests the fallbacks for system calls that the kernel lacks or that a seccomp filter denies.
test_falls_back_if_a_system_call_is_missing()
{
	attack enosys execveat -- nsunshare $inside -- nspivot --proc=/proc "$box" -- /evil
	assert_untouched 'without execveat'
	# without memfd_create(2), the copy is a read-only detached mount
	kernel_call mount_setattr || return 0
	attack enosys memfd_create -- nsunshare $inside -- nspivot --proc=/proc "$box" -- /evil
	assert_untouched 'without memfd_create'
}

test_runs_nothing_if_neither_a_copy_nor_a_detached_mount_can_be_made()
{
	attack enosys memfd_create,mount_setattr -- nsunshare $inside -- nspivot --proc=/proc "$box" -- /evil
	assert_out_empty
	assert_err_has 'with a copy in memory: Function not implemented'
	assertEquals 'a binary was overwritten' "$sums" "$(cd "$victims" && cksum ./*)"
}

test_no_copy_is_made_if_no_foreign_namespace_is_entered()
{
	run strace -qq -f -o "$TMP/trace" -e trace=memfd_create,execve,execveat,open_tree nsunshare "$inside" --mount-proc echo ran
	assert_rc 0
	assert_out ran
	assertTrue 'the trace has the program' "grep -q 'execve(.*\"echo\"' '$TMP/trace'"
	assertEquals 0 "$(grep -c 'memfd_create\|execveat' "$TMP/trace")"
}

# with_accomplice COMMAND…: the program of the command opens the tool's binary as descriptor 9 and
# waits. An accomplice outside the container takes this descriptor and writes to it after the
# command has ended.
with_accomplice()
{
	out=''
	# shellcheck disable=SC2016 # the inner shell expands it
	try_holder sh -c 'exec "$@" >&3' sh "$@" 2>"$TMP/err" || {
		err=$(cat "$TMP/err")
		return 0
	}
	for p in /proc/[0-9]*; do
		case $(readlink "$p/fd/9" 2>/dev/null) in
		"$victims"/* | /memfd:* | /) exec 8<"$p/fd/9" ;;
		esac
	done
	stop_holder
	attack overwrite 8
	exec 8<&-
}

# open_exe FILE: prints the shell command by which the program of with_accomplice() opens FILE, the
# tool's binary, and waits. FILE may contain variables, which the shell of the program expands.
open_exe()
{
	echo "exec 9<$1 && echo ready && exec sleep 1000"
}

test_accomplice_cannot_overwrite_the_binary_of_process_1()
{
	user=
	[ "$uid" = 0 ] || user='--user --map-root-user'
	# shellcheck disable=SC2016,SC2086 # the inner shell expands it; several words
	with_accomplice /usr/bin/unshare $user --mount --pid --fork --kill-child \
		dash -c 'mount -t proc proc "$0/proc"; chroot "$0" /bin/sh -c "$1"; true' "$box" "$(open_exe /proc/1/exe)"
	assert_overwritten
	fresh_victims
	for options in --proc=/proc '--proc=/proc --cap-drop=all --no-new-privs' --preset=docker --preset=minimal; do
		# shellcheck disable=SC2086 # several words
		with_accomplice nsunshare $inside --kill-child -- nsinit -- nspivot $options "$box" -- /bin/sh -c "$(open_exe /proc/1/exe)"
		# if process 1 is not dumpable, the program cannot even open the binary of process 1
		assertContains "nsinit, $options" "$out$err" "$([ -n "$out" ] && echo refused: || echo 'Permission denied')"
		assertEquals "nsinit, $options" "$sums" "$(cd "$victims" && cksum ./*)"
	done
	with_accomplice nsunshare $inside -R "$box" --mount-proc --init -- /bin/sh -c "$(open_exe /proc/1/exe)"
	assertContains --init "$out$err" "$([ -n "$out" ] && echo refused: || echo 'Permission denied')"
	assertEquals --init "$sums" "$(cd "$victims" && cksum ./*)"
}

# in_userns COMMAND…: runs the command in a user namespace that another tool created. The tool that
# waits as the parent is in the same user namespace, so the program has the capabilities to open the
# tool's /proc/PID/exe.
in_userns()
{
	# shellcheck disable=SC2016 # the inner shell expands it
	with_accomplice /usr/bin/unshare --user --map-root-user --mount --pid --fork --kill-child --mount-proc sh -c \
		'mount --rbind /proc "$0/proc" && cd / && "$@"; true' "$box" "$@"
}

test_program_cannot_overwrite_a_waiting_tool_in_its_user_namespace()
{
	# shellcheck disable=SC2016 # the inner shell expands it
	{
		parent=$(open_exe '/proc/$PPID/exe')
		# In a new pid namespace $PPID is 0, so the program searches for its parent in the
		# outer proc file system.
		all='for p in /proc/[0-9]*; do case $(readlink $p/exe) in *nsunshare*) f=$p/exe ;; esac; done; '$(open_exe '$f')
		in_userns dash -c 'chroot "$0" sh -c "$1"; true' "$box" "$parent"
	}
	assert_overwritten
	fresh_victims
	for options in '-nf' '-mf' '-mf -R /'; do
		# shellcheck disable=SC2086 # several words
		in_userns nsunshare $options -- chroot "$box" sh -c "$parent"
		assert_untouched "nsunshare $options"
	done
	in_userns nsunshare -mp -- chroot "$box" sh -c "$all"
	assert_untouched 'nsunshare -mp'
	in_userns nsinit -- chroot "$box" sh -c "$parent"
	assert_untouched nsinit
	in_userns nsinit -- nspivot --proc=/proc "$box" -- sh -c "$parent"
	assert_untouched 'nsinit and nspivot'
}

# A process that enters a user namespace keeps its ids, even if the namespace does not map them. It
# still owns the files of these ids.
test_an_unmapped_owner_cannot_overwrite_the_binary()
{
	# Runs only as root.
	for tool in unshare nsunshare; do
		attack nsunshare --map u:0:100000:10,g:0:100000:10 --keep-caps -mp --mount-proc="$box/proc" -- "$tool" -R "$box" /evil
		case $tool in
		unshare) assert_overwritten ;;
		nsunshare) assert_untouched 'an owner that is not mapped' ;;
		esac
		fresh_victims
	done
	start_holder nsunshare --map u:0:100000:10,g:0:100000:10 --keep-caps -mp --mount-proc="$box/proc" --kill-child -- \
		/usr/bin/unshare -R "$box" /bin/sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	target=$(ps -o pid= --ppid "$holder")
	target=${target##* }
	for tool in nsenter nsenter2; do
		fresh_victims
		attack $tool -t "$target" -U -m -p --root --preserve-credentials -- /evil
		case $tool in
		nsenter) assert_overwritten ;;
		nsenter2) assert_untouched 'nsenter2 --preserve-credentials' ;;
		esac
	done
}

# nsunshare, started by an ordinary user, does not copy root's binary unless the user can write to
# the file.
test_a_binary_that_its_group_or_an_acl_entry_can_write_is_copied()
{
	# Runs only as root.
	as_user="setpriv --reuid $NSTEST_UID --regid $NSTEST_UID --clear-groups"
	for what in group acl; do
		for tool in unshare nsunshare; do
			fresh_victims
			chmod 755 "$TMP" "$victims" "$box"
			if [ "$what" = group ]; then
				chgrp "$NSTEST_UID" "$victims"/* && chmod g+w "$victims"/*
			else
				setfacl -m "u:$NSTEST_UID:rwx" "$victims"/* && chmod g-w "$victims"/* && setfacl -m m::rwx "$victims"/*
			fi
			# shellcheck disable=SC2086 # several words
			case $tool in
			unshare)
				attack $as_user /usr/bin/unshare -Urmpf sh -c 'mount -t proc proc "$0/proc" && exec unshare -R "$0" /evil' "$box"
				assert_overwritten
				;;
			nsunshare)
				attack $as_user nsunshare -UrmpniC -- nspivot --proc=/proc "$box" -- /evil
				assert_untouched "nspivot, $what"
				attack $as_user /usr/bin/unshare -Urmpf sh -c 'mount -t proc proc "$0/proc" && exec nsunshare -Um -R "$0" /evil' "$box"
				assert_untouched "nsunshare, $what"
				;;
			esac
		done
	done
}

# race TOOL OPTION…: TOOL enters a container RUNS times. The tool and the container use the same
# user namespace. Process 1 of the container searches for the victims (copies of the tools) and
# stops as soon as it has overwritten one. Prints the output of process 1 and the number of runs.
race()
{
	# shellcheck disable=SC2016,SC2046 # the inner shell expands it; several words
	attack /usr/bin/unshare --user --map-root-user --mount sh -c '
		box=$1 runs=$2 files=$3
		shift 3
		rm -f "$box/hunt" "$box/entered"
		/usr/bin/unshare --mount --pid --fork --kill-child sh -c "mount -t proc proc \$0/proc && exec chroot \$0 /bin/exe-hunter \$1" \
			"$box" "$files" >"$box/hunt" &
		parent=$!
		until [ -s "$box/hunt" ]; do :; done
		hunter=$(ps -o pid= --ppid "$parent")
		n=0
		while [ "$n" -lt "$runs" ] && [ -d "/proc/${hunter##* }/fd" ]; do
			"$1" -t "${hunter##* }" $2 -- /bin/sh -c "echo entered" >>"$box/entered" 2>/dev/null
			n=$((n + 1))
		done
		kill -KILL "$parent"
		cat "$box/hunt"
		echo "$n runs, $(grep -c entered "$box/entered") entered"' sh "$box" "$RUNS" "$(cd "$victims" && stat -c %d:%i ./* | tr "\n" " ")" "$@"
}

test_process_1_of_a_container_does_not_overwrite_the_tool_that_enters_it()
{
	RUNS=1000 race nsenter '-p -m -r'
	assert_overwritten
	for options in '-p' '-p -m --root' '-p -m --root --cap-drop=all --no-new-privs' '-p -m --root --pid-file=/dev/null'; do
		fresh_victims
		race nsenter2 "$options"
		assertContains "$options: $err" "$out" hunting
		assertContains "$options: $out" "$out" "$RUNS runs, $RUNS entered"
		assertEquals "$options" "$sums" "$(cd "$victims" && cksum ./*)"
	done
}

# ---- Properties of the protected copy that a user can see

test_the_copy_keeps_name_arguments_environment_and_descriptors()
{
	# shellcheck disable=SC2016 # the inner shell expands it
	show='cat /proc/$PPID/comm; tr "\0" " " </proc/$PPID/cmdline; echo; tr "\0" "\n" </proc/$PPID/environ | sort; ls /proc/$$/fd'
	for tool in 'nsunshare -f' 'nsunshare -m -f -R /' 'nsinit --keep-fd 7 --'; do
		# shellcheck disable=SC2086,SC2016 # several words; perl
		run env -i PATH="$PATH" A=1 /usr/bin/unshare --user --map-root-user --mount perl -e 'my $f = shift; exec { $f } "other", @ARGV' \
			"$victims/${tool%% *}" ${tool#* } sh -c "$show" 7</dev/null
		assert_rc 0
		assertContains "$tool: argv[0]" "$out" "other ${tool#* } sh -c"
		printf '%s\n' "$out" | sed -e 1d -e '/^other/d' >"$TMP/seen"
		printf '%s\n' A=1 "PATH=$PATH" 0 1 2 7 >"$TMP/expected"
		assertEquals "$tool" "$(cat "$TMP/expected")" "$(grep -v '^_=\|^PWD=\|^OLDPWD=' "$TMP/seen" | tail -n 6)"
	done
}

# The binary belongs to root. The user namespace does not map root, so no process in it can write to
# the binary.
test_no_copy_is_made_of_a_binary_that_is_not_mapped()
{
	# Runs only as an ordinary user.
	# If an ordinary user has started the runner, this user owns the tool's binary, so the tool
	# executes a protected copy.
	feature sandbox || return 0
	PATH=$ORIGINAL_PATH
	attack strace -qq -f -o "$TMP/trace" -e trace=memfd_create,execve,execveat nsunshare -UrmpniC -- nspivot --proc=/proc "$box" -- /evil
	assertContains "$err" "$out" 'refused: '
	assertTrue 'the trace has the program' "grep -q 'execve(.*\"/evil\"' '$TMP/trace'"
	assertEquals 0 "$(grep -c 'memfd_create\|execveat' "$TMP/trace")"
}

. shunit2
