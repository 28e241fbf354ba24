// SPDX-License-Identifier: GPL-2.0-or-later
/* build: adds the steps to the plan. The order of the calls is the order of the steps. */
#include "nat.h"

static void add(struct plan *p, enum step step, const void *arg, uint64_t num)
{
	plan_add(p, PLAN_CALLER, &step_kinds[step], arg, num);
}

static void add_bridges(struct net *n, struct plan *p)
{
	for (size_t i = 0; i < n->n_bridges; i++) {
		const struct bridge *br = &n->bridges[i];

		if (!br->index)
			add(p, STEP_BRIDGE, br, 0);
		for (size_t k = 0; k < br->addr.n; k++)
			add(p, STEP_BRIDGE_ADDR, br, k);
		/* Do not change an existing bridge for which the command line names no address. */
		if (br->wanted)
			add(p, STEP_BRIDGE_UP, br, 0);
	}
}

static void add_wires(struct net *n, struct plan *p)
{
	for (size_t i = 0; i < n->n_wires; i++) {
		const struct wire *w = &n->wires[i];

		if (!w->exists)
			add(p, STEP_WIRE, w, 0);
		/* the alias is also set on an existing device if the request adds firewall rules */
		if ((!w->exists || (nat_wanted(n) && w->addr.n)) &&
		    (w->kind == WIRE_HOST || w->kind == WIRE_BRIDGE))
			add(p, STEP_ALIAS, w, 0);
		for (size_t k = 0; k < w->other_addr.n && !(w->kind == WIRE_REF && w->exists); k++)
			add(p, STEP_OUTER_ADDR, w, k);
		if (nat_wanted(n) && w->kind == WIRE_HOST)
			add(p, STEP_FORWARD_OUTER, w, 0);
	}
}

/* The steps that set sysctls must be added before the process enters the namespace, because
 * /proc/sys/net shows the sysctls of the process's namespace. */
static void add_forwarding(struct net *n, struct plan *p)
{
	for (size_t i = 0; nat_wanted(n) && i < n->n_bridges; i++)
		add(p, STEP_FORWARD, n->bridges[i].name, 0);
	for (size_t i = 0; nat_wanted(n) && i < n->uplinks.n; i++)
		add(p, STEP_FORWARD, n->uplinks.v[i], 0);
	for (size_t i = 0; nat_loopback(n) && i < n->n_bridges; i++)
		add(p, STEP_LOCALNET, n->bridges[i].name, 0);
}

/* A device gets its addresses before it is brought up, so that it sends no packet without an
 * address. Routes are added afterwards, because the kernel refuses a gateway while the device is
 * down. */
static void add_device(const struct wire *w, struct plan *p)
{
	for (size_t k = 0; k < w->addr.n; k++)
		add(p, STEP_ADDR, w, k);
	add(p, STEP_UP, w, 0);
	for (size_t k = 0; k < w->gw.n; k++)
		add(p, STEP_GATEWAY, w, k);
}

static void add_inside(struct net *n, struct plan *p)
{
	if (!n->no_lo && n->target != TARGET_EXISTING)
		add(p, STEP_LO, NULL, 0);
	for (size_t i = 0; i < n->n_wires; i++)
		add_device(&n->wires[i], p);
	if (n->nic.wire.addr.n || n->nic.wire.gw.n)
		add_device(&n->nic.wire, p);
	for (size_t i = 0; i < n->n_routes; i++)
		add(p, STEP_ROUTE, &n->routes[i], 0);
	add(p, STEP_FLUSH, NULL, 0);
	for (size_t i = 0; i < n->n_wires; i++)
		if (!n->wires[i].exists)
			add(p, STEP_AWAIT, &n->wires[i], 0);
	for (size_t i = 0; i < n->n_sysctls; i++)
		add(p, STEP_SYSCTL, n->sysctls[i], 0);
}

static void add_program(struct net *n, struct plan *p)
{
	enum plan_actor who = net_forks(n) ? PLAN_CHILD : PLAN_CALLER;

	if (n->enters)
		add(p, STEP_FILES, NULL, 0);
	if (n->dns != DNS_NONE)
		add(p, STEP_RESOLV, NULL, 0);
	handle_expect_init(&n->handle, n->argv);
	handle_plan_report(&n->handle, p);
	if (who == PLAN_CHILD)
		add(p, STEP_FORK, NULL, 0);
	handle_plan_created(&n->handle, p);
	handle_plan_wait(&n->handle, p, PLAN_CALLER);
	if (who == PLAN_CHILD)
		supervise_plan(&n->supervise, p, who);
	handle_plan_exec(&n->handle, p, who, n->argv[0]);
	handle_plan_pass(&n->handle, p, who);
	plan_add(p, who, &step_kinds[STEP_EXEC], NULL, 0);
}

void build_plan(struct net *n, struct plan *p)
{
	bool has_target = n->name || n->ref || n->argv;

	if (n->target == TARGET_NEW_NAME) {
		add(p, STEP_NAMES, NULL, 0);
		add(p, STEP_RESERVE, NULL, 0);
	}
	add_bridges(n, p);
	add_forwarding(n, p);
	if (n->pasta) {
		add(p, STEP_PASTA_START, NULL, 0);
		add(p, STEP_USERNS, NULL, 0);
	}
	if (has_target)
		add(p, n->target == TARGET_EXISTING ? STEP_ENTER : STEP_NAMESPACE, NULL, 0);
	add_wires(n, p);
	if (n->nic.name[0] && !n->nic.moved)
		add(p, STEP_MOVE, NULL, 0);
	if (n->pasta)
		add(p, STEP_PASTA, NULL, 0);
	if (n->n_bridges)
		add(p, STEP_UNLOCK, NULL, 0);
	if (has_target && !n->enters)
		add_inside(n, p);
	if (!n->argv && n->dns != DNS_NONE)
		add(p, STEP_ETC, NULL, 0);
	if (n->target == TARGET_NEW_NAME)
		add(p, STEP_PIN, NULL, 0);
	/* `del` finds the rules by the name of the namespace. The rules are added after the name,
	 * so that `del` can remove them if `add` is killed. */
	if (nat_wanted(n))
		add(p, STEP_NAT, NULL, 0);
	if (n->argv)
		add_program(n, p);
}
