// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/say.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "base/log.h"

const struct say_kind say_ready = {"5f0a5f6fd5ce4be2a36ce9a2a0d1b3c7", "ready",
				   LOG_INFO};
const struct say_kind say_stopping = {"b1b41e0f0b5345d3bb23f5c2c6b9d3a8",
				      "stop", LOG_INFO};
const struct say_kind say_reloaded = {"0d0e2b8a6dfc4f0f8b9a6e3f1c7a54d2",
				      "reload", LOG_INFO};
const struct say_kind say_refused = {"9f3c7be41f0a4c85a6d1e25b7708f9e4",
				     "refuse-config", LOG_ERR};
const struct say_kind say_passed_over = {"c2a9d8e3f7164b5c9e0d1a2b3c4d5e6f",
					 "pass-over", LOG_WARNING};
const struct say_kind say_seen = {"7e1d3c5b9a8f4e6d8c0b2a4f6e8d1c3b", "see",
				  LOG_INFO};
const struct say_kind say_gone = {"3b8f6a2e4d0c4917b5e3f1a9c7d60824", "lose",
				  LOG_INFO};
const struct say_kind say_mode = {"a46d2f8c1b3e4c7a9d5f0e6b8c2a4d17",
				  "set-mode", LOG_NOTICE};
const struct say_kind say_unpinned = {"e8c1a5d97b3f4260a4d8c6e2f0b19375",
				      "unpinned", LOG_ERR};

const struct say_kind say_no_metrics = {"6d2b90f4c8e5417aa1f3d7b05e9c2846",
					"no-metrics", LOG_WARNING};

const struct say_kind say_no_socket = {"27e41c8d0a9b4f63b5d80f6e31c7a942",
				       "no-socket", LOG_ERR};

const struct say_kind say_advice = {"1f6e9c25b8a04d73905ce2d4f7a3b186",
				    "advise", LOG_NOTICE};
const struct say_kind say_cleared = {"84c7d1e0592f4b68b3a6f90d7e25c4ab",
				     "clear-escache", LOG_NOTICE};
const struct say_kind say_restart = {"d05a83f71c6e42b99e4b7f20c8d6a351",
				     "want-restart", LOG_WARNING};

const struct say_kind say_not_saved = {"4dad2986ce8349606a06e9ab85a0bcc1",
				       "not-saved", LOG_WARNING};
const struct say_kind say_unusable = {"2cb85f3f4a24e39a5d998017f5e2fc57",
				      "pass-over-state", LOG_WARNING};
const struct say_kind say_heat_back = {"8a4996efb447c0ceb48438b5c41f9dfd",
				       "restore-heat", LOG_INFO};
const struct say_kind say_trees_back = {"eae0d2c11c339464473d212ba950666d",
					"restore-trees", LOG_NOTICE};
const struct say_kind say_scan = {"d0b0090d625909923fb81d2706e55426", "scan",
				  LOG_NOTICE};
const struct say_kind say_by_hand = {"dc159e6a409c38f26b68b48ebf13c171",
				     "by-hand", LOG_NOTICE};
const struct say_kind say_summaries = {"a3f96f0e51436d1fcd68615c80690847",
				       "advise-summaries", LOG_NOTICE};
const struct say_kind say_trees = {"3b0d2c64f8e94e5b9a17c05d6e82f419",
				   "tune-trees", LOG_NOTICE};
const struct say_kind say_trees_advice = {"e7925ad1406b4c3f8f60b1d9237c58ae",
					  "advise-trees", LOG_NOTICE};
const struct say_kind say_trees_failed = {"90c4f1be27d84a06b5d3fa618e0c72d5",
					  "cannot-tune-trees", LOG_WARNING};
const struct say_kind say_no_journal = {"c94e1b7d20a548f3b6d8f05a713e92cc",
					"no-journal", LOG_WARNING};
const struct say_kind say_moving = {"f6a03d8c52e14b97a0c6d7e18b25f943", "move",
				    LOG_NOTICE};
const struct say_kind say_moved = {"71d95c0a3f8e4e2bb04f6ad19e83c750", "moved",
				   LOG_NOTICE};
const struct say_kind say_paused = {"ae4c60f72d9b4138865b0e3c7f1da294", "pause",
				    LOG_INFO};
const struct say_kind say_cannot_move = {"0c8ad3f5b6914e7c92d4e5a7f01b638d",
					 "cannot-move", LOG_WARNING};
const struct say_kind say_gives_way = {"5d7b02c8e94f4a16b3f8a1c60d29e754",
				       "give-way", LOG_NOTICE};
const struct say_kind say_cannot_give_way = {"b20f6ea7d3584c1f9a4de83b71c60592",
					     "cannot-give-way", LOG_WARNING};

#define MAX_TEXT   1024
#define MAX_FIELD  (MAX_TEXT + 32) /* with its name */
#define MAX_FIELDS 13

/* The fields of a message, each "NAME=value". */
struct message {
	struct iovec parts[MAX_FIELDS];
	char texts[MAX_FIELDS][MAX_FIELD];
	int n;
};

/* True if stderr is what systemd connected to the journal: it then names the
 * file in JOURNAL_STREAM.
 */
static bool is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
	       !fstat(STDERR_FILENO, &st) && st.st_dev == dev &&
	       st.st_ino == ino;
}

static void add(struct message *message, const char *name, const char *value)
{
	char *text = message->texts[message->n];

	if (!value)
		return;
	snprintf(text, MAX_FIELD, "%s=%s", name, value);
	message->parts[message->n++] =
		(struct iovec){.iov_base = text, .iov_len = strlen(text)};
}

static bool send(const struct say_kind *kind, const struct say_fields *fields,
		 const char *text)
{
	struct message message = {0};
	char priority[2] = {'0' + kind->priority, '\0'};

	add(&message, "MESSAGE", text);
	add(&message, "MESSAGE_ID", kind->message_id);
	add(&message, "PRIORITY", priority);
	add(&message, "FRSP_ACTION", kind->action);
	add(&message, "FRSP_FS", fields->fs);
	add(&message, "FRSP_UUID", fields->uuid);
	add(&message, "FRSP_BEFORE", fields->before);
	add(&message, "FRSP_AFTER", fields->after);
	add(&message, "FRSP_DECISION_ID", fields->decision);
	add(&message, "FRSP_TUNER", fields->tuner);
	add(&message, "FRSP_TUNABLE", fields->tunable);
	add(&message, "FRSP_RULE", fields->rule);
	add(&message, "FRSP_FIGURES", fields->figures);
	return !sd_journal_sendv(message.parts, message.n);
}

void say(const struct say_kind *kind, const struct say_fields *fields,
	 const char *format, ...)
{
	static const struct say_fields none;
	char text[MAX_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!is_journal() || !send(kind, fields ?: &none, text))
		log_warn("%s", text);
}
