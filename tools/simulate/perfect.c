// SPDX-License-Identifier: GPL-2.0-or-later
#include "simulate/perfect.h"

#include <errno.h>
#include <stdlib.h>

int sim_perfect_begin(struct sim_perfect *perfect,
		      const struct sim_world *world)
{
	size_t n = world->n_ranges + 1UL;

	*perfect = (struct sim_perfect){.world = world};
	perfect->counts = calloc(n, sizeof(*perfect->counts));
	perfect->used = calloc(n, sizeof(*perfect->used));
	return perfect->counts && perfect->used ? 0 : -ENOMEM;
}

void sim_perfect_end(struct sim_perfect *perfect)
{
	free(perfect->counts);
	free(perfect->used);
	*perfect = (struct sim_perfect){0};
}

void sim_perfect_add(struct sim_perfect *perfect,
		     const struct sim_interval *interval)
{
	for (size_t i = 0; i < interval->n; i++) {
		__u32 range = interval->ranges[i];
		__u32 n = interval->ios[i].reads + interval->ios[i].writes;

		if (!interval->is_scored[i] ||
		    perfect->world->pins[range] == POLICY_PIN_NONE)
			continue;
		if (!perfect->counts[range])
			perfect->used[perfect->n_used++] = range;
		perfect->counts[range] += n;
	}
}

/* How many ranges have at least count I/Os; *ios: how many these are. */
static __u32 n_with(const struct sim_perfect *perfect, __u32 count, __u64 *ios)
{
	__u32 n = 0;

	*ios = 0;
	for (__u32 i = 0; i < perfect->n_used; i++) {
		__u32 of = perfect->counts[perfect->used[i]];

		if (of < count)
			continue;
		n++;
		*ios += of;
	}
	return n;
}

/* Finds the least count that so few ranges have that they all fit. Of those
 * with one I/O less there are then more than still fit.
 */
__u64 sim_perfect_hour(struct sim_perfect *perfect)
{
	__u32 from = 1, to = ~0U, room = perfect->world->n_fast, n;
	__u64 ios;

	while (from < to) {
		__u32 middle = from + (to - from) / 2;

		if (n_with(perfect, middle, &ios) <= room)
			to = middle;
		else
			from = middle + 1;
	}
	n = n_with(perfect, from, &ios);
	if (n < room)
		ios += (__u64)(room - n) * (from - 1);
	for (__u32 i = 0; i < perfect->n_used; i++)
		perfect->counts[perfect->used[i]] = 0;
	perfect->n_used = 0;
	return ios;
}
