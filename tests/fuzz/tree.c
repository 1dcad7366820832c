// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Takes libFuzzer's bytes as operations on a free-space tree and on a simple
 * model of it, and checks after each operation that both agree. See run. The
 * first three bytes are the tree's shape: the number of groups, the size of a
 * group, and the last group's size. Each operation takes four bytes (op):
 *
 *   code       the operation, and in the high bits the group
 *   start      the cluster, scaled to the size of the group
 *   len        a length, limited by the end of the run or of the group
 *   memory     0: allocations fail in this operation
 *
 * For example, the bytes 1 0 7 make a tree of two groups with 8 clusters each.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define check(condition)                                                       \
	do {                                                                   \
		if (!(condition)) {                                            \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__,       \
				__LINE__, #condition);                         \
			abort();                                               \
		}                                                              \
	} while (0)

#include "../unit/kmod/tree_model.h"
#include "pick.h"

enum code {
	CHANGE,
	CHANGE_LONG,
	LIE, /* a change that contradicts the tree */
	BUILD,
	REGENERATE,
	DROP,
	CAP,
	PICK,
	CODES
};

struct op {
	u8 code;
	u8 start;
	u8 len;
	u8 memory;
};

static struct frsp_offer offer;

/* ext4 allocates or frees a run of clusters from start on. */
static void change(struct model *model, u32 group, u32 start, u32 max_len)
{
	const bool *in_use = model->in_use + model_base(model, group);
	u32 clusters = frsp_tree_group_clusters(model->tree, group);
	bool used = !in_use[start];
	enum frsp_tree_result result;
	u32 len = 1;

	while (len < max_len && start + len < clusters &&
	       in_use[start + len] == in_use[start])
		len++;
	result = model_change(model, group, start, len, used);
	check(result != FRSP_TREE_MISMATCH);
	if (result == FRSP_TREE_NO_MEMORY)
		model_drop(model, -1, group);
}

/* A change that contradicts the extents of a LOADED group must be a MISMATCH.
 * Then the tree drops its extents and distrusts the group. */
static void lie(struct model *model, u32 group, u32 start, u32 len)
{
	struct frsp_tree *tree = model->tree;
	u32 base = model_base(model, group), free = model_free(model, group);
	enum frsp_tree_result result;

	if (tree->groups[group].state != FRSP_GROUP_LOADED || !len ||
	    start + len > frsp_tree_group_clusters(tree, group) ||
	    model_is(model, base + start, len, false))
		return;
	result = frsp_tree_used(tree, &model->memory, group, start, len, free);
	check(result == FRSP_TREE_MISMATCH);
	model_drop(model, group, -1);
	tree->groups[group].free = free;
}

static void build(struct model *model, u32 group, u32 chunk)
{
	struct frsp_tree *tree = model->tree;
	u32 state = tree->groups[group].state;

	if (!tree->build)
		check(model_build_begin(model, group) ==
		      (state != FRSP_GROUP_LOADED && state != FRSP_GROUP_BAD));
	else if (model_build_step(model, chunk + 1) == -ENOMEM)
		model_drop(model, -1, -1);
}

static bool is_aligned(const struct frsp_request *request, u32 start)
{
	return !request->stripe || start % request->stripe == 0;
}

/* The chosen extent is free, known, long enough, aligned and does not overlap
 * the last offer. */
static void pick(struct model *model, u32 near, const struct op *op)
{
	struct frsp_request request = {
		.len = op->len % 16 + 1,
		.near = near,
		.goal_here = op->len & 0x80,
		.goal_exact = op->len & 0x20,
		.reserved = op->memory & 0x80 ? near : 0,
		.stripe = op->memory % 8,
		.stripe_only = op->start & 0x80,
	};
	struct frsp_choice choice;

	request.min_len = 1 + op->start % request.len;
	choice = frsp_pick(model->tree, &request, op->len & 0x40);
	if (choice.kind == FRSP_PICK_NONE)
		return;
	check(choice.start + choice.len <= model_clusters(model));
	check(model_is(model, choice.start, choice.len, false));
	check(choice.start + choice.len <= offer.start ||
	      choice.start >= offer.start + offer.len);
	if (choice.kind == FRSP_PICK_SHORT)
		check(choice.len < request.len &&
		      choice.len >= request.min_len);
	else
		check(choice.len == request.len &&
		      (is_aligned(&request, choice.start) ||
		       (choice.kind == FRSP_PICK_KEEP && request.goal_exact &&
			!request.stripe_only)));
	check(choice.kind != FRSP_PICK_KEEP ||
	      (request.goal_here && choice.start == near));
	check(choice.kind == FRSP_PICK_KEEP ||
	      choice.start >= request.reserved);
	offer.start = choice.start;
	offer.len = choice.len;
}

static void run(struct model *model, const struct op *op)
{
	struct frsp_tree *tree = model->tree;
	u32 group = (op->code >> 4) % tree->n_groups;
	u32 clusters = frsp_tree_group_clusters(tree, group);
	u32 start = op->start * clusters / 256;

	frsp_shim_allocs_left = op->memory ? -1 : 0;
	switch (op->code % CODES) {
	case CHANGE:
		change(model, group, start, op->len % 8 + 1);
		break;
	case CHANGE_LONG:
		change(model, group, start, op->len);
		break;
	case LIE:
		lie(model, group, start, op->len);
		break;
	case BUILD:
		build(model, group, op->len);
		break;
	case REGENERATE:
		check(model_regenerate(model, group) == FRSP_TREE_DONE);
		break;
	case DROP:
		model_drop(model, op->start % 2 ? (int)group : -1, -1);
		if (op->len == 1)
			frsp_tree_set_bad(tree, group);
		break;
	case CAP:
		model->memory.max_bytes = op->len * sizeof(struct frsp_extent);
		break;
	case PICK:
		pick(model, model_base(model, group) + start, op);
		break;
	}
	frsp_shim_allocs_left = -1;
}

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t size);

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t size)
{
	struct model model;
	u32 clusters;

	if (size < 3)
		return 0;
	clusters = 8 * (1 + bytes[1] % 16);
	model_init(&model, 1 + bytes[0] % 4, clusters, 1 + bytes[2] % clusters);
	offer = (struct frsp_offer){};
	list_add_tail(&offer.list, &model.tree->offers);
	for (size_t at = 3; at + sizeof(struct op) <= size;
	     at += sizeof(struct op)) {
		run(&model, (const struct op *)(bytes + at));
		model_check(&model);
	}
	model_destroy(&model);
	return 0;
}
