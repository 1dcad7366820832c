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

/* 0, which the verifier does not know. That of 6.1 checks a bpf_loop() callback
 * for its first round only, and takes branches that cannot be taken in that one
 * for dead; so whatever a callback changes must not begin as a known number.
 * Seen on 6.1.0-56: bytes of a scattered bio's first range were never added.
 */
volatile __u32 opaque_zero;

#endif
