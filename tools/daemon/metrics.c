// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The format wants all samples of a metric together, so each metric is a row of
 * a table, and goes over all filesystems.
 */
#include "daemon/metrics.h"

/* A metric of the machine. */
static void write_one(FILE *out, const char *name, const char *type,
		      const char *help, double value)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n%s %.17g\n", name, help, name,
		type, name, value);
}

/* The text of a label, in quotes. */
static void write_label(FILE *out, const char *name, const char *text)
{
	fprintf(out, "%s=\"", name);
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", out);
		else if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
	fputc('"', out);
}

static void write_version(FILE *out, const char *version)
{
	fputs("# HELP frsp_build_info The version of frspd.\n"
	      "# TYPE frsp_build_info gauge\n"
	      "frsp_build_info{",
	      out);
	write_label(out, "version", version);
	fputs("} 1\n", out);
}

static void write_filesystems(FILE *out, const struct metrics *metrics)
{
	fputs("# HELP frspd_filesystem_info A mounted ext4 filesystem that frspd watches.\n"
	      "# TYPE frspd_filesystem_info gauge\n",
	      out);
	for (size_t i = 0; i < metrics->n; i++) {
		const struct metrics_fs *fs = &metrics->filesystems[i];

		fputs("frspd_filesystem_info{", out);
		write_label(out, "fs", fs->name);
		fputc(',', out);
		write_label(out, "uuid", fs->uuid);
		fputc(',', out);
		write_label(out, "mode", fs->mode);
		fputs("} 1\n", out);
	}
}

/* A metric of filesystems: a member of struct metrics_fs. */
struct family {
	const char *name, *type, *help;
	size_t offset;
};

#define ESCACHE(name, type, help, member)                                      \
	{"frsp_escache_" name, type, help,                                     \
	 offsetof(struct metrics_fs, escache.member)}

static const struct family escache[] = {
	ESCACHE("entries", "gauge", "Entries of ext4's cache of extents.",
		entries),
	ESCACHE("reclaimable_entries", "gauge",
		"Entries that the kernel may free.", reclaimable),
	ESCACHE("reclaimable_inodes", "gauge", "Inodes that have such entries.",
		inodes),
	ESCACHE("hits_total", "counter",
		"Look-ups since mounting that found an entry.", hits),
	ESCACHE("misses_total", "counter",
		"Look-ups since mounting that found none.", misses),
};

#define FRSP(name, type, help, member)                                         \
	{"frsp_" name, type, help, offsetof(struct metrics_fs, frsp.member)}
/* These end with a comma, as FRSP_COUNTERS() and FRSP_GAUGES() put none between
 * the names.
 */
#define FRSP_COUNTER(name)                                                     \
	FRSP(#name "_total", "counter",                                        \
	     "See " #name " in /sys/fs/ext4/DEV/frsp.", name),
#define FRSP_GAUGE(name)                                                       \
	FRSP(#name, "gauge", "See " #name " in /sys/fs/ext4/DEV/frsp.", name),

static const struct family frsp[] = {
	FRSP("steering", "gauge", "1: frsp.ko steers the filesystem.",
	     freespace_tree),
	FRSP("tree_bytes", "gauge", "Memory of frsp.ko's trees.",
	     frsp_tree_usage),
	FRSP("tree_max_bytes", "gauge", "The most that they may have; 0: any.",
	     mb_frsp_max_mem),
	FRSP("cache_aggression", "gauge",
	     "How hard frsp.ko tries to know free space.",
	     frsp_cache_aggression),
	FRSP("scan_rate", "gauge", "The most bitmaps per second of a scan.",
	     frsp_scan_rate),
	FRSP_COUNTERS(FRSP_COUNTER) FRSP_GAUGES(FRSP_GAUGE)};

#define TREES(name, type, help, member)                                        \
	{"frspd_trees_" name, type, help, offsetof(struct metrics_fs, member)}

static const struct family trees[] = {
	TREES("raised_total", "counter",
	      "How often the tuner has raised a tunable of the trees.",
	      trees_raised),
	TREES("lowered_total", "counter", "How often it has lowered one.",
	      trees_lowered),
	TREES("left_alone", "gauge",
	      "Tunables that a person has changed, so that it leaves them alone.",
	      trees_left_alone),
};

#define N_ESCACHE (sizeof(escache) / sizeof(escache[0]))
#define N_FRSP	  (sizeof(frsp) / sizeof(frsp[0]))
#define N_TREES	  (sizeof(trees) / sizeof(trees[0]))

/* known: the member that says whether a filesystem has it. Nothing is written
 * if none has it.
 */
static void write_family(FILE *out, const struct metrics *metrics,
			 const struct family *family, size_t known)
{
	bool has_head = false;

	for (size_t i = 0; i < metrics->n; i++) {
		const char *fs = (const char *)&metrics->filesystems[i];

		if (!*(const bool *)(fs + known))
			continue;
		if (!has_head)
			fprintf(out, "# HELP %s %s\n# TYPE %s %s\n",
				family->name, family->help, family->name,
				family->type);
		has_head = true;
		fprintf(out, "%s{", family->name);
		write_label(out, "fs", metrics->filesystems[i].name);
		fprintf(out, "} %llu\n", *(const __u64 *)(fs + family->offset));
	}
}

static void write_heat(FILE *out, const struct metrics *metrics)
{
	write_one(
		out, "frspd_heat_ios_total", "counter",
		"I/Os that the programs of hotmon have seen since they were pinned.",
		metrics->ios);
	write_one(
		out, "frspd_heat_dropped_total", "counter",
		"Of these, those that did not count as the table had no room.",
		metrics->dropped);
	write_one(out, "frspd_heat_missed_total", "counter",
		  "I/Os that the kernel ran no program for.", metrics->missed);
	write_one(
		out, "frspd_heat_evicted_total", "counter",
		"Cold files and ranges that were taken out of the table for others.",
		metrics->evicted);
	write_one(out, "frspd_heat_slots", "gauge",
		  "Files and ranges that the table has room for.",
		  metrics->slots);
	write_one(out, "frspd_heat_slots_used", "gauge",
		  "Files and ranges in the table.", metrics->slots_used);
	write_one(out, "frspd_heat_map_bytes", "gauge",
		  "Kernel memory of the programs' maps.", metrics->map_bytes);
	write_one(
		out, "frspd_heat_io_seconds", "gauge",
		"Mean time that the programs take for an I/O; 0: not measured yet.",
		metrics->io_seconds);
}

void metrics_write(FILE *out, const struct metrics *metrics)
{
	write_version(out, metrics->version);
	write_heat(out, metrics);
	write_filesystems(out, metrics);
	for (size_t i = 0; i < N_ESCACHE; i++)
		write_family(out, metrics, &escache[i],
			     offsetof(struct metrics_fs, has_escache));
	for (size_t i = 0; i < N_FRSP; i++)
		write_family(out, metrics, &frsp[i],
			     offsetof(struct metrics_fs, has_frsp));
	for (size_t i = 0; i < N_TREES; i++)
		write_family(out, metrics, &trees[i],
			     offsetof(struct metrics_fs, has_trees));
}
