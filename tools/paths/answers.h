/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Remembers for files a yes or no that takes a path to find out. */
#ifndef FRSP_PATH_ANSWERS_H
#define FRSP_PATH_ANSWERS_H

#include <stdbool.h>

#include "paths/path.h"

struct path_answer;

/* One question. {NULL}: nothing is remembered. */
struct path_answers {
	struct path_answer *all;
};

/* Returns false if there is no answer for the file. */
bool path_answers_get(const struct path_answers *answers,
		      const struct path_key *key, bool *answer);

/* There must be no answer for the file. Without memory none is remembered. */
void path_answers_put(struct path_answers *answers, const struct path_key *key,
		      bool answer);

void path_answers_forget(struct path_answers *answers,
			 const struct path_key *key);
void path_answers_forget_all(struct path_answers *answers);

#endif
