// SPDX-License-Identifier: GPL-2.0-or-later
/* frsp-image convert: copies a disk to a new file. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "base/json_out.h"
#include "ploop/image/convert.h"
#include "ploop/tool/show.h"
#include "ui/document.h"

#define SCHEMA "frsp.image-convert/1"

static enum exit_code report(const struct ctl *ctl,
			     const struct convert *convert)
{
	const __u64 disk_bytes = convert->from->n_sectors * PLOOP_SECTOR;
	char disk[FMT_LEN], copied[FMT_LEN];
	struct json_object *document;

	if (!ctl->json) {
		printf("%s: a disk of %s, of which %s were copied\n",
		       convert->to, fmt_bytes(disk, disk_bytes, false),
		       fmt_bytes(copied, convert->copied_bytes, false));
		return EXIT_OK;
	}
	document = document_new(SCHEMA);
	json_add_text(document, "path", convert->to);
	json_add_u64(document, "disk_bytes", disk_bytes);
	json_add_u64(document, "copied_bytes", convert->copied_bytes);
	return document_print(document);
}

static enum exit_code run(const struct ctl *ctl, struct chain *chain)
{
	struct show show;
	struct convert convert = {
		.from = chain,
		.to = ctl->args[1],
		.is_to_raw = ctl->to == FORMAT_RAW,
		.cluster_sectors =
			ctl->cluster_sectors ?: chain->cluster_sectors,
		.progress = show_progress,
		.context = &show,
	};
	struct image_problem problem;
	int err;

	show_begin(&show, ctl, ctl->args[1]);
	err = convert_run(&convert, &problem);
	show_end(&show);
	if (show.was_interrupted)
		problem_with(&problem, show.path, err);
	return err ? image_failed(&problem, err) : report(ctl, &convert);
}

static enum exit_code not_opened(const struct ctl *ctl,
				 const struct image_problem *problem, int err)
{
	if (err != -EBADMSG || ctl->given & CTL_FROM)
		return image_failed(problem, err);
	return log_fail(
		EXIT_FAILED,
		"a raw disk needs --from=raw; \"frsp-image check\" says more about an image",
		"%s: %s", problem->path, problem->text);
}

static bool is_called_raw(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && !strcmp(dot, ".raw");
}

enum exit_code image_convert_command(const struct ctl *ctl)
{
	struct image_problem problem;
	enum exit_code code;
	struct chain chain;
	int err;

	if (ctl->from == FORMAT_RAW && ctl->to == FORMAT_RAW)
		command_wrong_use(ctl->command,
				  "SOURCE or NEW must be an image");
	if (!(ctl->given & CTL_TO) && is_called_raw(ctl->args[1]))
		command_wrong_use(
			ctl->command,
			"NEW is called .raw: say --to=raw, or --to=image if it is to be an image");
	if (ctl->to == FORMAT_RAW && ctl->cluster_sectors)
		command_wrong_use(ctl->command, "a raw file has no clusters");
	if (ctl->progress == PROGRESS_JSON && !ctl->json)
		command_wrong_use(ctl->command, "--progress=json needs --json");
	err = ctl->from == FORMAT_RAW
		      ? chain_open_raw(ctl->args[0], DEFAULT_CLUSTER_SECTORS,
				       &chain, &problem)
		      : chain_open(ctl->args[0], &chain, &problem);
	if (err)
		return not_opened(ctl, &problem, err);
	code = run(ctl, &chain);
	chain_close(&chain);
	return code;
}
