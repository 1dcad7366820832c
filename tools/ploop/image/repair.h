/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Repairs an image. After a crash at any step, a repair finds an image that is
 * no worse than before, and goes on.
 */
#ifndef FRSP_PLOOP_REPAIR_H
#define FRSP_PLOOP_REPAIR_H

#include <stdbool.h>

#include "ploop/image/check.h"
#include "ploop/image/saved.h"

struct repair {
	struct image_file *file; /* opened alone */
	struct check_sum sum;	 /* what a check has found */
	struct saved saved;	 /* .path is where the old content is */
	__u64 n_cleared;	 /* entries that point nowhere now */
	__u64 n_copied; /* clusters that two entries used, and now one each */
	__u64 freed_bytes;
	bool dropped_extension;
	const char *failed; /* the step, as "cannot write the block table" */
};

/* path: of repair->file. The caller fills in .file and .sum. 0 or -errno. */
int image_repair(struct repair *repair, const char *path);

#endif
