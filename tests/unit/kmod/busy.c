// SPDX-License-Identifier: GPL-2.0-or-later
/* Busy extents beside a plain array: the transaction of each cluster. */
#include <errno.h>
#include <string.h>

#include "random.h"
#include "suite.h"

#include "busy.h"

#define N_CLUSTERS 300
#define FREE	   0 /* no transaction of these tests */

struct fixture {
	struct frsp_busy busy;
	u32 tid[N_CLUSTERS];
};

static struct fixture fixture; /* too large for a stack under ASan, often */

static void fixture_init(void)
{
	memset(&fixture, 0, sizeof(fixture));
}

/* The extents are the runs of one transaction each, and the counts are right. */
static void check_all(void)
{
	struct rb_node *node = rb_first(&fixture.busy.extents);
	const struct frsp_busy_extent *extent;
	u32 n_extents = 0, n_clusters = 0, end;

	for (u32 start = 0; start < N_CLUSTERS; start = end) {
		end = start + 1;
		if (fixture.tid[start] == FREE)
			continue;
		while (end < N_CLUSTERS &&
		       fixture.tid[end] == fixture.tid[start])
			end++;
		assert_non_null(node);
		extent = rb_entry(node, struct frsp_busy_extent, node);
		assert_int_equal(extent->start, start);
		assert_int_equal(extent->len, end - start);
		assert_int_equal(extent->tid, fixture.tid[start]);
		node = rb_next(node);
		n_extents++;
		n_clusters += end - start;
	}
	assert_null(node);
	assert_int_equal(fixture.busy.n_extents, n_extents);
	assert_int_equal(fixture.busy.n_clusters, n_clusters);
	assert_int_equal(frsp_shim_n_allocated, n_extents);
}

static void fixture_free(void)
{
	frsp_busy_clear(&fixture.busy);
	memset(fixture.tid, 0, sizeof(fixture.tid));
	check_all();
}

static void add(u32 start, u32 len, u32 tid)
{
	if (frsp_busy_add(&fixture.busy, start, len, tid, GFP_ATOMIC))
		assert_int_equal(frsp_shim_allocs_left, 0);
	else
		for (u32 i = start; i < start + len; i++)
			fixture.tid[i] = tid;
	check_all();
}

static void remove_range(u32 start, u32 len)
{
	u32 end = start + len, n_busy = 0;
	bool inside = start > 0 && end < N_CLUSTERS &&
		      fixture.tid[start - 1] == fixture.tid[end];

	for (u32 i = start; i < end; i++) {
		n_busy += fixture.tid[i] != FREE;
		inside = inside && fixture.tid[i] == fixture.tid[end];
	}
	/* an extent that would be split loses its rear part then */
	if (inside && frsp_shim_allocs_left == 0)
		for (u32 tid = fixture.tid[end]; tid != FREE &&
						 end < N_CLUSTERS &&
						 fixture.tid[end] == tid;)
			fixture.tid[end++] = FREE;
	for (u32 i = start; i < start + len; i++)
		fixture.tid[i] = FREE;
	assert_int_equal(frsp_busy_remove(&fixture.busy, start, len,
					  GFP_ATOMIC),
			 n_busy);
	check_all();
}

static void expire(u32 tid)
{
	u32 n_expired = 0, before = fixture.busy.n_clusters, position = 0;

	for (u32 i = 0; i < N_CLUSTERS; i++)
		if (fixture.tid[i] != FREE &&
		    (s64)(tid - fixture.tid[i]) < 0x80000000LL) {
			fixture.tid[i] = FREE;
			n_expired++;
		}
	while (frsp_busy_expire(&fixture.busy, tid, &position, 2))
		;
	assert_int_equal(before - fixture.busy.n_clusters, n_expired);
	check_all();
}

/* --- cases ---------------------------------------------------------------- */

static void test_add(void **state)
{
	(void)state;
	fixture_init();
	add(10, 5, 7);
	add(20, 5, 7);
	add(15, 5, 7); /* joins both */
	assert_int_equal(fixture.busy.n_extents, 1);
	add(25, 3, 8); /* touches, but is of another transaction */
	add(7, 3, 8);
	assert_int_equal(fixture.busy.n_extents, 3);
	add(28, 2, 8); /* behind, in front */
	add(5, 2, 8);
	assert_int_equal(fixture.busy.n_extents, 3);
	add(12, 2, 9); /* inside */
	assert_int_equal(fixture.busy.n_extents, 5);
	add(12, 2, 7); /* and back */
	assert_int_equal(fixture.busy.n_extents, 3);
	add(14, 1, 7); /* again */
	add(8, 20, 9); /* over all of one and parts of others */
	assert_int_equal(fixture.busy.n_extents, 3);
	add(0, 40, 8);
	assert_int_equal(fixture.busy.n_extents, 1);
	fixture_free();
}

static void test_remove(void **state)
{
	(void)state;
	fixture_init();
	remove_range(0, 10);
	add(10, 20, 7);
	remove_range(0, 10);
	remove_range(30, 10);
	remove_range(5, 7); /* the front, the rear, the middle */
	remove_range(28, 7);
	remove_range(15, 5);
	assert_int_equal(fixture.busy.n_extents, 2);
	add(40, 5, 8);
	remove_range(14, 30); /* over several */
	assert_int_equal(fixture.busy.n_extents, 2);
	remove_range(0, 300);
	assert_int_equal(fixture.busy.n_clusters, 0);
	fixture_free();
}

static void test_no_memory(void **state)
{
	(void)state;
	fixture_init();
	add(100, 20, 7);
	for (u32 left = 0; left < 2; left++) {
		frsp_shim_allocs_left = left;
		assert_int_equal(frsp_busy_add(&fixture.busy, 105, 5, 8,
					       GFP_ATOMIC),
				 -ENOMEM);
		check_all();
	}
	frsp_shim_allocs_left = 0;
	assert_int_equal(frsp_busy_add(&fixture.busy, 0, 5, 8, GFP_ATOMIC),
			 -ENOMEM);
	add(120, 20, 7); /* what joins needs none */
	remove_range(100, 5);
	remove_range(135, 5);
	remove_range(110, 5); /* 115 .. 135 are lost */
	frsp_shim_allocs_left = -1;
	assert_int_equal(fixture.busy.n_clusters, 5);
	fixture_free();
}

static void test_expire(void **state)
{
	static const struct {
		u32 tid, now;
		bool goes;
	} cases[] = {
		{5, 5, true},		{5, 6, true},
		{6, 5, false},		{0xfffffffe, 3, true}, /* 5 later */
		{3, 0xfffffffe, false},			       /* 5 before */
		{0xffffffff, 0, true},	{1, 0xffffffff, false},
		{0x80000005, 5, false}, /* jbd2 takes half the range as later */
		{6, 0x80000005, true},
	};

	u32 position;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fixture_init();
		add(10, 5, cases[i].tid);
		position = 0;
		assert_false(frsp_busy_expire(&fixture.busy, cases[i].now,
					      &position, 1));
		assert_int_equal(fixture.busy.n_clusters,
				 cases[i].goes ? 0 : 5);
		fixture_free();
	}
}

/* So many extents at a time, those that stay and those that go. */
static void test_expire_in_parts(void **state)
{
	u32 position = 0;

	(void)state;
	fixture_init();
	for (u32 i = 0; i < 5; i++)
		add(10 * i, 5, 7 + i % 2);
	assert_true(frsp_busy_expire(&fixture.busy, 7, &position, 2));
	assert_int_equal(fixture.busy.n_extents, 4);
	assert_int_equal(position, 15);
	assert_true(frsp_busy_expire(&fixture.busy, 7, &position, 2));
	assert_int_equal(fixture.busy.n_extents, 3);
	assert_false(frsp_busy_expire(&fixture.busy, 7, &position, 2));
	assert_int_equal(fixture.busy.n_extents, 2);
	fixture_free();
}

static void test_random(void **state)
{
	u32 tid;

	(void)state;
	random_seed();
	for (u32 round = 0; round < 60; round++) {
		fixture_init();
		tid = random_below(2) ? 0xfffffff0 : 100; /* wraps soon */
		for (u32 i = 0; i < 600; i++) {
			u32 start = random_below(N_CLUSTERS);
			u32 len = 1 + random_below(N_CLUSTERS - start);
			u32 dice = random_below(100);

			if (random_below(4) && len > 8)
				len = 1 + random_below(8);
			if (!random_below(20))
				frsp_shim_allocs_left = random_below(3);
			else if (!random_below(4))
				frsp_shim_allocs_left = -1;
			if (dice < 65) {
				u32 of = tid - random_below(3);

				add(start, len, of == FREE ? 1 : of);
			} else if (dice < 95) {
				remove_range(start, len);
			} else {
				expire(tid - random_below(4));
				tid += random_below(4);
			}
		}
		frsp_shim_allocs_left = -1;
		fixture_free();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_expire),
		cmocka_unit_test(test_expire_in_parts),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("busy", tests, NULL, NULL);
}
