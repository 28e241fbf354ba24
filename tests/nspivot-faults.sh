#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-faults: whichever call fails, the program is not run, and no mount, file or process is left, with / shared.
# as: root user
# budget: 120
. "${0%/*}/testlib.sh"
. "${0%/*}/faultlib.sh"
. "${0%/*}/rootlib.sh"
make_box
printf '#!/bin/sh\necho "final ran"\n' >"$box/final"
chmod 755 "$box/final"
chmod 711 "$TMP"

NS=-mpiuC
if [ "$(id -u)" = 0 ]; then
	mount --make-rshared /
else
	NS="-U -r $NS"
fi

test_a_failed_call_leaves_nothing()
{
	# shellcheck disable=SC2086 # words
	FAULT_MAX=${FAULT_MAX:-40} fault_all -b nspivot -- nsunshare $NS --propagation unchanged -- \
		nspivot --preset=docker --etc-hosts auto --ro-bind "$TMP:/etc" "$box" -- /final
}

test_a_failed_call_leaves_nothing_on_an_old_kernel()
{
	# shellcheck disable=SC2086
	FAULT_MAX=${FAULT_MAX:-24} fault_all -b nspivot -- nsunshare $NS --propagation unchanged -- $OLD_KERNEL \
		nspivot --preset=docker --etc-hosts auto --ro-bind "$TMP:/etc" "$box" -- /final
}

test_killed_anywhere_it_leaves_nothing()
{
	# shellcheck disable=SC2086
	FAULT_MAX=${FAULT_MAX:-16} fault_kill -b nspivot -- nsunshare $NS --kill-child --propagation unchanged -- \
		nspivot --preset=minimal --dev --tmpfs /tmp "$box" -- /final
}

# What was made for mounts to stand on is removed when a later step fails, first to last.
test_mount_points_are_taken_back()
{
	rm -rf "${box:?}/proc" "${box:?}/dev" "${box:?}/sys"
	note_state
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		for last in --bind=/none:/x --tmpfs=/x/y:size=bad --proc=/x:hidepid=bad --mask=/none --overlay=/x:lower=/none; do
			run box --proc /proc --dev --tmpfs /deep/er --file "$0:/made/file" --dir /made/dir "$last" \
				"$box" -- /final
			assert_rc 125
			assert_out_empty
			assert_err_one_line
			assert_no_leftovers
		done
	done
	NSPIVOT_UNDER=
}

test_the_kernels_own_words_are_shown()
{
	run box --tmpfs /x:size=bad "$box" -- /final
	assert_err_has "hint: the kernel says: tmpfs: Bad value for 'size'"
	run box --tmpfs /x:nonsense "$box" -- /final
	assert_err_has "the kernel says: tmpfs: Unknown parameter 'nonsense'"
	run box --overlay '/x:lower=/etc,upper=/none,work=/none' "$box" -- /final
	assert_refused 125 'layer /none'
}

test_no_space_and_no_place()
{
	run box --tmpfs /t:nr_inodes=1 --dir /t/x "$box" -- /final
	assert_refused 125 'No space left'
	mkdir -p "$box/ro"
	run box --ro-bind "$box/ro:/ro" --tmpfs /ro/x "$box" -- /final
	assert_refused 125 'Read-only'
	assert_err_has 'no such mount point'
	run box --tmpfs /etc/hosts/x --etc-hosts auto "$box" -- /final
	assert_rc 125
}

test_a_hundred_binds()
{
	i=0
	set --
	while [ $i -lt 100 ]; do
		set -- "$@" --bind "$box/etc:/many/$i"
		i=$((i + 1))
	done
	run box --tmpfs /many "$@" --proc /proc "$box" -- /bin/grep -c ' /many/' /proc/self/mountinfo
	assert_ok
	assert_out 100
}

. shunit2
