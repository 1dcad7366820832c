// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the text for an inode, of device numbers, of --fs as far as this
 * needs no filesystem, and of the cache of paths. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <string.h>

#include "fs/mount.h"
#include "paths/path.h"

#define N_ROWS(table) (sizeof(table) / sizeof((table)[0]))

struct label_row {
	struct path_result result;
	const char *label;
};

static const struct label_row label_rows[] = {
	{{"/srv/a b", PATH_KNOWN, 1, "ext4", 0, 0}, "/srv/a b"},
	{{"/", PATH_KNOWN, 1, NULL, 0, 0}, "/"},
	/* links */
	{{"/a", PATH_KNOWN, 2, NULL, 0, 0}, "/a (+1 link)"},
	{{"/a", PATH_KNOWN, 3, NULL, 0, 0}, "/a (+2 links)"},
	{{NULL, PATH_UNKNOWN, 3, NULL, 0, 0},
	 "<ino 1234 gen 4294967295 dev 8:1> (+2 links)"},
	/* states */
	{{"/a", PATH_DELETED, 0, NULL, 0, 0}, "/a (deleted)"},
	{{"/a (deleted)", PATH_KNOWN, 1, NULL, 0, 0}, "/a (deleted)"},
	{{NULL, PATH_DELETED, 0, NULL, 0, 0},
	 "<ino 1234 gen 4294967295 dev 8:1> (deleted)"},
	{{NULL, PATH_UNKNOWN, 0, NULL, 0, 0},
	 "<ino 1234 gen 4294967295 dev 8:1>"},
	{{NULL, PATH_OTHER_MOUNT_NS, 0, NULL, 0, 0},
	 "<ino 1234 gen 4294967295 dev 8:1> (other mount namespace)"},
	{{NULL, PATH_OUTSIDE, 2, NULL, 0, 0},
	 "<ino 1234 gen 4294967295 dev 8:1> (+1 link) (outside of what is "
	 "mounted here)"},
	{{NULL, PATH_COVERED, 1, NULL, 0, 0},
	 "<ino 1234 gen 4294967295 dev 8:1> (covered by another mount)"},
	{{NULL, PATH_NO_ANSWER, 0, NULL, 0, 0},
	 "<ino 1234 gen 4294967295 dev 8:1> (its filesystem does not answer)"},
	{{"/a", PATH_DETACHED, 0, NULL, 0, 0}, "/a (detached)"},
	{{"/a", PATH_NOT_MOUNTED, 0, NULL, 0, 0}, "/a (not mounted)"},
	{{NULL, PATH_NOT_MOUNTED, 0, NULL, 0, 0},
	 "<ino 1234 gen 4294967295 dev 8:1> (not mounted)"},
	{{NULL, PATH_INTERNAL, 0, NULL, 0, 0}, "<ext4 ino 1234, dev 8:1>"},
	/* control characters */
	{{"/a\nb", PATH_KNOWN, 1, NULL, 0, 0}, "/a\\012b"},
	{{"/\033[31m\177", PATH_KNOWN, 1, NULL, 0, 0}, "/\\033[31m\\177"},
	{{"/a\\012", PATH_KNOWN, 1, NULL, 0, 0}, "/a\\134012"},
	{{"/\302\233m", PATH_KNOWN, 1, NULL, 0, 0}, "/\\302\\233m"},
	{{"/'\"$`", PATH_KNOWN, 1, NULL, 0, 0}, "/'\"$`"},
	/* valid UTF-8: 2, 3 and 4 bytes, and the last private character */
	{{"/\303\244", PATH_KNOWN, 1, NULL, 0, 0}, "/\303\244"},
	{{"/\342\202\254", PATH_KNOWN, 1, NULL, 0, 0}, "/\342\202\254"},
	{{"/\360\237\224\245", PATH_KNOWN, 1, NULL, 0, 0}, "/\360\237\224\245"},
	{{"/\364\217\277\275", PATH_KNOWN, 1, NULL, 0, 0}, "/\364\217\277\275"},
	/* the last code point, which is no character */
	{{"/\364\217\277\277", PATH_KNOWN, 1, NULL, 0, 0},
	 "/\\364\\217\\277\\277"},
	/* invalid: Latin-1, cut off, too long a form, surrogate, too high */
	{{"/\344x", PATH_KNOWN, 1, NULL, 0, 0}, "/\\344x"},
	{{"/\342\202", PATH_KNOWN, 1, NULL, 0, 0}, "/\\342\\202"},
	{{"/\300\257", PATH_KNOWN, 1, NULL, 0, 0}, "/\\300\\257"},
	{{"/\355\240\200", PATH_KNOWN, 1, NULL, 0, 0}, "/\\355\\240\\200"},
	{{"/\364\220\200\200", PATH_KNOWN, 1, NULL, 0, 0},
	 "/\\364\\220\\200\\200"},
	{{"/\377", PATH_KNOWN, 1, NULL, 0, 0}, "/\\377"},
	/* a character that reverses the reading order */
	{{"/\342\200\256gpj", PATH_KNOWN, 1, NULL, 0, 0},
	 "/\\342\\200\\256gpj"},
};

static void test_label(void **state)
{
	char buf[PATH_LABEL_LEN];
	size_t i;

	(void)state;
	for (i = 0; i < N_ROWS(label_rows); i++) {
		const struct label_row *row = &label_rows[i];
		size_t len = path_label(&row->result, 1234, 8 << 20 | 1,
					4294967295U, buf, sizeof(buf));

		assert_string_equal(buf, row->label);
		assert_int_equal(len, strlen(row->label));
	}
}

static void test_label_locale(void **state)
{
	/* U+0378 is no character */
	static const char name[] = "/\303\244\342\202\254x\315\270";
	char label[64];

	(void)state;
	path_escape(name, label, sizeof(label));
	assert_string_equal(label, "/\303\244\342\202\254x\\315\\270");
	assert_non_null(setlocale(LC_CTYPE, "C"));
	path_escape(name, label, sizeof(label));
	assert_string_equal(label, "/\\303\\244\\342\\202\\254x\\315\\270");
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
}

static void test_label_cut(void **state)
{
	static const struct {
		size_t size;
		const char *label;
	} rows[] = {
		{1, ""},
		{2, "/"},
		{3, "/a"},
		{4, "/a"}, /* not half an a-umlaut */
		{5, "/a\303\244"},
		{8, "/a\303\244"},
		{9, "/a\303\244\\001"},
		{10, "/a\303\244\\001b"},
		{19, "/a\303\244\\001b"}, /* not half a suffix */
		{20, "/a\303\244\\001b (deleted)"},
	};
	struct path_result result = {.path = "/a\303\244\001b",
				     .state = PATH_DELETED};
	char buf[64];
	size_t i;

	(void)state;
	for (i = 0; i < N_ROWS(rows); i++) {
		memset(buf, 'x', sizeof(buf));
		assert_int_equal(
			path_label(&result, 1, 2, 3, buf, rows[i].size), 19);
		assert_string_equal(buf, rows[i].label);
		assert_int_equal(buf[rows[i].size], 'x');
	}
	assert_int_equal(path_label(&result, 1, 2, 3, NULL, 0), 19);
}

static void test_label_worst(void **state)
{
	static char path[4096];
	struct path_result result = {
		.path = path, .state = PATH_KNOWN, .n_links = 4294967295U};
	char buf[PATH_LABEL_LEN];

	(void)state;
	memset(path, 1, sizeof(path) - 1);
	assert_true(path_label(&result, 1, 2, 3, buf, sizeof(buf)) <
		    sizeof(buf));
}

static void test_kdev(void **state)
{
	static const struct {
		unsigned int major, minor;
		__u32 kdev;
	} rows[] = {
		{8, 1, 0x00800001},
		{0, 45, 45},
		{259, 300, 0x1030012c}, /* makedev() encodes this otherwise */
		{4095, 1048575, 0xffffffff},
	};
	size_t i;

	(void)state;
	for (i = 0; i < N_ROWS(rows); i++) {
		dev_t dev = makedev(rows[i].major, rows[i].minor);

		assert_int_equal(kdev_from_user(dev), rows[i].kdev);
		assert_true(kdev_to_user(rows[i].kdev) == dev);
		assert_int_equal(kdev_major(rows[i].kdev), rows[i].major);
		assert_int_equal(kdev_minor(rows[i].kdev), rows[i].minor);
	}
}

static void test_parse_dev(void **state)
{
	static const struct {
		const char *text;
		bool valid;
		__u32 kdev;
	} rows[] = {
		{"8:1", true, 8 << 20 | 1},
		{"0:45", true, 45},
		{"4095:1048575", true, 0xffffffff},
		{"4096:0", false, 0},
		{"1:1048576", false, 0},
		{"4294967304:1", false, 0},
		{"8:1:2", false, 0},
		{"8:", false, 0},
		{":1", false, 0},
		{"8", false, 0},
		{"", false, 0},
		{" 8:1", false, 0},
		{"8: 1", false, 0},
		{"+8:1", false, 0},
		{"8:-1", false, 0},
		{"8:1\n", false, 0},
		{"/dev/sda1", false, 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < N_ROWS(rows); i++) {
		__u32 kdev = 0;

		assert_int_equal(mount_parse_dev(rows[i].text, &kdev),
				 rows[i].valid);
		assert_int_equal(kdev, rows[i].kdev);
	}
}

static void test_spec(void **state)
{
	static const struct {
		const char *spec;
		int err;
	} rows[] = {
		{"/proc", -ENODEV},
		{"/proc/self/mounts", -ENODEV},
		{"/nowhere/at/all", -ENOENT},
		{"/proc/self/mounts/x", -ENOENT}, /* ENOTDIR */
		{"", -ENOENT},
		{"4095:1048575", -ENODEV},
	};
	const struct mount_entry *entry;
	struct mount_table *table;
	size_t i;

	(void)state;
	assert_int_equal(mount_table_read(&table), 0);
	for (i = 0; i < N_ROWS(rows); i++)
		assert_int_equal(mount_table_by_spec(table, rows[i].spec,
						     &entry),
				 rows[i].err);
	assert_null(mount_table_backed_by(table, 0xffffffff));
	assert_int_equal(mount_table_refresh(table), 0);
	mount_table_free(table);
}

/* Makes a cache with room for three. To be ended by free_cache(). */
static struct path_cache *new_cache(struct mount_table **table)
{
	struct path_cache *cache;

	assert_int_equal(mount_table_read(table), 0);
	assert_int_equal(path_cache_new(*table, 3, &cache), 0);
	return cache;
}

static void free_cache(struct path_cache *cache, struct mount_table *table)
{
	path_cache_free(cache);
	mount_table_free(table);
}

static void test_cache_bound(void **state)
{
	struct frsp_hot_file file = {.fs = 1, .gen = 7, .fs_type = "ext4"};
	struct path_key key = {2, 1, 7};
	struct mount_table *table;
	struct path_cache *cache = new_cache(&table);
	struct path_result result;

	(void)state;
	for (file.ino = 1; file.ino <= 3; file.ino++)
		path_cache_announce(cache, &file);
	file.ino = 1; /* now 2 is the oldest */
	path_cache_announce(cache, &file);
	assert_int_equal(path_cache_count(cache), 3);
	file.ino = 4;
	path_cache_announce(cache, &file);
	assert_int_equal(path_cache_count(cache), 3);
	path_cache_forget(cache, &key); /* was evicted already */
	assert_int_equal(path_cache_count(cache), 3);
	key.ino = 1;
	path_cache_forget(cache, &key);
	path_cache_forget(cache, &key);
	assert_int_equal(path_cache_count(cache), 2);
	key.ino = 3;
	/* Nothing is mounted from device 0:0. */
	assert_int_equal(path_cache_get(cache, &key, &result), 0);
	assert_int_equal(result.state, PATH_OTHER_MOUNT_NS);
	assert_string_equal(result.fs_type, "ext4");
	free_cache(cache, table);
}

/* For a file of a filesystem that is not mounted, only a path that was verified
 * is shown. */
static void test_last_path(void **state)
{
	const struct frsp_hot_file file = {
		.ino = 2, .fs = 1, .gen = 7, .fs_type = "xfs"};
	const struct path_key announced = {2, 1, 7}, other = {3, 1, 7};
	struct mount_table *table;
	struct path_cache *cache = new_cache(&table);
	struct path_result result;

	(void)state;
	path_cache_get_last(cache, &announced, PATH_NOT_MOUNTED, &result);
	assert_int_equal(result.state, PATH_NOT_MOUNTED);
	assert_null(result.path);
	assert_null(result.fs_type);
	path_cache_announce(cache, &file);
	path_cache_suggest(cache, &announced, "/srv/a");
	path_cache_suggest(cache, &other, "/srv/b");
	path_cache_announce(cache, &file); /* again, with the same facts */
	path_cache_get_last(cache, &announced, PATH_NOT_MOUNTED, &result);
	assert_int_equal(result.state, PATH_NOT_MOUNTED);
	assert_null(result.path);
	assert_string_equal(result.fs_type, "xfs");
	path_cache_get_last(cache, &other, PATH_NOT_MOUNTED, &result);
	assert_null(result.path);
	assert_true(path_cache_has(cache, &other));
	free_cache(cache, table);
}

static int use_utf8(void **state)
{
	(void)state;
	return !setlocale(LC_CTYPE, "C.UTF-8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_label),
		cmocka_unit_test(test_label_locale),
		cmocka_unit_test(test_label_cut),
		cmocka_unit_test(test_label_worst),
		cmocka_unit_test(test_kdev),
		cmocka_unit_test(test_parse_dev),
		cmocka_unit_test(test_spec),
		cmocka_unit_test(test_cache_bound),
		cmocka_unit_test(test_last_path),
	};

	return cmocka_run_group_tests(tests, use_utf8, NULL);
}
