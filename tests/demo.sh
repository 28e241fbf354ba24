#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# demo.sh [DIR]: builds one container with all tools: a root directory of busybox (or the host's
# root, read-only), an id map from nsidmap, all eight namespace types, clocks that start at zero,
# and an init. Then inspects the container from outside. DIR is the directory of the tools. Needs no
# privilege, prints every command before it runs it, and leaves nothing behind.
set -eu
umask 022
case ${1-} in
'') ;;
/*) PATH=$1:$PATH ;;
*) PATH=$PWD/$1:$PATH ;;
esac
PATH=$PATH:/usr/sbin:/sbin
work=$(mktemp -d)
pid=
leave()
{
	[ -z "$pid" ] || { kill "$pid"; wait "$pid"; } 2>/dev/null || :
	rm -rf "$work"
}
trap leave EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# shown TEXT: prints the command TEXT as a user would type it. Does not run the command.
shown()
{
	printf '\n$ %s\n' "$1"
}

# run TEXT: prints a command and runs it.
run()
{
	shown "$1"
	eval "$1"
}

# make_root: creates the root directory of the container and the files that are bound into it. Sets
# $root to the argument of nspivot for the root directory, and $etc to its options --etc-*, which
# bind the files. Creates all mount points in advance, because the root user of the container may
# have no permission to create files there.
make_root()
{
	mkdir "$work/root" "$work/conf"
	cd "$work"
	chmod 755 .
	busybox=$(command -v busybox || :)
	if [ -n "$busybox" ] && ! grep -aq '/lib[0-9]*/ld-linux' "$busybox"; then
		root=root
		mkdir root/bin root/dev root/etc root/proc root/run root/sys root/tmp
		cp "$busybox" root/bin/busybox
		for applet in sh cat cut hostname id mount ps; do
			ln -s busybox "root/bin/$applet"
		done
		touch root/etc/hosts root/etc/hostname root/etc/resolv.conf
		echo 'root:x:0:0::/:/bin/sh' >root/etc/passwd
	else
		root=--host-root
	fi
	echo '127.0.0.1	localhost box' >conf/hosts
	echo box >conf/hostname
	echo 'nameserver 192.0.2.1' >conf/resolv.conf
	cat >conf/hello <<-'EOF'
		echo "hostname  $(hostname), in /etc/hostname $(cat /etc/hostname)"
		echo "pid       $$"
		echo "id        $(id)"
		echo "uptime    $(cut -d' ' -f1 /proc/uptime)"
		echo "mounts"
		cat /proc/mounts
		echo "processes"
		ps | cut -c1-72
		echo "--"
		read -r _ </run/go
	EOF
	mkfifo -m 666 conf/go out
	# the root directory of the host is read-only, so nspivot cannot create a mount point there
	etc=
	for name in hosts hostname resolv-conf; do
		file=$(echo "$name" | tr - .)
		[ "$root" = --host-root ] && [ ! -e "/etc/$file" ] || etc="$etc --etc-$name=conf/$file"
	done
}

make_root
map='nsidmap plan --auto'
chain="nsunshare --map=- -UmpnuiCT --hostname=box --boottime==0 --monotonic==0 -- nsinit -- \\
    nspivot --preset=minimal --sysfs --dev --devpts --tmpfs=/tmp:mode=1777 --tmpfs=/run \\
   $etc \\
    --ro-bind=conf/hello:/run/hello --bind=conf/go:/run/go $root -- /bin/sh /run/hello"

# The container's output comes through a FIFO. This script reads the output up to the line "--",
# after which the container waits for a line from the FIFO conf/go, or up to the end of the output.
# In this way, a container that fails does not block this script.
exec 9<>conf/go
shown "$map | $chain"
eval "$map | $chain >out &"
pid=$!
exec 8<out
ready=
while IFS= read -r line <&8; do
	[ "$line" != -- ] || { ready=yes && break; }
	printf '%s\n' "$line"
done
if [ -z "$ready" ]; then
	wait "$pid" || exit
	exit 1
fi

# The pid of the container's process 1 in the pid namespace of the host.
first=$(ps -o pid= --ppid "$pid" | tr -d ' ')
run "nslist -o NS,TYPE,NPROCS,PID,USER,COMMAND -p $first | cut -c1-100"
run "nsenter2 --target $first --all -- /bin/ps | cut -c1-100"
echo go >&9
wait "$pid"
pid=
