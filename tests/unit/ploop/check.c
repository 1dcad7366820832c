// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of image_check() and image_repair(): tables of images, and random ones
 * against what a simple model says of each entry. */
#include <errno.h>

#include "image_make.h"
#include "ploop/image/check.h"
#include "ploop/image/repair.h"
#include "random.h"

#define MAX_FINDINGS 64

struct findings {
	struct check_finding all[MAX_FINDINGS];
	size_t n;
};

static void note(void *context, const struct check_finding *finding)
{
	struct findings *findings = context;

	assert_true(findings->n < MAX_FINDINGS);
	findings->all[findings->n++] = *finding;
}

static struct check_sum check_path(const char *path, struct findings *findings)
{
	struct image_file file;
	enum ploop_fault fault;
	struct check check = {
		.file = &file, .found = note, .context = findings};

	findings->n = 0;
	assert_int_equal(image_file_open(path, false, &file, &fault), 0);
	assert_int_equal(image_check(&check), 0);
	image_file_close(&file);
	return check.sum;
}

#define SECTORS(n) ((n) * (__u64)PLOOP_SECTOR)

/* Each image, and the findings as "kind entry" in their order. */
static const struct {
	const char *name;
	struct image_form form;
	const char *wanted;
} cases[] = {
	{"empty", {.version = 2, .n_entries = 4, .file_bytes = SECTORS(1)}, ""},
	{"full",
	 {.version = 2,
	  .n_entries = 4,
	  .entries = {3, 0, 1, 2},
	  .file_bytes = SECTORS(4)},
	 ""},
	{"version 1",
	 {.version = 1,
	  .n_entries = 4,
	  .entries = {3, 0, 1, 2},
	  .file_bytes = SECTORS(4)},
	 ""},
	{"in use",
	 {.version = 2,
	  .n_entries = 1,
	  .in_use = PLOOP_IN_USE,
	  .file_bytes = SECTORS(1)},
	 "not_closed 0"},
	{"closed by new software",
	 {.version = 2,
	  .n_entries = 1,
	  .in_use = PLOOP_CLOSED,
	  .file_bytes = SECTORS(1)},
	 ""},
	{"used twice",
	 {.version = 2,
	  .n_entries = 4,
	  .entries = {1, 2, 1, 1},
	  .file_bytes = SECTORS(3)},
	 "entry_twice 2,entry_twice 3"},
	{"past the end",
	 {.version = 2,
	  .n_entries = 3,
	  .entries = {1, 2, 0xffffffff},
	  .file_bytes = SECTORS(2)},
	 "entry 1,entry 2"},
	{"the last cluster is cut",
	 {.version = 2,
	  .n_entries = 3,
	  .entries = {1, 2, 0},
	  .file_bytes = SECTORS(3) - 1},
	 "cut_file 0,entry 1"},
	{"lost in the middle and at the end",
	 {.version = 2,
	  .n_entries = 3,
	  .entries = {1, 4, 0},
	  .file_bytes = SECTORS(7)},
	 "leak 0,leak 0"},
	{"behind the end of the disk",
	 {.version = 2,
	  .n_entries = 3,
	  .n_sectors = 2,
	  .entries = {1, 0, 2},
	  .file_bytes = SECTORS(3)},
	 "entry_behind 2,leak 0"},
	{"said to be empty",
	 {.version = 2,
	  .n_entries = 1,
	  .flags = PLOOP_FLAG_EMPTY,
	  .entries = {1},
	  .file_bytes = SECTORS(2)},
	 "empty_flag 0"},
	{"an extension that is none",
	 {.version = 2,
	  .n_entries = 2,
	  .entries = {1, 0},
	  .ext_off = 2,
	  .file_bytes = SECTORS(3)},
	 "extension 0"},
	{"an extension beyond the end",
	 {.version = 2,
	  .n_entries = 2,
	  .entries = {1, 0},
	  .ext_off = 1ULL << 60,
	  .file_bytes = SECTORS(2)},
	 "extension 0"},
	{"an entry that points to the extension",
	 {.version = 2,
	  .n_entries = 2,
	  .entries = {2, 0},
	  .ext_off = 2,
	  .file_bytes = SECTORS(3)},
	 "extension 0,entry 0,leak 0"},
};

static void list(const struct findings *findings, char *text)
{
	*text = 0;
	for (size_t i = 0; i < findings->n; i++)
		text += sprintf(text, "%s%s %u", i ? "," : "",
				check_word(findings->all[i].kind),
				findings->all[i].entry);
}

static void test_table(void **state)
{
	struct findings findings;
	char text[1024];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		check_path(image_make("a", &cases[i].form), &findings);
		list(&findings, text);
		if (strcmp(text, cases[i].wanted) != 0)
			fail_msg("%s: %s, not %s", cases[i].name, text,
				 cases[i].wanted);
	}
}

static void test_numbers(void **state)
{
	const struct image_form form = {.version = 2,
					.n_entries = 4,
					.entries = {2, 5, 2, 900},
					.file_bytes = SECTORS(7)};
	struct findings findings;
	struct check_sum sum = check_path(image_make("a", &form), &findings);

	(void)state;
	assert_int_equal(sum.n_clusters, 4);
	assert_int_equal(sum.leaked_bytes, SECTORS(4));
	assert_int_equal(check_count(&sum, CHECK_ERROR), 2);
	assert_int_equal(check_count(&sum, CHECK_WASTE), 3);
	assert_int_equal(findings.n, 5);
	assert_int_equal(findings.all[1].byte, SECTORS(900));
	assert_int_equal(findings.all[2].byte, SECTORS(1));
	assert_int_equal(findings.all[3].byte, SECTORS(3));
	assert_int_equal(findings.all[3].bytes, SECTORS(2));
	assert_int_equal(findings.all[4].byte, SECTORS(6));
}

static void test_not_an_image(void **state)
{
	struct image_file file;
	enum ploop_fault fault;

	(void)state;
	scratch_write("a", "WithouFreSpacExt");
	assert_int_equal(image_file_open(scratch_path("a"), false, &file,
					 &fault),
			 -EBADMSG);
	assert_int_equal(fault, PLOOP_NOT_AN_IMAGE);
	assert_int_equal(image_file_open(scratch, false, &file, &fault),
			 -EINVAL);
	assert_int_equal(image_file_open(scratch_path("none"), false, &file,
					 &fault),
			 -ENOENT);
	assert_int_equal(mkfifo(scratch_path("fifo"), 0600), 0);
	assert_int_equal(image_file_open(scratch_path("fifo"), false, &file,
					 &fault),
			 -EINVAL);
}

static void test_alone(void **state)
{
	const struct image_form form = {
		.version = 2, .n_entries = 4, .file_bytes = SECTORS(1)};
	const char *path = image_make("a", &form);
	struct image_file file, other;
	enum ploop_fault fault;

	(void)state;
	assert_int_equal(image_file_open(path, true, &file, &fault), 0);
	assert_int_equal(image_file_open(path, true, &other, &fault), -EAGAIN);
	assert_int_equal(image_file_open(path, false, &other, &fault), 0);
	image_file_close(&other);
	image_file_close(&file);
	assert_int_equal(image_file_open(path, true, &file, &fault), 0);
	image_file_close(&file);
}

/* --- repair ---------------------------------------------------------------- */

struct content {
	__u8 *bytes;
	size_t n;
};

static struct content read_file(const char *path)
{
	int fd = open(path, O_RDONLY);
	struct content content;
	struct stat st;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	content.n = st.st_size;
	content.bytes = malloc(content.n + 1);
	assert_non_null(content.bytes);
	assert_int_equal(read_all_at(fd, content.bytes, content.n, 0), 0);
	close(fd);
	return content;
}

static struct repair repair_path(const char *path)
{
	struct findings findings;
	struct image_file file;
	enum ploop_fault fault;
	struct repair repair = {.file = &file,
				.sum = check_path(path, &findings)};

	assert_int_equal(image_file_open(path, true, &file, &fault), 0);
	assert_int_equal(image_repair(&repair, path), 0);
	image_file_close(&file);
	return repair;
}

/* As "dd conv=notrunc,sparse": writes the sectors that are not zeros. */
static void undo(const char *path, const char *saved)
{
	static const __u8 zeros[PLOOP_SECTOR];
	struct content content = read_file(saved);
	int fd = open(path, O_RDWR);

	assert_true(fd >= 0);
	for (size_t at = 0; at < content.n; at += PLOOP_SECTOR) {
		size_t n = content.n - at < PLOOP_SECTOR ? content.n - at
							 : PLOOP_SECTOR;

		if (memcmp(content.bytes + at, zeros, n) != 0)
			assert_int_equal(file_write_at(fd, content.bytes + at,
						       n, at),
					 0);
	}
	close(fd);
	free(content.bytes);
}

/* The disk's cluster has the content of this slot, or, NO_SLOT, zeros. */
static void assert_cluster(const char *path, __u32 cluster, __u32 slot)
{
	__u8 wanted[PLOOP_SECTOR] = {0}, got[PLOOP_SECTOR] = {0};
	struct content content = read_file(path);
	__u32 entry = le32_get(content.bytes + table_byte(cluster));

	if (slot != PLOOP_NO_SLOT)
		image_make_cluster(wanted, slot);
	if (entry) {
		assert_true(SECTORS(entry + 1) <= content.n);
		memcpy(got, content.bytes + SECTORS(entry), sizeof(got));
	}
	assert_memory_equal(got, wanted, sizeof(got));
	free(content.bytes);
}

static void test_repair(void **state)
{
	const struct image_form form = {.version = 2,
					.n_entries = 6,
					.in_use = PLOOP_IN_USE,
					.entries = {2, 5, 2, 900, 0, 2},
					.file_bytes = SECTORS(8) - 10};
	char path[PATH_MAX];
	struct content before, after;
	struct findings findings;
	struct repair repair;

	(void)state;
	strcpy(path, image_make("a", &form));
	before = read_file(path);
	repair = repair_path(path);
	assert_int_equal(repair.n_cleared, 1);
	assert_int_equal(repair.n_copied, 2);
	assert_string_equal(repair.saved.path, scratch_path("a.repair-1"));
	check_path(path, &findings);
	/* holes in the middle stay, without content */
	for (size_t i = 0; i < findings.n; i++)
		assert_int_equal(findings.all[i].kind, CHECK_LEAK);
	assert_cluster(path, 0, 1);
	assert_cluster(path, 1, 4);
	assert_cluster(path, 2, 1);
	assert_cluster(path, 3, PLOOP_NO_SLOT);
	assert_cluster(path, 4, PLOOP_NO_SLOT);
	assert_cluster(path, 5, 1);
	undo(path, repair.saved.path);
	after = read_file(path);
	assert_true(after.n >= before.n);
	assert_memory_equal(after.bytes, before.bytes, before.n);
	free(before.bytes);
	free(after.bytes);
}

/* An entry that pointed beyond the end must not point to a copy: the file gets
 * longer, up to where it pointed. */
static void test_beyond_is_no_copy(void **state)
{
	const struct image_form form = {.version = 2,
					.n_entries = 3,
					.entries = {3, 1, 1},
					.file_bytes = SECTORS(2)};
	char path[PATH_MAX];

	(void)state;
	strcpy(path, image_make("a", &form));
	repair_path(path);
	assert_cluster(path, 0, PLOOP_NO_SLOT);
	assert_cluster(path, 1, 0);
	assert_cluster(path, 2, 0);
}

static void test_repair_twice(void **state)
{
	const struct image_form form = {.version = 2,
					.n_entries = 2,
					.entries = {1, 1},
					.file_bytes = SECTORS(2)};
	char path[PATH_MAX];

	(void)state;
	strcpy(path, image_make("a", &form));
	repair_path(path);
	assert_string_equal(repair_path(path).saved.path,
			    scratch_path("a.repair-2"));
	assert_cluster(path, 0, 0);
	assert_cluster(path, 1, 0);
}

/* What a reader of the damaged image sees of a cluster. */
static __u32 slot_seen(const struct image_form *form, __u32 cluster)
{
	__u32 entry = form->entries[cluster];

	return entry && SECTORS(entry + 1) <= form->file_bytes ? entry - 1
							       : PLOOP_NO_SLOT;
}

static void test_random(void **state)
{
	struct findings findings;
	char path[PATH_MAX];

	(void)state;
	random_seed();
	for (int round = 0; round < 100; round++) {
		struct image_form form = {
			.version = 1 + random_below(2),
			.n_entries = 16,
			.in_use = random_below(2) ? PLOOP_IN_USE : 0,
			.file_bytes = SECTORS(1 + random_below(20)),
		};
		struct content before, after;
		struct repair repair;

		for (int i = 0; i < 16; i++)
			form.entries[i] = random_below(24);
		strcpy(path, image_make("a", &form));
		before = read_file(path);
		repair = repair_path(path);
		check_path(path, &findings);
		for (size_t i = 0; i < findings.n; i++)
			assert_int_equal(findings.all[i].kind, CHECK_LEAK);
		for (__u32 i = 0; i < 16; i++)
			assert_cluster(path, i, slot_seen(&form, i));
		undo(path, repair.saved.path);
		after = read_file(path);
		assert_memory_equal(after.bytes, before.bytes, before.n);
		free(before.bytes);
		free(after.bytes);
		unlink(repair.saved.path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(test_table),
		scratch_test(test_numbers),
		scratch_test(test_not_an_image),
		scratch_test(test_alone),
		scratch_test(test_repair),
		scratch_test(test_beyond_is_no_copy),
		scratch_test(test_repair_twice),
		scratch_test(test_random),
	};

	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
