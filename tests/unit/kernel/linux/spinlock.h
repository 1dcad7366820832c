/* SPDX-License-Identifier: GPL-2.0-only */
/* Spinlocks for a single thread. Locking a held lock, or unlocking a free one,
 * is a bug and aborts. */
#ifndef FRSP_SHIM_SPINLOCK_H
#define FRSP_SHIM_SPINLOCK_H

#include <stdlib.h>
#include <linux/types.h>

typedef struct {
	bool held;
} spinlock_t;

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->held = false;
}

static inline void spin_lock(spinlock_t *lock)
{
	if (lock->held)
		abort();
	lock->held = true;
}

static inline void spin_unlock(spinlock_t *lock)
{
	if (!lock->held)
		abort();
	lock->held = false;
}

#endif
