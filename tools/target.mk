# SPDX-License-Identifier: GPL-2.0-or-later
# The machine that the build is for: the compiler says which, not the machine that runs
# make. If they differ (CROSS is not empty), the output goes to its own directory and is
# linked with the libraries in SYSROOT.

# These run on the machine that runs make.
HOSTCC ?= cc
CLANG ?= clang
BPFTOOL ?= bpftool

ifdef CROSS_COMPILE
CC := $(CROSS_COMPILE)gcc
AR := $(CROSS_COMPILE)ar
endif
machine_of = $(firstword $(subst -, ,$(shell $(1) -dumpmachine 2>/dev/null)))
MACHINE := $(call machine_of,$(CC))
CROSS := $(filter-out $(call machine_of,$(HOSTCC)),$(MACHINE))
ifeq ($(MACHINE),)
$(if $(CROSS_COMPILE),$(error $(CC) cannot be run; for arm64: apt-get install gcc-aarch64-linux-gnu))
endif
GENERATED := .output$(CROSS:%=/%)
OUTPUT := $(GENERATED)$(if $(SANITIZE),/sanitize)
BPF_ARCH := $(patsubst aarch64,arm64,$(patsubst x86_64,x86,$(MACHINE)))

ifneq ($(CROSS),)
triplet := $(or $(shell $(CC) -print-multiarch 2>/dev/null),$(shell $(CC) -dumpmachine))
PKG_CONFIG ?= PKG_CONFIG_SYSROOT_DIR=$(SYSROOT) \
	PKG_CONFIG_LIBDIR=$(SYSROOT)/usr/lib/$(triplet)/pkgconfig:$(SYSROOT)/usr/lib64/pkgconfig:$(SYSROOT)/usr/lib/pkgconfig:$(SYSROOT)/usr/share/pkgconfig \
	pkg-config
endif
PKG_CONFIG ?= pkg-config
LIBS := libbpf libelf zlib libzstd libcap-ng json-c smartcols ncursesw mount blkid devmapper sqlite3 libsystemd liburing libxml-2.0 libmd nbdkit
LIB_CFLAGS := $(if $(CROSS),$(SYSROOT:%=--sysroot=%)) $(shell $(PKG_CONFIG) --cflags $(LIBS) 2>/dev/null)
LDLIBS = $(shell $(PKG_CONFIG) --libs $(LIBS) 2>/dev/null) -lm
# In a native build, tests/deps finds missing libraries instead.
NO_LIBS := $(if $(CROSS),$(shell $(PKG_CONFIG) --exists $(LIBS) || echo yes))

# A cross-built program cannot run here to print its completions. So a native one, of the
# same main() and options, prints them. VALUES are the files with the names that options
# take. The rest of the program is not linked, and printing the completions does not call it.
VALUES := $(addprefix tools/,fs/tier_config.c heat/sort.c trace/import.c top/view.c top/map.c top/columns.c top/overview.c ui/progress.c)
$(OUTPUT)/host/%: $(wildcard tools/*/*opts.c tools/*/*/*opts.c) $(VALUES) tools/ui/completion.c tools/ui/commands.c tools/base/log.c tools/base/output.c tools/target.mk
	$(call say,HOSTCC,$@) mkdir -p $(@D) && $(HOSTCC) -std=gnu11 -D_GNU_SOURCE -I. -Itools -Ikmod \
		-no-pie -Wl,--unresolved-symbols=ignore-all $(filter %/$*.c,$(MAINS)) $(filter %.c,$^) -lbpf -o $@
