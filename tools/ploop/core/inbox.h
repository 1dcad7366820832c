/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A queue without a lock: many threads put work into it, one takes it all.
 *
 * It is a stack that grows by compare-and-swap and is taken whole, so no node
 * is ever popped alone and the ABA problem cannot arise. The taker turns the
 * stack around: first in, first out.
 */
#ifndef FRSP_PLOOP_INBOX_H
#define FRSP_PLOOP_INBOX_H

#include <stdbool.h>
#include <stddef.h>

/* A message, embedded in what it is about. */
struct ploop_work {
	struct ploop_work *next;
	void (*run)(struct ploop_work *work);
};

struct ploop_inbox {
	struct ploop_work *newest;
};

/* True if the inbox was empty: the taker may be asleep. */
static inline bool inbox_put(struct ploop_inbox *inbox, struct ploop_work *work)
{
	struct ploop_work *newest =
		__atomic_load_n(&inbox->newest, __ATOMIC_RELAXED);

	do
		work->next = newest;
	while (!__atomic_compare_exchange_n(&inbox->newest, &newest, work, true,
					    __ATOMIC_ACQ_REL,
					    __ATOMIC_RELAXED));
	return !newest;
}

/* All of it, the oldest first. */
static inline struct ploop_work *inbox_take(struct ploop_inbox *inbox)
{
	struct ploop_work *work, *taken = NULL;

	if (!__atomic_load_n(&inbox->newest, __ATOMIC_RELAXED))
		return NULL;
	work = __atomic_exchange_n(&inbox->newest, NULL, __ATOMIC_ACQUIRE);
	while (work) {
		struct ploop_work *next = work->next;

		work->next = taken;
		taken = work;
		work = next;
	}
	return taken;
}

static inline bool inbox_is_empty(const struct ploop_inbox *inbox)
{
	return !__atomic_load_n(&inbox->newest, __ATOMIC_ACQUIRE);
}

#endif
