// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch_pin.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bpf/bpf.h>

/* The directory of the object, or of the schema for NULL. */
static void directory(char path[PATH_MAX], const char *object)
{
	snprintf(path, PATH_MAX, "%s/v%d%s%s", WATCH_PIN_ROOT, WATCH_PIN_SCHEMA,
		 object ? "/" : "", object ? object : "");
}

/* The BPF filesystem takes no dots, which internal maps have in their names. */
static void pin_path(char path[PATH_MAX], const char *object, const char *name)
{
	size_t len;

	directory(path, object);
	len = strlen(path);
	snprintf(path + len, PATH_MAX - len, "/%s", name);
	for (char *at = path + len; *at; at++)
		*at = *at == '.' ? '_' : *at;
}

bool watch_pin_is_there(const char *object)
{
	char path[PATH_MAX];

	directory(path, object);
	return !access(path, F_OK);
}

int watch_pin_other(char *path, size_t size)
{
	DIR *root = opendir(WATCH_PIN_ROOT);
	struct dirent *entry;
	int err = -ENOENT;
	char ours[16];

	if (!root)
		return -ENOENT;
	snprintf(ours, sizeof(ours), "v%d", WATCH_PIN_SCHEMA);
	while (err && (entry = readdir(root)))
		if (entry->d_name[0] == 'v' && strcmp(entry->d_name, ours)) {
			snprintf(path, size, "%s/%s", WATCH_PIN_ROOT,
				 entry->d_name);
			err = 0;
		}
	closedir(root);
	return err;
}

int watch_pin_reuse(const char *object, struct bpf_object *from)
{
	struct bpf_program *program = NULL;
	struct bpf_map *map = NULL;
	int err = 0;

	while ((program = bpf_object__next_program(from, program)))
		bpf_program__set_autoload(program, false);
	while ((map = bpf_object__next_map(from, map))) {
		char path[PATH_MAX];
		int fd;

		pin_path(path, object, bpf_map__name(map));
		fd = bpf_obj_get(path);
		if (fd < 0 && errno != ENOENT)
			return -errno;
		err = fd < 0 ? bpf_map__set_autocreate(map, false)
			     : bpf_map__reuse_fd(map, fd);
		if (fd >= 0)
			close(fd); /* the map has a copy */
		if (err)
			return err;
	}
	return 0;
}

static int make_directory(const char *path)
{
	return mkdir(path, 0700) && errno != EEXIST ? -errno : 0;
}

static int make_directories(const char *object)
{
	char path[PATH_MAX];
	int err = make_directory(WATCH_PIN_ROOT);

	directory(path, NULL);
	if (!err)
		err = make_directory(path);
	if (err)
		return err;
	directory(path, object);
	return mkdir(path, 0700) ? -errno : 0;
}

/* What is in it, and the directory itself. */
static int remove_pins(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int err = 0;

	if (!dir)
		return -errno;
	while (!err && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' &&
		    unlinkat(dirfd(dir), entry->d_name, 0))
			err = -errno;
	closedir(dir);
	return !err && rmdir(path) ? -errno : err;
}

static int pin_links(const char *object, struct bpf_object_skeleton *skeleton)
{
	int err = 0;

	for (int i = 0; i < skeleton->prog_cnt && !err; i++) {
		struct bpf_prog_skeleton *program =
			(void *)((char *)skeleton->progs +
				 (size_t)i * skeleton->prog_skel_sz);
		char path[PATH_MAX];

		if (!*program->link) /* this kernel has no place for it */
			continue;
		pin_path(path, object, program->name);
		err = bpf_link__pin(*program->link, path);
	}
	return err;
}

static int pin_maps(const char *object, struct bpf_object *from)
{
	struct bpf_map *map = NULL;
	int err = 0;

	while (!err && (map = bpf_object__next_map(from, map))) {
		char path[PATH_MAX];

		/* is reached by tasks only */
		if (bpf_map__type(map) == BPF_MAP_TYPE_TASK_STORAGE)
			continue;
		pin_path(path, object, bpf_map__name(map));
		err = bpf_map__pin(map, path);
	}
	return err;
}

int watch_pin(const char *object, struct bpf_object_skeleton *skeleton)
{
	char path[PATH_MAX];
	int err = make_directories(object);

	if (err)
		return err;
	err = pin_maps(object, *skeleton->obj);
	if (!err)
		err = pin_links(object, skeleton);
	if (err) {
		directory(path, object);
		remove_pins(path);
	}
	return err;
}

int watch_unpin(void)
{
	struct dirent *entry;
	char path[PATH_MAX];
	int err = 0;
	DIR *dir;

	directory(path, NULL);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while (!err && (entry = readdir(dir))) {
		char object[PATH_MAX];

		if (entry->d_name[0] == '.')
			continue;
		directory(object, entry->d_name);
		err = remove_pins(object);
	}
	closedir(dir);
	if (!err && rmdir(path))
		err = -errno;
	rmdir(WATCH_PIN_ROOT); /* unless another schema is there */
	return err;
}
