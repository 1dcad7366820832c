// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/summary.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "trace/trace.h"

static void class_line(char line[HOT_SUMMARY_LEN], const char *name,
		       const struct hot_row *class, bool exact)
{
	char rrate[FMT_LEN], wrate[FMT_LEN], read[FMT_LEN], written[FMT_LEN];

	snprintf(
		line, HOT_SUMMARY_LEN,
		"%-13s %7s/s read %7s/s written   since start: %s read in %llu, %s written in %llu",
		name, fmt_bytes(rrate, class->read_bytes_per_s + 0.5, exact),
		fmt_bytes(wrate, class->write_bytes_per_s + 0.5, exact),
		fmt_bytes(read, class->read_bytes, exact), class->reads,
		fmt_bytes(written, class->write_bytes, exact), class->writes);
}

/* Appends to line, and cuts off what does not fit. */
static __attribute__((format(printf, 2, 3))) void
append(char line[HOT_SUMMARY_LEN], const char *format, ...)
{
	size_t len = strlen(line);
	va_list args;

	va_start(args, format);
	vsnprintf(line + len, HOT_SUMMARY_LEN - len, format, args);
	va_end(args);
}

/* What the user should know comes first: a narrow screen cuts the end off. */
static void add_warnings(char line[HOT_SUMMARY_LEN],
			 const struct hot_frame *frame)
{
	if (frame->cgroup_gone)
		append(line, "the cgroup is GONE, nothing is counted; ");
	if (frame->fs_gone)
		append(line, "the filesystem is NOT MOUNTED; ");
	if (frame->dropped)
		append(line, "%llu DROPPED (more --memory); ", frame->dropped);
	if (frame->missed)
		append(line, "%llu MISSED; ", frame->missed);
	if (frame->processes_lost)
		append(line, "%llu times processes LOST (more --memory); ",
		       frame->processes_lost);
	if (frame->latency.err)
		append(line, "latencies NOT MEASURED: %s; ",
		       strerror(-frame->latency.err));
	if (frame->latency.lost)
		append(line, "%llu latencies LOST; ", frame->latency.lost);
	if (frame->untested)
		append(line, "NOT TESTED on Linux %s, see --self-test; ",
		       frame->untested);
}

static void add_latency(char line[HOT_SUMMARY_LEN],
			const struct hot_latency_state *latency)
{
	char map[FMT_LEN];

	if (!latency->on || latency->err)
		return;
	append(line, "; latency: ");
	if (latency->ns_per_event > 0)
		append(line, "%.0f ns/event, %.3f %% of one CPU, ",
		       latency->ns_per_event,
		       latency->ns_per_event * latency->events_per_s / 1e7);
	append(line, "maps %s", fmt_bytes(map, latency->map_bytes, false));
	if (latency->forgotten)
		append(line, ", %llu forgotten", latency->forgotten);
}

/* A recording has no own cost, and not all that the tables have room for. */
static void recording_line(char line[HOT_SUMMARY_LEN],
			   const struct hot_frame *frame)
{
	char begin[FMT_LEN], end[FMT_LEN];
	const struct trace_info *info = frame->recorded;
	double length = frame->recorded_end_ns - info->begin_ns;

	snprintf(line, HOT_SUMMARY_LEN, "%-13s ", "recording");
	add_warnings(line, frame);
	append(line, "no WHO, latencies or devices in it; %.0f %% of %s to %s",
	       length > 0 ? 100 * (frame->wall_ns - info->begin_ns) / length
			  : 100,
	       fmt_rfc3339(begin, info->begin_ns),
	       fmt_rfc3339(end, frame->recorded_end_ns));
	if (*info->host)
		append(line, " on %s", info->host);
	append(line, ", %.1f bios/s", frame->events_per_s);
}

static void cost_line(char line[HOT_SUMMARY_LEN], const struct hot_frame *frame)
{
	char map[FMT_LEN], moved[FMT_LEN];

	snprintf(line, HOT_SUMMARY_LEN, "%-13s ", "own cost");
	add_warnings(line, frame);
	if (frame->ns_per_event > 0)
		append(line, "%.0f ns/event, %.3f %% of one CPU",
		       frame->ns_per_event,
		       frame->ns_per_event * frame->events_per_s / 1e7);
	else
		append(line, "not measured yet");
	append(line, ", table %.0f %% full",
	       frame->n_slots ? 100.0 * frame->n_used / frame->n_slots : 0);
	if (frame->n_evicted)
		append(line, ", %llu forgotten", frame->n_evicted);
	append(line, ", %.0f events/s, maps %s", frame->events_per_s,
	       fmt_bytes(map, frame->map_bytes, false));
	add_latency(line, &frame->latency);
	if (frame->pinned)
		append(line, ", pinned");
	if (frame->unnamed)
		append(line, ", %llu not announced", frame->unnamed);
	if (frame->mover_bytes)
		append(line, ", %s of frspctl's moves left out",
		       fmt_bytes(moved, frame->mover_bytes, false));
}

/* Swap files are rare and seldom used, so they are shown only if they were
 * used.
 */
static void add_swap(char line[HOT_SUMMARY_LEN], const struct hot_row *swap,
		     bool exact)
{
	char read[FMT_LEN], written[FMT_LEN];

	if (swap->reads || swap->writes)
		append(line, "; swap files: %s read, %s written",
		       fmt_bytes(read, swap->read_bytes, exact),
		       fmt_bytes(written, swap->write_bytes, exact));
}

void hot_summary(char lines[HOT_SUMMARY_LINES][HOT_SUMMARY_LEN],
		 const struct hot_frame *frame, bool exact)
{
	class_line(lines[0], "metadata",
		   &frame->ranking.classes[FRSP_HOT_METADATA], exact);
	class_line(lines[1], "unattributed",
		   &frame->ranking.classes[FRSP_HOT_UNATTRIBUTED], exact);
	add_swap(lines[1], &frame->ranking.classes[FRSP_HOT_SWAP], exact);
	if (frame->recorded)
		recording_line(lines[2], frame);
	else
		cost_line(lines[2], frame);
}
