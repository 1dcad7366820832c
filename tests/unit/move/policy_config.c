// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the settings of the policy, of their file, and of what documents it.
 */
#include <errno.h>
#include <string.h>

#include "move/policy_config.h"
#include "suite.h"

static int read_text(const char *text, struct policy_config *config,
		     struct ini_error *error)
{
	FILE *in = fmemopen((void *)text, strlen(text), "r");
	int err;

	assert_non_null(in);
	err = policy_config_read(in, config, error);
	fclose(in);
	return err;
}

static void test_defaults(void **state)
{
	struct policy_settings settings = policy_settings_default();

	(void)state;
	assert_true(settings.half_life_s == 6 * 3600);
	assert_true(settings.sequential_bytes == 65536);
	assert_true(settings.hysteresis_pct == 25);
	assert_true(settings.budget.is_percent && settings.budget.value == 2);
	assert_true(settings.slow_latency_s == 0.008);
}

/* Each row of the table: its limits are values of it, and in order. */
static void test_table(void **state)
{
	const struct policy_setting *setting;
	struct policy_settings settings;
	size_t n = 0;

	(void)state;
	for (; (setting = policy_setting(n)); n++) {
		print_message("%s\n", setting->name);
		assert_ptr_equal(policy_setting_find(setting->name), setting);
		assert_int_equal(policy_setting_set(setting, setting->least,
						    &settings),
				 0);
		assert_int_equal(policy_setting_set(setting, setting->most,
						    &settings),
				 0);
		assert_int_equal(policy_setting_set(setting, setting->usual,
						    &settings),
				 0);
		assert_int_equal(policy_setting_set(setting, "-1", &settings),
				 -EINVAL);
		assert_int_equal(policy_setting_set(setting, "", &settings),
				 -EINVAL);
		assert_non_null(setting->zero);
		assert_non_null(policy_unit_text(setting->unit));
	}
	assert_true(n > 15 && n <= 64);
	assert_null(policy_setting_find("nothing"));
}

static void test_file(void **state)
{
	struct policy_config config;
	struct ini_error error;

	(void)state;
	assert_int_equal(read_text("[pins]\nfast = /srv/db/\nnone=*.iso\n"
				   "[policy]\nbudget = 20G\nreserve=5.5%\n"
				   "half_life = 2h\nhysteresis = 0%\n"
				   "fast_size = 1T\ncertainty=1.5\n",
				   &config, &error),
			 0);
	assert_true(config.settings.budget.value == 20.0 * (1 << 30));
	assert_false(config.settings.budget.is_percent);
	assert_true(config.settings.reserve.value == 5.5);
	assert_true(config.settings.reserve.is_percent);
	assert_true(config.settings.half_life_s == 7200);
	assert_true(config.settings.hysteresis_pct == 0);
	assert_true(config.settings.certainty == 1.5);
	assert_true(config.settings.horizon_s == 86400); /* default */
	assert_int_equal(config.pins.n, 2);
	assert_string_equal(config.pins.rules[0].pattern, "/srv/db");
	assert_int_equal(config.pins.rules[0].pin, POLICY_PIN_FAST);
	assert_int_equal(config.pins.rules[0].line, 2);
	assert_int_equal(config.pins.rules[1].pin, POLICY_PIN_NONE);
	policy_pins_free(&config.pins);
}

/* what: a part of the message */
static const struct {
	const char *text;
	unsigned int line;
	const char *what;
} wrong[] = {
	{"budget = 1G\n", 1, "in no section"},
	{"[tiers]\n", 1, "no section \"tiers\""},
	{"[policy]\nbuget = 1G\n", 2, "no setting \"buget\""},
	{"[policy]\nrate = 1M\n\nrate = 1M\n", 4, "rate is given twice"},
	{"[policy]\nrate = fast\n", 2, "rate: \"fast\" is no such value"},
	{"[policy]\nrate = 5%\n", 2, "no such value"},
	{"[policy]\nrate = 2T\n", 2, "rate must be 0 to 1T"},
	{"[policy]\nhalf_life = 0\n", 2, "half_life must be 1m to 30d"},
	{"[policy]\nhalf_life = 31d\n", 2, "half_life must be"},
	{"[policy]\nhysteresis = 5\n", 2, "no such value"},
	{"[policy]\nhysteresis = %\n", 2, "no such value"},
	{"[policy]\ncertainty = 1e1\n", 2, "no such value"},
	{"[policy]\ncertainty = nan\n", 2, "no such value"},
	{"[policy]\ncertainty = 1.2.3\n", 2, "no such value"},
	{"[policy]\nbudget = 101%\n", 2, "or 0% to 100%"},
	{"[policy]\nbudget\n", 2, "nothing of these"},
	{"[policy\n", 1, "no \"]\""},
	{"[pins]\nhot = /srv\n", 2, "no pin \"hot\""},
	{"[pins]\nfast = a/b\n", 2, "\"a/b\" is not a pattern"},
	{"[pins]\nfast =\n", 2, "not a pattern"},
};

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct policy_config config;
		struct ini_error error;

		print_message("%s\n", wrong[i].text);
		assert_int_equal(read_text(wrong[i].text, &config, &error),
				 -EINVAL);
		print_message("%u: %s (%s)\n", error.line, error.what,
			      error.remedy);
		assert_int_equal(error.line, wrong[i].line);
		assert_non_null(strstr(error.what, wrong[i].what));
		assert_non_null(error.remedy);
		policy_pins_free(&config.pins);
	}
}

/* Reads a line of a document that begins with text. */
static bool find_line(FILE *in, const char *text, char *line, size_t size)
{
	rewind(in);
	while (fgets(line, size, in))
		if (!strncmp(line, text, strlen(text)))
			return true;
	return false;
}

/* The example has each setting, with its default; the page a row for each. */
static void test_documents(void **state)
{
	const struct policy_setting *setting;
	FILE *example = fopen("docs/policy.conf", "re");
	FILE *page = fopen("docs/policy.md", "re");
	struct policy_config config;
	struct ini_error error;
	char line[512], wanted[512];

	(void)state;
	assert_non_null(example);
	assert_non_null(page);
	for (size_t i = 0; (setting = policy_setting(i)); i++) {
		snprintf(wanted, sizeof(wanted), "%s = %s\n", setting->name,
			 setting->usual);
		assert_true(find_line(example, wanted, line, sizeof(line)));
		snprintf(wanted, sizeof(wanted),
			 "| `%s` | %s | %s to %s | %s | %s | %s |\n",
			 setting->name, policy_unit_text(setting->unit),
			 setting->least, setting->most, setting->usual,
			 setting->zero, setting->text);
		print_message("%s", wanted);
		assert_true(find_line(page, wanted, line, sizeof(line)));
	}
	rewind(example);
	assert_int_equal(policy_config_read(example, &config, &error), 0);
	policy_pins_free(&config.pins);
	fclose(example);
	fclose(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),  cmocka_unit_test(test_table),
		cmocka_unit_test(test_file),	  cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_documents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
