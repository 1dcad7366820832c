/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What growing and shrinking share. */
#ifndef FRSP_PLOOP_RESIZE_H
#define FRSP_PLOOP_RESIZE_H

#include "ploop/core/image.h"

/* How many entries a disk of that length needs. */
__u64 resize_entries(const struct ploop_header *header, __u64 n_sectors);
/* A copy of the view whose top is a new delta for that many sectors; its table
 * is still the old one. NULL: no memory. */
struct view *resize_view(struct ploop_image *image, __u64 n_sectors);
/* The header's sector in memory says the numbers of the delta. Its page is
 * dirty, and strict: whatever was written before is stable first. */
void resize_header(struct ploop_image *image, const struct delta *delta);

#endif
