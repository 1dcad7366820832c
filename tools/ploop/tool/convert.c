// SPDX-License-Identifier: GPL-2.0-or-later
/* frsp-image convert: copies a disk to a new file. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "base/interrupt.h"
#include "base/json_out.h"
#include "ploop/image/convert.h"
#include "ploop/tool/tool.h"
#include "ui/document.h"

#define SCHEMA		"frsp.image-convert/1"
#define PROGRESS_SCHEMA "frsp.image-progress/1"

struct show {
	const char *path;
	enum progress_where where;
	double began_s, shown_s;
	struct progress_line line;
	bool was_interrupted;
};

static void print_object(const struct show *show, __u64 done, __u64 total,
			 double took_s)
{
	struct json_object *document = document_new(PROGRESS_SCHEMA);
	const double bytes_per_s = took_s > 0 ? done / took_s : 0;

	json_add_text(document, "path", show->path);
	json_add_u64(document, "planned_bytes", total);
	json_add_u64(document, "done_bytes", done);
	json_add_u64(document, "left_bytes", total - done);
	json_add_number(document, "bytes_per_s", bytes_per_s, 0);
	json_object_object_add(
		document, "left_s",
		bytes_per_s > 0 ? json_number((total - done) / bytes_per_s, 1)
				: NULL);
	document_print(document);
	fflush(stdout);
}

static int progress(void *context, __u64 done, __u64 total)
{
	struct show *show = context;
	double now_s = clock_monotonic_s(), took_s = now_s - show->began_s;
	char text[PROGRESS_TEXT];

	interrupt_poll(NULL, 0, 0);
	if (interrupted) {
		show->was_interrupted = true;
		return -EINTR;
	}
	if (!progress_is_due(show->where, now_s - show->shown_s, took_s))
		return 0;
	show->shown_s = now_s;
	if (show->where == PROGRESS_JSON)
		print_object(show, done, total, took_s);
	else
		progress_show(&show->line, show->path,
			      progress_text(text, total, done, took_s));
	return 0;
}

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
	struct show show = {
		.path = ctl->args[1],
		.where = progress_choose(ctl->progress, ctl->json),
		.began_s = clock_monotonic_s(),
	};
	struct convert convert = {
		.from = chain,
		.to = ctl->args[1],
		.is_to_raw = ctl->to == FORMAT_RAW,
		.cluster_sectors =
			ctl->cluster_sectors ?: chain->cluster_sectors,
		.progress = progress,
		.context = &show,
	};
	struct image_problem problem;
	int err;

	interrupt_catch();
	err = convert_run(&convert, &problem);
	progress_clear(&show.line);
	if (show.was_interrupted)
		problem_with(&problem, show.path, err);
	return err ? image_failed(&problem, err) : report(ctl, &convert);
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
	if (ctl->to == FORMAT_RAW && ctl->cluster_sectors)
		command_wrong_use(ctl->command, "a raw file has no clusters");
	if (ctl->progress == PROGRESS_JSON && !ctl->json)
		command_wrong_use(ctl->command, "--progress=json needs --json");
	err = ctl->from == FORMAT_RAW
		      ? chain_open_raw(ctl->args[0], DEFAULT_CLUSTER_SECTORS,
				       &chain, &problem)
		      : chain_open(ctl->args[0], &chain, &problem);
	if (err)
		return image_failed(&problem, err);
	code = run(ctl, &chain);
	chain_close(&chain);
	return code;
}
