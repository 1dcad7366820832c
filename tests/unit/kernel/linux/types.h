/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The headers in this directory stand in for the kernel's, so that files such
 * as kmod/tree.c can be built in user space: the same names, and just enough
 * behind each. This one adds to the kernel's own types for user space.
 */
#ifndef FRSP_SHIM_TYPES_H
#define FRSP_SHIM_TYPES_H

#include_next <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

typedef __u8 u8;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;
typedef unsigned int gfp_t;

#define U32_MAX		     0xffffffffU
#define READ_ONCE(x)	     (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value) (*(volatile __typeof__(x) *)&(x) = (value))
#define __rcu
#define container_of(pointer, type, member)                                    \
	((type *)((char *)(pointer) - offsetof(type, member)))

#endif
