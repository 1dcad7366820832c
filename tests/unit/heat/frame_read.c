// SPDX-License-Identifier: GPL-2.0-or-later
/* A frame that becomes JSON and a frame again is the same, as JSON shows it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <json-c/json.h>

#include "heat/actors.h"
#include "heat/frame_read.h"
#include "heat/json.h"
#include "heat/request.h"
#include "paths/path.h"
#include "random.h"
#include "suite.h"

static const struct path_result files[] = {
	{.path = "/srv/a", .state = PATH_KNOWN, .n_links = 1, .fs_type = "ext4"},
	{.path = "/srv/b", .state = PATH_DELETED, .fs_type = "ext4"},
	{.path = NULL, .state = PATH_OTHER_MOUNT_NS, .fs_type = "xfs"},
	{.path = NULL, .state = PATH_UNKNOWN},
	{.path = "/old", .state = PATH_NOT_MOUNTED, .fs_type = "ext4"},
};

static const struct hot_actor actors[] = {
	{.counts.key = {.comm = "postgres", .pid = 77, .cgroup = 5},
	 .cgroup = "/system.slice/db.service"},
	{.counts.key = {.comm = "kworker"},
	 .counts.kind = FRSP_HOT_KERNEL_THREAD},
};

static struct hot_row row_of(int i)
{
	return (struct hot_row){
		.ino = 12 + i,
		.fs = 1,
		.gen = 3000000000U + i,
		.dev = 8 << 20 | 1,
		.fs_dev = 8 << 20 | 1,
		.file = &files[i],
		.range = FRSP_HOT_RANGE_FILE,
		.n_ranges = 4 + i,
		.reads = 10 - i,
		.writes = i,
		.read_bytes = 1ULL << 40 >> i,
		.write_bytes = 512,
		.reads_per_s = 1.25,
		.write_bytes_per_s = 4096,
		.temperature = 100.5 - i,
		.who = {{&actors[0], 99}, {&actors[1], 1}},
		.n_who = i % 3,
	};
}

static struct hot_frame frame_of(struct hot_row *rows, struct hot_row *ranges,
				 struct hot_row *metadata)
{
	struct hot_frame frame = {
		.wall_ns = 1700000000ULL * 1000000000,
		.mono_ns = 5,
		.interval_s = 2.5,
		.dropped = 1,
		.missed = 2,
		.unnamed = 3,
		.n_evicted = 4,
		.n_used = 5,
		.n_slots = 6,
		.events = 1000,
		.ns_per_event = 250,
		.map_bytes = 1 << 24,
		.nobody_bytes = 8,
		.mover_bytes = 9,
		.processes_lost = 10,
		.pinned = true,
		.untested = "7.9",
	};

	for (int i = 0; i < 5; i++)
		ranges[i] = rows[i] = row_of(i);
	for (int i = 0; i < 5; i++)
		ranges[i].range = 7 * i;
	*metadata = row_of(0);
	metadata->ino = 0;
	metadata->is_metadata = true;
	metadata->meta = FRSP_HOT_META_EXTENTS;
	metadata->temperature = 99.75;
	metadata->n_ranges = 0;
	frame.ranking.files = (struct hot_rows){rows, 5, 50, 0};
	frame.ranking.ranges = (struct hot_rows){ranges, 5, 60, 0};
	frame.metadata = (struct hot_rows){metadata, 1, 1, 0};
	frame.ranking.classes[FRSP_HOT_METADATA].reads = 4;
	frame.ranking.classes[FRSP_HOT_SWAP].write_bytes = 44;
	return frame;
}

static struct json_object *body_of(const struct hot_frame *frame)
{
	struct json_object *document = hot_json_document(frame, true);

	assert_non_null(document);
	return document;
}

static void expect_same(struct json_object *one, struct json_object *other)
{
	const char *key;

	json_object_object_foreach(one, name, value)
	{
		key = name;
		if (!json_object_equal(value,
				       json_object_object_get(other, key)))
			fail_msg("%s: %s\nis %s", key,
				 json_object_to_json_string(value),
				 json_object_to_json_string(
					 json_object_object_get(other, key)));
	}
}

static const struct hot_frame_more more = {
	.wall_ns = 1700000000ULL * 1000000000,
	.events_per_s = 3,
	.ns_per_event = 250,
	.n_ranges = 60,
};

static void test_again(void **state)
{
	const struct hot_frame_request request = {.max_rows = 20};
	struct hot_frame_reader *reader = hot_frame_reader_new();
	struct hot_row rows[5], ranges[5], metadata;
	struct hot_frame frame = frame_of(rows, ranges, &metadata), read;
	struct json_object *document = body_of(&frame), *again;

	(void)state;
	/* twice: the second forgets the first */
	for (int i = 0; i < 2; i++)
		assert_int_equal(hot_frame_read(reader, document, &more,
						&request, &read),
				 0);
	again = body_of(&read);
	expect_same(document, again);
	expect_same(again, document);
	assert_int_equal(read.ranking.files.n_total, 50);
	assert_int_equal(read.ranking.ranges.n_total, 60);
	/* the row of metadata is behind the first file */
	assert_int_equal(read.listed.n_rows, 6);
	assert_true(read.listed.rows[1].is_metadata);
	assert_int_equal(read.listed.rows[1].meta, FRSP_HOT_META_EXTENTS);
	json_object_put(document);
	json_object_put(again);
	hot_frame_reader_free(reader);
}

static void test_groups(void **state)
{
	struct hot_frame_request request = {.max_rows = 20};
	struct hot_frame_reader *reader = hot_frame_reader_new();
	struct hot_row rows[5], ranges[5], metadata, groups[2];
	struct hot_frame frame = frame_of(rows, ranges, &metadata), read;

	(void)state;
	for (int view = HOT_VIEW_PATHS; view < HOT_NR_VIEWS; view++) {
		struct json_object *document, *again;

		groups[0] = row_of(0);
		groups[1] = metadata;
		groups[0].n_files = groups[1].n_files = 3;
		if (!hot_view_is_roll_up(view)) {
			groups[1] = row_of(1);
			groups[0].who[0].actor = &actors[0];
			groups[1].who[0].actor = &actors[1];
			groups[0].n_who = groups[1].n_who = 1;
			groups[0].file_bytes = 5;
			groups[1].ino = 0; /* no top file */
			groups[0].n_processes = groups[1].n_processes =
				view == HOT_VIEW_CGROUPS ? 2 : 0;
		}
		frame.view = request.view = view;
		frame.groups = (struct hot_rows){groups, 2, 2, 0};
		document = body_of(&frame);
		assert_int_equal(hot_frame_read(reader, document, &more,
						&request, &read),
				 0);
		again = body_of(&read);
		expect_same(document, again);
		json_object_put(document);
		json_object_put(again);
	}
	hot_frame_reader_free(reader);
}

/* Whatever the document is: no crash, and what is read can be written. */
static void test_nonsense(void **state)
{
	const struct hot_frame_request request = {.max_rows = 20};
	struct hot_frame_reader *reader = hot_frame_reader_new();
	struct hot_row rows[5], ranges[5], metadata;
	struct hot_frame frame = frame_of(rows, ranges, &metadata), read;
	struct json_object *document = body_of(&frame);
	char *text = strdup(json_object_to_json_string(document));
	size_t len = strlen(text);
	int n = 0;

	(void)state;
	json_object_put(document);
	for (int i = 0; i < 3000; i++) {
		static const char marks[] = "0123456789-.,:[]{}\"aenltrufs";
		size_t at = random_below(len);
		char was = text[at];

		text[at] = marks[random_below(sizeof(marks) - 1)];
		document = json_tokener_parse(text);
		text[at] = was;
		if (!document)
			continue;
		n++;
		assert_int_equal(hot_frame_read(reader, document, &more,
						&request, &read),
				 0);
		json_object_put(document);
		json_object_put(body_of(&read));
	}
	assert_true(n > 100);
	free(text);
	assert_int_equal(hot_frame_read(reader, NULL, &more, &request, &read),
			 0);
	assert_int_equal(read.listed.n_rows, 0);
	hot_frame_reader_free(reader);
}

static int read_request(const char *text, struct hot_frame_request *request)
{
	struct json_object *parameters = json_tokener_parse(text);
	const char *wrong;
	int err;

	assert_non_null(parameters);
	err = hot_request_read(parameters, request, &wrong);
	assert_true(err == 0 || (err == -EINVAL && wrong));
	request->filter = NULL;
	json_object_put(parameters);
	return err;
}

static void test_requests(void **state)
{
	const struct hot_frame_request wanted = {
		.sort = {HOT_BY_WRITE_RATE, true},
		.max_rows = 7,
		.ranges = true,
		.view = HOT_VIEW_CGROUPS,
		.filter = "sub/",
		.no_metadata = true,
		.fs_dev = 8 << 20 | 3,
	};
	struct json_object *parameters = hot_request_json(&wanted);
	struct hot_frame_request read;
	const char *wrong;

	(void)state;
	assert_int_equal(hot_request_read(parameters, &read, &wrong), 0);
	assert_int_equal(read.sort.key, HOT_BY_WRITE_RATE);
	assert_true(read.sort.ascending && read.ranges && read.no_metadata);
	assert_int_equal(read.max_rows, 7);
	assert_int_equal(read.view, HOT_VIEW_CGROUPS);
	assert_int_equal(read.fs_dev, wanted.fs_dev);
	assert_string_equal(read.filter, "sub/");
	json_object_put(parameters);
	assert_int_equal(hot_request_read(NULL, &read, &wrong), 0);
	assert_int_equal(read.max_rows, 20);
	assert_false(read.no_metadata);
	assert_int_equal(read_request("{\"rows\":0}", &read), 0);
	assert_int_equal(read.max_rows, HOT_REQUEST_MAX_ROWS);
	assert_int_equal(read_request("{\"rows\":1000000}", &read), 0);
	assert_int_equal(read.max_rows, HOT_REQUEST_MAX_ROWS);
	assert_int_equal(read_request("{\"rows\":-1}", &read), 0);
	assert_int_equal(read.max_rows, HOT_REQUEST_MAX_ROWS);
	assert_int_equal(read_request("{\"sort\":null}", &read), 0);
	assert_int_equal(read_request("{\"sort\":\"rp99\"}", &read), -EINVAL);
	assert_int_equal(read_request("{\"sort\":1}", &read), -EINVAL);
	assert_int_equal(read_request("{\"rows\":\"1\"}", &read), -EINVAL);
	assert_int_equal(read_request("{\"view\":\"moon\"}", &read), -EINVAL);
	assert_int_equal(read_request("{\"dev\":\"8\"}", &read), -EINVAL);
	assert_int_equal(read_request("{\"other\":1}", &read), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_requests),
	};

	random_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
