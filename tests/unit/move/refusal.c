// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what the mover leaves alone, and of how it tells kernels apart. */
#include <string.h>

#include "move/refusal.h"
#include "suite.h"

static const struct {
	const char *release, *build, *signature;
	struct move_kernel kernel;
	enum move_refusal refusal;
} kernels[] = {
	{"6.1.0-40-amd64",
	 "#1 SMP PREEMPT_DYNAMIC Debian 6.1.153-1 (2025-09-20)",
	 "",
	 {6, 1, 153},
	 MOVE_ALLOWED},
	{"6.1.0-21-amd64",
	 "#1 SMP PREEMPT_DYNAMIC Debian 6.1.90-1 (2024-05-03)",
	 "",
	 {6, 1, 90},
	 MOVE_OLD_KERNEL},
	{"6.1.113", "#1 SMP", "", {6, 1, 113}, MOVE_ALLOWED},
	{"6.1.112", "#1 SMP", "", {6, 1, 112}, MOVE_OLD_KERNEL},
	{"6.8.0-45-generic",
	 "#45-Ubuntu SMP",
	 "Ubuntu 6.8.0-45.45-generic 6.8.12",
	 {6, 8, 12},
	 MOVE_OLD_KERNEL},
	{"6.11.0-9-generic",
	 "#9-Ubuntu SMP",
	 "Ubuntu 6.11.0-9.9-generic 6.11.4",
	 {6, 11, 4},
	 MOVE_ALLOWED},
	{"6.11.2", "#1 SMP", "", {6, 11, 2}, MOVE_OLD_KERNEL},
	{"6.12.48+deb13-amd64",
	 "#1 SMP PREEMPT_DYNAMIC Debian 6.12.48-1 (2025-09-20)",
	 "",
	 {6, 12, 48},
	 MOVE_ALLOWED},
	{"6.18-rc3", "#1 SMP", "", {6, 18, 0}, MOVE_ALLOWED},
	{"6.18.44-custom", "#1 SMP", "", {6, 18, 44}, MOVE_ALLOWED},
	{"7.3.1", "#1 SMP", "", {7, 3, 1}, MOVE_ALLOWED},
	{"5.10.0-32-amd64",
	 "#1 SMP Debian 5.10.223-1 (2024-08-10)",
	 "",
	 {5, 10, 223},
	 MOVE_OLD_KERNEL},
	{"strange", "", "", {0, 0, 0}, MOVE_OLD_KERNEL},
};

static const struct move_fs_facts good_fs = {
	.is_ext4 = true, .has_journal = true, .kernel = {6, 12, 50}};

static void test_kernels(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kernels); i++) {
		struct move_fs_facts fs = good_fs;

		print_message("%s\n", kernels[i].release);
		fs.kernel =
			move_kernel_parse(kernels[i].release, kernels[i].build,
					  kernels[i].signature);
		assert_memory_equal(&fs.kernel, &kernels[i].kernel,
				    sizeof(fs.kernel));
		assert_int_equal(move_judge_fs(&fs), kernels[i].refusal);
	}
}

static enum move_refusal with(struct move_fs_facts facts)
{
	return move_judge_fs(&facts);
}

static void test_filesystems(void **state)
{
	struct move_fs_facts fs = good_fs;

	(void)state;
	assert_int_equal(with(fs), MOVE_ALLOWED);
	fs.has_fast_commit = true;
	assert_int_equal(with(fs), MOVE_FAST_COMMIT);
	fs.kernel = (struct move_kernel){7, 0, 0};
	assert_int_equal(with(fs), MOVE_ALLOWED);
	fs.has_bigalloc = true;
	assert_int_equal(with(fs), MOVE_BIGALLOC);
	fs.journals_data = true;
	assert_int_equal(with(fs), MOVE_DATA_JOURNAL);
	fs.has_journal = false;
	assert_int_equal(with(fs), MOVE_NO_JOURNAL);
	fs.is_read_only = true;
	assert_int_equal(with(fs), MOVE_READ_ONLY);
	fs.is_ext4 = false;
	assert_int_equal(with(fs), MOVE_NOT_EXT4);
	fs = good_fs;
	fs.has_dax = true;
	assert_int_equal(with(fs), MOVE_DAX);
}

/* The flags of fs/ext4/ext4.h. */
static const struct {
	__u32 flags;
	enum move_refusal refusal;
} flags[] = {
	{0x00080000, MOVE_ALLOWED},   {0, MOVE_NO_EXTENTS},
	{0x00080010, MOVE_IMMUTABLE}, {0x00080020, MOVE_APPEND_ONLY},
	{0x00080800, MOVE_ENCRYPTED}, {0x00180000, MOVE_VERITY},
	{0x10000000, MOVE_INLINE},    {0x00084000, MOVE_JOURNALED_FILE},
	{0x02080000, MOVE_DAX},	      {0x00080040, MOVE_ALLOWED},
};

static void test_files(void **state)
{
	struct move_file_facts file = {.mode = S_IFREG | 0644, .ino = 12};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		file.flags = flags[i].flags;
		assert_int_equal(move_judge_file(&file), flags[i].refusal);
	}
	file.flags = 0x00080000;
	file.is_below_boot = true;
	assert_int_equal(move_judge_file(&file), MOVE_BOOT);
	file.is_swap = true;
	assert_int_equal(move_judge_file(&file), MOVE_SWAP);
	file.is_dir_immutable = true;
	assert_int_equal(move_judge_file(&file), MOVE_IMMUTABLE_DIR);
	file.ino = 8; /* the journal */
	assert_int_equal(move_judge_file(&file), MOVE_SYSTEM_FILE);
	file.mode = S_IFDIR | 0755;
	assert_int_equal(move_judge_file(&file), MOVE_NOT_REGULAR);
}

static void test_words(void **state)
{
	(void)state;
	for (int i = 0; i < MOVE_N_REFUSALS; i++) {
		assert_non_null(move_refusal_word(i));
		assert_non_null(move_refusal_text(i));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(move_refusal_word(i),
						move_refusal_word(k));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernels),
		cmocka_unit_test(test_filesystems),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
