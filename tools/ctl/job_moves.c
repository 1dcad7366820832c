// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/job_moves.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "ctl/job_file.h"
#include "move/piece.h"

static void close_file(struct job_moves *moves)
{
	if (moves->file_id && moves->fd >= 0)
		close(moves->fd);
	moves->file_id = 0;
}

/* The pieces of a file follow each other, so it stays open until the next. */
static int open_file(struct job_moves *moves, const struct journal_file *file)
{
	const struct mount_entry *mount;

	if (moves->file_id == file->id)
		return moves->fd;
	close_file(moves);
	mount = job_file_mount(moves->mounts, file->uuid);
	moves->fd = mount ? job_file_open(mount, file) : -ENODEV;
	moves->file_id = file->id;
	return moves->fd;
}

static const char *place_of(struct job_moves *moves,
			    const struct journal_piece *piece)
{
	static const char *const words[] = {
		[PIECE_MOVED] = "moved",
		[PIECE_NOT_MOVED] = "not_moved",
		[PIECE_PARTLY] = "partly",
		[PIECE_ELSEWHERE] = "elsewhere",
	};
	int fd = open_file(moves, &piece->file);
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

int job_moves_open(struct job_moves *moves, struct journal *journal,
		   const struct journal_job *job)
{
	int err;

	*moves = (struct job_moves){.journal = journal};
	err = journal_piece_ids(journal, job->id, &moves->ids, &moves->n);
	if (!err && job_has_ended(job->state) &&
	    mount_table_read(&moves->mounts))
		moves->mounts = NULL;
	return err;
}

void job_moves_close(struct job_moves *moves)
{
	close_file(moves);
	mount_table_free(moves->mounts);
	free(moves->ids);
}

int job_moves_next(struct job_moves *moves, struct job_move *move)
{
	int err;

	if (moves->next == moves->n)
		return 0;
	err = journal_read_piece(moves->journal, moves->ids[moves->next++],
				 &move->piece);
	if (err)
		return err;
	move->place = moves->mounts ? place_of(moves, &move->piece) : NULL;
	return 1;
}
