// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/heatmap.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/json_out.h"
#include "base/output.h"
#include "cli/live_end.h"
#include "cli/privilege.h"
#include "fs/mount_name.h"
#include "heat/page.h"
#include "hotmon/heatmap_place.h"
#include "hotmon/heatmap_svg.h"
#include "hotmon/heatmap_text.h"
#include "hotmon/page_report.h"
#include "hotmon/recording.h"
#include "ui/screen.h"
#include "ui/term_colors.h"

#define DEFAULT_COLUMNS 80
#define DEFAULT_LINES	24
#define TITLE_LEN	(PATH_LABEL_LEN + 128)

/* The map, and what it is made from. */
struct drawing {
	const struct hotmon_opts *opts;
	struct trace_reader *reader;
	struct heatmap map;
	struct heatmap_screen screen;
	FILE *out; /* of -o, or NULL */
	char title[TITLE_LEN];
	char *names[HEATMAP_MAX_BANDS];
};

/* An image that is there stays until there is another one for it. */
enum exit_code heatmap_output(const struct hotmon_opts *opts, FILE **out)
{
	int fd;

	*out = NULL;
	if (!opts->output)
		return EXIT_OK;
	fd = open(opts->output, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd >= 0)
		*out = fdopen(fd, "w");
	if (*out)
		return EXIT_OK;
	return log_fail(EXIT_FAILED, "name another file with -o",
			"%s: cannot write it: %s", opts->output,
			strerror(errno));
}

void heatmap_output_close(const struct hotmon_opts *opts, FILE *out)
{
	struct stat st;

	if (out && !fstat(fileno(out), &st) && S_ISREG(st.st_mode) &&
	    !st.st_size)
		unlink(opts->output);
	if (out)
		fclose(out);
}

static enum exit_code fail_memory(void)
{
	return log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
}

static struct heatmap_screen screen_now(const struct hotmon_opts *opts)
{
	return (struct heatmap_screen){
		.n_columns = screen_stdout_columns() ?: DEFAULT_COLUMNS,
		.n_lines = screen_stdout_lines() ?: DEFAULT_LINES,
		.colors = opts->report.color ? term_colors_stdout() : 0,
	};
}

/* What the map is called where its name comes from the recording. */
static char *name_of(const struct trace_file *file, const struct trace_fs *fs)
{
	const struct path_result result = {
		.path = (char *)file->path,
		.state = file->state == TRACE_PATH_DELETED ? PATH_DELETED
			 : file->path			   ? PATH_KNOWN
							   : PATH_UNKNOWN,
		.n_links = file->n_links,
	};
	char *name = malloc(PATH_LABEL_LEN);

	if (name)
		path_label(&result, file->ino, fs->subdev, file->gen, name,
			   PATH_LABEL_LEN);
	return name;
}

static bool show_hottest(struct drawing *drawing)
{
	struct heatmap *map = &drawing->map;
	__u32 order[HEATMAP_MAX_BANDS], max, n;

	max = drawing->out ? HEATMAP_SVG_BANDS
			   : heatmap_text_bands(&drawing->screen);
	n = heatmap_show_hottest(map, max, order);
	for (__u32 i = 0; i < n; i++) {
		const struct trace_file *file =
			trace_file(drawing->reader, order[i]);

		drawing->names[i] =
			name_of(file, trace_fs(drawing->reader, file->fs));
		if (!drawing->names[i])
			return false;
		map->bands[i].name = drawing->names[i];
	}
	return true;
}

/* One band for all that had this path, one after the other. */
static void show_path(struct drawing *drawing, const char *path)
{
	struct heatmap *map = &drawing->map;

	for (__u32 i = 0; i < map->n_files; i++) {
		const char *other = trace_file(drawing->reader, i)->path;

		if (!other || strcmp(other, path) != 0)
			continue;
		if (!map->n_bands)
			heatmap_add_band(map, path, 0);
		heatmap_show(map, i, 0);
	}
}

static void show_inode(struct drawing *drawing, const struct hot_page *page)
{
	struct heatmap *map = &drawing->map;
	__u64 bytes = page->stat_err ? 0 : page->st.st_size;

	for (__u32 i = 0; i < map->n_files; i++) {
		const struct trace_file *file = trace_file(drawing->reader, i);
		const struct trace_fs *fs = trace_fs(drawing->reader, file->fs);

		if (file->ino != page->heat.key.ino ||
		    file->gen != page->heat.key.gen ||
		    fs->subdev != page->fs.dev)
			continue;
		if (!map->n_bands)
			heatmap_add_band(map, drawing->opts->target, bytes);
		heatmap_show(map, i, 0);
	}
}

/* --- a disk --------------------------------------------------------------- */

/* Whether the target means the filesystem, and not a file or directory of it. */
static bool is_disk(const char *target, const struct mount_entry *entry)
{
	char resolved[PATH_MAX];
	struct stat st;

	if (!strchr(target, '/')) /* sda1, 8:1 */
		return true;
	if (!strcmp(target, entry->target))
		return true;
	return !strncmp(target, "/dev/", 5) && realpath(target, resolved) &&
	       !stat(resolved, &st) && S_ISBLK(st.st_mode);
}

/* The mounted filesystem that the target means; NULL: none. */
static const struct mount_entry *find_disk(const char *target,
					   const struct mount_table *mounts)
{
	const struct mount_entry *entry;

	if (!target || mount_name_find(mounts, target, &entry) ||
	    !is_disk(target, entry))
		return NULL;
	return entry;
}

static int show_disk(struct drawing *drawing, const struct mount_entry *entry)
{
	drawing->screen.has_disk = true;
	return heatmap_place(&drawing->map, drawing->reader, entry,
			     drawing->opts->target);
}

static void make_title(struct drawing *drawing)
{
	const struct heatmap *map = &drawing->map;
	const char *of = map->n_bands > 1 ? "hottest files" : "";
	size_t len = 0;

	if (map->n_bands == 1 && map->bands[0].name)
		len = path_escape(map->bands[0].name, drawing->title,
				  PATH_LABEL_LEN);
	if (len >= PATH_LABEL_LEN)
		len = PATH_LABEL_LEN - 1;
	snprintf(drawing->title + len, TITLE_LEN - len,
		 "%s: I/Os by offset and time, %.0f %% of all", of,
		 map->all_ios > 0 ? 100 * map->shown_ios / map->all_ios : 0);
}

static enum exit_code fail_output(const struct drawing *drawing, int err)
{
	return log_fail(EXIT_FAILED, "name another file with -o",
			"%s: cannot write it: %s", drawing->opts->output,
			strerror(-err));
}

/* The map of what was chosen. */
static enum exit_code draw(struct drawing *drawing)
{
	struct heatmap *map = &drawing->map;
	FILE *out = drawing->out ?: stdout;
	int err;

	if (drawing->out)
		err = heatmap_fill(map, drawing->reader, HEATMAP_SVG_COLUMNS,
				   HEATMAP_SVG_ROWS);
	else
		err = heatmap_fill(
			map, drawing->reader,
			heatmap_text_columns(&drawing->screen, map->n_bands),
			heatmap_text_rows(&drawing->screen, map->n_bands));
	if (err)
		return log_fail(EXIT_FAILED, NULL, "%s", strerror(-err));
	make_title(drawing);
	/* what is no regular file, such as a pipe, has nothing to cut */
	if (drawing->out && ftruncate(fileno(out), 0) && errno != EINVAL)
		return fail_output(drawing, -errno);
	if (drawing->out)
		heatmap_svg(out, map, drawing->title);
	else
		heatmap_text_print(out, map, drawing->title, &drawing->screen);
	err = output_flush(out);
	return err && drawing->out ? fail_output(drawing, err) : live_end(err);
}

static void end(struct drawing *drawing)
{
	heatmap_output_close(drawing->opts, drawing->out);
	for (__u32 i = 0; i < HEATMAP_MAX_BANDS; i++)
		free(drawing->names[i]);
	heatmap_free(&drawing->map);
	trace_close(drawing->reader);
	free(drawing);
}

/* Takes out, also if there is no memory. */
static struct drawing *begin(const struct hotmon_opts *opts, FILE *out)
{
	struct drawing *drawing = calloc(1, sizeof(*drawing));

	if (!drawing) {
		heatmap_output_close(opts, out);
		return NULL;
	}
	drawing->opts = opts;
	drawing->out = out;
	drawing->screen = screen_now(opts);
	return drawing;
}

/* Whether the recording has a filesystem that was mounted there. */
static bool has_mount(const struct drawing *drawing, const char *path)
{
	for (__u32 i = 0; i < trace_n_fs(drawing->reader); i++)
		if (!strcmp(trace_fs(drawing->reader, i)->mount, path))
			return true;
	return false;
}

/* Files may lie elsewhere since a recording was made, and do on another
 * machine. Since the same boot they have the same numbers, at least.
 */
static bool is_of_this_boot(const struct drawing *drawing)
{
	char boot_id[JSON_BOOT_ID_LEN];

	json_boot_id(boot_id);
	return *boot_id &&
	       !strcmp(trace_info(drawing->reader)->boot_id, boot_id);
}

/* The target of a recording: one of its paths, or else a disk. */
static enum exit_code show_recorded(struct drawing *drawing,
				    const struct mount_table *mounts)
{
	const char *target = drawing->opts->target;
	const struct mount_entry *disk;
	enum exit_code code;
	int err;

	show_path(drawing, target);
	disk = drawing->map.n_bands ? NULL : find_disk(target, mounts);
	if (!disk && (drawing->map.n_bands || !has_mount(drawing, target)))
		return EXIT_OK;
	if (!disk || !is_of_this_boot(drawing))
		return log_fail(
			EXIT_FAILED,
			"without MOUNT|DEV, the map has the files with the most I/O",
			"%s: where its files were on the disk is not in the recording, which is of another machine, boot or mount",
			target);
	code = privilege_check();
	if (code != EXIT_OK)
		return code;
	err = show_disk(drawing, disk);
	return err ? log_fail(EXIT_FAILED, NULL, "%s", strerror(-err))
		   : EXIT_OK;
}

static enum exit_code show_recorded_target(struct drawing *drawing)
{
	struct mount_table *mounts;
	enum exit_code code;
	int err = mount_table_read(&mounts);

	if (err)
		return log_fail(EXIT_FAILED, NULL,
				"cannot read the mount table: %s",
				strerror(-err));
	code = show_recorded(drawing, mounts);
	mount_table_free(mounts);
	return code;
}

static enum exit_code show_recording(struct drawing *drawing)
{
	const struct hotmon_opts *opts = drawing->opts;
	struct heatmap *map = &drawing->map;
	enum exit_code code = EXIT_OK;
	struct trace_error error;
	int err;

	if (trace_open(opts->input, &drawing->reader, &error))
		return log_fail(EXIT_FAILED, error.hint, "%s", error.cause);
	err = heatmap_survey(map, drawing->reader);
	if (err)
		return log_fail(EXIT_FAILED, NULL, "%s: %s", opts->input,
				strerror(-err));
	if (trace_problem(drawing->reader))
		log_warn("%s", trace_problem(drawing->reader)->cause);
	if (opts->target)
		code = show_recorded_target(drawing);
	else if (!show_hottest(drawing))
		code = fail_memory();
	if (code != EXIT_OK)
		return code;
	if (!(map->shown_ios > 0) && opts->target)
		return log_fail(
			EXIT_FAILED,
			"without a path, the map has the files with the most I/O",
			"%s: the recording %s has no I/O of it", opts->target,
			opts->input);
	if (!(map->shown_ios > 0))
		return log_fail(EXIT_FAILED, NULL, "%s: it has no I/O of files",
				opts->input);
	return draw(drawing);
}

enum exit_code heatmap_play(const struct hotmon_opts *opts, FILE *out)
{
	struct drawing *drawing = begin(opts, out);
	enum exit_code code;

	if (!drawing)
		return fail_memory();
	code = show_recording(drawing);
	end(drawing);
	return code;
}

/* Records into memory, and reads that. */
static enum exit_code take(struct drawing *drawing, struct hot_monitor *monitor)
{
	int fd = memfd_create("hotmon-heatmap", MFD_CLOEXEC), err;
	struct hot_record_state state = {0};
	struct trace_error error;
	char path[64];

	err = fd < 0 ? -errno
		     : recording_take(monitor, drawing->opts, fd, &state);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!err)
		err = trace_open(path, &drawing->reader, &error);
	if (!err)
		err = heatmap_survey(&drawing->map, drawing->reader);
	if (fd >= 0)
		close(fd);
	if (!err && state.lost)
		log_warn(
			"%llu updates of counts were lost, as the table was full; give it more --memory",
			state.lost);
	return live_end(err);
}

/* What is to be shown: a disk, a file, or neither. */
struct target {
	const struct mount_entry *disk;
	struct hot_page *page;
};

static enum exit_code show_live(struct drawing *drawing,
				struct hot_monitor *monitor,
				const struct target *target)
{
	struct heatmap *map = &drawing->map;
	enum exit_code code = take(drawing, monitor);
	int err = 0;

	if (code != EXIT_OK)
		return code;
	if (target->page)
		err = hot_monitor_page(monitor, target->page);
	if (err)
		return fail_memory();
	if (target->disk)
		err = show_disk(drawing, target->disk);
	else if (target->page)
		show_inode(drawing, target->page);
	else if (!show_hottest(drawing))
		err = -ENOMEM;
	if (err)
		return log_fail(EXIT_FAILED, NULL, "%s", strerror(-err));
	if (!(map->shown_ios > 0))
		return log_fail(
			EXIT_FAILED,
			"what the page cache answers needs no disk; give it more time",
			"%s: no disk I/O in %.0f s",
			drawing->opts->target ?: "files",
			(map->end_ns - map->start_ns) / 1e9);
	return draw(drawing);
}

enum exit_code heatmap_live(struct hot_monitor *monitor,
			    const struct hotmon_opts *opts, FILE *out)
{
	struct drawing *drawing = begin(opts, out);
	struct mount_table *mounts = NULL;
	struct target target = {0};
	enum exit_code code;
	int err;

	if (!drawing)
		return fail_memory();
	err = mount_table_read(&mounts);
	if (!err)
		target.disk = find_disk(opts->target, mounts);
	if (!err && opts->target && !target.disk)
		err = hot_page_of_path(monitor, opts->target, &target.page);
	code = err ? page_report_fail(opts->target, err)
		   : show_live(drawing, monitor, &target);
	hot_page_free(target.page);
	end(drawing);
	if (mounts)
		mount_table_free(mounts);
	return code;
}
