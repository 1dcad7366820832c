// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The order of a merge: the parent gets the length of the top, all clusters of
 * the top, and is the engine's top; it is closed; the descriptor does not name
 * the old top any more; then its file is removed. The old top has no clusters
 * before the parent alone changes, so the disk is the same at each step, with
 * the old descriptor and with the new one.
 */
#include "ploop/image/merge.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ploop/image/chain.h"
#include "ploop/image/descriptor.h"
#include "ploop/image/engine.h"

#define STEP_CLUSTERS 16 /* between two looks at the progress */

/* The images of the descriptor, the top first. */
struct family {
	struct descriptor descriptor;
	const struct descriptor_image *images[DESCRIPTOR_MAX_IMAGES];
	int n;
};

static int check_family(const char *path, const struct family *family,
			struct image_problem *problem)
{
	const struct descriptor *descriptor = &family->descriptor;
	const struct descriptor_image *parent = family->images[1];

	if (family->n < 2)
		return problem_say(problem, path,
				   "it has no snapshot that could be merged");
	for (size_t i = 0; i < descriptor->n_images; i++) {
		const struct descriptor_image *image = &descriptor->images[i];

		if (image != family->images[0] &&
		    guid_is_same(image->parent, parent->guid))
			return problem_say(
				problem, path,
				"the image %.100s is based on %.100s, too",
				image->file, parent->file);
	}
	return 0;
}

static int read_family(const char *path, struct family *family,
		       struct image_problem *problem)
{
	char wrong[DESCRIPTOR_TEXT];
	int err = descriptor_read(path, &family->descriptor, problem);

	if (err)
		return err;
	family->n =
		descriptor_chain(&family->descriptor, family->images, wrong);
	err = family->n < 0 ? problem_say(problem, path, "%s", wrong)
			    : check_family(path, family, problem);
	if (err)
		descriptor_free(&family->descriptor);
	return err;
}

/* The parent alone gets the length of the top. */
static int fit_parent(const char *path, const struct chain *chain,
		      struct image_problem *problem)
{
	const struct seats_settings settings = {.n_seats = 1};
	__u64 bytes = chain->n_sectors * PLOOP_SECTOR, parent_bytes;
	struct seats *seats;
	int err, close_err;

	err = engine_open_chain(path, chain, 1, &settings, &seats, problem);
	if (err)
		return err;
	parent_bytes = ploop_disk_bytes(seats_image(seats));
	if (parent_bytes != bytes)
		err = seats_do(seats,
			       parent_bytes < bytes ? PLOOP_GROW : PLOOP_SHRINK,
			       0, bytes, 0, NULL);
	close_err = seats_close(seats);
	err = err ? err : close_err;
	if (err == -EOPNOTSUPP)
		return problem_say(problem, chain->images[1].path,
				   "it has a format extension, and must grow");
	return err ? problem_with(problem, chain->images[1].path, err) : 0;
}

/* Bit by bit; what is left after the last one is moved by the merge. */
static int demote_all(struct seats *seats, __u32 cluster_sectors,
		      struct image_merge *merge)
{
	__u64 total = ploop_disk_bytes(seats_image(seats));
	__u64 step = (__u64)STEP_CLUSTERS * cluster_sectors * PLOOP_SECTOR;
	int err = 0;

	for (__u64 at = 0; at < total && !err; at += step) {
		__u64 bytes = total - at < step ? total - at : step;

		err = merge->progress(merge->context, at, total);
		if (!err)
			err = seats_do(seats, PLOOP_DEMOTE, 0, at, bytes, NULL);
	}
	return err ? err : merge->progress(merge->context, total, total);
}

static int merge_top(const char *path, const struct chain *chain,
		     struct image_merge *merge, struct image_problem *problem)
{
	const struct seats_settings settings = {
		.n_seats = 1,
		.lower_is_writable = true,
	};
	struct ploop_counts counts;
	struct seats *seats;
	int err, close_err;

	err = engine_open_chain(path, chain, 0, &settings, &seats, problem);
	if (err)
		return err;
	err = demote_all(seats, chain->cluster_sectors, merge);
	if (!err)
		err = seats_do(seats, PLOOP_MERGE, 0, 0, 0, NULL);
	ploop_counts_read(seats_image(seats), &counts);
	merge->moved_bytes =
		counts.demotions * chain->cluster_sectors * (__u64)PLOOP_SECTOR;
	close_err = seats_close(seats);
	err = err ? err : close_err;
	return err ? problem_with(problem, path, err) : 0;
}

static int merge_chain(const char *path, struct image_merge *merge,
		       struct image_problem *problem)
{
	struct chain chain;
	int err = chain_open(path, &chain, problem);

	if (err)
		return err;
	err = fit_parent(path, &chain, problem);
	if (!err)
		err = merge_top(path, &chain, merge, problem);
	chain_close(&chain);
	return err;
}

/* The parent has all: it is the top of the disk from now on. */
static int forget_top(const char *path, struct family *family,
		      struct image_merge *merge, struct image_problem *problem)
{
	int err = descriptor_file(path, family->images[0], merge->gone,
				  sizeof(merge->gone));

	if (!err)
		err = descriptor_file(path, family->images[1], merge->file,
				      sizeof(merge->file));
	if (!err)
		err = descriptor_pop(&family->descriptor);
	if (!err)
		err = descriptor_write(&family->descriptor, path);
	if (err)
		return problem_with(problem, path, err);
	if (unlink(merge->gone))
		return problem_with(problem, merge->gone, -errno);
	return 0;
}

int image_merge(const char *path, struct image_merge *merge,
		struct image_problem *problem)
{
	struct family family;
	int err = read_family(path, &family, problem);

	if (err)
		return err;
	err = merge_chain(path, merge, problem);
	if (!err)
		err = forget_top(path, &family, merge, problem);
	descriptor_free(&family.descriptor);
	return err;
}
