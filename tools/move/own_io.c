// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/own_io.h"

#include <linux/types.h>
#include <sys/prctl.h>

#include "bpf/hot_who.h"

void own_io_mark(void)
{
	prctl(PR_SET_NAME, FRSP_HOT_MOVER_COMM);
}
