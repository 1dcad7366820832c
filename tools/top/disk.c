// SPDX-License-Identifier: GPL-2.0-or-later
#include "top/disk.h"

#include "fs/disk_facts.h"

static bool add_device(__u32 dev, const struct diskstats *before,
		       const struct diskstats *now, double interval_s,
		       struct diskstats_rates *sum)
{
	const struct diskstats_device *device = diskstats_find(now, dev);
	struct diskstats_rates rates;
	struct disk_facts facts;

	if (!device || disk_facts_read("/sys", dev, &facts) ||
	    facts.uncounted ||
	    !diskstats_rates(diskstats_find(before, dev), device, interval_s,
			     &rates))
		return false;
	diskstats_add(sum, &rates);
	return true;
}

bool top_disk_rates(const struct mount_entry *mount,
		    const struct diskstats *before, const struct diskstats *now,
		    double interval_s, struct diskstats_rates *rates)
{
	bool known;

	*rates = (struct diskstats_rates){0};
	known = add_device(mount->dev, before, now, interval_s, rates);
	for (int i = 0; i < FRSP_HOT_EXTRA_DEVS; i++)
		if (mount->extra_devs[i])
			known &= add_device(mount->extra_devs[i], before, now,
					    interval_s, rates);
	return known;
}
