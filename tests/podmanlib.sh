# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# podmanlib.sh: prepares podman(1) with examples/nsoci as its OCI runtime. Sourced after rootlib.sh
# and ocilib.sh.
# shellcheck disable=SC2154 # rootlib.sh sets box, and ocilib.sh sets nsoci

require_tool jq
require_tool nsoci-config
require_feature podman

# Creates the configuration and the storage of podman below $TMP, and the image box:1.
oneTimeSetUp()
{
	make_box
	for applet in echo env hostname id kill tty; do
		ln -sf busybox "$box/bin/$applet"
	done
	mkdir "$box/tmp" "$TMP/engine"
	printf '%s\n' root:x:0:0::/:/bin/sh web:x:33:33::/:/bin/sh >"$box/etc/passwd"
	printf '%s\n' root:x:0: web:x:33: >"$box/etc/group"
	# give the runtime nsoci the name crun, because podman can disable cgroups only for a
	# runtime with this name
	ln -s "$nsoci" "$TMP/engine/crun"
	cat >"$TMP/engine/containers.conf" <<-END
		[engine]
		cgroup_manager = "cgroupfs"
		events_logger = "file"
		tmp_dir = "$TMP/engine/tmp"
		runtime = "crun"
		[engine.runtimes]
		crun = ["$TMP/engine/crun"]
	END
	cat >"$TMP/engine/storage.conf" <<-END
		[storage]
		driver = "vfs"
		runroot = "$TMP/engine/run"
		graphroot = "$TMP/engine/store"
	END
	echo '{"default": [{"type": "insecureAcceptAnything"}]}' >"$TMP/engine/policy.json"
	CONTAINERS_CONF=$TMP/engine/containers.conf CONTAINERS_STORAGE_CONF=$TMP/engine/storage.conf HOME=$TMP
	XDG_RUNTIME_DIR=$TMP/engine/user
	mkdir -m 700 "$XDG_RUNTIME_DIR"
	export CONTAINERS_CONF CONTAINERS_STORAGE_CONF HOME XDG_RUNTIME_DIR
	tar -C "$box" -c . | podman import --signature-policy "$TMP/engine/policy.json" - box:1 >/dev/null 2>&1
}

# start_container ARGUMENT…: calls `podman run` with the arguments and with the options that this
# machine needs.
start_container()
{
	podman run --network none --cgroups=disabled --ulimit nofile=1024:1024 --ulimit nproc=1000:1000 "$@"
}

tearDown()
{
	podman rm --all --force >/dev/null 2>&1
}
