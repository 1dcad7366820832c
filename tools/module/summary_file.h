/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file of "frspctl save". It stores what frsp.ko knows about the block
 * groups of a filesystem, for the next mount. All numbers are little-endian:
 *
 *   offset  bytes
 *        0      8  magic: "FRSPSUM" and a zero
 *        8      4  version: 1
 *       12      4  number of block groups of the filesystem
 *       16     16  UUID of the filesystem, as in its superblock
 *       32      4  clusters per group
 *       36      4  n, the number of entries: at most one per group
 *       40   16 n  the entries, by rising number of the group:
 *                    4  number of the group
 *                    4  free clusters in it
 *                    4  first cluster, in the group, of its longest known free
 *                       extent
 *                    4  length of that extent in clusters, 0: none
 *  40+16n      4  CRC-32 (zlib) of all bytes before
 *
 * An entry is a hint: frsp.ko skips it if the number of free clusters in the
 * group has changed.
 */
#ifndef FRSP_SUMMARY_FILE_H
#define FRSP_SUMMARY_FILE_H

#include <stddef.h>

#include "fs/ext4_super.h"
#include "uapi/frsp.h"

/* The longest file that is read. Entries for 2^32 groups would take 64 GiB. */
#define SUMMARY_FILE_MAX (1UL << 30)

struct summary {
	__u8 uuid[EXT4_UUID_BYTES];
	__u32 n_groups; /* of the filesystem */
	__u32 group_clusters;
	__u32 n; /* entries */
	struct frsp_group_summary *groups;
};

/* Removes impossible entries, of groups that changed while frsp.ko was asked
 * for them.
 */
void summary_prune(struct summary *summary);

/* The caller frees *data. 0 or -ENOMEM. */
int summary_encode(const struct summary *summary, void **data, size_t *len);

/*
 * The caller frees summary->groups. Returns 0, or
 * -EINVAL          not such a file
 * -EPROTONOSUPPORT another version
 * -EBADMSG         damaged: wrong length or checksum, or an impossible entry
 * -ENOMEM
 */
int summary_decode(const void *data, size_t len, struct summary *summary);

#endif
