/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Groups as text: '.' free, '#' in use, '|' between groups. */
#ifndef FRSP_TEST_TREE_TEXT_H
#define FRSP_TEST_TREE_TEXT_H

#include "tree_model.h"

/* All groups but the last have the size of the first; returns how many. */
static inline u32 text_groups(const char *text, u32 *group_clusters, u32 *last)
{
	u32 n_groups = 1;

	*group_clusters = strcspn(text, "|");
	for (; strchr(text, '|'); text = strchr(text, '|') + 1)
		n_groups++;
	*last = strlen(text);
	return n_groups;
}

/* Sets the truth, and the counts of all groups, as from their descriptors. */
static inline void text_to_truth(struct model *model, const char *text)
{
	bool *in_use = model->in_use;

	for (; *text; text++)
		if (*text != '|')
			*in_use++ = *text == '#';
	for (u32 i = 0; i < model->tree->n_groups; i++)
		model->tree->groups[i].free = model_free(model, i);
}

/* A tree for the text: 'L'oaded groups, 'S'ummaries, 'B'ad ones, 'U'nknown. */
static inline void text_to_model(struct model *model, const char *text,
				 const char *states)
{
	u32 group_clusters, last, n_groups;

	n_groups = text_groups(text, &group_clusters, &last);
	model_init(model, n_groups, group_clusters, last);
	text_to_truth(model, text);
	for (u32 i = 0; i < n_groups; i++) {
		if (states[i] == 'L')
			model_load(model, i);
		else if (states[i] == 'S')
			model_regenerate(model, i);
		else if (states[i] == 'B')
			frsp_tree_set_bad(model->tree, i);
	}
	model_check(model);
}

/* The extents of the tree as text. */
static inline const char *model_text(const struct model *model)
{
	static char text[256];
	char *to = text;

	for (u32 i = 0; i < model_clusters(model); i++) {
		if (i && i % model->tree->group_clusters == 0)
			*to++ = '|';
		*to++ = frsp_tree_find(model->tree, i) ? '.' : '#';
	}
	*to = '\0';
	return text;
}

#endif
