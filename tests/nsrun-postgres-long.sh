#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsrun-postgres-long: runs the newest PostgreSQL of this machine with nsrun: a sandbox for an
# ordinary user, and a container for root.
# Runs as root and as an ordinary user.
# Runs only in check-long.
# Time limit: 300 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/nsrunlib.sh"
require_feature postgresql nslist
require_ns user mnt pid uts ipc net cgroup
work_in "$TMP/work"
PATH=$PATH:$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
export XDG_RUNTIME_DIR="$TMP"

names=$TMP/nsutils
[ "$(id -u)" != 0 ] || names=/run/nsutils
mkdir -p "$names"

# run PostgreSQL as an ordinary user, because it refuses to run as root
as=
[ "$(id -u)" != 0 ] || as="--profile container --as $(id -un "$NSTEST_UID")"

# in_box NAME OPTION… -- PROGRAM…: runs PROGRAM in nsrun with these options. The program can write
# to $TMP/NAME, the directory of the database NAME.
in_box()
{
	_dir=$TMP/$1
	shift
	# shellcheck disable=SC2086 # separate words
	nsrun $as --bind "$_dir" --setenv "PATH=$PATH" "$@"
}

oneTimeSetUp()
{
	chmod 755 "$TMP"
	mkdir "$TMP/template"
	[ -z "$as" ] || chown "$NSTEST_UID" "$TMP/template"
	in_box template -- initdb --no-sync --auth=trust --username=test -D "$TMP/template/data" >/dev/null 2>&1
}

# init NAME: creates the database NAME as a copy of the template.
init()
{
	cp -a "$TMP/template" "$TMP/$1"
}

is_ready()
{
	grep -qs 'ready to accept connections' "$TMP/$1.log"
}

# serve NAME: starts the server of the database NAME in the background and waits for its readiness
# line. Sets $server to the pid of the background process, whose status is that of nsrun.
serve()
{
	# remove the log of an earlier server now, because the background process truncates it later
	rm -f "$TMP/$1.log"
	in_box "$1" --name "$1" --with nsunshare:--stop-signal=INT -- postgres -D "$TMP/$1/data" -k "$TMP/$1" \
		-c listen_addresses= -c shared_buffers=8MB </dev/null >"$TMP/$1.log" 2>&1 &
	server=$!
	assertTrue "$1 is ready" "settle 300 is_ready $1"
}

# ask NAME SQL: sends the query SQL to the database NAME through the socket in its directory. Sets
# $rc, $out and $err.
ask()
{
	run psql -qAtX -h "$TMP/$1" -U test -c "$2" postgres
}

state_of()
{
	run in_box "$1" -- pg_controldata -D "$TMP/$1/data"
	assert_out_has 'Database cluster state'
	out=$(printf '%s\n' "$out" | sed -n 's/^Database cluster state: *//p')
}

clean()
{
	rm -rf "${TMP:?}"/db*
}

test_stops_cleanly_while_clients_work()
{
	note_state
	init db
	serve db
	run pgbench -q -i -h "$TMP/db" -U test postgres
	assert_rc 0
	pgbench -n -T 60 -c 2 -h "$TMP/db" -U test postgres >"$TMP/db.bench" 2>&1 &
	bench=$!
	ask db 'SELECT 1'
	assert_out 1
	settle 100 busy
	run nsrun --stop db
	assert_ok
	wait $bench
	assertNotEquals 'the clients were disconnected' 0 $?
	wait "$server"
	assertEquals 'the status of the server' 0 $?
	run tail -n 1 "$TMP/db.log"
	assert_out_has 'database system is shut down'
	state_of db
	assert_out 'shut down'
	clean
	assert_no_leftovers
}

# busy: returns 0 if pgbench has committed a transaction.
busy()
{
	ask db 'SELECT count(*) > 0 FROM pgbench_history'
	[ "$out" = t ]
}

test_recovers_after_a_kill_of_process_1()
{
	note_state
	init db
	serve db
	ask db 'CREATE TABLE t (i int); INSERT INTO t SELECT generate_series(1, 1000)'
	assert_ok
	init=$(sed 's/.*"init_pid":\([0-9]*\),.*/\1/' "$names/db.json")
	kill -KILL "$init"
	wait "$server"
	assertEquals 137 $?
	state_of db
	assert_out 'in production'
	serve db
	assertTrue 'recovered' "grep -q 'was not properly shut down; automatic recovery' '$TMP/db.log'"
	ask db 'SELECT count(*) FROM t'
	assert_out 1000
	run nsrun --stop db
	assert_ok
	clean
	assert_no_leftovers
}

test_five_servers_run_on_the_same_root()
{
	note_state
	servers=
	for n in 1 2 3 4 5; do
		init db$n
		serve db$n
		servers="$servers $server"
	done
	for n in 1 2 3 4 5; do
		ask db$n "CREATE TABLE of_$n (); SELECT relname FROM pg_class WHERE relname LIKE 'of\\_%'"
		assert_out of_$n
	done
	for n in 1 2 3 4 5; do
		nsrun --stop db$n &
	done
	for server in $servers; do
		wait "$server"
		assertEquals 0 $?
	done
	wait
	for n in 1 2 3 4 5; do
		state_of db$n
		assert_out 'shut down'
	done
	clean
	assert_no_leftovers
}

. shunit2
