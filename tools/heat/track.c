// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * We load and attach the object, or take the maps of the pinned one. In both
 * cases the table is mapped, so reading it takes no system call.
 *
 * The memory of the options sets the number of slots. Example: 16 MiB, less 512
 * KiB for the ring buffer and 128 KiB for hotmon_fs, are 16121856 bytes. A
 * cluster takes 64 slots of 64 bytes and a mark of 8 bytes: 4104 bytes. So
 * there are 3928 clusters, or 251392 slots.
 */
#include "heat/track.h"

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

#include "base/clock.h"
#include "heat/replay.h"
#include "hot.skel.h"
#include "watch/pin.h"
#include "watch/watch.h"

#define RING_BYTES (512 * 1024)
#define FS_BYTES   (128 * 1024) /* hotmon_fs */
/* Unmounting a filesystem disturbs the walk over all of them. */
#define FIND_TRIES 8

struct hot_track {
	struct hot_replay *replay; /* NULL: BPF programs; else nothing below but
				      .table and the -1 */
	struct hotmon *skel;
	struct ring_buffer *ring;
	struct hot_table table;
	/* as mapped */
	size_t slot_bytes, touched_bytes, who_bytes, actor_bytes;
	__u32 tick_ns;
	__u32 heat_shift;
	__u32 heat_rate;
	bool compat;
	bool of_pids;
	bool tends;
	/* File descriptors. pins: of watch_pin_open(), -1: the programs are our
	 * own. The others are programs: clock reads the kernel's clock, finder
	 * finds filesystems, program counts.
	 */
	int pins, clock, finder, program;
	void (*announce)(void *context, const struct frsp_hot_file *file);
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
	/* the program writes its result to its input */
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &jiffies,
		    .ctx_size_in = sizeof(jiffies));

	bpf_prog_test_run_opts(track->clock, &run);
	return jiffies;
}

/* The wall clock when jiffies64 was 0, computed from the time since boot:
 * jiffies start at -300 s, cut to 32 bits (INITIAL_JIFFIES,
 * include/linux/jiffies.h).
 */
static __u64 jiffies_epoch_ns(__u32 tick_ns)
{
	__u64 initial = (__u32)(-300 * (__s64)(NSEC_PER_SEC / tick_ns));
	__u64 since_boot = clock_ns(CLOCK_MONOTONIC);

	return clock_ns(CLOCK_REALTIME) - since_boot - initial * tick_ns;
}

static bool has_member(const struct btf *btf, const char *name,
		       const char *member)
{
	__s32 id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, id) : NULL;

	for (int i = 0; type && i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(btf,
						btf_members(type)[i].name_off),
			    member))
			return true;
	return false;
}

/* Loads hotmon_bio_missed only if the kernel can miss bios: hot_once.bpf.h. */
static int probe_kernel(struct hotmon *skel)
{
	struct btf *kernel;

	if (watch_probe(skel->obj) < 0 ||
	    !bpf_program__autoload(skel->progs.hotmon_bio_queue))
		return -EOPNOTSUPP;
	skel->rodata->page_shift = __builtin_ctzl(sysconf(_SC_PAGESIZE));
	kernel = btf__load_vmlinux_btf();
	skel->rodata->have_rdonly_cast =
		btf__find_by_name_kind(kernel, "bpf_rdonly_cast",
				       BTF_KIND_FUNC) > 0;
	bpf_program__set_autoload(skel->progs.hotmon_bio_missed,
				  has_member(kernel, "srcu_struct",
					     "srcu_reader_flavor"));
	btf__free(kernel);
	return 0;
}

/* What the programs are loaded with, except for the filters. */
struct settings {
	__u32 tick_ns, heat_shift, heat_rate;
	__u32 n_slots, stride;
	__u32 n_actors, n_writer_sets;
	bool compat;
};

/* The largest power of two up to value, from least to most, which are such. */
static __u32 power_of_two(__u64 value, __u32 least, __u32 most)
{
	while (most > least && most > value)
		most /= 2;
	return most;
}

/* Bytes of a hash map's element and of a queue's, beyond key and value. */
#define HASH_ELEMENT_BYTES 96

static __u64 who_bytes(const struct settings *settings)
{
	return settings->n_actors * (sizeof(struct frsp_hot_actor) +
				     sizeof(struct frsp_hot_actor_key) +
				     HASH_ELEMENT_BYTES + sizeof(__u32)) +
	       settings->n_writer_sets * sizeof(struct frsp_hot_writers);
}

static struct settings settings_of(const struct hot_track_options *options)
{
	struct settings settings = {
		.tick_ns = tick_length_ns(),
		.compat = options->compat,
		.stride = options->compat ? sizeof(struct frsp_hot_slot_compat)
					  : sizeof(struct frsp_hot_slot),
	};
	__u64 cluster_bytes; /* 64 slots and the mark of their cluster */
	double units;

	settings.heat_shift = heat_unit_shift(settings.tick_ns);
	units = options->half_life_s * NSEC_PER_SEC /
		((__u64)settings.tick_ns << settings.heat_shift);
	settings.heat_rate = 4294967296.0 / units + 0.5;
	settings.n_actors =
		power_of_two(options->memory / 2048, 64, FRSP_HOT_MAX_ACTORS);
	settings.n_writer_sets = power_of_two(
		options->memory / 32 / sizeof(struct frsp_hot_writers), 64,
		1U << 20);
	cluster_bytes = (settings.stride + sizeof(struct frsp_hot_who)) *
				FRSP_HOT_CLUSTER +
			sizeof(__u64);
	settings.n_slots = (options->memory - RING_BYTES - FS_BYTES -
			    who_bytes(&settings)) /
			   cluster_bytes * FRSP_HOT_CLUSTER;
	return settings;
}

static void set_filters(struct hotmon *skel,
			const struct hot_track_options *options)
{
	skel->rodata->filter_fs = options->one_fs;
	skel->rodata->filter_n_pids = options->n_pids;
	memcpy((void *)skel->rodata->filter_pids, options->pids,
	       sizeof(options->pids));
	if (!options->cgroup)
		return;
	skel->rodata->filter_cgroup = true;
	skel->rodata->filter_cgroup_level = options->cgroup->level;
	snprintf((char *)skel->rodata->filter_cgroup_name,
		 sizeof(skel->rodata->filter_cgroup_name), "%s",
		 cgroup_name(options->cgroup));
	skel->bss->filter_cgroup_parent = options->cgroup->parent_id;
}

static int configure(struct hotmon *skel, const struct settings *settings)
{
	skel->rodata->n_slots = settings->n_slots;
	skel->rodata->heat_shift = settings->heat_shift;
	skel->rodata->heat_rate = settings->heat_rate;
	skel->rodata->score_compat = settings->compat;
	skel->rodata->tick_ns = settings->tick_ns;
	skel->rodata->jiffies_epoch_ns = jiffies_epoch_ns(settings->tick_ns);
	skel->rodata->n_writer_sets = settings->n_writer_sets;
	skel->rodata->range_pages_shift =
		FRSP_HOT_RANGE_SHIFT - skel->rodata->page_shift;
	if (bpf_map__set_value_size(skel->maps.hotmon_table,
				    settings->stride) ||
	    bpf_map__set_max_entries(skel->maps.hotmon_table,
				     settings->n_slots) ||
	    bpf_map__set_max_entries(skel->maps.hotmon_touched,
				     settings->n_slots / FRSP_HOT_CLUSTER) ||
	    bpf_map__set_max_entries(skel->maps.hotmon_who,
				     settings->n_slots) ||
	    bpf_map__set_max_entries(skel->maps.hotmon_ids,
				     settings->n_actors) ||
	    bpf_map__set_max_entries(skel->maps.hotmon_actors,
				     settings->n_actors) ||
	    bpf_map__set_max_entries(skel->maps.hotmon_free_ids,
				     settings->n_actors) ||
	    bpf_map__set_max_entries(skel->maps.hotmon_writers,
				     settings->n_writer_sets) ||
	    bpf_map__set_max_entries(skel->maps.hotmon_files, RING_BYTES))
		return -EINVAL;
	return 0;
}

static bool has_filter(const struct hot_track_options *options)
{
	return options->one_fs || options->n_pids || options->cgroup;
}

/* Whether the loaded object has these settings, and no filter. */
static bool is_as_wanted(const struct hotmon *skel,
			 const struct settings *settings)
{
	return skel->rodata->n_slots == settings->n_slots &&
	       skel->rodata->heat_rate == settings->heat_rate &&
	       skel->rodata->score_compat == settings->compat &&
	       !skel->rodata->filter_fs && !skel->rodata->filter_n_pids &&
	       !skel->rodata->filter_cgroup;
}

/* Maps all elements of an array, and rounds *bytes up to whole pages. Returns
 * NULL with errno set on failure.
 */
static void *map_array(const struct bpf_map *map, size_t *bytes)
{
	size_t page = sysconf(_SC_PAGESIZE);
	void *at;

	*bytes = (*bytes + page - 1) / page * page;
	at = mmap(NULL, *bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
		  bpf_map__fd(map), 0);
	return at == MAP_FAILED ? NULL : at;
}

static int map_who(struct hot_track *track)
{
	struct hot_table *table = &track->table;

	track->who_bytes = table->n_slots * sizeof(*table->who);
	table->who = map_array(track->skel->maps.hotmon_who, &track->who_bytes);
	if (!table->who)
		return -errno;
	track->actor_bytes = table->n_actors * sizeof(*table->actors);
	table->actors =
		map_array(track->skel->maps.hotmon_actors, &track->actor_bytes);
	return table->actors ? 0 : -errno;
}

static int map_table(struct hot_track *track)
{
	struct hot_table *table = &track->table;

	track->slot_bytes = (size_t)table->n_slots * table->stride;
	table->slots =
		map_array(track->skel->maps.hotmon_table, &track->slot_bytes);
	if (!table->slots)
		return -errno;
	track->touched_bytes =
		table->n_slots / FRSP_HOT_CLUSTER * sizeof(__u64);
	table->touched = map_array(track->skel->maps.hotmon_touched,
				   &track->touched_bytes);
	if (!table->touched)
		return -errno;
	table->epoch = (__u32 *)&track->skel->bss->hot_epoch;
	return map_who(track);
}

static int file_announced(void *context, void *data, size_t size)
{
	struct hot_track *track = context;

	if (size >= sizeof(struct frsp_hot_file))
		track->announce(track->announce_context, data);
	return 0;
}

static int open_programs(struct hot_track *track)
{
	track->clock = watch_program(HOT_TRACK_OBJECT,
				     track->skel->progs.hotmon_clock);
	track->finder = watch_program(HOT_TRACK_OBJECT,
				      track->skel->progs.hotmon_find_fs);
	if (track->program < 0)
		track->program = watch_program(
			HOT_TRACK_OBJECT, track->skel->progs.hotmon_bio_queue);
	if (track->clock < 0)
		return track->clock;
	if (track->finder < 0)
		return track->finder;
	return track->program < 0 ? track->program : 0;
}

/* The object is loaded, or its maps are those of the pinned one. */
static int use(struct hot_track *track, const struct settings *settings)
{
	int err;

	track->table.n_slots = settings->n_slots;
	track->table.stride = settings->stride;
	track->table.n_actors = settings->n_actors;
	track->tick_ns = settings->tick_ns;
	track->heat_shift = settings->heat_shift;
	track->heat_rate = settings->heat_rate;
	track->compat = settings->compat;
	err = map_table(track);
	if (err)
		return err;
	err = open_programs(track);
	if (err)
		return err;
	track->ring =
		ring_buffer__new(bpf_map__fd(track->skel->maps.hotmon_files),
				 file_announced, track, NULL);
	return track->ring ? 0 : -errno;
}

static int offer_id(const struct hot_track *track, __u32 id)
{
	return bpf_map_update_elem(
		       bpf_map__fd(track->skel->maps.hotmon_free_ids), NULL,
		       &id, BPF_ANY)
		       ? -errno
		       : 0;
}

/* Offers the programs the ids of all actors that the table has room for. */
static int offer_ids(const struct hot_track *track)
{
	int err = 0;

	for (__u32 id = 1; id < track->table.n_actors && !err; id++)
		err = offer_id(track, id);
	return err;
}

void hot_track_forget_actor(const struct hot_track *track,
			    const struct frsp_hot_actor *actor)
{
	bpf_map_delete_elem(bpf_map__fd(track->skel->maps.hotmon_ids),
			    &actor->key);
}

void hot_track_reuse_actor(const struct hot_track *track,
			   struct frsp_hot_actor *actor, __u32 id)
{
	memset(actor, 0, sizeof(*actor));
	offer_id(track, FRSP_HOT_ACTOR_NEXT(id));
}

static int load_and_attach(struct hot_track *track,
			   const struct hot_track_options *options,
			   const struct settings *settings)
{
	int err = probe_kernel(track->skel);

	if (err)
		return err;
	set_filters(track->skel, options);
	err = configure(track->skel, settings);
	if (!err)
		err = hotmon__load(track->skel);
	if (!err)
		err = use(track, settings);
	if (!err)
		err = offer_ids(track);
	return err ?: hotmon__attach(track->skel);
}

static int load_pinned(struct hot_track *track, const struct settings *settings)
{
	int err;

	track->pins = watch_pin_open();
	if (track->pins < 0)
		return track->pins;
	err = watch_pin_load(HOT_TRACK_OBJECT, track->skel->skeleton);
	if (err)
		return err;
	/* it may have been unpinned just now, and others pinned instead */
	if (!is_as_wanted(track->skel, settings) ||
	    watch_pin_is_gone(track->pins))
		return -ENOENT;
	return use(track, settings);
}

static struct hot_track *new_track(void)
{
	struct hot_track *track = calloc(1, sizeof(*track));

	if (!track)
		return NULL;
	track->pins = -1;
	track->clock = -1;
	track->finder = -1;
	track->program = -1;
	return track;
}

static int open_one(const struct hot_track_options *options, bool pinned,
		    struct hot_track **out)
{
	const struct settings settings = settings_of(options);
	struct hot_track *track = new_track();
	int err;

	if (!track)
		return -ENOMEM;
	track->of_pids = options->n_pids;
	if (pinned && options->program)
		track->program = options->program;
	track->skel = hotmon__open();
	if (!track->skel)
		err = -errno;
	else if (pinned)
		err = load_pinned(track, &settings);
	else
		err = load_and_attach(track, options, &settings);
	if (err)
		hot_track_close(track);
	else
		*out = track;
	return err;
}

int hot_track_open(const struct hot_track_options *options,
		   struct hot_track **out)
{
	struct hot_track_options own = *options;
	int err = -ENOENT;

	if (!has_filter(options) && watch_pin_is_there(HOT_TRACK_OBJECT))
		err = open_one(options, true, out);
	if (own.own_memory)
		own.memory = own.own_memory;
	return err && !options->only_pinned ? open_one(&own, false, out) : err;
}

int hot_track_of_replay(struct hot_replay *replay, struct hot_track **out)
{
	struct hot_track *track = new_track();

	if (!track)
		return -ENOMEM;
	track->replay = replay;
	track->table = *hot_replay_table(replay);
	*out = track;
	return 0;
}

struct hot_replay *hot_track_replay(const struct hot_track *track)
{
	return track->replay;
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void hot_track_close(struct hot_track *track)
{
	if (!track)
		return;
	if (track->replay) {
		free(track);
		return;
	}
	ring_buffer__free(track->ring);
	if (track->table.slots)
		munmap(track->table.slots, track->slot_bytes);
	if (track->table.touched)
		munmap(track->table.touched, track->touched_bytes);
	if (track->table.who)
		munmap(track->table.who, track->who_bytes);
	if (track->table.actors)
		munmap(track->table.actors, track->actor_bytes);
	hotmon__destroy(track->skel);
	close_if_open(track->pins);
	close_if_open(track->clock);
	close_if_open(track->finder);
	close_if_open(track->program);
	free(track);
}

bool hot_track_is_pinned(const struct hot_track *track)
{
	return track->pins >= 0;
}

bool hot_track_is_of_pids(const struct hot_track *track)
{
	return track->of_pids;
}

bool hot_track_is_gone(const struct hot_track *track)
{
	return track->pins >= 0 && watch_pin_is_gone(track->pins);
}

int hot_track_fs(const struct hot_track *track, __u32 fs,
		 struct frsp_hot_fs *out)
{
	int map;

	if (track->replay)
		return hot_replay_fs(track->replay, fs, out) ? 0 : -ENOENT;
	map = bpf_map__fd(track->skel->maps.hotmon_fs);
	return bpf_map_lookup_elem(map, &fs, out) ? -errno : 0;
}

bool hot_track_next_fs(const struct hot_track *track, __u32 *fs)
{
	int map;

	if (track->replay)
		return hot_replay_next_fs(track->replay, fs);
	map = bpf_map__fd(track->skel->maps.hotmon_fs);
	return !bpf_map_get_next_key(map, *fs ? fs : NULL, fs);
}

void hot_track_keep_fs(const struct hot_track *track, __u32 fs,
		       const struct frsp_hot_fs *known)
{
	bpf_map_update_elem(bpf_map__fd(track->skel->maps.hotmon_fs), &fs,
			    known, BPF_NOEXIST);
}

void hot_track_forget_fs(const struct hot_track *track, __u32 fs)
{
	bpf_map_delete_elem(bpf_map__fd(track->skel->maps.hotmon_fs), &fs);
}

int hot_track_find_fs(const struct hot_track *track,
		      struct frsp_hot_fs_query *query)
{
	const struct frsp_hot_fs_query asked = *query;
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = query,
		    .ctx_size_in = sizeof(*query));
	int err;

	if (track->replay)
		return hot_replay_find_fs(track->replay, query);
	for (int i = 0; i < FIND_TRIES; i++) {
		*query = asked;
		err = bpf_prog_test_run_opts(track->finder, &run);
		if (err)
			return err;
		if (query->is_found && !(query->where & FRSP_HOT_FS_UNSEEN))
			return 0;
		if (!query->is_found && query->is_complete)
			return -ENOENT;
	}
	return query->is_found ? 0 : -EAGAIN;
}

void hot_track_follow_fs(struct hot_track *track,
			 const struct hot_track_fs_filter *filter)
{
	track->skel->bss->filter_fs_id = filter->fs;
	memcpy((void *)track->skel->bss->filter_disk_ids, filter->disks,
	       sizeof(filter->disks));
	track->skel->bss->filter_any_disk = filter->any_disk;
	track->skel->bss->dirty_dev = filter->dev;
}

void hot_track_follow(struct hot_track *track, const struct cgroup_ref *cgroup)
{
	track->skel->bss->filter_cgroup_parent = cgroup->parent_id;
}

bool hot_track_tends(struct hot_track *track)
{
	if (!track->tends && !track->replay)
		track->tends = track->pins < 0 || watch_pin_lock(track->pins);
	return track->tends;
}

struct bpf_object_skeleton *hot_track_skeleton(const struct hot_track *track)
{
	return track->replay ? NULL : track->skel->skeleton;
}

const struct hot_table *hot_track_table(const struct hot_track *track)
{
	return &track->table;
}

int hot_track_clock(const struct hot_track *track, struct hot_clock *clock)
{
	__u64 jiffies;

	if (track->replay) {
		hot_replay_clock(track->replay, clock);
		return 0;
	}
	jiffies = jiffies_now(track);
	if (!jiffies)
		return -EIO;
	clock->heat_time = jiffies >> track->heat_shift;
	clock->heat_rate = track->heat_rate;
	clock->wall_ns = track->skel->rodata->jiffies_epoch_ns +
			 jiffies * track->tick_ns;
	clock->compat = track->compat;
	return 0;
}

int hot_track_stats(const struct hot_track *track,
		    __u64 stats[FRSP_HOT_NR_STATS])
{
	int err = 0;

	if (track->replay) {
		hot_replay_stats(track->replay, stats);
		return 0;
	}
	for (__u32 stat = 0; stat < FRSP_HOT_NR_STATS && !err; stat++)
		err = watch_sum(track->skel->maps.hotmon_stats, &stat,
				&stats[stat], sizeof(stats[stat]));
	return err;
}

/* Only we write this counter, so the sum may stand in the value of one CPU. */
/* Sets a counter to n, or, if is_more, to what it is and n more. */
static int set_stat(const struct hot_track *track, __u32 stat, __u64 n,
		    bool is_more)
{
	int fd = bpf_map__fd(track->skel->maps.hotmon_stats), err = 0;
	__u64 *per_cpu = calloc(libbpf_num_possible_cpus(), sizeof(*per_cpu));

	if (!per_cpu)
		return -ENOMEM;
	if (is_more)
		err = bpf_map_lookup_elem(fd, &stat, per_cpu);
	per_cpu[0] += n;
	if (!err)
		err = bpf_map_update_elem(fd, &stat, per_cpu, 0);
	free(per_cpu);
	return err;
}

int hot_track_add_used(const struct hot_track *track, __u32 n)
{
	return n ? set_stat(track, FRSP_HOT_STAT_SLOTS, n, true) : 0;
}

int hot_track_set_evicted(const struct hot_track *track, __u64 n)
{
	return set_stat(track, FRSP_HOT_STAT_EVICTED, n, false);
}

int hot_track_files(struct hot_track *track,
		    void (*announce)(void *context,
				     const struct frsp_hot_file *file),
		    void *context)
{
	int n;

	if (!hot_track_tends(track))
		return 0;
	track->announce = announce;
	track->announce_context = context;
	n = ring_buffer__consume(track->ring);
	return n < 0 ? n : 0;
}

int hot_track_prog_fd(const struct hot_track *track)
{
	return track->program;
}

__u64 hot_track_map_bytes(const struct hot_track *track)
{
	return track->replay ? 0 : watch_map_bytes(track->skel->obj);
}
