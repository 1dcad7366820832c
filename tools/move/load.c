// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/load.h"

#include "base/clock.h"
#include "base/pressure.h"

int load_begin(struct load_window *window)
{
	*window = (struct load_window){.began_s = clock_monotonic_s()};
	window->has_pressure = pressure_read("io", &window->waited_us);
	return diskstats_read(DISKSTATS_PATH, &window->disks);
}

/* A request that hangs is not in the mean, which counts when it is done, but it
 * is in flight at both ends.
 */
static double queue_of(const struct diskstats_device *before,
		       const struct diskstats_device *now, double seconds)
{
	struct diskstats_rates rates;
	__u64 stuck = 0;

	diskstats_rates(before, now, seconds, &rates);
	if (before)
		stuck = before->in_flight < now->in_flight ? before->in_flight
							   : now->in_flight;
	return rates.queue > stuck ? rates.queue : stuck;
}

static double longest_queue(const struct diskstats *before,
			    const struct diskstats *now, double seconds)
{
	double longest = 0;

	for (size_t i = 0; i < now->n; i++) {
		const struct diskstats_device *device = &now->devices[i];
		double queue = queue_of(diskstats_find(before, device->dev),
					device, seconds);

		if (queue > longest)
			longest = queue;
	}
	return longest;
}

int load_end(struct load_window *window, double now_s, struct idle_load *load)
{
	double seconds = now_s - window->began_s;
	struct diskstats now;
	__u64 waited_us;
	int err = diskstats_read(DISKSTATS_PATH, &now);

	*load = (struct idle_load){0};
	if (!err) {
		load->queue = longest_queue(&window->disks, &now, seconds);
		if (window->has_pressure && pressure_read("io", &waited_us))
			load->pressure = (waited_us - window->waited_us) /
					 (seconds * 1e6);
		diskstats_free(&now);
	}
	load_free(window);
	return err;
}

void load_free(struct load_window *window)
{
	diskstats_free(&window->disks);
}
