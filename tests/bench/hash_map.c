// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hash_map ENTRIES [PASSES]: measures a plain BPF hash map as an alternative to
 * hotmon's table. Fills a map with ENTRIES keys and values, which have the size
 * of a slot, reads all of it PASSES times (default 10) with
 * bpf_map_lookup_batch, and prints JSON.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>

#include <linux/types.h>
#include "bpf/hot.h"
#include "watch/watch.h"

#define BATCH 4096

struct key {
	__u64 ino;
	__u32 dev;
	__u32 gen;
	__u32 range;
	__u32 unused;
};

struct value {
	__u64 heat;
	__u64 reads;
	__u64 writes;
	__u64 read_bytes;
	__u64 write_bytes;
};

_Static_assert(sizeof(struct key) + sizeof(struct value) ==
		       sizeof(struct frsp_hot_slot),
	       "the same size as a slot of the hot table");

static struct key keys[BATCH];
static struct value values[BATCH];

static int fill(int map_fd, __u32 n_entries)
{
	__u32 done = 0, n;
	int err;

	while (done < n_entries) {
		n = n_entries - done < BATCH ? n_entries - done : BATCH;
		for (__u32 i = 0; i < n; i++) {
			keys[i].ino = 12 + (done + i) / 1024;
			keys[i].dev = 7 << 20;
			keys[i].range = (done + i) % 1024;
			values[i].heat = HEAT_ONE;
			values[i].reads = 1;
			values[i].read_bytes = 4096;
		}
		err = bpf_map_update_batch(map_fd, keys, values, &n, NULL);
		if (err)
			return err;
		done += n;
	}
	return 0;
}

/* Adds up a field, so that each value is really read, as for a ranking. */
static int read_all(int map_fd, __u64 *n_entries, __u64 *bytes)
{
	__u32 token = 0, n;
	void *from = NULL;
	int err;

	*n_entries = 0;
	*bytes = 0;
	do {
		n = BATCH;
		err = bpf_map_lookup_batch(map_fd, from, &token, keys, values,
					   &n, NULL);
		if (err && err != -ENOENT)
			return err;
		from = &token;
		*n_entries += n;
		for (__u32 i = 0; i < n; i++)
			*bytes += values[i].read_bytes;
	} while (!err);
	return 0;
}

static double clock_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static int measure(int map_fd, __u32 n_entries, int n_passes)
{
	__u64 n_read, bytes, charge = watch_map_charge(map_fd);
	double wall_ms, cpu_ms;
	int err;

	wall_ms = clock_ms(CLOCK_MONOTONIC);
	cpu_ms = clock_ms(CLOCK_PROCESS_CPUTIME_ID);
	for (int i = 0; i < n_passes; i++) {
		err = read_all(map_fd, &n_read, &bytes);
		if (err)
			return err;
		if (n_read != n_entries || bytes != n_entries * 4096ULL)
			return -EUCLEAN;
	}
	wall_ms = clock_ms(CLOCK_MONOTONIC) - wall_ms;
	cpu_ms = clock_ms(CLOCK_PROCESS_CPUTIME_ID) - cpu_ms;
	printf("{\"entries\":%u,\"map_bytes\":%llu,\"wall_ms\":%.1f,"
	       "\"cpu_ms\":%.1f}\n",
	       n_entries, charge, wall_ms / n_passes, cpu_ms / n_passes);
	return 0;
}

int main(int argc, char **argv)
{
	__u32 n_entries = argc > 1 ? strtoul(argv[1], NULL, 0) : 0;
	int n_passes = argc > 2 ? atoi(argv[2]) : 10;
	int map_fd, err;

	if (!n_entries || n_passes < 1) {
		fprintf(stderr, "usage: hash_map ENTRIES [PASSES]\n");
		return 2;
	}
	map_fd = bpf_map_create(BPF_MAP_TYPE_HASH, "frsp_bench",
				sizeof(struct key), sizeof(struct value),
				n_entries, NULL);
	err = map_fd < 0 ? map_fd : fill(map_fd, n_entries);
	if (!err)
		err = measure(map_fd, n_entries, n_passes);
	if (err)
		fprintf(stderr, "hash_map: %s\n", strerror(-err));
	return err ? 1 : 0;
}
