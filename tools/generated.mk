# SPDX-License-Identifier: GPL-2.0-or-later
# The generated headers: frsp's version, the kernel's types (vmlinux.h), facts about the
# module, and the newest kernel that is tested.

# Files of one line. A file is written only when its line changes, so only then its
# dependents are built again. vmlinux.name has the name of the BTF file and the running
# kernel's release instead of the file's time, because sysfs changes that at any time.
$(GENERATED)/vmlinux.name: line = $(VMLINUX_BTF) $(shell uname -r)
$(GENERATED)/built_version.h: line = \#define FRSP_VERSION "$(VERSION)$(if $(GIT_HASH), ($(GIT_HASH)))"
$(GENERATED)/clang.name: line = $(CLANG) $(shell $(CLANG) --version 2>/dev/null | head -n 1)
$(GENERATED)/vmlinux.name $(GENERATED)/clang.name $(GENERATED)/built_version.h: FORCE
	mkdir -p $(@D); echo '$(line)' | cmp -s - $@ || echo '$(line)' >$@
$(OUTPUT)/tools/base/version.o $(OUTPUT)/pic/tools/base/version.o: $(GENERATED)/built_version.h
$(OUTPUT)/tools/watch/tested.o: $(GENERATED)/tested_newest.h
$(GENERATED)/vmlinux.h: $(GENERATED)/vmlinux.name vmlinux/gen.sh
	$(call say,BTF,$@) BPFTOOL=$(BPFTOOL) vmlinux/gen.sh '$(VMLINUX_BTF)' >$@

$(GENERATED)/tested_newest.h: tests/matrix tests/vm/kernels $(wildcard tests/vm/*.bats tests/all/*.bats)
	$(call say,GEN,$@) mkdir -p $(@D); echo '#define FRSP_TESTED_NEWEST "'"$$(tests/matrix --newest)"'"' >$@

$(GENERATED)/kmod_facts.h: tools/module/kmod_facts.sed kmod/dkms.conf
	$(call say,GEN,$@) mkdir -p $(@D); sed -nf $^ >$@

# The descriptions of frspd's interfaces, which it also gives to those who ask.
INTERFACES := docs/io.frsp.varlink docs/org.varlink.service.varlink
$(GENERATED)/interfaces.h: $(INTERFACES)
	$(call say,GEN,$@) mkdir -p $(@D); { for name in frsp service; do \
		echo "static const char interface_$$name[] ="; \
		sed 's/[\\"]/\\&/g; s/.*/"&\\n"/' $$(ls $^ | grep "[.]$$name[.]"); echo ';'; done; } >$@
