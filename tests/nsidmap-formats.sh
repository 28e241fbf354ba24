#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsidmap-formats: checks that every format is accepted by the program for which it is meant and
# describes the same map.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns user
require_tool jq newuidmap

is_root()
{
	[ "$(id -u)" = 0 ]
}

# plan OPTION…: prints a map that has two ranges and that the caller may write.
plan()
{
	if is_root; then
		nsidmap plan --style lxc --user nstest "$@"
	else
		nsidmap plan --style podman "$@"
	fi
}

start_target()
{
	start_holder unshare --user sh -c 'echo ready >&3; exec sleep infinity 3>&-'
}

# has_the_map PID: asserts that the kernel reports the planned map as the map of the process.
has_the_map()
{
	for kind in uid gid; do
		plan --format kernel --only $kind >"$TMP/want"
		run sed 's/^ *//; s/  */ /g' "/proc/$1/${kind}_map"
		assert_out "$(cat "$TMP/want")"
	done
}

test_kernel_format_is_accepted_by_the_files()
{
	# Runs only as root.
	start_target
	for kind in uid gid; do
		plan --format kernel --only $kind >"$TMP/map"
		run cp "$TMP/map" "/proc/$holder/${kind}_map"
		assert_ok
	done
	has_the_map "$holder"
}

test_newuidmap_format_is_accepted_by_newuidmap()
{
	# Runs only as an ordinary user.
	start_target
	for kind in uid gid; do
		plan --format newuidmap --only $kind >"$TMP/map"
		run wc -l "$TMP/map"
		assert_out "1 $TMP/map"
		# shellcheck disable=SC2046 # several words
		run new${kind}map "$holder" $(cat "$TMP/map")
		assert_ok
	done
	has_the_map "$holder"
}

# nsunshare also has the map options that unshare(1) got in util-linux 2.39.
test_unshare_format_is_accepted_by_nsunshare()
{
	# shellcheck disable=SC2046
	start_holder nsunshare --user $(plan --format unshare) --ready-fd 3 -- sleep infinity
	has_the_map "$holder"
}

test_stream_arg_and_like_give_the_same_map()
{
	plan --format stream >"$TMP/stream"
	plan --format arg >"$TMP/arg"
	for map in "$TMP/stream" "$(cat "$TMP/arg")"; do
		start_holder nsunshare --user --map "$map" --ready-fd 3 -- sleep infinity
		has_the_map "$holder"
		run nsidmap merge "like:$holder"
		assert_rc 0
		cp "$TMP/out" "$TMP/merged"
		run grep '^[ug]id' "$TMP/merged"
		assert_out "$(grep '^[ug]id' "$TMP/stream")"
	done
}

test_json_and_oci_have_the_same_numbers()
{
	plan --format arg >"$TMP/arg"
	for format in --json '--format json'; do
		# shellcheck disable=SC2086
		plan $format >"$TMP/json"
		run jq -r '[(.uid[] | "u:\(.inside):\(.outside):\(.count)"),
			(.gid[] | "g:\(.inside):\(.outside):\(.count)")] | join(",")' "$TMP/json"
		assert_ok
		assert_out "$(cat "$TMP/arg")"
	done
	plan --format oci >"$TMP/oci"
	run jq -r '.linux | [(.uidMappings[] | "u:\(.containerID):\(.hostID):\(.size)"),
		(.gidMappings[] | "g:\(.containerID):\(.hostID):\(.size)")] | join(",")' "$TMP/oci"
	assert_ok
	assert_out "$(cat "$TMP/arg")"
}

test_refuses_unknown_words()
{
	run nsidmap
	assert_rc 1
	assert_out_empty
	assert_err_has 'nsidmap: missing verb'
	run nsidmap nosuch
	assert_rc 1
	assert_err_has "nsidmap: unknown verb 'nosuch'"
	run nsidmap plan --format yaml
	assert_rc 1
	assert_err_has "nsidmap: --format: unknown format 'yaml'"
	run nsidmap plan --only both
	assert_rc 1
	assert_err_has "nsidmap: --only: unknown kind 'both'"
	run nsidmap write --via magic 1
	assert_rc 1
	assert_err_has "nsidmap: --via: unknown method 'magic'"
}

. shunit2
