#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsoci-commands: checks examples/nsoci, the OCI runtime that is a shell script, with a bundle as
# podman makes it.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"
. "${0%/*}/ocilib.sh"
require_ns user mnt pid uts ipc net
require_tool jq
require_tool nsoci-config

oneTimeSetUp()
{
	make_box
	for applet in env hostname tty kill; do
		ln -s busybox "$box/bin/$applet"
	done
	mkdir "$TMP/bundle" "$box/proc" "$box/dev" "$box/sys" "$box/tmp"
	echo mounted >"$TMP/bundle/file"
	user_namespace='{"namespaces": [], "uidMappings": null, "gidMappings": null}'
	[ "$(id -u)" = 0 ] || user_namespace=$(jq -n --argjson id "$(id -u)" '{namespaces: [{type: "user"}],
		uidMappings: [{containerID: 0, hostID: $id, size: 1}],
		gidMappings: [{containerID: 0, hostID: $id, size: 1}]}')
}

setUp()
{
	state=$TMP/state
	configure '.'
}

tearDown()
{
	for dir in "$state"/*/; do
		[ ! -d "$dir" ] || oci delete --force "$(basename "$dir")"
	done
	rm -rf "$state"
}

# oci ARGUMENT…: runs nsoci with the arguments and with the state directory $state.
oci()
{
	"$nsoci" --root "$state" --cgroup-manager=disabled "$@"
}

# configure FILTER [ARGUMENT…]: writes config.json. The arguments are the command line of the
# program, and the jq filter FILTER changes the configuration.
configure()
{
	filter=$1
	shift
	[ $# -gt 0 ] || set -- sleep 1000
	jq -n --arg root "$box" --argjson map "$user_namespace" "$(cat "${0%/*}/nsoci-bundle.jq") | $filter" --args -- "$@" \
		>"$TMP/bundle/config.json"
}

# contain ID: creates and starts the container ID, and waits until it has ended. Sets $out to the
# output of the container, which is also in $TMP/said. Returns 0 if the container was started.
contain()
{
	mkfifo "$TMP/end"
	# the container keeps the write end of the FIFO open, so cat reads the end of file when the
	# container has ended
	oci create --bundle "$TMP/bundle" --pid-file "$TMP/pid" "$1" >"$TMP/said" 2>&1 9>"$TMP/end" &
	creator=$!
	exec 8<"$TMP/end"
	wait $creator && oci start "$1"
	_rc=$?
	cat <&8
	exec 8<&-
	rm "$TMP/end"
	run cat "$TMP/said"
	return $_rc
}

status_of()
{
	oci state "$1" | jq -r .status
}

is_stopped()
{
	[ "$(status_of "$1")" = stopped ]
}

test_a_container_is_created_started_and_deleted()
{
	run oci create --bundle "$TMP/bundle" --pid-file "$TMP/pid" one
	assert_ok
	run oci state one
	assert_ok
	assertEquals "one created $(cat "$TMP/pid") $TMP/bundle 1.0.2-dev yes" \
		"$(printf %s "$out" | jq -r '"\(.id) \(.status) \(.pid) \(.bundle) \(.ociVersion) \(.annotations.test)"')"
	assertEquals nspivot "$(cat /proc/"$(cat "$TMP/pid")"/comm)"
	run oci start one
	assert_ok
	assertEquals running "$(status_of one)"
	run oci start one
	assert_refused 1 "container 'one' is running"
	run oci delete one
	assert_refused 1 "container 'one' is running"
	run oci list
	assert_ok
	assertEquals one "$(printf %s "$out" | jq -r .id)"
	run oci kill one KILL
	assert_ok
	assertTrue 'the container ends' 'settle 50 is_stopped one'
	assertEquals 0 "$(oci state one | jq .pid)"
	run oci kill one TERM
	assert_refused 1 "container 'one' is not running"
	run oci delete one
	assert_ok
	assert_empty "$(ls "$state" 2>/dev/null)"
	run oci state one
	assert_refused 1 "container 'one' does not exist"
}

test_the_program_runs_as_configured()
{
	configure '.process.args = ["sh", "-c", $ARGS.positional[0]]' '
		hostname; pwd; umask; ulimit -n; cat /mnt/file; cat /proc/self/oom_score_adj
		cat /proc/sys/net/ipv4/ip_forward; echo "<$WORD>"; env | wc -l
		grep -E "^(CapBnd|NoNewPrivs|Seccomp):" /proc/self/status
		touch /new 2>/dev/null || echo read-only; touch /mnt/file 2>/dev/null || echo read-only
		touch /tmp/new && echo writable; ls /proc/acpi 2>/dev/null | wc -l
		echo 1 2>/dev/null >/proc/sys/kernel/domainname || echo protected
		mkdir /tmp/d 2>/dev/null || echo filtered; echo "args: $0"'
	contain two
	assertEquals 0 $?
	assert_out 'oci-test
/tmp
0027
123
mounted
500
1
<two words
of a line>
6
CapBnd:	0000000000000421
NoNewPrivs:	1
Seccomp:	2
read-only
read-only
writable
0
protected
filtered
args: sh'
}

test_exec_runs_another_program()
{
	oci create --bundle "$TMP/bundle" three && oci start three
	run oci exec three sh -c 'hostname; echo "$WORD" | wc -l; pwd; grep CapBnd /proc/self/status; ls /; exit 7'
	assert_rc 7
	assert_out 'oci-test
2
/tmp
CapBnd:	0000000000000421
bin
dev
etc
mnt
proc
sys
tmp'
	run oci exec --cwd / --env MORE=1 three sh -c 'pwd; echo $MORE'
	assert_out '/
1'
	jq -n '{args: ["sh", "-c", "echo $A"], env: ["A=from a file", "PATH=/bin"], cwd: "/", user: {uid: 0, gid: 0}}' \
		>"$TMP/process.json"
	run oci exec --process "$TMP/process.json" three
	assert_ok
	assert_out 'from a file'
	run oci exec --detach --pid-file "$TMP/pid2" three sleep 1000
	assert_ok
	await_sleep "$(cat "$TMP/pid2")"
	assertEquals sleep "$(cat /proc/"$(cat "$TMP/pid2")"/comm)"
	run oci exec four true
	assert_refused 1 "container 'four' does not exist"
}

test_a_failed_create_leaves_nothing()
{
	configure '.mounts += [{destination: "/x", type: "bind", source: "/no/such/file"}]'
	run oci create --bundle "$TMP/bundle" five
	assert_rc 1
	assert_err_has "cannot open '/no/such/file': No such file or directory"
	assert_err_has "nsoci: cannot set up the container 'five'"
	configure '.mounts += [{destination: "/x", type: "nfs", source: "h:/d"}]'
	run oci create --bundle "$TMP/bundle" five
	assert_rc 1
	assert_err_has 'mount /x: file systems of type nfs are not supported'
	configure '.' /bin/missing
	run oci --log "$TMP/log" --log-format json create --bundle "$TMP/bundle" five
	assert_rc 1
	assert_err_has "cannot execute '/bin/missing': No such file or directory"
	assertEquals "cannot set up the container 'five'" "$(jq -r .msg "$TMP/log")"
	run oci create --bundle "$TMP/no-bundle" five
	assert_rc 1
	assert_err_has "nsoci-config: cannot open '$TMP/no-bundle/config.json': No such file or directory"
	run oci create --bundle "$TMP/bundle" ../five
	assert_refused 1 "invalid container id '../five'"
	assert_empty "$(ls "$state" 2>/dev/null)"
	configure '.'
	run oci create --bundle "$TMP/bundle" --pid-file "$TMP/no-dir/pid" five
	assert_rc 1
	assert_err_has "cannot write '$TMP/no-dir/pid'"
	assert_empty "$(ls "$state")"
	assertTrue 'no program of the chain runs' "settle 50 eval '! pgrep -f -- --seccomp=$state/five/ >/dev/null'"
	oci create --bundle "$TMP/bundle" six
	run oci create --bundle "$TMP/bundle" six
	assert_refused 1 "container 'six' exists"
	assertEquals created "$(status_of six)"
	run oci delete six
	assert_ok
}

test_delete_force_kills_the_container()
{
	oci create --bundle "$TMP/bundle" seven && oci start seven
	pid=$(oci state seven | jq .pid)
	run oci delete --force seven
	assert_ok
	# the killed process is a zombie until its parent has reaped it
	assertTrue 'the process is gone' "settle 50 eval '! kill -0 $pid 2>/dev/null'"
	assert_empty "$(ls "$state" 2>/dev/null)"
	run oci delete --force seven
	assert_ok
	run oci delete seven
	assert_refused 1 "container 'seven' does not exist"
}

# nsoci is a shell script. Starting a program from it takes longer than everything else that these
# commands do, so they must not start any.
test_start_state_and_kill_start_no_other_program()
{
	oci create --bundle "$TMP/bundle" alone
	for command in start state kill; do
		run env PATH=/none "$nsoci" --root "$state" $command alone
		assert_ok
		[ $command != state ] || assertEquals 'alone running' "$(jq -r '"\(.id) \(.status)"' "$TMP/out")"
	done
}

# The test kills `nsoci create` at different times after its start. `nsoci delete --force` must then
# remove everything.
deleted()
{
	run oci delete --force killed
	[ -z "$(ls "$state" 2>/dev/null)" ]
}

test_a_killed_create_leaves_nothing_after_a_forced_deletion()
{
	for after in 0.01 0.02 0.03 0.04 0.06 0.1; do
		"$nsoci" --root "$state" --cgroup-manager=disabled create --bundle "$TMP/bundle" killed >/dev/null 2>&1 &
		sleep $after
		kill -KILL $!
		wait $! 2>/dev/null
		# a child of the killed script may still create the directory
		settle 50 eval '! pgrep -f "nsoci-config --state $state/killed|create --bundle $TMP/bundle killed" >/dev/null'
		settle 10 deleted
		assert_ok
		assert_empty "$(ls "$state" 2>/dev/null)"
		assertTrue "killed after $after s: no program of the chain runs" \
			"settle 50 eval '! pgrep -f -- --seccomp=$state/killed/ >/dev/null'"
	done
	run oci create --bundle "$TMP/bundle" killed
	assert_ok
	assertTrue 'the directory of a container that is not killed' "[ -d '$state/killed' ]"
	# create was killed after it had created the file, and before it could write to the file
	pid=$(cut -d ' ' -f 1 "$state/killed/container")
	: >"$state/killed/container"
	run oci state killed
	assert_ok
	assert_out_has '"status": "stopped"'
	run oci delete --force killed
	assert_ok
	assert_empty "$(ls "$state")"
	assertTrue 'the process ends' "settle 50 eval '! kill -0 $pid 2>/dev/null'"
}

test_hooks_get_the_state()
{
	configure '.hooks = {createRuntime: [{path: "/bin/sh", args: ["sh", "-c", "cat >$TO"], env: ["TO=\($root)/../created"]}],
		poststop: [{path: "/bin/sh", args: ["sh", "-c", "cat >$TO"], env: ["TO=\($root)/../stopped"]}]}'
	oci create --bundle "$TMP/bundle" eight
	assertEquals 'eight created' "$(jq -r '"\(.id) \(.status)"' "$TMP/created")"
	oci delete --force eight
	assertEquals 'eight stopped' "$(jq -r '"\(.id) \(.status)"' "$TMP/stopped")"
	configure '.hooks = {createRuntime: [{path: "/bin/false"}]}'
	run oci create --bundle "$TMP/bundle" eight
	assert_refused 1 'a hook failed'
	assert_empty "$(ls "$state" 2>/dev/null)"
}

test_the_terminal_is_sent_to_the_console_socket()
{
	configure '.process.terminal = true | .process.args = ["sh", "-c", "tty; test -t 0 && test -t 2 && ls -l /dev/console >/dev/null && echo terminal"]'
	perl -MIO::Socket::UNIX -e '
		my $l = IO::Socket::UNIX->new(Local => "$ARGV[0]/console", Listen => 1) or die;
		open(my $r, ">", "$ARGV[0]/listens"); close($r);
		my $c = $l->accept;
		# build a struct msghdr with room for a control message (cmsg(3))
		my ($name, $control) = ("\0" x 64, "\0" x 64);
		my $iov = pack("PQ", $name, 64);
		my $msg = pack("QLx4PQPQLx4", 0, 0, $iov, 1, $control, 64, 0);
		syscall(47, fileno($c), $msg, 0) >= 0 or die "recvmsg: $!";
		open(my $t, "+<&=", unpack("x16l", $control)) or die;
		while (sysread($t, my $text, 4096)) { print $text }' "$TMP" >"$TMP/shown" &
	settle 50 test -e "$TMP/listens"
	run oci create --bundle "$TMP/bundle" --console-socket "$TMP/console" nine
	assert_ok
	oci start nine
	wait $!
	run tr -d '\r' <"$TMP/shown"
	assert_out '/dev/console
terminal'
}

test_print_shows_the_chain_that_runs()
{
	NSOCI_PRINT=1
	export NSOCI_PRINT
	run oci create --bundle "$TMP/bundle" ten
	unset NSOCI_PRINT
	assert_ok
	assert_out_has ' --hostname=oci-test '
	assert_out_has '"--setenv=WORD=two words
of a line"'
	assertFalse 'nothing is created' '[ -e "$state" ]'
}

test_a_process_without_arguments_is_refused()
{
	for args in '[]' null; do
		configure ".process.args = $args"
		run oci create --bundle "$TMP/bundle" eleven
		assert_refused 1 'process.args is empty'
		assert_empty "$(ls "$state" 2>/dev/null)"
	done
	configure .
	oci create --bundle "$TMP/bundle" eleven && oci start eleven
	run oci exec eleven
	assert_rc 1
	assert_err_has 'process.args is empty'
}

# print_words FILTER PATTERN: changes config.json with the jq filter FILTER, and sets $out to the
# parts of the command line printed by nsoci that match the extended regular expression PATTERN.
# nsoci would execute this command line, a chain of tools, to create the container.
print_words()
{
	configure "$1"
	run env NSOCI_PRINT=1 "$nsoci" --root "$state" create --bundle "$TMP/bundle" printed
	assert_ok
	cp "$TMP/out" "$TMP/chain"
	run grep -Eo -- "$2" "$TMP/chain"
}

test_members_of_config_json_become_options()
{
	print_words '.linux.namespaces = [{type: "network", path: "/n"}, {type: "user"}, {type: "pid", path: "/p q"}] |
		.linux.uidMappings = [{hostID: 5, size: 2, containerID: 0}] | .linux.gidMappings = [{containerID: 0, hostID: 6, size: 3}]' \
		'(^.* -- nsunshare|--user|--map=[^ ]*)'
	assert_out 'nsenter2 --net=/n "--pid=/p q" -- nsunshare
--user
--map=u:0:5:2,g:0:6:3'
	print_words '.linux.cgroupsPath = "/a" | .linux.resources = {memory: {limit: 1000}, pids: {limit: 9},
		cpu: {period: 5, quota: 7}}' '"?--(into-)?cgroup-?[a-z]*=[^ ]*( 5")?'
	assert_out '--into-cgroup=/a
--cgroup-set=memory.max=1000
--cgroup-set=pids.max=9
"--cgroup-set=cpu.max=7 5"'
	print_words '.linux.resources = {memory: {limit: -1}, pids: {limit: 0}, cpu: {quota: -1}} | .linux.cgroupsPath = "/a"' \
		'--cgroup-set.*'
	assert_rc 1
	print_words '.mounts = [{destination: "/a:b", type: "bind", source: "x\\y", options: ["bind", "ro", "rslave"]},
		{destination: "/c", source: "/s", options: ["rbind"]}, {destination: "/t", type: "tmpfs", options: ["size=1m", "tmpcopyup"]},
		{destination: "/u", type: "tmpfs", options: ["ro"]}]' \
		'"?--(bind|tmpfs|propagation)=[^ ]*'
	assert_out "--propagation=unchanged
\"--bind=$TMP/bundle/x\\\\\\\\y:/a\\\\:b:ro,norec,slave\"
--bind=/s:/c
--tmpfs=/t:size=1m,copy-up
--tmpfs=/u:mode=1777,ro"
	print_words '.linux.devices = [{path: "/dev/a", type: "u", major: 10, minor: 229, fileMode: 8624, uid: 1, gid: 2},
		{path: "/dev/b", type: "b", major: 7, minor: 0}] | .linux.rootfsPropagation = "rslave"' '--(dev-node|propagation)=[^ ]*'
	assert_out '--propagation=unchanged
--dev-node=/dev/a=c:10:229:660:1:2
--dev-node=/dev/b=b:7:0:666:0:0
--propagation=slave'
	print_words '.process.user = {uid: 1, gid: 2, additionalGids: [3, 4]} | .process.capabilities = {ambient: ["CAP_KILL"]} |
		.process.rlimits = [{type: "RLIMIT_CORE", soft: 0, hard: 18446744073709551615}] | .process.oomScoreAdj = -5 |
		.process.noNewPrivileges = false' '--(set[ug]id=[1-9]|groups|cap-|rlimit|oom|umask|no-new)[^ ]*'
	assert_out '--oom-score-adj=-5
--rlimit=RLIMIT_CORE=0:18446744073709551615
--setuid=1
--setgid=2
--groups=3,4
--cap-drop=all
--cap-ambient=CAP_KILL'
}

test_the_state_is_correct_json_for_all_characters()
{
	mkdir "$TMP/a\"b\\c
d	e"
	configure '.annotations = {"a \"key\"": "tab\tnewline\nquote\"backslash\\ bell\u0007 e\u00e9 del\u007f $(x) `y`", "x.N.type": "a", n: ""}'
	cp "$TMP/bundle/"* "$TMP/a\"b\\c
d	e"
	run oci create --bundle "$TMP/a\"b\\c
d	e" twelve
	assert_ok
	run oci state twelve
	assert_ok
	assertEquals "$(jq -cS .annotations "$TMP/bundle/config.json")" "$(jq -cS .annotations "$TMP/out")"
	assertEquals "$TMP/a\"b\\c
d	e" "$(jq -r .bundle "$TMP/out")"
}

test_a_large_profile_is_compiled()
{
	configure '.linux.seccomp = {syscalls: [
		{args: [{op: "SCMP_CMP_EQ", value: 1, index: 0}, {index: 1, value: 7, valueTwo: 5, op: "SCMP_CMP_MASKED_EQ"}],
		 names: ["dup2"], errnoRet: 33, action: "SCMP_ACT_ERRNO"},
		{names: [range(500) | "call\(.)"], action: "SCMP_ACT_ALLOW"},
		{names: ["getpgid"], action: "SCMP_ACT_ERRNO"}],
		architectures: ["SCMP_ARCH_X86_64"], defaultErrnoRet: 5, defaultAction: "SCMP_ACT_ALLOW"} |
		.process.args = ["sh", "-c", "grep Seccomp: /proc/self/status"]'
	contain profile
	assertEquals 'Seccomp:	2' "$(cat "$TMP/said")"
	configure '.linux.seccomp.defaultAction = "SCMP_ACT_WRONG"'
	run oci create --bundle "$TMP/bundle" profile2
	assert_rc 1
	assert_err_has "nsoci-config: unknown action 'SCMP_ACT_WRONG'"
	assertFalse 'nothing is left' '[ -e "$state/profile2" ]'
}

test_invalid_files_are_refused()
{
	for text in '' '{' '{"process": {"args": ["a\u0000b"]}}'; do
		printf %s "$text" >"$TMP/bundle/config.json"
		run oci create --bundle "$TMP/bundle" thirteen
		assert_rc 1
		assert_err_has 'nsoci-config: '
		assert_err_has 'nsoci: cannot read the configuration'
		assertFalse 'nothing is left' '[ -e "$state/thirteen" ]'
	done
}

test_volumes_have_the_propagation_of_the_configuration()
{
	# Runs only as root.
	# A bind mount with shared propagation needs Linux 6.15. The test detects this version by
	# open_tree_attr(2), which was added at the same time.
	kernel_call open_tree_attr || return 0
	mkdir "$TMP/volume"
	mount -t tmpfs x "$TMP/volume"
	mount --make-shared "$TMP/volume"
	peers=$(grep " $TMP/volume " /proc/self/mountinfo | grep -o 'shared:[0-9]*' | cut -d: -f2)
	configure '.mounts += [("rprivate", "rslave", "rshared") | {destination: "/mnt/\(.)", type: "bind",
		source: "'"$TMP"'/volume", options: ["rbind", .]}] |
		.process.args = ["sh", "-c", "cut -d\\  -f5- /proc/self/mountinfo | grep -o \"^/mnt/r.* - \""]'
	contain volumes
	assertEquals 0 $?
	umount "$TMP/volume"
	assertEquals "rprivate rslave master:$peers rshared shared:$peers " \
		"$(sed 's,^/mnt/\([a-z]*\) [^ ]*,\1,; s/ - $//' "$TMP/said" | tr '\n' ' ')"
}

test_wrong_usage_is_refused()
{
	run oci
	assert_refused 1 "unknown command ''"
	run oci --no-such create
	assert_refused 1 "unknown option '--no-such'"
	run oci create --no-such x
	assert_refused 1 "create: unknown option '--no-such'"
}

. shunit2
