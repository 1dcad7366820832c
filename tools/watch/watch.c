// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernels differ in the tracepoints and functions that they have. What a kernel
 * has is in its BTF and that of its modules; programs for the rest are turned
 * off, as one of them would make the load of the whole object fail.
 */
#include "watch/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "module/module.h"
#include "watch/pin.h"

/* Modules with tracepoints and functions that programs attach to. frsp.ko is
 * not among them: it has no BTF.
 */
static const char *const modules[] = {"ext4", "jbd2", "xfs"};

#define N_MODULES (sizeof(modules) / sizeof(modules[0]))

struct kernel_btf {
	struct btf *vmlinux;
	struct btf *module[N_MODULES]; /* NULL: built in, or not loaded */
};

static int kernel_btf_read(struct kernel_btf *btf)
{
	btf->vmlinux = btf__load_vmlinux_btf();
	if (!btf->vmlinux)
		return -EOPNOTSUPP;
	for (size_t i = 0; i < N_MODULES; i++)
		btf->module[i] = btf__load_module_btf(modules[i], btf->vmlinux);
	return 0;
}

static void kernel_btf_free(struct kernel_btf *btf)
{
	for (size_t i = 0; i < N_MODULES; i++)
		btf__free(btf->module[i]);
	btf__free(btf->vmlinux);
}

/* Returns the type's id and sets *in to its BTF; <= 0: no BTF has it. */
static int kernel_btf_find(const struct kernel_btf *btf, const char *name,
			   __u32 kind, const struct btf **in)
{
	int id;

	*in = btf->vmlinux;
	id = btf__find_by_name_kind(btf->vmlinux, name, kind);
	for (size_t i = 0; i < N_MODULES && id <= 0; i++) {
		*in = btf->module[i];
		if (*in)
			id = btf__find_by_name_kind(*in, name, kind);
	}
	return id;
}

static bool has_tracepoint(const struct kernel_btf *btf, const char *name)
{
	const struct btf *in;
	char type[128];

	snprintf(type, sizeof(type), "btf_trace_%s", name);
	return kernel_btf_find(btf, type, BTF_KIND_TYPEDEF, &in) > 0;
}

#define ENOTSUPP 524 /* include/linux/errno.h of the kernel */

/* Whether the kernel can attach a program to the end of a function. Only
 * attaching one shows that: on arm64 the BTF of Linux 6.1 has the functions,
 * but only 6.4 and later can attach to them. The kernel has bpf_fentry_test1()
 * for such tests.
 */
static bool can_attach_to_functions(const struct btf *vmlinux)
{
	const struct bpf_insn nothing[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int id = btf__find_by_name_kind(vmlinux, "bpf_fentry_test1",
					BTF_KIND_FUNC);
	LIBBPF_OPTS(bpf_prog_load_opts, options,
		    .expected_attach_type = BPF_TRACE_FEXIT,
		    .attach_btf_id = id > 0 ? id : 0);
	int program, link;

	program = bpf_prog_load(BPF_PROG_TYPE_TRACING, "frsp_probe", "GPL",
				nothing, 2, &options);
	if (program < 0)
		return true;
	link = bpf_raw_tracepoint_open(NULL, program);
	close(program);
	if (link >= 0)
		close(link);
	return link != -ENOTSUPP;
}

/* Whether the kernel has what the program's section, "raw_tp/NAME", names. */
static bool has_place_for(const struct kernel_btf *btf,
			  const struct bpf_program *program)
{
	const char *section = bpf_program__section_name(program);
	const char *name = strchr(section, '/');
	const struct btf *in;

	if (!name)
		return true;
	if (!strncmp(section, "tp_btf/", 7) || !strncmp(section, "raw_tp/", 7))
		return has_tracepoint(btf, name + 1);
	if (!strncmp(section, "fentry/", 7) || !strncmp(section, "fexit/", 6))
		return kernel_btf_find(btf, name + 1, BTF_KIND_FUNC, &in) > 0 &&
		       can_attach_to_functions(btf->vmlinux);
	return true;
}

int watch_probe(struct bpf_object *object)
{
	struct kernel_btf btf = {0};
	struct bpf_program *program;
	int err, left = 0;

	err = kernel_btf_read(&btf);
	if (err)
		return err;
	bpf_object__for_each_program(program, object)
	{
		if (!has_place_for(&btf, program))
			bpf_program__set_autoload(program, false);
		else if (strchr(bpf_program__section_name(program), '/'))
			left++;
	}
	kernel_btf_free(&btf);
	return left;
}

int watch_start(const struct watch *watch)
{
	char other[64];
	int err;

	if (watch_pin_is_there(watch->name))
		return watch_pin_load(watch->name, watch->skeleton);
	if (!watch_pin_other(other, sizeof(other)))
		return -EPROTO;
	err = bpf_object__load_skeleton(watch->skeleton);
	return err ?: bpf_object__attach_skeleton(watch->skeleton);
}

bool watch_has(const struct watch *watch, const struct bpf_program *program)
{
	return bpf_program__fd(program) >= 0 ||
	       watch_pin_has(watch->name, bpf_program__name(program));
}

int watch_program(const char *object, const struct bpf_program *program)
{
	int fd = bpf_program__fd(program);

	if (fd < 0)
		return watch_pin_program(object, program);
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}

__u32 watch_modules(void)
{
	__u32 loaded = frsp_module_is_loaded();

	for (size_t i = 0; i < N_MODULES; i++) {
		char path[64];

		snprintf(path, sizeof(path), "/sys/module/%s", modules[i]);
		loaded |= (__u32)!access(path, F_OK) << (i + 1);
	}
	return loaded;
}

/* The type btf_trace_NAME is a pointer to a function whose parameters are a
 * void * and then the tracepoint's arguments.
 */
static const char *argument_type(const struct btf *btf, int id, __u32 n)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	type = btf__type_by_id(btf, type->type);
	if (!type || !btf_is_ptr(type))
		return NULL;
	type = btf__type_by_id(btf, type->type);
	if (!type || !btf_is_func_proto(type) || n + 1 >= btf_vlen(type))
		return NULL;
	type = btf__type_by_id(btf, btf_params(type)[n + 1].type);
	while (type && (btf_is_ptr(type) || btf_is_mod(type)))
		type = btf__type_by_id(btf, type->type);
	return type ? btf__name_by_offset(btf, type->name_off) : NULL;
}

bool watch_tracepoint_argument(const char *tracepoint, __u32 n, char *type,
			       size_t size)
{
	struct kernel_btf btf = {0};
	const struct btf *in;
	const char *found = NULL;
	char name[128];
	int id;

	snprintf(name, sizeof(name), "btf_trace_%s", tracepoint);
	if (kernel_btf_read(&btf))
		return false;
	id = kernel_btf_find(&btf, name, BTF_KIND_TYPEDEF, &in);
	if (id > 0)
		found = argument_type(in, id, n);
	if (found)
		snprintf(type, size, "%s", found);
	kernel_btf_free(&btf);
	return found;
}

bool watch_kernel_has(const char *function)
{
	struct kernel_btf btf = {0};
	bool has;

	if (kernel_btf_read(&btf))
		return false;
	has = btf__find_by_name_kind(btf.vmlinux, function, BTF_KIND_FUNC) > 0;
	kernel_btf_free(&btf);
	return has;
}

int watch_sum(const struct bpf_map *map, const void *key, void *sum,
	      size_t size)
{
	size_t n_words = size / sizeof(__u64), n_cpus;
	__u64 *per_cpu, *to = sum;
	int err;

	n_cpus = libbpf_num_possible_cpus();
	per_cpu = calloc(n_cpus, size);
	if (!per_cpu)
		return -ENOMEM;
	memset(sum, 0, size);
	err = bpf_map_lookup_elem(bpf_map__fd(map), key, per_cpu);
	for (size_t cpu = 0; !err && cpu < n_cpus; cpu++)
		for (size_t i = 0; i < n_words; i++)
			to[i] += per_cpu[cpu * n_words + i];
	free(per_cpu);
	return err;
}

int watch_cost(const struct watch *watch, __u32 i, struct frsp_cost *cost)
{
	return watch_sum(watch->costs, &i, cost, sizeof(*cost));
}

double watch_cost_ns(const struct frsp_cost *cost)
{
	return cost->samples ? (double)cost->sampled_ns / cost->samples : 0;
}

__u64 watch_missed_runs(int program_fd)
{
	struct bpf_prog_info info = {0};
	__u32 len = sizeof(info);

	if (program_fd < 0 || bpf_obj_get_info_by_fd(program_fd, &info, &len))
		return 0;
	return info.recursion_misses;
}

static __u64 missed_runs_of(const struct watch *watch,
			    const struct bpf_program *program)
{
	int fd = watch_program(watch->name, program);
	__u64 missed = watch_missed_runs(fd);

	if (fd >= 0)
		close(fd);
	return missed;
}

int watch_lost(const struct watch *watch, __u64 *lost)
{
	struct bpf_program *program = NULL;
	__u64 for_reason;
	int err = 0;

	for (__u32 why = 0; why < bpf_map__max_entries(watch->lost); why++) {
		err = watch_sum(watch->lost, &why, &for_reason,
				sizeof(for_reason));
		if (err)
			return err;
		*lost += for_reason;
	}
	while ((program = bpf_object__next_program(watch->object, program)))
		*lost += missed_runs_of(watch, program);
	return 0;
}

/* It is "memlock" in /proc/self/fdinfo/FD. */
__u64 watch_map_charge(int map_fd)
{
	char path[64], line[128];
	__u64 bytes = 0;
	FILE *info;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", map_fd);
	info = fopen(path, "re");
	if (!info)
		return 0;
	while (fgets(line, sizeof(line), info))
		if (sscanf(line, "memlock: %llu", &bytes) == 1)
			break;
	fclose(info);
	return bytes;
}

__u64 watch_map_bytes(const struct bpf_object *object)
{
	struct bpf_map *map;
	__u64 bytes = 0;

	bpf_object__for_each_map(map, object) bytes +=
		watch_map_charge(bpf_map__fd(map));
	return bytes;
}
