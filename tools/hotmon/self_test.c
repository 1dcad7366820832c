// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/self_test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "base/clock.h"
#include "base/json_out.h"
#include "cli/live_end.h"
#include "heat/self_test.h"

#define SELF_TEST_SCHEMA "frsp.hotmon.self-test/1"

static const char *const verdicts[] = {
	[SELF_TEST_EXACT] = "exact",
	[SELF_TEST_WRONG] = "wrong",
	[SELF_TEST_IMPOSSIBLE] = "impossible",
};

static void print_result(const struct self_test_result *result)
{
	printf("%-24s ", result->kind);
	switch (result->verdict) {
	case SELF_TEST_EXACT:
		printf("exact: %llu bytes\n", result->counted_bytes);
		break;
	case SELF_TEST_IMPOSSIBLE:
		printf("not possible on this filesystem\n");
		break;
	case SELF_TEST_WRONG:
		printf("WRONG: %llu bytes counted of %llu",
		       result->counted_bytes, result->done_bytes);
		printf("; %u of %d ranges wrong\n", result->wrong_ranges,
		       SELF_IO_RANGES);
		break;
	}
}

static void print_text(const struct self_test *test,
		       const struct mount_entry *fs, const char *release)
{
	printf("Linux %s, %s at %s\n", release, fs->fs_type, fs->target);
	for (size_t i = 0; i < test->n_results; i++)
		print_result(&test->results[i]);
	if (test->n_wrong)
		printf("%zu kinds of I/O are not counted exactly here; see LIMITATIONS in hotmon(8)\n",
		       test->n_wrong);
	else
		printf("exact\n");
}

static int print_json(const struct self_test *test,
		      const struct mount_entry *fs, const char *release)
{
	struct json_object *document =
		json_document(SELF_TEST_SCHEMA, clock_ns(CLOCK_REALTIME),
			      clock_ns(CLOCK_MONOTONIC));
	struct json_object *results = json_object_new_array();

	json_add_text(document, "release", release);
	json_add_text(document, "mount", fs->target);
	json_add_text(document, "fs_type", fs->fs_type);
	json_add_bool(document, "exact", !test->n_wrong);
	for (size_t i = 0; i < test->n_results; i++) {
		const struct self_test_result *result = &test->results[i];
		struct json_object *object = json_object_new_object();

		json_add_string(object, "kind", result->kind);
		json_add_string(object, "verdict", verdicts[result->verdict]);
		json_add_u64(object, "done_bytes", result->done_bytes);
		json_add_u64(object, "counted_bytes", result->counted_bytes);
		json_add_u64(object, "wrong_ranges", result->wrong_ranges);
		json_object_array_add(results, object);
	}
	json_object_object_add(document, "results", results);
	return json_print(stdout, document);
}

static const char *hint_for(int err)
{
	switch (err) {
	case -ENOSPC:
	case -EDQUOT:
		return "the test needs 8 MiB: free some space, or name another directory with -D DIR";
	case -EACCES:
	case -EPERM:
	case -EROFS:
	case -ENOTDIR:
	case -ENOKEY:
		return "name a directory that you can write to: -D DIR";
	}
	return NULL;
}

static enum exit_code failed(const struct self_test *test,
			     const char *directory, int err)
{
	if (test->no_program && err == -EOPNOTSUPP)
		return log_fail(
			EXIT_UNSUPPORTED, "Linux 6.1 or newer is needed",
			"the kernel lacks the tracepoint block_bio_queue");
	if (test->no_program)
		return log_fail(EXIT_FAILED,
				"\"hotmon --once -v\" shows what libbpf says",
				"self-test: cannot load the BPF program: %s",
				strerror(-err));
	return log_fail(EXIT_FAILED, hint_for(err), "self-test in %s: %s",
			directory, strerror(-err));
}

/* Where to test: spec, or the mount point if spec is a device. If spec is a
 * regular file, the test fails with ENOTDIR.
 */
static const char *directory_of(const char *spec, const struct mount_entry *fs)
{
	struct stat st;

	return !stat(spec, &st) && !S_ISBLK(st.st_mode) ? spec : fs->target;
}

enum exit_code hotmon_self_test(const struct mount_table *mounts,
				const char *spec, bool json)
{
	const struct mount_entry *fs, *there;
	const char *directory;
	struct self_test test;
	struct utsname system;
	int err;

	uname(&system);
	err = mount_table_by_spec(mounts, spec, &fs);
	if (err)
		return log_fail(EXIT_FAILED,
				"name a directory on a disk: -D DIR",
				"self-test in %s: %s", spec,
				mount_spec_error(err));
	directory = directory_of(spec, fs);
	if (mount_table_by_spec(mounts, directory, &there) ||
	    there->dev != fs->dev)
		return log_fail(
			EXIT_FAILED, "name a directory that shows it: -D DIR",
			"self-test of %s: something else is mounted over %s",
			spec, directory);
	err = hot_self_test(fs, directory, &test);
	if (err)
		return failed(&test, directory, err);
	if (json)
		err = print_json(&test, fs, system.release);
	else
		print_text(&test, fs, system.release);
	if (err)
		return live_end(err);
	return test.n_wrong ? EXIT_FAILED : EXIT_OK;
}
