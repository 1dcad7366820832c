// SPDX-License-Identifier: GPL-2.0-or-later
#include "hot_track.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "clock.h"
#include "hot.skel.h"
#include "watch.h"

#define RING_BYTES (256 * 1024)

struct hot_track {
	struct hotmon *skel;
	struct ring_buffer *ring;
	struct hot_table table;
	size_t mapped_bytes;
	__u32 tick_ns;
	__u32 heat_shift;
	__u32 heat_rate;
	bool compat;
	void (*announce)(void *context, const struct hot_file *file);
	void *announce_context;
};

/* The resolution of a coarse clock is the kernel's tick. */
static __u32 tick_length_ns(void)
{
	struct timespec resolution = {0};

	clock_getres(CLOCK_MONOTONIC_COARSE, &resolution);
	return resolution.tv_nsec;
}

static __u64 jiffies_now(const struct hot_track *track)
{
	__u64 jiffies = 0;
	/* a syscall program writes to its input */
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &jiffies,
		    .ctx_size_in = sizeof(jiffies));

	bpf_prog_test_run_opts(bpf_program__fd(track->skel->progs.hotmon_clock),
			       &run);
	return jiffies;
}

/* The wall clock at jiffies64 == 0, from the time since boot: jiffies start
 * at -300 s, cut to 32 bits (INITIAL_JIFFIES, include/linux/jiffies.h).
 */
static __u64 jiffies_epoch_ns(__u32 tick_ns)
{
	__u64 initial = (__u32)(-300 * (__s64)(NSEC_PER_SEC / tick_ns));
	__u64 since_boot = clock_ns(CLOCK_MONOTONIC);

	return clock_ns(CLOCK_REALTIME) - since_boot - initial * tick_ns;
}

static int probe_kernel(struct hotmon *skel)
{
	if (watch_probe(skel->obj) < 0 ||
	    !bpf_program__autoload(skel->progs.hotmon_bio_queue))
		return -EOPNOTSUPP;
	skel->rodata->have_rdonly_cast =
		watch_kernel_has("bpf_rdonly_cast", BTF_KIND_FUNC);
	return 0;
}

static int configure(struct hot_track *track,
		     const struct hot_track_options *options)
{
	struct hotmon *skel = track->skel;
	double units;

	track->compat = options->compat;
	track->tick_ns = tick_length_ns();
	track->heat_shift = heat_unit_shift(track->tick_ns);
	units = options->half_life_s * NSEC_PER_SEC /
		((__u64)track->tick_ns << track->heat_shift);
	track->heat_rate = 4294967296.0 / units + 0.5;
	track->table.stride = options->compat ? sizeof(struct hot_slot_compat)
					      : sizeof(struct hot_slot);
	track->table.n_slots = (options->memory - RING_BYTES) /
			       track->table.stride / HOT_CLUSTER * HOT_CLUSTER;

	skel->rodata->n_slots = track->table.n_slots;
	skel->rodata->heat_shift = track->heat_shift;
	skel->rodata->heat_rate = track->heat_rate;
	skel->rodata->score_compat = options->compat;
	skel->rodata->tick_ns = track->tick_ns;
	skel->rodata->jiffies_epoch_ns = jiffies_epoch_ns(track->tick_ns);
	skel->rodata->filter_fs_dev = options->fs_dev;
	memcpy((void *)skel->rodata->filter_extra_devs, options->extra_devs,
	       sizeof(options->extra_devs));
	skel->rodata->filter_n_pids = options->n_pids;
	memcpy((void *)skel->rodata->filter_pids, options->pids,
	       sizeof(options->pids));
	skel->rodata->filter_cgroup = options->cgroup_id;
	skel->rodata->filter_cgroup_level = options->cgroup_level;
	if (bpf_map__set_value_size(skel->maps.hotmon_table,
				    track->table.stride) ||
	    bpf_map__set_max_entries(skel->maps.hotmon_table,
				     track->table.n_slots) ||
	    bpf_map__set_max_entries(skel->maps.hotmon_files, RING_BYTES))
		return -EINVAL;
	return 0;
}

static int map_table(struct hot_track *track)
{
	size_t page = sysconf(_SC_PAGESIZE);
	size_t bytes = (size_t)track->table.n_slots * track->table.stride;
	void *slots;

	bytes = (bytes + page - 1) / page * page;
	slots = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
		     bpf_map__fd(track->skel->maps.hotmon_table), 0);
	if (slots == MAP_FAILED)
		return -errno;
	track->table.slots = slots;
	track->mapped_bytes = bytes;
	return 0;
}

static int file_announced(void *context, void *data, size_t size)
{
	struct hot_track *track = context;

	if (size >= sizeof(struct hot_file))
		track->announce(track->announce_context, data);
	return 0;
}

static int load_and_attach(struct hot_track *track,
			   const struct hot_track_options *options)
{
	int err;

	err = probe_kernel(track->skel);
	if (err)
		return err;
	err = configure(track, options);
	if (err)
		return err;
	err = hotmon__load(track->skel);
	if (err)
		return err;
	err = map_table(track);
	if (err)
		return err;
	track->ring =
		ring_buffer__new(bpf_map__fd(track->skel->maps.hotmon_files),
				 file_announced, track, NULL);
	if (!track->ring)
		return -errno;
	return hotmon__attach(track->skel);
}

int hot_track_open(const struct hot_track_options *options,
		   struct hot_track **out)
{
	struct hot_track *track = calloc(1, sizeof(*track));
	int err;

	if (!track)
		return -ENOMEM;
	track->skel = hotmon__open();
	if (!track->skel) {
		err = -errno;
		goto err_free;
	}
	err = load_and_attach(track, options);
	if (err)
		goto err_free;
	*out = track;
	return 0;

err_free:
	hot_track_close(track);
	return err;
}

void hot_track_close(struct hot_track *track)
{
	if (!track)
		return;
	ring_buffer__free(track->ring);
	if (track->table.slots)
		munmap(track->table.slots, track->mapped_bytes);
	hotmon__destroy(track->skel);
	free(track);
}

const struct hot_table *hot_track_table(const struct hot_track *track)
{
	return &track->table;
}

int hot_track_clock(const struct hot_track *track, struct hot_clock *clock)
{
	__u64 jiffies = jiffies_now(track);

	if (!jiffies)
		return -EIO;
	clock->heat_time = jiffies >> track->heat_shift;
	clock->heat_rate = track->heat_rate;
	clock->wall_ns = track->skel->rodata->jiffies_epoch_ns +
			 jiffies * track->tick_ns;
	clock->compat = track->compat;
	return 0;
}

int hot_track_stats(const struct hot_track *track, __u64 stats[HOT_NR_STATS])
{
	int err = 0;

	for (__u32 stat = 0; stat < HOT_NR_STATS && !err; stat++)
		err = watch_sum(track->skel->maps.hotmon_stats, &stat,
				&stats[stat], sizeof(stats[stat]));
	return err;
}

int hot_track_files(struct hot_track *track,
		    void (*announce)(void *context,
				     const struct hot_file *file),
		    void *context)
{
	int n;

	track->announce = announce;
	track->announce_context = context;
	n = ring_buffer__consume(track->ring);
	return n < 0 ? n : 0;
}

int hot_track_prog_fd(const struct hot_track *track)
{
	return bpf_program__fd(track->skel->progs.hotmon_bio_queue);
}

__u64 hot_track_map_bytes(const struct hot_track *track)
{
	return watch_map_bytes(track->skel->obj);
}
