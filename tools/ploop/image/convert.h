/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies a disk to a new file: an image, or raw: byte for byte. */
#ifndef FRSP_PLOOP_CONVERT_H
#define FRSP_PLOOP_CONVERT_H

#include <stdbool.h>
#include <linux/types.h>

#include "ploop/image/chain.h"

struct convert {
	struct chain *from;
	const char *to; /* must not be there yet */
	bool is_to_raw;
	__u32 cluster_sectors; /* of the new image */
	/* Called again and again; not 0 ends the copy. */
	int (*progress)(void *context, __u64 done, __u64 total);
	void *context;
	__u64 copied_bytes; /* filled in: those that may not be zeros */
};

/* 0; what progress returned; -EBADMSG or another -errno: problem says what is
 * wrong. Then there is no new file.
 */
int convert_run(struct convert *convert, struct image_problem *problem);

#endif
