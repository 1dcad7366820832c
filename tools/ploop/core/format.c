// SPDX-License-Identifier: GPL-2.0-or-later
/* The fields of the header are at fixed bytes, little-endian:
 *
 *   0 magic[16]   16 version   20 heads   24 cylinders   28 cluster_sectors
 *   32 n_entries  36 n_sectors (64 bit)   44 in_use      48 data_off
 *   52 flags      56 ext_off (64 bit)
 *
 * The version here is told by the magic: the field at 16 is 2 in both. In
 * version 1 the upper half of n_sectors is undefined. Sums are made in 64 bits:
 * a 32-bit count of clusters of at most 2^17 sectors of 2^9 bytes is below 2^58.
 */
#include <string.h>

#include "base/little_endian.h"
#include "ploop/core/format.h"

#define MAGIC_BYTES	  16
#define HEADS		  16
#define SECTORS_PER_TRACK 32 /* that programs assume for cylinders */

static const char magics[][MAGIC_BYTES + 1] = {
	"WithoutFreeSpace",
	"WithouFreSpacExt",
};

const char *ploop_fault_text(enum ploop_fault fault)
{
	static const char *const texts[PLOOP_FAULTS] = {
		[PLOOP_FINE] = "nothing is wrong",
		[PLOOP_NOT_AN_IMAGE] = "not a ploop image",
		[PLOOP_BAD_VERSION] = "the version of the format is unknown",
		[PLOOP_BAD_CLUSTER] =
			"the clusters have no size, or more than 64 MiB",
		[PLOOP_EMPTY_TABLE] = "the block table has no entries",
		[PLOOP_HUGE_TABLE] =
			"the block table has more than 2^28 entries",
		[PLOOP_HUGE_DISK] =
			"the disk has more clusters than entries can name",
		[PLOOP_SHORT_TABLE] =
			"the block table is too short for the disk",
		[PLOOP_NO_DATA_OFF] =
			"the header does not say where data begins",
		[PLOOP_DATA_OFF_UNALIGNED] =
			"data does not begin at a multiple of the cluster",
		[PLOOP_DATA_IN_TABLE] = "data begins inside the block table",
		[PLOOP_TABLE_CUT] =
			"the file ends before the end of the block table",
		[PLOOP_CONVERTING] =
			"a conversion to another version was not finished",
		[PLOOP_EXT_UNALIGNED] =
			"the format extension is not at a cluster's start",
		[PLOOP_EXT_IN_TABLE] =
			"the format extension is inside the block table",
		[PLOOP_EXT_CUT] =
			"the format extension is beyond the end of the file",
		[PLOOP_ENTRY_IN_TABLE] = "points into the block table",
		[PLOOP_ENTRY_UNALIGNED] = "points to no cluster's start",
		[PLOOP_ENTRY_CUT] = "points beyond the end of the file",
		[PLOOP_ENTRY_IS_EXT] = "points to the format extension",
		[PLOOP_ENTRY_TWICE] =
			"points to a cluster that another entry has",
		[PLOOP_SCATTERED] =
			"the file is too large for what is in it: copy the image",
		[PLOOP_OTHER_CLUSTER] =
			"the deltas have clusters of different size",
	};

	return texts[fault];
}

static __u64 table_sectors(const struct ploop_header *header)
{
	return (ploop_table_bytes(header) + PLOOP_SECTOR - 1) / PLOOP_SECTOR;
}

enum ploop_fault ploop_header_decode(const __u8 raw[PLOOP_HEADER_BYTES],
				     struct ploop_header *header)
{
	*header = (struct ploop_header){
		.heads = le32_get(raw + 20),
		.cylinders = le32_get(raw + 24),
		.cluster_sectors = le32_get(raw + 28),
		.n_entries = le32_get(raw + 32),
		.n_sectors = le64_get(raw + 36),
		.in_use = le32_get(raw + 44),
		.data_off = le32_get(raw + 48),
		.flags = le32_get(raw + 52),
		.ext_off = le64_get(raw + 56),
	};
	if (!memcmp(raw, magics[0], MAGIC_BYTES))
		header->version = 1;
	else if (!memcmp(raw, magics[1], MAGIC_BYTES))
		header->version = 2;
	else
		return PLOOP_NOT_AN_IMAGE;
	if (le32_get(raw + 16) != 2)
		return PLOOP_BAD_VERSION;
	if (header->version == 1) {
		header->n_sectors &= 0xffffffff;
		if (!header->data_off && header->n_entries <= PLOOP_MAX_ENTRIES)
			header->data_off = table_sectors(header);
	}
	return PLOOP_FINE;
}

void ploop_header_encode(const struct ploop_header *header,
			 __u8 raw[PLOOP_HEADER_BYTES])
{
	memcpy(raw, magics[header->version - 1], MAGIC_BYTES);
	le32_put(raw + 16, 2);
	le32_put(raw + 20, header->heads);
	le32_put(raw + 24, header->cylinders);
	le32_put(raw + 28, header->cluster_sectors);
	le32_put(raw + 32, header->n_entries);
	le64_put(raw + 36, header->n_sectors);
	le32_put(raw + 44, header->in_use);
	le32_put(raw + 48, header->data_off);
	le32_put(raw + 52, header->flags);
	le64_put(raw + 56, header->ext_off);
}

bool ploop_was_in_use(const struct ploop_header *header)
{
	return header->in_use != PLOOP_CLOSED &&
	       header->in_use != PLOOP_CLOSED_OLD;
}

__u64 ploop_cluster_bytes(const struct ploop_header *header)
{
	return (__u64)header->cluster_sectors * PLOOP_SECTOR;
}

__u64 ploop_data_bytes(const struct ploop_header *header)
{
	return (__u64)header->data_off * PLOOP_SECTOR;
}

__u64 ploop_table_bytes(const struct ploop_header *header)
{
	return PLOOP_HEADER_BYTES +
	       (__u64)header->n_entries * PLOOP_ENTRY_BYTES;
}

__u32 ploop_max_slots(const struct ploop_header *header)
{
	__u64 reach = 1ULL << 32; /* entries are below it */

	if (header->version == 2)
		return reach - header->data_off / header->cluster_sectors - 1;
	return (reach - 1 - header->data_off) / header->cluster_sectors;
}

__u32 ploop_slots(const struct ploop_header *header, __u64 file_bytes)
{
	__u64 slots;

	if (file_bytes <= ploop_data_bytes(header))
		return 0;
	slots = (file_bytes - ploop_data_bytes(header)) /
		ploop_cluster_bytes(header);
	return slots < ploop_max_slots(header) ? slots
					       : ploop_max_slots(header);
}

/* Where the format extension is: PLOOP_FINE if there is none. */
static enum ploop_fault check_extension(const struct ploop_header *header,
					__u64 file_bytes)
{
	__u64 file_sectors = file_bytes / PLOOP_SECTOR;

	if (!header->ext_off)
		return PLOOP_FINE;
	if (header->ext_off < header->data_off)
		return PLOOP_EXT_IN_TABLE;
	if ((header->ext_off - header->data_off) % header->cluster_sectors)
		return PLOOP_EXT_UNALIGNED;
	if (file_sectors < header->cluster_sectors ||
	    header->ext_off > file_sectors - header->cluster_sectors)
		return PLOOP_EXT_CUT;
	return PLOOP_FINE;
}

/* Whether the table and its clusters have sizes that we handle. */
static enum ploop_fault check_sizes(const struct ploop_header *header)
{
	if (!header->cluster_sectors ||
	    header->cluster_sectors > PLOOP_MAX_CLUSTER_SECTORS)
		return PLOOP_BAD_CLUSTER;
	if (!header->n_entries)
		return PLOOP_EMPTY_TABLE;
	if (header->n_entries > PLOOP_MAX_ENTRIES)
		return PLOOP_HUGE_TABLE;
	if (header->n_sectors >
	    (__u64)header->n_entries * header->cluster_sectors)
		return PLOOP_SHORT_TABLE;
	return PLOOP_FINE;
}

enum ploop_fault ploop_header_check(const struct ploop_header *header,
				    __u64 file_bytes)
{
	enum ploop_fault fault = check_sizes(header);

	if (fault)
		return fault;
	if (!header->data_off)
		return PLOOP_NO_DATA_OFF;
	if (header->version == 2 && header->data_off % header->cluster_sectors)
		return PLOOP_DATA_OFF_UNALIGNED;
	if (header->data_off < table_sectors(header))
		return PLOOP_DATA_IN_TABLE;
	if (file_bytes < ploop_table_bytes(header))
		return PLOOP_TABLE_CUT;
	if (header->flags & PLOOP_FLAG_CONVERTING)
		return PLOOP_CONVERTING;
	return check_extension(header, file_bytes);
}

enum ploop_fault ploop_header_make(__u64 n_sectors, __u32 cluster_sectors,
				   struct ploop_header *header)
{
	__u64 n_entries, data_clusters;

	if (!cluster_sectors || cluster_sectors > PLOOP_MAX_CLUSTER_SECTORS)
		return PLOOP_BAD_CLUSTER;
	if (!n_sectors)
		return PLOOP_EMPTY_TABLE;
	n_entries = n_sectors / cluster_sectors +
		    (n_sectors % cluster_sectors != 0);
	if (n_entries > PLOOP_MAX_ENTRIES)
		return PLOOP_HUGE_TABLE;
	*header = (struct ploop_header){
		.version = 2,
		.heads = HEADS,
		.cluster_sectors = cluster_sectors,
		.n_entries = n_entries,
		.n_sectors = n_sectors,
		.in_use = PLOOP_CLOSED_OLD,
		.flags = PLOOP_FLAG_EMPTY,
	};
	header->cylinders = (n_sectors - 1) / (HEADS * SECTORS_PER_TRACK) + 1;
	data_clusters = (table_sectors(header) - 1) / cluster_sectors + 1;
	header->data_off = data_clusters * cluster_sectors;
	if (n_entries > ploop_max_slots(header))
		return PLOOP_HUGE_DISK;
	return PLOOP_FINE;
}

__u64 ploop_entry_byte(const struct ploop_header *header, __u32 entry)
{
	if (header->version == 1)
		return (__u64)entry * PLOOP_SECTOR;
	return entry * ploop_cluster_bytes(header);
}

enum ploop_fault ploop_entry_check(const struct ploop_header *header,
				   __u32 entry, __u64 file_bytes)
{
	__u64 byte = ploop_entry_byte(header, entry);
	__u64 cluster = ploop_cluster_bytes(header);

	if (byte < ploop_data_bytes(header))
		return PLOOP_ENTRY_IN_TABLE;
	if ((byte - ploop_data_bytes(header)) % cluster)
		return PLOOP_ENTRY_UNALIGNED;
	if (file_bytes < cluster || byte > file_bytes - cluster)
		return PLOOP_ENTRY_CUT;
	if (header->ext_off && byte == header->ext_off * PLOOP_SECTOR)
		return PLOOP_ENTRY_IS_EXT;
	return PLOOP_FINE;
}

__u32 ploop_entry_slot(const struct ploop_header *header, __u32 entry)
{
	return (ploop_entry_byte(header, entry) - ploop_data_bytes(header)) /
	       ploop_cluster_bytes(header);
}

__u32 ploop_slot_entry(const struct ploop_header *header, __u32 slot)
{
	if (header->version == 1)
		return header->data_off + slot * header->cluster_sectors;
	return header->data_off / header->cluster_sectors + slot;
}

__u64 ploop_slot_byte(const struct ploop_header *header, __u32 slot)
{
	return ploop_data_bytes(header) + slot * ploop_cluster_bytes(header);
}
