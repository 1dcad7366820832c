// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * floor TRACEPOINT: attaches an empty BPF program to the tracepoint, until it
 * is killed. The time that a benchmark measures for it is what the kernel needs
 * to call a program, and the cost of measuring.
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

/* A raw tracepoint program can be attached to tracepoints of modules, too. */
static int attach(const char *tracepoint)
{
	int fd = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "floor", "GPL",
			       return_0, sizeof(return_0) / sizeof(return_0[0]),
			       NULL);

	return fd < 0 ? fd : bpf_raw_tracepoint_open(tracepoint, fd);
}

int main(int argc, char **argv)
{
	int fd;

	if (argc != 2) {
		fprintf(stderr, "usage: floor TRACEPOINT\n");
		return 2;
	}
	fd = attach(argv[1]);
	if (fd < 0) {
		fprintf(stderr, "floor: cannot attach to %s: %s\n", argv[1],
			strerror(-fd));
		return 1;
	}
	fprintf(stderr, "Tracing nothing until killed.\n");
	pause();
	return 0;
}
