#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-propagation: checks the options private, slave and shared of a bind, and --propagation.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"
require_ns user mnt pid
make_box
mkdir -p "$TMP/src" "$box/mnt" "$box/proc"

# A script that creates a shared tmpfs, sets $peers to the number of the peer group of the tmpfs,
# and executes its arguments as a command.
cat >"$TMP/with_shared" <<EOF
#!/bin/sh
mount -t tmpfs x '$TMP/src' && mkdir '$TMP/src/sub' && mount --make-shared '$TMP/src' && cd / &&
peers=\$(grep " $TMP/src " /proc/self/mountinfo | grep -o 'shared:[0-9]*' | cut -d: -f2)
export peers
exec "\$@"
EOF
chmod 755 "$TMP/with_shared"

# bound OPTIONS: sets $out to the propagation of a bind of the tmpfs. Replaces the number of the
# peer group of the tmpfs by N.
bound()
{
	# shellcheck disable=SC2016,SC2086 # the inner shell expands it; several words
	run in_ns "$TMP/with_shared" sh -c '"$@" | sed "s/:$peers /:N /"' sh nsunshare -mp --propagation unchanged -- \
		$under nspivot --proc /proc --bind "$TMP/src:/mnt$1" "$box" -- \
		/bin/sh -c 'grep " /mnt " /proc/self/mountinfo | grep -o "[a-z][a-z]*:[0-9][0-9]* " || echo private'
	out=${out% }
}

test_the_propagation_of_a_bind_is_as_given()
{
	for under in '' "$OLD_KERNEL"; do
		bound ''
		assert_out private
		bound :private
		assert_out private
		bound :slave,ro
		assert_out master:N
		bound :shared,slave
		assert_out master:N
	done
	feature libmount || return 0
	under=$OLD_KERNEL
	bound :shared
	assert_err_has '/mnt: a shared bind mount needs Linux 6.15'
}

# A mount that the program makes in a shared bind mount must appear in the caller's mount namespace.
test_a_mount_in_a_shared_bind_appears_in_the_source()
{
	# A bind mount with shared propagation needs Linux 6.15. The test detects this version by
	# open_tree_attr(2), which was added at the same time.
	kernel_call open_tree_attr || return 0
	under=
	bound :shared
	assert_out shared:N
	for how in shared slave; do
		# shellcheck disable=SC2016
		run in_ns "$TMP/with_shared" sh -c '"$@"; grep -c " $0/src/sub " /proc/self/mountinfo' "$TMP" \
			nsunshare -m --propagation unchanged -- nspivot --bind "$TMP/src:/mnt:$how" "$box" -- \
			/bin/mount -t tmpfs y /mnt/sub
		[ $how = shared ] && expected=1 || expected=0
		assert_out "$expected"
	done
}

test_the_propagation_is_refused_for_a_new_file_system()
{
	run in_ns nspivot --tmpfs /mnt:slave "$box" -- /bin/true
	assert_rc 125
	assert_err_has 'private, slave and shared are allowed only for a bind mount'
}

# root_of [OPTION…]: runs nspivot with the options and a root directory on the shared tmpfs. Sets
# $out to the propagation of the new root mount.
root_of()
{
	# shellcheck disable=SC2016,SC2086 # the inner shell expands it; several words
	run in_ns "$TMP/with_shared" sh -c 'cp -a "$box/." "$src/sub" && "$@" | sed "s/:$peers /:N /"' sh \
		nsunshare -mp --propagation unchanged -- $under nspivot --proc /proc --tmpfs /mnt "$@" "$TMP/src/sub" -- \
		/bin/sh -c 'cut -d\  -f5- /proc/self/mountinfo | grep "^/ " | grep -oE "(shared|master):[0-9]* |unbindable" || echo private'
	out=$(printf %s "$out" | sed 's/shared:[0-9]*/shared/; s/ $//')
}

test_the_propagation_of_the_root_is_as_given()
{
	src=$TMP/src
	export box src
	for under in '' "$OLD_KERNEL"; do
		root_of
		assert_out private
		root_of --propagation=private
		assert_out private
		root_of --propagation=slave
		assert_out master:N
		root_of --propagation=shared
		assert_out shared
		root_of --propagation unbindable
		assert_out unbindable
	done
	run in_ns nspivot --propagation=unchanged "$box" -- /bin/true
	assert_rc 125
	assert_err_has "--propagation: unknown propagation 'unchanged'"
}

test_explain_shows_a_propagation_that_needs_a_step()
{
	for how in shared unbindable; do
		run nspivot --explain --propagation=$how "$box" -- /bin/true
		assert_ok
		assert_out_has "make / $how: "
	done
	for how in private slave; do
		run nspivot --explain --propagation=$how "$box" -- /bin/true
		assert_ok
		assert_out_lacks 'make / '
		assert_out_has 'execute /bin/true'
	done
}

. shunit2
