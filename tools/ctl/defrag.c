// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frspctl defrag: moves each file that has more extents than it needs; with
 * --hot those files of a filesystem whose use is worth it, the best first.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/output.h"
#include "ctl/hot_files.h"
#include "ctl/move_walk.h"
#include "move/defrag.h"
#include "paths/path.h"

static void move(struct move_walk *walk, int path_fd, const char *path, int dir,
		 struct move_result *result)
{
	defrag_file(&walk->fs, path_fd, path, dir, &walk->options, result);
}

static enum exit_code walk_paths(const struct ctl *ctl, char *const *paths,
				 size_t n)
{
	static const struct move_report_schemas schemas = {
		.file = "frsp.defrag-file/1",
		.sum = "frsp.defrag/1",
	};
	struct move_walk walk = {.schemas = &schemas, .move = move};

	return move_walk(&walk, ctl, paths, n);
}

/* --- hot files ------------------------------------------------------------ */

/* A line for each: extents, seeks saved, cost, path. */
static enum exit_code write_list(const struct hot_files *files,
				 const char *path)
{
	char text[PATH_LABEL_LEN];
	FILE *out = fopen(path, "we");
	int err = out ? 0 : -errno;

	for (size_t i = 0; i < files->n && out; i++) {
		const struct hot_file *file = &files->list[i];

		path_escape(file->path, text, sizeof(text));
		fprintf(out, "%llu %.1f %.1f %s\n", file->extents, file->saved,
			file->cost, text);
	}
	if (out) {
		err = output_flush(out);
		if (fclose(out) && !err)
			err = -errno;
	}
	return err ? log_fail(EXIT_FAILED, "name another file with --output",
			      "%s: cannot write it: %s", path, strerror(-err))
		   : EXIT_OK;
}

static enum exit_code walk_hot(const struct ctl *ctl,
			       const struct hot_files *files)
{
	char **paths = calloc(files->n + 1, sizeof(*paths));
	enum exit_code code;

	if (!paths)
		return log_no_memory();
	for (size_t i = 0; i < files->n; i++)
		paths[i] = files->list[i].path;
	code = walk_paths(ctl, paths, files->n);
	free(paths);
	return code;
}

static enum exit_code defrag_hot(const struct ctl *ctl)
{
	struct hot_files files;
	enum exit_code code;

	if (ctl->n_args != 1)
		return log_fail(EXIT_USAGE, "frspctl defrag --hot DEV|MOUNT",
				"defrag: --hot takes one filesystem");
	code = ctl_output_check_recordings(ctl);
	if (code != EXIT_OK)
		return code;
	code = hot_files_find(ctl, ctl->args[0], &files);
	if (code == EXIT_OK)
		code = ctl->output ? write_list(&files, ctl->output)
				   : walk_hot(ctl, &files);
	hot_files_free(&files);
	return code;
}

enum exit_code ctl_defrag(const struct ctl *ctl)
{
	enum exit_code code = move_walk_check(ctl);

	if (code != EXIT_OK)
		return code;
	if (ctl->hot)
		return defrag_hot(ctl);
	if (ctl->given & (CTL_INPUT | CTL_POLICY | CTL_CONFIG | CTL_OUTPUT))
		return log_fail(
			EXIT_USAGE, "frspctl defrag --hot DEV|MOUNT",
			"defrag: --input, --policy, --config and --output are for --hot");
	return walk_paths(ctl, ctl->args, ctl->n_args);
}
