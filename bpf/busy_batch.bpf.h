/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A batch: the extents that one ext4 transaction freed. They become free again
 * all at once, so a batch needs no entry per extent.
 *
 * The batch has the number of extents and blocks, and the sum of the moments at
 * which the extents were freed. At the end of the batch,
 *
 *   sum of lifetimes = extents * end - sum of moments
 *
 * For the histogram of lifetimes the batch has slots: so many extents, freed
 * from this moment until the next slot begins. When all slots are used,
 * neighbours are merged, as long as the merged slot is no longer than a quarter
 * of the time that has passed since its end. So an extent may count as up to a
 * quarter older than it is, but none is ever lost, however many are freed.
 *
 * Example: one extent was freed in each unit of time from 100 to 199, and it is
 * 200 now. The slots that begin at 100 to 119 become one slot of 20 extents,
 * which begins at 100: its 20 units are a quarter of the 80 units that have
 * passed since 120. The extent of 119 is 81 units old and counts as 100.
 */
#ifndef FRSP_BUSY_BATCH_BPF_H
#define FRSP_BUSY_BATCH_BPF_H

/* Merging leaves at most 195 slots in a batch that has lasted for 39 hours. */
#define N_SLOTS	   256
#define SLOT_SHIFT 16 /* ns to the slots' unit of time: 65 us */

struct frsp_slot {
	__u32 from;    /* when the first extent was freed, in units */
	__u32 extents; /* freed from then until the next slot */
};

struct frsp_batch {
	__u32 tid;
	__u32 n_slots;
	__u64 extents; /* 0: the batch is not in use */
	__u64 blocks;
	__u64 freed_ns; /* sum of the moments */
	struct frsp_slot slots[N_SLOTS];
};

/* Lock held; all slots are used. The number of slots that are kept is always
 * read from memory, so that the verifier need not follow each of its values.
 */
static __always_inline void merge_slots(struct frsp_batch *batch, __u32 now)
{
	volatile __u32 *n_kept = &batch->n_slots;

	*n_kept = 1;
	for (__u32 i = 1; i < N_SLOTS; i++) {
		struct frsp_slot *last = &batch->slots[(*n_kept - 1) % N_SLOTS];
		__u32 end = i + 1 < N_SLOTS ? batch->slots[i + 1].from : now;

		if (end - last->from <= (now - end) / 4) {
			last->extents += batch->slots[i].extents;
			continue;
		}
		batch->slots[*n_kept % N_SLOTS] = batch->slots[i];
		++*n_kept;
	}
}

/* Lock held. */
static __always_inline void fill_slot(struct frsp_batch *batch, __u32 now)
{
	struct frsp_slot *last = &batch->slots[(batch->n_slots - 1) % N_SLOTS];

	/* below 0: this CPU read the clock first, but got the lock later */
	if (batch->n_slots && (__s32)(now - last->from) <= 0) {
		last->extents++;
		return;
	}
	if (batch->n_slots >= N_SLOTS)
		merge_slots(batch, now);
	batch->slots[batch->n_slots % N_SLOTS] =
		(struct frsp_slot){.from = now, .extents = 1};
	batch->n_slots++;
}

#endif
