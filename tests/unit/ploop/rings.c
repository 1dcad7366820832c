// SPDX-License-Identifier: GPL-2.0-or-later
/* The engine on io_uring: lanes, each with a request under way and clusters of
 * its own, check that they read what they wrote, also after a new opening. */
#include <errno.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "image_file.h"
#include "ploop/io/rings.h"
#include "random.h"

#define RINGS		2
#define LANES		16
#define OWN		32 /* clusters of a lane */
#define CLUSTER_SECTORS 63
#define CLUSTERS	(OWN * LANES * 2)
#define ROUNDS		600

struct lane {
	struct ploop_request request;
	struct ploop_runner *runner;
	sem_t *ended;
	unsigned int number;
	unsigned int seed;
	unsigned int rounds;
	unsigned int errors;
	__u32 sector;
	__u32 n;
	__u64 tags[OWN * CLUSTER_SECTORS];
	__u64 buffer[CLUSTER_SECTORS * PLOOP_SECTOR / 8];
};

static void next_request(struct lane *lane);

static void lane_done(struct ploop_request *request, int result)
{
	struct lane *lane = (struct lane *)request;

	lane->errors += result != 0;
	for (__u32 i = 0; request->op == PLOOP_READ && i < lane->n; i++)
		lane->errors += lane->buffer[i * PLOOP_SECTOR / 8] !=
				lane->tags[lane->sector + i];
	if (--lane->rounds)
		next_request(lane);
	else
		sem_post(lane->ended);
}

static void choose_part(struct lane *lane)
{
	__u32 from = rand_r(&lane->seed) % CLUSTER_SECTORS;

	lane->n = 1 + rand_r(&lane->seed) % (CLUSTER_SECTORS - from);
	if (rand_r(&lane->seed) % 3 == 0) {
		from = 0;
		lane->n = CLUSTER_SECTORS;
	}
	lane->sector = rand_r(&lane->seed) % OWN * CLUSTER_SECTORS + from;
}

static void fill(struct lane *lane, __u64 tag)
{
	for (__u32 i = 0; i < lane->n * PLOOP_SECTOR / 8; i++)
		lane->buffer[i] = tag;
	for (__u32 i = 0; i < lane->n; i++)
		lane->tags[lane->sector + i] = tag;
}

static void start(struct lane *lane, enum ploop_op op)
{
	__u64 base = (__u64)lane->number * 2 * OWN * CLUSTER_SECTORS;

	lane->request = (struct ploop_request){
		.op = op,
		.flags = rand_r(&lane->seed) % 8 ? 0 : PLOOP_FUA,
		.offset = (base + lane->sector) * PLOOP_SECTOR,
		.bytes = lane->n * PLOOP_SECTOR,
		.buffer = lane->buffer,
		.done = lane_done,
	};
	ploop_submit(lane->runner, &lane->request);
}

static void next_request(struct lane *lane)
{
	int roll = rand_r(&lane->seed) % 10;

	choose_part(lane);
	if (roll < 4) {
		fill(lane, rand_r(&lane->seed) + 1ULL);
		start(lane, PLOOP_WRITE);
	} else if (roll < 7) {
		start(lane, PLOOP_READ);
	} else if (roll < 9) {
		lane->sector -= lane->sector % CLUSTER_SECTORS;
		lane->n = CLUSTER_SECTORS;
		fill(lane, 0);
		start(lane, roll == 7 ? PLOOP_DISCARD : PLOOP_ZERO);
	} else {
		start(lane, PLOOP_FLUSH);
	}
}

/* The first request comes from another thread than the runner's. */
static void first_request(struct lane *lane)
{
	lane->sector = 0;
	lane->n = CLUSTER_SECTORS;
	lane->request = (struct ploop_request){
		.op = PLOOP_READ,
		.offset = (__u64)lane->number * 2 * OWN * CLUSTER_SECTORS *
			  PLOOP_SECTOR,
		.bytes = lane->n * PLOOP_SECTOR,
		.buffer = lane->buffer,
		.done = lane_done,
	};
	ploop_post(lane->runner, &lane->request);
}

static struct rings *open_rings(const char *path)
{
	struct rings_settings settings = {
		.n_rings = RINGS,
		.depth = 8, /* fewer than lanes: some I/O has to wait */
		.pool_clusters = 8,
		.writeback_ms = 3,
	};
	struct ploop_finding finding;
	struct rings *rings;
	int err = rings_open(&path, 1, &settings, &rings, &finding);

	if (err == -ENOSYS || err == -EPERM)
		return NULL;
	assert_int_equal(err, 0);
	return rings;
}

static void run_lanes(struct rings *rings, struct lane *lanes, sem_t *ended)
{
	for (unsigned int i = 0; i < LANES; i++) {
		lanes[i].runner = ploop_runner(rings_image(rings), i % RINGS);
		lanes[i].ended = ended;
		lanes[i].rounds = ROUNDS;
		first_request(&lanes[i]);
	}
	for (unsigned int i = 0; i < LANES; i++)
		while (sem_wait(ended))
			;
	for (unsigned int i = 0; i < LANES; i++)
		assert_int_equal(lanes[i].errors, 0);
}

static void test_lanes(void **state)
{
	const char *path = image_file_make(CLUSTERS, CLUSTER_SECTORS);
	struct lane *lanes = calloc(LANES, sizeof(*lanes));
	struct rings *rings = open_rings(path);
	sem_t ended;

	(void)state;
	if (!rings) {
		free(lanes);
		skip();
	}
	random_seed();
	sem_init(&ended, 0, 0);
	for (unsigned int i = 0; i < LANES; i++) {
		lanes[i].number = i;
		lanes[i].seed = random();
	}
	run_lanes(rings, lanes, &ended);
	assert_int_equal(rings_close(rings), 0);
	rings = open_rings(path);
	assert_false(ploop_image_was_in_use(rings_image(rings)));
	run_lanes(rings, lanes, &ended);
	assert_int_equal(rings_close(rings), 0);
	free(lanes);
}

/* A client of the rings. Its file is a socket, which since Linux 6.7 tells by a
 * command how many bytes can be read; another kernel refuses the command. */
struct client {
	sem_t ended;
	struct rings *rings;
	unsigned int n_begun[RINGS];
	int results[RINGS][LANES];
};

static void client_begin(void *context, unsigned int ring, int error)
{
	struct client *client = context;
	const __u8 command[RINGS_COMMAND_BYTES] = {0};

	assert_int_equal(error, 0);
	client->n_begun[ring]++;
	for (unsigned int i = 0; i < LANES; i++)
		rings_command(client->rings, ring, 0, command, i);
}

static void client_ended(void *context, unsigned int ring, __u64 data,
			 int result)
{
	struct client *client = context;

	assert_true(data < LANES);
	client->results[ring][data] = result;
	sem_post(&client->ended);
}

static void test_client(void **state)
{
	const char *path = image_file_make(CLUSTERS, CLUSTER_SECTORS);
	struct rings *rings = open_rings(path);
	struct client client = {.rings = rings};
	struct rings_client hooks = {
		.context = &client,
		.begin = client_begin,
		.ended = client_ended,
	};
	int sockets[2];

	(void)state;
	if (!rings)
		skip();
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
	assert_int_equal(write(sockets[1], "four", 4), 4);
	hooks.fd = sockets[0];
	sem_init(&client.ended, 0, 0);
	rings_attach(rings, &hooks);
	for (unsigned int i = 0; i < RINGS * LANES; i++)
		while (sem_wait(&client.ended))
			;
	for (unsigned int i = 0; i < RINGS; i++) {
		assert_int_equal(client.n_begun[i], 1);
		for (unsigned int n = 0; n < LANES; n++)
			assert_true(client.results[i][n] == 4 ||
				    client.results[i][n] == -EOPNOTSUPP ||
				    client.results[i][n] == -EINVAL);
	}
	assert_int_equal(rings_close(rings), 0);
	close(sockets[0]);
	close(sockets[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(test_lanes),
		scratch_test(test_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
