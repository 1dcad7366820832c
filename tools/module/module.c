// SPDX-License-Identifier: GPL-2.0-or-later
#include "module/module.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/sysfs.h"
#include "base/text_match.h"
#include "kmod_facts.h"

bool frsp_module_is_loaded(void)
{
	return !access(FRSP_MODULE_DIR, F_OK);
}

bool frsp_module_is_for_this_kernel(void)
{
	struct utsname name;

	return !uname(&name) && text_matches(name.release, FRSP_KERNELS) &&
	       text_matches(name.machine, FRSP_MACHINES) &&
	       !strstr(name.version, "PREEMPT_RT");
}

int frsp_module_version(char *version, size_t size)
{
	return sysfs_read_line(FRSP_MODULE_DIR, "version", version, size);
}

static int check_abi(int fd)
{
	struct frsp_ioc_version version = {.size = sizeof(version)};

	if (ioctl(fd, FRSP_IOC_VERSION, &version))
		return -errno;
	return version.abi == FRSP_ABI ? 0 : -EPROTO;
}

int frsp_module_open(void)
{
	int fd = open(FRSP_DEVICE, O_RDWR | O_CLOEXEC), err;

	if (fd < 0)
		return errno == ENODEV || errno == ENXIO ? -ENOENT : -errno;
	err = check_abi(fd);
	if (!err)
		return fd;
	close(fd);
	return err;
}

int frsp_module_free_extents(int device, int fs,
			     struct frsp_ioc_free_extents *call)
{
	call->size = sizeof(*call);
	call->fd = fs;
	return ioctl(device, FRSP_IOC_FREE_EXTENTS, call) ? -errno : 0;
}

int frsp_module_place(int device, int file, const struct frsp_range *ranges,
		      unsigned int n)
{
	struct frsp_ioc_place call = {.size = sizeof(call),
				      .fd = file,
				      .ranges = (uintptr_t)ranges,
				      .n_ranges = n};

	return ioctl(device, FRSP_IOC_PLACE, &call) ? -errno : 0;
}

static int summary_call(int device, unsigned long request, int fs,
			struct frsp_ioc_summary *call)
{
	call->size = sizeof(*call);
	call->fd = fs;
	return ioctl(device, request, call) ? -errno : 0;
}

int frsp_module_export(int device, int fs, struct frsp_ioc_summary *call)
{
	return summary_call(device, FRSP_IOC_EXPORT, fs, call);
}

int frsp_module_import(int device, int fs, struct frsp_ioc_summary *call)
{
	return summary_call(device, FRSP_IOC_IMPORT, fs, call);
}
