// SPDX-License-Identifier: GPL-2.0-or-later
#include "top/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/child.h"
#include "base/fmt.h"
#include "base/output.h"
#include "watch/tested.h"

#define SNAPSHOT_PATIENCE_S 1.0
#define HEAT_REPORT_ROWS    50

struct top_request top_report_request(const struct top_view *view)
{
	return top_view_request(view, HEAT_REPORT_ROWS);
}

int top_report_text(char **text, const struct top_frame *frame,
		    const struct top_view *view)
{
	size_t size;
	FILE *out = open_memstream(text, &size);
	int err;

	if (!out)
		return -errno;
	err = top_screens[view->screen].print(out, frame, view);
	if (fclose(out) && !err)
		err = -ENOMEM;
	if (err)
		free(*text);
	return err;
}

void top_report_cost(char *line, size_t size, const struct top_frame *frame)
{
	const char *untested = tested_untested();
	char bytes[FMT_LEN];
	int len = 0;

	*line = '\0';
	if (untested)
		len = snprintf(line, size, "NOT TESTED on Linux %s; ",
			       untested);
	if (frame->is_remote)
		snprintf(line + len, size - len,
			 "asks frspd, and costs nothing in the kernel");
	else
		snprintf(
			line + len, size - len,
			"cost: %llu events, %.0f ns each, %s of maps; %llu lost",
			frame->events,
			frame->events ? frame->events_ns / frame->events : 0,
			fmt_bytes(bytes, frame->map_bytes, false), frame->lost);
}

int top_report_write(FILE *out, const struct top_frame *frame,
		     const struct top_view *view, bool timestamp)
{
	char line[TOP_REPORT_LEN], ts[FMT_LEN], *text;
	int err = top_report_text(&text, frame, view);

	if (err)
		return err;
	top_report_cost(line, sizeof(line), frame);
	if (timestamp)
		fprintf(out, "%s\n", fmt_rfc3339(ts, frame->wall_ns));
	fprintf(out, "%s%s\n\n", text, line);
	free(text);
	return output_flush(out);
}

struct snapshot {
	const char *path;
	char *text;
	size_t len;
};

/* For child_run(): its filesystem may hang. */
static int write_snapshot(void *context)
{
	const struct snapshot *snapshot = context;
	int fd = open(snapshot->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		      0644);
	size_t done = 0;
	ssize_t n = 0;

	if (fd < 0)
		return -errno;
	for (; done < snapshot->len && n >= 0; done += n)
		n = write(fd, snapshot->text + done, snapshot->len - done);
	return n < 0 || close(fd) ? -errno : 0;
}

int top_report_snapshot(const char *path, const struct top_frame *frame,
			const struct top_view *view)
{
	struct snapshot snapshot = {.path = path};
	struct top_view plain = *view;
	FILE *out = open_memstream(&snapshot.text, &snapshot.len);
	int err;

	if (!out)
		return -ENOMEM;
	plain.color = false;
	plain.n_columns = 0;
	err = top_report_write(out, frame, &plain, true);
	if (fclose(out) && !err)
		err = -ENOMEM;
	if (!err)
		err = child_run("frsp-top-write", write_snapshot, &snapshot,
				SNAPSHOT_PATIENCE_S);
	free(snapshot.text);
	return err;
}
