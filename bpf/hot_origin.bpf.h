/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who made a bio, and for which pages.
 *
 * Mostly the bio that is queued says so itself. Not so where the block layer
 * encrypts, because the device cannot (block/blk-crypto-fallback.c), which it
 * does before the bio is queued from 7.0 on.
 *
 * Of a write, the bio that is queued is a copy, with pages of nobody. It names
 * the bio that it is made from, which has the pages of the file. One such bio
 * can have several copies, of 256 pages each, one after the other; its iterator
 * stands behind the last byte of the copy that is queued. Example: a bio of 300
 * pages is queued as two. With the first, of 256 pages, the iterator of the
 * original stands at page 256, so that copy began at page 0.
 *
 * Of a read, the bio is the file's own, but its end_io and private are lent,
 * and kept aside meanwhile.
 */
#ifndef FRSP_HOT_ORIGIN_BPF_H
#define FRSP_HOT_ORIGIN_BPF_H

#include "compat.bpf.h"

extern const void blk_crypto_fallback_encrypt_endio __ksym __weak;
extern const void blk_crypto_fallback_decrypt_endio __ksym __weak;
/* Encrypts before the bio is queued, from 7.0 on. */
extern const void __blk_crypto_submit_bio __ksym __weak;

/* private to block/blk-crypto-fallback.c */
struct bio_fallback_crypt_ctx___frsp {
	void *bi_private_orig;
	void *bi_end_io_orig;
} __attribute__((preserve_access_index));

struct frsp_origin {
	const struct bio *bio; /* that has the pages */
	__u64 end_io;
	__u64 private;
	__u32 bytes;  /* of the bio that is queued */
	bool is_copy; /* .bio is another one; else the rest is 0 */
	/* where in .bio's vector the bytes begin and end: entry, and byte of it
	 */
	__u32 first_entry;
	__u32 first_offset;
	__u32 last_entry;
	__u32 last_offset;
	__u64 bytes_before; /* of .bio, in front of them */
};

static __always_inline bool ends_with(const struct frsp_origin *origin,
				      const void *symbol)
{
	return symbol && origin->end_io == (__u64)symbol;
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

/* From where the iterator stands to the start of the vector, entry by entry. */
struct frsp_way_back {
	const struct bio *bio;
	__u32 entry;
	__u32 bytes; /* of .entry, in front of the iterator */
	__u32 left;  /* of the copy */
	__u32 first_entry;
	__u32 first_offset;
	__u64 bytes_before;
};

static long step_back(__u32 nth __attribute__((unused)),
		      struct frsp_way_back *way)
{
	struct bio_vec entry;

	if (way->left > way->bytes) {
		way->left -= way->bytes;
	} else if (way->left) {
		way->first_entry = way->entry;
		way->first_offset = way->bytes - way->left;
		way->bytes_before = way->first_offset;
		way->left = 0;
	} else {
		way->bytes_before += way->bytes;
	}
	if (!way->entry)
		return 1;
	way->entry--;
	bio_vector(&entry, way->bio, way->entry);
	way->bytes = entry.bv_len;
	return 0;
}

/* Finds where a copy begins and ends in origin->bio. */
static __always_inline void find_copied(struct frsp_origin *origin)
{
	const struct bio *bio = origin->bio;
	struct frsp_way_back way = {
		.bio = bio,
		.entry = bio->bi_iter.bi_idx + opaque_zero,
		.bytes = bio_bytes_done(bio) + opaque_zero,
		.left = origin->bytes,
	};
	struct bio_vec before;

	if (way.bytes) {
		origin->last_entry = way.entry;
		origin->last_offset = way.bytes - 1;
	} else if (way.entry) {
		origin->last_entry = way.entry - 1;
		bio_vector(&before, bio, origin->last_entry);
		origin->last_offset = before.bv_len - 1;
	}
	bpf_loop(1 << 16, step_back, &way, 0);
	origin->first_entry = way.first_entry;
	origin->first_offset = way.first_offset;
	origin->bytes_before = way.bytes_before;
}

static __always_inline void bio_origin(struct frsp_origin *origin,
				       struct bio *bio)
{
	const struct bio_fallback_crypt_ctx___frsp *lent;

	origin->bio = bio;
	origin->bytes = bio->bi_iter.bi_size;
	origin->end_io = (__u64)bio->bi_end_io;
	origin->private = (__u64)bio->bi_private;
	/* the kernels that make such bios have the cast */
	if (!have_rdonly_cast)
		return;
	if (ends_with(origin, &blk_crypto_fallback_encrypt_endio) &&
	    &__blk_crypto_submit_bio) {
		origin->bio = bpf_rdonly_cast(
			bio->bi_private, bpf_core_type_id_kernel(struct bio));
		origin->is_copy = true;
		find_copied(origin);
		origin->end_io = (__u64)origin->bio->bi_end_io;
		origin->private = (__u64)origin->bio->bi_private;
	} else if (ends_with(origin, &blk_crypto_fallback_decrypt_endio)) {
		lent = bio->bi_private;
		origin->end_io = (__u64)BPF_CORE_READ(lent, bi_end_io_orig);
		origin->private = (__u64)BPF_CORE_READ(lent, bi_private_orig);
	}
}

#endif
