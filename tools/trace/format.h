/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes of a recording: a head, then chunks, each of which can be read once
 * it is whole. Numbers of a fixed size are little-endian.
 *
 *   head: offset  bytes
 *              0      8  magic: "FRSPTRC" and a zero
 *              8      4  version: 1
 *             12      4  kind: 0: of files; 1: of disks, imported
 *             16      4  half-life of temperatures in ms, 1000 to 604800000
 *             20      4  0
 *             24      8  begin, in ns since 1970 (UTC)
 *             32      8  the same moment of CLOCK_MONOTONIC; 0: unknown
 *             40     64  name of the machine, then zeros, at least one
 *            104     40  its boot id, then zeros, at least one
 *            144      4  CRC-32 (zlib) of all bytes before
 *
 *   chunk:       0      4  c, the length of its frame: 1 to 2^27
 *                4      4  r, what the frame has when decompressed: 56 to 2^27
 *                8      8  begin of its first interval, in ns since 1970
 *               16      8  end of its last one
 *               24      4  number of intervals: 0 to 4096
 *               28      4  CRC-32 of the 28 bytes before and of the frame
 *               32      c  the frame, by zstd
 *
 * A frame has the lengths of 14 columns, 4 bytes each, and then the columns,
 * one after the other. A column has numbers, 7 bits to a byte, the lowest bits
 * first; a byte has its high bit set if another one follows (LEB128). Signed
 * numbers are folded: 0, -1, 1, -2, 2 are 0, 1, 2, 3, 4.
 *
 *    0 filesystems   index, dev, subdev, bytes, length of type and of mount
 *    1 their texts   types and mounts, in the same order
 *    2 files         index, fs, inode, generation, 0: no path, or its length
 *                    plus 1, state (enum trace_path_state), names
 *    3 paths         of those files, in the same order
 *    4 intervals     begin, less the end of the one before (of the first one:
 *                    less the chunk's begin), length, files, unit, whether it
 *                    has temperatures, bios, lost updates
 *    5 file numbers  of each file: its index, less that of the one before in
 *                    the interval and less 1; of the first: its index
 *    6 range counts  of each file: how many of its ranges follow
 *    7 ranges        of each range: as file numbers, within its file
 *    8 reads         of each range
 *    9 writes        of each range
 *   10 read sizes    of each range with reads: their bytes in units, less what
 *                    is expected; signed
 *   11 write sizes   the same of writes
 *   12 totals        of each file: reads, writes, units read, units written of
 *                    its ranges together, less those of the file; signed
 *   13 temperatures  of each range, then of its file, if the interval has them:
 *                    0, or 160 plus 16 times the binary logarithm
 *
 * A chunk's lists come before its intervals, whose indexes may only be of files
 * that this chunk or one before has listed. An index is listed again if its
 * path, mount or size became known. A new one is that of the last plus 1.
 *
 * A unit is 2^unit bytes, and divides all bytes of the interval. Expected is
 * the number of operations, times the size that one had in the last range of
 * the interval with such operations, rounded down; at first 4 KiB.
 *
 * Temperatures are stored only where they do not follow from what the recording
 * says: of ranges that were warm when it began, as pinned programs had counted
 * before. There a step is 4.4 %, so they are right to 2.2 %. All others the
 * reader computes by bpf/heat.h, as if the I/O of an interval were spread
 * evenly over it. That is wrong by at most the share that would decay in half
 * of an interval: with a half-life of 300 s 1.2 % for intervals of 10 s, 9 %
 * for 80 s. A range colder than 0.001 may count as 0.
 *
 * Example: in the first 10 s, file 0 has 3 reads of 4 KiB in range 5, and file
 * 2 has one write of 1 MiB, half of it in range 1 and half in range 2.
 *
 *    4 intervals     0 (no gap), 10^10 ns, 2 files, unit 12 (4 KiB),
 *                    0 (no temperatures), 4 bios, 0 lost
 *    5 file numbers  0, 1 (file 2 follows file 0: 2 - 0 - 1)
 *    6 range counts  1, 2
 *    7 ranges        5, 1, 0 (range 2 follows range 1)
 *    8 reads         3, 0, 0
 *    9 writes        0, 1, 1
 *   10 read sizes    0 (3 units, as expected of 3 reads)
 *   11 write sizes   127 folded to 254 (128 units, expected 1); 0
 *   12 totals        0, 0, 0, 0;  0, 1 folded to 2 (2 - 1 writes), 0, 0
 */
#ifndef FRSP_TRACE_FORMAT_H
#define FRSP_TRACE_FORMAT_H

#define TRACE_VERSION	  1
#define TRACE_MAGIC	  "FRSPTRC" /* with its final zero */
#define TRACE_MAGIC_BYTES 8
#define TRACE_HEAD_BYTES  148
#define TRACE_CHUNK_HEAD  32

#define TRACE_MAX_CHUNK	    (1U << 27)
#define TRACE_MAX_INTERVALS 4096U
#define TRACE_MAX_PATH	    4096U
#define TRACE_MAX_TYPE	    15U
#define TRACE_MAX_UNIT	    20U
/* No range has more bytes in an interval. So sums of all ranges stay below
 * 2^63.
 */
#define TRACE_MAX_BYTES (1ULL << 40)
#define TRACE_MAX_TOTAL (1ULL << 62) /* and no file more than this */

#define TRACE_MIN_HALF_LIFE_MS 1000U
#define TRACE_MAX_HALF_LIFE_MS 604800000U

enum trace_column_id {
	TRACE_FILESYSTEMS,
	TRACE_FS_TEXTS,
	TRACE_FILES,
	TRACE_PATHS,
	TRACE_INTERVALS,
	TRACE_FILE_NUMBERS,
	TRACE_RANGE_COUNTS,
	TRACE_RANGES,
	TRACE_READS,
	TRACE_WRITES,
	TRACE_READ_SIZES,
	TRACE_WRITE_SIZES,
	TRACE_TOTALS,
	TRACE_TEMPERATURES,
	TRACE_NR_COLUMNS,
};

#define TRACE_COLUMNS_HEAD (4 * TRACE_NR_COLUMNS)

#endif
