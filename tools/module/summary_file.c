// SPDX-License-Identifier: GPL-2.0-or-later
#include "module/summary_file.h"

#include <errno.h>
#include <stdlib.h>

#include "base/little_endian.h"
#include "base/sealed.h"

#define VERSION	    1
#define HEAD_BYTES  40
#define ENTRY_BYTES 16

static const char kind[SEALED_KIND_BYTES] = "FRSPSUM";

/* True if the entry is possible. after: the entry before it, or NULL. */
static bool makes_sense(const struct frsp_group_summary *group,
			const struct frsp_group_summary *after,
			const struct summary *summary)
{
	return group->group < summary->n_groups &&
	       (!after || group->group > after->group) &&
	       group->free <= summary->group_clusters &&
	       group->longest_len <= group->free &&
	       group->longest_start < summary->group_clusters &&
	       group->longest_len <=
		       summary->group_clusters - group->longest_start;
}

void summary_prune(struct summary *summary)
{
	struct frsp_group_summary *groups = summary->groups;
	__u32 kept = 0;

	for (__u32 i = 0; i < summary->n; i++)
		if (makes_sense(&groups[i], kept ? &groups[kept - 1] : NULL,
				summary))
			groups[kept++] = groups[i];
	summary->n = kept;
}

int summary_encode(const struct summary *summary, void **data, size_t *len)
{
	size_t body = HEAD_BYTES + (size_t)summary->n * ENTRY_BYTES;
	__u8 *raw = malloc(body + SEALED_CRC_BYTES), *entry;

	if (!raw)
		return -ENOMEM;
	entry = raw + HEAD_BYTES;
	sealed_begin(raw, kind, VERSION);
	le32_put(raw + 12, summary->n_groups);
	memcpy(raw + 16, summary->uuid, EXT4_UUID_BYTES);
	le32_put(raw + 32, summary->group_clusters);
	le32_put(raw + 36, summary->n);
	for (__u32 i = 0; i < summary->n; i++, entry += ENTRY_BYTES) {
		const struct frsp_group_summary *group = &summary->groups[i];

		le32_put(entry, group->group);
		le32_put(entry + 4, group->free);
		le32_put(entry + 8, group->longest_start);
		le32_put(entry + 12, group->longest_len);
	}
	sealed_end(raw, body);
	*data = raw;
	*len = body + SEALED_CRC_BYTES;
	return 0;
}

static int decode_entries(const __u8 *entry, struct summary *summary)
{
	struct frsp_group_summary *group = summary->groups;

	for (__u32 i = 0; i < summary->n; i++, entry += ENTRY_BYTES, group++) {
		group->group = le32_get(entry);
		group->free = le32_get(entry + 4);
		group->longest_start = le32_get(entry + 8);
		group->longest_len = le32_get(entry + 12);
		if (!makes_sense(group, i ? group - 1 : NULL, summary))
			return -EBADMSG;
	}
	return 0;
}

int summary_decode(const void *data, size_t len, struct summary *summary)
{
	const __u8 *raw = data;
	size_t body;
	int err = sealed_check_head(data, len, kind, VERSION, HEAD_BYTES);

	if (err)
		return err;
	summary->n_groups = le32_get(raw + 12);
	memcpy(summary->uuid, raw + 16, EXT4_UUID_BYTES);
	summary->group_clusters = le32_get(raw + 32);
	summary->n = le32_get(raw + 36);
	body = HEAD_BYTES + (size_t)summary->n * ENTRY_BYTES;
	if (!sealed_is_whole(data, len, body))
		return -EBADMSG;
	/* calloc(0) may be NULL */
	summary->groups =
		calloc((size_t)summary->n + 1, sizeof(*summary->groups));
	if (!summary->groups)
		return -ENOMEM;
	err = decode_entries(raw + HEAD_BYTES, summary);
	if (err)
		free(summary->groups);
	return err;
}
