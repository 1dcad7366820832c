// SPDX-License-Identifier: GPL-2.0-or-later
/* The program frspctl: inspects and controls frsp.ko, and moves files. */
#include <limits.h>
#include <locale.h>

#include "base/output.h"
#include "cli/libbpf_messages.h"
#include "cli/privilege.h"
#include "ctl/ctl.h"

static const struct ctl_command commands[] = {
	{"defrag",
	 "[--dry-run] [--in-use] [--json] [--rate=BYTES] [--keep-free=BYTES] PATH...",
	 CTL_DRY_RUN | CTL_IN_USE | CTL_JSON | CTL_RATE | CTL_KEEP_FREE, 1,
	 INT_MAX, ctl_defrag,
	 "Move files, and those in directories, into fewer extents. Needs no module"},
	{"doctor", "[--json]", CTL_JSON, 0, 0, ctl_doctor,
	 "Check all that frsp.ko needs, and show how to fix what is missing"},
	{"move",
	 "--to=TIER [--dry-run] [--in-use] [--json] [--rate=BYTES] [--keep-free=BYTES] [--config=FILE] PATH...|--ranges=FILE",
	 CTL_TO | CTL_RANGES | CTL_CONFIG | CTL_DRY_RUN | CTL_IN_USE |
		 CTL_JSON | CTL_RATE | CTL_KEEP_FREE,
	 0, INT_MAX, ctl_move,
	 "Move files, those in directories, or parts of files, to a tier. Needs no module"},
	{"restore", "DEV|MOUNT FILE", 0, 2, 2, ctl_restore,
	 "Give frsp.ko what \"save\" wrote to FILE about a filesystem's free space"},
	{"save", "DEV|MOUNT FILE", 0, 2, 2, ctl_save,
	 "Write what frsp.ko knows about a filesystem's free space to FILE, for \"restore\" after the next mount"},
	{"set", "DEV|MOUNT KEY VALUE", 0, 3, 3, ctl_set,
	 "Change a setting of a filesystem: steer, mb_frsp_max_mem, level or scan"},
	{"status", "[--json] [--bytes] [DEV|MOUNT...]", CTL_JSON | CTL_BYTES, 0,
	 INT_MAX, ctl_status,
	 "Show what frsp.ko does for these filesystems (default: all)"},
	{"tiers", "[--json] [--measure] [--config=FILE] [DEV|PATH...]",
	 CTL_JSON | CTL_MEASURE | CTL_CONFIG, 0, INT_MAX, ctl_tiers,
	 "Show the fast and slow parts of filesystems, and what is free in each. Needs no module"},
	{"tree", "[--json] DEV|MOUNT [FLEX]", CTL_JSON, 1, 2, ctl_tree,
	 "Show the free extents of a filesystem, or of one of its flexible block groups, by size"},
	{0},
};

int main(int argc, char **argv)
{
	enum exit_code code;
	struct ctl ctl;

	output_begin();
	/* Not LC_NUMERIC: JSON and arguments have decimal points. */
	setlocale(LC_CTYPE, "");
	log_init("frspctl");
	ctl_opts_parse(argc, argv, commands, &ctl);
	libbpf_messages_show(false);
	code = privilege_check_mounts();
	if (code != EXIT_OK)
		return code;
	return ctl.command->run(&ctl);
}
