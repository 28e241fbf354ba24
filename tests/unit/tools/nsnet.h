/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nsnet.h: replaces libnftables and the messages of the tool in the unit tests of nsnet. A test
 * sets the text that libnftables lists, and reads the commands that nsnet applies.
 */
#ifndef NSU_UNIT_NSNET_H
#define NSU_UNIT_NSNET_H

#include <setjmp.h>
#include <stdarg.h>

#include "../addr.h"
#include "../sandbox.h"
#include "common/cli_table.h"
#include "nsnet/nat.h"

/* ---- libnftables */

/* Answers to commands: the text of a list, or a negative errno. A command without an answer lists
 * nothing. If an answer has a further text, it is the answer to the second command and later. */
static struct nft_answer {
	const char *command, *text, *then;
	int rc;
} nft_answers[8];

static int nft_open_rc, nft_apply_rc;
/* nft_apply() fails only with the commands that begin with this text */
static const char *nft_apply_fails = "";
static struct buf nft_applied;
static unsigned nft_dry_runs;

static inline void nft_begin(void)
{
	memset(nft_answers, 0, sizeof(nft_answers));
	nft_open_rc = nft_apply_rc = 0;
	nft_apply_fails = "";
	nft_dry_runs = 0;
	buf_free(&nft_applied);
}

/* Sets the answer number i. */
static inline void nft_answer(unsigned i, const char *command, const char *text)
{
	nft_answers[i] = (struct nft_answer){ .command = command, .text = text };
}

/* Returns the commands that were applied, which the next call replaces. */
static inline const char *nft_took(void)
{
	static char text[8192];

	snprintf(text, sizeof(text), "%s", nft_applied.s ? nft_applied.s : "");
	buf_free(&nft_applied);
	return text;
}

int nft_open(struct nft_ctx **nft, struct nserr *e)
{
	*nft = NULL;
	if (nft_open_rc < 0)
		return nserr_set(e, nft_open_rc, "cannot load libnftables");
	*nft = (struct nft_ctx *)(void *)&nft_applied;
	return 0;
}

void nft_close(struct nft_ctx *nft)
{
	(void)nft;
}

int nft_apply(struct nft_ctx *nft, const char *text, bool dry_run, struct nserr *e)
{
	(void)nft;
	if (nft_apply_rc < 0 && str_after(text, nft_apply_fails))
		return nserr_set(e, nft_apply_rc, "refused");
	if (dry_run)
		nft_dry_runs++;
	else
		buf_adds(&nft_applied, text);
	return 0;
}

int nft_list(struct nft_ctx *nft, const char *command, struct buf *out, struct nserr *e)
{
	(void)nft;
	for (size_t i = 0; i < ARRAY_SIZE(nft_answers) && nft_answers[i].command; i++) {
		struct nft_answer *a = &nft_answers[i];

		if (!streq(a->command, command))
			continue;
		if (a->rc < 0)
			return nserr_set(e, a->rc, "cannot list");
		if (a->text)
			buf_adds(out, a->text);
		if (a->then)
			a->text = a->then;
		break;
	}
	return 0;
}

int nft_list_handles(struct nft_ctx *nft, const char *command, struct buf *out, struct nserr *e)
{
	char handles[64];

	snprintf(handles, sizeof(handles), "-a %s", command);
	return nft_list(nft, handles, out, e);
}

void nft_rule_text(struct nft_ctx *nft, const char *chain, uint64_t handle, struct buf *out)
{
	(void)nft, (void)chain, (void)handle, (void)out;
}

/* ---- messages: the functions of the tool that end the process return to the test */

const struct cli_tool *cli_the_tool;
static jmp_buf cli_ended;
static char cli_message[1024];

static void cli_say(const char *what, const char *hint)
{
	snprintf(cli_message, sizeof(cli_message), "%s%s%s", what, hint[0] ? "; " : "", hint);
}

#define CLI_SAY(fmt) \
	do { \
		char text_[512]; \
		va_list ap_; \
\
		va_start(ap_, fmt); \
		vsnprintf(text_, sizeof(text_), fmt, ap_); \
		va_end(ap_); \
		cli_say(text_, ""); \
	} while (0)

void cli_warn(int err, const char *fmt, ...)
{
	(void)err;
	CLI_SAY(fmt);
}

void cli_warn_nserr(const struct nserr *e)
{
	cli_say(e->what, e->hint);
}

void cli_die(int err, const char *fmt, ...)
{
	(void)err;
	CLI_SAY(fmt);
	longjmp(cli_ended, 1);
}

void cli_die_nserr(const struct nserr *e)
{
	cli_say(e->what, e->hint);
	longjmp(cli_ended, 1);
}

void cli_die_usage(const char *fmt, ...)
{
	CLI_SAY(fmt);
	longjmp(cli_ended, 1);
}

void cli_die_usage_nserr(const struct nserr *e)
{
	cli_die_nserr(e);
}

int cli_status(const struct nserr *e)
{
	return e->status ? e->status : 1;
}

/* The text that the tool has printed. */
static struct buf cli_printed;

void cli_print(struct buf *b)
{
	buf_free(&cli_printed);
	cli_printed = *b;
	*b = BUF_INIT;
}

/* Executes a statement that ends the tool with this message. */
#define CHECK_DIES(statement, want) \
	do { \
		cli_message[0] = '\0'; \
		if (setjmp(cli_ended) == 0) { \
			statement; \
			CHECK(!"the tool goes on"); \
		} \
		CHECK_STR(cli_message, want); \
	} while (0)

/* Returns the last message of cli_warn() and cli_warn_nserr(), or "", and forgets it. */
static inline const char *cli_warned(void)
{
	static char text[sizeof(cli_message)];

	memcpy(text, cli_message, sizeof(text));
	cli_message[0] = '\0';
	return text;
}

/* ---- values */

static struct net net;

/* Calls nft_begin(), and empties `net`, which then has no open descriptor. */
static inline void begin_net(void)
{
	nft_begin();
	net = (struct net){ .own_ns = -1,
			    .ns = -1,
			    .host = NETLINK_INIT,
			    .inner = NETLINK_INIT,
			    .conntrack = NETLINK_INIT };
}

/* Returns the first line of a file, without the newline, or "" if there is no file. */
static inline const char *got(const char *path)
{
	static char text[256];
	ssize_t n = file_read_at(AT_FDCWD, path, text, sizeof(text));

	text[n < 0 ? 0 : n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return text;
}

#endif
