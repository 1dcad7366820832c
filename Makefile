# SPDX-License-Identifier: GPL-2.0-or-later
# "make help" lists the targets.

# Debian has bpftool where only root looks.
export PATH := $(PATH):/usr/sbin:/sbin

VERSION := 0.1.0
GIT_HASH := $(shell git rev-parse --short HEAD 2>/dev/null)

PREFIX ?= /usr/local
sbindir ?= $(PREFIX)/sbin
mandir ?= $(PREFIX)/share/man
VMLINUX_BTF ?= /sys/kernel/btf/vmlinux
CLANG ?= clang
BPFTOOL ?= bpftool
OUTPUT := .output$(if $(SANITIZE),/sanitize)

ifeq ($(V),1)
say =
else
say = @printf '  %-8s %s\n' $(1) $(2);
MAKEFLAGS += --no-print-directory
.SILENT:
endif

ARCH := $(shell uname -m | sed 's/x86_64/x86/; s/aarch64/arm64/')
LIBS := libbpf libelf zlib libcap-ng json-c smartcols ncursesw mount blkid
CFLAGS ?= -O2 -g
comma := ,
ALL_CFLAGS := $(CFLAGS) -std=gnu11 -Wall -Wextra $(if $(WERROR),-Werror) \
	-D_GNU_SOURCE -DFRSP_VERSION='"$(VERSION)$(if $(GIT_HASH), ($(GIT_HASH)))"' \
	-Ibpf -Itools -I.output $(shell pkg-config --cflags $(LIBS) 2>/dev/null) \
	$(if $(SANITIZE),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
LDLIBS = $(shell pkg-config --libs $(LIBS) 2>/dev/null) -lm
# BPF_PROG() gives each program a context that most do not use.
BPF_CFLAGS := -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_$(ARCH) -Wall -Wextra \
	-Wno-unused-parameter $(if $(WERROR),-Werror) -I.output -Ivmlinux -Ibpf

PROGRAMS := hotmon
MANUALS := docs/hotmon.8.scd
MAINS := $(PROGRAMS:%=tools/%.c)
SHARED := $(filter-out $(MAINS),$(wildcard tools/*.c))
# What of the module knows nothing of ext4, with a kernel for it in user space.
PURE := $(patsubst %,kmod/%.c,extent tree meta pick busy) $(wildcard tests/unit/kernel/*.c)
TESTS := $(patsubst tests/%.c,$(OUTPUT)/%,$(wildcard tests/unit/*.c tests/native/*.c tests/bench/*.c))

OFF := $(shell tests/deps missing build)
NO_BTF := $(if $(wildcard $(VMLINUX_BTF)),,yes)

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all tests check demo lint install uninstall clean help

ifneq ($(OFF)$(NO_BTF),)
all:
	$(if $(OFF),echo "off: $(PROGRAMS); to turn on: apt-get install $(OFF)")
	$(if $(NO_BTF),echo "off: $(PROGRAMS); $(VMLINUX_BTF) is missing: name the BTF of a kernel >= 6.1 with VMLINUX_BTF=FILE")
else
all: $(PROGRAMS:%=$(OUTPUT)/%) $(MANUALS:docs/%.scd=$(OUTPUT)/%)
endif

tests: all $(TESTS)

# Not the time of the BTF file, which sysfs renews as it likes: which one it is.
BTF_NAME := $(VMLINUX_BTF) $(shell uname -r)
$(shell mkdir -p .output; echo '$(BTF_NAME)' | cmp -s - .output/vmlinux.name || \
	echo '$(BTF_NAME)' >.output/vmlinux.name)
.output/vmlinux.h: .output/vmlinux.name vmlinux/gen.sh
	$(call say,BTF,$@) BPFTOOL=$(BPFTOOL) vmlinux/gen.sh $(VMLINUX_BTF) >$@

.output/%.bpf.o: bpf/%.bpf.c .output/vmlinux.h
	$(call say,BPF,$@) $(CLANG) $(BPF_CFLAGS) -MMD -MP -c $< -o $@

# the object's name is what "bpftool map list" shows in front of .rodata
.output/hot.skel.h: skeleton := hotmon
.output/%.skel.h: .output/%.bpf.o
	$(call say,SKEL,$@) $(BPFTOOL) gen skeleton $< name $(skeleton) >$@

$(OUTPUT)/%.o: %.c .output/hot.skel.h
	$(call say,CC,$@) mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(OUTPUT)/kmod/%.o $(OUTPUT)/tests/%.o: ALL_CFLAGS += -Itests/unit/kernel -Ikmod
$(OUTPUT)/libfrsp.a: $(SHARED:%.c=$(OUTPUT)/%.o)
$(OUTPUT)/libpure.a: $(PURE:%.c=$(OUTPUT)/%.o)
$(OUTPUT)/lib%.a:
	$(call say,AR,$@) rm -f $@ && $(AR) rcs $@ $^

$(PROGRAMS:%=$(OUTPUT)/%): $(OUTPUT)/%: $(OUTPUT)/tools/%.o
$(TESTS): $(OUTPUT)/%: $(OUTPUT)/tests/%.o
$(filter-out $(OUTPUT)/bench/%,$(TESTS)): LDLIBS += -lcmocka
$(filter $(OUTPUT)/unit/%,$(TESTS)) $(OUTPUT)/bench/tree: $(OUTPUT)/libpure.a
$(PROGRAMS:%=$(OUTPUT)/%) $(TESTS): $(OUTPUT)/libfrsp.a
	$(call say,LINK,$@) mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) $(LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) $(LDLIBS) -o $@

$(OUTPUT)/%: docs/%.scd
	$(call say,MAN,$@) mkdir -p $(@D) && scdoc <$< >$@

check:
	tests/deps install check
	$(MAKE) WERROR=1 tests
	tests/run

demo:
	tests/deps install demo
	$(MAKE) all
	tests/demo

lint:
	tests/lint

install: all
	install -D -t $(DESTDIR)$(sbindir) $(PROGRAMS:%=$(OUTPUT)/%)
	install -D -m 644 -t $(DESTDIR)$(mandir)/man8 $(MANUALS:docs/%.scd=$(OUTPUT)/%)

uninstall:
	rm -f $(PROGRAMS:%=$(DESTDIR)$(sbindir)/%) $(MANUALS:docs/%.scd=$(DESTDIR)$(mandir)/man8/%)

clean:
	rm -rf .output

help:
	cat docs/make-help.txt

-include $(shell find .output -name '*.d' 2>/dev/null)
