// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What "hotmon record" costs: feeds a hot table in plain memory to the
 * recorder, as BPF would fill it, and measures the file and the CPU time.
 *
 * Usage: record_load RANGES IOPS SIZES HOURS BUDGET FILE
 *
 * RANGES ranges of 1 MiB, in files of 100, are read (70 %) and written with
 * probabilities by Zipf's law, exponent 0.99: the k-th hottest gets a share of
 * 1/k^0.99. SIZES: "4k", or "mixed": 4 to 128 KiB, in blocks. BUDGET: bytes a
 * day. Prints a line of JSON. Time is simulated: HOURS take as long as the
 * work.
 */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "heat/recorder.h"
#include "heat/table.h"
#include "random64.h"
#include "trace/budget.h"

#define FILE_RANGES 100
#define INTERVAL_S  10.0
#define FLUSH_S	    60.0
#define BEGIN	    1700000000000000000ULL

static void *allocate(size_t n, size_t size)
{
	void *array = calloc(n, size);

	if (!array) {
		perror("record_load");
		exit(1);
	}
	return array;
}

/* Walker's method: a draw takes the same time for any distribution. */
struct alias {
	double *share;
	__u32 *other;
	__u32 n;
};

static void make_zipf(struct alias *alias, __u32 n)
{
	double *weight = allocate(n, sizeof(*weight)), sum = 0;
	__u32 *small = allocate(n, sizeof(*small)), n_small = 0;
	__u32 *large = allocate(n, sizeof(*large)), n_large = 0;

	alias->share = allocate(n, sizeof(*alias->share));
	alias->other = allocate(n, sizeof(*alias->other));
	alias->n = n;
	for (__u32 i = 0; i < n; i++)
		sum += weight[i] = pow(i + 1, -0.99);
	for (__u32 i = 0; i < n; i++) {
		weight[i] *= n / sum;
		if (weight[i] < 1)
			small[n_small++] = i;
		else
			large[n_large++] = i;
	}
	while (n_small && n_large) {
		__u32 s = small[--n_small], l = large[n_large - 1];

		alias->share[s] = weight[s];
		alias->other[s] = l;
		weight[l] -= 1 - weight[s];
		if (weight[l] < 1) {
			n_large--;
			small[n_small++] = l;
		}
	}
	while (n_small)
		alias->share[small[--n_small]] = 1;
	while (n_large)
		alias->share[large[--n_large]] = 1;
	free(weight);
	free(small);
	free(large);
}

static __u32 draw(const struct alias *alias)
{
	__u64 random = random64();
	__u32 i = (random >> 32) * alias->n >> 32;

	return (random & 0xffffffff) / 4294967296.0 < alias->share[i]
		       ? i
		       : alias->other[i];
}

static bool ask_fs(void *context, __u32 id, bool is_class, struct trace_fs *fs)
{
	(void)context;
	(void)is_class;
	*fs = (struct trace_fs){
		.dev = id, .subdev = id, .type = "ext4", .mount = "/srv"};
	return true;
}

static void ask_file(void *context, const struct path_key *key,
		     struct path_result *result)
{
	static char path[64];

	(void)context;
	snprintf(path, sizeof(path), "/srv/database/table%llu.db", key->ino);
	*result = (struct path_result){.path = path, .n_links = 1};
}

static bool is_own(void *context, const struct path_key *key)
{
	(void)context;
	(void)key;
	return false;
}

struct load {
	struct hot_table table;
	struct alias alias;
	__u32 *slots; /* of each range, by how hot it is, and of its file */
	__u32 *file_slots;
	bool is_mixed;
};

static __u32 place(struct load *load, __u64 ino, __u32 range)
{
	struct frsp_hot_slot *slot = table_slot(&load->table, ino, 1, 1, range);

	if (!slot) {
		fprintf(stderr, "record_load: the table is full\n");
		exit(1);
	}
	return table_index(&load->table, slot);
}

static void make_load(struct load *load, __u32 n_ranges)
{
	__u32 n_slots = FRSP_HOT_CLUSTER, *order;

	while (n_slots < n_ranges * 2)
		n_slots *= 2;
	load->table = table_new(n_slots);
	load->table.touched = allocate(n_slots / FRSP_HOT_CLUSTER,
				       sizeof(*load->table.touched));
	load->table.epoch = allocate(1, sizeof(*load->table.epoch));
	load->slots = allocate(n_ranges, sizeof(*load->slots));
	load->file_slots = allocate(n_ranges, sizeof(*load->file_slots));
	order = allocate(n_ranges, sizeof(*order));
	for (__u32 i = 0; i < n_ranges; i++) {
		__u32 k = (random64() >> 32) * (i + 1) >> 32;

		order[i] = order[k];
		order[k] = i;
	}
	for (__u32 i = 0; i < n_ranges; i++) {
		__u64 ino = 12 + order[i] / FILE_RANGES;

		load->slots[i] = place(load, ino, order[i] % FILE_RANGES);
		load->file_slots[i] = place(load, ino, FRSP_HOT_RANGE_FILE);
	}
	free(order);
	make_zipf(&load->alias, n_ranges);
}

static void add(struct load *load, __u32 index, bool is_write, __u64 bytes)
{
	struct frsp_hot_slot *slot = hot_table_slot(&load->table, index);

	*(is_write ? &slot->writes : &slot->reads) += 1;
	*(is_write ? &slot->write_bytes : &slot->read_bytes) += bytes;
	hot_table_touch(&load->table, index);
}

static void run_load(struct load *load, __u64 n_ios)
{
	while (n_ios--) {
		__u32 i = draw(&load->alias);
		__u64 random = random64();
		bool is_write = random % 10 < 3;
		__u64 bytes = load->is_mixed ? 4096 * (1 + (random >> 32) % 32)
					     : 4096;

		add(load, load->slots[i], is_write, bytes);
		add(load, load->file_slots[i], is_write, bytes);
	}
}

struct result {
	double recorded_s, cpu_s, interval_s;
	__u64 n_intervals, bytes, flushed_bytes;
	double last_interval_bytes;
};

static double cpu_s(void)
{
	return clock_ns(CLOCK_PROCESS_CPUTIME_ID) / 1e9;
}

static void run(struct load *load, double iops, double hours, __u64 per_day,
		int fd, struct result *result)
{
	const struct trace_info info = {.half_life_ms = 300000,
					.begin_ns = BEGIN};
	const struct hot_recorder_asks asks = {
		.fs = ask_fs, .file = ask_file, .is_own = is_own};
	struct trace_budget budget = {.bytes_per_day = per_day,
				      .least_s = INTERVAL_S,
				      .interval_s = INTERVAL_S};
	struct hot_recorder *recorder;
	struct trace_writer *writer;
	double pending_s = 0;
	__u64 now = BEGIN;
	int err = trace_writer_new(fd, &info, &writer);

	recorder = hot_recorder_new(&load->table, writer, &asks);
	while (!err && result->recorded_s < hours * 3600) {
		double length = budget.interval_s, begin_s;
		__u64 end = now + (__u64)(length * 1e9);

		run_load(load, iops * length);
		begin_s = cpu_s();
		err = hot_recorder_take(recorder, now, end, iops * length, 0);
		pending_s += length;
		if (!err && pending_s >= FLUSH_S) {
			err = trace_write_flush(writer);
			result->bytes = trace_writer_bytes(writer);
			trace_budget_note(&budget,
					  result->bytes - result->flushed_bytes,
					  pending_s);
			result->last_interval_bytes =
				(result->bytes - result->flushed_bytes) /
				pending_s * length;
			result->flushed_bytes = result->bytes;
			pending_s = 0;
		}
		result->cpu_s += cpu_s() - begin_s;
		result->recorded_s += length;
		result->n_intervals++;
		result->interval_s = length;
		now = end;
	}
	if (!err)
		err = hot_recorder_end(recorder);
	result->bytes = trace_writer_bytes(writer);
	hot_recorder_free(recorder);
	trace_writer_free(writer);
	if (!err)
		return;
	fprintf(stderr, "record_load: %s\n", strerror(-err));
	exit(1);
}

int main(int argc, char **argv)
{
	struct load load = {0};
	struct result result = {0};
	double iops, hours;
	int fd;

	if (argc != 7) {
		fprintf(stderr,
			"usage: record_load RANGES IOPS 4k|mixed HOURS BUDGET FILE\n");
		return 2;
	}
	iops = atof(argv[2]);
	hours = atof(argv[4]);
	load.is_mixed = !strcmp(argv[3], "mixed");
	fd = open(argv[6], O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0) {
		perror(argv[6]);
		return 1;
	}
	make_load(&load, atoi(argv[1]));
	run(&load, iops, hours, atof(argv[5]), fd, &result);
	printf("{\"ranges\": %s, \"iops\": %s, \"sizes\": \"%s\", \"hours\": %.2f, \"intervals\": %llu, \"interval_s\": %g, \"bytes_per_interval\": %.0f, \"mb_per_day\": %.1f, \"cpu_percent\": %.4f}\n",
	       argv[1], argv[2], argv[3], result.recorded_s / 3600,
	       result.n_intervals, result.interval_s,
	       result.last_interval_bytes,
	       result.bytes / result.recorded_s * 86400 / 1e6,
	       100 * result.cpu_s / result.recorded_s);
	close(fd);
	return 0;
}
