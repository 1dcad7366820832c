// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/journal.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/fmt.h"

static const struct {
	int err;
	const char *cause; /* NULL: that of strerror() */
	const char *hint;
} failures[] = {
	{-EBADMSG, "it is damaged, or no journal",
	 "move it away, and a new one is made; the old jobs cannot be undone then"},
	{-EBUSY, "another program has locked it",
	 "end that program: \"fuser -v FILE\" shows it"},
	{-EPROTONOSUPPORT, "a newer frspctl has made it",
	 "use that frspctl, or another file with --journal"},
	{-EINVAL, "it is a file of another kind",
	 "name another file with --journal"},
	{-EPERM, "others than root may write it",
	 "check it, then \"chmod go-w FILE\" and \"chown root FILE\""},
	{-EACCES, NULL, "run it as root, with sudo"},
	{-ENOSPC, NULL,
	 "make room for it, or name a file on another filesystem with --journal"},
	{-EROFS, NULL, "name a file that can be written with --journal"},
	{-ENOENT, NULL, "its directory must exist"},
};

enum exit_code ctl_journal_failed(const struct ctl *ctl, int err)
{
	const char *cause = NULL, *hint = "see what the kernel's log says";

	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		if (failures[i].err == err) {
			cause = failures[i].cause;
			hint = failures[i].hint;
		}
	return log_fail(err == -EACCES ? EXIT_PERMISSION : EXIT_FAILED, hint,
			"journal %s: %s", ctl->journal,
			cause ?: strerror(-err));
}

static enum exit_code check_root(const struct ctl *ctl)
{
	if (!geteuid())
		return EXIT_OK;
	return log_fail(EXIT_PERMISSION, "run it as root, with sudo",
			"%s needs root", ctl->command->name);
}

enum exit_code ctl_journal_make(const struct ctl *ctl, struct journal **out)
{
	int err = journal_open(ctl->journal, true, out);

	return err ? ctl_journal_failed(ctl, err) : EXIT_OK;
}

enum exit_code ctl_journal_open(const struct ctl *ctl, struct journal **out)
{
	enum exit_code code = check_root(ctl);
	int err;

	*out = NULL;
	if (code != EXIT_OK)
		return code;
	err = journal_open(ctl->journal, false, out);
	return err && err != -ENOENT ? ctl_journal_failed(ctl, err) : EXIT_OK;
}

static enum exit_code no_job(const struct ctl *ctl)
{
	return log_fail(EXIT_FAILED, "\"frspctl jobs\" lists the jobs",
			"no job %s in %s", ctl->args[0], ctl->journal);
}

static enum exit_code read_job(const struct ctl *ctl, struct journal *journal,
			       __u64 id, struct journal_jobs *jobs)
{
	int err = journal ? journal_read_jobs(journal, id, jobs) : -ENOENT;

	if (err == -ENOENT)
		return no_job(ctl);
	return err ? ctl_journal_failed(ctl, err) : EXIT_OK;
}

enum exit_code ctl_journal_job(const struct ctl *ctl, struct journal **out,
			       struct journal_jobs *jobs)
{
	enum exit_code code;
	__u64 id;

	if (fmt_parse_u64(ctl->args[0], LLONG_MAX, &id) || !id)
		return log_fail(EXIT_USAGE, "\"frspctl jobs\" lists the jobs",
				"%s: \"%s\" is not the number of a job",
				ctl->command->name, ctl->args[0]);
	code = ctl_journal_open(ctl, out);
	if (code != EXIT_OK)
		return code;
	code = read_job(ctl, *out, id, jobs);
	if (code != EXIT_OK)
		journal_close(*out);
	return code;
}
