// SPDX-License-Identifier: GPL-2.0-or-later
/* A queue of ublk between a kernel and an engine that are played here: what the
 * kernel asks comes to the engine, and its answer to the kernel. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ploop/ublk/queue.h"
#include "suite.h"

#define DEPTH	8
#define BUFFER	(16u << 10)
#define CLUSTER (8u << 10)
#define DISK	(64 * CLUSTER)

/* The last command to the kernel, and request to the engine. */
static struct ublksrv_io_cmd sent;
static __u32 sent_op;
static unsigned int n_sent;
static struct ploop_request *asked;

/* In place of those of io/rings and of the core. */
void rings_command(struct rings *rings, unsigned int ring, __u32 op,
		   const void *command, __u64 data)
{
	(void)rings;
	memcpy(&sent, command, sizeof(sent));
	sent_op = op;
	n_sent++;
	assert_int_equal(data, sent.tag);
	assert_int_equal(ring, sent.q_id);
}

struct ploop_image *rings_image(struct rings *rings)
{
	(void)rings;
	return NULL;
}

struct ploop_runner *ploop_runner(struct ploop_image *image, unsigned int index)
{
	(void)image;
	(void)index;
	return NULL;
}

void ploop_submit(struct ploop_runner *runner, struct ploop_request *request)
{
	(void)runner;
	asked = request;
}

struct fixture {
	struct settled settled;
	struct queue queue;
	struct ublksrv_io_desc *descriptors;
};

static bool is_odd(void *context, __u64 offset)
{
	(void)context;
	return offset / CLUSTER % 2;
}

/* The third queue: its descriptors are at a place of their own in the file. */
static void make(struct fixture *fixture)
{
	int fd = memfd_create("device", 0);
	size_t bytes = 4096 * sizeof(struct ublksrv_io_desc);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 3 * bytes), 0);
	fixture->descriptors = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				    MAP_SHARED, fd, 2 * bytes);
	assert_true(fixture->descriptors != MAP_FAILED);
	assert_int_equal(settled_init(&fixture->settled, DISK, CLUSTER, is_odd,
				      NULL),
			 0);
	fixture->queue = (struct queue){
		.settled = &fixture->settled,
		.number = 2,
		.depth = DEPTH,
	};
	assert_int_equal(queue_make(&fixture->queue, fd, BUFFER), 0);
	close(fd);
	n_sent = 0;
	queue_fetch_all(&fixture->queue);
}

static void unmake(struct fixture *fixture)
{
	queue_free(&fixture->queue);
	settled_free(&fixture->settled);
	munmap(fixture->descriptors, 4096);
}

/* The kernel has a request; what the engine is asked. */
static struct ploop_request *ask(struct fixture *fixture, __u16 tag,
				 __u32 op_flags, __u64 offset, __u64 bytes)
{
	fixture->descriptors[tag] = (struct ublksrv_io_desc){
		.op_flags = op_flags,
		.start_sector = offset / 512,
		.nr_sectors = bytes / 512,
	};
	asked = NULL;
	sent_op = 0;
	assert_true(queue_take(&fixture->queue, tag, UBLK_IO_RES_OK));
	return asked;
}

static void assert_answer(struct ploop_request *request, __u16 tag, int result,
			  int wanted)
{
	request->done(request, result);
	assert_int_equal(sent_op, UBLK_U_IO_COMMIT_AND_FETCH_REQ);
	assert_int_equal(sent.tag, tag);
	assert_int_equal(sent.result, wanted);
	assert_int_equal(sent.addr, (__u64)(uintptr_t)request->buffer);
}

/* A write of ones, or of zeros, that ends well: whether it had FUA. */
static bool write_has_fua(struct fixture *fixture, __u64 offset, __u64 bytes,
			  int byte)
{
	struct ploop_request *request =
		ask(fixture, 1, UBLK_IO_OP_WRITE, offset, bytes);
	bool has_fua = request->flags & PLOOP_FUA;

	memset(request->buffer, byte, bytes);
	assert_answer(request, 1, 0, bytes);
	return has_fua;
}

static void clear(struct fixture *fixture, __u32 op, __u64 offset, __u64 bytes)
{
	struct ploop_request *request = ask(fixture, 2, op, offset, bytes);

	assert_answer(request, 2, 0, 0);
}

static void test_all_tags_are_fetched(void **state)
{
	struct fixture fixture;

	(void)state;
	make(&fixture);
	assert_int_equal(n_sent, DEPTH);
	assert_int_equal(sent_op, UBLK_U_IO_FETCH_REQ);
	assert_int_equal(sent.q_id, 2);
	assert_int_equal(sent.addr, (__u64)(uintptr_t)fixture.queue.buffers +
					    (DEPTH - 1) * BUFFER);
	unmake(&fixture);
}

static void test_requests(void **state)
{
	static const struct {
		__u32 op_flags;
		enum ploop_op op;
		unsigned int flags;
		int result; /* of 4 KiB */
	} rows[] = {
		{UBLK_IO_OP_READ, PLOOP_READ, 0, 4096},
		{UBLK_IO_OP_WRITE, PLOOP_WRITE, 0, 4096},
		{UBLK_IO_OP_WRITE | UBLK_IO_F_FUA, PLOOP_WRITE, PLOOP_FUA,
		 4096},
		{UBLK_IO_OP_WRITE | UBLK_IO_F_META, PLOOP_WRITE, 0, 4096},
		{UBLK_IO_OP_DISCARD, PLOOP_DISCARD, 0, 0},
		{UBLK_IO_OP_WRITE_ZEROES, PLOOP_ZERO, PLOOP_FUA, 0},
		{UBLK_IO_OP_WRITE_ZEROES | UBLK_IO_F_NOUNMAP, PLOOP_ZERO,
		 PLOOP_FUA, 0},
	};
	struct fixture fixture;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ploop_request *request;

		make(&fixture);
		request =
			ask(&fixture, i, rows[i].op_flags, CLUSTER + 512, 4096);
		assert_int_equal(request->op, rows[i].op);
		assert_int_equal(request->flags, rows[i].flags);
		assert_int_equal(request->offset, CLUSTER + 512);
		assert_int_equal(request->bytes, 4096);
		assert_int_equal(sent_op, 0);
		assert_answer(request, i, 0, rows[i].result);
		assert_answer(request, i, -ENOSPC, -ENOSPC);
		unmake(&fixture);
	}
}

static void test_flush(void **state)
{
	struct fixture fixture;
	struct ploop_request *request;

	(void)state;
	make(&fixture);
	request = ask(&fixture, 3, UBLK_IO_OP_FLUSH, 0, 0);
	assert_int_equal(request->op, PLOOP_FLUSH);
	assert_answer(request, 3, 0, 0);
	request = ask(&fixture, 3, UBLK_IO_OP_FLUSH, 0, 0);
	assert_answer(request, 3, -EIO, -EIO);
	unmake(&fixture);
}

static void test_unknown_operation(void **state)
{
	struct fixture fixture;

	(void)state;
	make(&fixture);
	assert_null(ask(&fixture, 3, UBLK_IO_OP_WRITE_SAME, 0, 4096));
	assert_int_equal(sent_op, UBLK_U_IO_COMMIT_AND_FETCH_REQ);
	assert_int_equal(sent.result, -EOPNOTSUPP);
	unmake(&fixture);
}

static void test_end(void **state)
{
	struct fixture fixture;

	(void)state;
	make(&fixture);
	for (__u16 i = 0; i < DEPTH - 1; i++)
		assert_true(queue_take(&fixture.queue, i, UBLK_IO_RES_ABORT));
	assert_int_equal(fixture.queue.error, 0);
	assert_false(queue_take(&fixture.queue, DEPTH - 1, -EINVAL));
	assert_int_equal(fixture.queue.error, -EINVAL);
	unmake(&fixture);
}

/* A first write is acknowledged when its entry is in the file. */
static void test_first_writes(void **state)
{
	struct fixture fixture;

	(void)state;
	make(&fixture);
	assert_false(write_has_fua(&fixture, CLUSTER, CLUSTER, 1));
	assert_true(write_has_fua(&fixture, 2 * CLUSTER, 512, 1));
	assert_false(write_has_fua(&fixture, 2 * CLUSTER + 512, 512, 1));
	/* from one that is settled to one that is not */
	assert_true(write_has_fua(&fixture, 4 * CLUSTER - 512, 1024, 1));
	assert_false(write_has_fua(&fixture, 4 * CLUSTER - 512, 1024, 1));
	/* the last cluster */
	assert_true(write_has_fua(&fixture, DISK - CLUSTER - 512, 512, 1));
	assert_false(write_has_fua(&fixture, DISK - 512, 512, 1));
	unmake(&fixture);
}

/* The engine skips zeros where there is nothing. */
static void test_zeros_settle_nothing(void **state)
{
	struct fixture fixture;

	(void)state;
	make(&fixture);
	assert_true(write_has_fua(&fixture, 2 * CLUSTER, 4096, 0));
	assert_true(write_has_fua(&fixture, 2 * CLUSTER, 4096, 1));
	assert_false(write_has_fua(&fixture, 2 * CLUSTER, 4096, 0));
	unmake(&fixture);
}

static void test_failed_write_settles_nothing(void **state)
{
	struct fixture fixture;
	struct ploop_request *request;

	(void)state;
	make(&fixture);
	request = ask(&fixture, 1, UBLK_IO_OP_WRITE, 2 * CLUSTER, 4096);
	memset(request->buffer, 1, 4096);
	assert_answer(request, 1, -EIO, -EIO);
	assert_true(write_has_fua(&fixture, 2 * CLUSTER, 4096, 1));
	unmake(&fixture);
}

static void test_second_write_before_the_first_ends(void **state)
{
	struct fixture fixture;
	struct ploop_request *request;

	(void)state;
	make(&fixture);
	request = ask(&fixture, 0, UBLK_IO_OP_WRITE, 2 * CLUSTER, 4096);
	memset(request->buffer, 1, 4096);
	assert_true(write_has_fua(&fixture, 2 * CLUSTER, 4096, 0));
	assert_true(write_has_fua(&fixture, 2 * CLUSTER, 4096, 0));
	assert_answer(request, 0, 0, 4096);
	assert_false(write_has_fua(&fixture, 2 * CLUSTER, 4096, 0));
	unmake(&fixture);
}

static void test_cleared_clusters(void **state)
{
	struct fixture fixture;

	(void)state;
	make(&fixture);
	clear(&fixture, UBLK_IO_OP_DISCARD, CLUSTER, CLUSTER);
	assert_true(write_has_fua(&fixture, CLUSTER, 512, 1));
	assert_false(write_has_fua(&fixture, 3 * CLUSTER, 512, 1));
	clear(&fixture, UBLK_IO_OP_WRITE_ZEROES, CLUSTER, 3 * CLUSTER);
	assert_true(write_has_fua(&fixture, CLUSTER, 512, 1));
	assert_true(write_has_fua(&fixture, 3 * CLUSTER, 512, 1));
	unmake(&fixture);
}

/* A write beside a discard, in any order of begins and ends, settles nothing. */
static void test_write_beside_discard(void **state)
{
	struct fixture fixture;

	(void)state;
	for (int order = 0; order < 4; order++) {
		struct ploop_request *first, *second;
		const bool is_write_first = order & 1;

		make(&fixture);
		first = ask(&fixture, 0,
			    is_write_first ? UBLK_IO_OP_WRITE
					   : UBLK_IO_OP_DISCARD,
			    0, CLUSTER);
		second = ask(&fixture, 1,
			     is_write_first ? UBLK_IO_OP_DISCARD
					    : UBLK_IO_OP_WRITE,
			     0, CLUSTER);
		memset(fixture.queue.tags[!is_write_first].buffer, 1, CLUSTER);
		if (order & 2) {
			first->done(first, 0);
			second->done(second, 0);
		} else {
			second->done(second, 0);
			first->done(first, 0);
		}
		assert_true(write_has_fua(&fixture, 0, 512, 1));
		unmake(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_tags_are_fetched),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_flush),
		cmocka_unit_test(test_unknown_operation),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_first_writes),
		cmocka_unit_test(test_zeros_settle_nothing),
		cmocka_unit_test(test_failed_write_settles_nothing),
		cmocka_unit_test(test_second_write_before_the_first_ends),
		cmocka_unit_test(test_cleared_clusters),
		cmocka_unit_test(test_write_beside_discard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
