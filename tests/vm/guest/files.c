// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The worker processes of the storm. Each worker has its own files, and a model
 * of them in shared memory, which outlives the process. The model has a
 * generation number for every cell of 1 KiB in the first 8 MiB of a file. Each
 * write takes the next generation number, and a cell's content is a function of
 * the file's id, the offset and the generation. So the content can be checked
 * without storing it. Beyond 8 MiB a file is only preallocated and punched, and
 * reads as zeros.
 *
 * For example, if the worker's write number 7 writes 4 KiB at offset 2048,
 * cells 2 to 5 have generation 7. A punch of the first 4 KiB then gives cells 0
 * to 3 generation 0, which stands for zeros.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "storm.h"

#define CELL	  1024
#define CELLS	  8192
#define MAX_FILES 96
#define MAX_DIRS  8
#define BUFFER	  (256 << 10)
#define ZERO	  0
#define UNKNOWN	  (~0U) /* an operation on the cell failed half-way */
#define FAR_BYTES ((u64)CELLS * CELL)
#define MAX_BYTES (3ULL << 30)

struct file {
	bool exists;
	u32 id;
	u64 bytes;
	u32 cells[CELLS];
};

struct model {
	u32 next_id;
	u32 next_generation;
	struct file files[MAX_FILES];
};

static struct model *models;

void files_reset(void)
{
	if (!models)
		models = mmap(NULL, sizeof(*models) * MAX_WORKERS,
			      PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	else
		madvise(models, sizeof(*models) * MAX_WORKERS, MADV_REMOVE);
}

/* The state of one worker. */
struct work {
	u32 worker;
	struct model *model;
	struct random random;
	char buffer[BUFFER] __attribute__((aligned(4096)));
};

static void file_path(char *path, size_t size, u32 worker, u32 id)
{
	snprintf(path, size, MOUNT_POINT "/w%u-%u/f%u", worker, id % MAX_DIRS,
		 id);
}

static int file_open(struct work *work, const struct file *file, int flags)
{
	char path[128];
	int fd;

	file_path(path, sizeof(path), work->worker, file->id);
	fd = open(path, flags, 0644);
	if (fd < 0 && errno != ENOSPC)
		fail("%s: open: %s", path, strerror(errno));
	return fd;
}

void files_make_dirs(u32 worker)
{
	char path[128];

	for (u32 i = 0; i < MAX_DIRS; i++) {
		snprintf(path, sizeof(path), MOUNT_POINT "/w%u-%u", worker, i);
		if (mkdir(path, 0755) && errno != EEXIST && errno != ENOSPC)
			fail("%s: mkdir: %s", path, strerror(errno));
	}
}

/* Generates the content of len bytes at offset, which are whole cells. */
static void fill(char *to, u32 id, u32 generation, u64 offset, size_t len)
{
	u64 *word = (u64 *)to;
	u64 base =
		((u64)id << 40 ^ (u64)generation << 8) * 0x9e3779b97f4a7c15ULL;

	for (size_t i = 0; i < len / 8; i++)
		word[i] = base + (offset + i * 8) * 0xff51afd7ed558ccdULL;
}

static void set_cells(struct file *file, u64 start, u64 end, u32 generation)
{
	for (u64 i = start / CELL; i < end / CELL && i < CELLS; i++)
		file->cells[i] = generation;
}

/* After a failed operation only ext4 knows the size of the file. */
static void refresh_size(struct file *file, int fd)
{
	struct stat stat;

	if (fstat(fd, &stat) == 0)
		file->bytes = stat.st_size;
}

static bool is_full(int error)
{
	if (error != ENOSPC)
		return false;
	__atomic_add_fetch(&shared->enospc, 1, __ATOMIC_RELAXED);
	return true;
}

/* False: it failed, normally for lack of space. */
static bool write_cells(struct work *work, struct file *file, int fd,
			u64 offset, u64 len)
{
	u32 generation = ++work->model->next_generation;
	u64 chunk = (u64)random_size(&work->random, BUFFER / 4096) * 4096;
	ssize_t written;

	for (u64 at = offset, n; at < offset + len; at += n) {
		n = offset + len - at < chunk ? offset + len - at : chunk;
		fill(work->buffer, file->id, generation, at, n);
		set_cells(file, at, at + n, UNKNOWN);
		written = pwrite(fd, work->buffer, n, at);
		if (written < (ssize_t)n) {
			if (written < 0 && !is_full(errno))
				fail("file %u: write at %llu: %s", file->id,
				     (unsigned long long)at, strerror(errno));
			refresh_size(file, fd);
			return false;
		}
		set_cells(file, at, at + n, generation);
		if (file->bytes < at + n)
			file->bytes = at + n;
	}
	return true;
}

static struct file *any_file(struct work *work, bool exists)
{
	u32 at = random_below(&work->random, MAX_FILES);

	for (u32 i = 0; i < MAX_FILES; i++) {
		struct file *file = &work->model->files[(at + i) % MAX_FILES];

		if (file->exists == exists)
			return file;
	}
	return NULL;
}

static void op_unlink(struct work *work)
{
	struct file *file = any_file(work, true);
	char path[128];

	if (!file)
		return;
	file_path(path, sizeof(path), work->worker, file->id);
	if (unlink(path))
		fail("%s: unlink: %s", path, strerror(errno));
	file->exists = false;
}

static void op_create(struct work *work)
{
	struct file *file = any_file(work, false);
	u64 len;
	int fd;

	if (!file) {
		op_unlink(work);
		return;
	}
	file->id = work->model->next_id++;
	fd = file_open(work, file, O_RDWR | O_CREAT | O_EXCL);
	if (fd < 0)
		return;
	file->exists = true;
	file->bytes = 0;
	memset(file->cells, 0, sizeof(file->cells));
	len = (u64)random_size(&work->random, CELLS / 2) * CELL;
	write_cells(work, file, fd, 0, len);
	if (!random_below(&work->random, 8))
		fsync(fd);
	close(fd);
}

/* Many small files in a row share ext4's group preallocations. */
static void op_create_small(struct work *work)
{
	u32 n = 4 + random_below(&work->random, 12);

	while (n--) {
		struct file *file = any_file(work, false);
		int fd;

		if (!file)
			return;
		file->id = work->model->next_id++;
		fd = file_open(work, file, O_RDWR | O_CREAT | O_EXCL);
		if (fd < 0)
			return;
		file->exists = true;
		file->bytes = 0;
		memset(file->cells, 0, sizeof(file->cells));
		write_cells(work, file, fd, 0,
			    CELL * (1 + random_below(&work->random, 16)));
		close(fd);
	}
}

static void op_overwrite(struct work *work)
{
	struct file *file = any_file(work, true);
	bool direct = !random_below(&work->random, 4);
	u64 offset, len;
	int fd;

	if (!file)
		return;
	fd = file_open(work, file, O_RDWR | (direct ? O_DIRECT : 0));
	if (fd < 0)
		return;
	offset = (u64)random_below(&work->random, CELLS) * CELL;
	len = (u64)random_size(&work->random, 512) * CELL;
	if (direct) {
		offset &= ~4095ULL;
		len = (len + 4095) & ~4095ULL;
	}
	if (offset + len > FAR_BYTES)
		len = FAR_BYTES - offset;
	write_cells(work, file, fd, offset, len);
	close(fd);
}

static void op_append(struct work *work)
{
	struct file *file = any_file(work, true);
	u64 len = (u64)random_size(&work->random, 1024) * CELL;
	int fd;

	if (!file || file->bytes % CELL || file->bytes + len > FAR_BYTES)
		return;
	fd = file_open(work, file, O_RDWR);
	if (fd < 0)
		return;
	write_cells(work, file, fd, file->bytes, len);
	if (!random_below(&work->random, 4))
		fdatasync(fd);
	close(fd);
}

static void op_truncate(struct work *work)
{
	struct file *file = any_file(work, true);
	u64 bytes = (u64)random_below(&work->random, CELLS + 1) * CELL;
	int fd;

	if (!file)
		return;
	if (random_below(&work->random, 3) && bytes > file->bytes)
		bytes = file->bytes / 2 / CELL * CELL;
	fd = file_open(work, file, O_RDWR);
	if (fd < 0)
		return;
	if (ftruncate(fd, bytes)) {
		if (!is_full(errno))
			fail("file %u: truncate: %s", file->id,
			     strerror(errno));
	} else {
		set_cells(file, bytes, FAR_BYTES, ZERO);
		file->bytes = bytes;
	}
	close(fd);
}

static bool is_unsupported(int error)
{
	/* Files with block maps support no mode of fallocate; bigalloc and
	 * data=journal lack some modes. */
	return error == EOPNOTSUPP;
}

/*
 * Preallocates at most 128 KiB beyond the end of a file: e2fsck 1.47.0 assumes
 * that a deep extent tree ends with the file, and else reports an error
 * (storm --stock shows this, too).
 */
static void op_fallocate(struct work *work, bool far)
{
	struct file *file = any_file(work, true);
	u64 offset, len;
	int mode = 0, fd;

	if (!file)
		return;
	if (far) {
		offset = FAR_BYTES;
		len = (u64)random_size(&work->random,
				       (MAX_BYTES - FAR_BYTES) >> 20)
		      << 20;
	} else if (random_below(&work->random, 4)) {
		offset = (u64)random_below(&work->random, CELLS) * CELL;
		len = FAR_BYTES - offset;
		len = (u64)random_size(&work->random, len / CELL) * CELL;
	} else {
		offset = file->bytes;
		len = (u64)random_size(&work->random, 128) * CELL;
		mode = FALLOC_FL_KEEP_SIZE;
	}
	fd = file_open(work, file, O_RDWR);
	if (fd < 0)
		return;
	if (fallocate(fd, mode, offset, len) == 0) {
		if (!mode && file->bytes < offset + len)
			file->bytes = offset + len;
	} else {
		if (!is_full(errno) && !is_unsupported(errno))
			fail("file %u: fallocate %llu+%llu: %s", file->id,
			     (unsigned long long)offset,
			     (unsigned long long)len, strerror(errno));
		refresh_size(file, fd);
	}
	close(fd);
}

static void op_punch(struct work *work)
{
	struct file *file = any_file(work, true);
	int mode = random_below(&work->random, 3)
			   ? FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE
			   : FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE;
	u64 offset, len;
	int fd;

	if (!file || file->bytes < CELL)
		return;
	offset = (u64)random_below(&work->random, CELLS) * CELL %
		 (file->bytes / CELL * CELL);
	len = (u64)random_size(&work->random, CELLS) * CELL;
	if (file->bytes > FAR_BYTES && !random_below(&work->random, 2)) {
		offset = FAR_BYTES;
		len = (u64)random_size(&work->random, MAX_BYTES >> 20) << 20;
	}
	if (len > (file->bytes - offset) / CELL * CELL)
		len = (file->bytes - offset) / CELL * CELL;
	if (!len)
		return;
	fd = file_open(work, file, O_RDWR);
	if (fd < 0)
		return;
	if (fallocate(fd, mode, offset, len) == 0) {
		set_cells(file, offset, offset + len, ZERO);
	} else if (is_full(errno)) {
		set_cells(file, offset, offset + len, UNKNOWN);
	} else if (!is_unsupported(errno)) {
		fail("file %u: punch: %s", file->id, strerror(errno));
	}
	close(fd);
}

/* Deletes a file, and renames another one to its name and back. */
static void op_rename(struct work *work)
{
	struct file *from = any_file(work, true), *to = any_file(work, true);
	char from_path[128], to_path[128];

	if (!from || from == to)
		return;
	file_path(from_path, sizeof(from_path), work->worker, from->id);
	file_path(to_path, sizeof(to_path), work->worker, to->id);
	/* It gets its own name back, as the content depends on the id there. */
	if (unlink(to_path))
		fail("%s: unlink: %s", to_path, strerror(errno));
	to->exists = false;
	if (rename(from_path, to_path)) {
		if (!is_full(errno))
			fail("%s: rename: %s", from_path, strerror(errno));
		return;
	}
	if (rename(to_path, from_path)) {
		if (!is_full(errno))
			fail("%s: rename: %s", to_path, strerror(errno));
		unlink(to_path);
		from->exists = false;
	}
}

static void op_fsync(struct work *work)
{
	struct file *file = any_file(work, true);
	int fd = file ? file_open(work, file, O_RDWR) : -1;

	if (fd < 0)
		return;
	if (fsync(fd))
		fail("file %u: fsync: %s", file->id, strerror(errno));
	close(fd);
}

/* --- is it still there? --------------------------------------------------- */

static bool is_zero(const char *data, size_t len)
{
	return !len || (!data[0] && !memcmp(data, data + 1, len - 1));
}

static bool cell_is_right(struct work *work, const struct file *file, u64 at,
			  const char *data, size_t len)
{
	static char expected[CELL];
	u32 generation = at < FAR_BYTES ? file->cells[at / CELL] : ZERO;

	if (generation == UNKNOWN)
		return true;
	if (generation == ZERO)
		return is_zero(data, len);
	fill(expected, file->id, generation, at, CELL);
	(void)work;
	return !memcmp(data, expected, len);
}

/* Whether the model agrees that there is a hole from at to end. */
static bool hole_is_right(const struct file *file, u64 at, u64 end)
{
	for (u64 i = at / CELL; i * CELL < end && i < CELLS; i++)
		if (file->cells[i] != ZERO && file->cells[i] != UNKNOWN)
			return false;
	return true;
}

/* Writes into text what stands in a cell: zeros, or the write that has the
 * cell's content, or its first bytes. Tries all writes of this worker. */
static void describe(struct work *work, u64 at, const char *data, char *text,
		     size_t size)
{
	const struct model *model = work->model;
	u64 expected;

	snprintf(text, size, "%016llx", (unsigned long long)*(const u64 *)data);
	if (is_zero(data, CELL))
		snprintf(text, size, "zeros");
	for (u32 id = 0; id < model->next_id; id++)
		for (u32 i = 1; i <= model->next_generation; i++) {
			fill((char *)&expected, id, i, at, sizeof(expected));
			if (!memcmp(data, &expected, sizeof(expected)))
				snprintf(text, size, "generation %u of file %u",
					 i, id);
		}
}

/* Reports the wrong cells from at on: where they end, what stands in the first
 * one in the page cache, and what a direct read finds there. */
static void say_what_is_wrong(struct work *work, const struct file *file,
			      int fd, u64 at)
{
	static char block[4096] __attribute__((aligned(4096)));
	char cached[64] = "unreadable", direct[64] = "unreadable", path[128];
	u64 end = at;
	int disk;

	while (end < file->bytes && end < FAR_BYTES &&
	       pread(fd, block, CELL, end) == CELL &&
	       !cell_is_right(work, file, end, block, CELL))
		end += CELL;
	if (pread(fd, block, CELL, at) == CELL)
		describe(work, at, block, cached, sizeof(cached));
	file_path(path, sizeof(path), work->worker, file->id);
	disk = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC);
	if (disk >= 0 && pread(disk, block, 4096, at & ~4095ULL) > 0)
		describe(work, at, block + at % 4096, direct, sizeof(direct));
	if (disk >= 0)
		close(disk);
	fail("worker %u file %u: wrong content from %llu to %llu of %llu: "
	     "generation %u of %u was written; in the cache is %s, on the "
	     "disk %s",
	     work->worker, file->id, (unsigned long long)at,
	     (unsigned long long)end, (unsigned long long)file->bytes,
	     at < FAR_BYTES ? file->cells[at / CELL] : ZERO,
	     work->model->next_generation, cached, direct);
}

static void verify_file(struct work *work, const struct file *file)
{
	int fd = file_open(work, file, O_RDONLY);
	u64 budget = FAR_BYTES + (4 << 20);
	off_t at = 0, data;
	struct stat stat;
	ssize_t n;

	if (fd < 0)
		return;
	if (fstat(fd, &stat) || (u64)stat.st_size != file->bytes)
		fail("worker %u file %u: %llu bytes, not %llu", work->worker,
		     file->id, (unsigned long long)stat.st_size,
		     (unsigned long long)file->bytes);
	while ((u64)at < file->bytes && budget) {
		data = lseek(fd, at, SEEK_DATA);
		if (data < 0)
			data = file->bytes;
		data -= data % CELL;
		if (data > at && !hole_is_right(file, at, data)) {
			fail("worker %u file %u: a hole at %llu", work->worker,
			     file->id, (unsigned long long)at);
			break;
		}
		at = data > at ? data : at;
		n = pread(fd, work->buffer, BUFFER, at);
		if (n < 0)
			fail("file %u: read: %s", file->id, strerror(errno));
		if (n <= 0)
			break;
		for (ssize_t i = 0; i < n; i += CELL) {
			if (cell_is_right(work, file, at + i, work->buffer + i,
					  n - i < CELL ? n - i : CELL))
				continue;
			say_what_is_wrong(work, file, fd, at + i);
			close(fd);
			return;
		}
		at += n;
		budget = budget > (u64)n ? budget - n : 0;
	}
	close(fd);
}

static void op_verify(struct work *work)
{
	struct file *file = any_file(work, true);

	if (file)
		verify_file(work, file);
}

void files_verify(u32 worker)
{
	static struct work work;

	work.worker = worker;
	work.model = &models[worker];
	for (u32 i = 0; i < MAX_FILES; i++)
		if (work.model->files[i].exists)
			verify_file(&work, &work.model->files[i]);
}

/* --- the process ---------------------------------------------------------- */

static u32 used_pct(void)
{
	struct statvfs stat;

	if (statvfs(MOUNT_POINT, &stat) || !stat.f_blocks)
		return 100;
	return 100 - stat.f_bavail * 100 / stat.f_blocks;
}

static void op(struct work *work, bool full)
{
	u32 dice = random_below(&work->random, 100);

	if (full && dice < 45)
		dice < 30 ? op_unlink(work) : op_punch(work);
	else if (dice < 18)
		op_create(work);
	else if (dice < 26)
		op_create_small(work);
	else if (dice < 42)
		op_append(work);
	else if (dice < 54)
		op_overwrite(work);
	else if (dice < 62)
		op_truncate(work);
	else if (dice < 70)
		op_fallocate(work, false);
	else if (dice < 77)
		op_fallocate(work, true);
	else if (dice < 83)
		op_punch(work);
	else if (dice < 88)
		op_unlink(work);
	else if (dice < 92)
		op_rename(work);
	else if (dice < 97)
		op_fsync(work);
	else
		op_verify(work);
}

void files_work(u32 worker, u64 seed, u32 fill_pct)
{
	static struct work work;
	bool full = false;

	work.worker = worker;
	work.model = &models[worker];
	work.random.state = seed;
	for (u32 i = 0; !__atomic_load_n(&shared->stop, __ATOMIC_RELAXED);
	     i++) {
		if (i % 8 == 0)
			full = used_pct() >= fill_pct;
		op(&work, full);
		__atomic_add_fetch(&shared->ops, 1, __ATOMIC_RELAXED);
	}
}
