// SPDX-License-Identifier: GPL-2.0-or-later
#include "paths/answers.h"

#include <stdlib.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct path_answer {
	struct path_key key;
	bool answer;
	UT_hash_handle hh;
};

bool path_answers_get(const struct path_answers *answers,
		      const struct path_key *key, bool *answer)
{
	struct path_answer *found;

	HASH_FIND(hh, answers->all, key, sizeof(*key), found);
	if (found)
		*answer = found->answer;
	return found;
}

void path_answers_put(struct path_answers *answers, const struct path_key *key,
		      bool answer)
{
	struct path_answer *added = calloc(1, sizeof(*added));

	if (!added)
		return;
	added->key = *key;
	added->answer = answer;
	HASH_ADD(hh, answers->all, key, sizeof(added->key), added);
	if (!added->hh.tbl) /* HASH_ADD() got no memory */
		free(added);
}

void path_answers_forget(struct path_answers *answers,
			 const struct path_key *key)
{
	struct path_answer *found;

	HASH_FIND(hh, answers->all, key, sizeof(*key), found);
	if (!found)
		return;
	HASH_DEL(answers->all, found);
	free(found);
}

void path_answers_forget_all(struct path_answers *answers)
{
	struct path_answer *answer, *next;

	HASH_ITER (hh, answers->all, answer, next) {
		HASH_DEL(answers->all, answer);
		free(answer);
	}
}
