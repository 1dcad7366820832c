// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * log_replay LOG IMAGE POSITION: writes to IMAGE what dm-log-writes has noted
 * in LOG, from POSITION (0 is the start) up to where the disk promised that all
 * before is on it: the next flush or FUA write; or up to the next mark. IMAGE
 * is then what the disk has at least if the power fails there: dm-log-writes
 * notes a write when a flush after it has ended.
 *
 * Prints "POSITION flush" or "POSITION mark TEXT", with the position to go on
 * at. Exit status: 0; 1: the log has ended before; 2: an error.
 *
 * The format: Documentation/admin-guide/device-mapper/log-writes.rst and
 * drivers/md/dm-log-writes.c of the kernel. All is in sectors of the log: one
 * for the superblock, then for each entry one for its head, with the text of a
 * mark behind the head, and then its data.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/types.h>

#define MAGIC	     0x6a736677736872ULL
#define VERSION	     1
#define FLUSH_FLAG   (1 << 0)
#define FUA_FLAG     (1 << 1)
#define DISCARD_FLAG (1 << 2)
#define MARK_FLAG    (1 << 3)
#define MAX_SECTOR   4096
#define COPY_BYTES   (1 << 20)
#define LOG_ENDED    1
#define BROKEN	     2

struct super {
	__le64 magic, version, n_entries;
	__le32 sector_bytes;
};

struct entry {
	__le64 sector, n_sectors, flags, data_bytes;
};

struct replay {
	int log, image;
	__u64 n_entries, sector_bytes;
	__u64 entry, at; /* the next one, and its sector of the log */
};

__attribute__((noreturn)) static void fail(const char *what)
{
	fprintf(stderr, "log_replay: %s: %s\n", what, strerror(errno));
	exit(BROKEN);
}

static int open_file(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		fail(path);
	return fd;
}

static void read_at(int fd, void *to, size_t bytes, __u64 at)
{
	if (pread(fd, to, bytes, at) != (ssize_t)bytes)
		fail("the log is cut");
}

static void read_super(struct replay *replay)
{
	struct super super;

	read_at(replay->log, &super, sizeof(super), 0);
	replay->sector_bytes = le32toh(super.sector_bytes);
	errno = EINVAL;
	if (le64toh(super.magic) != MAGIC ||
	    le64toh(super.version) != VERSION || !replay->sector_bytes ||
	    replay->sector_bytes > MAX_SECTOR)
		fail("not a log of dm-log-writes");
	replay->n_entries = le64toh(super.n_entries);
}

static void copy(const struct replay *replay, __u64 from, __u64 to, __u64 bytes)
{
	static char buffer[COPY_BYTES];

	while (bytes) {
		size_t n = bytes < sizeof(buffer) ? bytes : sizeof(buffer);

		read_at(replay->log, buffer, n, from);
		if (pwrite(replay->image, buffer, n, to) != (ssize_t)n)
			fail("write");
		from += n;
		to += n;
		bytes -= n;
	}
}

/* A discarded block may have anything. */
static bool has_data(const struct entry *entry)
{
	return entry->n_sectors &&
	       !(le64toh(entry->flags) & (DISCARD_FLAG | MARK_FLAG));
}

/* Replays one entry. Returns its flags; the text of a mark is in text. */
static __u64 replay_one(struct replay *replay, char *text, size_t text_len)
{
	char sector[MAX_SECTOR];
	struct entry entry;
	size_t n;

	read_at(replay->log, sector, replay->sector_bytes,
		replay->at * replay->sector_bytes);
	memcpy(&entry, sector, sizeof(entry));
	n = le64toh(entry.data_bytes);
	if (n > replay->sector_bytes - sizeof(entry))
		n = 0;
	snprintf(text, text_len, "%.*s", (int)n, sector + sizeof(entry));
	replay->at++;
	replay->entry++;
	if (has_data(&entry)) {
		copy(replay, replay->at * replay->sector_bytes,
		     le64toh(entry.sector) * replay->sector_bytes,
		     le64toh(entry.n_sectors) * replay->sector_bytes);
		replay->at += le64toh(entry.n_sectors);
	}
	return le64toh(entry.flags);
}

/* A position is ENTRY:SECTOR. */
static void go_to(struct replay *replay, const char *position)
{
	char *end;

	replay->entry = strtoull(position, &end, 10);
	replay->at = *end == ':' ? strtoull(end + 1, NULL, 10) : 1;
}

int main(int argc, char **argv)
{
	struct replay replay;
	char text[256];
	__u64 flags;

	if (argc != 4) {
		fprintf(stderr, "usage: log_replay LOG IMAGE POSITION\n");
		return BROKEN;
	}
	replay = (struct replay){.log = open_file(argv[1], O_RDONLY),
				 .image = open_file(argv[2], O_WRONLY)};
	read_super(&replay);
	go_to(&replay, argv[3]);
	while (replay.entry < replay.n_entries) {
		flags = replay_one(&replay, text, sizeof(text));
		if (!(flags & (FLUSH_FLAG | FUA_FLAG | MARK_FLAG)))
			continue;
		printf("%llu:%llu %s %s\n", replay.entry, replay.at,
		       flags & MARK_FLAG ? "mark" : "flush",
		       flags & MARK_FLAG ? text : "");
		return 0;
	}
	return LOG_ENDED;
}
