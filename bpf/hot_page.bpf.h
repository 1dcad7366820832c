/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where in a file the pages of a bio belong.
 *
 * A bio holds what is contiguous on the disk. Where a file has a hole, or its
 * blocks come in another order, that need not be contiguous in the file: such
 * a bio is scattered, and its pages are asked one by one.
 */
#ifndef FRSP_HOT_PAGE_BPF_H
#define FRSP_HOT_PAGE_BPF_H

#include "compat.bpf.h"

/* arm64 has kernels with pages of 4, 16 and 64 KiB. Set before load. */
const volatile __u32 page_shift = 12;
#define PAGE_SIZE (1U << page_shift)

/* The words of a struct page that say where it belongs. The fields share a
 * union with pointers, so a typed read would give a pointer that the verifier
 * lets nobody do arithmetic on.
 */
struct frsp_page_words {
	__u64 compound_head; /* bit 0: a tail page, the rest its head */
	__u64 mapping;	     /* low bits: not page cache */
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

static __always_inline void page_words(struct frsp_page_words *words,
				       __u64 page)
{
	__u8 copy[64]; /* of at least all that is asked of it */
	const void *raw = copy;

	if (have_rdonly_cast)
		/* any kernel type that begins with words and nothing else */
		raw = bpf_rdonly_cast((void *)page,
				      bpf_core_type_id_kernel(struct pt_regs));
	else
		bpf_probe_read_kernel(copy, sizeof(copy), (void *)page);
	words->compound_head =
		*(const __u64 *)(raw + bpf_core_field_offset(struct page,
							     compound_head));
	words->mapping = *(const __u64 *)(raw + bpf_core_field_offset(
							struct page, mapping));
	words->index = *(const __u64 *)(raw + page_index_offset());
	words->private = *(const __u64 *)(raw + bpf_core_field_offset(
							struct page, private));
}

/* Where a page belongs; .index is its own, also if it is a tail page. A bounce
 * page of fscrypt stands for the cached page that its private word names.
 */
static __always_inline void page_place(struct frsp_page_words *words,
				       __u64 page, bool bounced)
{
	__u64 head;

	page_words(words, page);
	if (bounced) {
		page = words->private;
		page_words(words, page);
	}
	if (!(words->compound_head & 1))
		return;
	head = words->compound_head - 1;
	page_words(words, head);
	words->index += (page - head) / bpf_core_type_size(struct page);
}

static __always_inline bool is_page_cache(const struct frsp_page_words *words)
{
	return words->mapping && !(words->mapping & 3);
}

/* Entry nth of a bio's vector, by value: a typed pointer to it could not be
 * calculated with.
 */
static __always_inline void bio_vector(struct bio_vec *entry,
				       const struct bio *bio, __u32 nth)
{
	const struct bio_vec *vector = BPF_CORE_READ(bio, bi_io_vec);

	bpf_probe_read_kernel(entry, sizeof(*entry), vector + nth);
}

/* The address of the page with byte offset of an entry of the vector. */
static __always_inline __u64 entry_page(const struct bio_vec *entry,
					__u32 offset)
{
	return (__u64)entry->bv_page +
	       ((entry->bv_offset + offset) >> page_shift) *
		       bpf_core_type_size(struct page);
}

/* pos: of the bio's first byte in the file with this mapping. Pages come in
 * ascending order, so the last one tells.
 */
static __always_inline bool is_scattered(const struct bio *bio, __u64 pos,
					 __u64 mapping, bool bounced)
{
	__u32 size = bio->bi_iter.bi_size, last_byte;
	struct bio_vec entry = {};
	struct frsp_page_words words;

	if (!bio->bi_vcnt || bio->bi_io_vec->bv_offset + size <= PAGE_SIZE)
		return false; /* a split bio that has no count; one page */
	bio_vector(&entry, bio, bio->bi_vcnt - 1);
	if (!entry.bv_len)
		return false;
	page_place(&words, entry_page(&entry, entry.bv_len - 1), bounced);
	if (words.mapping != mapping)
		return false; /* direct or compressed: not the file's pages */
	last_byte = (entry.bv_offset + entry.bv_len - 1) & (PAGE_SIZE - 1);
	return (words.index << page_shift) + last_byte != pos + size - 1;
}

#endif
