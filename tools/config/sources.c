// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/sources.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const directories[] = {"/etc", "/run", "/usr/local/lib",
					  "/usr/lib"};

#define N_DIRECTORIES (sizeof(directories) / sizeof(directories[0]))

/* A drop-in: its path, and the name that it is sorted by. */
struct drop_in {
	char *path;
	const char *name; /* in path */
	bool is_read;	  /* else it only takes the place of others */
};

struct drop_ins {
	struct drop_in *list;
	size_t n;
};

static int add_source(struct config_sources *sources, const char *path)
{
	char **more =
		reallocarray(sources->paths, sources->n + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	sources->paths = more;
	more[sources->n] = strdup(path);
	return more[sources->n++] ? 0 : -ENOMEM;
}

static int find_main(const char *root, struct config_sources *sources)
{
	char path[PATH_MAX];
	struct stat st;

	for (size_t i = 0; i < N_DIRECTORIES; i++) {
		snprintf(path, sizeof(path), "%s%s/frsp/frspd.conf", root,
			 directories[i]);
		if (!stat(path, &st))
			return S_ISREG(st.st_mode) ? add_source(sources, path)
						   : 0;
	}
	return 0;
}

static bool is_taken(const struct drop_ins *ins, const char *name)
{
	for (size_t i = 0; i < ins->n; i++)
		if (!strcmp(ins->list[i].name, name))
			return true;
	return false;
}

static bool is_configuration(const char *name)
{
	size_t len = strlen(name);

	return *name != '.' && len > 5 && !strcmp(name + len - 5, ".conf");
}

static int add_drop_in(struct drop_ins *ins, const char *directory,
		       const char *name)
{
	struct drop_in *more, *one;
	struct stat st;

	if (!is_configuration(name) || is_taken(ins, name))
		return 0;
	more = reallocarray(ins->list, ins->n + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	ins->list = more;
	one = &more[ins->n];
	if (asprintf(&one->path, "%s/%s", directory, name) < 0)
		return -ENOMEM;
	one->name = one->path + strlen(directory) + 1;
	one->is_read = !stat(one->path, &st) && S_ISREG(st.st_mode);
	ins->n++;
	return 0;
}

static int read_directory(const char *path, struct drop_ins *ins)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	int err = 0;

	if (!directory)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	while (!err && (entry = readdir(directory)))
		err = add_drop_in(ins, path, entry->d_name);
	closedir(directory);
	return err;
}

static int compare(const void *a, const void *b)
{
	const struct drop_in *one = a, *other = b;

	return strcmp(one->name, other->name);
}

static int add_sorted(struct drop_ins *ins, struct config_sources *sources)
{
	int err = 0;

	if (ins->n)
		qsort(ins->list, ins->n, sizeof(*ins->list), compare);
	for (size_t i = 0; i < ins->n && !err; i++)
		if (ins->list[i].is_read)
			err = add_source(sources, ins->list[i].path);
	return err;
}

int config_sources_find(const char *root, struct config_sources *sources,
			char *failed)
{
	struct drop_ins ins = {0};
	int err;

	*sources = (struct config_sources){0};
	*failed = '\0';
	err = find_main(root, sources);
	for (size_t i = 0; i < N_DIRECTORIES && !err; i++) {
		snprintf(failed, PATH_MAX, "%s%s/frsp/frspd.conf.d", root,
			 directories[i]);
		err = read_directory(failed, &ins);
	}
	err = err ?: add_sorted(&ins, sources);
	for (size_t i = 0; i < ins.n; i++)
		free(ins.list[i].path);
	free(ins.list);
	return err;
}

void config_sources_free(struct config_sources *sources)
{
	for (size_t i = 0; i < sources->n; i++)
		free(sources->paths[i]);
	free(sources->paths);
	*sources = (struct config_sources){0};
}
