// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the ids of filesystems: what makes two ids different, and how evenly
 * they are distributed. */
#include <stdlib.h>
#include <linux/types.h>

#include "bpf/hot_fs.h"
#include "suite.h"

#define SEQ  17
#define DEV  0x800001
#define UUID 0x0123456789abcdefULL

static void test_each_part_counts(void **state)
{
	__u32 id = hot_fs_id(SEQ, DEV, UUID);

	(void)state;
	assert_int_equal(hot_fs_id(SEQ, DEV, UUID), id);
	for (int bit = 0; bit < 64; bit++) {
		__u64 flipped = 1ULL << bit;

		assert_int_not_equal(hot_fs_id(SEQ ^ flipped, DEV, UUID), id);
		assert_int_not_equal(hot_fs_id(SEQ, DEV, UUID ^ flipped), id);
		assert_int_not_equal(hot_fs_fold_uuid(UUID ^ flipped, 5),
				     hot_fs_fold_uuid(UUID, 5));
		assert_int_not_equal(hot_fs_fold_uuid(5, UUID ^ flipped),
				     hot_fs_fold_uuid(5, UUID));
		assert_int_not_equal(hot_fs_subvol_id(id, 256 ^ flipped),
				     hot_fs_subvol_id(id, 256));
	}
	for (int bit = 0; bit < 32; bit++) {
		assert_int_not_equal(hot_fs_id(SEQ, DEV ^ 1U << bit, UUID), id);
		assert_int_not_equal(hot_fs_subvol_id(id ^ 1U << bit, 256),
				     hot_fs_subvol_id(id, 256));
	}
}

static int compare_ids(const void *left, const void *right)
{
	__u32 a = *(const __u32 *)left, b = *(const __u32 *)right;

	return a < b ? -1 : a > b;
}

/* Ids of disks, and of the subvolumes of a filesystem: few bits of the input
 * change. n random ids have n^2 / 2^33 equal pairs: 65536 ids have 0.5. */
static void test_numbers_in_a_row(void **state)
{
	enum { N = 1 << 16 };
	__u32 *ids = malloc(N * sizeof(*ids));
	int n_equal[2] = {0};

	(void)state;
	assert_non_null(ids);
	for (int kind = 0; kind < 2; kind++) {
		for (__u32 i = 0; i < N; i++)
			ids[i] = kind ? hot_fs_subvol_id(SEQ, 256 + i)
				      : hot_fs_id(1 + i / 16, DEV + i % 16, 0);
		qsort(ids, N, sizeof(*ids), compare_ids);
		assert_int_not_equal(ids[0], 0);
		for (__u32 i = 1; i < N; i++)
			n_equal[kind] += ids[i] == ids[i - 1];
		assert_in_range(n_equal[kind], 0, 8);
		/* the ids are spread over the whole range */
		for (__u32 i = 1; i < 16; i++)
			assert_in_range(ids[i * (N / 16)],
					(i << 28) - (1 << 27),
					(i << 28) + (1 << 27));
	}
	free(ids);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_part_counts),
		cmocka_unit_test(test_numbers_in_a_row),
	};

	return cmocka_run_group_tests_name("hot_fs", tests, NULL, NULL);
}
