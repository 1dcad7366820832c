// SPDX-License-Identifier: GPL-2.0-or-later
/* frsp-image merge: the newest image of a disk becomes part of its parent. */
#include "ploop/image/merge.h"

#include <stdio.h>

#include "base/fmt.h"
#include "base/json_out.h"
#include "ploop/image/descriptor.h"
#include "ploop/tool/show.h"
#include "ui/document.h"

#define SCHEMA "frsp.image-merge/1"

static enum exit_code report(const struct ctl *ctl,
			     const struct image_merge *merge)
{
	char moved[FMT_LEN];
	struct json_object *document;

	if (!ctl->json) {
		printf("%s: moved %s to %s, which is written from now on\n",
		       ctl->args[0],
		       fmt_bytes(moved, merge->moved_bytes, false),
		       merge->file);
		return EXIT_OK;
	}
	document = document_new(SCHEMA);
	json_add_text(document, "path", ctl->args[0]);
	json_add_text(document, "file", merge->file);
	json_add_text(document, "removed_file", merge->gone);
	json_add_u64(document, "moved_bytes", merge->moved_bytes);
	return document_print(document);
}

enum exit_code image_merge_command(const struct ctl *ctl)
{
	const char *path = ctl->args[0];
	struct image_problem problem;
	struct image_merge merge = {.progress = show_progress};
	struct show show;
	int err;

	if (ctl->progress == PROGRESS_JSON && !ctl->json)
		command_wrong_use(ctl->command, "--progress=json needs --json");
	if (!descriptor_is_path(path))
		return log_fail(
			EXIT_USAGE,
			"name a DiskDescriptor.xml; \"frsp-image snapshot\" gives a disk a second image",
			"%s: an image alone has nothing to merge with", path);
	merge.context = &show;
	show_begin(&show, ctl, path);
	err = image_merge(path, &merge, &problem);
	show_end(&show);
	if (show.was_interrupted)
		return log_fail(EXIT_FAILED,
				"the disk is as it was; the next merge goes on",
				"%s: interrupted", path);
	return err ? image_failed(&problem, err) : report(ctl, &merge);
}
