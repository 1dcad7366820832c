// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/version.h"
#include "daemon/heat_metrics.h"
#include "daemon/say.h"

#define REMOVE_MS 500 /* how long the end waits for the file to go */

/* --- the numbers ---------------------------------------------------------- */

static void add_trees(const struct trees_of *trees, struct metrics_fs *metrics)
{
	metrics->has_trees =
		metrics->has_frsp && trees->tuner != CONFIG_TUNER_OBSERVE;
	metrics->trees_raised = trees->n_raised;
	metrics->trees_lowered = trees->n_lowered;
	for (int i = 0; i < TREES_N_TUNABLES; i++)
		metrics->trees_left_alone += trees->memory.known[i].by_hand;
}

static void read_filesystem(const struct filesystem *fs,
			    struct metrics_fs *metrics)
{
	char name[MOUNT_NAME_LEN];
	const char *file;

	*metrics = (struct metrics_fs){
		.name = fs->name,
		.uuid = fs->uuid,
		.mode = config_mode_word(fs->mode),
	};
	mount_name_or_number(fs->dev, name);
	metrics->has_escache =
		!es_info_read(ES_INFO_ROOT, name, &metrics->escache);
	metrics->has_frsp =
		fs_status_is_attached(FS_STATUS_ROOT, name) &&
		!fs_status_read(FS_STATUS_ROOT, name, &metrics->frsp, &file);
	add_trees(&fs->tree_memory, metrics);
}

int export_text(const struct filesystems *filesystems,
		struct hot_monitor *monitor, char **text, size_t *len)
{
	struct metrics_fs *list = calloc(filesystems->n + 1, sizeof(*list));
	struct metrics metrics = {.version = frsp_version, .filesystems = list};
	FILE *out = open_memstream(text, len);
	int err = list && out ? heat_metrics_read(monitor, &metrics) : -ENOMEM;

	for (size_t i = 0; !err && i < filesystems->n; i++)
		if (filesystems->list[i].mode != CONFIG_OFF)
			read_filesystem(&filesystems->list[i],
					&list[metrics.n++]);
	if (!err)
		metrics_write(out, &metrics);
	if (out && fclose(out) && !err)
		err = -ENOMEM;
	free(list);
	return err;
}

/* --- the file ------------------------------------------------------------- */

/* Replaces the file in one step. What is left of a writer that was killed does
 * not stay: the new file has always the same name. node_exporter reads only
 * names that end with .prom. Returns 0 or an errno, as the exit status of the
 * child.
 */
static int replace(const char *path, const char *text, size_t len)
{
	char new[PATH_MAX];
	int fd, err;

	if ((size_t)snprintf(new, sizeof(new), "%s.new", path) >= sizeof(new))
		return ENAMETOOLONG;
	unlink(new);
	fd = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno;
	err = -file_write(fd, text, len);
	if (!err && fchmod(fd, 0644))
		err = errno;
	if (close(fd) && !err)
		err = errno;
	if (!err && rename(new, path))
		err = errno;
	if (err)
		unlink(new);
	return err;
}

static void remove_file(const char *path)
{
	const struct timespec ms = {.tv_nsec = 1000000};
	pid_t child = child_fork("frspd-metrics", -1);

	if (!child)
		_exit(unlink(path) ? errno : 0);
	for (int i = 0; child > 0 && i < REMOVE_MS; i++) {
		if (child_has_ended(child))
			return;
		nanosleep(&ms, NULL);
	}
}

static void tell(struct export *export, int err)
{
	if (err == ENOENT)
		err = 0; /* no node_exporter here */
	if (err && err != export->told_err)
		say(&say_no_metrics, NULL,
		    "%s: the metrics cannot be written: %s", export->path,
		    strerror(err));
	export->told_err = err;
}

/* Takes the result of the last writer. False: it still runs. */
static bool is_done(struct export *export)
{
	int status;

	if (!export->writer)
		return true;
	if (!waitpid(export->writer, &status, WNOHANG)) {
		tell(export, ETIMEDOUT);
		return false;
	}
	export->writer = 0;
	tell(export, WIFEXITED(status) ? WEXITSTATUS(status) : EIO);
	return true;
}

static void start_writer(struct export *export, const char *text, size_t len)
{
	pid_t child = child_fork("frspd-metrics", -1);

	if (!child)
		_exit(replace(export->path, text, len));
	if (child < 0)
		tell(export, errno);
	else
		export->writer = child;
}

void export_tick(struct export *export, const struct config *config,
		 const struct filesystems *filesystems,
		 struct hot_monitor *monitor)
{
	const char *path = config_text(config, "metrics");
	double now_s = clock_monotonic_s();
	char *text = NULL;
	size_t len;

	if (now_s < export->next_s || !is_done(export))
		return;
	export->next_s = now_s + config_seconds(config, "metrics_interval");
	if (*export->path && strcmp(export->path, path))
		export_end(export);
	if (!strcmp(path, "off"))
		return;
	snprintf(export->path, sizeof(export->path), "%s", path);
	if (!export_text(filesystems, monitor, &text, &len))
		start_writer(export, text, len);
	free(text);
}

void export_end(struct export *export)
{
	if (export->writer)
		child_end(export->writer);
	if (*export->path)
		remove_file(export->path);
	*export = (struct export){.next_s = export->next_s};
}
