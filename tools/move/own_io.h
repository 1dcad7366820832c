/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Marks the program's own I/O, so that it heats nothing. */
#ifndef FRSP_MOVE_OWN_IO_H
#define FRSP_MOVE_OWN_IO_H

/*
 * From now on, what the calling process reads and writes does not count in
 * hotmon, nor the writeback of pages that it dirtied: bpf/hot.bpf.c knows the
 * process by its name, FRSP_HOT_MOVER_COMM, and leaves it out if it is root's.
 * Otherwise data would become hot by being moved, and be moved again.
 *
 * To be called by the main thread: the name of a process is that thread's.
 */
void own_io_mark(void);

#endif
