/* SPDX-License-Identifier: GPL-2.0-only */
/* RCU for a single thread: there are no readers to wait for. */
#ifndef FRSP_SHIM_RCUPDATE_H
#define FRSP_SHIM_RCUPDATE_H

#include <linux/slab.h>

struct rcu_head {
	void *unused;
};

static inline void rcu_read_lock(void)
{
}

static inline void rcu_read_unlock(void)
{
}

#define RCU_INIT_POINTER(to, value)	     ((to) = (value))
#define rcu_assign_pointer(to, value)	     ((to) = (value))
#define rcu_dereference(from)		     (from)
#define rcu_dereference_protected(from, why) (from)
#define kvfree_rcu(object, head)	     kvfree(object)

#endif
