// SPDX-License-Identifier: GPL-2.0-or-later
/* Who waits for a slot waits as long as one may come: until a copy that has one
 * gives it to an entry, and until a cluster is demoted. A hand goes around the
 * table; of the next clusters that the top has, the one that was used least
 * goes.
 *
 * Nobody may wait for a demotion that waits for him. A demotion has a claim
 * that copies do not get. If it waits for a copy of the same cluster, which
 * waits for a slot, all that wait are woken up: that copy finds an entry, and
 * gives up. What resizes the file may wait for a slot, too, and demotions wait
 * for it: then there is no relief. */
#include <errno.h>

#include "ploop/core/image.h"

#define LOOKS 32 /* clusters of the top, of which one goes */

static __u32 uses_of(struct ploop_image *image, __u32 cluster)
{
	struct ploop_heat heat;

	return ploop_heat_read(image, cluster, &heat) ? heat.reads + heat.writes
						      : 0;
}

/* PLOOP_NO_SLOT: the top has no cluster. */
static __u32 choose(struct ploop_image *image)
{
	struct relief *relief = &image->relief;
	const struct table *table = &image_top(image)->table;
	__u32 coldest = PLOOP_NO_SLOT, least = ~0u;
	unsigned int n_seen = 0;

	for (__u32 i = 0; i < table->n_entries && n_seen < LOOKS; i++) {
		__u32 cluster = relief->hand;

		relief->hand = (cluster + 1) % table->n_entries;
		if (!table_entry(table, cluster) || lower_check(image, cluster))
			continue;
		n_seen++;
		if (coldest == PLOOP_NO_SLOT ||
		    uses_of(image, cluster) < least) {
			coldest = cluster;
			least = uses_of(image, cluster);
		}
	}
	return coldest;
}

static bool has_copies(struct ploop_image *image)
{
	const struct cow *cow = &image->cow;
	bool has = false;

	image_lock(image, &image->cow.lock);
	for (unsigned int i = 0; i < cow->n_claims; i++)
		has |= cow->claims[i].is_taken &&
		       once_read(cow->claims[i].slot) != PLOOP_NO_SLOT;
	image_unlock(image, &image->cow.lock);
	return has;
}

static void demoted(struct ploop_request *own)
{
	struct ploop_image *image = own->runner->image;

	image->relief.is_asked = false;
	image->relief.error = own->error;
	image->keeper.needs_commit = true;
	keeper_go(image);
}

bool relief_comes(struct ploop_image *image)
{
	struct relief *relief = &image->relief;
	__u32 cluster;

	if (!image->lower.delta || image->lower.error || keeper_resizes(image))
		return false;
	if (image->demote.waits) {
		keeper_answer(&image->keeper.waiting[WANT_SLOTS], 0);
		return true;
	}
	if (has_copies(image))
		return true;
	if (image->keeper.resizes)
		return !table_is_empty(&image_top(image)->table);
	if (relief->is_asked)
		return true;
	/* once: the next one that waits tries again */
	if (relief->error) {
		relief->error = 0;
		return false;
	}
	cluster = choose(image);
	if (cluster == PLOOP_NO_SLOT)
		return false;
	relief->is_asked = true;
	relief->own = (struct ploop_request){
		.op = PLOOP_DEMOTE,
		.runner = &image->runners[0],
		.offset = cluster *
			  ploop_cluster_bytes(&image_top(image)->header),
	};
	keeper_ask(&relief->own, WANT_RESIZE, demoted);
	return true;
}
