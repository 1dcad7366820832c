/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the origin of a queued bio: the bio that the submitter made, with its
 * pages, bi_end_io and bi_private.
 *
 * Mostly that is the queued bio itself. It is not if the block layer encrypts
 * because the device cannot (block/blk-crypto-fallback.c). From 7.0 on it does
 * so before the bio is queued:
 *
 * For a write, the queued bio is an encrypted copy, whose pages belong to no
 * file. Its bi_private points to the original, which has the pages of the file.
 * An original can be queued as several copies of up to 256 pages, one after the
 * other. The iterator of the original is then behind the last byte of the copy.
 * Example: an original of 300 pages is queued as two copies. When the first, of
 * 256 pages, is queued, the iterator of the original is at page 256. So this
 * copy begins at page 256 - 256 = 0. When the second, of 44 pages, is queued,
 * the iterator is at page 300: it begins at page 256.
 *
 * For a read, the queued bio is the original, but the block layer has replaced
 * its bi_end_io and bi_private. The new bi_private points to a struct with the
 * old ones.
 */
#ifndef FRSP_HOT_ORIGIN_BPF_H
#define FRSP_HOT_ORIGIN_BPF_H

#include "compat.bpf.h"

extern const void blk_crypto_fallback_encrypt_endio __ksym __weak;
extern const void blk_crypto_fallback_decrypt_endio __ksym __weak;
/* From 7.0 on: the kernel encrypts before the bio is queued. */
extern const void __blk_crypto_submit_bio __ksym __weak;

/* private to block/blk-crypto-fallback.c */
struct bio_fallback_crypt_ctx___frsp {
	void *bi_private_orig;
	void *bi_end_io_orig;
} __attribute__((preserve_access_index));

struct frsp_origin {
	const struct bio *bio; /* the original: it has the pages */
	__u64 end_io;
	__u64 private;
	__u32 bytes; /* of the queued bio */
	/* the queued bio is a copy of .bio; if not, all below is 0 */
	bool is_copy;
	/* the first and the last byte of the copy in .bio's vector: the entry,
	 * and the offset in it
	 */
	__u32 first_entry;
	__u32 first_offset;
	__u32 last_entry;
	__u32 last_offset;
	__u64 bytes_before; /* bytes of .bio in front of the copy's */
};

static __always_inline bool ends_with(const struct frsp_origin *origin,
				      const void *symbol)
{
	return symbol && origin->end_io == (__u64)symbol;
}

/* Copies entry nth of a bio's vector. The verifier allows no arithmetic on a
 * typed pointer to the vector.
 */
static __always_inline void bio_vector(struct bio_vec *entry,
				       const struct bio *bio, __u32 nth)
{
	const struct bio_vec *vector = BPF_CORE_READ(bio, bi_io_vec);

	bpf_probe_read_kernel(entry, sizeof(*entry), vector + nth);
}

/* Goes from the iterator back to the start of the vector, entry by entry. */
struct frsp_way_back {
	const struct bio *bio;
	__u32 entry;
	__u32 bytes; /* of .entry, in front of the iterator */
	__u32 left;  /* bytes of the copy that are not found yet */
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

/* Finds where the copy begins and ends in origin->bio. */
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
	/* the kernels that make such bios have bpf_rdonly_cast() */
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
