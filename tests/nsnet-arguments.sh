#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsnet-arguments: checks that invalid arguments and combinations are refused with a message that
# names them, before anything is looked up.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns user net mnt

# repeat N FORMAT: prints FORMAT N times, with the numbers 1 to N.
repeat()
{
	_i=0
	while [ $((_i += 1)) -le "$1" ]; do
		# shellcheck disable=SC2059 # the caller's format
		printf -- "$2" "$_i"
	done
}

# refused ARGUMENT…: asserts that nsnet refuses the arguments and that its message contains $text.
refused()
{
	run nsnet "$@"
	case $rc in
	1 | 125) ;;
	*) fail "exit status 1 or 125 expected: nsnet $*: $rc" ;;
	esac
	assert_out_empty
	assert_err_has "$text"
}

test_refuses_more_items_than_the_limits()
{
	while IFS='|' read -r text n format; do
		# shellcheck disable=SC2046 # words
		refused run $(repeat "$n" "$format") -- true
	done <<-'EOT'
		more than 16 devices|17|--link e%s 
		more than 16 routes|17|--route 10.%s.0.0/16,via=10.0.0.1 
		more than 16 values|17|--sysctl net.x%s=1 
		more than 16 ports|17|--publish %s:80 
	EOT
	text='more than 8 addresses'
	refused run --link "eth0$(repeat 9 ,10.0.%s.1/24)" -- true
	text='--move: more than one device'
	refused run --move a0 --move a1 -- true
}

test_each_wrong_argument_is_named()
{
	while IFS='|' read -r text args; do
		# shellcheck disable=SC2086 # words
		refused $args
	done <<-'EOT'
		--move: invalid IP address 'x=y', expected <address>/<length>|run --move a0,x=y -- true
		--move: invalid device name 'a/b'|run --move a0,name=a/b -- true
		invalid 'via=10.0.0.1/24', expected via=|run --route 10.0.0.0/8,via=10.0.0.1/24 -- true
		invalid 'via=x', expected via=|run --route 10.0.0.0/8,via=x -- true
		invalid 'dev=x', expected via=|run --route 10.0.0.0/8,dev=x -- true
		invalid '=1', expected <key>=<value>|run --sysctl =1 -- true
		'kernel.x=1' is not a network sysctl (net.*)|run --sysctl kernel.x=1 -- true
		invalid 'net/../x=1', expected <key>=<value>|run --sysctl net/../x=1 -- true
		invalid 'net//x=1', expected <key>=<value>|run --sysctl net//x=1 -- true
		'netx=1' is not a network sysctl (net.*)|run --sysctl netx=1 -- true
		--nat: invalid IP address 'x'|run --nat=x -- true
		--nat: invalid IP address 'fd00::1/64'|run --nat=fd00::1/64 -- true
		--nat: invalid IP address '10.0.0.1/24'|run --nat=10.0.0.1/24 -- true
		--publish: invalid '80', expected [<address>:]<port>:<port>[/udp]|run --publish 80 -- true
		--publish: invalid '80:', expected [<address>:]<port>:<port>[/udp]|run --publish 80: -- true
		--publish: invalid ':80', expected [<address>:]<port>:<port>[/udp]|run --publish :80 -- true
		--publish: invalid '0:80', expected [<address>:]<port>:<port>[/udp]|run --publish 0:80 -- true
		--publish: invalid '80:65536', expected [<address>:]<port>:<port>[/udp]|run --publish 80:65536 -- true
		--publish: invalid '80:80/sctp', expected [<address>:]<port>:<port>[/udp]|run --publish 80:80/sctp -- true
		--publish: invalid 'x:80:80', expected [<address>:]<port>:<port>[/udp]|run --publish x:80:80 -- true
		--publish: invalid 'fd00::1:80:80', expected [<address>:]<port>:<port>[/udp]|run --publish fd00::1:80:80 -- true
		--publish: invalid '10.0.0.1/24:80:80', expected [<address>:]<port>:<port>[/udp]|run --publish 10.0.0.1/24:80:80 -- true
		can be combined only with --publish|run --pasta --nat -- true
		can be combined only with --publish|run --pasta --route default,via=10.0.0.1 -- true
		can be combined only with --publish|run --pasta --move a0 -- true
		can be combined only with --publish|run --pasta --link eth0 -- true
		with 'nsnet add', not with options of|run web --route default,via=10.0.0.1 -- true
		with 'nsnet add', not with options of|run web --sysctl net.x=1 -- true
		with 'nsnet add', not with options of|run web --no-lo -- true
		with 'nsnet add', not with options of|run web --nat -- true
		with 'nsnet add', not with options of|run web --publish 80:80 -- true
		with 'nsnet add', not with options of|run web --pasta -- true
		with 'nsnet add', not with options of|run web --move a0 -- true
		with 'nsnet add', not with options of|run web --link eth0 -- true
		invalid reference 'a:b:c'|add a:b:c
		invalid namespace 'self:', expected a name or a reference|link self: self
		invalid name '.x'|attach .x self
		invalid name 'x/y'|attach x/y self
		invalid descriptor number 'x'|run --ready-fd x -- true
		invalid IP address '10.0.0.1'|link self:a0,10.0.0.1 self
		expected 68 to 65535|link --mtu 65536 self self
	EOT
	text='expected 1 to 128 letters'
	refused add "$(printf '%0129d' 0 | tr 0 a)"
	refused add 'a b'
	text="invalid reference ''"
	refused add ''
}

test_hint_for_a_missing_name_names_the_verb_that_creates_it()
{
	run nsnet run web -- echo ran
	assert_rc 125
	assert_out_empty
	assert_err_has "the network namespace 'web': No such file or directory"
	assert_err_has "create the namespace with 'nsnet add web'"
}

test_attach_with_explain_changes_nothing()
{
	run nsnet attach mine netns:web --explain
	assert_ok
	# shellcheck disable=SC2016 # for a shell
	assert_out 'ip netns attach mine "$(nslist -nro PID -t net netns:web)"'
	run nsnet attach mine 4194304 --check
	assert_refused 1 'process 4194304: No such process'
	assertFalse 'no name is made' '[ -e /run/netns/mine ]'
}

. shunit2
