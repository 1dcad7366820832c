/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is at the other end of a socket, as the kernel says. */
#ifndef FRSP_DAEMON_PEER_H
#define FRSP_DAEMON_PEER_H

#include <sys/types.h>

enum peer_rights {
	PEER_NONE,
	PEER_READS,   /* a member of the group frsp */
	PEER_CHANGES, /* root */
};

/* The number of the group frsp; 0: there is none, then only root has rights. It
 * may ask servers on the network, so do it once.
 */
gid_t peer_group(void);

enum peer_rights peer_rights(int fd, gid_t group);

#endif
