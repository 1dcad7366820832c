# SPDX-License-Identifier: GPL-2.0-or-later
# The folders of tools/, from the lowest up. Each folder becomes a library. USES_x lists the
# folders whose headers the files of folder x may include. A file may also include headers
# of its own folder, of bpf/ (those for user space) and of kmod/uapi/. The folders of the
# programs (hotmon, top, ctl, daemon) never include each other. A folder may have folders below
# it, and then no files of its own: ploop/core. tests/house reads this table, too.

USES_base :=
USES_ui := base
USES_config := base
USES_tune := base
USES_varlink := base
USES_fs := base
USES_module := base fs
USES_paths := base fs
USES_move := base fs module
USES_watch := base fs module
USES_trace := base
USES_simulate := base move trace
USES_heat := base varlink fs paths watch trace
USES_map := base fs module paths heat
USES_cli := base ui varlink watch
USES_hotmon := base ui cli fs module paths watch trace heat
USES_top := base ui cli fs module paths watch heat map
USES_daemon := base ui cli config tune varlink fs module move watch heat trace
USES_ctl := base ui cli config varlink fs module paths move watch heat trace simulate

# The image engine: neither libbpf nor ncurses.
USES_ploop/core := base
USES_ploop/io := base ploop/core
USES_ploop/image := base ploop/core ploop/io
# The tier pair knows the policy of moves, and nothing else of that folder.
USES_ploop/tier := base move ploop/core ploop/io ploop/image
USES_ploop/nbd := base ploop/core ploop/io ploop/image ploop/tier
USES_ploop/ublk := base ploop/core ploop/io ploop/image
USES_ploop/tool := base ui ploop/core ploop/io ploop/image ploop/ublk

# The order for the linker: a library comes after the libraries that use it.
ROOMS := ploop/tool ploop/nbd ploop/tier ploop/ublk ploop/image ploop/io ploop/core daemon ctl top hotmon cli map heat simulate trace watch paths move module fs varlink tune config ui base
ROOMS_ABOVE := $(patsubst %/,%,$(dir $(ROOMS)))
FOLDERS := $(patsubst tools/%/,%,$(wildcard tools/*/ tools/*/*/))
# debian has no code: templates for "make deb"
$(if $(filter-out $(ROOMS) $(ROOMS_ABOVE) debian%,$(FOLDERS)),$(error tools/rooms.mk lacks a folder of tools/))
MAINS := tools/hotmon/hotmon.c tools/top/frsp-top.c tools/ctl/frspctl.c tools/daemon/frspd.c \
	tools/ploop/tool/frsp-image.c

LIBRARIES := $(ROOMS:%=$(OUTPUT)/lib/%.a)
objects_of = $(patsubst %.c,$(OUTPUT)/%.o,$(filter-out $(MAINS),$(wildcard tools/$(1)/*.c)))
$(foreach room,$(ROOMS),$(eval $(OUTPUT)/lib/$(room).a: $(call objects_of,$(room))))
$(foreach main,$(MAINS),$(eval $(OUTPUT)/$(basename $(notdir $(main))): $(main:%.c=$(OUTPUT)/%.o)))
