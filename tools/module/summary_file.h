/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file of "frspctl save": what frsp.ko knows of a filesystem's block
 * groups, for the next mount. All numbers are little-endian:
 *
 *   offset  bytes
 *        0      8  magic: "FRSPSUM" and a zero
 *        8      4  version: 1
 *       12      4  groups: block groups of the filesystem
 *       16     16  UUID of the filesystem, as its superblock has it
 *       32      4  clusters of a group
 *       36      4  entries: groups that are in the file, at most all
 *       40   16 n  an entry each, by rising number of the group:
 *                    4  number of the group
 *                    4  free clusters in it
 *                    4  first cluster, in the group, of the longest free extent
 *                       that is known
 *                    4  its length in clusters, 0: none
 *  40+16n      4  CRC-32 (zlib) of all before
 *
 * What is in it is a hint: frsp.ko skips a group whose free clusters are not
 * the same any more.
 */
#ifndef FRSP_SUMMARY_FILE_H
#define FRSP_SUMMARY_FILE_H

#include <stddef.h>

#include "fs/ext4_super.h"
#include "uapi/frsp.h"

/* Longest file: an entry for each of 2^32 groups would be more than memory. */
#define SUMMARY_FILE_MAX (1UL << 30)

struct summary {
	__u8 uuid[EXT4_UUID_BYTES];
	__u32 n_groups; /* of the filesystem */
	__u32 group_clusters;
	__u32 n; /* entries */
	struct frsp_group_summary *groups;
};

/* Takes entries out that cannot be: of groups that changed while frsp.ko was
 * asked for them.
 */
void summary_prune(struct summary *summary);

/* *data is to be freed. 0 or -ENOMEM. */
int summary_encode(const struct summary *summary, void **data, size_t *len);

/*
 * summary->groups is to be freed. 0, or
 * -EINVAL          not such a file
 * -EPROTONOSUPPORT of another version
 * -EBADMSG         damaged: length, checksum, or an entry that cannot be
 * -ENOMEM
 */
int summary_decode(const void *data, size_t len, struct summary *summary);

#endif
