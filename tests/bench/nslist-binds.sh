#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-binds [BUILDDIR]: checks that nslist shows 1,000 to 10,000 namespaces that only a mount
# keeps alive, and prints the cost of each. Needs root; uses a new mount namespace.
set -u
if [ "${1:-}" != --inside ]; then
	build=$(cd "${1:-build}" && pwd) || exit 1
	exec unshare --mount --pid --fork --mount-proc --kill-child -- "$0" --inside "$build"
fi
nslist=$2/nslist holder=$2/tests/helpers/holder
dir=$(mktemp -d) || exit 1
trap 'umount -l "$dir"; rmdir "$dir"' EXIT
mount -t tmpfs none "$dir" || exit 1

have=0
for n in 1000 2000 10000; do
	mkdir "$dir/$n"
	"$holder" bind $((n - have)) "$dir/$n" || exit 1
	have=$n
	hyperfine -N --warmup 1 --runs 7 --export-json "$dir/json" "$nslist" >/dev/null 2>&1
	jq -r '.results[0].median * 1000000' "$dir/json" |
		awk -v n="$n" -v shown="$("$nslist" -rn -t uts -P -o NS 2>/dev/null | wc -l)" '{
			printf "%6d bound namespaces: %d shown, %.1f us each\n", n, shown, $1 / n }'
done
