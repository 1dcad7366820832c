// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * If frspd is killed, its programs stay pinned and go on counting, and the next
 * frspd takes them: no heat is lost. A mark among the pins says that they are
 * frspd's.
 */
#include "daemon/tracking.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/vfs.h>
#include <linux/magic.h>

#include "cli/open_files.h"
#include "cli/privilege.h"
#include "heat/monitor.h"
#include "watch/es.h"
#include "watch/pin.h"

#define OWNER	   "frspd"
#define OPEN_FILES 128

/* So hotmon and frsp-top use the same pins, see heat/track.h. */
static const struct hot_track_options usual = {
	.memory = HOT_TRACK_DEFAULT_MEMORY,
	.half_life_s = HOT_TRACK_DEFAULT_HALF_LIFE_S,
};

static int pin_both(struct hot_track *track, struct es_watch *es)
{
	struct watch_pin_object objects[2] = {
		{HOT_TRACK_OBJECT, hot_track_skeleton(track)},
	};
	size_t n = 1;

	if (hot_track_is_pinned(track))
		return -EEXIST;
	if (es)
		objects[n++] = (struct watch_pin_object){
			es_watch_base(es)->name, es_watch_base(es)->skeleton};
	return watch_pin(objects, n, OWNER);
}

static int load_and_pin(bool with_es)
{
	struct hot_track *track = NULL;
	struct es_watch *es = NULL;
	int err = hot_track_open(&usual, &track);

	if (!err && with_es)
		err = es_watch_open(&es);
	if (!err)
		err = pin_both(track, es);
	es_watch_close(es);
	hot_track_close(track);
	return err;
}

int tracking_open_reader(int program, struct hot_monitor **out)
{
	struct hot_monitor_options options = {.track = usual, .no_scan = true};
	struct mount_table *mounts;
	int err = mount_table_read(&mounts);

	options.track.only_pinned = true;
	options.track.program = program;
	return err ?: hot_monitor_open(&options, mounts, out);
}

static bool has_bpffs(void)
{
	struct statfs fs;

	return !statfs("/sys/fs/bpf", &fs) && fs.f_type == BPF_FS_MAGIC;
}

/* Tries twice, as somebody else may pin or unpin meanwhile. */
static int open_monitor(bool with_es, struct hot_monitor **out)
{
	int err = -ENOENT;

	if (!has_bpffs())
		return -ENOTDIR;
	for (int i = 0; i < 2 && err == -ENOENT; i++) {
		if (!watch_pin_is_there(HOT_TRACK_OBJECT)) {
			err = load_and_pin(with_es);
			if (err && err != -EEXIST)
				return err;
		}
		err = tracking_open_reader(0, out);
	}
	return err;
}

static enum exit_code fail(int err)
{
	switch (err) {
	case -ENOTDIR:
		return log_fail(EXIT_UNSUPPORTED,
				"\"mount -t bpf bpf /sys/fs/bpf\"",
				"%s: no BPF filesystem is mounted there",
				WATCH_PIN_ROOT);
	case -ENOENT:
	case -EPROTO:
		return log_fail(
			EXIT_FAILED,
			"\"frsp-top --unpin\" unpins them; frspd then pins what it needs",
			"%s: other programs are pinned than frspd needs",
			WATCH_PIN_ROOT);
	case -EOPNOTSUPP:
		return log_fail(
			EXIT_UNSUPPORTED, "Linux 6.1 or newer is needed",
			"the kernel lacks the tracepoint block_bio_queue");
	case -EPERM:
	case -EACCES:
		return log_fail(EXIT_PERMISSION, "run it as root",
				"%s: not permitted", WATCH_PIN_ROOT);
	}
	return log_fail(EXIT_FAILED,
			"\"sudo hotmon -v\" shows what libbpf says",
			"cannot load the BPF programs: %s", strerror(-err));
}

enum exit_code tracking_begin(bool with_es, struct tracking *tracking)
{
	enum exit_code code = privilege_check();
	char other[PATH_MAX];
	int err;

	*tracking = (struct tracking){0};
	if (code == EXIT_OK)
		code = open_files_raise(OPEN_FILES);
	if (code != EXIT_OK)
		return code;
	if (!watch_pin_other(other, sizeof(other)))
		return log_fail(
			EXIT_FAILED,
			"run \"frsp-top --unpin\" of that version, or remove the directory",
			"%s: BPF programs of another version are pinned",
			other);
	err = open_monitor(with_es, &tracking->monitor);
	if (!err && with_es)
		err = es_watch_open(&tracking->es);
	if (!err)
		return EXIT_OK;
	tracking_end(tracking);
	return fail(err);
}

int tracking_end(struct tracking *tracking)
{
	int err = 0;

	es_watch_close(tracking->es);
	hot_monitor_close(tracking->monitor);
	if (watch_pin_is_of(OWNER))
		err = watch_unpin();
	return err == -ENOENT ? 0 : err;
}
