// SPDX-License-Identifier: GPL-2.0-or-later
/* bpf_load: decides whether nslist uses BPF iterators, and loads the programs of the iterators. */
#include "collect/src_bpf.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_ns.h"

#define BTF_FILE "/sys/kernel/btf/vmlinux"

/* Minimum numbers of threads on the machine for the use of BPF iterators. With fewer threads,
 * reading /proc is faster. The first number applies if the BTF of the kernel can be mapped into
 * memory, the second if it must be read. */
#define ENOUGH_IF_MAPPED 40
#define ENOUGH_IF_READ   200

/* Checks that the caller may read the same data in /proc that the iterators return. This requires
 * the initial pid and user namespace. Returns 0 or a negative errno. */
static int check_caller(const struct collect *c)
{
	const uint64_t proc = SYS_CAP_BIT(CAP_SYS_PTRACE) | SYS_CAP_BIT(CAP_DAC_READ_SEARCH);
	const uint64_t admin = SYS_CAP_BIT(CAP_SYS_ADMIN);
	const uint64_t bpf = SYS_CAP_BIT(SYS_CAP_BPF) | SYS_CAP_BIT(SYS_CAP_PERFMON);
	struct sys_caps caps;
	int rc;

	if (!USE_BPF || sizeof(void *) != 8 || c->q.no_bpf || !c->q.self || c->q.only)
		return -EOPNOTSUPP;
	if (c->own_user != SYS_NS_INO_USER || c->top[NSTYPE_PID] != SYS_NS_INO_PID)
		return -EPERM;
	rc = sys_cap_get(&caps);
	if (rc == 0 && ((caps.effective & proc) != proc ||
			(!(caps.effective & admin) && (caps.effective & bpf) != bpf)))
		rc = -EPERM;
	return rc;
}

/* Opens the BTF of the kernel if the machine has enough threads or if `any_number` is set. Returns
 * 0 or a negative errno. */
static int open_btf(const struct collect *c, struct collect_programs *p, struct bpf_source *s,
		    bool any_number)
{
	uint64_t n;
	int rc;

	p->loadavg = procfs_open_loadavg(c->q.proc);
	rc = p->loadavg < 0 ? p->loadavg : procfs_count_threads(p->loadavg, &n);
	if (rc < 0)
		return rc;
	if (n < ENOUGH_IF_MAPPED && !any_number)
		return -ERANGE;
	rc = btf_open(&s->btf, BTF_FILE, any_number || n >= ENOUGH_IF_READ);
	return rc < 0 ? rc : bpf_source_init(s);
}

/* Loads the program of the iterator over tasks. Returns 0 or a negative errno. */
static int load_task(struct collect_programs *programs, struct bpf_source *s)
{
	struct bpf p;
	int rc = bpf_build_task(&p, s);

	if (rc == 0)
		rc = programs->task = sys_bpf_load_iter(p.insn, p.n, s->iter_task, NULL, 0);
	return MIN(rc, 0);
}

bool bpf_wants_files(const struct collect *c)
{
	return c->sources & COLLECT_DESCRIPTORS;
}

bool bpf_wants_lists(const struct collect *c)
{
	unsigned lists = NSTYPE_BIT(COLLECT_KERNEL);

	if (!c->q.mount_details)
		lists |= NSTYPE_BIT(COLLECT_MNT);
	return c->sources & lists;
}

/* Loads the program of the iterator over descriptors, if a source needs it. Returns 0 or a negative
 * errno. */
static int load_file(const struct collect *c, struct collect_programs *programs,
		     struct bpf_source *s)
{
	struct bpf p;
	int rc;

	programs->lists = bpf_wants_lists(c) && bpf_source_has_mounts(s);
	if (!bpf_wants_files(c) && !programs->lists)
		return 0;
	programs->probe = nsfile_open_proc(c->q.proc, "self/ns/mnt");
	if (programs->probe < 0)
		return programs->probe;
	rc = bpf_build_file(&p, s, (uint32_t)c->q.self,
			    programs->lists ? (uint32_t)programs->probe : 0);
	if (rc == 0)
		rc = programs->file = sys_bpf_load_iter(p.insn, p.n, s->iter_file, NULL, 0);
	return MIN(rc, 0);
}

int bpf_load(const struct collect *c, struct collect_programs *p, enum collect_bpf_step last,
	     bool any_number)
{
	struct bpf_source s = { 0 };
	int rc = check_caller(c);

	if (rc < 0 || last == COLLECT_BPF_CALLER || p->loaded)
		return rc;
	rc = open_btf(c, p, &s, any_number);
	if (rc == 0 && last > COLLECT_BPF_BTF)
		rc = load_task(p, &s);
	if (rc == 0 && last > COLLECT_BPF_BTF)
		rc = load_file(c, p, &s);
	p->has_ids = rc == 0 && bpf_source_has_ids(&s);
	p->loaded = rc == 0;
	btf_close(&s.btf);
	return rc;
}

void collect_programs_close(struct collect_programs *p)
{
	util_close(&p->task);
	util_close(&p->file);
	util_close(&p->probe);
	util_close(&p->loadavg);
	p->loaded = false;
}
