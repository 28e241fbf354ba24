#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# attack-proc: checks that another user cannot read secrets from the processes of a tool or redirect
# its signals and files.
# Runs as root.
# Time limit: 60 seconds.
# shellcheck disable=SC2154 # testlib.sh sets rc, out and err
. "${0%/*}/testlib.sh"
require_ns user mnt pid net time
require_tool perl setpriv

# the user nstest must be able to reach its directory $TMP/theirs
chmod 711 "$TMP"
echo precious >"$TMP/victim"

setUp()
{
	mkdir "$TMP/theirs"
	chown "$NSTEST_UID" "$TMP/theirs"
	echo precious >"$TMP/victim"
}

tearDown()
{
	stop_holders
	find "$TMP/theirs" "$TMP/ours" "$TMP/victim" -type f 2>/dev/null | while read -r file; do
		while umount -q "$file"; do :; done
	done
	umount -q "$TMP/ours" 2>/dev/null
	rm -rf "$TMP/theirs" "$TMP/ours"
}

# ---- Memory and descriptors of a process that has not yet executed the program

export WORD=s3cret
echo s3cret >"$TMP/secret"

# stolen ATTACKER CMD…: runs the attacker at each system call of CMD, and collects in $out the
# secrets that the attacker finds. CMD has the secret in its environment and in descriptor 7.
stolen()
{
	_attacker=$1
	shift
	rm -f "$TMP/stolen"
	atcall -n "$_attacker steal s3cret \$1 >>'$TMP/stolen'" -- "$@" 7<"$TMP/secret" >"$TMP/ran" 2>&1 ||
		fail "status $?: $* $(cat "$TMP/ran")"
	assertContains "$*" "$(cat "$TMP/ran")" ran
	run sort -u "$TMP/stolen"
}

test_the_owner_of_a_user_namespace_steals_nothing_during_the_set_up()
{
	kernel_call pidfd_getfd || return 0
	attacker="setpriv --reuid $NSTEST_UID --regid $NSTEST_UID --clear-groups"
	stolen "$attacker" steal --victim "$NSTEST_UID" /bin/echo ran
	assert_out 'descriptor
environment'
	for options in -r '-r -f' '-rm -p --mount-proc --init' '-r -T --boottime 86400 -f' '-r -T --boottime 86400' \
		'--map=u:0:100:9,g:0:100:9 -n -f' "-f -S $NSTEST_UID -G $NSTEST_UID"; do
		case $options in
		*-S*) ;;
		*) options="--owner $NSTEST_UID:$NSTEST_UID $options" ;;
		esac
		# shellcheck disable=SC2086 # several words
		stolen "$attacker" nsunshare $options --close-fds --clear-env -- /bin/echo ran
		assert_empty "nsunshare $options: $out" "$out"
	done
}

# After the process has executed the program, the process is dumpable again, and its clocks have the
# requested offsets.
test_the_program_of_an_owner_is_dumpable_and_has_its_clocks()
{
	for fork in -f ''; do
		# shellcheck disable=SC2086 # several words
		run nsunshare $fork --owner "$NSTEST_UID:$NSTEST_UID" -r -T --boottime +86400 -- \
			sh -c 'stat -c %u /proc/self/environ; cat /proc/self/timens_offsets /proc/self/uid_map'
		assert_ok
		assertEquals '0 86400 0' "$(echo "$out" | awk '
			NR == 1 { uid = $1 }
			$1 == "boottime" { boot = $2 }
			NR == 4 { map = $1 }
			END { print uid, boot, map }')"
	done
}

test_a_process_without_capabilities_steals_nothing_from_one_that_drops_them()
{
	kernel_call pidfd_getfd || return 0
	stolen 'steal --no-caps' steal --no-caps /bin/echo ran
	assert_out 'descriptor
environment'
	for tool in 'nsunshare -m' 'nsunshare -mf' 'nsenter2 -t 1 -m'; do
		# shellcheck disable=SC2086 # several words
		stolen 'steal --no-caps' $tool --cap-drop=all --close-fds --clear-env -- /bin/echo ran
		assert_empty "$tool: $out" "$out"
	done
}

# ---- The processes to which nsinit sends signals

# The attacked program has a child whose pid is $child. TERM does not end the program.
child=31000
cat >"$TMP/keeper" <<'SCRIPT'
$SIG{TERM} = "IGNORE";
my ($dir, $child) = @ARGV;
system "samepid", $child, "sleep", 1000;
open my $ready, ">", "$dir/ready"; print $ready "ready\n"; close $ready;
waitpid $child, 0;
open my $gone, ">", "$dir/gone"; close $gone;
sleep 1000;
SCRIPT
# The script "innocent" runs in a process to which nsinit must not send a signal. When the script gets
# WINCH, it writes the names of the signals TERM and CONT that it has got, and then creates the file
# "handled". It writes outside of the handlers, because perl may call the handler of WINCH while the
# handler of TERM runs.
cat >"$TMP/innocent" <<'SCRIPT'
my ($dir) = @ARGV;
for (qw(TERM CONT)) { $SIG{$_} = sub { push @got, "$_[0]\n" } }
$SIG{WINCH} = sub { $end = 1 };
open my $up, ">", "$dir/up"; close $up;
sleep 1 until $end;
open my $signalled, ">", "$dir/signalled"; print $signalled @got; close $signalled;
open my $handled, ">", "$dir/handled"; close $handled;
sleep 1 while 1;
SCRIPT
# The child ends, the program reaps it, and the script "innocent" starts with the child's pid.
cat >"$TMP/swap" <<'SCRIPT'
kill -KILL "$2"
while [ ! -e "$1/gone" ]; do :; done
samepid "$2" perl "$1/innocent" "$1" </dev/null >/dev/null 2>&1
while [ ! -e "$1/up" ]; do :; done
SCRIPT
# A script that ends children like nsinit but does not protect itself against reused pids: it reads
# the pids of the children of its program, opens /proc/PID/stat of each child, and sends TERM to the
# pid without checking that the pid still belongs to the child.
cat >"$TMP/naive" <<'SCRIPT'
$SIG{TERM} = sub { $term = 1 };
my $pid = fork;
exec "sh", "-c", 'exec "$@"', "sh", @ARGV if !$pid;
sleep 1 until $term;
open my $list, "<", "/proc/$pid/task/$pid/children"; my @children = split " ", <$list>;
for (@children) { open my $stat, "<", "/proc/$_/stat"; kill "TERM", $_ }
kill "KILL", $pid;
SCRIPT

test_a_reused_pid_is_not_signalled()
{
	kernel_call clone3 || return 0
	for tool in "perl $TMP/naive" 'nsinit --grace 0.2 --'; do
		rm -f "$TMP/gone" "$TMP/up" "$TMP/signalled" "$TMP/handled" "$TMP/ready"
		mkfifo "$TMP/ready"
		# shellcheck disable=SC2086 # several words
		atcall -c openat -p "@(/proc/|)$child*" "sh '$TMP/swap' '$TMP' $child" -- \
			$tool perl "$TMP/keeper" "$TMP" "$child" >"$TMP/ran" 2>&1 &
		pid=$!
		read -r _ <"$TMP/ready"
		kill -TERM "$(pgrep -P "$pid")"
		wait "$pid"
		assertNotEquals "nsinit read the pid: $(cat "$TMP/ran")" 98 $?
		kill -WINCH "$child"
		lives=$?
		while [ $lives -eq 0 ] && [ ! -e "$TMP/handled" ]; do :; done
		signalled=$(cat "$TMP/signalled" 2>/dev/null)
		kill -KILL "$child"
		case $tool in
		perl*) assertEquals 'the attack works' TERM "$signalled" ;;
		*) assertEquals "$tool" '0 ' "$lives $signalled" ;;
		esac
	done
}

# ---- Directories and files of another user

test_persist_refuses_directories_that_others_can_change()
{
	ln -s "$TMP/victim" "$TMP/theirs/net"
	ln -s "$TMP/victim" "$TMP/theirs/link"
	chown -h "$NSTEST_UID" "$TMP/theirs/net" "$TMP/theirs/link"
	unshare "--net=$TMP/theirs/net" true
	run stat -fc %T "$TMP/victim"
	assert_out nsfs
	umount "$TMP/victim"
	note_state
	run nsunshare -n --persist "$TMP/theirs" true
	assert_refused 125 "cannot trust '$TMP/theirs': it belongs to user $NSTEST_UID"
	run nsunshare -n --persist "$TMP/theirs/new" true
	assert_refused 125 "cannot trust '$TMP/theirs': it belongs to user $NSTEST_UID"
	run nsunshare "--net=$TMP/theirs/link" true
	assert_refused 125 "'link' is a symbolic link that belongs to user $NSTEST_UID"
	chown 0 "$TMP/theirs"
	chmod 777 "$TMP/theirs"
	run nsunshare -n --persist "$TMP/theirs" true
	assert_refused 125 "cannot trust '$TMP/theirs': other users can write to it"
	# the sticky bit protects the files of other users in the directory, so nsunshare trusts the
	# directory, but no link and no file of another user in it
	chmod 1777 "$TMP/theirs"
	: >"$TMP/theirs/uts"
	chown "$NSTEST_UID" "$TMP/theirs/uts"
	run nsunshare -n --persist "$TMP/theirs" true
	assert_refused 125 "cannot mount a namespace on '$TMP/theirs/net': Too many levels of symbolic links"
	run nsunshare -u --persist "$TMP/theirs" true
	assert_refused 125 "cannot mount a namespace on '$TMP/theirs/uts': it belongs to user $NSTEST_UID"
	rm "$TMP/theirs/uts"
	chmod 755 "$TMP/theirs"
	chown "$NSTEST_UID" "$TMP/theirs"
	assert_no_leftovers
	assertEquals precious "$(cat "$TMP/victim")"
}

# When the tool mounts the namespace on a file, the owner of the directory replaces this file by a
# link.
test_a_file_replaced_before_the_mount_is_not_followed()
{
	for tool in unshare nsunshare; do
		rm -f "$TMP/theirs/net"
		touch "$TMP/theirs/net"
		run atcall -c mount -p '@(/proc/*)' "mv '$TMP/theirs/net' '$TMP/theirs/old'; ln -s '$TMP/victim' '$TMP/theirs/net'" -- \
			$tool "--net=$TMP/theirs/net" true
		assertNotEquals "$tool: mounts" 98 "$rc"
		bound=$(stat -fc %T "$TMP/victim")
		case $tool in
		unshare)
			assertEquals 'the attack works' nsfs "$bound"
			umount "$TMP/victim"
			;;
		*) assertNotEquals "$tool: victim mounted over" nsfs "$bound" ;;
		esac
		umount -q "$TMP/theirs/old"
		umount -q "$TMP/theirs/net"
		rm -f "$TMP/theirs/old" "$TMP/theirs/net"
	done
}

test_unpersist_detaches_nothing_of_an_exchanged_directory()
{
	mkdir "$TMP/theirs/box" "$TMP/theirs/box.old"
	run nsunshare -n --persist "$TMP/ours" true
	assert_ok
	rmdir "$TMP/theirs/box"
	ln -s "$TMP/ours" "$TMP/theirs/box"
	chown -h "$NSTEST_UID" "$TMP/theirs/box"
	run nsunshare --unpersist "$TMP/theirs/box"
	assert_refused 125 "cannot trust '$TMP/theirs': it belongs to user $NSTEST_UID"
	run stat -fc %T "$TMP/ours/net"
	assert_out nsfs
	# for comparison: umount(8), which lacks the protection of nsunshare, follows the link
	umount "$TMP/theirs/box/net"
	run stat -fc %T "$TMP/ours/net"
	assertNotEquals 'the attack works' nsfs "$out"
	run nsunshare --unpersist "$TMP/ours"
	assert_ok
}

test_a_pid_file_does_not_follow_links_of_another_user()
{
	ln -s "$TMP/victim" "$TMP/theirs/pid"
	mkdir "$TMP/ours"
	ln -s "$TMP/ours" "$TMP/theirs/way"
	chown -h "$NSTEST_UID" "$TMP/theirs/pid" "$TMP/theirs/way"
	sh -c 'echo $$ >"$1"' sh "$TMP/theirs/pid"
	assertNotEquals 'the attack works' precious "$(cat "$TMP/victim")"
	echo precious >"$TMP/victim"
	for tool in nsinit 'nsunshare -m' 'nsenter2 -t 1 -m'; do
		# shellcheck disable=SC2086 # several words
		run $tool --pid-file "$TMP/theirs/pid" true
		assert_refused 125 "'pid' is a symbolic link that belongs to user $NSTEST_UID"
		assertEquals "$tool" precious "$(cat "$TMP/victim")"
		# shellcheck disable=SC2086 # several words
		run $tool --pid-file "$TMP/theirs/way/pid" true
		assert_refused 125 "'way' is a symbolic link that belongs to user $NSTEST_UID"
		# an existing pid file is replaced and not overwritten, so another name of this
		# file, a hard link, keeps its contents
		ln -f "$TMP/victim" "$TMP/theirs/hard"
		# shellcheck disable=SC2086 # several words
		run $tool --pid-file "$TMP/theirs/hard" true
		assert_ok
		assertEquals "$tool, hard link" precious "$(cat "$TMP/victim")"
		# after the tool has found an existing pid file, a user replaces it by a link
		rm "$TMP/theirs/pid"
		echo 1 >"$TMP/theirs/pid"
		# shellcheck disable=SC2086 # several words
		run atcall -c newfstatat -p pid "ln -sfn '$TMP/victim' '$TMP/theirs/pid'" -- \
			$tool --pid-file "$TMP/theirs/pid" true
		assert_refused 125 'neither a file nor a character device'
		assertEquals "$tool, exchanged" precious "$(cat "$TMP/victim")"
		chown -h "$NSTEST_UID" "$TMP/theirs/pid"
	done
}

test_a_fifo_in_place_of_a_pid_file_does_not_block()
{
	mkfifo "$TMP/theirs/pid"
	run timeout 0.3 sh -c 'echo $$ >"$1"' sh "$TMP/theirs/pid"
	assertEquals 'the attack works' 124 "$rc"
	for tool in nsinit 'nsunshare -m' 'nsenter2 -t 1 -m'; do
		# shellcheck disable=SC2086 # several words
		run timeout 20 $tool --pid-file "$TMP/theirs/pid" true
		assert_refused 125 'neither a file nor a character device'
		assertTrue "$tool" "[ -p '$TMP/theirs/pid' ]"
	done
}

# The pid file of a daemon is often in a directory that root owns. The daemon has no permission to
# remove files from this directory.
test_a_pid_file_of_the_caller_that_cannot_be_removed_is_written()
{
	mkdir "$TMP/ours"
	for owner in "$NSTEST_UID" 0; do
		echo 1 >"$TMP/ours/pid"
		chown "$owner" "$TMP/ours/pid"
		chmod 666 "$TMP/ours/pid"
		# shellcheck disable=SC2016 # the inner shell expands it
		run setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups nsinit --pid-file "$TMP/ours/pid" -- \
			sh -c '[ "$(cat "$1")" = $$ ] && echo written' sh "$TMP/ours/pid"
		case $owner in
		0)
			assert_refused 125 "cannot replace '$TMP/ours/pid': Permission denied"
			assertEquals 1 "$(cat "$TMP/ours/pid")"
			;;
		*) assert_out written ;;
		esac
	done
}

test_removes_only_its_own_pid_file()
{
	for tool in nsinit 'nsunshare -m'; do
		# shellcheck disable=SC2016,SC2086 # the inner shell expands it; several words
		run $tool --pid-file "$TMP/pid" -- sh -c 'mv "$1" "$1.own"; echo other >"$1"' sh "$TMP/pid"
		assert_ok
		run cat "$TMP/pid"
		assert_out other
		rm -f "$TMP/pid" "$TMP/pid.own"
	done
}

test_a_pid_file_can_be_a_descriptor_or_a_device()
{
	for tool in nsinit 'nsunshare -m' 'nsunshare -mp --init'; do
		for file in /dev/stdout /dev/fd/1 /proc/self/fd/1; do
			# shellcheck disable=SC2086 # several words; the tool writes to a pipe
			pid=$($tool --pid-file "$file" true)
			assertTrue "$tool: $file: $pid" "[ '$pid' -gt 1 ]"
			echo before >"$TMP/out.file"
			# shellcheck disable=SC2086 # several words
			$tool --pid-file "$file" true >>"$TMP/out.file"
			assertEquals "$tool: a file" 'before 2' "$(sed 1q "$TMP/out.file") $(wc -l <"$TMP/out.file")"
		done
		# shellcheck disable=SC2086 # several words
		run $tool --pid-file /dev/null true
		assert_ok
	done
}

# reader_waits: succeeds if the reader has been executed and sleeps, which it does only when it opens the
# FIFO.
reader_waits()
{
	tr '\0' ' ' <"/proc/$reader/cmdline" | grep -q '^sh -c' && grep -q '^State:.S' "/proc/$reader/status"
}

# In the container /dev/ptmx is a FIFO. A process at the other end of the FIFO would notice if the
# tool opened it.
test_pty_opens_only_a_terminal_multiplexer()
{
	for tool in sh nsenter2; do
		mkfifo "$TMP/theirs/fifo"
		start_holder unshare -m sh -c 'mount -t tmpfs none /dev && ln "$1" /dev/ptmx 2>/dev/null || { : >/dev/ptmx; mount --bind "$1" /dev/ptmx; }
			echo >&3; exec sleep 1000 3>&-' sh "$TMP/theirs/fifo"
		sh -c ': <"$1"; echo opened >"$2"' sh "$TMP/theirs/fifo" "$TMP/opened" &
		reader=$!
		settle 50 reader_waits
		case $tool in
		sh)
			# shellcheck disable=SC2016 # the inner shell expands it
			run nsenter -t "$holder" -m sh -c 'exec 9<>/dev/ptmx; while [ ! -e "$1" ]; do :; done' sh "$TMP/opened"
			;;
		*)
			run nsenter2 -t "$holder" -m --pty true
			assert_refused 125 '/dev/ptmx of the target is not the pseudo-terminal device 5:2'
			kill -KILL "$reader"
			;;
		esac
		wait "$reader"
		case $tool in
		sh) assertTrue 'the attack works' "[ -e '$TMP/opened' ]" ;;
		*) assertFalse "$tool opens it" "[ -e '$TMP/opened' ]" ;;
		esac
		rm -f "$TMP/opened" "$TMP/theirs/fifo"
		stop_holders
	done
}

. shunit2
