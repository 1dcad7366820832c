# SPDX-License-Identifier: GPL-2.0-or-later
# The folders of tools/, from the lowest up. Each has a library, and behind it stand those
# whose headers its files may include; a file may also include its own folder's headers,
# those of bpf/ that are for user space, and kmod/uapi/. Programs never include programs.
# tests/lint reads this table, too.

USES_base :=
USES_ui := base
USES_fs := base
USES_module := base fs
USES_paths := base fs
USES_watch := base fs module
USES_heat := base fs paths watch
USES_map := base fs module paths heat
USES_cli := base ui watch
USES_hotmon := base ui cli fs paths watch heat
USES_top := base ui cli fs module paths watch heat map
USES_ctl := base ui cli fs module watch heat

# the linker wants what is used behind what uses it
ROOMS := ctl top hotmon cli map heat watch paths module fs ui base
$(if $(filter-out $(ROOMS),$(patsubst tools/%/,%,$(wildcard tools/*/))),$(error tools/rooms.mk lacks a folder of tools/))
MAINS := tools/hotmon/hotmon.c tools/top/frsp-top.c tools/ctl/frspctl.c

LIBRARIES := $(ROOMS:%=$(OUTPUT)/lib/%.a)
objects_of = $(patsubst %.c,$(OUTPUT)/%.o,$(filter-out $(MAINS),$(wildcard tools/$(1)/*.c)))
$(foreach room,$(ROOMS),$(eval $(OUTPUT)/lib/$(room).a: $(call objects_of,$(room))))
$(foreach main,$(MAINS),$(eval $(OUTPUT)/$(basename $(notdir $(main))): $(main:%.c=$(OUTPUT)/%.o)))
