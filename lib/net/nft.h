/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nft: reads and changes the rules of nf_tables as text with libnftables, which is loaded on first
 * use. */
#ifndef NSU_NET_NFT_H
#define NSU_NET_NFT_H

#include "base/buf.h"
#include "base/nserr.h"

struct nft_ctx;

/*
 * Opens a libnftables context and stores it in *nft. The context belongs to the network namespace
 * that the caller is in when it calls nft_open(). The kernel removes a table with `flags owner`
 * (Linux 5.12) when the context that added the table is closed. The socket of the context is
 * close-on-exec. Returns 0, or a negative errno with e set: -ENOENT, with the exit status 2 in e,
 * if libnftables is missing. nft_close() closes the context. If another context is open at that
 * time, the socket stays open until the process ends.
 */
int nft_open(struct nft_ctx **nft, struct nserr *e) must_check;
void nft_close(struct nft_ctx *nft);

/* Executes all commands in text, or none if one of them fails. With dry_run the kernel only checks
 * the commands. Returns 0, or -EINVAL with the first line of the message of libnftables in e. */
int nft_apply(struct nft_ctx *nft, const char *text, bool dry_run, struct nserr *e) must_check;

/* Appends the output of a command such as "list ruleset" to out. Returns the same values as
 * nft_apply(). */
int nft_list(struct nft_ctx *nft, const char *command, struct buf *out, struct nserr *e) must_check;

/* Appends the output of a command to out, with the handle of each object (" # handle 7"). Returns
 * the same values as nft_apply(). */
int nft_list_handles(struct nft_ctx *nft, const char *command, struct buf *out,
		     struct nserr *e) must_check;

/*
 * Appends to out the text of the rule with this handle. chain is "FAMILY TABLE CHAIN". Appends
 * nothing if there is no such rule or the rules cannot be read.
 */
void nft_rule_text(struct nft_ctx *nft, const char *chain, uint64_t handle, struct buf *out);

#endif
