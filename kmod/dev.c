// SPDX-License-Identifier: GPL-2.0-only
/* /dev/frsp: see uapi/frsp.h for the contract of each ioctl. */
#include <linux/file.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include "frsp.h"
#include "uapi/frsp.h"

/*
 * Copies a structure in. Structures grow at their end; size is the length of
 * the caller's.
 */
static int copy_in(void *to, size_t known, const void __user *from)
{
	u32 size;

	if (get_user(size, (u32 __user *)from))
		return -EFAULT;
	if (size < sizeof(u32) || size > PAGE_SIZE)
		return -EINVAL;
	return copy_struct_from_user(to, known, from, size);
}

static int copy_out(void __user *to, const void *from, size_t known, u32 size)
{
	return copy_to_user(to, from, min_t(size_t, size, known)) ? -EFAULT : 0;
}

/* What an ioctl works on, from open_target() to close_target(). */
struct target {
	struct file *file;
	struct frsp_fs *fs;
	int cookie;
};

static int open_target(struct target *target, int fd)
{
	target->file = fget(fd);
	if (!target->file)
		return -EBADF;
	target->fs =
		frsp_fs_get(file_inode(target->file)->i_sb, &target->cookie);
	if (target->fs)
		return 0;
	fput(target->file);
	return -EOPNOTSUPP;
}

static void close_target(struct target *target)
{
	frsp_fs_put(target->fs, target->cookie);
	fput(target->file);
}

static long ioctl_version(void __user *user)
{
	struct frsp_ioc_version version;
	int err = copy_in(&version, sizeof(version), user);

	if (err)
		return err;
	version.abi = FRSP_ABI;
	strscpy_pad(version.version, FRSP_VERSION, sizeof(version.version));
	return copy_out(user, &version, sizeof(version), version.size);
}

static long ioctl_place(void __user *user)
{
	struct frsp_ioc_place place;
	struct frsp_range *ranges;
	struct target target;
	int err = copy_in(&place, sizeof(place), user);

	if (err)
		return err;
	if (place.flags || !place.n_ranges || place.n_ranges > FRSP_MAX_RANGES)
		return -EINVAL;
	ranges = vmemdup_user(u64_to_user_ptr(place.ranges),
			      array_size(place.n_ranges, sizeof(*ranges)));
	if (IS_ERR(ranges))
		return PTR_ERR(ranges);
	err = open_target(&target, place.fd);
	if (err)
		goto out;
	err = frsp_place_add(target.fs, target.file, ranges, place.n_ranges);
	close_target(&target);
out:
	kvfree(ranges);
	return err;
}

static long ioctl_unplace(void __user *user)
{
	struct frsp_ioc_unplace unplace;
	struct target target;
	int err = copy_in(&unplace, sizeof(unplace), user);

	if (!err)
		err = open_target(&target, unplace.fd);
	if (err)
		return err;
	err = frsp_place_remove(target.fs, target.file);
	close_target(&target);
	return err;
}

/*
 * Copies in and checks the argument of export and import, and opens its target.
 */
static int open_summary(struct frsp_ioc_summary *summary, struct target *target,
			const void __user *user)
{
	int err = copy_in(summary, sizeof(*summary), user);

	if (err)
		return err;
	if (summary->flags || !summary->n)
		return -EINVAL;
	return open_target(target, summary->fd);
}

static long ioctl_export(void __user *user)
{
	struct frsp_ioc_summary summary;
	struct target target;
	long err = open_summary(&summary, &target, user);

	if (err)
		return err;
	err = frsp_summary_export(target.fs, &summary);
	close_target(&target);
	return err ? err
		   : copy_out(user, &summary, sizeof(summary), summary.size);
}

static long ioctl_import(void __user *user)
{
	struct frsp_ioc_summary summary;
	struct target target;
	long err = open_summary(&summary, &target, user);

	if (err)
		return err;
	err = frsp_summary_import(target.fs, &summary);
	close_target(&target);
	return err ? err
		   : copy_out(user, &summary, sizeof(summary), summary.size);
}

static long ioctl_free_extents(void __user *user)
{
	struct frsp_ioc_free_extents *free;
	struct target target;
	long err;

	free = kzalloc(sizeof(*free), GFP_KERNEL);
	if (!free)
		return -ENOMEM;
	err = copy_in(free, sizeof(*free), user);
	if (!err && free->flags)
		err = -EINVAL;
	if (!err)
		err = open_target(&target, free->fd);
	if (err)
		goto out;
	err = frsp_summary_free_extents(target.fs, free);
	close_target(&target);
	if (!err)
		err = copy_out(user, free, sizeof(*free), free->size);
out:
	kfree(free);
	return err;
}

static long frsp_ioctl(struct file *file, unsigned int command,
		       unsigned long argument)
{
	void __user *user = (void __user *)argument;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	switch (command) {
	case FRSP_IOC_VERSION:
		return ioctl_version(user);
	case FRSP_IOC_PLACE:
		return ioctl_place(user);
	case FRSP_IOC_UNPLACE:
		return ioctl_unplace(user);
	case FRSP_IOC_EXPORT:
		return ioctl_export(user);
	case FRSP_IOC_IMPORT:
		return ioctl_import(user);
	case FRSP_IOC_FREE_EXTENTS:
		return ioctl_free_extents(user);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations frsp_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = frsp_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice frsp_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "frsp",
	.fops = &frsp_fops,
	.mode = 0600,
};

int frsp_dev_init(void)
{
	return misc_register(&frsp_device);
}

void frsp_dev_exit(void)
{
	misc_deregister(&frsp_device);
}
