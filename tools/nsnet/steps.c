// SPDX-License-Identifier: GPL-2.0-or-later
/* steps: defines the steps for the namespace, its name and the program, and the table of all kinds
 * of steps. */
#include <fcntl.h>
#include <stdio.h>

#include "base/file.h"
#include "common/execute.h"
#include "kernel/nsfile.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_ns.h"
#include "nic.h"
#include "request.h"
#include "run/exec.h"

/* ---- the name */

static int run_names(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)s;
	return names_share(e);
}

/* Creates the file for the name of the namespace. A later step mounts the namespace on this file.
 * If nsnet is killed before that step, the kernel removes the namespace and its devices, but the
 * empty file remains. The next `add` with this name uses the file, and `gc` removes it. */
static int run_reserve(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct net *n = ctx;
	int fd = file_open_at(AT_FDCWD, n->path, O_RDONLY | O_CREAT | O_EXCL, 0);

	(void)s;
	/* Use an existing file if no namespace is mounted on it. Check this again, because ip(8)
	 * does not lock the directory and can have created the namespace after resolve(). */
	if (fd == -EEXIST) {
		int ns, is = names_open(n->name, &ns, e);

		util_close(&ns);
		if (is < 0 || is == NAME_DEAD)
			return is < 0 ? is : 0;
	}
	if (fd < 0)
		return nserr_set(e, fd, "cannot create '%s'", n->path);
	close(fd);
	n->name_is_new = true;
	return 0;
}

static void undo_reserve(void *ctx, const struct plan_step *s)
{
	struct net *n = ctx;

	(void)s;
	if (n->name_is_new)
		unlink(n->path);
}

static int run_pin(void *ctx, const struct plan_step *s, struct nserr *e)
{
	cleanup_fd int self = -1;
	struct net *n = ctx;

	(void)s;
	self = file_open_self(e);
	if (self < 0)
		return self;
	n->pin.path = n->path;
	return nspin_bind(&n->pin, NULL, self, &nstypes[NSTYPE_NET], e);
}

static void undo_pin(void *ctx, const struct plan_step *s)
{
	struct net *n = ctx;

	(void)s;
	nspin_undo(&n->pin);
}

/* ---- the namespace */

/*
 * Opens the netlink socket n->inner in the current network namespace of the process, unless it is
 * open already. The socket n->host belongs to the caller's network namespace. Returns 0, or a
 * negative errno with e set.
 */
static int open_inner(struct net *n, struct nserr *e)
{
	if (n->inner.fd >= 0)
		return 0;
	return netlink_open(&n->inner, e);
}

static int run_namespace(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct net *n = ctx;
	int rc = sys_unshare(CLONE_NEWNET);

	(void)s;
	if (rc < 0) {
		nserr_set(e, rc, "cannot create a network namespace");
		if (rc == -EPERM && !sys_cap_has(CAP_SYS_ADMIN))
			nserr_hint(e, "create a user namespace first, for example with 'nsunshare "
				      "-rn -- <program>'");
		return rc;
	}
	if (n->n_wires || n->nic.name[0]) {
		n->ns = nsfile_open_proc(AT_FDCWD, "/proc/self/ns/net");
		if (n->ns < 0)
			return nserr_set(e, n->ns, "cannot open /proc/self/ns/net");
	}
	return open_inner(n, e);
}

/* Prints `ip netns add`, because ip(8) can create only named namespaces. */
static void show_namespace(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct net *n = ctx;

	(void)s;
	if (!n->pasta) /* pasta itself creates the namespace */
		buf_printf(out, "ip netns add %s\n", n->label);
}

static int run_enter(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct net *n = ctx;
	int rc = sys_setns(n->ns, CLONE_NEWNET);

	(void)s;
	if (rc < 0)
		return net_denied(nserr_set(e, rc, "cannot enter the network namespace"), e);
	return 0;
}

/* Releases the lock, so that other nsnet processes can choose addresses. They find the addresses
 * that this process uses in the aliases of the devices. */
static int run_unlock(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct net *n = ctx;
	int rc = request_flush(n, e);

	(void)s;
	util_close(&n->host_lock);
	return rc;
}

static int run_flush(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)s;
	return request_flush(ctx, e);
}

/* ---- the program */

static pid_t run_fork(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct net *n = ctx;

	(void)s;
	return execute_fork(&n->supervise, &n->handle, e);
}

static int run_exec(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct net *n = ctx;

	(void)s;
	return exec_program(n->argv, e);
}

static void show_exec(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct net *n = ctx;

	(void)s;
	if (n->pasta)
		return;
	buf_printf(out, "ip netns exec %s", n->label);
	for (char **a = n->argv; *a; a++) {
		buf_addc(out, ' ');
		shell_word(out, *a);
	}
	buf_addc(out, '\n');
	if (n->nic.name[0])
		nic_show_return(n, out);
	if (n->target == TARGET_NEW)
		buf_printf(out, "ip netns del %s\n", n->label);
}

#define LINK_STEP(what, call_) \
	{ \
		.name = #what, .call = (call_), .run = run_##what, .show = show_##what, \
	}

/* A step without show() prints no command, because the command of another step includes its
 * work. */
const struct plan_kind step_kinds[STEPS] = {
	[STEP_NAMES] = { .name = "names", .call = "mount(MS_SHARED)", .run = run_names },
	[STEP_RESERVE] = { .name = "reserve",
			   .call = "open(O_EXCL)",
			   .run = run_reserve,
			   .undo = undo_reserve },
	[STEP_BRIDGE] = { .name = "bridge",
			  .call = "RTM_NEWLINK",
			  .run = run_bridge,
			  .undo = undo_bridge,
			  .show = show_bridge },
	[STEP_BRIDGE_ADDR] = LINK_STEP(bridge_addr, "RTM_NEWADDR"),
	[STEP_BRIDGE_UP] = LINK_STEP(bridge_up, "RTM_NEWLINK"),
	[STEP_PASTA_START] = { .name = "pasta-start",
			       .call = "fork(2)",
			       .run = run_pasta_start,
			       .undo = undo_pasta_start },
	[STEP_USERNS] = { .name = "userns", .call = "unshare(CLONE_NEWUSER)", .run = run_userns },
	[STEP_PASTA] = { .name = "pasta",
			 .call = "execve(2)",
			 .run = run_pasta,
			 .show = show_pasta },
	[STEP_NAMESPACE] = LINK_STEP(namespace, "unshare(CLONE_NEWNET)"),
	[STEP_ENTER] = { .name = "enter", .call = "setns(CLONE_NEWNET)", .run = run_enter },
	[STEP_WIRE] = { .name = "wire",
			.call = "RTM_NEWLINK",
			.run = run_wire,
			.undo = undo_wire,
			.show = show_wire },
	[STEP_MOVE] = { .name = "move",
			.call = "RTM_NEWLINK",
			.run = run_move,
			.undo = undo_move,
			.show = show_move },
	[STEP_ALIAS] = LINK_STEP(alias, "RTM_NEWLINK"),
	[STEP_FORWARD] = LINK_STEP(forward, "write(/proc/sys/net)"),
	[STEP_FORWARD_OUTER] = LINK_STEP(forward_outer, "RTM_NEWLINK"),
	[STEP_LOCALNET] = LINK_STEP(localnet, "write(/proc/sys/net)"),
	[STEP_NAT] = { .name = "nat",
		       .call = "NFT_MSG_NEWTABLE",
		       .run = run_nat,
		       .undo = undo_nat,
		       .show = show_nat },
	[STEP_OUTER_ADDR] = LINK_STEP(outer_addr, "RTM_NEWADDR"),
	[STEP_UNLOCK] = { .name = "unlock", .call = "close(2)", .run = run_unlock },
	[STEP_FLUSH] = { .name = "flush", .call = "send(2)", .run = run_flush },
	[STEP_AWAIT] = { .name = "await", .call = "RTM_GETLINK", .run = run_await },
	[STEP_LO] = LINK_STEP(lo, "RTM_NEWLINK"),
	[STEP_ADDR] = LINK_STEP(addr, "RTM_NEWADDR"),
	[STEP_UP] = LINK_STEP(up, "RTM_NEWLINK"),
	[STEP_GATEWAY] = LINK_STEP(gateway, "RTM_NEWROUTE"),
	[STEP_ROUTE] = LINK_STEP(route, "RTM_NEWROUTE"),
	[STEP_SYSCTL] = LINK_STEP(sysctl, "write(/proc/sys/net)"),
	[STEP_PIN] = { .name = "pin", .call = "mount(MS_BIND)", .run = run_pin, .undo = undo_pin },
	[STEP_ETC] = { .name = "etc",
		       .call = "write(/etc/netns)",
		       .run = run_etc,
		       .undo = undo_etc,
		       .show = show_etc },
	[STEP_RESOLV] = { .name = "resolv",
			  .call = "move_mount(2)",
			  .run = run_resolv,
			  .show = show_etc },
	[STEP_FILES] = { .name = "files", .call = "move_mount(2)", .run = run_files },
	[STEP_FORK] = { .name = "fork", .call = "clone(2)", .fork = run_fork, .forks = PLAN_CHILD },
	[STEP_EXEC] = LINK_STEP(exec, "execve(2)"),
};
