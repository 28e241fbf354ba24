# SPDX-License-Identifier: GPL-2.0-or-later
# config.json as podman 4.3.1 makes it, without the parts that depend on its storage
{
  ociVersion: "1.0.2-dev",
  process: {
    user: {uid: 0, gid: 0, umask: 23},
    args: $ARGS.positional,
    env: ["PATH=/bin", "TERM=xterm", "WORD=two words\nof a line"],
    cwd: "/tmp",
    capabilities: {bounding: ["CAP_CHOWN", "CAP_KILL", "CAP_NET_BIND_SERVICE"],
                   effective: ["CAP_CHOWN"], permitted: ["CAP_CHOWN"]},
    rlimits: [{type: "RLIMIT_NOFILE", hard: 123, soft: 123}],
    noNewPrivileges: true,
    oomScoreAdj: 500
  },
  root: {path: $root, readonly: true},
  hostname: "oci-test",
  mounts: [
    {destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "noexec", "nodev"]},
    {destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "noexec", "strictatime", "mode=755", "size=65536k"]},
    {destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"]},
    {destination: "/dev/pts", type: "devpts", source: "devpts", options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]},
    {destination: "/dev/mqueue", type: "mqueue", source: "mqueue", options: ["nosuid", "noexec", "nodev"]},
    {destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["rw", "rprivate", "nosuid", "nodev", "tmpcopyup"]},
    {destination: "/mnt/file", type: "bind", source: "file", options: ["ro", "rprivate", "rbind"]},
    {destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["rprivate", "nosuid", "noexec", "nodev", "relatime", "ro"]}
  ],
  annotations: {test: "yes"},
  linux: {
    sysctl: {"net.ipv4.ip_forward": "1"},
    resources: {devices: [{allow: false, access: "rwm"}]},
    namespaces: ([{type: "pid"}, {type: "network"}, {type: "ipc"}, {type: "uts"}, {type: "mount"}] + $map.namespaces),
    uidMappings: $map.uidMappings,
    gidMappings: $map.gidMappings,
    seccomp: {
      defaultAction: "SCMP_ACT_ALLOW",
      architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
      syscalls: [{names: ["mkdir", "mkdirat", "no_such_call"], action: "SCMP_ACT_ERRNO", errnoRet: 1},
                 {names: ["personality"], action: "SCMP_ACT_ERRNO", args: [{index: 0, value: 4294967295, op: "SCMP_CMP_NE"}]}]
    },
    maskedPaths: ["/proc/acpi", "/proc/kcore", "/no/such/path"],
    readonlyPaths: ["/proc/sys", "/proc/sysrq-trigger"]
  }
}
