// SPDX-License-Identifier: GPL-2.0-or-later
#include "ploop/ublk/settled.h"

#include <errno.h>
#include <stdlib.h>

#include "ploop/core/once.h"
#include "ploop/image/zeros.h"

#define WORD_BITS 64

void settled_free(struct settled *settled)
{
	free(settled->bits);
	settled->bits = NULL;
}

static __u64 bit_of(__u64 cluster)
{
	return 1ULL << cluster % WORD_BITS;
}

static void put(struct settled *settled, __u64 cluster)
{
	__u64 *word = &settled->bits[cluster / WORD_BITS];

	once_publish(*word, *word | bit_of(cluster));
}

int settled_init(struct settled *settled, __u64 disk_bytes, __u64 cluster_bytes,
		 bool (*is_there)(void *context, __u64 offset), void *context)
{
	const __u64 n = (disk_bytes + cluster_bytes - 1) / cluster_bytes;

	*settled = (struct settled){.cluster_bytes = cluster_bytes};
	pthread_mutex_init(&settled->lock, NULL);
	settled->bits = calloc(n / WORD_BITS + 1, sizeof(*settled->bits));
	if (!settled->bits)
		return -ENOMEM;
	for (__u64 i = 0; i < n; i++)
		if (is_there(context, i * cluster_bytes))
			put(settled, i);
	return 0;
}

/* One more than the last cluster of the range. */
static __u64 end_of(const struct settled *settled, __u64 offset, __u64 bytes)
{
	return (offset + bytes + settled->cluster_bytes - 1) /
	       settled->cluster_bytes;
}

bool settled_has(const struct settled *settled, __u64 offset, __u64 bytes)
{
	const __u64 end = end_of(settled, offset, bytes);

	for (__u64 i = offset / settled->cluster_bytes; i < end; i++)
		if (!(once_see(settled->bits[i / WORD_BITS]) & bit_of(i)))
			return false;
	return true;
}

__u64 settled_epoch(const struct settled *settled)
{
	return once_see(settled->epoch);
}

void settled_add(struct settled *settled, __u64 offset, __u64 bytes,
		 const void *data, __u64 epoch)
{
	const __u64 end = offset + bytes;
	const char *at = data;

	while (offset < end) {
		const __u64 cluster = offset / settled->cluster_bytes;
		__u64 n = (cluster + 1) * settled->cluster_bytes - offset;

		if (n > end - offset)
			n = end - offset;
		if (!zeros_only(at, n)) {
			pthread_mutex_lock(&settled->lock);
			if (epoch == settled->epoch)
				put(settled, cluster);
			pthread_mutex_unlock(&settled->lock);
		}
		offset += n;
		at += n;
	}
}

void settled_remove(struct settled *settled, __u64 offset, __u64 bytes)
{
	const __u64 end = end_of(settled, offset, bytes);

	pthread_mutex_lock(&settled->lock);
	once_publish(settled->epoch, settled->epoch + 1);
	for (__u64 i = offset / settled->cluster_bytes; i < end; i++)
		once_publish(settled->bits[i / WORD_BITS],
			     settled->bits[i / WORD_BITS] & ~bit_of(i));
	pthread_mutex_unlock(&settled->lock);
}
