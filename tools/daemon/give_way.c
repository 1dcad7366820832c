// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/give_way.h"

#include <signal.h>
#include <string.h>

#include "base/clock.h"

/* Enough to type the command once more. */
#define REST_S 30.0

static void tell(const struct filesystem *fs)
{
	const struct say_fields fields = filesystem_fields(fs);

	say(&say_gives_way, &fields,
	    "%s: relocation stops for %.0f s, as somebody could not unmount a filesystem that was in use",
	    fs->name, REST_S);
}

void give_way_begin(struct relocation *relocation)
{
	struct give_way *way = &relocation->way;
	int err = 0;

	way->is_giving = false;
	if (!way->watch.n) {
		err = unmount_watch_open(&way->watch);
		way->seen = 0;
	}
	if (err && err != way->told_err)
		say(&say_cannot_give_way, NULL,
		    "relocation: frspd cannot see who fails to unmount: %s: %s; until a run ends, its filesystem cannot be unmounted",
		    UNMOUNT_WATCH_TRACEFS, strerror(-err));
	way->told_err = err;
}

void give_way_look(struct relocation *relocation, const struct filesystem *fs)
{
	struct give_way *way = &relocation->way;
	__u64 count = unmount_watch_count(&way->watch);

	if (count == way->seen)
		return;
	way->seen = count;
	way->until_s = clock_monotonic_s() + REST_S;
	if (!relocation->command.is_running || way->is_giving)
		return;
	way->is_giving = true;
	kill(relocation->command.child, SIGTERM);
	if (fs)
		tell(fs);
}

bool give_way_rests(const struct relocation *relocation)
{
	return clock_monotonic_s() < relocation->way.until_s;
}

void give_way_end(struct relocation *relocation)
{
	unmount_watch_close(&relocation->way.watch);
}
