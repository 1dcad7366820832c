/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what move/refusal.h judges, and what the mover must know of a
 * filesystem.
 */
#ifndef FRSP_MOVE_FACTS_H
#define FRSP_MOVE_FACTS_H

#include "fs/mount_name.h"
#include "move/refusal.h"

struct move_fs {
	dev_t dev;		   /* st_dev of its files */
	char name[MOUNT_NAME_LEN]; /* such as "sda1" */
	__u32 block_bytes;
	__u32 group_blocks, first_block; /* of a block group; of the first */
	__u64 bytes;			 /* its size */
	bool has_large_folios;		 /* in the page cache of its files */
	/* frsp.ko notes exchanges in the inodes (kmod/exchange.c). */
	bool notes_exchanges;
	struct move_fs_facts facts;
};

/* Reads the filesystem of an open file or directory. 0; -EACCES: its device
 * cannot be read; or another -errno.
 */
int move_fs_read(int fd, struct move_fs *fs);

/* Reads the facts of an open file. dir: its directory. path: absolute, without
 * symbolic links, or NULL if it has none. 0 or -errno.
 */
int move_file_read(int fd, int dir, const char *path,
		   struct move_file_facts *facts);

#endif
