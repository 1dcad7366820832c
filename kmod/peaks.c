// SPDX-License-Identifier: GPL-2.0-only
#include <linux/minmax.h>
#include <linux/string.h>

#include "peaks.h"

void frsp_peaks_init(struct frsp_peaks *peaks, u32 size, u32 *memory,
		     const struct frsp_peaks *old)
{
	peaks->size = size;
	peaks->peak = memory;
	if (!old->size)
		return;
	/*
	 * Inner nodes are computed once, at the end: frsp_peaks_set() for each
	 * value would go up the whole tree each time.
	 */
	memcpy(memory + size, old->peak + old->size,
	       old->size * sizeof(*memory));
	for (u32 node = size - 1; node; node--)
		memory[node] = max(memory[2 * node], memory[2 * node + 1]);
}

void frsp_peaks_set(struct frsp_peaks *peaks, u32 index, u32 value)
{
	u32 node = peaks->size + index;

	WRITE_ONCE(peaks->peak[node], value);
	for (node /= 2; node; node /= 2) {
		u32 peak =
			max(peaks->peak[2 * node], peaks->peak[2 * node + 1]);

		if (peaks->peak[node] == peak)
			break;
		WRITE_ONCE(peaks->peak[node], peak);
	}
}

static u32 at(const struct frsp_peaks *peaks, u32 node)
{
	return READ_ONCE(peaks->peak[node]);
}

u32 frsp_peaks_top(const struct frsp_peaks *peaks)
{
	return peaks->size ? at(peaks, 1) : 0;
}

/*
 * Going from leaf to leaf would take too long: a node whose value is too low is
 * skipped with all its leaves, and the search goes on at its neighbour, or at
 * that of an ancestor.
 */
static int nearest_behind(const struct frsp_peaks *peaks, u32 min, u32 index)
{
	u32 node = peaks->size + index;

	while (at(peaks, node) < min) {
		while (node & 1)
			node /= 2;
		if (!node)
			return -1;
		node++;
	}
	while (node < peaks->size)
		node = 2 * node + (at(peaks, 2 * node) < min);
	return node - peaks->size;
}

static int nearest_in_front(const struct frsp_peaks *peaks, u32 min, u32 index)
{
	u32 node = peaks->size + index;

	while (at(peaks, node) < min) {
		while (!(node & 1))
			node /= 2;
		if (node == 1)
			return -1;
		node--;
	}
	while (node < peaks->size)
		node = 2 * node + (at(peaks, 2 * node + 1) >= min);
	return node - peaks->size;
}

/*
 * The index that is nearer to near; behind if both are equally near. -1: there
 * is none.
 */
static int nearer(int behind, int in_front, u32 near)
{
	if (behind < 0)
		return in_front;
	if (in_front < 0)
		return behind;
	return behind - (int)near <= (int)near - in_front ? behind : in_front;
}

int frsp_peaks_nearest(const struct frsp_peaks *peaks, u32 min, u32 near)
{
	if (frsp_peaks_top(peaks) < min)
		return -1;
	near = min_t(u32, near, peaks->size - 1);
	return nearer(nearest_behind(peaks, min, near),
		      nearest_in_front(peaks, min, near), near);
}

int frsp_peaks_next_to(const struct frsp_peaks *peaks, u32 min, u32 near)
{
	int behind = -1, in_front = -1;

	if (frsp_peaks_top(peaks) < min)
		return -1;
	if (near >= peaks->size)
		return nearest_in_front(peaks, min, peaks->size - 1);
	if (near + 1 < peaks->size)
		behind = nearest_behind(peaks, min, near + 1);
	if (near)
		in_front = nearest_in_front(peaks, min, near - 1);
	return nearer(behind, in_front, near);
}
