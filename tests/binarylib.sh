# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# binarylib.sh: copies of the tools, a root that attacks them, and asserts on what became of them.
# shellcheck disable=SC2034,SC2154 # for the tests; out, err and box are from testlib.sh and rootlib.sh

# The tools that are attacked are copies, owned by the attacked user. Each attack begins with fresh ones.
victims=$TMP/victims
uid=$(id -u)
inside=-mpiC
[ "$uid" = 0 ] || inside=-UrmpniC

fresh_victims()
{
	rm -rf "$victims"
	mkdir "$victims"
	cp "$NSUTILS_BIN"/ns* /usr/bin/unshare /usr/bin/nsenter /usr/sbin/chroot "$victims"
	# a shell that is process 1 or waits
	cp /bin/dash "$victims/dash"
	PATH=$victims:$PATH
	sums=$(cd "$victims" && cksum ./*)
}

# A root whose program is a script that names the tool itself, and whose loader steals it.
hostile_root()
{
	make_box
	mkdir -p "$box/lib64" "$box/proc"
	cp "$NSUTILS_HELPERS/false-loader" "$box/lib64/ld-linux-x86-64.so.2"
	cp "$NSUTILS_HELPERS/overwrite" "$box/bin/overwrite"
	printf '#!/proc/self/exe --version\n' >"$box/evil"
	chmod 755 "$box/evil"
}

# attack COMMAND…: runs it until no process has its output open any more.
attack()
{
	# shellcheck disable=SC2016 # for the inner shell
	run sh -c '{ "$@" 2>&3 | cat; } 3>&2' sh "$@"
}

# assert_untouched NAME: the attack ran to its end and no victim has changed. A binary that is only busy
# is not protected.
assert_untouched()
{
	assertContains "$1: the attack ran: $err" "$out" 'refused: '
	assertNotContains "$1" "$out" 'Text file busy'
	assertEquals "$1: a binary was overwritten" "$sums" "$(cd "$victims" && cksum ./*)"
}

# assert_overwritten: the control: the same attack on a tool without the protection.
assert_overwritten()
{
	assertContains "the control: $err" "$out" overwritten
	assertNotEquals 'the control' "$sums" "$(cd "$victims" && cksum ./*)"
}
