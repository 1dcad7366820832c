/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of a filesystem that are worth being defragmented, by how they are
 * used (move/policy_defrag.h).
 */
#ifndef FRSP_CTL_HOT_FILES_H
#define FRSP_CTL_HOT_FILES_H

#include "ctl/ctl.h"

struct hot_file {
	char *path;
	__u64 extents;
	double saved, cost; /* seeks in the horizon; the move, in I/Os */
};

struct hot_files {
	struct hot_file *list; /* the one with most gain per cost first */
	size_t n;
};

/* spec: a path in the filesystem, or its device. By the heat of now, or that of
 * ctl->inputs. If it fails, it has printed why. The caller calls
 * hot_files_free() in any case.
 */
enum exit_code hot_files_find(const struct ctl *ctl, const char *spec,
			      struct hot_files *files);
void hot_files_free(struct hot_files *files);

#endif
