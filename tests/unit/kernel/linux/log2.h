/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's base-2 logarithms: see types.h. */
#ifndef FRSP_SHIM_LOG2_H
#define FRSP_SHIM_LOG2_H

#include <linux/types.h>

static inline u32 ilog2(u32 n)
{
	return 31 - __builtin_clz(n);
}

static inline u32 roundup_pow_of_two(u32 n)
{
	return n > 1 ? 1U << (32 - __builtin_clz(n - 1)) : 1;
}

#endif
