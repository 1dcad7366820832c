# SPDX-License-Identifier: GPL-2.0-or-later
# What is built for: the compiler tells, not the machine that builds. What that one
# cannot run goes to a directory of its own and is linked with the libraries in SYSROOT.

# These run here, whatever is built for.
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
LIBS := libbpf libelf zlib libcap-ng json-c smartcols ncursesw mount blkid ext2fs devmapper
LIB_CFLAGS := $(if $(CROSS),$(SYSROOT:%=--sysroot=%)) $(shell $(PKG_CONFIG) --cflags $(LIBS) 2>/dev/null)
LDLIBS = $(shell $(PKG_CONFIG) --libs $(LIBS) 2>/dev/null) -lm
# Of this machine's own, tests/deps knows what is missing.
NO_LIBS := $(if $(CROSS),$(shell $(PKG_CONFIG) --exists $(LIBS) || echo yes))

# A program that cannot run here cannot print its completions: one that can, of the same
# main() and options, does. What lies behind the options is neither linked nor called.
$(OUTPUT)/host/%: $(wildcard tools/*/*opts.c) tools/ui/completion.c tools/base/log.c tools/base/output.c tools/target.mk
	$(call say,HOSTCC,$@) mkdir -p $(@D) && $(HOSTCC) -std=gnu11 -D_GNU_SOURCE -I. -Itools -Ikmod \
		-no-pie -Wl,--unresolved-symbols=ignore-all $(filter %/$*.c,$(MAINS)) $(filter %.c,$^) -lbpf -o $@
