// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An interval is what the counters of each slot have grown by. For each slot
 * the recorder keeps the counters as they were, and whose they were. Clusters
 * that did not change are skipped (bpf/hot.h).
 *
 * Example: range 5 of file 42 had 10 reads at the last take, and has 14 now: 4
 * reads. Then it is evicted after 3 more; hot_recorder_forget() keeps these. At
 * the next take the slot holds range 9 of file 50 with 2 reads: as that is
 * another key, all 2 are of this interval. Together: range 5, 3 reads; range 9,
 * 2 reads.
 *
 * Rules:
 *
 *   - Two slots may have one key (bpf/hot_table.bpf.h). Each has its counters,
 *     so their growth is simply added up, like that of an evicted slot.
 *   - If another process evicts, as with pinned programs, what a slot counted
 *     between the last take and its eviction is lost: little, as the coldest
 *     slots go. It can be seen only if the counters are lower than before.
 *   - A file is listed when it enters the table, or has I/O first, with its
 * path if that is known. A path is asked for again while it is not known, and
 * from time to time, as the file may have been renamed or deleted.
 *   - Of I/O without a file there are totals, but no ranges.
 *   - BPF counts a bio for its range and for its file, and a take may read one
 *     slot before that and the other after it. Then the next interval has the
 *     rest, so totals are never made up of ranges.
 */
#include "heat/recorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "heat/rank.h"
#include "trace/gather.h"

/* Every FULL_EVERY'th take reads the whole table, for marks that came late: see
 * heat/rank.c.
 */
#define FULL_EVERY 64
/* How many takes later a path is asked for again. */
#define ASK_UNKNOWN_AFTER 2
#define ASK_KNOWN_AFTER	  30

#define NOT_RECORDED (~0U)
#define COLD	     0.01 /* what was colder before the recording is left out */

/* A slot at the last take. */
struct before {
	__u64 read_bytes, write_bytes;
	__u32 reads, writes; /* the low bits are enough for a difference */
	__u32 file;	     /* index plus 1; 0: it held nothing */
	__u32 range;
};

/* A file of the list. */
struct listed {
	struct path_key key;
	__u32 fs;	 /* index */
	__u32 path_hash; /* of the path as listed; 0: none */
	__u32 asked;	 /* at which take */
	enum trace_path_state state;
};

struct listed_fs {
	__u32 id;
	bool is_class;
	__u32 index; /* NOT_RECORDED: not known, so far */
	__u32 hash;  /* of what is listed */
};

struct hot_recorder {
	const struct hot_table *table;
	struct trace_writer *writer;
	struct hot_recorder_asks asks;
	struct before *before; /* by slot */
	struct listed *files;
	size_t files_size;
	__u32 n_files;
	__u32 *places; /* of files, by hash of the key: index plus 1 */
	__u32 n_places;
	struct listed_fs fs[TRACE_MAX_FS];
	__u32 n_fs, n_fs_listed;
	struct trace_gather gather; /* of this interval */
	__u32 last_epoch, n_takes;
	int err; /* the first one since the last take */
};

struct hot_recorder *hot_recorder_new(const struct hot_table *table,
				      struct trace_writer *writer,
				      const struct hot_recorder_asks *asks)
{
	struct hot_recorder *recorder = calloc(1, sizeof(*recorder));

	if (!recorder)
		return NULL;
	recorder->table = table;
	recorder->writer = writer;
	recorder->asks = *asks;
	recorder->n_places = 4096;
	recorder->before = calloc(table->n_slots, sizeof(*recorder->before));
	recorder->places =
		calloc(recorder->n_places, sizeof(*recorder->places));
	if (recorder->before && recorder->places)
		return recorder;
	hot_recorder_free(recorder);
	return NULL;
}

void hot_recorder_free(struct hot_recorder *recorder)
{
	if (!recorder)
		return;
	free(recorder->before);
	free(recorder->files);
	free(recorder->places);
	trace_gather_free(&recorder->gather);
	free(recorder);
}

__u32 hot_recorder_n_files(const struct hot_recorder *recorder)
{
	return recorder->n_files;
}

/* FNV-1a; never 0. */
static __u32 text_hash(const char *text)
{
	__u32 hash = 2166136261U;

	while (*text)
		hash = (hash ^ (unsigned char)*text++) * 16777619U;
	return hash | 1;
}

/* --- the list of filesystems ------------------------------------------- */

static __u32 fs_hash(const struct trace_fs *fs)
{
	return text_hash(fs->mount) ^ (__u32)(fs->bytes >> 10) * 31;
}

static struct listed_fs *find_fs(struct hot_recorder *recorder, __u32 id,
				 bool is_class)
{
	for (__u32 i = 0; i < recorder->n_fs; i++)
		if (recorder->fs[i].id == id &&
		    recorder->fs[i].is_class == is_class)
			return &recorder->fs[i];
	if (recorder->n_fs == TRACE_MAX_FS)
		return NULL;
	recorder->fs[recorder->n_fs] = (struct listed_fs){
		.id = id, .is_class = is_class, .index = NOT_RECORDED};
	return &recorder->fs[recorder->n_fs++];
}

/* Lists what the filesystem is by now, if that is new. */
static int list_fs(struct hot_recorder *recorder, struct listed_fs *listed)
{
	struct trace_fs fs;
	__u32 index = listed->index;
	int err;

	if (!recorder->asks.fs(recorder->asks.context, listed->id,
			       listed->is_class, &fs) ||
	    (index != NOT_RECORDED &&
	     (listed->hash == fs_hash(&fs) || !*fs.mount)))
		return 0;
	if (index == NOT_RECORDED)
		index = recorder->n_fs_listed;
	err = trace_write_fs(recorder->writer, index, &fs);
	if (err)
		return err;
	listed->hash = fs_hash(&fs);
	if (listed->index == NOT_RECORDED) {
		listed->index = index;
		recorder->n_fs_listed++;
	}
	return 0;
}

/* --- the list of files --------------------------------------------------- */

static __u32 key_hash(const struct path_key *key)
{
	__u64 hash = key->ino * 0x9e3779b97f4a7c15ULL ^
		     ((__u64)key->fs << 32 | key->gen) * 0xff51afd7ed558ccdULL;

	return hash ^ hash >> 29;
}

static bool same_key(const struct path_key *a, const struct path_key *b)
{
	return a->ino == b->ino && a->fs == b->fs && a->gen == b->gen;
}

static __u32 *find_place(const struct hot_recorder *recorder, __u32 *places,
			 __u32 n_places, const struct path_key *key)
{
	__u32 at = key_hash(key) & (n_places - 1);

	while (places[at] &&
	       !same_key(&recorder->files[places[at] - 1].key, key))
		at = (at + 1) & (n_places - 1);
	return &places[at];
}

static int grow_places(struct hot_recorder *recorder)
{
	__u32 n = recorder->n_places * 2;
	__u32 *places = calloc(n, sizeof(*places));

	if (!places)
		return -ENOMEM;
	for (__u32 i = 0; i < recorder->n_files; i++)
		*find_place(recorder, places, n, &recorder->files[i].key) =
			i + 1;
	free(recorder->places);
	recorder->places = places;
	recorder->n_places = n;
	return 0;
}

static int grow_files(struct hot_recorder *recorder)
{
	size_t size = recorder->files_size ? recorder->files_size * 2 : 1024;
	struct listed *grown;

	if (recorder->n_files == TRACE_MAX_FILES)
		return -EMFILE;
	if (recorder->n_files < recorder->files_size)
		return 0;
	grown = realloc(recorder->files, size * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	recorder->files = grown;
	recorder->files_size = size;
	return 0;
}

static enum trace_path_state state_of(const struct path_result *file)
{
	if (file->state == PATH_INTERNAL)
		return TRACE_PATH_INTERNAL;
	if (file->state == PATH_DELETED)
		return TRACE_PATH_DELETED;
	return file->path ? TRACE_PATH_KNOWN : TRACE_PATH_UNKNOWN;
}

/* Asks where the file is, and lists it if that is new, or if the file is. */
static int list_file(struct hot_recorder *recorder, __u32 index, bool is_new)
{
	struct listed *listed = &recorder->files[index];
	struct path_result file = {.state = PATH_UNKNOWN};
	struct trace_file entry;
	__u32 hash;
	int err;

	if (listed->key.ino)
		recorder->asks.file(recorder->asks.context, &listed->key,
				    &file);
	listed->asked = recorder->n_takes;
	entry = (struct trace_file){
		.fs = listed->fs,
		.ino = listed->key.ino,
		.gen = listed->key.gen,
		.state = state_of(&file),
		.n_links = file.n_links,
		.path = file.path && strlen(file.path) < PATH_MAX ? file.path
								  : NULL,
	};
	hash = entry.path ? text_hash(entry.path) : 0;
	/* a path that is not found any more is still the last one */
	if (!is_new && (hash == listed->path_hash || !hash) &&
	    (entry.state == listed->state || entry.state == TRACE_PATH_UNKNOWN))
		return 0;
	err = trace_write_file(recorder->writer, index, &entry);
	if (err)
		return err;
	if (hash)
		listed->path_hash = hash;
	listed->state = entry.state;
	return 0;
}

/* Adds a file to the list, if it is to be recorded. */
static int add_file(struct hot_recorder *recorder, const struct path_key *key,
		    __u32 *index)
{
	struct listed_fs *fs = find_fs(recorder, key->fs, !key->ino);
	int err;

	*index = NOT_RECORDED;
	if (!fs ||
	    (key->ino && recorder->asks.is_own(recorder->asks.context, key)))
		return 0;
	if (fs->index == NOT_RECORDED) {
		err = list_fs(recorder, fs);
		if (err || fs->index == NOT_RECORDED)
			return err;
	}
	err = grow_files(recorder);
	if (!err && recorder->n_files >= recorder->n_places / 2)
		err = grow_places(recorder);
	if (err)
		return err;
	recorder->files[recorder->n_files] =
		(struct listed){.key = *key, .fs = fs->index};
	err = list_file(recorder, recorder->n_files, true);
	if (err)
		return err;
	*index = recorder->n_files++;
	*find_place(recorder, recorder->places, recorder->n_places, key) =
		*index + 1;
	return 0;
}

/* The index of a slot's file. Most slots had the same file before. */
static int file_of(struct hot_recorder *recorder,
		   const struct frsp_hot_slot *slot,
		   const struct before *before, __u32 *index)
{
	const struct path_key key = {slot->ino, slot->fs, slot->gen};
	__u32 place;

	if (before->file &&
	    same_key(&recorder->files[before->file - 1].key, &key)) {
		*index = before->file - 1;
		return 0;
	}
	place = *find_place(recorder, recorder->places, recorder->n_places,
			    &key);
	if (!place)
		return add_file(recorder, &key, index);
	*index = place - 1;
	return 0;
}

/* --- the table ------------------------------------------------------------- */

/* Takes what the slot has counted since the last take. If is_first, that was
 * before the recording: then the access has only the temperature.
 */
static int take_slot(struct hot_recorder *recorder, __u32 index, __u32 range,
		     const struct frsp_hot_slot *slot,
		     const struct hot_clock *first)
{
	struct before *before = &recorder->before[index], was = *before;
	struct trace_access access = {.range = range};
	int err;

	err = file_of(recorder, slot, &was, &access.file);
	if (err || access.file == NOT_RECORDED)
		return err;
	*before = (struct before){
		.read_bytes = slot->read_bytes,
		.write_bytes = slot->write_bytes,
		.reads = slot->reads,
		.writes = slot->writes,
		.file = access.file + 1,
		.range = range,
	};
	/* another key; or the same again, after another process evicted it */
	if (was.file != before->file || was.range != range ||
	    before->read_bytes < was.read_bytes ||
	    before->write_bytes < was.write_bytes)
		was = (struct before){0};
	if (first) {
		access.temperature = hot_slot_temperature(slot, first);
		if (access.temperature < COLD)
			return 0;
	} else {
		access.reads = before->reads - was.reads;
		access.writes = before->writes - was.writes;
		access.read_bytes = before->read_bytes - was.read_bytes;
		access.write_bytes = before->write_bytes - was.write_bytes;
		if (!access.reads && !access.writes)
			return 0;
	}
	return trace_gather_add(&recorder->gather, &access);
}

static int take_cluster(struct hot_recorder *recorder, __u32 cluster,
			const struct hot_clock *first)
{
	__u32 from = cluster * FRSP_HOT_CLUSTER;
	int err = 0;

	for (__u32 i = from; i < from + FRSP_HOT_CLUSTER &&
			     i < recorder->table->n_slots && !err;
	     i++) {
		const struct frsp_hot_slot *slot =
			hot_table_slot(recorder->table, i);
		__u32 tag = __atomic_load_n(&slot->tag, __ATOMIC_ACQUIRE);

		if (FRSP_HOT_TAG_STATE(tag) == FRSP_HOT_LIVE)
			err = take_slot(recorder, i, FRSP_HOT_TAG_RANGE(tag),
					slot, first);
		else
			recorder->before[i] = (struct before){0};
	}
	return err;
}

/* Reads the clusters that changed. first: the clock, at the begin. */
static int take_table(struct hot_recorder *recorder,
		      const struct hot_clock *first)
{
	const struct hot_table *table = recorder->table;
	__u32 last_epoch = recorder->last_epoch;
	bool all = !table->touched || recorder->n_takes % FULL_EVERY == 0;
	int err = 0;

	if (table->touched)
		recorder->last_epoch =
			__atomic_add_fetch(table->epoch, 1, __ATOMIC_SEQ_CST);
	for (__u32 c = 0; c * FRSP_HOT_CLUSTER < table->n_slots && !err; c++)
		if (all || (__s32)((__u32)__atomic_load_n(&table->touched[c],
							  __ATOMIC_ACQUIRE) +
				   1 - last_epoch) >= 0)
			err = take_cluster(recorder, c, first);
	return err;
}

void hot_recorder_name(struct hot_recorder *recorder,
		       const struct path_key *key)
{
	__u32 index;
	int err;

	if (*find_place(recorder, recorder->places, recorder->n_places, key))
		return;
	err = add_file(recorder, key, &index);
	if (!recorder->err)
		recorder->err = err;
}

void hot_recorder_forget(struct hot_recorder *recorder, __u32 index,
			 const struct frsp_hot_slot *slot)
{
	int err = take_slot(recorder, index, FRSP_HOT_TAG_RANGE(slot->tag),
			    slot, NULL);

	if (!recorder->err)
		recorder->err = err;
	recorder->before[index] = (struct before){0};
}

/* --- an interval -------------------------------------------------------- */

/* Asks again for the paths of the files that have I/O, now and then. */
static int list_again(struct hot_recorder *recorder,
		      const struct trace_frame *frame)
{
	int err = 0;

	for (__u32 i = 0; i < recorder->n_fs && !err; i++)
		if (recorder->n_takes % ASK_KNOWN_AFTER == 0 ||
		    !recorder->fs[i].hash)
			err = list_fs(recorder, &recorder->fs[i]);
	for (size_t i = 0; i < frame->n_totals && !err; i++) {
		__u32 file = frame->totals[i].file;
		const struct listed *listed = &recorder->files[file];
		__u32 age = recorder->n_takes - listed->asked;

		if (age >=
		    (listed->path_hash ? ASK_KNOWN_AFTER : ASK_UNKNOWN_AFTER))
			err = list_file(recorder, file, false);
	}
	return err;
}

static int write_interval(struct hot_recorder *recorder,
			  struct trace_frame *frame, bool is_warm)
{
	int err;

	err = trace_gather_end(&recorder->gather, frame);
	if (!err)
		err = list_again(recorder, frame);
	if (!err)
		err = trace_write_interval(recorder->writer, frame, is_warm);
	trace_gather_clear(&recorder->gather);
	recorder->n_takes++;
	return err;
}

int hot_recorder_begin(struct hot_recorder *recorder,
		       const struct hot_clock *clock, __u64 begin_ns)
{
	struct trace_frame frame = {.start_ns = begin_ns, .end_ns = begin_ns};
	int err = take_table(recorder, clock);

	return err ?: write_interval(recorder, &frame, true);
}

int hot_recorder_take(struct hot_recorder *recorder, __u64 begin_ns,
		      __u64 end_ns, __u64 bios, __u64 lost)
{
	struct trace_frame frame = {.start_ns = begin_ns,
				    .end_ns = end_ns,
				    .bios = bios,
				    .lost = lost};
	int err = recorder->err;

	recorder->err = 0;
	if (!err)
		err = take_table(recorder, NULL);
	return err ?: write_interval(recorder, &frame, false);
}

int hot_recorder_end(struct hot_recorder *recorder)
{
	int err = 0;

	for (__u32 i = 0; i < recorder->n_files && !err; i++)
		if (!recorder->files[i].path_hash)
			err = list_file(recorder, i, false);
	return err ?: trace_write_flush(recorder->writer);
}
