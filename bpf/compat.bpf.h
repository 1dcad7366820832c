/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The differences between kernels that the BPF programs bridge, each with the
 * versions in whose BTF it was seen. A field is read through a typed pointer
 * where there is one: that costs a load, not a helper call, and a bad address
 * reads as 0.
 */
#ifndef FRSP_COMPAT_BPF_H
#define FRSP_COMPAT_BPF_H

/* Gives an address a type, so that it reads like any typed pointer. Not in
 * 6.1, in 6.12 and 6.18. The loader sets have_rdonly_cast: libbpf 1.1 cannot
 * test for a kfunc from here. Declared as libbpf does since 1.4.
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

/* Bytes of the entry that bi_iter stands at which are done. */
static __always_inline __u32 bio_bytes_done(const struct bio *bio)
{
	const struct bio___bvec_done *older = (const void *)bio;
	const struct bio___offset *newer = (const void *)bio;

	if (bpf_core_field_exists(newer->bi_iter.bi_offset))
		return newer->bi_iter.bi_offset;
	return older->bi_iter.bi_bvec_done;
}

/* Up to 7.1; from 7.2 on the bio has the buffer's own end_io. */
struct buffer_head___b_end_io {
	void *b_end_io;
} __attribute__((preserve_access_index));

/* 0, which the verifier does not know. That of 6.1 checks a bpf_loop() callback
 * for its first round only, and takes branches that cannot be taken in that one
 * for dead; so whatever a callback changes must not begin as a known number.
 * Seen on 6.1.0-56: bytes of a scattered bio's first range were never added.
 */
volatile __u32 opaque_zero;

#endif
