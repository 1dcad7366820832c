/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the place in a file that a page of a bio belongs to.
 *
 * The bytes of a bio are contiguous on the disk, but not always in the file: it
 * may have a hole, or its blocks may be in another order on the disk. Such a
 * bio is called scattered, and each of its pages is looked at. Example: pages 0
 * and 5 of a file are neighbours on the disk, and pages 1 to 4 are a hole. One
 * bio can write both pages.
 */
#ifndef FRSP_HOT_PAGE_BPF_H
#define FRSP_HOT_PAGE_BPF_H

#include "compat.bpf.h"
#include "hot_origin.bpf.h"

/* Set before load: arm64 has kernels with pages of 4, 16 and 64 KiB. */
const volatile __u32 page_shift = 12;
#define PAGE_SIZE (1U << page_shift)

/* The words of a struct page that say where the page belongs. They are read
 * untyped: the fields share a union with pointers, so a typed read gives a
 * pointer, and the verifier allows no arithmetic on it.
 */
struct frsp_page_words {
	__u64 compound; /* bit 0: a tail page; see page_head() */
	__u64 mapping;	/* a low bit is set: not page cache */
	__u64 index;
	__u64 private;
};

static __always_inline __u32 page_index_offset(void)
{
	if (bpf_core_field_exists(struct page___folio_index, __folio_index))
		return bpf_core_field_offset(struct page___folio_index,
					     __folio_index);
	return bpf_core_field_offset(struct page___index, index);
}

static __always_inline __u32 page_compound_offset(void)
{
	if (bpf_core_field_exists(struct page___compound_info, compound_info))
		return bpf_core_field_offset(struct page___compound_info,
					     compound_info);
	return bpf_core_field_offset(struct page___compound_head,
				     compound_head);
}

static __always_inline void page_words(struct frsp_page_words *words,
				       __u64 page)
{
	__u8 copy[64]; /* has all the words that are read below */
	const void *raw = copy;

	if (have_rdonly_cast)
		/* pt_regs: any kernel type that begins with plain words does */
		raw = bpf_rdonly_cast((void *)page,
				      bpf_core_type_id_kernel(struct pt_regs));
	else
		bpf_probe_read_kernel(copy, sizeof(copy), (void *)page);
	words->compound = *(const __u64 *)(raw + page_compound_offset());
	words->mapping = *(const __u64 *)(raw + bpf_core_field_offset(
							struct page, mapping));
	words->index = *(const __u64 *)(raw + page_index_offset());
	words->private = *(const __u64 *)(raw + bpf_core_field_offset(
							struct page, private));
}

/* The address of the head of a tail page. Up to 7.0 the word .compound is that
 * address + 1. From 7.1 on it may be a mask instead: the tail's address & mask
 * is the head's (include/linux/page-flags.h, set_compound_head()). The mask for
 * a folio of less than 2^26 pages has all of its upper 32 bits set. The address
 * of a struct page never has.
 */
static __always_inline __u64 page_head(const struct frsp_page_words *words,
				       __u64 page)
{
	if (words->compound >> 32 == 0xffffffff)
		return page & words->compound;
	return words->compound - 1;
}

/* Fills in where the page belongs. For a tail page, .mapping is the head's and
 * .index is the page's own. bounced: the page is a bounce page of fscrypt; it
 * belongs where the cached page does that its private word points to.
 *
 * Not inline, so that page_words()'s copy of the page is on the stack only
 * during the call. The verifier allows 512 bytes of stack for a program and the
 * functions that it calls.
 */
static __noinline void page_place(struct frsp_page_words *words, __u64 page,
				  bool bounced)
{
	__u64 head;

	page_words(words, page);
	if (bounced) {
		page = words->private;
		page_words(words, page);
	}
	if (!(words->compound & 1))
		return;
	head = page_head(words, page);
	page_words(words, head);
	words->index += (page - head) / bpf_core_type_size(struct page);
}

static __always_inline bool is_page_cache(const struct frsp_page_words *words)
{
	return words->mapping && !(words->mapping & 3);
}

/* The address of the page that has the byte at this offset in the entry. */
static __always_inline __u64 entry_page(const struct bio_vec *entry,
					__u32 offset)
{
	return (__u64)entry->bv_page +
	       ((entry->bv_offset + offset) >> page_shift) *
		       bpf_core_type_size(struct page);
}

/* The address of the page with the first byte of the bio. */
static __always_inline __u64 first_page(const struct frsp_origin *origin)
{
	const struct bio *bio = origin->bio;
	struct bio_vec entry = {};

	if (have_rdonly_cast && !origin->is_copy) {
		const void *vector = bpf_rdonly_cast(
			bio->bi_io_vec,
			bpf_core_type_id_kernel(struct pt_regs));

		return *(const __u64 *)(vector +
					bpf_core_field_offset(struct bio_vec,
							      bv_page));
	}
	bio_vector(&entry, bio, origin->first_entry);
	return entry_page(&entry, origin->first_offset);
}

/* Is the bio scattered? pos: the file offset of its first byte; mapping: of the
 * file. Pages are in ascending order, so it is enough to look at the last one.
 */
static __always_inline bool is_scattered(const struct frsp_origin *origin,
					 __u64 pos, __u64 mapping, bool bounced)
{
	const struct bio *bio = origin->bio;
	struct bio_vec entry = {};
	struct frsp_page_words words;
	__u32 last;

	if (origin->is_copy) {
		bio_vector(&entry, bio, origin->last_entry);
		last = origin->last_offset;
	} else {
		/* a split bio has no count; a bio of one page is not scattered
		 */
		if (!bio->bi_vcnt ||
		    (bio->bi_vcnt == 1 &&
		     bio->bi_io_vec->bv_offset + origin->bytes <= PAGE_SIZE))
			return false;
		bio_vector(&entry, bio, bio->bi_vcnt - 1);
		if (!entry.bv_len)
			return false;
		last = entry.bv_len - 1;
	}
	page_place(&words, entry_page(&entry, last), bounced);
	if (words.mapping != mapping)
		return false; /* direct or compressed I/O: other pages */
	last = (entry.bv_offset + last) & (PAGE_SIZE - 1);
	return (words.index << page_shift) + last != pos + origin->bytes - 1;
}

#endif
