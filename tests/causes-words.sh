#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# causes-words: checks that an unknown word is reported with the valid word that resembles it.
# Runs as root and as an ordinary user.
# Time limit: 120 seconds.
# shellcheck disable=SC2016 # the table expands $T
. "${0%/*}/testlib.sh"
. "${0%/*}/causelib.sh"

test_suggests_the_nearest_option_in_every_tool()
{
	situations <<-'TABLE'
	125 | nsunshare --hostnme=x true | hint: did you mean --hostname? | domainname
	125 | nsunshare --map-root-usr true | hint: did you mean --map-root-user? | -
	125 | nsenter2 --targte=1 true | hint: did you mean --target? | -
	125 | nspivot --ro-bnd=/:/ / true | hint: did you mean --ro-bind? | -
	125 | nstimeoffset --botime 1 true | hint: did you mean --boottime? | monotonic
	125 | nsinit --grcae 1s true | hint: did you mean --grace? | group
	1 | nslist --heldd | Try 'nslist --help' | no such
	1 | nslist --nohedings | hint: did you mean --noheadings? | -
	1 | nsidmap plan --ovrlap=hole | hint: did you mean --overlap? | -
	125 | nsnet run --publsh=1:1 true | hint: did you mean --publish? | -
	TABLE
}

test_suggests_nothing_that_does_not_resemble_the_word()
{
	situations <<-'TABLE'
	125 | nsunshare --xyzzy true | unknown option '--xyzzy' | hint:
	125 | nsunshare --username=x true | unknown option '--username=x' | hint:
	125 | nspivot --etc-host=auto / true | ambiguous option '--etc-host=auto' | hint:
	125 | nsunshare --cap-drop=quux true | unknown capability 'quux' | hint:
	1 | nslist -o QQQQQQ | unknown column 'QQQQQQ' | hint:
	1 | nsidmap frobnicate | unknown verb 'frobnicate' | hint:
	125 | nsunshare --kill-child=99 true | invalid signal '99' | hint:
	125 | nsenter2 -t blue true | invalid reference 'blue' | hint:
	125 | nsenter2 -t '' true | invalid reference '' | hint:
	TABLE
}

test_suggests_the_nearest_word_and_prints_a_short_list()
{
	situations <<-'TABLE'
	125 | nspivot --preset=minimla / true | hint: did you mean minimal? (none, minimal, docker, systemd, host | -
	125 | nspivot --preset=quux / true | hint: use one of none, minimal, docker, systemd, host | did you mean
	1 | nslist -t network | hint: did you mean net? (mnt, uts, ipc, net, pid, user, cgroup, time) | -
	1 | nslist -t ne | hint: did you mean net? | uts?
	1 | nslist -t NET | hint: did you mean net? | -
	1 | nslist -t mntt | hint: did you mean mnt? | -
	1 | nslist -t banana | hint: use one of mnt, uts, ipc, net, pid, user, cgroup, time | did you mean
	1 | nslist --sources=chldren | hint: did you mean children? (proc, task, children, fd, sock, mnt, kernel) | -
	1 | nslist --tree=ownr | hint: did you mean owner? (owner, parent, process, user+pid) | -
	1 | nslist -o PIDD | hint: did you mean PID? | -
	1 | nsidmap subids -o STRT | hint: did you mean START? | -
	1 | nsidmap pln | hint: did you mean plan? | -
	1 | nsidmap plan --style=podmn | hint: did you mean podman? (podman, lxc, docker) | -
	125 | nsunshare --cap-drop=net_admn true | hint: did you mean net_admin? | net_raw
	125 | nsunshare --cap-drop=CAP_SYS_ADMNI true | hint: did you mean sys_admin? | -
	125 | nsunshare --kill-child=SIGTREM true | hint: did you mean TERM? | -
	125 | nsinit --stop-signal=HPU true | hint: did you mean HUP? | -
	125 | nsunshare --rlimit=nofil=3 true | hint: did you mean nofile? | -
	125 | nsunshare --rlimit=quux=3 true | hint: use one of as, core, cpu, data | did you mean
	125 | nsenter2 --follow=grops -t self true | hint: did you mean groups? | -
	125 | nsenter2 -t selff true | hint: did you mean self? | netns:
	125 | nsenter2 -t nett:5 true | hint: did you mean net:5? | -
	1 | nslist --show ownr:net:5 | hint: did you mean owner:net:5? | -
	125 | printf 'botime 1 0\n' >f; nsunshare -r --time-offsets=f true | hint: did you mean boottime? | -
	TABLE
}

test_names_a_network_namespace_of_ip_netns()
{
	# Runs only as root.
	mkdir -p /run/netns
	: >/run/netns/blue
	run nsenter2 -t blue true
	assert_refused 125 "invalid reference 'blue'"
	assert_err_has 'hint: use netns:blue for the network namespace with that name'
	run nsenter2 -t green true
	assert_refused 125 "invalid reference 'green'"
	assert_err_lacks 'netns:'
	! feature nslist || {
		run nslist --show blue
		assert_rc 1
		assert_err_has 'hint: use netns:blue'
	}
	rm /run/netns/blue
}

. shunit2
