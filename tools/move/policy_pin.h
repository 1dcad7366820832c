/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pins: what people have said about where a file should be. Two say it, in this
 * order:
 *
 *   1. the extended attribute user.frsp.tier of the file, else of the nearest
 *      directory above it that has one: fast, slow, none (never move), or auto
 *      (the policy decides, whatever else says)
 *   2. the rules of the file of settings: of those that match, the last
 *
 * Example, with the rules "slow = /srv" and "fast = *.db":
 *
 *   /srv/log           slow
 *   /srv/a/mail.db     fast: the last rule that matches
 *   /srv/b/mail.db     none, if /srv/b has the attribute "none"
 *   /home/x            auto: nobody said anything
 */
#ifndef FRSP_MOVE_POLICY_PIN_H
#define FRSP_MOVE_POLICY_PIN_H

#include <stddef.h>

#define POLICY_PIN_XATTR "user.frsp.tier"

enum policy_pin {
	POLICY_PIN_AUTO,
	POLICY_PIN_FAST,
	POLICY_PIN_SLOW,
	POLICY_PIN_NONE, /* never moved */
};

/*
 * A pattern that begins with "/" is for the path, and for all below it; "*",
 * "?" and "[...]" do not match a "/". Another pattern is for each file or
 * directory of that name.
 */
struct policy_pin_rule {
	enum policy_pin pin;
	char *pattern;
	unsigned int line; /* in the file of settings */
};

struct policy_pins {
	struct policy_pin_rule *rules;
	size_t n;
};

/* 0; -EINVAL: the pattern has a "/", but does not begin with one, or is empty;
 * -ENOMEM.
 */
int policy_pins_add(struct policy_pins *pins, enum policy_pin pin,
		    const char *pattern, unsigned int line);
void policy_pins_free(struct policy_pins *pins);

/* Who has said it. */
struct policy_pinned {
	enum policy_pin pin;
	enum {
		POLICY_PINNED_BY_NOBODY,
		POLICY_PINNED_BY_XATTR,
		POLICY_PINNED_BY_RULE,
	} by;
	/* by an attribute: its index in xattrs; by a rule: the rule's index */
	size_t index;
};

/*
 * xattrs: the values of the attribute of the directories from / down to the
 * file, and of the file, which is the last; NULL: it has none. A value that is
 * no word of a pin counts as none. path: absolute, or NULL if it is not known.
 */
struct policy_pinned policy_pin_resolve(const struct policy_pins *pins,
					const char *path,
					const char *const *xattrs,
					size_t n_xattrs);

/* "auto", "fast", "slow", "none" */
const char *policy_pin_word(enum policy_pin pin);
/* 0 or -EINVAL */
int policy_pin_parse(const char *word, enum policy_pin *pin);

#endif
