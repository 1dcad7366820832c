// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/peer.h"

#include <grp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

#define MAX_GROUPS 65536 /* of a process, in the kernel */

/* Whether the group is among the peer's supplementary ones. */
static bool has_group(int fd, gid_t group)
{
	socklen_t len = MAX_GROUPS * sizeof(gid_t);
	gid_t *groups = malloc(len);
	bool found = false;

	if (!groups)
		return false;
	if (!getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len))
		for (size_t i = 0; i < len / sizeof(gid_t) && !found; i++)
			found = groups[i] == group;
	free(groups);
	return found;
}

gid_t peer_group(void)
{
	const struct group *group = getgrnam("frsp");

	return group ? group->gr_gid : 0;
}

enum peer_rights peer_rights(int fd, gid_t group)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len))
		return PEER_NONE;
	if (!peer.uid)
		return PEER_CHANGES;
	if (!group)
		return PEER_NONE;
	return peer.gid == group || has_group(fd, group) ? PEER_READS
							 : PEER_NONE;
}
