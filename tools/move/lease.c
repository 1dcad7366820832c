// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/lease.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

int lease_take(int fd)
{
	/* The kernel sends a signal when somebody wants the file. SIGIO, the
	 * default, would end the program; SIGURG does nothing. We ask instead,
	 * at every step.
	 */
	if (fcntl(fd, F_SETSIG, SIGURG) || fcntl(fd, F_SETLEASE, F_WRLCK))
		return -errno;
	return 0;
}

/* Once somebody waits, F_GETLEASE returns what he waits for: F_RDLCK or
 * F_UNLCK.
 */
bool lease_is_wanted(int fd)
{
	return fcntl(fd, F_GETLEASE) != F_WRLCK;
}
