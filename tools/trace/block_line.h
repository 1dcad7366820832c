/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of public traces of block I/O. */
#ifndef FRSP_TRACE_BLOCK_LINE_H
#define FRSP_TRACE_BLOCK_LINE_H

#include <stdbool.h>
#include <linux/types.h>

#define BLOCK_DISK_LEN 40
#define BLOCK_MAX_IO   (1ULL << 30) /* bytes; more is an error */

struct block_io {
	__u64 ns;		   /* since 1970 */
	char disk[BLOCK_DISK_LEN]; /* its name in the trace */
	bool is_write;
	__u64 offset, bytes;
};

enum block_line {
	BLOCK_IO,    /* *io is filled in */
	BLOCK_OTHER, /* a line that is no read or write */
	BLOCK_BAD,   /* no line of this format */
};

/*
 * CSV of the MSR Cambridge traces (SNIA): ticks of 100 ns since 1601, machine,
 * number of the disk, Read or Write, offset and size in bytes, response time.
 *
 *	128166372003061629,hm,1,Read,383496192,32768,413
 *
 * The disk's name is "hm_1". Its first line may be the columns' titles.
 */
enum block_line block_line_msr(const char *line, struct block_io *io);

/*
 * The default text of blkparse: device, CPU, number, seconds, process, action,
 * kind, then first sector + number of sectors. Only action Q counts: what was
 * asked of the block layer, as hotmon counts it. The rest, such as the summary
 * at the end, is other.
 *
 *	  8,0    3        1     0.000000000   697  Q   R 223490 + 8 [dd]
 *
 * The disk's name is "8:0". Times begin at 0, that is 1970.
 */
enum block_line block_line_blkparse(const char *line, struct block_io *io);

#endif
