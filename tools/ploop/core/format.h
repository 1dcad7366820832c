/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The image format: the 64 bytes of the header, the entries of the block table
 * and what must hold of them. Pure: bytes in, numbers out.
 *
 * An image is a header, a table of n_entries 32-bit entries that begins at byte
 * 64, and from data_off on clusters of equal size. Entry i says where cluster i
 * of the disk is in the file; 0 = nowhere. Here a cluster of the file is named
 * by its slot: slot 0 is the first one in the data area. An example, in version
 * 2 with clusters of 2048 sectors and data_off 2048: entry 3 means byte 3 MiB,
 * which is slot 2. In version 1 the same cluster has entry 6144.
 */
#ifndef FRSP_PLOOP_FORMAT_H
#define FRSP_PLOOP_FORMAT_H

#include <stdbool.h>
#include <linux/types.h>

#define PLOOP_SECTOR	      512
#define PLOOP_HEADER_BYTES    64
#define PLOOP_ENTRY_BYTES     4
#define PLOOP_IN_USE	      0x746f6e59 /* open for writing, or was in a crash */
#define PLOOP_CLOSED	      0x312e3276
#define PLOOP_CLOSED_OLD      0 /* as older software closes */
#define PLOOP_FLAG_EMPTY      1
#define PLOOP_FLAG_CONVERTING 2
#define PLOOP_NO_SLOT	      (~0u)

/* Limits of ours; the format has no others than the widths of its fields. */
#define PLOOP_MAX_CLUSTER_SECTORS (1u << 17) /* 64 MiB */
#define PLOOP_MAX_ENTRIES                                                      \
	(1u << 28) /* 1 GiB of table; 256 TiB of 1-MiB clusters */

struct ploop_header {
	__u32 version; /* 1: entries count sectors. 2: entries count clusters */
	__u32 heads;
	__u32 cylinders;
	__u32 cluster_sectors;
	__u32 n_entries;
	__u32 in_use;
	__u32 data_off; /* in sectors */
	__u32 flags;
	__u64 n_sectors; /* of the disk */
	__u64 ext_off;	 /* in sectors; 0 = no extension */
};

/* What is wrong with a header or an entry. */
enum ploop_fault {
	PLOOP_FINE,
	PLOOP_NOT_AN_IMAGE,
	PLOOP_BAD_VERSION,
	PLOOP_BAD_CLUSTER,
	PLOOP_EMPTY_TABLE,
	PLOOP_HUGE_TABLE,
	PLOOP_HUGE_DISK,
	PLOOP_SHORT_TABLE,
	PLOOP_NO_DATA_OFF,
	PLOOP_DATA_OFF_UNALIGNED,
	PLOOP_DATA_IN_TABLE,
	PLOOP_TABLE_CUT,
	PLOOP_CONVERTING,
	PLOOP_EXT_UNALIGNED,
	PLOOP_EXT_IN_TABLE,
	PLOOP_EXT_CUT,
	PLOOP_ENTRY_IN_TABLE,
	PLOOP_ENTRY_UNALIGNED,
	PLOOP_ENTRY_CUT,
	PLOOP_ENTRY_IS_EXT,
	PLOOP_ENTRY_TWICE, /* told by who looks at the whole table */
	PLOOP_SCATTERED,
	PLOOP_OTHER_CLUSTER,
	PLOOP_FAULTS
};

/* "the block table is longer than the file", or the like. */
const char *ploop_fault_text(enum ploop_fault fault);

/* Reads the numbers from a header. Only its magic and version are judged; a
 * data_off that version 1 leaves at 0 is filled in: the end of the table. */
enum ploop_fault ploop_header_decode(const __u8 raw[PLOOP_HEADER_BYTES],
				     struct ploop_header *header);
void ploop_header_encode(const struct ploop_header *header,
			 __u8 raw[PLOOP_HEADER_BYTES]);

/* Judges all numbers of a decoded header against each other and against the
 * length of the file. No arithmetic with them overflows once this is fine. */
enum ploop_fault ploop_header_check(const struct ploop_header *header,
				    __u64 file_bytes);

/* The header of a new, empty image of version 2. PLOOP_FINE, or which of the
 * wishes is beyond the limits. */
enum ploop_fault ploop_header_make(__u64 n_sectors, __u32 cluster_sectors,
				   struct ploop_header *header);

/* Whether the image was not closed. An unknown value counts as that, too. */
bool ploop_was_in_use(const struct ploop_header *header);

/* For a header that is fine: */
__u64 ploop_cluster_bytes(const struct ploop_header *header);
__u64 ploop_data_bytes(const struct ploop_header *header); /* where slot 0 is */
__u64 ploop_table_bytes(
	const struct ploop_header *header); /* with the header */
__u32 ploop_slots(const struct ploop_header *header, __u64 file_bytes);
/* The highest number of slots that entries can name. */
__u32 ploop_max_slots(const struct ploop_header *header);

/* Judges an entry that is not 0. A cluster that the end of the file cuts is
 * PLOOP_ENTRY_CUT. */
enum ploop_fault ploop_entry_check(const struct ploop_header *header,
				   __u32 entry, __u64 file_bytes);

/* For an entry that is fine, and not 0; for a slot below ploop_max_slots(). */
__u64 ploop_entry_byte(const struct ploop_header *header, __u32 entry);
__u32 ploop_entry_slot(const struct ploop_header *header, __u32 entry);
__u32 ploop_slot_entry(const struct ploop_header *header, __u32 slot);
__u64 ploop_slot_byte(const struct ploop_header *header, __u32 slot);

#endif
