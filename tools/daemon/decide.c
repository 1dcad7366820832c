// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/decide.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/aside.h"

/* No mount has this number: it stands for that of the journal. */
#define JOURNAL_MOUNT (-1)
#define MAX_TEXT      800

const char *decide_journal(void)
{
	return getenv("FRSPCTL_JOURNAL") ?: JOURNAL_PATH;
}

/* What the process aside does with a decision. */
struct request {
	int (*run)(struct journal *journal, struct request *request);
	bool creates; /* the journal, if there is none */
	struct decision decision;
	pid_t pid;
	__u64 moved_bytes;
};

static int open_and_run(void *message, int *no_fd)
{
	struct request *request = message;
	struct journal *journal;
	int err = journal_open(decide_journal(), request->creates, &journal);

	(void)no_fd;
	if (err)
		return err;
	err = request->run(journal, request);
	journal_close(journal);
	return err;
}

static int ask(struct request *request)
{
	return aside(open_and_run, request, sizeof(*request), JOURNAL_MOUNT,
		     NULL);
}

static int enter(struct journal *journal, struct request *request)
{
	return journal_decide(journal, &request->decision);
}

static int fail(struct journal *journal, struct request *request)
{
	return journal_set_decision_state(journal, request->decision.id,
					  DECISION_FAILED);
}

static int set_job(struct journal *journal, struct request *request)
{
	return journal_set_decision_job(journal, request->decision.id,
					request->pid);
}

static int read_moved(struct journal *journal, struct request *request)
{
	struct decisions decisions;
	struct journal_jobs jobs;
	int err = journal_read_decisions(journal, request->decision.id,
					 &decisions);

	if (err)
		return err;
	err = decisions.list[0].job
		      ? journal_read_jobs(journal, decisions.list[0].job, &jobs)
		      : -ENOENT;
	free(decisions.list);
	if (err)
		return err;
	request->moved_bytes = jobs.jobs[0].moved_bytes;
	journal_free_jobs(&jobs);
	return 0;
}

static int find_last(struct journal *journal, struct request *request)
{
	return journal_find_decision(journal, &request->decision);
}

int decide_last(const struct filesystem *fs, struct decision *decision)
{
	struct request request = {.run = find_last, .decision = *decision};
	int err;

	strcpy(request.decision.uuid, fs->uuid);
	err = ask(&request);
	if (!err)
		*decision = request.decision;
	return err;
}

int decide(const struct filesystem *fs, struct decision *decision)
{
	static int told_err;
	struct request request = {.run = enter, .creates = true};
	int err;

	snprintf(decision->uuid, sizeof(decision->uuid), "%s", fs->uuid);
	snprintf(decision->device, sizeof(decision->device), "%s", fs->name);
	request.decision = *decision;
	err = ask(&request);
	if (!err)
		*decision = request.decision;
	if (err && err != told_err)
		say(&say_no_journal, NULL,
		    "%s: decisions cannot be written: %s; nothing is changed",
		    decide_journal(), strerror(-err));
	told_err = err;
	return err;
}

void decide_failed(const struct decision *decision)
{
	struct request request = {.run = fail, .decision = *decision};

	ask(&request); /* else it seems to be made; rollback sees that it is not
			*/
}

int decide_job(const struct decision *decision, pid_t pid)
{
	struct request request = {
		.run = set_job, .decision = *decision, .pid = pid};

	return ask(&request);
}

int decide_moved(const struct decision *decision, __u64 *bytes)
{
	struct request request = {.run = read_moved, .decision = *decision};
	int err = ask(&request);

	*bytes = request.moved_bytes;
	return err;
}

void decide_say(const struct say_kind *kind, const struct filesystem *fs,
		const struct decision *decision, const char *format, ...)
{
	struct say_fields fields = filesystem_fields(fs);
	char id[24], text[MAX_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	snprintf(id, sizeof(id), "d%lld", decision->id);
	fields.decision = decision->id ? id : NULL;
	fields.tuner = decision->tuner;
	fields.tunable = decision->tunable;
	fields.before = decision->before;
	fields.after = decision->after;
	fields.rule = decision->scenario;
	fields.figures = decision->figures;
	if (decision->id)
		say(kind, &fields, "%s: %s (%s)", fs->name, text, id);
	else
		say(kind, &fields, "%s: %s", fs->name, text);
}
