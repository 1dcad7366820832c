// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of file_replace() and file_read(): the content of a file after a write
 * that succeeds, and after one that fails. */
#include <errno.h>
#include <fcntl.h>
#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/file.h"
#include "scratch.h"

static char target[PATH_MAX];

static void assert_content(const char *text)
{
	size_t len;
	void *data;

	assert_int_equal(file_read(target, 4096, &data, &len), 0);
	assert_int_equal(len, strlen(text));
	assert_memory_equal(data, text, len);
	free(data);
}

static void assert_n_files(int wanted)
{
	DIR *dir = opendir(scratch);
	int n = -2; /* . and .. */

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	assert_int_equal(n, wanted);
}

static void test_replace(void **state)
{
	(void)state;
	strcpy(target, scratch_path("file"));
	assert_int_equal(file_replace(target, "", 0), 0);
	assert_content("");
	assert_int_equal(file_replace(target, "first", 5), 0);
	assert_content("first");
	assert_int_equal(file_replace(target, "2nd", 3), 0);
	assert_content("2nd");
	assert_n_files(1);
}

static void test_mode(void **state)
{
	struct stat st;

	(void)state;
	strcpy(target, scratch_path("file"));
	assert_int_equal(file_replace(target, "first", 5), 0);
	assert_int_equal(stat(target, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(chmod(target, 0640), 0);
	assert_int_equal(file_replace(target, "2nd", 3), 0);
	assert_int_equal(stat(target, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_content("2nd");
}

static void test_link(void **state)
{
	char link[PATH_MAX];
	struct stat st;

	(void)state;
	strcpy(target, scratch_path("file"));
	strcpy(link, scratch_path("link"));
	scratch_write("file", "old");
	assert_int_equal(symlink("file", link), 0);
	assert_int_equal(file_replace(link, "new", 3), 0);
	assert_content("new");
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_n_files(2);
}

static void test_not_a_file(void **state)
{
	size_t len;
	void *data;

	(void)state;
	strcpy(target, scratch_path("fifo"));
	assert_int_equal(mkfifo(target, 0600), 0);
	assert_int_equal(file_replace(target, "x", 1), -EINVAL);
	assert_int_equal(file_replace(scratch, "x", 1), -EINVAL);
	assert_int_equal(file_replace("/dev/null", "x", 1), -EINVAL);
	assert_int_equal(file_read(target, 10, &data, &len), -EINVAL);
	assert_int_equal(file_read(scratch, 10, &data, &len), -EINVAL);
	assert_n_files(1);
}

/* The new content goes to another file first, so a write that fails leaves the
 * old file as it is. */
static void test_no_room(void **state)
{
	struct rlimit limit, tight;

	(void)state;
	strcpy(target, scratch_path("file"));
	scratch_write("file", "old");
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	tight = limit;
	tight.rlim_cur = 4;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	assert_int_equal(file_replace(target, "longer", 6), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_content("old");
	assert_n_files(1);
}

static void test_no_directory(void **state)
{
	(void)state;
	strcpy(target, scratch_path("none/file"));
	assert_int_equal(file_replace(target, "x", 1), -ENOENT);
	assert_int_equal(file_replace("/proc/frsp", "x", 1), -ENOENT);
	assert_n_files(0);
}

static void test_read_limit(void **state)
{
	size_t len;
	void *data;

	(void)state;
	strcpy(target, scratch_path("file"));
	scratch_write("file", "12345");
	assert_int_equal(file_read(target, 4, &data, &len), -EFBIG);
	assert_int_equal(file_read(target, 5, &data, &len), 0);
	assert_int_equal(len, 5);
	free(data);
	assert_int_equal(file_read(scratch_path("none"), 5, &data, &len),
			 -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(test_replace),    scratch_test(test_mode),
		scratch_test(test_link),       scratch_test(test_not_a_file),
		scratch_test(test_no_room),    scratch_test(test_no_directory),
		scratch_test(test_read_limit),
	};

	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
