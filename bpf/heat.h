/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Temperatures. Pure functions: the BPF program, the tools and
 * tests/unit/bpf/heat.c share them.
 *
 * Half-life (the default). The temperature of a key is
 *
 *     sum over its I/Os of (1 + bytes / 128 KiB) * 2^(-age / half-life)
 *
 * so an operation weighs as much as the transfer of 128 KiB. Example, with the
 * default half-life of 300 s: a read of 256 KiB adds 1 + 2 = 3. After 300 s it
 * counts 1.5, after 600 s 0.75.
 *
 * A slot stores the sum in 40.24 fixed point, and the time when it was last
 * decayed. These two give the value at any later time, so nothing has to sweep
 * the table. Times are in heat units of 40 to 80 ms (jiffies >>
 * heat_unit_shift()).
 *
 * Compat. The formula of the VFS hot-tracking patches of 2013 (Zhi Yong Wu,
 * fs/hot_tracking.c, hot_temp_calc()), with its constants, in wall-clock ns.
 * The 32-bit terms of the patches wrapped at 4096 accesses; these saturate.
 */
#ifndef FRSP_HEAT_H
#define FRSP_HEAT_H

#define HEAT_FRACTION_BITS  24
#define HEAT_ONE	    (1ULL << HEAT_FRACTION_BITS)
#define HEAT_OP_BYTES_SHIFT 17 /* one operation weighs as much as 128 KiB */

/* What one I/O adds. */
static inline __u64 heat_weight(__u64 bytes)
{
	return HEAT_ONE + (bytes << (HEAT_FRACTION_BITS - HEAT_OP_BYTES_SHIFT));
}

/* 2^(-x / 2^32) * 2^32 for x in 0 .. 2^32 - 1: Taylor series of e^(-x ln 2) up
 * to the 8th power, error below 2^-21. The coefficients are
 * ln(2)^n / n! * 2^32.
 */
static inline __u64 heat_exp2_neg(__u64 x)
{
	__u64 r = 5676;

	r = 65510 - (r * x >> 32);
	r = 661577 - (r * x >> 32);
	r = 5726720 - (r * x >> 32);
	r = 41309550 - (r * x >> 32);
	r = 238388332 - (r * x >> 32);
	r = 1031764991 - (r * x >> 32);
	r = 2977044472 - (r * x >> 32);
	return 4294967296 - (r * x >> 32);
}

/* The heat after n_units more. rate: 2^32 / half-life in units, at least 1. */
static inline __u64 heat_decay(__u64 heat, __u32 n_units, __u32 rate)
{
	__u64 x = (__u64)n_units * rate;
	__u64 halvings = x >> 32, factor;

	if (halvings >= 64)
		return 0;
	heat >>= halvings;
	factor = heat_exp2_neg(x & 0xffffffff);
	return (heat >> 32) * factor + ((heat & 0xffffffff) * factor >> 32);
}

/* jiffies >> result is in heat units. tick_ns: length of a jiffy. */
static inline __u32 heat_unit_shift(__u32 tick_ns)
{
	__u32 shift = 0;

	while (((__u64)tick_ns << shift) < 40000000)
		shift++;
	return shift;
}

struct frsp_heat_compat {
	__u64 last_read_ns; /* wall clock, 0: never */
	__u64 last_write_ns;
	__u64 avg_read; /* average of the intervals >> 4; ~0: none yet */
	__u64 avg_write;
};

/* Records an access at now_ns. *last_ns and *avg belong to its direction. */
static inline void heat_compat_touch(__u64 *last_ns, __u64 *avg, __u64 now_ns)
{
	__u64 delta = now_ns > *last_ns ? (now_ns - *last_ns) >> 4 : 0;

	*avg = ((*avg << 4) - *avg + delta) >> 4;
	*last_ns = now_ns;
}

/* The sum of the three terms of one direction. */
static inline __u64 heat_compat_terms(__u64 accesses, __u64 last_ns, __u64 avg,
				      __u64 now_ns)
{
	__u64 count = accesses > 4095 ? 0xffffffff : accesses << 20;
	/* an access can be later than now_ns, which was read before it */
	__u64 idle = now_ns > last_ns ? (now_ns - last_ns) >> 30 : 0;
	__u64 recent = idle >> 32 ? 0 : (1ULL << 32) - idle;
	__u64 interval = (~0ULL - avg) >> 40;

	return (count >> 3) + (recent >> 2) + (interval >> 3);
}

/* 0 .. 2^32 - 1; the samples in the patches' documentation show it >> 24. */
static inline __u32 heat_compat_temperature(__u64 reads, __u64 writes,
					    const struct frsp_heat_compat *c,
					    __u64 now_ns)
{
	__u64 sum;

	sum = heat_compat_terms(reads, c->last_read_ns, c->avg_read, now_ns) +
	      heat_compat_terms(writes, c->last_write_ns, c->avg_write, now_ns);
	return sum >> 32 ? 0xffffffff : sum;
}

#endif
