// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening: reads header and table of each delta and judges every entry.
 *
 * That is all that a crash asks for. Entries and header are whole at each
 * moment, so what a crash leaves is a file with in_use set and with clusters
 * that no entry names: they are free, with unknown contents. It takes one pass
 * over the table and one word of memory for each slot. A slot's word is USED
 * while the entries are judged, so that the second entry that names it is found.
 */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "ploop/core/request.h"

#define READ_BYTES	(1u << 20)
#define SLOTS_PER_ENTRY 4	   /* a file that is larger is refused; */
#define SLOTS_SPARE	(1u << 20) /* unless it is small */

struct opening {
	struct ploop_image *image;
	struct ploop_finding *finding;
	const struct ploop_settings *settings;
	__u64 file_bytes;
};

static int refuse(struct opening *opening, enum ploop_fault fault, __u32 entry)
{
	if (!fault)
		return 0;
	opening->finding->fault = fault;
	opening->finding->entry = entry;
	return -EUCLEAN;
}

static int read_header(struct opening *opening, struct delta *delta)
{
	struct ploop_image *image = opening->image;
	__u8 raw[PLOOP_HEADER_BYTES];
	int err;

	opening->file_bytes =
		image->ops->file_bytes(image->context, delta->file);
	if (opening->file_bytes < PLOOP_HEADER_BYTES)
		return refuse(opening, PLOOP_NOT_AN_IMAGE, 0);
	err = image->ops->read_now(image->context, delta->file, raw,
				   sizeof(raw), 0);
	if (!err)
		err = refuse(opening, ploop_header_decode(raw, &delta->header),
			     0);
	if (!err)
		err = refuse(opening,
			     ploop_header_check(&delta->header,
						opening->file_bytes),
			     0);
	return err;
}

static int make_table(struct ploop_image *image, struct delta *delta)
{
	struct table *table = &delta->table;

	table->n_entries = delta->header.n_entries;
	table->bytes = table_bytes(table->n_entries);
	table->n_pages = table_pages(table->n_entries);
	table->pages =
		image_allocate(image, table->n_pages * sizeof(*table->pages));
	return table->pages ? table_make_pages(image, table, 0) : -ENOMEM;
}

static int read_table(struct opening *opening, struct delta *delta)
{
	struct ploop_image *image = opening->image;
	int err = make_table(image, delta);
	__u8 *words;

	if (err)
		return err;
	words = (__u8 *)delta->table.pages[0]->words;
	for (__u64 at = 0; !err && at < delta->table.bytes; at += READ_BYTES) {
		__u64 bytes = delta->table.bytes - at;

		err = image->ops->read_now(
			image->context, delta->file, words + at,
			bytes < READ_BYTES ? bytes : READ_BYTES, at);
	}
	return err;
}

/* The number of slots up to the last one in use; each entry is judged. */
static int count_slots(struct opening *opening, const struct delta *delta,
		       __u32 *n)
{
	*n = 0;
	if (delta->header.ext_off)
		*n = (delta->header.ext_off - delta->header.data_off) /
			     delta->header.cluster_sectors +
		     1;
	for (__u32 i = 0; i < delta->table.n_entries; i++) {
		__u32 entry = table_entry(&delta->table, i);
		enum ploop_fault fault;

		if (!entry)
			continue;
		fault = ploop_entry_check(&delta->header, entry,
					  opening->file_bytes);
		if (fault)
			return refuse(opening, fault, i);
		if (ploop_entry_slot(&delta->header, entry) >= *n)
			*n = ploop_entry_slot(&delta->header, entry) + 1;
	}
	if (*n > (__u64)delta->table.n_entries * SLOTS_PER_ENTRY + SLOTS_SPARE)
		return refuse(opening, PLOOP_SCATTERED, 0);
	return 0;
}

/* Fills words, one for each slot, with SLOT_USED or SLOT_FREE. */
static int find_used(struct opening *opening, const struct delta *delta,
		     __u32 *words)
{
	if (delta->header.ext_off)
		words[(delta->header.ext_off - delta->header.data_off) /
		      delta->header.cluster_sectors] = SLOT_USED;
	for (__u32 i = 0; i < delta->table.n_entries; i++) {
		__u32 entry = table_entry(&delta->table, i);
		__u32 *word;

		if (!entry)
			continue;
		word = &words[ploop_entry_slot(&delta->header, entry)];
		if (*word == SLOT_USED)
			return refuse(opening, PLOOP_ENTRY_TWICE, i);
		*word = SLOT_USED;
	}
	return 0;
}

/* How many slots the file may ever have: all that the disk can use, twice the
 * pool, and those that are there. */
static __u32 slot_capacity(const struct opening *opening,
			   const struct delta *delta, __u32 n_slots,
			   bool is_top)
{
	__u64 most = (__u64)n_slots + delta->header.n_entries +
		     2 * opening->image->keeper.pool_clusters;

	if (is_top && opening->settings->top_clusters &&
	    most > opening->settings->top_clusters)
		most = opening->settings->top_clusters;
	if (most < n_slots)
		most = n_slots;
	if (most > ploop_max_slots(&delta->header))
		most = ploop_max_slots(&delta->header);
	return most;
}

/* The delta that the top's clusters may be demoted to; PLOOP_MAX_DELTAS: none. */
static unsigned int lower_file(const struct ploop_settings *settings)
{
	return settings->lower_is_writable && !settings->read_only &&
			       settings->n_files > 1
		       ? settings->n_files - 2
		       : PLOOP_MAX_DELTAS;
}

static int judge_slots(struct opening *opening, struct delta *delta,
		       bool is_top)
{
	struct ploop_image *image = opening->image;
	struct slots *slots = &image->slots;
	bool is_lower = delta->file == lower_file(opening->settings);
	__u32 *words, n, n_words;
	int err = count_slots(opening, delta, &n);

	if (err)
		return err;
	n_words = is_top || is_lower ? slot_capacity(opening, delta, n, is_top)
				     : n;
	words = image_allocate(image, n_words * sizeof(*words) + 1);
	if (!words)
		return -ENOMEM;
	err = find_used(opening, delta, words);
	if (err)
		return err;
	if (is_lower) {
		image->lower.delta = delta;
		image->lower.words = words;
		image->lower.capacity = n_words;
		image->lower.n = n;
		image->lower.was_in_use = ploop_was_in_use(&delta->header);
		return 0;
	}
	if (!is_top) {
		image_release(image, words);
		return 0;
	}
	slots->next = words;
	slots->capacity = n_words;
	slots->limit = PLOOP_NO_SLOT;
	slots->n = n;
	for (__u32 slot = 0; slot < n; slot++)
		if (words[slot] == SLOT_FREE)
			slot_list_put(slots, &slots->unknown, slot);
	return 0;
}

static int open_delta(struct opening *opening, unsigned int file)
{
	struct ploop_image *image = opening->image;
	bool is_top = file == opening->settings->n_files - 1;
	struct delta *delta = image_allocate(image, sizeof(*delta));
	int err;

	if (!delta)
		return -ENOMEM;
	delta->file = file;
	opening->finding->file = file;
	image->view->deltas[file] = delta;
	image->view->n_deltas = file + 1;
	err = read_header(opening, delta);
	if (!err && delta->header.cluster_sectors !=
			    image->view->deltas[0]->header.cluster_sectors)
		err = refuse(opening, PLOOP_OTHER_CLUSTER, 0);
	if (!err)
		err = read_table(opening, delta);
	if (err)
		return err;
	if (!file)
		keeper_init(image, opening->settings);
	return judge_slots(opening, delta, is_top);
}

int open_new_top(struct ploop_image *image, unsigned int file,
		 struct delta **new_top, struct slots *slots)
{
	const struct ploop_header *old = &image_top(image)->header;
	const struct ploop_settings settings = {.n_files = file + 1};
	struct ploop_finding finding = {0};
	struct opening opening = {image, &finding, &settings, 0};
	struct delta *delta = image_allocate(image, sizeof(*delta));
	__u32 n;
	int err;

	if (!delta)
		return -ENOMEM;
	delta->file = file;
	err = read_header(&opening, delta);
	if (!err)
		err = read_table(&opening, delta);
	if (!err)
		err = count_slots(&opening, delta, &n);
	if (err)
		return err;
	if (n || delta->header.cluster_sectors != old->cluster_sectors ||
	    delta->header.n_sectors != old->n_sectors)
		return -EUCLEAN;
	*slots = (struct slots){.limit = PLOOP_NO_SLOT};
	slots->capacity = slot_capacity(&opening, delta, 0, true);
	slots->next =
		image_allocate(image, slots->capacity * sizeof(*slots->next));
	*new_top = delta;
	return slots->next ? 0 : -ENOMEM;
}

static int make_runners(struct ploop_image *image)
{
	image->runners = image_allocate(image, image->n_runners *
						       sizeof(*image->runners));
	image->zeroes = image_allocate(image, IMAGE_ZERO_BYTES);
	image->keeper.copies =
		image_allocate(image, KEEPER_COPIES * TABLE_PAGE_BYTES);
	image->view = image_allocate(image, sizeof(*image->view));
	if (!image->runners || !image->zeroes || !image->keeper.copies ||
	    !image->view)
		return -ENOMEM;
	for (unsigned int i = 0; i < image->n_runners; i++) {
		image->runners[i].image = image;
		image->runners[i].index = i;
	}
	return 0;
}

int ploop_open(const struct ploop_ops *ops, void *context,
	       const struct ploop_settings *settings,
	       struct ploop_image **opened, struct ploop_finding *finding)
{
	struct opening opening = {.finding = finding, .settings = settings};
	struct ploop_image *image;
	const struct delta *top;
	int err;

	*finding = (struct ploop_finding){0};
	if (!settings->n_files || settings->n_files > PLOOP_MAX_DELTAS)
		return -EINVAL;
	image = ops->allocate(context, sizeof(*image));
	if (!image)
		return -ENOMEM;
	opening.image = image;
	image->ops = ops;
	image->context = context;
	image->n_runners = settings->n_runners;
	err = make_runners(image);
	for (unsigned int file = 0; !err && file < settings->n_files; file++)
		err = open_delta(&opening, file);
	if (!err && !settings->read_only)
		err = cow_init(image, settings->n_files);
	if (!err && settings->counts_heat)
		err = heat_init(image);
	if (err) {
		ploop_free(image);
		return err;
	}
	top = image_top(image);
	image->view->disk_bytes = top->header.n_sectors * PLOOP_SECTOR;
	image->was_in_use = ploop_was_in_use(&top->header);
	image->state = settings->read_only ? IMAGE_READ_ONLY : IMAGE_UNMARKED;
	*opened = image;
	return 0;
}

void ploop_free(struct ploop_image *image)
{
	while (image->memory)
		image_release(image, image->memory->memory);
	image->ops->release(image->context, image, sizeof(*image));
}

__u64 ploop_disk_bytes(const struct ploop_image *image)
{
	return once_see(image->view)->disk_bytes;
}

const struct ploop_header *ploop_image_header(const struct ploop_image *image)
{
	return &image_top(image)->header;
}

bool ploop_image_was_in_use(const struct ploop_image *image)
{
	return image->was_in_use;
}

bool ploop_place(struct ploop_image *image, __u64 offset, unsigned int *file,
		 __u64 *byte, __u64 *bytes)
{
	const struct view *view = once_see(image->view);
	__u64 cluster_bytes = ploop_cluster_bytes(&image_top(image)->header);
	__u64 rest = view->disk_bytes - offset;

	*bytes = cluster_bytes - offset % cluster_bytes;
	if (offset >= view->disk_bytes)
		return false;
	if (rest < *bytes)
		*bytes = rest;
	for (unsigned int i = view->n_deltas; i--;) {
		const struct delta *delta = view->deltas[i];
		__u32 entry =
			table_entry(&delta->table, offset / cluster_bytes);

		if (entry) {
			*file = delta->file;
			*byte = ploop_entry_byte(&delta->header, entry) +
				offset % cluster_bytes;
			return true;
		}
	}
	return false;
}

void ploop_counts_read(struct ploop_image *image, struct ploop_counts *counts)
{
	const __u64 *from = (const __u64 *)&image->counts;
	__u64 *to = (__u64 *)counts;

	for (size_t i = 0; i < sizeof(*counts) / sizeof(*to); i++)
		to[i] = once_read(from[i]);
}
