// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/json_out.h"
#include "ploop/tool/show.h"
#include "ui/document.h"

#define PROGRESS_SCHEMA "frsp.image-progress/1"

void show_begin(struct show *show, const struct ctl *ctl, const char *path)
{
	*show = (struct show){
		.path = path,
		.where = progress_choose(ctl->progress, ctl->json),
		.began_s = clock_monotonic_s(),
	};
	interrupt_catch();
}

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

int show_progress(void *context, __u64 done, __u64 total)
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

void show_end(struct show *show)
{
	progress_clear(&show->line);
}
