// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * floor: an empty program at block_bio_queue until killed. What the kernel's
 * statistics say of it is what they cost themselves.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static const struct bpf_insn return_0[] = {
	{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
	{.code = BPF_JMP | BPF_EXIT},
};

static int load(void)
{
	int id =
		libbpf_find_vmlinux_btf_id("block_bio_queue", BPF_TRACE_RAW_TP);
	struct bpf_prog_load_opts opts = {
		.sz = sizeof(opts),
		.expected_attach_type = BPF_TRACE_RAW_TP,
		.attach_btf_id = id,
	};

	if (id < 0)
		return id;
	return bpf_prog_load(BPF_PROG_TYPE_TRACING, "floor", "GPL", return_0,
			     sizeof(return_0) / sizeof(return_0[0]), &opts);
}

int main(void)
{
	int prog_fd = load(), link_fd;

	if (prog_fd < 0) {
		fprintf(stderr, "floor: cannot load: %s\n", strerror(-prog_fd));
		return 1;
	}
	link_fd = bpf_raw_tracepoint_open(NULL, prog_fd);
	if (link_fd < 0) {
		fprintf(stderr, "floor: cannot attach: %s\n",
			strerror(-link_fd));
		return 1;
	}
	fprintf(stderr, "Tracing nothing until killed.\n");
	pause();
	return 0;
}
