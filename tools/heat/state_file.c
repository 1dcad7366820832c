// SPDX-License-Identifier: GPL-2.0-or-later
/* The bytes of heat/state.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/little_endian.h"
#include "base/sealed.h"
#include "heat/state.h"

#define VERSION	    1
#define HEAD_BYTES  40
#define ENTRY_BYTES 20

static const char kind[SEALED_KIND_BYTES] = "FRSPHOT";

int heat_state_encode(const struct heat_state *state, void **data, size_t *len)
{
	size_t body = HEAD_BYTES + (size_t)state->n * ENTRY_BYTES;
	__u8 *raw = malloc(body + SEALED_CRC_BYTES), *at;

	if (!raw)
		return -ENOMEM;
	sealed_begin(raw, kind, VERSION);
	le32_put(raw + 12, state->n);
	memcpy(raw + 16, state->uuid, HEAT_STATE_UUID_BYTES);
	le64_put(raw + 32, state->saved_ns);
	at = raw + HEAD_BYTES;
	for (__u32 i = 0; i < state->n; i++, at += ENTRY_BYTES) {
		le32_put(at, state->entries[i].ino);
		le32_put(at + 4, state->entries[i].gen);
		le32_put(at + 8, state->entries[i].range);
		le64_put(at + 12, state->entries[i].heat);
	}
	sealed_end(raw, body);
	*data = raw;
	*len = body + SEALED_CRC_BYTES;
	return 0;
}

static int decode_entries(const __u8 *at, struct heat_state *state)
{
	/* calloc(0) may be NULL */
	state->entries = calloc((size_t)state->n + 1, sizeof(*state->entries));
	if (!state->entries)
		return -ENOMEM;
	for (__u32 i = 0; i < state->n; i++, at += ENTRY_BYTES)
		state->entries[i] = (struct heat_state_entry){
			.ino = le32_get(at),
			.gen = le32_get(at + 4),
			.range = le32_get(at + 8) & FRSP_HOT_RANGE_FILE,
			.heat = le64_get(at + 12),
		};
	return 0;
}

int heat_state_decode(const void *data, size_t len, struct heat_state *state)
{
	const __u8 *raw = data;
	size_t body;
	int err = sealed_check_head(data, len, kind, VERSION, HEAD_BYTES);

	if (err)
		return err;
	state->n = le32_get(raw + 12);
	memcpy(state->uuid, raw + 16, HEAT_STATE_UUID_BYTES);
	state->saved_ns = le64_get(raw + 32);
	body = HEAD_BYTES + (size_t)state->n * ENTRY_BYTES;
	if (!sealed_is_whole(data, len, body))
		return -EBADMSG;
	return decode_entries(raw + HEAD_BYTES, state);
}
