// SPDX-License-Identifier: GPL-2.0-or-later
#include "paths/kept.h"

#include <stdlib.h>
#include <string.h>

struct path_kept {
	struct path_kept *next;
	struct path_result result;
	char *path;
	char *fs_type;
};

static void free_one(struct path_kept *kept)
{
	free(kept->path);
	free(kept->fs_type);
	free(kept);
}

/* Sets *copy to a copy of the text, or to NULL if there is no text. */
static bool copy_text(const char *text, char **copy)
{
	*copy = text ? strdup(text) : NULL;
	return !text || *copy;
}

const struct path_result *path_keep(struct path_kept **list,
				    const struct path_result *result)
{
	static const struct path_result nothing = {.state = PATH_UNKNOWN};
	struct path_kept *kept = calloc(1, sizeof(*kept));

	if (!kept)
		return &nothing;
	if (!copy_text(result->path, &kept->path) ||
	    !copy_text(result->fs_type, &kept->fs_type)) {
		free_one(kept);
		return &nothing;
	}
	kept->result = *result;
	kept->result.path = kept->path;
	kept->result.fs_type = kept->fs_type;
	kept->next = *list;
	*list = kept;
	return &kept->result;
}

void path_kept_free(struct path_kept **list)
{
	struct path_kept *kept;

	while ((kept = *list)) {
		*list = kept->next;
		free_one(kept);
	}
}
