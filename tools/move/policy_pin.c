// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/policy_pin.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[] = {
	[POLICY_PIN_AUTO] = "auto",
	[POLICY_PIN_FAST] = "fast",
	[POLICY_PIN_SLOW] = "slow",
	[POLICY_PIN_NONE] = "none",
};

const char *policy_pin_word(enum policy_pin pin)
{
	return words[pin];
}

int policy_pin_parse(const char *word, enum policy_pin *pin)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], word))
			continue;
		*pin = i;
		return 0;
	}
	return -EINVAL;
}

int policy_pins_add(struct policy_pins *pins, enum policy_pin pin,
		    const char *pattern, unsigned int line)
{
	struct policy_pin_rule *more;
	size_t len = strlen(pattern);

	if (!len || (*pattern != '/' && strchr(pattern, '/')))
		return -EINVAL;
	while (len && pattern[len - 1] == '/')
		len--;
	more = reallocarray(pins->rules, pins->n + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	pins->rules = more;
	more[pins->n] = (struct policy_pin_rule){
		.pin = pin, .pattern = strndup(pattern, len), .line = line};
	if (!more[pins->n].pattern)
		return -ENOMEM;
	pins->n++;
	return 0;
}

void policy_pins_free(struct policy_pins *pins)
{
	for (size_t i = 0; i < pins->n; i++)
		free(pins->rules[i].pattern);
	free(pins->rules);
	*pins = (struct policy_pins){0};
}

/* Whether the pattern is for this path, or for a directory above it. */
static bool is_for(const char *pattern, const char *path)
{
	const int flags = FNM_PATHNAME | FNM_LEADING_DIR;

	if (!*pattern || *pattern == '/') /* "" was "/" */
		return !fnmatch(pattern, path, flags);
	for (; path; path = strchr(path, '/')) {
		path += *path == '/';
		if (!fnmatch(pattern, path, flags))
			return true;
	}
	return false;
}

struct policy_pinned policy_pin_resolve(const struct policy_pins *pins,
					const char *path,
					const char *const *xattrs,
					size_t n_xattrs)
{
	struct policy_pinned pinned = {.by = POLICY_PINNED_BY_XATTR};

	for (size_t i = n_xattrs; i--;) {
		pinned.index = i;
		if (xattrs[i] && !policy_pin_parse(xattrs[i], &pinned.pin))
			return pinned;
	}
	for (size_t i = path ? pins->n : 0; i--;)
		if (is_for(pins->rules[i].pattern, path))
			return (struct policy_pinned){
				.pin = pins->rules[i].pin,
				.by = POLICY_PINNED_BY_RULE,
				.index = i,
			};
	return (struct policy_pinned){0};
}
