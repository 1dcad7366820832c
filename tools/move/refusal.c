// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/refusal.h"

#include <stdio.h>
#include <string.h>
#include <linux/fs.h>

/* Inodes below are the filesystem's own: EXT4_GOOD_OLD_FIRST_INO in
 * fs/ext4/ext4.h. The root directory is one of them.
 */
#define FIRST_INO 11

/* These flags of fs/ext4/ext4.h are not in linux/fs.h, or not in all. */
#define FLAG_JOURNAL_DATA 0x00004000
#define FLAG_EXTENTS	  0x00080000
#define FLAG_VERITY	  0x00100000
#define FLAG_DAX	  0x02000000
#define FLAG_INLINE_DATA  0x10000000

static const struct {
	const char *word, *text;
} refusals[MOVE_N_REFUSALS] = {
	[MOVE_ALLOWED] = {"none", "nothing forbids it"},
	[MOVE_NOT_EXT4] = {"not_ext4", "its filesystem is not ext4"},
	[MOVE_OLD_KERNEL] =
		{"old_kernel",
		 "this kernel may lack fixes of the exchange of extents (needs 6.1.113, or 6.11.3 and later)"},
	[MOVE_READ_ONLY] = {"read_only", "its filesystem is read-only"},
	[MOVE_NO_JOURNAL] =
		{"no_journal",
		 "its filesystem has no journal, so a crash would damage it"},
	[MOVE_FAST_COMMIT] =
		{"fast_commit",
		 "its filesystem has the feature fast_commit, which loses writes after an exchange before Linux 7.0"},
	[MOVE_DATA_JOURNAL] = {"data_journal",
			       "its filesystem is mounted with data=journal"},
	[MOVE_BIGALLOC] = {"bigalloc",
			   "its filesystem has the feature bigalloc"},
	[MOVE_DAX] = {"dax", "it is accessed by DAX, without the page cache"},
	[MOVE_NOT_REGULAR] = {"not_regular", "it is not a regular file"},
	[MOVE_IMMUTABLE] = {"immutable", "it is immutable (chattr +i)"},
	[MOVE_IMMUTABLE_DIR] = {"immutable_dir",
				"its directory is immutable (chattr +i)"},
	[MOVE_APPEND_ONLY] = {"append_only", "it is append-only (chattr +a)"},
	[MOVE_INLINE] = {"inline", "its data are in its inode"},
	[MOVE_NO_EXTENTS] = {"no_extents",
			     "it has no extents: it is from ext2 or ext3"},
	[MOVE_ENCRYPTED] = {"encrypted", "it is encrypted"},
	[MOVE_VERITY] = {"verity", "it is protected by fs-verity"},
	[MOVE_JOURNALED_FILE] = {"journaled_file",
				 "its data are journaled (chattr +j)"},
	[MOVE_SYSTEM_FILE] = {"system_file",
			      "it belongs to the filesystem itself"},
	[MOVE_BOOT] =
		{"boot",
		 "it is below /boot, where boot loaders may know its blocks"},
	[MOVE_SWAP] =
		{"swap",
		 "it is a swap file, whose blocks the kernel or a hibernation image knows"},
	[MOVE_IN_USE] = {"in_use", "another process has it open"},
	[MOVE_EXECUTED] = {"executed", "it is being executed"},
};

const char *move_refusal_text(enum move_refusal refusal)
{
	return refusals[refusal].text;
}

const char *move_refusal_word(enum move_refusal refusal)
{
	return refusals[refusal].word;
}

static bool parse(const char *text, struct move_kernel *kernel)
{
	return sscanf(text, "%u.%u.%u", &kernel->version, &kernel->patch_level,
		      &kernel->sublevel) == 3;
}

struct move_kernel move_kernel_parse(const char *release, const char *build,
				     const char *signature)
{
	static const char debian[] = "Debian ";
	const char *in_build = strstr(build, debian);
	const char *last = strrchr(signature, ' ');
	struct move_kernel kernel = {0};

	if (in_build && parse(in_build + strlen(debian), &kernel))
		return kernel;
	if (last && parse(last + 1, &kernel))
		return kernel;
	kernel = (struct move_kernel){0};
	/* "6.18-rc3" has no third number */
	sscanf(release, "%u.%u.%u", &kernel.version, &kernel.patch_level,
	       &kernel.sublevel);
	return kernel;
}

static unsigned int number_of(const struct move_kernel *kernel)
{
	return kernel->version * 1000000 + kernel->patch_level * 1000 +
	       (kernel->sublevel > 999 ? 999 : kernel->sublevel);
}

/* The exchange splits extents. ext4_split_extent_at() and
 * ext4_ext_insert_extent() used memory after they had freed it until 6.1.113
 * and 6.11.3 (CVE-2024-49884, CVE-2024-49883).
 */
static bool has_fixes(const struct move_kernel *kernel)
{
	unsigned int number = number_of(kernel);

	return number >= 6011003 || (number >= 6001113 && number < 6002000);
}

enum move_refusal move_judge_fs(const struct move_fs_facts *facts)
{
	if (!facts->is_ext4)
		return MOVE_NOT_EXT4;
	if (facts->is_read_only)
		return MOVE_READ_ONLY;
	if (!has_fixes(&facts->kernel))
		return MOVE_OLD_KERNEL;
	if (!facts->has_journal)
		return MOVE_NO_JOURNAL;
	if (facts->has_fast_commit && facts->kernel.version < 7)
		return MOVE_FAST_COMMIT;
	if (facts->journals_data)
		return MOVE_DATA_JOURNAL;
	if (facts->has_bigalloc)
		return MOVE_BIGALLOC;
	return facts->has_dax ? MOVE_DAX : MOVE_ALLOWED;
}

/* The order matters: an inline file has no extents, either. */
static const struct {
	__u32 flag;
	enum move_refusal refusal;
} flag_refusals[] = {
	{FS_IMMUTABLE_FL, MOVE_IMMUTABLE},
	{FS_APPEND_FL, MOVE_APPEND_ONLY},
	{FS_ENCRYPT_FL, MOVE_ENCRYPTED},
	{FLAG_VERITY, MOVE_VERITY},
	{FLAG_INLINE_DATA, MOVE_INLINE},
	{FLAG_JOURNAL_DATA, MOVE_JOURNALED_FILE},
	{FLAG_DAX, MOVE_DAX},
};

enum move_refusal move_judge_file(const struct move_file_facts *facts)
{
	if (!S_ISREG(facts->mode))
		return MOVE_NOT_REGULAR;
	if (facts->ino < FIRST_INO)
		return MOVE_SYSTEM_FILE;
	for (size_t i = 0; i < sizeof(flag_refusals) / sizeof(flag_refusals[0]);
	     i++)
		if (facts->flags & flag_refusals[i].flag)
			return flag_refusals[i].refusal;
	if (!(facts->flags & FLAG_EXTENTS))
		return MOVE_NO_EXTENTS;
	if (facts->is_dir_immutable)
		return MOVE_IMMUTABLE_DIR;
	if (facts->is_swap)
		return MOVE_SWAP;
	return facts->is_below_boot ? MOVE_BOOT : MOVE_ALLOWED;
}
