// SPDX-License-Identifier: GPL-2.0-or-later
/* The least limit of cgroups of both versions, in a directory that imitates
 * their mounts.
 */
#include "fs/memory_limit.h"
#include "scratch.h"

#define NONE ~0ULL

/* Mounts the root of a hierarchy at the directory at of the scratch. */
static void mount_one(FILE *out, const char *type, const char *root,
		      const char *at, const char *options)
{
	fprintf(out, "30 20 0:26 %s %s/%s rw shared:4 - %s cgroup rw%s\n", root,
		scratch, at, type, options);
}

static __u64 limit(const char *mounts, const char *cgroups)
{
	char copy[PATH_MAX];

	strcpy(copy, scratch_path(mounts));
	return memory_limit_of(copy, scratch_path(cgroups));
}

static void make_mounts(const char *file, const char *type, const char *root,
			const char *at, const char *options)
{
	FILE *out = fopen(scratch_path(file), "a");
	int closed;

	assert_non_null(out);
	mount_one(out, type, root, at, options);
	closed = fclose(out);
	assert_int_equal(closed, 0);
}

static void test_v2(void **state)
{
	(void)state;
	make_mounts("mounts", "cgroup2", "/", "two", "");
	scratch_write("cgroups", "4:memory:/elsewhere\n0::/a/b/c\n");
	assert_true(limit("mounts", "cgroups") == NONE);
	scratch_write("two/a/b/c/memory.max", "max\n");
	assert_true(limit("mounts", "cgroups") == NONE);
	scratch_write("two/a/b/memory.max", "5000\n");
	scratch_write("two/elsewhere/memory.max", "10\n");
	assert_int_equal(limit("mounts", "cgroups"), 5000);
	scratch_write("two/a/b/c/memory.max", "6000\n");
	assert_int_equal(limit("mounts", "cgroups"), 5000);
	scratch_write("two/memory.max", "4000\n");
	assert_int_equal(limit("mounts", "cgroups"), 4000);
}

static void test_v1(void **state)
{
	(void)state;
	make_mounts("mounts", "cgroup", "/", "blkio", ",blkio");
	make_mounts("mounts", "cgroup", "/", "one", ",cpu,memory");
	scratch_write("cgroups", "7:blkio:/b\n4:cpu,memory:/m\n0::/\n");
	scratch_write("blkio/b/memory.limit_in_bytes", "1\n");
	scratch_write("one/b/memory.limit_in_bytes", "2\n");
	scratch_write("one/memory.limit_in_bytes", "9223372036854771712\n");
	assert_true(limit("mounts", "cgroups") == 9223372036854771712ULL);
	scratch_write("one/m/memory.limit_in_bytes", "41943040\n");
	assert_int_equal(limit("mounts", "cgroups"), 41943040);
}

/* In a container: what is mounted is a cgroup below the root. */
static void test_below_the_root(void **state)
{
	(void)state;
	make_mounts("mounts", "cgroup2", "/docker/1", "two", "");
	scratch_write("cgroups", "0::/docker/1/x\n");
	scratch_write("two/memory.max", "300\n");
	scratch_write("two/x/memory.max", "200\n");
	scratch_write("two/docker/1/x/memory.max", "100\n");
	assert_int_equal(limit("mounts", "cgroups"), 200);
	/* outside of the namespace: only the top is in sight */
	scratch_write("cgroups", "0::/../other\n");
	assert_int_equal(limit("mounts", "cgroups"), 300);
}

static void test_nothing(void **state)
{
	(void)state;
	assert_true(limit("mounts", "cgroups") == NONE);
	make_mounts("mounts", "cgroup2", "/", "two", "");
	assert_true(limit("mounts", "cgroups") == NONE);
	scratch_write("two/memory.max", "7\n");
	scratch_write("cgroups", "nonsense\n0:\n::\n");
	assert_int_equal(limit("mounts", "cgroups"), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(test_v2),
		scratch_test(test_v1),
		scratch_test(test_below_the_root),
		scratch_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
