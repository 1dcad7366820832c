// SPDX-License-Identifier: GPL-2.0-or-later
/* The program frspctl: inspects and controls frsp.ko, and moves files. */
#include <limits.h>
#include <locale.h>

#include "base/output.h"
#include "cli/libbpf_messages.h"
#include "cli/open_files.h"
#include "cli/privilege.h"
#include "ctl/ctl.h"

/* A job has its files, their donors, the journal and the sockets of children. */
#define OPEN_FILES 32

#define CTL_MOVE_OPTIONS                                                       \
	(CTL_DRY_RUN | CTL_IN_USE | CTL_IDLE | CTL_MAX_PRESSURE | CTL_JSON |   \
	 CTL_RATE | CTL_KEEP_FREE | CTL_TIME_LIMIT | CTL_PROGRESS |            \
	 CTL_JOURNAL)

static const struct command commands[] = {
	{"apply",
	 "[--dry-run] [--in-use] [--idle] [--max-pressure=PERCENT] [--json] [--rate=BYTES] [--keep-free=BYTES] [--time-limit=TIME] [--progress=WHERE] [--journal=FILE] [--config=FILE] PLAN",
	 CTL_MOVE_OPTIONS | CTL_CONFIG, 1, 1, ctl_apply,
	 "Move what a plan of \"plan --output\" says, but for what has changed since. Needs no module"},
	{"cancel", "[--journal=FILE] JOB", CTL_JOURNAL, 1, 1, ctl_cancel,
	 "End a job that moves files after its present step"},
	{"config", "[--json] [--root=DIR] show", CTL_JSON | CTL_ROOT, 1, 1,
	 ctl_config,
	 "Show what frspd is configured to do, and which file says so. Needs no module, and no root"},
	{"daemon",
	 "[--json] [--bytes] [status|reload|mode FS MODE|TUNER FS MODE]",
	 CTL_JSON | CTL_BYTES, 0, 3, ctl_daemon,
	 "Show what frspd does; let it read its configuration again; or set the mode of a filesystem, or of a tuner of it, until then"},
	{"defrag",
	 "[--dry-run] [--in-use] [--idle] [--max-pressure=PERCENT] [--json] [--rate=BYTES] [--keep-free=BYTES] [--time-limit=TIME] [--progress=WHERE] [--journal=FILE] PATH...|--hot [--input=FILE]... [--policy=FILE] [--config=FILE] [--output=FILE] DEV|MOUNT",
	 CTL_MOVE_OPTIONS | CTL_HOT | CTL_INPUT | CTL_POLICY | CTL_CONFIG |
		 CTL_OUTPUT,
	 1, INT_MAX, ctl_defrag,
	 "Move files, and those in directories, into fewer extents; or the hot files of a filesystem. Needs no module"},
	{"doctor", "[--json]", CTL_JSON, 0, 0, ctl_doctor,
	 "Check all that frsp.ko needs, and show how to fix what is missing"},
	{"escache",
	 "[--json] [--bytes] status [DEV|MOUNT...]|precache FILE...|clear FILE...",
	 CTL_JSON | CTL_BYTES, 1, INT_MAX, ctl_escache,
	 "Show ext4's cache of extents, load the extents of files into it, or take them out. Needs no module"},
	{"explain",
	 "[--json] [--bytes] [--input=FILE]... [--policy=FILE] [--config=FILE] [--journal=FILE] PATH|JOB|DECISION [PATH] [OFFSET]",
	 CTL_JSON | CTL_BYTES | CTL_INPUT | CTL_POLICY | CTL_CONFIG |
		 CTL_JOURNAL,
	 1, 3, ctl_explain,
	 "Show why the policy would move parts of a file or not, and what would change that; why it had a job move what it moved; or why frspd decided to change something"},
	{"jobs", "[--json] [--bytes] [--journal=FILE] [JOB]",
	 CTL_JSON | CTL_BYTES | CTL_JOURNAL, 0, 1, ctl_jobs,
	 "Show the jobs that move files and those that did, or what one job moved"},
	{"move",
	 "--to=TIER [--dry-run] [--in-use] [--idle] [--max-pressure=PERCENT] [--json] [--rate=BYTES] [--keep-free=BYTES] [--time-limit=TIME] [--progress=WHERE] [--journal=FILE] [--config=FILE] PATH...|--ranges=FILE",
	 CTL_MOVE_OPTIONS | CTL_TO | CTL_RANGES | CTL_CONFIG, 0, INT_MAX,
	 ctl_move,
	 "Move files, those in directories, or parts of files, to a tier. Needs no module"},
	{"pause", "[--journal=FILE] JOB", CTL_JOURNAL, 1, 1, ctl_pause,
	 "Let a job wait after its present step, until \"resume\""},
	{"plan",
	 "[--json] [--bytes] [--input=FILE]... [--policy=FILE] [--output=FILE] [--config=FILE] [--journal=FILE] [DEV|DIR]",
	 CTL_JSON | CTL_BYTES | CTL_INPUT | CTL_POLICY | CTL_OUTPUT |
		 CTL_CONFIG | CTL_JOURNAL,
	 0, 1, ctl_plan,
	 "Show what the policy would move between the tiers of a filesystem (default: all that have tiers), or of a directory's files, and why. Moves nothing, and needs no module"},
	{"report", "[--output=FILE]", CTL_OUTPUT, 0, 0, ctl_report,
	 "Write what is needed to look into a bug to a file, without names of files, hosts and volumes"},
	{"restore", "DEV|MOUNT FILE", 0, 2, 2, ctl_restore,
	 "Give frsp.ko what \"save\" wrote to FILE about a filesystem's free space"},
	{"resume", "[--journal=FILE] JOB", CTL_JOURNAL, 1, 1, ctl_resume,
	 "Let a job that was paused go on"},
	{"rollback",
	 "[--dry-run] [--in-use] [--idle] [--max-pressure=PERCENT] [--json] [--rate=BYTES] [--keep-free=BYTES] [--time-limit=TIME] [--progress=WHERE] [--journal=FILE] [--all|DECISION]",
	 CTL_MOVE_OPTIONS | CTL_ALL, 0, 1, ctl_rollback,
	 "Take back what frspd has decided: move data back, set tunables back. Without an argument: list the decisions"},
	{"save", "DEV|MOUNT FILE", 0, 2, 2, ctl_save,
	 "Write what frsp.ko knows about a filesystem's free space to FILE, for \"restore\" after the next mount"},
	{"set", "DEV|MOUNT KEY VALUE", 0, 3, 3, ctl_set,
	 "Change a setting of a filesystem: steer, mb_frsp_max_mem, level or scan"},
	{"simulate",
	 "[--json] [--bytes] [--policy=FILE]... [--output=FILE] FILE",
	 CTL_JSON | CTL_BYTES | CTL_POLICY | CTL_OUTPUT, 1, 1, ctl_simulate,
	 "Play a recording of heat to policies, and compare what they would be worth. Needs no module, and no root"},
	{"status", "[--from-daemon] [--json] [--bytes] [DEV|MOUNT...]",
	 CTL_FROM_DAEMON | CTL_JSON | CTL_BYTES, 0, INT_MAX, ctl_status,
	 "Show what frsp.ko does for these filesystems (default: all)"},
	{"tiers", "[--json] [--measure] [--config=FILE] [DEV|PATH...]",
	 CTL_JSON | CTL_MEASURE | CTL_CONFIG, 0, INT_MAX, ctl_tiers,
	 "Show the fast and slow parts of filesystems, what is free in each, and its share of the heat. Needs no module"},
	{"tree", "[--json] DEV|MOUNT [FLEX]", CTL_JSON, 1, 2, ctl_tree,
	 "Show the free extents of a filesystem, or of one of its flexible block groups, by size"},
	{"undo",
	 "[--dry-run] [--in-use] [--idle] [--max-pressure=PERCENT] [--json] [--rate=BYTES] [--keep-free=BYTES] [--time-limit=TIME] [--progress=WHERE] [--journal=FILE] JOB",
	 CTL_MOVE_OPTIONS, 1, 1, ctl_undo,
	 "Move what a job has moved back to where it was, as far as that is still free"},
	{"wait", "[--journal=FILE] [JOB]", CTL_JOURNAL, 0, 1, ctl_wait,
	 "Wait until a job has ended, or all jobs have, and end as it did"},
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
	if (code == EXIT_OK)
		code = open_files_raise(OPEN_FILES);
	if (code != EXIT_OK)
		return code;
	return ctl.command->run(&ctl);
}
