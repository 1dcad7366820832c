// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/job_moves.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/job_file.h"
#include "move/piece.h"

/* The file that was opened last: the pieces of a file follow each other. */
struct look {
	struct mount_table *mounts;
	__s64 file_id;
	int fd; /* or -errno */
};

static void close_file(struct look *look)
{
	if (look->file_id && look->fd >= 0)
		close(look->fd);
	look->file_id = 0;
}

static int open_file(struct look *look, const struct journal_file *file)
{
	const struct mount_entry *mount;

	if (look->file_id == file->id)
		return look->fd;
	close_file(look);
	mount = job_file_mount(look->mounts, file->uuid);
	look->fd = mount ? job_file_open(mount, file) : -ENODEV;
	look->file_id = file->id;
	return look->fd;
}

static const char *place_of(struct look *look,
			    const struct journal_piece *piece)
{
	static const char *const words[] = {
		[PIECE_MOVED] = "moved",
		[PIECE_NOT_MOVED] = "not_moved",
		[PIECE_PARTLY] = "partly",
		[PIECE_ELSEWHERE] = "elsewhere",
	};
	int fd = open_file(look, &piece->file);
	struct file_extents now;
	enum piece_place place;

	if (fd == -ESTALE)
		return "gone";
	if (fd < 0 || piece_read(fd, piece->start, piece->bytes, &now))
		return NULL;
	place = piece_compare(&now, &piece->before,
			      piece->is_done ? &piece->after : &piece->goal);
	file_extents_free(&now);
	return words[place];
}

static void look_where(struct job_moves *moves)
{
	struct look look = {0};

	if (mount_table_read(&look.mounts))
		return;
	for (size_t i = 0; i < moves->n; i++)
		moves->moves[i].place = place_of(&look, &moves->moves[i].piece);
	close_file(&look);
	mount_table_free(look.mounts);
}

static int read_all(struct journal *journal, const __s64 *ids, size_t n,
		    struct job_moves *moves)
{
	int err = 0;

	moves->moves = calloc(n + 1, sizeof(*moves->moves));
	if (!moves->moves)
		return -ENOMEM;
	for (; moves->n < n && !err; moves->n += !err)
		err = journal_read_piece(journal, ids[moves->n],
					 &moves->moves[moves->n].piece);
	return err;
}

int job_moves_read(struct journal *journal, const struct journal_job *job,
		   struct job_moves *moves)
{
	__s64 *ids;
	size_t n;
	int err = journal_piece_ids(journal, job->id, &ids, &n);

	*moves = (struct job_moves){0};
	if (err)
		return err;
	err = read_all(journal, ids, n, moves);
	free(ids);
	if (err)
		job_moves_free(moves);
	else if (job_has_ended(job->state))
		look_where(moves);
	return err;
}

void job_moves_free(struct job_moves *moves)
{
	for (size_t i = 0; i < moves->n; i++)
		journal_free_piece(&moves->moves[i].piece);
	free(moves->moves);
	*moves = (struct job_moves){0};
}
