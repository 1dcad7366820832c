# SPDX-License-Identifier: GPL-2.0-or-later
# make install and make uninstall, of all but the module, which DKMS installs. Both end with
# a list of what they did, and where. make deb, which has packages of all.

manuals_of = $(patsubst docs/%.scd,%,$(wildcard docs/*.$(1).scd))
EXAMPLES := docs/policy.conf docs/frspd.conf
FLEET := docs/frsp-alerts.yml docs/grafana-frsp.json
comma := ,
listed = $(subst $() ,$(comma) ,$(strip $(1)))
pages := $(foreach page,$(call manuals_of,5) $(call manuals_of,7) $(call manuals_of,8),$(basename $(page))($(subst .,,$(suffix $(page)))))
# what the user gave, to be given again
given = $(foreach name,DESTDIR PREFIX,$(if $(filter command environment,$(origin $(name))),$(name)=$($(name))))
refuse_space = $(if $(word 2,x$(DESTDIR)$(PREFIX)),echo "nothing is $(1): DESTDIR and PREFIX cannot have a space" >&2; false)

define say_places
@echo "$(1):"
@echo "  programs     $(DESTDIR)$(sbindir): $(call listed,$(PROGRAMS))"
@echo "  manuals      $(DESTDIR)$(mandir): $(call listed,$(pages))"
@echo "  schemas      $(DESTDIR)$(PREFIX)/share/frsp: of what --json prints and frspd answers, policy.conf and frspd.conf"
@echo "  service      $(DESTDIR)$(unitdir): frspd.service; frspd-metrics.socket, which is off"
@echo "  nbdkit       $(DESTDIR)$(nbdkitdir): its plugin frsp"
@echo "  catalog      $(DESTDIR)$(catalogdir): what journalctl -x says about frspd"
@echo "  group frsp   $(DESTDIR)$(sysusersdir): frspd.conf for systemd-sysusers"
@echo "  old state    $(DESTDIR)$(tmpfilesdir): frspd.conf for systemd-tmpfiles"
@echo "  completions  $(DESTDIR)$(bashdir) for bash"
@echo "               $(DESTDIR)$(zshdir) for zsh"
endef

install: all
	$(if $(OFF)$(NO_LIBS)$(NO_BTF),echo "nothing is installed: see above" >&2; false)
	$(call refuse_space,installed)
	install -D -t $(DESTDIR)$(sbindir) $(PROGRAMS:%=$(OUTPUT)/%)
	install -D -m 644 -t $(DESTDIR)$(mandir)/man5 $(addprefix $(OUTPUT)/,$(call manuals_of,5))
	install -D -m 644 -t $(DESTDIR)$(mandir)/man7 $(addprefix $(OUTPUT)/,$(call manuals_of,7))
	install -D -m 644 -t $(DESTDIR)$(mandir)/man8 $(addprefix $(OUTPUT)/,$(call manuals_of,8))
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/frsp $(SCHEMAS) $(EXAMPLES) $(INTERFACES) $(FLEET)
	install -D -m 644 -t $(DESTDIR)$(nbdkitdir) $(PLUGIN)
	install -D -m 644 -t $(DESTDIR)$(catalogdir) tools/daemon/frspd.catalog
	install -D -m 644 -t $(DESTDIR)$(unitdir) tools/daemon/frspd-metrics.socket
	install -D -m 644 tools/daemon/frspd.sysusers $(DESTDIR)$(sysusersdir)/frspd.conf
	install -D -m 644 tools/daemon/frspd.tmpfiles $(DESTDIR)$(tmpfilesdir)/frspd.conf
	sed 's|@sbindir@|$(sbindir)|' tools/daemon/frspd.service.in | install -D -m 644 /dev/stdin $(DESTDIR)$(unitdir)/frspd.service
	install -D -m 644 -t $(DESTDIR)$(bashdir) $(PROGRAMS:%=$(OUTPUT)/completion/%)
	install -D -m 644 -t $(DESTDIR)$(zshdir) $(PROGRAMS:%=$(OUTPUT)/completion/_%)
	$(call say_places,installed)
	@echo "not installed:"
	@echo "  frsp.ko      $(if $(CROSS),it is for x86_64,make dkms-install: for each kernel on which it is tested)"
	@echo "to run frspd: systemd-sysusers; systemctl daemon-reload; journalctl --update-catalog; systemctl enable --now frspd"
	@echo "next: man frsp; to remove all of this: make $(strip uninstall $(given))"

uninstall:
	$(call refuse_space,removed)
	rm -f $(PROGRAMS:%=$(DESTDIR)$(sbindir)/%) $(PROGRAMS:%=$(DESTDIR)$(bashdir)/%) \
		$(PROGRAMS:%=$(DESTDIR)$(zshdir)/_%) $(patsubst docs/%,$(DESTDIR)$(PREFIX)/share/frsp/%,$(SCHEMAS) $(EXAMPLES) $(INTERFACES) $(FLEET)) \
		$(DESTDIR)$(unitdir)/frspd.service $(DESTDIR)$(unitdir)/frspd-metrics.socket $(DESTDIR)$(catalogdir)/frspd.catalog $(DESTDIR)$(nbdkitdir)/$(notdir $(PLUGIN)) \
		$(DESTDIR)$(sysusersdir)/frspd.conf $(DESTDIR)$(tmpfilesdir)/frspd.conf \
		$(foreach section,5 7 8,$(addprefix $(DESTDIR)$(mandir)/man$(section)/,$(call manuals_of,$(section))))
	$(call say_places,removed)
	@echo "not removed:"
	@echo "  frsp.ko      if DKMS has it: make dkms-uninstall"

# with the packages that dpkg-buildpackage needs
deb: ; missing=$$(tests/deps missing deb); [ -z "$$missing" ] || { echo "no packages yet: apt-get install" $$missing >&2; exit 1; }; tools/debian/build
