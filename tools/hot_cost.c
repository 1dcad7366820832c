// SPDX-License-Identifier: GPL-2.0-or-later
#include "hot_cost.h"

#include <unistd.h>
#include <bpf/bpf.h>

static int read_runs(int prog_fd, __u64 *run_ns, __u64 *runs)
{
	struct bpf_prog_info info = {0};
	__u32 len = sizeof(info);
	int err = bpf_obj_get_info_by_fd(prog_fd, &info, &len);

	*run_ns = info.run_time_ns;
	*runs = info.run_cnt;
	return err;
}

void hot_cost_init(struct hot_cost *cost)
{
	*cost = (struct hot_cost){.stats_fd = -1};
}

void hot_cost_open_window(struct hot_cost *cost, int prog_fd)
{
	if (cost->stats_fd >= 0 ||
	    read_runs(prog_fd, &cost->run_ns, &cost->runs))
		return;
	cost->stats_fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
}

void hot_cost_close_window(struct hot_cost *cost, int prog_fd)
{
	__u64 run_ns, runs;

	if (cost->stats_fd < 0)
		return;
	close(cost->stats_fd);
	cost->stats_fd = -1;
	if (read_runs(prog_fd, &run_ns, &runs))
		return;
	cost->seen_ns += run_ns - cost->run_ns;
	cost->seen_runs += runs - cost->runs;
	if (cost->seen_runs)
		cost->ns_per_event = (double)cost->seen_ns / cost->seen_runs;
}
