// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What refers to a cluster claims its slot. Example: clusters of 1 MiB, and
 * data from 1 MiB on, so that entry value 3 is slot 2. The table has 1 3 3 9,
 * and the file 5 MiB:
 *
 *   entry 0 claims slot 0   entry 1 claims slot 2
 *   entry 2 finds slot 2 claimed: it is used twice
 *   entry 3 would be slot 8: beyond the end
 *   nothing has claimed slots 1 and 3: they are lost
 */
#include "ploop/image/check.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "ploop/image/extension.h"
#include "ploop/image/table_piece.h"

static const struct {
	const char *word;
	enum check_weight weight;
} kinds[CHECK_KINDS] = {
	[CHECK_NOT_CLOSED] = {"not_closed", CHECK_NOTE},
	[CHECK_EMPTY_FLAG] = {"empty_flag", CHECK_NOTE},
	[CHECK_CUT_FILE] = {"cut_file", CHECK_WASTE},
	[CHECK_EXTENSION] = {"extension", CHECK_ERROR},
	[CHECK_UNKNOWN_FEATURE] = {"unknown_feature", CHECK_NOTE},
	[CHECK_PART] = {"bitmap_part", CHECK_ERROR},
	[CHECK_ENTRY] = {"entry", CHECK_ERROR},
	[CHECK_ENTRY_TWICE] = {"entry_twice", CHECK_ERROR},
	[CHECK_ENTRY_BEHIND] = {"entry_behind", CHECK_WASTE},
	[CHECK_LEAK] = {"leak", CHECK_WASTE},
};

const char *check_word(enum check_kind kind)
{
	return kinds[kind].word;
}

enum check_weight check_weight(enum check_kind kind)
{
	return kinds[kind].weight;
}

__u64 check_count(const struct check_sum *sum, enum check_weight weight)
{
	__u64 n = 0;

	for (int kind = 0; kind < CHECK_KINDS; kind++)
		if (kinds[kind].weight == weight)
			n += sum->n[kind];
	return n;
}

static void found(struct check *check, const struct check_finding *finding)
{
	check->sum.n[finding->kind]++;
	if (check->found)
		check->found(check->context, finding);
}

/* The slot of the cluster that begins at this sector. False: none begins there,
 * or the file has not all of it.
 */
static bool slot_of(const struct image_file *file, __u64 sector, __u64 *slot)
{
	const struct ploop_header *header = &file->header;

	if (sector < header->data_off)
		return false;
	sector -= header->data_off;
	*slot = sector / header->cluster_sectors;
	return sector % header->cluster_sectors == 0 &&
	       *slot < ploop_slots(header, file->bytes);
}

static void found_bitmap(void *context, const struct extension_bitmap *bitmap)
{
	struct check *check = context;
	__u64 slot;

	check->sum.n_bitmaps++;
	for (__u32 i = 0; i < bitmap->n_parts; i++) {
		__u64 sector = extension_part(bitmap, i);

		if (sector == EXTENSION_ALL_CLEAN ||
		    sector == EXTENSION_ALL_DIRTY)
			continue;
		if (!slot_of(check->file, sector, &slot) ||
		    !claims_add(&check->claims, slot))
			found(check, &(struct check_finding){
					     .kind = CHECK_PART,
					     .entry = i,
					     .byte = sector * PLOOP_SECTOR,
				     });
	}
}

static void found_feature(void *context, __u64 magic)
{
	found(context, &(struct check_finding){.kind = CHECK_UNKNOWN_FEATURE,
					       .magic = magic});
}

static int check_extension(struct check *check)
{
	const struct ploop_header *header = &check->file->header;
	const struct extension_features features = {found_bitmap, found_feature,
						    check};
	struct check_finding finding = {
		.kind = CHECK_EXTENSION,
		.byte = header->ext_off * PLOOP_SECTOR,
	};
	size_t n = ploop_cluster_bytes(header);
	enum extension_fault fault;
	__u8 *cluster;
	__u64 slot;
	int err;

	if (check->file->extension_fault) {
		finding.text = ploop_fault_text(check->file->extension_fault);
		found(check, &finding);
	}
	if (!header->ext_off || !slot_of(check->file, header->ext_off, &slot))
		return 0;
	claims_add(&check->claims, slot);
	cluster = malloc(n);
	if (!cluster)
		return -ENOMEM;
	err = read_all_at(check->file->fd, cluster, n, finding.byte);
	fault = err ? EXTENSION_FINE
		    : extension_read(header, cluster, &features);
	if (fault) {
		finding.text = extension_fault_text(fault);
		found(check, &finding);
	}
	free(cluster);
	return err;
}

/* So many bytes are behind the last whole cluster of the file. */
static __u64 cut_bytes(const struct image_file *file)
{
	__u64 data = ploop_data_bytes(&file->header);

	return file->bytes > data ? (file->bytes - data) %
					    ploop_cluster_bytes(&file->header)
				  : 0;
}

int check_begin(struct check *check, __u64 more)
{
	const struct image_file *file = check->file;
	__u64 cut = cut_bytes(file);
	int err = claims_make(&check->claims,
			      ploop_slots(&file->header, file->bytes) + more);

	check->sum = (struct check_sum){0};
	if (err)
		return err;
	if (ploop_was_in_use(&file->header))
		found(check, &(struct check_finding){.kind = CHECK_NOT_CLOSED});
	if (cut)
		found(check, &(struct check_finding){
				     .kind = CHECK_CUT_FILE,
				     .byte = file->bytes - cut,
				     .bytes = cut,
			     });
	return check_extension(check);
}

/* How many clusters the disk has, the last of which may be cut. */
static __u64 disk_clusters(const struct ploop_header *header)
{
	return header->n_sectors / header->cluster_sectors +
	       (header->n_sectors % header->cluster_sectors != 0);
}

enum check_kind check_entry(struct check *check, __u32 entry, __u32 value)
{
	const struct ploop_header *header = &check->file->header;
	enum check_kind kind = CHECK_KINDS;
	enum ploop_fault fault;

	if (!value)
		return kind;
	check->sum.n_clusters++;
	fault = ploop_entry_check(header, value, check->file->bytes);
	if (entry >= disk_clusters(header))
		kind = CHECK_ENTRY_BEHIND;
	else if (fault)
		kind = CHECK_ENTRY;
	else if (!claims_add(&check->claims, ploop_entry_slot(header, value)))
		kind = CHECK_ENTRY_TWICE;
	if (kind != CHECK_KINDS)
		found(check, &(struct check_finding){
				     .kind = kind,
				     .text = ploop_fault_text(fault),
				     .entry = entry,
				     .byte = ploop_entry_byte(header, value),
			     });
	return kind;
}

static int check_table(struct check *check)
{
	const struct image_file *file = check->file;
	struct table_piece *piece = malloc(sizeof(*piece));
	__u32 entry = 0;
	int err = piece ? 0 : -ENOMEM;

	while (!err && entry < file->header.n_entries) {
		err = table_piece_read(file, entry, piece);
		if (err)
			break;
		for (__u32 i = entry; !piece->is_hole && i < entry + piece->n;
		     i++)
			check_entry(check, i, table_value(piece, i));
		entry += piece->n;
	}
	free(piece);
	return err;
}

__u64 check_gap(const struct check *check, __u64 from, __u64 *first)
{
	if (check->sum.n[CHECK_UNKNOWN_FEATURE])
		return 0;
	return claims_gap(&check->claims, from, first);
}

/* Where the file has data at or behind this byte. *last: the answer before,
 * which saves most questions; at first 0.
 */
static __u64 next_data(const struct image_file *file, __u64 byte, __u64 *last)
{
	off_t data;

	if (*last > byte)
		return *last;
	data = lseek(file->fd, byte, SEEK_DATA);
	*last = data >= 0 ? (__u64)data : errno == ENXIO ? file->bytes : byte;
	return *last;
}

/* A gap that is a hole of the file takes no space: nothing is lost. */
static void check_gaps(struct check *check)
{
	const struct ploop_header *header = &check->file->header;
	__u64 from = 0, first, n, last = 0;

	while ((n = check_gap(check, from, &first))) {
		const struct check_finding finding = {
			.kind = CHECK_LEAK,
			.byte = ploop_slot_byte(header, first),
			.bytes = n * ploop_cluster_bytes(header),
		};

		from = first + n;
		if (next_data(check->file, finding.byte, &last) >=
		    finding.byte + finding.bytes)
			continue;
		check->sum.leaked_bytes += finding.bytes;
		found(check, &finding);
	}
}

int image_check(struct check *check)
{
	int err = check_begin(check, 0);

	if (!err)
		err = check_table(check);
	if (!err && check->sum.n_clusters &&
	    check->file->header.flags & PLOOP_FLAG_EMPTY)
		found(check, &(struct check_finding){.kind = CHECK_EMPTY_FLAG});
	if (!err)
		check_gaps(check);
	claims_free(&check->claims);
	return err;
}
