# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the programs, the module (by kmod/Makefile), the tests and the manuals, and
# installs them. "make help" lists the targets.

# Debian has bpftool in a directory that only root has in PATH.
export PATH := $(PATH):/usr/sbin:/sbin

VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' kmod/dkms.conf)
GIT_HASH := $(shell git rev-parse --short HEAD 2>/dev/null)
PREFIX ?= /usr/local
sbindir ?= $(PREFIX)/sbin
mandir ?= $(PREFIX)/share/man
bashdir ?= $(PREFIX)/share/bash-completion/completions
zshdir ?= $(PREFIX)/share/zsh/site-functions
unitdir ?= $(PREFIX)/lib/systemd/system
catalogdir ?= $(PREFIX)/lib/systemd/catalog
sysusersdir ?= $(PREFIX)/lib/sysusers.d
tmpfilesdir ?= $(PREFIX)/lib/tmpfiles.d
VMLINUX_BTF ?= /sys/kernel/btf/vmlinux
include tools/target.mk
include tools/rooms.mk
include tools/plugin.mk

ifneq ($(V),1)
say = @printf '  %-8s %s\n' $(1) $(2);
MAKEFLAGS += --no-print-directory
.SILENT:
endif

CFLAGS ?= -O2 -g
ALL_CFLAGS := $(CFLAGS) -std=gnu11 -Wall -Wextra -Werror=implicit-function-declaration $(if $(WERROR),-Werror) \
	-D_GNU_SOURCE -I. -Itools -Ikmod -I$(GENERATED) $(LIB_CFLAGS) \
	$(if $(SANITIZE),-fsanitize=address -fsanitize=undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
# -fms-extensions: since 7.0, vmlinux.h has members without a name but with a named type.
# BPF_NO_KFUNC_PROTOTYPES: since 7.5, bpftool writes prototypes of kfuncs to vmlinux.h,
# which may clash with ours. unused-parameter: BPF_PROG() gives each program a context,
# which most do not use. default-const-init: since 21, clang warns that the const variable
# that BPF_CORE_READ() reads into is never set.
BPF_CFLAGS := -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_$(BPF_ARCH) -Wall -Wextra \
	-fms-extensions -Wno-microsoft -DBPF_NO_KFUNC_PROTOTYPES -Wno-unused-parameter \
	-Wno-unknown-warning-option -Wno-default-const-init-var-unsafe \
	$(if $(WERROR),-Werror) -I$(GENERATED) -Ivmlinux -Ibpf

PROGRAMS := $(basename $(notdir $(MAINS)))
SKELETONS := $(patsubst bpf/%.bpf.c,$(GENERATED)/%.skel.h,$(wildcard bpf/*.bpf.c))
MANUALS := $(wildcard docs/*.[578].scd)
SCHEMAS := $(wildcard docs/*.schema.json)
# The files of the module that do not depend on ext4, and the kernel's functions that they
# need in user space.
PURE := $(patsubst %,kmod/%.c,extent tree tree_find peaks meta pick busy) $(wildcard tests/unit/kernel/*.c)
TESTS := $(patsubst tests/%.c,$(OUTPUT)/%,$(wildcard $(addsuffix /*.c,$(filter-out %/kernel,$(wildcard tests/unit/*))) tests/native/*.c tests/bench/*.c tests/vm/*.c))

OFF := $(shell tests/deps missing build)
NO_BTF := $(shell test -e '$(VMLINUX_BTF)' || echo yes)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR .SECONDARY .SUFFIXES:
.PHONY: all kmod tests bpf check check-all demo lint install uninstall deb dkms-install dkms-uninstall clean help FORCE

all: $(if $(OFF)$(NO_LIBS)$(NO_BTF),,$(PROGRAMS:%=$(OUTPUT)/%) $(PLUGIN) $(PROGRAMS:%=$(OUTPUT)/completion/%) $(MANUALS:docs/%.scd=$(OUTPUT)/%))
	$(if $(OFF),echo "off: $(PROGRAMS); to turn on: apt-get install $(OFF)")
	$(if $(NO_LIBS),echo "off: $(PROGRAMS); no libraries for $(CROSS): sudo tests/sysroot arm64 DIR makes a directory of them to name with SYSROOT=DIR")
	$(if $(NO_BTF),echo "off: $(PROGRAMS); $(VMLINUX_BTF) is missing: name the BTF of a kernel >= 6.1 with VMLINUX_BTF=FILE" \
		$(if $(filter-out file,$(origin VMLINUX_BTF)),>&2; false))
	$(if $(CROSS),echo "off: frsp.ko; it is for x86_64",$(MAKE) -C kmod try)

kmod dkms-install dkms-uninstall: ; $(if $(CROSS),echo "frsp.ko is for x86_64 and not for $(CROSS)" >&2 && false,$(MAKE) -C kmod $(filter dkms-%,$@))

tests: all $(TESTS)
bpf: $(SKELETONS)
lint: ; tests/lint
help: ; cat docs/make-help.txt
clean: ; rm -rf .output kmod/frsp.ko
check check-all: ; tests/deps install $(if $(filter %-all,$@),all,check) && $(MAKE) WERROR=1 tests && tests/run $(if $(filter %-all,$@),--all,$(SUITES))
demo: ; tests/deps install demo && $(MAKE) all && tests/demo

include tools/generated.mk

$(GENERATED)/%.bpf.o: bpf/%.bpf.c $(GENERATED)/vmlinux.h $(GENERATED)/clang.name
	$(call say,BPF,$@) $(CLANG) $(BPF_CFLAGS) -MMD -MP -c $< -o $@

# "bpftool map list" shows the start of the object's name in front of .rodata
$(GENERATED)/%.skel.h: $(GENERATED)/%.bpf.o
	$(call say,SKEL,$@) $(BPFTOOL) gen skeleton $< name $(if $(filter hot,$*),hotmon,frsp_$*) >$@

$(OUTPUT)/%.o: %.c | $(SKELETONS) $(GENERATED)/kmod_facts.h $(GENERATED)/interfaces.h
	$(call say,CC,$@) mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(OUTPUT)/kmod/%.o $(OUTPUT)/tests/unit/%.o $(OUTPUT)/tests/bench/%.o: ALL_CFLAGS += -Itests/unit/kernel -Itests/unit
$(OUTPUT)/lib/pure.a: $(PURE:%.c=$(OUTPUT)/%.o)
$(OUTPUT)/lib/%.a:
	$(call say,AR,$@) mkdir -p $(@D) && rm -f $@ && $(AR) rcs $@ $^

$(TESTS): $(OUTPUT)/%: $(OUTPUT)/tests/%.o
$(filter-out $(OUTPUT)/bench/%,$(TESTS)): LDLIBS += -lcmocka
$(OUTPUT)/unit/ploop/crash: $(patsubst %.c,$(OUTPUT)/%.o,$(wildcard tests/unit/ploop/sim/*.c))
$(OUTPUT)/vm/storm: $(patsubst %.c,$(OUTPUT)/%.o,$(wildcard tests/vm/guest/*.c))
$(filter-out $(OUTPUT)/unit/%,$(TESTS)): LDLIBS += -lext2fs -lcom_err
$(filter $(OUTPUT)/unit/%,$(TESTS)) $(OUTPUT)/bench/tree: $(OUTPUT)/lib/pure.a
# --as-needed: our libraries use more shared libraries than each program needs.
$(PROGRAMS:%=$(OUTPUT)/%) $(TESTS): $(LIBRARIES)
	$(call say,LINK,$@) mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) $(LDFLAGS) -Wl,--as-needed $(filter %.o,$^) $(filter %.a,$^) $(LDLIBS) -o $@

# FILE for bash, _FILE for zsh
$(OUTPUT)/completion/% $(OUTPUT)/completion/_%: $(OUTPUT)/$(if $(CROSS),host/)%
	$(call say,GEN,$@) mkdir -p $(@D) && $< --completion=bash >$(@D)/$* && $< --completion=zsh >$(@D)/_$*
$(OUTPUT)/%: docs/%.scd
	$(call say,MAN,$@) mkdir -p $(@D) && scdoc <$< >$@

include tools/install.mk

-include $(shell find .output -name '*.d' -type f 2>/dev/null)
