// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "ploop/image/chain.h"

struct mapping {
	struct chain *chain;
	int (*visit)(void *context, const struct chain_run *run);
	void *context;
	struct image_problem *problem;
	__u64 disk_bytes, cluster_bytes;
	struct chain_run run; /* what was found and is not told yet */
};

/* The image's entry for the cluster; 0 behind the end of its table. */
static int read_entry(struct chain_image *image, __u64 cluster, __u32 *value,
		      struct image_problem *problem)
{
	struct table_piece *piece = image->piece;
	int err;

	*value = 0;
	if (cluster >= image->file.header.n_entries)
		return 0;
	if (cluster < piece->first || cluster >= piece->first + piece->n) {
		err = table_piece_read(&image->file, cluster, piece);
		if (err) {
			piece->n = 0;
			return problem_with(problem, image->path, err);
		}
	}
	*value = table_value(piece, cluster);
	return 0;
}

/* Looks for the cluster in one image. 1: found; 0: not; or -errno. */
static int find_in(struct mapping *mapping, struct chain_image *image,
		   __u64 cluster, __u64 *byte)
{
	enum ploop_fault fault;
	__u32 value;
	int err;

	if (image->is_raw) {
		*byte = cluster * mapping->cluster_bytes;
		return *byte < image->file.bytes;
	}
	err = read_entry(image, cluster, &value, mapping->problem);
	if (err || !value)
		return err;
	fault = ploop_entry_check(&image->file.header, value,
				  image->file.bytes);
	if (fault)
		return problem_say(mapping->problem, image->path,
				   "entry %llu of the block table %s", cluster,
				   ploop_fault_text(fault));
	*byte = ploop_entry_byte(&image->file.header, value);
	return 1;
}

static int find(struct mapping *mapping, __u64 cluster, struct chain_run *found)
{
	struct chain *chain = mapping->chain;
	int has = 0;

	found->level = CHAIN_NOWHERE;
	found->byte = 0;
	for (size_t i = 0; !has && i < chain->n; i++) {
		has = find_in(mapping, &chain->images[i], cluster,
			      &found->byte);
		if (has > 0)
			found->level = i;
	}
	return has < 0 ? has : 0;
}

/* The first cluster behind this one, which is nowhere, that may be somewhere:
 * all between are in holes of all tables.
 */
static __u64 skip_holes(const struct chain *chain, __u64 cluster, __u64 end)
{
	for (size_t i = 0; i < chain->n; i++) {
		const struct chain_image *image = &chain->images[i];
		const struct table_piece *piece = image->piece;

		if (image->is_raw || cluster >= image->file.header.n_entries)
			continue;
		if (!piece->is_hole)
			return cluster + 1;
		if (end > (__u64)piece->first + piece->n)
			end = (__u64)piece->first + piece->n;
	}
	return end;
}

static int tell(struct mapping *mapping)
{
	struct chain_run *run = &mapping->run;

	if (run->start + run->bytes > mapping->disk_bytes)
		run->bytes = mapping->disk_bytes - run->start;
	return run->bytes ? mapping->visit(mapping->context, run) : 0;
}

static bool continues(const struct chain_run *run, const struct chain_run *next)
{
	return run->level == next->level &&
	       (run->level == CHAIN_NOWHERE ||
		run->byte + run->bytes == next->byte);
}

int chain_map(struct chain *chain,
	      int (*visit)(void *context, const struct chain_run *run),
	      void *context, struct image_problem *problem)
{
	const __u64 cluster_bytes =
		(__u64)chain->cluster_sectors * PLOOP_SECTOR;
	struct mapping mapping = {
		.chain = chain,
		.visit = visit,
		.context = context,
		.problem = problem,
		.disk_bytes = chain->n_sectors * PLOOP_SECTOR,
		.cluster_bytes = cluster_bytes,
	};
	const __u64 end = (chain->n_sectors + chain->cluster_sectors - 1) /
			  chain->cluster_sectors;
	__u64 cluster = 0, next;
	int err;

	while (cluster < end) {
		struct chain_run found = {.start = cluster * cluster_bytes};

		err = find(&mapping, cluster, &found);
		if (err)
			return err;
		next = found.level == CHAIN_NOWHERE
			       ? skip_holes(chain, cluster, end)
			       : cluster + 1;
		found.bytes = (next - cluster) * cluster_bytes;
		cluster = next;
		if (continues(&mapping.run, &found)) {
			mapping.run.bytes += found.bytes;
			continue;
		}
		err = tell(&mapping);
		if (err)
			return err;
		mapping.run = found;
	}
	return tell(&mapping);
}
