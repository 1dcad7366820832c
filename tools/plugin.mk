# SPDX-License-Identifier: GPL-2.0-or-later
# The plugin of nbdkit that serves images: a shared object, so what is in it is compiled once
# more, to run at any address. Sanitizers need a program that has them, which nbdkit is not.

PLUGIN := $(if $(SANITIZE),,$(OUTPUT)/nbdkit-frsp-plugin.so)
# nbdkit looks for plugins in one directory, which is below /usr. Elsewhere it must be told
# the file.
nbdkitdir ?= $(or $(if $(filter /usr,$(PREFIX)),$(shell $(PKG_CONFIG) --variable=plugindir nbdkit 2>/dev/null)),$(PREFIX)/lib/nbdkit/plugins)
PLUGIN_SOURCES := $(wildcard $(addprefix tools/ploop/,nbd/*.c tier/*.c image/*.c io/*.c core/*.c) tools/move/policy*.c) \
	tools/base/file.c tools/base/ini.c tools/base/fmt.c tools/base/version.c

$(OUTPUT)/pic/%.o: %.c
	$(call say,CC,$@) mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -fPIC -MMD -MP -c $< -o $@

$(PLUGIN): $(PLUGIN_SOURCES:%.c=$(OUTPUT)/pic/%.o)
	$(call say,LINK,$@) $(CC) $(ALL_CFLAGS) $(LDFLAGS) -shared -Wl,--as-needed $^ $(LDLIBS) -o $@
