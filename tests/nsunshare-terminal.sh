#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-terminal: checks that a user at a terminal sees the same as with unshare(1).
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns user pid
require_feature unshare-signals

PS1='> '
export PS1

as=
[ "$(id -u)" = 0 ] || as='--user --map-root-user'
for tool in unshare nsunshare; do
	mkdir "$TMP/$tool"
	printf '#!/bin/sh\nexec %s %s --fork "$@"\n' "$tool" "$as" >"$TMP/$tool/new"
	chmod +x "$TMP/$tool/new"
done

# The program prints a line when it runs, and the interrupt is sent only then. Otherwise the
# interrupt could reach a shell that is about to start the program.
cat >"$TMP/waits" <<-'SCRIPT'
	#!/bin/sh
	echo run
	exec sleep 1000
SCRIPT
chmod +x "$TMP/waits"
PATH=$TMP:$PATH

# alike STEP… -- PROGRAM…: runs PROGRAM twice on a terminal, on which the helper pty performs the
# steps (-e TEXT: wait for TEXT, -s TEXT: type TEXT). The command `new` executes unshare(1) in the
# first run and nsunshare in the second. Asserts that output and status are the same. Ignores each
# ^C in the output, because the terminal may show it before or after its effect.
alike()
{
	for _tool in unshare nsunshare; do
		run env PATH="$TMP/$_tool:$PATH" pty "$@"
		assertNotEquals "the terminal shows what is expected of $_tool" 99 "$rc"
		out="$rc
$(printf '%s\n' "$out" | tr -d '\r' | sed 's/\^C//g; /^$/d')"
		[ "$_tool" = nsunshare ] || theirs=$out
	done
	assert_out "$theirs"
}

test_an_interrupt_at_the_prompt_keeps_the_shell()
{
	for type in -p --uts; do
		alike -e '> ' -s '^C' -e '> ' -s 'echo st=$?\r' -e 'st=130' -e '> ' -s 'exit 3\r' -- new $type sh -i
	done
	# the outer shell must be able to use its terminal again
	alike -e '> ' -s 'new -p -- sh -i\r' -e '> ' -s '^C' -e '> ' -s 'exit 3\r' -e '> ' \
		-s 'echo al""ive\r' -e alive -e '> ' -s 'exit 4\r' -- sh -i
}

test_an_interrupt_ends_the_program_inside()
{
	for type in -p --uts; do
		alike -e '> ' -s 'waits\r' -e run -s '^C' -e '> ' -s 'echo st=$?\r' -e 'st=130' -e '> ' \
			-s 'exit 3\r' -- new $type sh -i
	done
}

test_an_interrupt_runs_a_trap()
{
	for type in -p --uts; do
		alike -e '> ' -s 'trap "echo go\"\"t" INT\r' -e '> ' -s '^C' -e '^C' -s '\r' -e got -e '> ' \
			-s 'exit 3\r' -- new $type sh -i
		alike -e run -s '^C' -e got -- new $type sh -c 'trap "echo got; exit 4" INT; while :; do waits; done'
		alike -e '> ' -s "new $type sh -c 'trap \"echo got; exit 4\" INT; while :; do waits; done'\\r" \
			-e run -s '^C' -e got -e '> ' -s 'echo st=$?\r' -e 'st=4' -e '> ' -s 'exit 5\r' -- sh -i
	done
}

test_an_interrupt_ends_a_shell_loop()
{
	for type in -p --uts; do
		# ^C must end a loop of the shell that nsunshare runs
		alike -e '> ' -s 'while :; do waits; done\r' -e run -s '^C' -e '> ' -s 'echo st=$?\r' \
			-e 'st=130' -e '> ' -s 'exit 3\r' -- new $type sh -i
	done
	alike -e run -s '^C' -- new --uts sh -c 'while :; do waits; done'
	# ^C must also end a loop of the shell that starts nsunshare, so nsunshare must die from
	# SIGINT, too
	alike -e run -s '^C' -- sh -c 'while :; do new --uts waits; done'
	alike -e '> ' -s 'while :; do new --uts waits; done\r' -e run -s '^C' -e '> ' -s 'exit 3\r' -- sh -i
}

. shunit2
