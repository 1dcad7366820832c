// SPDX-License-Identifier: GPL-2.0-or-later
/* The cluster begins with magic[8] and the MD5 of all that follows. Then, at
 * multiples of 8 bytes, features:
 *
 *   magic[8]  flags[8]  length[4]  unused[4]  and length bytes of its own
 *
 * The magic 0 ends the list. Those of a dirty bitmap are
 *
 *   n_sectors[8]  id[16]  granularity[4]  n_parts[4]  n_parts * sector[8]
 *
 * Example: a disk of 4 GiB with a bit for each 64 KiB has 65536 bits. They fit
 * in one cluster of 1 MiB, so n_parts is 1.
 */
#include "ploop/image/extension.h"

#include <string.h>
#include <md5.h>

#include "base/little_endian.h"

#define MAGIC	      0xab234cef23dcea87
#define BITMAP_MAGIC  0x20385fae252cb34a
#define HEAD_BYTES    24
#define FEATURE_BYTES 24
#define BITMAP_BYTES  32
#define PART_BYTES    8

const char *extension_fault_text(enum extension_fault fault)
{
	static const char *const texts[EXTENSION_FAULTS] = {
		[EXTENSION_FINE] = "nothing is wrong",
		[EXTENSION_BAD_MAGIC] = "it does not begin as one",
		[EXTENSION_BAD_SUM] = "its checksum is wrong",
		[EXTENSION_CUT] = "a feature is longer than the cluster",
		[EXTENSION_BAD_SIZE] =
			"a dirty bitmap is of a disk of another size",
		[EXTENSION_BAD_GRANULARITY] =
			"the granularity of a dirty bitmap is no power of two",
		[EXTENSION_BAD_TABLE] =
			"the parts of a dirty bitmap are too few or too many",
	};

	return texts[fault];
}

__u64 extension_part(const struct extension_bitmap *bitmap, __u32 i)
{
	return le64_get(bitmap->parts + (size_t)i * PART_BYTES);
}

static __u64 divide_up(__u64 value, __u64 by)
{
	return value / by + (value % by != 0);
}

static enum extension_fault
read_bitmap(const struct ploop_header *header, const __u8 *data, size_t n,
	    const struct extension_features *features)
{
	struct extension_bitmap bitmap;
	__u64 n_bits;

	if (n < BITMAP_BYTES)
		return EXTENSION_CUT;
	memcpy(bitmap.id, data + 8, sizeof(bitmap.id));
	bitmap.granularity = le32_get(data + 24);
	bitmap.n_parts = le32_get(data + 28);
	bitmap.parts = data + BITMAP_BYTES;
	if (le64_get(data) != header->n_sectors)
		return EXTENSION_BAD_SIZE;
	if (!bitmap.granularity ||
	    (bitmap.granularity & (bitmap.granularity - 1)))
		return EXTENSION_BAD_GRANULARITY;
	n_bits = divide_up(header->n_sectors, bitmap.granularity);
	if (bitmap.n_parts !=
	    divide_up(n_bits, 8 * ploop_cluster_bytes(header)))
		return EXTENSION_BAD_TABLE;
	if (bitmap.n_parts > (n - BITMAP_BYTES) / PART_BYTES)
		return EXTENSION_CUT;
	if (features->bitmap)
		features->bitmap(features->context, &bitmap);
	return EXTENSION_FINE;
}

static enum extension_fault
read_features(const struct ploop_header *header, const __u8 *at, size_t left,
	      const struct extension_features *features)
{
	enum extension_fault fault = EXTENSION_FINE;

	while (!fault) {
		__u64 magic, n;

		if (left < FEATURE_BYTES)
			return EXTENSION_CUT;
		magic = le64_get(at);
		n = le32_get(at + 16);
		at += FEATURE_BYTES;
		left -= FEATURE_BYTES;
		if (!magic)
			break;
		if (n > left)
			return EXTENSION_CUT;
		if (magic == BITMAP_MAGIC)
			fault = read_bitmap(header, at, n, features);
		else if (features->unknown)
			features->unknown(features->context, magic);
		n = divide_up(n, 8) * 8;
		n = n < left ? n : left;
		at += n;
		left -= n;
	}
	return fault;
}

static void sum(const struct ploop_header *header, const __u8 *cluster,
		__u8 digest[MD5_DIGEST_LENGTH])
{
	MD5_CTX md5;

	MD5Init(&md5);
	MD5Update(&md5, cluster + HEAD_BYTES,
		  ploop_cluster_bytes(header) - HEAD_BYTES);
	MD5Final(digest, &md5);
}

enum extension_fault extension_read(const struct ploop_header *header,
				    const __u8 *cluster,
				    const struct extension_features *features)
{
	__u8 digest[MD5_DIGEST_LENGTH];

	if (le64_get(cluster) != MAGIC)
		return EXTENSION_BAD_MAGIC;
	sum(header, cluster, digest);
	if (memcmp(digest, cluster + 8, sizeof(digest)) != 0)
		return EXTENSION_BAD_SUM;
	return read_features(header, cluster + HEAD_BYTES,
			     ploop_cluster_bytes(header) - HEAD_BYTES,
			     features);
}

void extension_seal(const struct ploop_header *header, __u8 *cluster)
{
	sum(header, cluster, cluster + 8);
}
