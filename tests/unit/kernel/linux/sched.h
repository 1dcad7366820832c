/* SPDX-License-Identifier: GPL-2.0-only */
/* cond_resched() does nothing in user space: see types.h. */
#ifndef FRSP_SHIM_SCHED_H
#define FRSP_SHIM_SCHED_H

static inline void cond_resched(void)
{
}

#endif
