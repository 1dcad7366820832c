// SPDX-License-Identifier: GPL-2.0-or-later
/* What an image has of memory, until it is freed: who replaces a table or a
 * view while others may read the old one just leaves it. */
#include "ploop/core/image.h"

void *image_allocate(struct ploop_image *image, size_t bytes)
{
	const struct ploop_ops *ops = image->ops;
	struct piece *piece = ops->allocate(image->context, sizeof(*piece));

	if (!piece)
		return NULL;
	piece->bytes = bytes;
	piece->memory = ops->allocate(image->context, bytes);
	if (!piece->memory) {
		ops->release(image->context, piece, sizeof(*piece));
		return NULL;
	}
	piece->next = image->memory;
	image->memory = piece;
	return piece->memory;
}

void image_release(struct ploop_image *image, void *memory)
{
	const struct ploop_ops *ops = image->ops;
	struct piece **at = &image->memory, *piece;

	while ((*at)->memory != memory)
		at = &(*at)->next;
	piece = *at;
	*at = piece->next;
	ops->release(image->context, piece->memory, piece->bytes);
	ops->release(image->context, piece, sizeof(*piece));
}
