# shellcheck shell=sh disable=SC2034 # the tests use it
# SPDX-License-Identifier: GPL-2.0-or-later
# ocilib.sh: sets $nsoci to the path of nsoci. Sourced after testlib.sh.

# the stub of build-aux/check-stubs, or the script
nsoci=$NSUTILS_BIN/nsoci
[ -e "$nsoci" ] || nsoci=${0%/*}/../examples/nsoci
