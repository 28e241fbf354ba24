// SPDX-License-Identifier: GPL-2.0-or-later
/* each_output: copies the output of the programs for --prefix, line by line. */
#include "base/file.h"
#include "base/str.h"
#include "each.h"

/* Writes all complete lines of the buffer, each after the label of the job. If rest is true,
 * writes an incomplete last line, too. */
static void write_lines(struct each *each, struct job *job, int stream, bool rest)
{
	struct buf *b = &job->line[stream];
	struct buf out = BUF_INIT;
	char name[512];
	size_t done = 0;
	int rc = 0;

	str_escape(name, sizeof(name), job->label, strlen(job->label));
	while (done < b->len) {
		const char *nl = memchr(b->s + done, '\n', b->len - done);
		size_t n = nl ? (size_t)(nl - b->s) - done : b->len - done;

		if (!nl && !rest)
			break;
		buf_printf(&out, "%s: ", name);
		buf_add(&out, b->s + done, n);
		buf_addc(&out, '\n');
		done += n + (nl ? 1 : 0);
	}
	if (out.len)
		rc = out.err ? out.err : file_write_all(stream + 1, out.s, out.len);
	if (rc < 0 && each->lost == 0)
		each->lost = rc;
	buf_free(&out);
	if (done < b->len)
		memmove(b->s, b->s + done, b->len - done);
	b->len -= done;
}

/* maximum length of a line; a longer line is written in several parts */
#define LINE_MAX_KEPT (64u << 10)

void job_read(struct each *each, struct job *job, int stream)
{
	char buf[8192];

	for (;;) {
		ssize_t n = RETRY_EINTR(read(job->pipe[stream], buf, sizeof(buf)));

		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0 && each->lost == 0)
			each->lost = -errno;
		if (n <= 0)
			break;
		buf_add(&job->line[stream], buf, (size_t)n);
		write_lines(each, job, stream, job->line[stream].len > LINE_MAX_KEPT);
	}
	util_close(&job->pipe[stream]);
}

void job_read_rest(struct each *each, struct job *job)
{
	for (int i = 0; i < STREAMS; i++) {
		if (job->pipe[i] >= 0)
			job_read(each, job, i);
		write_lines(each, job, i, true);
		util_close(&job->pipe[i]);
		buf_free(&job->line[i]);
	}
}
