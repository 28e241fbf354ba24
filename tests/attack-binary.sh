#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# attack-binary: a program in a hostile root does not overwrite the binary of the tool that executes it
# (CVE-2019-5736).
# as: root user
# budget: 60
# shellcheck disable=SC2154 # rc, out and err are testlib.sh's
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"

# The tools that are attacked are copies, owned by the attacked user. Each attack begins with fresh ones.
victims=$TMP/victims
uid=$(id -u)
inside=-mpiC
[ "$uid" = 0 ] || inside=-UrmpniC

fresh_victims()
{
	rm -rf "$victims"
	mkdir "$victims"
	cp "$NSUTILS_BIN"/ns* "$(command -v unshare)" "$(command -v nsenter)" "$victims"
	PATH=$victims:$PATH
	sums=$(cd "$victims" && cksum ./*)
}

# A root whose program is a script that names the tool itself, and whose loader steals it.
hostile_root()
{
	make_box
	mkdir -p "$box/lib64" "$box/proc"
	cp "$NSUTILS_HELPERS/false-loader" "$box/lib64/ld-linux-x86-64.so.2"
	cp "$NSUTILS_HELPERS/overwrite" "$box/bin/overwrite"
	printf '#!/proc/self/exe --version\n' >"$box/evil"
	chmod 755 "$box/evil"
}

oneTimeSetUp()
{
	hostile_root
	ORIGINAL_PATH=$PATH
}

setUp()
{
	PATH=$ORIGINAL_PATH
	fresh_victims
}

# attack COMMAND…: runs it until no process has its output open any more.
attack()
{
	# shellcheck disable=SC2016 # for the inner shell
	run sh -c '{ "$@" 2>&3 | cat; } 3>&2' sh "$@"
}

# assert_untouched NAME: the attack ran to its end and no victim has changed. A binary that is only busy
# is not protected.
assert_untouched()
{
	assertContains "$1: the attack ran: $err" "$out" 'refused: '
	assertNotContains "$1" "$out" 'Text file busy'
	assertEquals "$1: a binary was overwritten" "$sums" "$(cd "$victims" && cksum ./*)"
}

# assert_overwritten: the control: the same attack on a tool without the protection.
assert_overwritten()
{
	assertContains "the control: $err" "$out" overwritten
	assertNotEquals 'the control' "$sums" "$(cd "$victims" && cksum ./*)"
}

# in_pidns COMMAND…: as process 1 of a pid namespace, with its proc in $box. The program of the suite is
# executed without a parent that waits and keeps it busy.
in_pidns()
{
	_map=
	[ "$uid" = 0 ] || _map='--user --map-root-user'
	# shellcheck disable=SC2016,SC2086 # for the inner shell; words
	attack /usr/bin/unshare $_map --mount --pid --fork sh -c 'mount -t proc proc "$0/proc" && exec "$@"' "$box" "$@"
}

test_the_attack_overwrites_a_tool_without_protection()
{
	in_pidns unshare --root "$box" /evil
	assert_overwritten
}

test_nspivot_is_out_of_reach()
{
	for options in '--preset=docker' '--preset=minimal --cap-drop=all --no-new-privs' '--proc=/proc'; do
		# shellcheck disable=SC2086 # words
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

test_nsunshare_with_a_new_root_is_out_of_reach()
{
	in_pidns nsunshare -m -R "$box" /evil
	assert_untouched 'nsunshare -R'
	in_pidns nsunshare -m -R "$box" --cap-drop=all --no-new-privs /evil
	assert_untouched 'nsunshare -R --cap-drop=all'
}

# Without a pid namespace the program sees the parent that waits for it.
test_a_waiting_parent_is_out_of_reach()
{
	# shellcheck disable=SC2016 # for the inner shell
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

test_nsenter2_into_a_hostile_container_is_out_of_reach()
{
	set -- --mount
	[ "$uid" = 0 ] || set -- --user --map-root-user "$@"
	# shellcheck disable=SC2016 # for the inner shell
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

# vm.memfd_noexec belongs to the pid namespace: 1 makes memory files without MFD_EXEC not executable, 2
# refuses executable ones.
test_the_protection_works_under_every_memfd_noexec()
{
	if [ "$uid" != 0 ] || [ ! -e /proc/sys/vm/memfd_noexec ]; then
		echo 'n/a: vm.memfd_noexec needs root and Linux 6.3'
		return 0
	fi
	for level in 0 1 2; do
		attack /usr/bin/unshare --mount --pid --fork --mount-proc sh -c "echo $level >/proc/sys/vm/memfd_noexec
			nsunshare -mp -- nspivot --preset=docker '$box' -- /evil"
		assert_untouched "root, vm.memfd_noexec=$level"
	done
}

test_a_detached_copy_stays_read_only()
{
	if [ "$uid" != 0 ] || [ ! -e /proc/sys/vm/memfd_noexec ]; then
		echo 'n/a: vm.memfd_noexec needs root and Linux 6.3'
		return 0
	fi
	run /usr/bin/unshare --mount --pid --fork --mount-proc sh -c "echo 2 >/proc/sys/vm/memfd_noexec
		nsunshare -mp --mount-proc -R / --init sh -c 'mount -o remount,rw,bind /proc/1/exe; cd /proc/1; exec 5<exe; : >>exe'"
	assertNotEquals 0 "$rc"
	assertEquals "$err" "$sums" "$(cd "$victims" && cksum ./*)"
}

test_no_copy_is_made_where_nothing_foreign_is_entered()
{
	run strace -qq -f -o "$TMP/trace" -e trace=memfd_create,execveat,open_tree nsunshare "$inside" --mount-proc true
	assert_rc 0
	assertEquals '' "$(grep -c 'memfd_create\|execveat' "$TMP/trace" | grep -v '^0$')"
}

# The binary belongs to root. Root is not mapped, so no process inside can write it.
test_no_copy_is_made_of_a_binary_that_is_not_mapped()
{
	[ "$uid" != 0 ] || {
		echo 'n/a: every owner is mapped for root'
		return 0
	}
	PATH=$ORIGINAL_PATH
	attack strace -qq -f -o "$TMP/trace" -e trace=memfd_create,execveat nsunshare -UrmpniC -- nspivot --proc=/proc "$box" -- /evil
	assertContains "$err" "$out" 'refused: '
	assertEquals '' "$(grep -c 'memfd_create\|execveat' "$TMP/trace" | grep -v '^0$')"
}

. shunit2
