/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The differences between kernels that the BPF programs handle, each with the
 * versions in whose BTF it was seen.
 *
 * Example: page.index became page.__folio_index in 6.18. There is a struct for
 * each, page___index and page___folio_index; libbpf ignores what follows "___".
 * The program uses the one whose field bpf_core_field_exists() finds.
 *
 * Where possible, fields are read through a typed pointer. That costs a load
 * instead of a helper call, and a bad address reads as 0.
 */
#ifndef FRSP_COMPAT_BPF_H
#define FRSP_COMPAT_BPF_H

/* Gives an address a type, so that it can be read like a typed pointer. 6.1
 * does not have it, 6.12 and 6.18 do. The loader sets have_rdonly_cast, because
 * with libbpf 1.1 a BPF program cannot test for a kfunc. The declaration is the
 * same as libbpf's since 1.4.
 */
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;
const volatile bool have_rdonly_cast = false;

/* page.index (6.1, 6.12), page.__folio_index (6.18) */
struct page___index {
	unsigned long index;
} __attribute__((preserve_access_index));

struct page___folio_index {
	unsigned long __folio_index;
} __attribute__((preserve_access_index));

/* page.compound_head up to 7.0, page.compound_info from 7.1 on */
struct page___compound_head {
	unsigned long compound_head;
} __attribute__((preserve_access_index));

struct page___compound_info {
	unsigned long compound_info;
} __attribute__((preserve_access_index));

/* dentry.d_u.d_alias up to 7.0; from 7.1 on the union has no name */
struct dentry___d_u {
	union {
		struct hlist_node d_alias;
	} d_u;
} __attribute__((preserve_access_index));

struct dentry___d_alias {
	struct hlist_node d_alias;
} __attribute__((preserve_access_index));

static __always_inline __u32 dentry_alias_offset(void)
{
	if (bpf_core_field_exists(struct dentry___d_alias, d_alias))
		return bpf_core_field_offset(struct dentry___d_alias, d_alias);
	return bpf_core_field_offset(struct dentry___d_u, d_u.d_alias);
}

/* bvec_iter.bi_bvec_done up to 7.2, bvec_iter.bi_offset from 7.3 on */
struct bio___bvec_done {
	struct {
		unsigned int bi_bvec_done;
	} bi_iter;
} __attribute__((preserve_access_index));

struct bio___offset {
	struct {
		unsigned int bi_offset;
	} bi_iter;
} __attribute__((preserve_access_index));

/* The bytes in front of bi_iter in its current entry of the vector. */
static __always_inline __u32 bio_bytes_done(const struct bio *bio)
{
	const struct bio___bvec_done *older = (const void *)bio;
	const struct bio___offset *newer = (const void *)bio;

	if (bpf_core_field_exists(newer->bi_iter.bi_offset))
		return newer->bi_iter.bi_offset;
	return older->bi_iter.bi_bvec_done;
}

/* Up to 7.1 a buffer_head has its end_io function; from 7.2 on its bio has it.
 */
struct buffer_head___b_end_io {
	void *b_end_io;
} __attribute__((preserve_access_index));

/* Always 0, but the verifier does not know that. The verifier of 6.1 checks
 * only the first round of a bpf_loop() callback, and removes branches that this
 * round cannot take. So a number that a callback changes must not begin with a
 * known value. Seen on 6.1.0-56: the bytes of a scattered bio's first range
 * were never added.
 */
volatile __u32 opaque_zero;

/* Programs can be preempted if the kernel has this field. 6.19 has it, too, but
 * there no tracepoint uses it yet.
 */
struct srcu_struct___flavor {
	__u8 srcu_reader_flavor;
} __attribute__((preserve_access_index));

static __always_inline bool may_be_preempted(void)
{
	return bpf_core_field_exists(struct srcu_struct___flavor,
				     srcu_reader_flavor);
}

/* In kernels since 6.10. Programs call them only where may_be_preempted()
 * holds; elsewhere the verifier removes the call.
 */
extern void bpf_preempt_disable(void) __ksym __weak;
extern void bpf_preempt_enable(void) __ksym __weak;

#endif
