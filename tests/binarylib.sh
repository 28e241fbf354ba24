# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# binarylib.sh: copies of the tools as victims, a hostile root directory that attacks them, and
# asserts on the result. An attack tries to overwrite the tool's binary through /proc/self/exe.
# shellcheck disable=SC2034,SC2154 # the tests use them; out, err and box are from testlib.sh and rootlib.sh

# The victims of the attacks are copies of the tools, owned by the user that runs the test. Each
# attack begins with fresh copies.
victims=$TMP/victims
uid=$(id -u)
inside=-mpiC
[ "$uid" = 0 ] || inside=-UrmpniC

# fresh_victims: creates the victims and stores their checksums in $sums.
fresh_victims()
{
	rm -rf "$victims"
	mkdir "$victims"
	cp "$NSUTILS_BIN"/ns* /usr/bin/unshare /usr/bin/nsenter /usr/sbin/chroot "$victims"
	# also create a copy of dash, because the attacks try to overwrite the binary of process 1
	# or of the waiting parent, which may be a shell
	cp /bin/dash "$victims/dash"
	PATH=$victims:$PATH
	sums=$(cd "$victims" && cksum ./*)
}

# hostile_root: creates $box, a root directory whose program is a script. The interpreter of the
# script is the tool itself, and the dynamic loader in this root steals the descriptor of the tool's
# binary.
hostile_root()
{
	make_box
	mkdir -p "$box/lib64" "$box/proc"
	cp "$NSUTILS_HELPERS/false-loader" "$box/lib64/ld-linux-x86-64.so.2"
	cp "$NSUTILS_HELPERS/overwrite" "$box/bin/overwrite"
	printf '#!/proc/self/exe --version\n' >"$box/evil"
	chmod 755 "$box/evil"
}

# attack COMMAND…: runs the command and waits until no process has its output pipe open any more.
attack()
{
	# shellcheck disable=SC2016 # the inner shell expands it
	run sh -c '{ "$@" 2>&3 | cat; } 3>&2' sh "$@"
}

# assert_untouched NAME: asserts that the attack ran to its end and changed no file in $victims.
# Fails if a write failed with "Text file busy", because this error protects a file only while a
# process executes it.
assert_untouched()
{
	assertContains "$1: the attack ran: $err" "$out" 'refused: '
	assertNotContains "$1" "$out" 'Text file busy'
	assertEquals "$1: a binary was overwritten" "$sums" "$(cd "$victims" && cksum ./*)"
}

# assert_overwritten: asserts that the attack succeeded. For comparison, some tests attack a tool
# that does not protect its binary, and call this function to show that the attack works.
assert_overwritten()
{
	assertContains "the control: $err" "$out" overwritten
	assertNotEquals 'the control' "$sums" "$(cd "$victims" && cksum ./*)"
}
