// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/facts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <linux/fs.h>
#include <linux/magic.h>

#include "base/sysfs.h"
#include "fs/ext4_super.h"

static struct move_kernel running_kernel(void)
{
	struct utsname system;
	char signature[128];

	uname(&system);
	if (sysfs_read_line("/proc", "version_signature", signature,
			    sizeof(signature)))
		signature[0] = '\0';
	return move_kernel_parse(system.release, system.version, signature);
}

/* ext4 has large folios since 6.16 (ext4_should_enable_large_folio() in
 * fs/ext4/inode.c).
 */
static bool has_large_folios(const struct move_kernel *kernel)
{
	return kernel->version > 6 ||
	       (kernel->version == 6 && kernel->patch_level >= 16);
}

/* Reads the options that are in force, also those that /proc/mounts leaves out
 * because they are the superblock's default.
 */
static int read_options(struct move_fs *fs)
{
	char path[MOUNT_NAME_LEN + 32], line[128];
	FILE *in;

	snprintf(path, sizeof(path), "/proc/fs/ext4/%s/options", fs->name);
	in = fopen(path, "re");
	if (!in)
		return -errno;
	while (fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strcmp(line, "data=journal"))
			fs->facts.journals_data = true;
		if (!strcmp(line, "dax") || !strcmp(line, "dax=always"))
			fs->facts.has_dax = true;
	}
	fclose(in);
	return 0;
}

static bool notes_exchanges(const char *name)
{
	char path[MOUNT_NAME_LEN + 48];

	snprintf(path, sizeof(path), "/sys/fs/ext4/%s/frsp/exchanges", name);
	return !access(path, R_OK);
}

static int read_super(struct move_fs *fs)
{
	struct ext4_super super;
	int err = ext4_super_read_dev(kdev_from_user(fs->dev), &super);

	if (err)
		return err;
	fs->block_bytes = super.block_bytes;
	fs->group_blocks = super.group_blocks;
	fs->first_block = super.first_block;
	fs->bytes = super.n_blocks * super.block_bytes;
	fs->facts.has_journal = super.has_journal;
	fs->facts.has_fast_commit = super.has_fast_commit;
	fs->facts.has_bigalloc = super.cluster_bytes != super.block_bytes;
	return 0;
}

int move_fs_read(int fd, struct move_fs *fs)
{
	struct statfs statfs;
	struct stat stat;
	int err;

	*fs = (struct move_fs){0};
	if (fstat(fd, &stat) || fstatfs(fd, &statfs))
		return -errno;
	fs->dev = stat.st_dev;
	fs->facts.kernel = running_kernel();
	fs->facts.is_read_only = statfs.f_flags & ST_RDONLY;
	fs->has_large_folios = has_large_folios(&fs->facts.kernel);
	/* ext2 and ext3 have the same number, but their files no extents. */
	fs->facts.is_ext4 = statfs.f_type == EXT4_SUPER_MAGIC;
	if (!fs->facts.is_ext4)
		return 0;
	err = mount_name_of(kdev_from_user(fs->dev), fs->name,
			    sizeof(fs->name));
	fs->notes_exchanges = !err && notes_exchanges(fs->name);
	if (!err)
		err = read_super(fs);
	return err ?: read_options(fs);
}

/* mkswap(8) writes a signature at the end of the first page, whatever the size
 * of the pages of the machine.
 */
static bool has_swap_signature(int fd)
{
	static const char signatures[][11] = {"SWAPSPACE2", "SWAP-SPACE",
					      "S1SUSPEND", "S2SUSPEND",
					      "LINHIB0001"};
	char found[10];

	/* no readahead, which would bring large folios (move/exchange.c) */
	posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
	for (long page = 4096; page <= 64 << 10; page *= 2) {
		if (pread(fd, found, sizeof(found), page - sizeof(found)) !=
		    sizeof(found))
			return false;
		for (size_t i = 0;
		     i < sizeof(signatures) / sizeof(signatures[0]); i++)
			if (!memcmp(found, signatures[i],
				    strlen(signatures[i])))
				return true;
	}
	return false;
}

static bool is_immutable(int fd)
{
	int flags;

	return !ioctl(fd, FS_IOC_GETFLAGS, &flags) && flags & FS_IMMUTABLE_FL;
}

int move_file_read(int fd, int dir, const char *path,
		   struct move_file_facts *facts)
{
	static const char boot[] = "/boot/";
	struct stat stat;
	int flags;

	*facts = (struct move_file_facts){0};
	if (fstat(fd, &stat))
		return -errno;
	facts->mode = stat.st_mode;
	facts->ino = stat.st_ino;
	if (!S_ISREG(stat.st_mode))
		return 0;
	if (ioctl(fd, FS_IOC_GETFLAGS, &flags))
		return -errno;
	facts->flags = flags;
	facts->is_dir_immutable = is_immutable(dir);
	facts->is_below_boot = path && !strncmp(path, boot, strlen(boot));
	facts->is_swap = has_swap_signature(fd);
	return 0;
}
