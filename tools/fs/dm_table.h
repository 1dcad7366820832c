/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads tables of device-mapper, with libdevmapper. */
#ifndef FRSP_DM_TABLE_H
#define FRSP_DM_TABLE_H

#include "fs/tier.h"

/* The source for this machine. libdevmapper is called only for devices of
 * device-mapper, and so never if the kernel lacks it.
 */
struct tier_source dm_table_source(void);

#endif
