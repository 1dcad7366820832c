/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gets from frsp.ko what it knows of all block groups of a filesystem, and
 * gives it back. device and fs: as for the calls of module/module.h.
 */
#ifndef FRSP_SUMMARIES_H
#define FRSP_SUMMARIES_H

#include "module/summary_file.h"

/* Gets all groups that frsp.ko knows, in as many calls as that takes. The
 * caller fills in the other members of the summary, and frees summary->groups,
 * also after an error. Returns 0 or -errno.
 */
int summaries_export(int device, int fs, struct summary *summary);

/* Returns how many groups frsp.ko took, or -errno. */
long summaries_import(int device, int fs, const struct summary *summary);

#endif
