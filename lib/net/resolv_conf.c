// SPDX-License-Identifier: GPL-2.0-or-later
/* resolv_conf: copies the name servers of /etc/resolv.conf that do not have a loopback address. */
#include "net/resolv_conf.h"

#include <fcntl.h>

#include "base/file.h"
#include "base/str.h"

#define FILE_MAX 65536 /* bytes of the longest file; resolv.conf(5) limits only the lines */

/* Returns the address in a line "nameserver ADDRESS", or NULL if the line is another one. */
static const char *server_of(const char *line)
{
	const char *server = str_after(line, "nameserver");
	size_t blanks = server ? strspn(server, " \t") : 0;

	return blanks ? server + blanks : NULL;
}

static bool is_loopback(const char *server)
{
	return str_after(server, "127.") ||
	       (str_after(server, "::1") && strchr(" \t\n", server[strlen("::1")]));
}

/* Appends the lines of one file. Returns the number of name servers, or a negative errno. */
static int copy(const char *path, struct buf *out)
{
	cleanup_fd int fd = file_open_at(AT_FDCWD, path, O_RDONLY, 0);
	cleanup_free char *text = NULL;
	ssize_t n = fd < 0 ? fd : file_slurp(fd, FILE_MAX, &text);
	int servers = 0;

	if (n < 0)
		return (int)n;
	for (const char *line = text, *end; *line; line = end) {
		const char *server = server_of(line);
		size_t len = strcspn(line, "\n");

		end = line + len + (line[len] == '\n');
		if (server && is_loopback(server))
			continue;
		buf_add(out, line, len);
		buf_addc(out, '\n');
		servers += server != NULL;
	}
	return out->err ? out->err : servers;
}

int resolv_conf_read(struct buf *out, struct nserr *e)
{
	static const char *const from[] = { "/etc/resolv.conf",
					    "/run/systemd/resolve/resolv.conf" };

	for (size_t i = 0; i < ARRAY_SIZE(from); i++) {
		int rc;

		buf_reset(out);
		rc = copy(from[i], out);
		if (rc < 0 && rc != -ENOENT)
			return nserr_set(e, rc, "cannot read '%s'", from[i]);
		if (rc > 0)
			return rc;
	}
	return 0;
}
