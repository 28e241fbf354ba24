// SPDX-License-Identifier: GPL-2.0-or-later
/* carry: resolves a request, builds its plan, and then prints, checks or executes the plan. */
#include "common/execute.h"
#include "common/explain_next.h"
#include "nic.h"
#include "run/exec.h"

/* Prints the plan as shell commands, mostly of ip(8), and exits. */
static _Noreturn void explain(struct net *n, const struct plan *p)
{
	struct buf out = BUF_INIT;

	if (p->err)
		cli_die(p->err, "cannot allocate memory for the list of steps");
	for (size_t i = 0; i < p->n; i++) {
		const struct plan_step *s = &p->steps[i];

		if (s->kind >= step_kinds && s->kind < step_kinds + STEPS && s->kind->show)
			s->kind->show(n, s, &out);
	}
	cli_print(&out);
	explain_next(n->argv);
	exit(0);
}

void net_init(struct net *n)
{
	*n = (struct net){
		.own_ns = -1,
		.ns = -1,
		.host = NETLINK_INIT,
		.inner = NETLINK_INIT,
		.conntrack = NETLINK_INIT,
		.host_lock = -1,
		.name_lock = -1,
		.pasta_line = -1,
		.pin = NSPIN_INIT,
		.handle = HANDLE_INIT,
	};
}

void net_free(struct net *n)
{
	for (size_t i = 0; i < n->n_wires; i++)
		free(n->wires[i].other);
	for (size_t i = 0; i < n->n_sysctls; i++)
		free(n->sysctls[i]);
	nspin_free(&n->pin);
	nft_close(n->nft);
	buf_free(&n->rules);
	buf_free(&n->resolv);
}

static _Noreturn void follow_child(struct net *n)
{
	struct nserr e = NSERR_INIT;
	int status;

	status = supervise_wait(&n->supervise, &e);
	nat_end(n);
	if (nic_return(n, &e) < 0) {
		cli_warn_nserr(&e);
		e = NSERR_INIT;
	}
	execute_ended(&n->handle, status);
	if (status < 0)
		cli_die_nserr(&e);
	exec_end_as(status);
}

int carry_out(struct net *n)
{
	struct nserr e = NSERR_INIT;
	struct plan p = PLAN_INIT;
	bool forks = n->argv && net_forks(n);

	if (resolve(n, &e) < 0)
		cli_die_nserr(&e);
	build_plan(n, &p);
	if (n->explain)
		explain(n, &p);
	if (n->check) {
		plan_free(&p);
		net_free(n);
		return 0;
	}
	if (n->argv && exec_check(n->argv[0], &e) < 0 && e.status == 127) {
		/* `ip netns exec` needs no -- between the name and the program */
		if (!n->name && names_has(n->argv[0]))
			nserr_hint(
				&e,
				"use 'nsnet run %s -- <program>' to run a program in the network "
				"namespace '%s'",
				n->argv[0], n->argv[0]);
		cli_die_nserr(&e);
	}
	if (forks) {
		/* The program is killed if nsnet dies, because the NAT rules end with nsnet. */
		n->supervise.death_signal = nat_wanted(n) ? SIGKILL : 0;
		if (execute_start(&n->supervise, &n->handle, &p, n, &e) < 0)
			cli_die_nserr(&e);
		follow_child(n);
	}
	if (plan_run(&p, n, NULL, &e) < 0)
		cli_die_nserr(&e);
	plan_free(&p);
	net_free(n);
	return 0;
}
