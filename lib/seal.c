// SPDX-License-Identifier: GPL-2.0-or-later
/* seal: memfd_create(2) and its seals. */
#include "seal.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>

#include "file.h"

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static int copy_all(int from, int to)
{
	ssize_t n;

	do
		n = sendfile(to, from, NULL, 1u << 20);
	while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 ? -errno : 0;
}

int seal_self(char *const argv[], struct nserr *e)
{
	cleanup_fd int self = file_open_at(AT_FDCWD, "/proc/self/exe", O_RDONLY, 0);
	cleanup_fd int copy = -1;
	const char *name = strrchr(argv[0], '/');
	int rc, seals;

	if (self < 0)
		return nserr_set(e, self, "cannot open /proc/self/exe");
	seals = fcntl(self, F_GET_SEALS); /* EINVAL for an ordinary file */
	if (seals >= 0 && (seals & SEALS) == SEALS) {
		/* ps(1) would show it as the name of the descriptor or of the file in memory */
		(void)!prctl(PR_SET_NAME, name ? name + 1 : argv[0], 0, 0, 0);
		return 0;
	}
	copy = memfd_create(name ? name + 1 : argv[0], MFD_CLOEXEC | MFD_ALLOW_SEALING);
	copy = copy < 0 ? -errno : file_above_std(copy);
	if (copy < 0)
		return nserr_set(e, copy, "cannot make a file in memory");
	rc = copy_all(self, copy);
	if (rc == 0 && fcntl(copy, F_ADD_SEALS, SEALS) < 0)
		rc = -errno;
	if (rc < 0)
		return nserr_set(e, rc, "cannot copy the binary into memory");
	fexecve(copy, argv, environ);
	return nserr_set(e, errno, "cannot execute the sealed copy of the binary");
}
