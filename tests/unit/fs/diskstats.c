// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the parser of /proc/diskstats, on lines that kernels write and on
 * lines that no kernel writes, and of the rates between two readings. */
#include <errno.h>
#include <math.h>

#include "fs/diskstats.h"
#include "scratch.h"

/* As Linux 4.17, 4.18 and 5.5 write it: 11, 15 and 17 counters. */
static const char of_4_17[] =
	"   8       0 sda 100 7 2000 30 50 3 800 40 2 60 70\n"
	"   8       1 sda1 1 0 8 0 0 0 0 0 0 0 0\n";
static const char of_4_18[] =
	"   8       0 sda 100 7 2000 30 50 3 800 40 2 60 70 9 0 4096 5\n";
static const char of_5_5[] =
	"   8       0 sda 100 7 2000 30 50 3 800 40 2 60 70 9 0 4096 5 11 12\n"
	" 259 1048575 nvme0n1p15 1 0 8 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n";
/* what a later kernel may add */
static const char of_later[] =
	"   8       0 sda 100 7 2000 30 50 3 800 40 2 60 70 9 0 4096 5 11 12 1 x\n";

static void assert_sda(const struct diskstats_device *sda, bool has_discards)
{
	assert_non_null(sda);
	assert_string_equal(sda->name, "sda");
	assert_int_equal(sda->dev, 8 << 20);
	assert_int_equal(sda->reads.requests, 100);
	assert_int_equal(sda->reads.bytes, 2000 * 512);
	assert_int_equal(sda->writes.requests, 50);
	assert_int_equal(sda->writes.bytes, 800 * 512);
	assert_int_equal(sda->in_flight, 2);
	assert_int_equal(sda->busy_ms, 60);
	assert_int_equal(sda->waited_ms, 70);
	assert_int_equal(sda->discards.requests, has_discards ? 9 : 0);
	assert_int_equal(sda->discards.bytes, has_discards ? 4096 * 512 : 0);
}

static void test_kernels(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		bool has_discards;
	} cases[] = {
		{of_4_17, 2, false},
		{of_4_18, 1, true},
		{of_5_5, 2, true},
		{of_later, 1, true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct diskstats stats;

		assert_int_equal(diskstats_parse(cases[i].text, &stats), 0);
		assert_int_equal(stats.n, cases[i].n);
		assert_sda(diskstats_find(&stats, 8 << 20),
			   cases[i].has_discards);
		assert_null(diskstats_find(&stats, 8 << 20 | 2));
		diskstats_free(&stats);
	}
}

static void test_partition(void **state)
{
	const struct diskstats_device *device;
	struct diskstats stats;

	(void)state;
	assert_int_equal(diskstats_parse(of_5_5, &stats), 0);
	device = diskstats_find(&stats, 259 << 20 | 1048575);
	assert_non_null(device);
	assert_string_equal(device->name, "nvme0n1p15");
	assert_int_equal(device->reads.bytes, 4096);
	diskstats_free(&stats);
}

static void test_senseless(void **state)
{
	static const char *const texts[] = {
		"\n",
		"8 0 sda\n",
		"8 0 sda 1 2 3 4 5 6 7 8 9 10\n", /* a counter is missing */
		"8 0 sda 1 2 3 4 5 6 7 8 9 10 -11\n",
		"8 0 sda 1 2 3 4 5 6 7 8 9 10 99999999999999999999\n",
		"8 x sda 1 2 3 4 5 6 7 8 9 10 11\n",
		"8 0 sda 1 2 3 4 5 6 7 8 9 10 11\nsdb\n",
	};
	struct diskstats stats;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_int_equal(diskstats_parse(texts[i], &stats), -EINVAL);
		assert_null(stats.devices);
	}
	assert_int_equal(diskstats_parse("", &stats), 0);
	assert_int_equal(stats.n, 0);
	diskstats_free(&stats);
}

static void test_read(void **state)
{
	struct diskstats stats;

	(void)state;
	scratch_write("diskstats", of_5_5);
	scratch_write("nothing", "");
	assert_int_equal(diskstats_read(scratch_path("diskstats"), &stats), 0);
	assert_sda(diskstats_find(&stats, 8 << 20), true);
	diskstats_free(&stats);
	assert_int_equal(diskstats_read(scratch_path("nothing"), &stats), 0);
	assert_int_equal(stats.n, 0);
	diskstats_free(&stats);
	assert_int_equal(diskstats_read(scratch_path("missing"), &stats),
			 -ENOENT);
}

/* The device in these tests: a reading, and another one 2 s later. */
static const struct diskstats_device first = {
	.name = "sda",
	.reads = {100, 1 << 20},
	.writes = {50, 2 << 20},
	.discards = {3, 1 << 30},
	.busy_ms = 600,
	.waited_ms = 900,
};

static struct diskstats_device later(void)
{
	struct diskstats_device device = first;

	device.reads.requests += 10;
	device.reads.bytes += 40960;
	device.writes.requests += 4;
	device.writes.bytes += 8192;
	device.discards.requests += 1;
	device.discards.bytes += 1 << 20;
	device.busy_ms += 500;
	device.waited_ms += 3000;
	return device;
}

static void assert_near(double value, double wanted)
{
	assert_true(fabs(value - wanted) < 1e-9);
}

static void assert_later(const struct diskstats_rates *rates)
{
	assert_near(rates->reads.per_s, 5);
	assert_near(rates->reads.bytes_per_s, 20480);
	assert_near(rates->writes.per_s, 2);
	assert_near(rates->writes.bytes_per_s, 4096);
	assert_near(rates->discards.per_s, 0.5);
	assert_near(rates->discards.bytes_per_s, 524288);
	assert_near(rates->queue, 1.5);
	assert_near(rates->util_pct, 25);
}

static void test_rates(void **state)
{
	struct diskstats_device now = later();
	struct diskstats_rates rates;

	(void)state;
	assert_true(diskstats_rates(&first, &now, 2, &rates));
	assert_later(&rates);
	/* the interval is measured as a bit shorter than it was */
	assert_true(diskstats_rates(&first, &now, 0.49, &rates));
	assert_near(rates.util_pct, 100);
}

static void test_wrap(void **state)
{
	struct diskstats_device before = first, now = later();
	struct diskstats_rates rates;

	(void)state;
	before.busy_ms -= 1000;
	before.waited_ms -= 1000;
	now.busy_ms -= 1000;
	now.waited_ms -= 1000;
	assert_true(before.busy_ms > now.busy_ms);
	assert_true(before.waited_ms > now.waited_ms);
	assert_true(diskstats_rates(&before, &now, 2, &rates));
	assert_later(&rates);
}

static void test_gone(void **state)
{
	static const struct diskstats_rates none;
	struct diskstats_device fewer[6], other = later();
	struct diskstats_rates rates;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fewer); i++)
		fewer[i] = later();
	fewer[0].reads.requests = 1;
	fewer[1].reads.bytes = 1;
	fewer[2].writes.requests = 1;
	fewer[3].writes.bytes = 1;
	fewer[4].discards.requests = 1;
	fewer[5].discards.bytes = 1;
	for (size_t i = 0; i < ARRAY_SIZE(fewer); i++) {
		memset(&rates, 0xff, sizeof(rates));
		assert_false(diskstats_rates(&first, &fewer[i], 2, &rates));
		assert_memory_equal(&rates, &none, sizeof(rates));
	}
	/* it was not there before, or another device has its number */
	assert_false(diskstats_rates(NULL, &other, 2, &rates));
	strcpy(other.name, "sdb");
	assert_false(diskstats_rates(&first, &other, 2, &rates));
	assert_false(diskstats_rates(&first, &first, 0, &rates));
	/* nothing happened */
	assert_true(diskstats_rates(&first, &first, 2, &rates));
	assert_memory_equal(&rates, &none, sizeof(rates));
}

static void test_sum(void **state)
{
	struct diskstats_device now = later();
	struct diskstats_rates one, sum = {.util_pct = 10, .queue = 1};

	(void)state;
	assert_true(diskstats_rates(&first, &now, 2, &one));
	diskstats_add(&sum, &one);
	assert_near(sum.util_pct, 25);
	one.util_pct = 7;
	diskstats_add(&sum, &one);
	assert_near(sum.reads.per_s, 10);
	assert_near(sum.writes.bytes_per_s, 8192);
	assert_near(sum.discards.per_s, 1);
	assert_near(sum.queue, 4);
	assert_near(sum.util_pct, 25);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernels),
		cmocka_unit_test(test_partition),
		cmocka_unit_test(test_senseless),
		scratch_test(test_read),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_sum),
	};

	return cmocka_run_group_tests_name("diskstats", tests, NULL, NULL);
}
