/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files come to that "frspctl defrag --hot --output=FILE" lists. */
#ifndef FRSP_DAEMON_DEFRAG_SUM_H
#define FRSP_DAEMON_DEFRAG_SUM_H

#include <linux/types.h>

struct defrag_sum {
	__u64 n, extents;
	double saved, cost; /* seeks; I/Os */
};

/* 0; -EINVAL: it is no such list; or another -errno. */
int defrag_sum_read(const char *path, struct defrag_sum *sum);

#endif
