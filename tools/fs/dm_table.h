/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of device-mapper, through libdevmapper. */
#ifndef FRSP_DM_TABLE_H
#define FRSP_DM_TABLE_H

#include "fs/tier.h"

/* What this machine says. Where the kernel has no device-mapper, or a device is
 * none of its, libdevmapper is not called.
 */
struct tier_source dm_table_source(void);

#endif
