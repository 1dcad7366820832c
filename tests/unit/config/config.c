// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "scratch.h"

#define UUID_1 "UUID=1f3c6a0e-54a8-4a4e-9a0c-0c7e6a1f2b3d"
#define UUID_2 "UUID=2f3c6a0e-54a8-4a4e-9a0c-0c7e6a1f2b3d"

static struct config *read_all(void)
{
	struct config_error error;
	struct config *config;
	int err = config_read(scratch, &config, &error);

	if (err)
		fail_msg("%d: %s:%u: %s", err, error.path, error.ini.line,
			 error.ini.what);
	return config;
}

/* The path below the scratch directory. */
static const char *below(const char *path)
{
	assert_memory_equal(path, scratch, strlen(scratch));
	return path + strlen(scratch);
}

static bool is_section(void *context, const char *section)
{
	return !strcmp(context, section);
}

static enum config_mode mode_of(const struct config *config,
				const char *section)
{
	return config_mode(config, is_section, (void *)section);
}

/* The value of mode in the section, or NULL. */
static const struct config_value *find_mode(const struct config *config,
					    const char *section)
{
	const struct config_value *value;

	for (size_t i = 0; (value = config_value(config, i)); i++)
		if (!strcmp(value->section, section) &&
		    !strcmp(value->setting->name, "mode"))
			return value;
	return NULL;
}

static size_t count_values(const struct config *config)
{
	size_t n = 0;

	while (config_value(config, n))
		n++;
	return n;
}

/* How many settings there are. */
static size_t count_settings(void)
{
	size_t n = 0;

	while (config_setting(n))
		n++;
	return n;
}

static void test_nothing(void **state)
{
	struct config *config = read_all();
	const struct config_value *value = find_mode(config, "filesystems");

	(void)state;
	assert_null(config_source(config, 0));
	assert_null(config_warning(config, 0));
	assert_non_null(value);
	assert_string_equal(value->text, "observe");
	assert_null(value->path);
	assert_int_equal(count_values(config), count_settings());
	assert_string_equal(config_value(config, 0)->section, "frspd");
	assert_string_equal(config_text(config, "metrics_interval"), "15s");
	assert_true(config_seconds(config, "metrics_interval") == 15);
	assert_int_equal(mode_of(config, UUID_1), CONFIG_OBSERVE);
	config_free(config);
}

static void test_main_file(void **state)
{
	struct config *config;
	const struct config_value *value;

	(void)state;
	scratch_write("etc/frsp/frspd.conf", "# all\n"
					     "[filesystems]\n"
					     "mode = off\n"
					     "[" UUID_1 "]\n"
					     "mode=observe\n");
	/* only the first counts */
	scratch_write("usr/lib/frsp/frspd.conf", "[nonsense]\n");
	config = read_all();
	assert_string_equal(below(config_source(config, 0)),
			    "/etc/frsp/frspd.conf");
	assert_null(config_source(config, 1));
	assert_null(config_warning(config, 0));
	assert_int_equal(mode_of(config, UUID_1), CONFIG_OBSERVE);
	assert_int_equal(mode_of(config, UUID_2), CONFIG_OFF);
	value = find_mode(config, UUID_1);
	assert_non_null(value);
	assert_string_equal(below(value->path), "/etc/frsp/frspd.conf");
	assert_int_equal(value->line, 5);
	assert_int_equal(count_values(config), count_settings() + 1);
	config_free(config);
}

static void test_order(void **state)
{
	static const char *const wanted[] = {
		"/usr/lib/frsp/frspd.conf",
		"/usr/lib/frsp/frspd.conf.d/10-a.conf",
		"/run/frsp/frspd.conf.d/20-b.conf",
		"/usr/local/lib/frsp/frspd.conf.d/30-c.conf",
		"/etc/frsp/frspd.conf.d/40-d.conf",
	};
	struct config *config;

	(void)state;
	scratch_write("usr/lib/frsp/frspd.conf", "");
	scratch_write("usr/lib/frsp/frspd.conf.d/10-a.conf", "");
	scratch_write("usr/lib/frsp/frspd.conf.d/20-b.conf", "");
	scratch_write("run/frsp/frspd.conf.d/20-b.conf", "");
	scratch_write("usr/local/lib/frsp/frspd.conf.d/30-c.conf", "");
	scratch_write("usr/lib/frsp/frspd.conf.d/30-c.conf", "");
	scratch_write("etc/frsp/frspd.conf.d/40-d.conf", "");
	scratch_write("run/frsp/frspd.conf.d/40-d.conf", "");
	/* no configuration */
	scratch_write("etc/frsp/frspd.conf.d/.hidden.conf", "[nonsense]\n");
	scratch_write("etc/frsp/frspd.conf.d/README", "[nonsense]\n");
	scratch_write("etc/frsp/frspd.conf.d/.conf", "[nonsense]\n");
	scratch_write("etc/frsp/frspd.conf.d/dir.conf/x", "[nonsense]\n");
	config = read_all();
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		assert_string_equal(below(config_source(config, i)), wanted[i]);
	assert_null(config_source(config, ARRAY_SIZE(wanted)));
	assert_null(config_warning(config, 0));
	config_free(config);
}

static void test_link_to_null_takes_the_place(void **state)
{
	struct config *config;

	(void)state;
	scratch_write("usr/lib/frsp/frspd.conf.d/10-a.conf", "[nonsense]\n");
	scratch_write("etc/frsp/frspd.conf.d/20-b.conf", "");
	assert_int_equal(
		symlink("/dev/null",
			scratch_path("etc/frsp/frspd.conf.d/10-a.conf")),
		0);
	config = read_all();
	assert_string_equal(below(config_source(config, 0)),
			    "/etc/frsp/frspd.conf.d/20-b.conf");
	assert_null(config_source(config, 1));
	config_free(config);
}

static void test_later_counts(void **state)
{
	struct config *config;

	(void)state;
	scratch_write("etc/frsp/frspd.conf", "[" UUID_1 "]\n"
					     "mode = off\n"
					     "[" UUID_2 "]\n"
					     "mode = off\n"
					     "[/dev/x]\n"
					     "mode = off\n");
	/* another case of letters is the same UUID; no value takes it back */
	scratch_write("etc/frsp/frspd.conf.d/a.conf",
		      "[UUID=1F3C6A0E-54A8-4A4E-9A0C-0C7E6A1F2B3D]\n"
		      "mode = observe\n"
		      "[" UUID_2 "]\n"
		      "mode =\n");
	config = read_all();
	assert_int_equal(mode_of(config,
				 "UUID=1F3C6A0E-54A8-4A4E-9A0C-0C7E6A1F2B3D"),
			 CONFIG_OBSERVE);
	assert_int_equal(mode_of(config, UUID_1), CONFIG_OBSERVE);
	assert_int_equal(mode_of(config, UUID_2), CONFIG_OBSERVE);
	assert_int_equal(mode_of(config, "/dev/x"), CONFIG_OFF);
	/* the defaults, /dev/x, UUID 1 */
	assert_int_equal(count_values(config), count_settings() + 2);
	config_free(config);
}

static void test_settings_of_frspd(void **state)
{
	struct config *config;

	(void)state;
	scratch_write("etc/frsp/frspd.conf", "[frspd]\n"
					     "metrics = /a/b.prom\n"
					     "metrics_interval = 1m\n");
	scratch_write("run/frsp/frspd.conf.d/a.conf", "[frspd]\n"
						      "metrics = off\n");
	config = read_all();
	assert_string_equal(config_text(config, "metrics"), "off");
	assert_true(config_seconds(config, "metrics_interval") == 60);
	config_free(config);
}

static const char *escache_of(const struct config *config, const char *section)
{
	return config_text_of(config, "escache", is_section, (void *)section);
}

static void test_tuners(void **state)
{
	struct config *config = read_all();

	(void)state;
	assert_int_equal(config_tuner_most(config, "escache"),
			 CONFIG_TUNER_OBSERVE);
	config_free(config);
	scratch_write("etc/frsp/frspd.conf", "[" UUID_1 "]\n"
					     "escache = apply\n"
					     "[filesystems]\n"
					     "escache = advise\n");
	config = read_all();
	assert_string_equal(escache_of(config, UUID_1), "apply");
	assert_string_equal(escache_of(config, UUID_2), "advise");
	assert_int_equal(config_tuner_most(config, "escache"),
			 CONFIG_TUNER_APPLY);
	config_free(config);
}

static bool is_any(void *context, const char *section)
{
	(void)context;
	(void)section;
	return true;
}

static void test_of_two_sections_the_later_one_counts(void **state)
{
	struct config *config;

	(void)state;
	scratch_write("etc/frsp/frspd.conf", "[" UUID_1 "]\n"
					     "mode = observe\n"
					     "[/dev/x]\n"
					     "mode = off\n"
					     "[filesystems]\n"
					     "mode = observe\n");
	config = read_all();
	assert_int_equal(config_mode(config, is_any, NULL), CONFIG_OFF);
	config_free(config);
}

static void test_warnings(void **state)
{
	static const char *const wanted[] = {
		"/etc/frsp/frspd.conf:1: \"mode\" is in no section: it is passed over",
		"/etc/frsp/frspd.conf:3: unknown setting \"mood\" in [filesystems]: it is passed over",
		"/etc/frsp/frspd.conf:4: unknown section [file systems]: it is passed over",
		"/etc/frsp/frspd.conf:7: unknown setting \"mode\" in [frspd]: it is passed over",
	};
	struct config *config;

	(void)state;
	scratch_write("etc/frsp/frspd.conf", "mode = off\n"
					     "[filesystems]\n"
					     "mood = off\n"
					     "[file systems]\n"
					     "mode = nonsense\n"
					     "[frspd]\n"
					     "mode = off\n");
	config = read_all();
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		assert_string_equal(below(config_warning(config, i)),
				    wanted[i]);
	assert_null(config_warning(config, ARRAY_SIZE(wanted)));
	assert_int_equal(mode_of(config, UUID_1), CONFIG_OBSERVE);
	config_free(config);
}

static void expect_error(const char *text, unsigned int line, const char *what)
{
	struct config_error error;
	struct config *config;

	scratch_write("etc/frsp/frspd.conf", text);
	assert_int_equal(config_read(scratch, &config, &error), -EINVAL);
	assert_string_equal(below(error.path), "/etc/frsp/frspd.conf");
	assert_int_equal(error.ini.line, line);
	assert_non_null(error.ini.remedy);
	if (!strstr(error.ini.what, what))
		fail_msg("%s", error.ini.what);
}

static void test_errors(void **state)
{
	(void)state;
	expect_error("[filesystems]\nmode = apply\n", 2, "\"apply\"");
	expect_error("[filesystems]\nmode = Observe\n", 2, "\"Observe\"");
	expect_error("[frspd]\nmetrics = frsp.prom\n", 2, "\"frsp.prom\"");
	expect_error("[frspd]\nmetrics = /srv/\n", 2, "\"/srv/\"");
	expect_error("[frspd]\nmetrics_interval = 0.9\n", 2, "\"0.9\"");
	expect_error("[frspd]\nmetrics_interval = 2h\n", 2, "\"2h\"");
	expect_error("[filesystems]\nescache = on\n", 2, "\"on\"");
	expect_error("[filesystems]\nescache_bound = 63K\n", 2, "\"63K\"");
	expect_error("[filesystems]\nescache_bound = 2T\n", 2, "\"2T\"");
	expect_error("[filesystems]\ntrees = on\n", 2, "\"on\"");
	expect_error("[filesystems]\ntrees_level = 4\n", 2, "\"4\"");
	expect_error("[filesystems]\ntrees_level = -1\n", 2, "\"-1\"");
	expect_error("[filesystems]\ntrees_pressure = 0%\n", 2, "\"0%\"");
	expect_error("\n[UUID=1f3c6a0e]\n", 2, "\"1f3c6a0e\"");
	expect_error("[UUID=1f3c6a0e-54a8-4a4e-9a0c-0c7e6a1f2b3dd]\n", 1,
		     "not a UUID");
	expect_error("[UUID=1f3c6a0e-54a8-4a4e-9a0c-0c7e6a1f2bXX]\n", 1,
		     "not a UUID");
	expect_error("[filesystems\n", 1, "]");
	expect_error("nonsense\n", 1, "nonsense");
}

/* What config_mode_word() writes, config_mode_of() reads. */
static void test_table(void **state)
{
	const struct config_setting *setting;
	size_t i = 0;

	(void)state;
	for (; (setting = config_setting(i)); i++) {
		assert_int_equal(config_setting_check(setting, setting->usual),
				 0);
		assert_int_equal(config_setting_check(setting, "\x01"),
				 -EINVAL);
		assert_ptr_equal(config_setting_find(setting->scope,
						     setting->name),
				 setting);
	}
	assert_true(i >= 1);
	for (enum config_tuner tuner = CONFIG_TUNER_OBSERVE;
	     tuner <= CONFIG_TUNER_APPLY; tuner++)
		assert_int_equal(config_tuner_of(config_tuner_word(tuner)),
				 tuner);
	for (enum config_mode mode = CONFIG_OFF; mode <= CONFIG_OBSERVE; mode++)
		assert_int_equal(config_mode_of(config_mode_word(mode)), mode);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(test_nothing),
		scratch_test(test_main_file),
		scratch_test(test_order),
		scratch_test(test_link_to_null_takes_the_place),
		scratch_test(test_later_counts),
		scratch_test(test_settings_of_frspd),
		scratch_test(test_tuners),
		scratch_test(test_of_two_sections_the_later_one_counts),
		scratch_test(test_warnings),
		scratch_test(test_errors),
		scratch_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
