#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# attack-proc-races: tries a thousand times to win the races of attack-proc.sh without a tracer.
# Runs as root.
# Runs only in check-long.
# Time limit: 300 seconds.
# shellcheck disable=SC2154 # testlib.sh sets rc, out and err
. "${0%/*}/testlib.sh"
require_ns user mnt pid net
require_tool perl setpriv

tries=1000
chmod 711 "$TMP"
echo precious >"$TMP/victim"

setUp()
{
	mkdir "$TMP/theirs"
	chown "$NSTEST_UID" "$TMP/theirs"
}

tearDown()
{
	[ -z "${attacker:-}" ] || kill -KILL "$attacker"
	attacker=
	for file in "$TMP/theirs"/*; do
		while umount -q "$file"; do :; done
	done 2>/dev/null
	rm -rf "$TMP/theirs"
}

# A program that nstest, the owner of $TMP/theirs, runs: it continuously replaces the file
# $TMP/theirs/file by files of other types.
cat >"$TMP/exchange" <<'SCRIPT'
use POSIX;
my ($dir, $victim, @what) = @ARGV;
chdir $dir;
for (my $i = 0; ; $i++) {
	my $kind = $what[$i % @what];
	unlink "new";
	if ($kind eq "link") { symlink $victim, "new" }
	elsif ($kind eq "fifo") { mkfifo "new", 0666 }
	elsif ($kind eq "none") { unlink "file"; next }
	else { open my $f, ">", "new" }
	rename "new", "file";
}
SCRIPT
start_exchange()
{
	setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups \
		perl "$TMP/exchange" "$TMP/theirs" "$TMP/victim" "$@" &
	attacker=$!
}

stop_exchange()
{
	kill -KILL "$attacker"
	wait "$attacker"
	attacker=
}

# victims N COMMAND…: runs COMMAND N times, and prints how many runs mounted a namespace on
# $TMP/victim, the file that the attacker chose. Appends the output of COMMAND to $TMP/said.
victims()
{
	_tries=$1 n=0 i=0
	shift
	while [ $((i += 1)) -le "$_tries" ]; do
		"$@" >>"$TMP/said" 2>&1
		if [ "$(stat -fc %T "$TMP/victim")" = nsfs ]; then
			n=$((n + 1))
			umount "$TMP/victim"
		fi
		umount -q "$TMP/theirs/file"
	done 2>/dev/null
	echo $n
}

attack_works()
{
	[ "$(victims 100 unshare "--net=$TMP/theirs/file" true)" -gt 0 ]
}

test_an_exchanged_file_never_leads_to_a_victim()
{
	start_exchange file link
	# if other processes use all processors, 100 runs are sometimes not enough
	assertTrue 'the attack works' 'settle 3 attack_works'
	: >"$TMP/said"
	assertEquals 0 "$(victims $tries nsunshare "--net=$TMP/theirs/file" echo ran)"
	assertContains "$(sort "$TMP/said" | uniq -c)" "$(cat "$TMP/said")" ran
	stop_exchange
}

test_an_exchanged_pid_file_truncates_nothing_and_never_blocks()
{
	start_exchange file link fifo none
	harmed=0 i=0
	while [ $((i += 1)) -le 100 ]; do
		# shellcheck disable=SC2016 # the inner shell expands it
		timeout 0.1 sh -c 'echo $$ >"$1"' sh "$TMP/theirs/file" 2>/dev/null || harmed=$((harmed + 1))
		[ "$(cat "$TMP/victim")" = precious ] || harmed=$((harmed + 1))
		echo precious >"$TMP/victim"
	done
	assertNotEquals 'the attack works' 0 $harmed
	harmed='' i=0
	while [ $((i += 1)) -le $tries ]; do
		timeout -k 1 5 nsinit --pid-file "$TMP/theirs/file" sh -c 'exit 42' 2>/dev/null
		case $? in
		42 | 125) ;;
		*) harmed="$harmed status" ;;
		esac
		[ "$(cat "$TMP/victim")" = precious ] || harmed="$harmed victim"
	done
	assert_empty "$harmed"
	stop_exchange
}

# ---- The processes that nsinit signals while pids are reused quickly

# A program that ignores TERM, and creates and ends child processes continuously.
cat >"$TMP/churn" <<'SCRIPT'
$SIG{TERM} = $SIG{CHLD} = "IGNORE";
while (1) {
	if (!fork) { $SIG{TERM} = "IGNORE"; select undef, undef, undef, rand 0.003; exit }
	select undef, undef, undef, 0.0005;
}
SCRIPT
# A subreaper without the protection of nsinit: it reads the pids of its descendants and sends the
# signals a short time later.
cat >"$TMP/naive" <<'SCRIPT'
my $pid;
$SIG{TERM} = sub {
	open my $f, "<", "/proc/$pid/task/$pid/children";
	my @children = split " ", <$f>;
	for (1 .. 4) { select undef, undef, undef, 0.02; kill "TERM", @children }
	kill "KILL", $pid;
};
$pid = fork;
exec @ARGV if !$pid;
waitpid $pid, 0 while kill 0, $pid;
SCRIPT
# The driver program starts the subreaper and ends it with TERM again and again. Meanwhile,
# short-lived innocent processes reuse the pids that become free. The driver prints how many
# innocent processes got a signal, how many there were, and how many subreapers ended before TERM. As
# process 1, it reaps the remaining processes.
cat >"$TMP/driver" <<'SCRIPT'
my ($tries, @command) = @ARGV;
open my $max, ">", "/proc/sys/kernel/pid_max" or exit 77;
syswrite $max, "400" or exit 77;
pipe my $r, my $w;
my $crowd = fork;
if (!$crowd) {
	my ($ended, $signalled, $all) = (0, 0, 0);
	$SIG{USR1} = sub { $ended = 1 };
	my $living = 0;
	until ($ended && !$living) {
		if (!$ended && $living < 60) {
			my $pid = fork;
			if (defined $pid && !$pid) {
				select undef, undef, undef, rand 0.005;
				exit 0;
			}
			if ($pid) { $living++; $all++ }
		}
		while (waitpid(-1, $living < 60 && !$ended) > 0) { $living--; $signalled++ if $? }
	}
	syswrite $w, "$signalled $all\n";
	exit;
}
my $early = 0;
for (1 .. $tries) {
	my $pid;
	until (defined($pid = fork)) {}
	if (!$pid) { exec @command; exit 127 }
	select undef, undef, undef, 0.03;
	if (waitpid($pid, 1) > 0) { # WNOHANG
		$early++;
		next;
	}
	kill "TERM", $pid;
	waitpid $pid, 0;
}
kill "USR1", $crowd;
chomp(my $sum = <$r>);
print "$sum $early\n";
SCRIPT

# Root of a user namespace can write pid_max only if each pid namespace has its own pid_max (Linux
# 6.14).
signalled()
{
	_n=$1
	shift
	run unshare -Urpf --mount-proc perl "$TMP/driver" "$_n" "$@" perl "$TMP/churn"
}

test_reused_pids_are_not_signalled()
{
	signalled 20 perl "$TMP/naive"
	[ "$rc" != 77 ] || return 0 # before 6.14 pid_max is global, and the test must not change it
	assert_ok
	assertNotEquals 'the attack works' 0 "${out%% *}"
	signalled $tries nsinit --grace 0.02 --
	assert_ok
	# shellcheck disable=SC2086 # three numbers
	set -- $out
	assertEquals 0 "$1"
	assertTrue "pids were reused: $out" "[ '$2' -gt $((10 * tries)) ]"
	assertTrue "most runs of nsinit lasted until TERM: $out" "[ '$3' -lt $((tries / 2)) ]"
}

. shunit2
