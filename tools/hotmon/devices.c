// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/devices.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/hist.h"
#include "base/loglin.h"
#include "fs/disk_mounts.h"
#include "watch/disk.h"

#define SYS "/sys"
/* Rates of a shorter interval are not shown: it is a key's, not the user's. */
#define MIN_INTERVAL_S 0.02

/* What a disk's requests had taken by the last frame. */
struct past {
	__u32 dev;
	struct frsp_disk_times times;
};

struct devices {
	struct disk_mounts *mounts;
	struct disk_watch *watch; /* NULL: the frames' .err says why */
	struct diskstats now, before;
	double last_s; /* monotonic time of .now */
	struct past *pasts;
	size_t n_pasts;
	struct device_frame frame;
};

static void clear_frame(struct device_frame *frame)
{
	free(frame->rows);
	free(frame->filesystems);
	*frame = (struct device_frame){.err = frame->err};
}

void devices_close(struct devices *devices)
{
	if (!devices)
		return;
	clear_frame(&devices->frame);
	disk_watch_close(devices->watch);
	disk_mounts_close(devices->mounts);
	diskstats_free(&devices->now);
	diskstats_free(&devices->before);
	free(devices->pasts);
	free(devices);
}

/* Takes the place of the older reading. */
static int read_stats(struct devices *devices)
{
	struct diskstats stats;
	int err = diskstats_read(DISKSTATS_PATH, &stats);
	double now_s = clock_monotonic_s();

	if (err)
		return err;
	diskstats_free(&devices->before);
	devices->before = devices->now;
	devices->now = stats;
	devices->frame.interval_s = now_s - devices->last_s;
	devices->last_s = now_s;
	return 0;
}

int devices_open(struct devices **out)
{
	struct devices *devices = calloc(1, sizeof(*devices));
	int err;

	if (!devices)
		return -ENOMEM;
	err = disk_mounts_open(&devices->mounts);
	if (!err)
		err = read_stats(devices);
	if (!err) {
		devices->frame.err =
			disk_watch_open(devices->now.n, &devices->watch);
		err = read_stats(devices); /* the first interval begins here */
	}
	if (err) {
		devices_close(devices);
		return err;
	}
	*out = devices;
	return 0;
}

static bool read_rates(const struct devices *devices,
		       const struct diskstats_device *now,
		       struct diskstats_rates *rates)
{
	double interval_s = devices->frame.interval_s;
	const struct diskstats_device *before =
		interval_s < MIN_INTERVAL_S
			? NULL
			: diskstats_find(&devices->before, now->dev);

	return diskstats_rates(before, now, interval_s, rates);
}

/* --- latencies -------------------------------------------------------------- */

static struct past *past_of(struct devices *devices, __u32 dev)
{
	struct past *more;

	for (size_t i = 0; i < devices->n_pasts; i++)
		if (devices->pasts[i].dev == dev)
			return &devices->pasts[i];
	more = reallocarray(devices->pasts, devices->n_pasts + 1,
			    sizeof(*more));
	if (!more)
		return NULL;
	devices->pasts = more;
	more[devices->n_pasts] = (struct past){.dev = dev};
	return &more[devices->n_pasts++];
}

static struct device_times times_since(const __u64 now[LOGLIN_BUCKETS],
				       const __u64 before[LOGLIN_BUCKETS])
{
	__u64 buckets[LOGLIN_BUCKETS];

	for (size_t i = 0; i < LOGLIN_BUCKETS; i++)
		buckets[i] = hist_since(now[i], before[i]);
	return (struct device_times){
		.p50_ns = loglin_percentile(buckets, 50),
		.p99_ns = loglin_percentile(buckets, 99),
	};
}

static void fill_requests(struct device_requests *requests,
			  const struct frsp_disk_requests *now,
			  const struct frsp_disk_requests *before)
{
	requests->untimed = now->untimed[FRSP_DISK_QUEUED];
	requests->n = requests->untimed +
		      hist_total(now->ns[FRSP_DISK_QUEUED], LOGLIN_BUCKETS);
	for (int since = 0; since < FRSP_DISK_NR_SINCE; since++)
		requests->since[since] =
			times_since(now->ns[since], before->ns[since]);
}

static int read_times(struct devices *devices, struct device_row *row)
{
	struct past *past = past_of(devices, row->now->dev);
	struct frsp_disk_times now;
	int err;

	if (!past)
		return -ENOMEM;
	err = disk_watch_read(devices->watch, row->now->dev, &now);
	if (err)
		return err;
	for (int op = 0; op < FRSP_DISK_NR_OPS; op++)
		fill_requests(&row->ops[op], &now.ops[op],
			      &past->times.ops[op]);
	past->times = now;
	row->has_requests = true;
	return 0;
}

/* Another disk may get the number of one that is gone. */
static void forget_gone(struct devices *devices)
{
	size_t n = 0;

	for (size_t i = 0; i < devices->n_pasts; i++) {
		__u32 dev = devices->pasts[i].dev;

		if (diskstats_find(&devices->now, dev))
			devices->pasts[n++] = devices->pasts[i];
		else
			disk_watch_forget(devices->watch, dev);
	}
	devices->n_pasts = n;
}

static int read_cost(struct devices *devices)
{
	const struct watch *watch = disk_watch_base(devices->watch);
	struct device_frame *frame = &devices->frame;
	struct frsp_cost cost;
	int err = watch_cost(watch, FRSP_DISK_PROGRAM_COMPLETE, &cost);

	if (err)
		return err;
	frame->events = cost.events;
	frame->ns_per_event = watch_cost_ns(&cost);
	frame->map_bytes = watch_map_bytes(watch->object);
	return watch_lost(watch, &frame->lost);
}

/* --- what lies on what ------------------------------------------------------ */

static void add_below(struct device_row *row,
		      const struct diskstats_device *below)
{
	if (below && row->n_below < DISK_MAX_BELOW)
		row->below[row->n_below++] = below;
}

/* A loop device lies on all devices of the filesystem that its file is on. */
static void add_below_file(const struct devices *devices,
			   struct device_row *row, const char *path)
{
	__u32 fs = disk_mounts_of_file(devices->mounts, row->now->dev, path);

	for (size_t i = 0; fs && i < devices->now.n; i++) {
		const struct diskstats_device *below = &devices->now.devices[i];

		if (disk_mounts_on(devices->mounts, below->dev) == fs)
			add_below(row, below);
	}
}

static void find_below(const struct devices *devices,
		       const struct disk_facts *facts, struct device_row *row)
{
	for (unsigned int i = 0; i < facts->n_below; i++)
		add_below(row, diskstats_find(&devices->now, facts->below[i]));
	if (facts->backing[0])
		add_below_file(devices, row, facts->backing);
	row->is_physical = !row->n_below;
}

static struct device_row *row_of(const struct device_frame *frame, __u32 dev)
{
	for (size_t i = 0; i < frame->n_rows; i++)
		if (frame->rows[i].now->dev == dev)
			return &frame->rows[i];
	return NULL;
}

static void add_mount(struct device_row *row, const struct mount_entry *mount)
{
	for (unsigned int i = 0; i < row->n_mounts; i++)
		if (row->mounts[i] == mount)
			return;
	if (row->n_mounts < DISK_MAX_BELOW)
		row->mounts[row->n_mounts++] = mount;
}

static struct device_fs *fs_of(struct device_frame *frame,
			       const struct mount_entry *mount)
{
	struct device_fs *fs = frame->filesystems;

	while (fs < frame->filesystems + frame->n_filesystems &&
	       fs->mount != mount)
		fs++;
	if (fs == frame->filesystems + frame->n_filesystems) {
		*fs = (struct device_fs){.mount = mount, .has_rates = true};
		frame->n_filesystems++;
	}
	return fs;
}

/* Adds a disk or partition to the filesystem that it belongs to, if any. */
static void place(struct devices *devices, const struct diskstats_device *now,
		  const struct disk_facts *facts)
{
	__u32 dev = disk_mounts_on(devices->mounts, now->dev);
	const struct mount_entry *mount =
		dev ? disk_mounts_entry(devices->mounts, dev) : NULL;
	struct device_row *row = row_of(&devices->frame, facts->disk);
	struct diskstats_rates rates;
	struct device_fs *fs;

	if (!mount || !row)
		return;
	add_mount(row, mount);
	fs = fs_of(&devices->frame, mount);
	fs->has_rates &= row->has_rates && read_rates(devices, now, &rates);
	if (fs->has_rates)
		diskstats_add(&fs->rates, &rates);
	if (fs->n_devices < DISK_MAX_BELOW)
		fs->devices[fs->n_devices++] = now;
}

/* --- frames ----------------------------------------------------------------- */

static int add_row(struct devices *devices, const struct diskstats_device *now,
		   const struct disk_facts *facts)
{
	struct device_frame *frame = &devices->frame;
	struct device_row *row = &frame->rows[frame->n_rows++];

	*row = (struct device_row){.now = now};
	row->has_rates =
		!facts->uncounted && read_rates(devices, now, &row->rates);
	find_below(devices, facts, row);
	if (row->is_physical && row->has_rates) {
		diskstats_add(&frame->physical, &row->rates);
		frame->has_physical = true;
	}
	return devices->watch ? read_times(devices, row) : 0;
}

/* Partitions come after their disk, but a device may come before the one that
 * it lies on.
 */
static int fill_frame(struct devices *devices, struct disk_facts *facts)
{
	const struct diskstats *stats = &devices->now;
	int err = 0;

	for (size_t i = 0; i < stats->n; i++) {
		const struct diskstats_device *now = &stats->devices[i];

		/* a device that is just gone counts as empty */
		if (disk_facts_read(SYS, now->dev, &facts[i]))
			facts[i].is_empty = true;
		if (!err && !facts[i].is_empty && facts[i].disk == now->dev)
			err = add_row(devices, now, &facts[i]);
	}
	for (size_t i = 0; !err && i < stats->n; i++)
		place(devices, &stats->devices[i], &facts[i]);
	return err;
}

int devices_sample(struct devices *devices, const struct device_frame **frame)
{
	struct device_frame *now = &devices->frame;
	struct disk_facts *facts;
	int err;

	clear_frame(now);
	err = disk_mounts_refresh(devices->mounts);
	if (!err)
		err = read_stats(devices);
	if (err)
		return err;
	now->rows = calloc(devices->now.n + 1, sizeof(*now->rows));
	now->filesystems =
		calloc(devices->now.n + 1, sizeof(*now->filesystems));
	facts = calloc(devices->now.n + 1, sizeof(*facts));
	err = now->rows && now->filesystems && facts
		      ? fill_frame(devices, facts)
		      : -ENOMEM;
	free(facts);
	if (!err && devices->watch) {
		forget_gone(devices);
		err = read_cost(devices);
	}
	*frame = now;
	return err;
}
