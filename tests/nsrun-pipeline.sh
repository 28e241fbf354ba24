#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsrun-pipeline: checks the pipeline that nsrun composes of options and profiles, with tools that
# only print their arguments.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/nsrunlib.sh"

stub "$TMP/bin"
nsrun=$TMP/bin/nsrun
work_in "$TMP/work"

# assert_pipeline_has TEXT: asserts that the output of the last `run` (testlib.sh) contains TEXT.
# Each line of the output is an argument of a tool. TEXT has a blank between two arguments.
assert_pipeline_has()
{
	_all=$(tr '\n' ' ' <"$TMP/out")
	case $_all in
	*"$1"*) assertTrue 0 ;;
	*) fail "<$1> is not in $_all" ;;
	esac
}

# assert_pipeline_lacks TEXT: asserts that the last `run` executed the pipeline, whose stubs exit with
# 3, and that its output does not contain TEXT.
assert_pipeline_lacks()
{
	assert_rc 3
	case $(tr '\n' ' ' <"$TMP/out") in
	*"$1"*) fail "<$1> is in $_all" ;;
	*) assertTrue 0 ;;
	esac
}

test_sandbox_is_the_default_and_drops_all_privilege()
{
	for profile in sandbox build; do
		run "$nsrun" --profile $profile -- prog
		assert_rc 3
		assert_pipeline_has '<--no-new-privs> <--cap-drop=all>'
		assert_pipeline_has '<--new-session>'
		assert_pipeline_has '<--map-current-user>'
		assert_pipeline_has '<--net> <--lo>'
		assert_pipeline_has '<--preset=sandbox>'
		assert_pipeline_has '<--> <prog>'
	done
	cp "$TMP/out" "$TMP/of_build"
	run "$nsrun" -- prog
	assert_pipeline_has "<--bind=$PWD> <--chdir=$PWD>"
	run cat "$TMP/of_build"
	assert_pipeline_has "<--ro-bind=$PWD> <--bind-try=$PWD/build>"
}

test_each_option_becomes_an_option_of_its_tool()
{
	while read -r option tool expected; do
		# shellcheck disable=SC2086 # two words
		run "$nsrun" --print $option -- prog
		assert_ok
		case $tool in
		nsunshare) text=${out%% -- */nspivot *} ;;
		nspivot) text=${out##*/nspivot} ;;
		nsnet | nsenter2) text=${out%%/nsunshare *} && text=${text##*"/$tool"} ;;
		esac
		case " $text " in
		*" $expected "*) assertTrue 0 ;;
		*) fail "$option: <$expected> is not in <$text> of $out" ;;
		esac
	done <<-'EOT'
		--bind=/x nspivot --bind=/x
		--bind=/x:/y nspivot --bind=/x:/y
		--ro-bind=/x:/y nspivot --ro-bind=/x:/y
		--tmpfs=/x nspivot --tmpfs=/x
		--chdir=/x nspivot --chdir=/x
		--setenv=A=b nspivot --setenv=A=b
		--as=nobody nspivot --as=nobody
		--overlay nspivot --overlay=/:upper=tmpfs
		--hostname=box nsunshare --hostname=box
		--name=web nsunshare --name=web
		--net=none nsunshare --net --lo
		--net=br0 nsnet run --bridge=br0
		--net=user nsnet run --pasta
		--memory=256M nsunshare --cgroup-create
		--with=nspivot:--mask=/x nspivot --mask=/x
		--with=nsunshare:--boottime=0 nsunshare --boottime=0
		-t nsenter2 --pty
		--tty nsenter2 --pty
	EOT
}

test_publish_is_an_option_of_nsnet()
{
	for net in user br0; do
		run "$nsrun" --publish=80:80 --net=$net -- prog
		assert_pipeline_has '<run> <--publish=80:80> '
	done
}

test_an_argument_may_be_separate_or_joined()
{
	run "$nsrun" --print --hostname box -R root -- prog
	cp "$TMP/out" "$TMP/separate"
	run "$nsrun" --print --hostname=box -Rroot prog
	assertTrue 'the same' "cmp -s '$TMP/out' '$TMP/separate'"
	run "$nsrun" --print -tR root --hostname=box prog
	assert_ok
	assert_out_has '--pty'
	assert_out_has ' root -- prog'
}

test_option_replaces_the_same_option_of_the_profile()
{
	run "$nsrun" --net host -- prog
	assert_pipeline_lacks '<--net>'
	assert_pipeline_lacks '<--lo>'
	if [ -e /etc/resolv.conf ]; then
		assert_pipeline_has '<--etc-resolv-conf=host>'
		run "$nsrun" -R root --net host -- prog
		assert_pipeline_has '<--etc-resolv-conf=host>'
		assert_pipeline_lacks '<--etc-resolv-conf=auto>'
		run "$nsrun" -R root --net host --with nspivot:--etc-resolv-conf=/x -- prog
		assert_pipeline_lacks '<--etc-resolv-conf=host>'
	fi
	run "$nsrun" --chdir /x -- prog
	assert_pipeline_lacks "<--chdir=$PWD>"
	run "$nsrun" "--ro-bind=$PWD" -- prog
	assert_pipeline_lacks "<--bind=$PWD>"
	assert_pipeline_has "<--ro-bind=$PWD>"
	run "$nsrun" --tmpfs "$PWD" -- prog
	assert_pipeline_lacks "<--bind=$PWD>"
	run "$nsrun" --with nspivot:--cap-drop=mknod --with nspivot:--preset=minimal -- prog
	assert_pipeline_lacks '<--cap-drop=all>'
	assert_pipeline_lacks '<--preset=sandbox>'
	assert_pipeline_has '<--host-root>'
	run "$nsrun" -R root --setenv PATH=/bin --setenv A=1 -- prog
	assert_pipeline_lacks '<--setenv=PATH=/usr'
	assert_pipeline_has '<--setenv=HOME=/root> '
	assert_pipeline_has '<--setenv=PATH=/bin> <--setenv=A=1>'
	run "$nsrun" -t -- prog
	assert_pipeline_lacks '<--new-session>'
}

test_limits_are_settings_of_one_control_group()
{
	run "$nsrun" --name web --memory 1G --cpus 1.5 --pids 7 -- prog
	assert_pipeline_has '<--into-cgroup=nsrun-web>'
	assert_pipeline_has '<--cgroup-create>'
	assert_pipeline_has '<--cgroup-set=pids.max=7>'
	assertEquals 1 "$(grep -c '^<--cgroup-set=memory[.]\(max\|limit_in_bytes\)=1G>$' "$TMP/out")"
	assertEquals 1 "$(grep -c '^<--cgroup-set=cpu[.]\(max=150000 100000\|cfs_quota_us=150000\)>$' "$TMP/out")"
	for cpus in 0.01:1000 0.08:8000 2:200000 10.25:1025000 0.123456:12300; do
		run "$nsrun" --cpus ${cpus%:*} -- prog
		assertEquals "$cpus" 1 "$(grep -c "=${cpus#*:}\\b" "$TMP/out")"
	done
	for wrong in --cpus=0 --cpus=.5 --cpus=1. --cpus=1.2.3 --cpus=08 --cpus=-1 --cpus=x --cpus=0.001 --pids=1x --pids=-1 \
		--memory=1T --memory=M --memory=1.5G --memory=64 --memory=999999 --pids=9999999999999 --pids=0; do
		run "$nsrun" "$wrong" -- prog
		assert_rc 125
		assert_err_has "${wrong%%=*}: "
	done
}

test_arguments_arrive_unchanged()
{
	set -- '' ' ' 'a b' "it's" '"' '$HOME `id` \ \n \\ *' '
' 'line
	tab\
' '-x' '--' '%w' '#' "$(printf '\001\177\303\244')"
	run "$nsrun" --setenv 'A=1
2\n3 \ * %w' --bind '/a b:/c\:d' -- prog "$@"
	printf '<%s>\n' prog "$@" >"$TMP/expected"
	sed -n '/^<prog>/,$p' "$TMP/out" >"$TMP/program"
	assertTrue 'the program and its arguments' "cmp '$TMP/expected' '$TMP/program'"
	assert_out_has '<--setenv=A=1
2\n3 \ * %w>'
	assert_out_has '<--bind=/a b:/c\:d>'
	work_in "$TMP/a:b\\c d
e"
	run "$nsrun" -- prog
	assert_out_has "<--bind=$TMP/a\\:b\\\\c d
e>"
	assert_out_has "<--chdir=$TMP/a:b\\c d
e>"
	work_in "$TMP/work"
}

test_print_reports_a_failed_write()
{
	run sh -c '"$0" --print -- prog >/dev/full' "$nsrun"
	assert_refused 125 'cannot write to standard output'
	assertEquals 'one message' 1 "$(grep -c . "$TMP/err")"
}

# A shell executes the commands that --print prints. Stubs that print their arguments replace the
# tools.
test_print_shows_the_executed_chain()
{
	for options in --profile=sandbox --profile=build --root=root '--root=root --profile=service' '--root=root --profile=system' \
		'--net=br0 --publish=1:2 -t --memory=1M --name=x' '--root=-x --overlay --with=nstimeoffset:--boottime==0'; do
		# shellcheck disable=SC2086
		run "$nsrun" $options "--setenv=A=it's
 \$x \\" -- prog 'a b' '' "'" '
' '\n'
		assert_rc 3
		sed 's/nsrun-[-0-9a-f]*>/nsrun-N>/' "$TMP/out" >"$TMP/ran"
		# shellcheck disable=SC2086 # several words
		run "$nsrun" --print $options "--setenv=A=it's
 \$x \\" -- prog 'a b' '' "'" '
' '\n'
		assert_ok
		sh -c "$out" | sed 's/nsrun-[-0-9a-f]*>/nsrun-N>/' >"$TMP/pasted"
		assertTrue "$options" "cmp '$TMP/ran' '$TMP/pasted'"
		assertTrue "$options" "[ -s '$TMP/ran' ]"
	done
}

test_a_private_or_special_directory_is_not_bound()
{
	mkdir -p "$TMP/homes/home/sub" "$TMP/links"
	ln -sfn "$TMP/homes/home" "$TMP/link"
	ln -sfn "$TMP/homes" "$TMP/links/homes"
	for home in "$TMP/homes/home" "$TMP/link" "$TMP/links/homes/home"; do
		HOME=$home
		for dir in / /tmp /run /proc/self /sys /dev "$TMP/homes/home" "$TMP/homes" "${TMP%/*}"; do
			cd "$dir" || fail "cd $dir"
			run "$nsrun" -- prog
			assert_pipeline_lacks '<--bind='
			assert_pipeline_has '<--chdir='
		done
		cd "$TMP/homes/home/sub" || fail cd
		run "$nsrun" -- prog
		assert_pipeline_has "<--bind=$TMP/homes/home/sub>"
	done
	work_in "$TMP/work"
}

test_a_removed_working_directory_is_replaced_by_the_root()
{
	mkdir "$TMP/removed"
	cd "$TMP/removed" || fail cd
	rmdir "$TMP/removed"
	run "$nsrun" -- prog
	assert_rc 3
	assert_pipeline_has '<--chdir=/>'
	assert_pipeline_lacks '<--bind='
	work_in "$TMP/work"
}

test_profiles_are_found_in_order()
{
	mkdir -p "$HOME/.config/nsutils/profiles"
	printf '# %s\n\n  nsunshare --uts\nnspivot --setenv=A=%%h %%u %%U %%t %%w 100%%%% # not a comment\nprogram %s\nprogram b c' none "'a'" \
		>"$HOME/.config/nsutils/profiles/mine"
	run env XDG_RUNTIME_DIR=/rt "$nsrun" --profile mine
	assert_rc 3
	assert_out_has "<--setenv=A=$HOME $(id -un) $(id -u) /rt $PWD 100% # not a comment>"
	assert_pipeline_has "<--> <'a'> <b c>"
	assert_pipeline_has '<--uts>'
	run "$nsrun" --profile mine -- other
	assert_pipeline_has '<--> <other>'
	assert_pipeline_lacks '<b c>'
	run "$nsrun" --profile "$HOME/.config/nsutils/profiles/mine"
	assert_pipeline_has '<b c>'
	cp "$HOME/.config/nsutils/profiles/mine" "$HOME/.config/nsutils/profiles/sandbox"
	run "$nsrun"
	assert_pipeline_has '<b c>'
	rm -r "$HOME/.config"
}

test_the_default_profiles_are_the_installed_files()
{
	for profile in sandbox container; do
		cp "$nsrun_data/profiles/$profile" "$TMP/copy"
		root=
		[ $profile = sandbox ] || root=root
		for option in '' --tmpfs=/x; do
			run "$nsrun" ${root:+-R} $root $option -- prog
			assert_rc 3
			cp "$TMP/out" "$TMP/of_default"
			run "$nsrun" ${root:+-R} $root $option --profile "$TMP/copy" -- prog
			assertTrue "$profile" "cmp '$TMP/of_default' '$TMP/out'"
		done
		lines=$(grep -c '^ns' "$TMP/copy")
		assertTrue 'each line is an argument' "[ $(grep -c '^<--' "$TMP/of_default") -ge $lines ]"
	done
}

test_wrong_profiles_are_refused()
{
	for text in 'nsunshare' 'nsunshare ' 'ls -l' '--mount'; do
		printf '# a comment\n%s\n' "$text" >"$TMP/wrong"
		run "$nsrun" --profile "$TMP/wrong" -- prog
		assert_refused 125 "$TMP/wrong: line 2: "
	done
	run "$nsrun" --profile none -- prog
	assert_refused 125 "unknown profile 'none'"
	assert_err_has 'sandbox, build, container'
	run "$nsrun" --profile "$TMP/none/x" -- prog
	assert_refused 125 'cannot read the profile'
	run "$nsrun" --profile "$TMP" -- prog
	assert_refused 125 "the profile '$TMP' is a directory"
	run "$nsrun" -R root --profile sandbox -- prog
	assert_refused 125 "the profile 'sandbox' uses the root of the host"
}

test_wrong_options_are_refused()
{
	for wrong in --none -x --rootx=1; do
		run "$nsrun" "$wrong" -- prog
		assert_refused 125 "unknown option '${wrong%=*}'"
	done
	for wrong in --bind= --overlay=; do
		run "$nsrun" "$wrong" -- prog
		assert_refused 125 "${wrong%=}: the argument is empty"
	done
	for wrong in --print=x --tty=x --help=x --version=x; do
		run "$nsrun" "$wrong" -- prog
		assert_refused 125 "option '${wrong%=*}' takes no argument"
	done
	for wrong in --bind -R --name; do
		run "$nsrun" "$wrong"
		assert_refused 125 "option '$wrong' requires an argument"
	done
	for wrong in nspivot nspivot: x:y nspivot:x; do
		run "$nsrun" --with "$wrong" prog
		assert_refused 125 "--with: invalid '$wrong', expected <tool>:<option>"
	done
	for option in --bind --ro-bind; do
		run "$nsrun" $option dir prog
		assert_refused 125 "$option: 'dir' is neither an absolute path nor <src>:<dst>"
		assert_err_has "hint: use '$option=$PWD/dir'"
	done
	for net in '' --net=none --net=host; do
		run "$nsrun" $net --publish 80:80 prog
		assert_refused 125 '--publish needs a network that nsrun creates'
		assert_err_has "hint: add '--net user' or '--net <bridge>'"
	done
	run "$nsrun" --with ls:-l prog
	assert_refused 125 "unknown tool 'ls'"
}

test_a_misspelled_word_gets_a_suggestion()
{
	while read -r wrong right; do
		run "$nsrun" "$wrong" prog
		assert_refused 125 "unknown option '${wrong%%=*}'"
		assertEquals "$wrong" "hint: $right" "$(tail -n 1 "$TMP/err")"
	done <<-'EOT'
		--bidn=/x did you mean --bind?
		--ro-bin did you mean --ro-bind?
		--hostnme=box did you mean --hostname?
		--explian did you mean --explain?
		--roott=x did you mean --root?
		--tti did you mean --tty?
		--p see 'nsrun --help'
		--mymory=1 did you mean --memory?
		--mimery=1 see 'nsrun --help'
		-x see 'nsrun --help'
	EOT
	run "$nsrun" --print=x prog
	assert_refused 125 "option '--print' takes no argument"
	mkdir -p "$HOME/.config/nsutils/profiles"
	: >"$HOME/.config/nsutils/profiles/mine"
	cp "$nsrun_data/profiles/build" "$HOME/.config/nsutils/profiles/"
	for pair in sanbox:sandbox biuld:build mime:mine 'serv:service'; do
		run "$nsrun" --profile "${pair%:*}" prog
		assert_refused 125 "unknown profile '${pair%:*}'"
		assertEquals "hint: did you mean ${pair#*:}?" "$(tail -n 1 "$TMP/err")"
	done
	# two profiles have names similar to miny, so nsrun must not suggest only one of them
	: >"$HOME/.config/nsutils/profiles/minx"
	run "$nsrun" --profile miny prog
	assert_err_has 'use sandbox, build'
	rm -r "$HOME/.config"
}

test_a_profile_may_set_limits()
{
	printf 'nsunshare --cgroup-set=%s\n' pids.max=7 memory.max=1G >"$TMP/limits"
	run "$nsrun" --profile "$TMP/limits" --name web -- prog
	assert_rc 3
	assert_pipeline_has '<--into-cgroup=nsrun-web>'
	assert_pipeline_has '<--cgroup-create>'
	assert_pipeline_has '<--cgroup-set=pids.max=7>'
	run "$nsrun" --profile "$TMP/limits" --pids 9 -- prog
	assert_pipeline_lacks 'pids.max=7'
	assert_pipeline_has '<--cgroup-set=pids.max=9>'
	assertEquals 1 "$(grep -c '^<--into-cgroup=nsrun-.' "$TMP/out")"
	# if the caller chooses the control group, nsrun must not choose another one
	run "$nsrun" --profile "$TMP/limits" --with nsunshare:--into-cgroup=/mine -- prog
	assert_pipeline_has '<--into-cgroup=/mine>'
	assert_pipeline_lacks '<--into-cgroup=nsrun'
}

# Versions 1 and 2 of cgroups have different files for the same limit. So that a profile works with
# both versions, it can contain a limit as an option of nsrun, such as `nsrun --memory=1G`.
test_a_profile_may_contain_limits_of_nsrun()
{
	printf 'nsrun --%s\n' memory=1G cpus=1.5 pids=7 >"$TMP/limits"
	printf 'nspivot --rlimit=nofile=64:128\n' >>"$TMP/limits"
	run "$nsrun" --memory 1G --cpus 1.5 --pids 7 --name web -- prog
	grep -e '^<--cgroup-' -e '^<--into' "$TMP/out" | sort >"$TMP/expected"
	run "$nsrun" --profile "$TMP/limits" --name web -- prog
	assert_rc 3
	assert_pipeline_has '<--rlimit=nofile=64:128>'
	grep -e '^<--cgroup-' -e '^<--into' "$TMP/out" | sort >"$TMP/of_profile"
	assertTrue 'the same options' "cmp '$TMP/expected' '$TMP/of_profile'"
	assertEquals 'five options' 5 "$(grep -c . "$TMP/of_profile")"
	run "$nsrun" --profile "$TMP/limits" --pids 9 --with nspivot:--rlimit=nofile=32 -- prog
	assert_pipeline_has '<--cgroup-set=pids.max=9>'
	assert_pipeline_lacks 'pids.max=7'
	assert_pipeline_lacks 'nofile=64'
	for text in 'nsrun --pids=x' 'nsrun --cpus=.5' 'nsrun --memory=1T' 'nsrun --memory' 'nsrun --tty' 'nsrun --net=host'; do
		printf '\n%s\n' "$text" >"$TMP/limits"
		run "$nsrun" --profile "$TMP/limits" -- prog
		assert_rc 125
		assert_err_has "$TMP/limits: line 2: "
	done
}

test_an_ordinary_user_gets_a_map_for_a_container()
{
	run "$nsrun" -R root -- prog
	if [ "$(id -u)" = 0 ]; then
		assert_pipeline_lacks '<--map'
	else
		assert_pipeline_has '<--map=auto>'
		run "$nsrun" -R root --with nsunshare:--map-root-user -- prog
		assert_pipeline_lacks '<--map='
	fi
	assert_pipeline_has '<root> <--> <prog>'
}

# nsrun prints its help text from a file, so it executes no tool
test_prints_help_and_version()
{
	run "$nsrun" --help
	assert_ok
	assert_out_has 'nsrun [options]'
	run "$nsrun" --version
	assert_ok
	assert_out_has "$(nspivot --version | sed 's/^nspivot/nsrun/')"
	run sh -c '"$0" --help >/dev/full' "$nsrun"
	assert_rc 125
	assert_err_has 'No space left on device'
}

. shunit2
