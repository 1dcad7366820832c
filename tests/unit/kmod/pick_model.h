/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of a pick share: offers and rooms in a tree, and the answer. */
#ifndef FRSP_UNIT_PICK_MODEL_H
#define FRSP_UNIT_PICK_MODEL_H

#include "random.h"
#include "suite.h"

#define check(condition) assert_true(condition)
#include <linux/minmax.h>

#include "pick.h"
#include "tree_model.h"

static const char *const kind_names[] = {"none", "keep", "fit", "short"};

static struct frsp_offer offers[FRSP_PICK_VISITS];
static u32 n_offers;

static void offer(struct model *model, u32 start, u32 len)
{
	struct frsp_offer *new = &offers[n_offers++];

	check(n_offers <= ARRAY_SIZE(offers));
	*new = (struct frsp_offer){.start = start, .len = len};
	list_add_tail(&new->list, &model->tree->offers);
}

/* Remembered for the tree, as the latest. */
static void room(struct model *model, u64 owner, u32 start, u32 end)
{
	struct frsp_tree *tree = model->tree;

	if (!tree->rooms)
		tree->rooms =
			kzalloc(FRSP_ROOMS * sizeof(*tree->rooms), GFP_KERNEL);
	frsp_room_set(tree, owner, start, end);
}

static void expect(const struct frsp_choice *choice, enum frsp_pick_kind kind,
		   u32 start, u32 len, const char *name)
{
	if (choice->kind == kind &&
	    (kind == FRSP_PICK_NONE ||
	     (choice->start == start && choice->len == len)))
		return;
	fail_msg("%s: chose %s [%u, +%u], not %s [%u, +%u]", name,
		 kind_names[choice->kind], choice->start, choice->len,
		 kind_names[kind], start, len);
}

#endif
