# SPDX-License-Identifier: GPL-3.0-or-later
# mynakura: one non-recursive Makefile. `make` builds, `make check` tests, `make demo` shows the main job.
# SAN=address,undefined for sanitizers, CC=clang for clang, V=1 for the commands, BUILD=DIR for another build folder.

VERSION := 0.1
SAN     ?=
ifeq ($(SAN),)
BUILD   ?= build
else
BUILD   ?= build/san
endif
B       := $(BUILD)
Q       := $(if $(V),,@)
say      = $(if $(V),,@echo "  $(1)	$(patsubst $(B)/%,%,$@)")

prefix      ?= /usr/local
bindir      ?= $(prefix)/bin
libexecdir  ?= $(prefix)/libexec
datadir     ?= $(prefix)/share
mandir      ?= $(datadir)/man
docdir      ?= $(datadir)/doc/mynakura
pamdir      ?= /etc/pam.d
# Fixed places of the installed form, whatever the prefix: a vault, its socket and its secret are one per PC.
localstatedir ?= /var
sysconfdir  ?= /etc
unitdir     ?= $(prefix)/lib/systemd/system
sysusersdir ?= $(prefix)/lib/sysusers.d
tmpfilesdir ?= $(prefix)/lib/tmpfiles.d
UNITS       := mynakura.service mynakura.socket mynakura-lock.service

CC      ?= gcc
WARN    := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
           -Wpointer-arith -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wimplicit-fallthrough -Werror
HARDEN  := -fstack-protector-strong -fPIE -fcf-protection=full
ifeq ($(SAN),)
HARDEN  += -D_FORTIFY_SOURCE=2
endif
CFLAGS  ?= -O2 -g
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -DMK_VERSION='"$(VERSION)"' -DMK_DATADIR='"$(datadir)/mynakura"' \
           -DMK_LIBEXECDIR='"$(libexecdir)/mynakura"' \
           -DMK_STATEDIR='"$(localstatedir)/lib/mynakura"' -DMK_SYSCONFDIR='"$(sysconfdir)/mynakura"' -Iinclude -I. -I$(B)/gen \
           -include include/mynakura/base/banned.h $(WARN) $(HARDEN) $(CFLAGS)
# BIND_NOW is a secrecy requirement, not only hygiene: the lazy PLT resolver leaves vector registers on the stack
# (security.md 1).
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS)
ifneq ($(SAN),)
ALL_CFLAGS  += -fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer -DMK_SANITIZED=1
ALL_LDFLAGS += -fsanitize=$(SAN)
endif

# Folders and what each may link (architecture.md, transitive here because archives are). tests/layers.sh checks the includes.
FOLDERS      := base model policy crypto store trail wire sandbox capture exchange profile report daemon tui cli
DEPS_base     :=
DEPS_model    := base
DEPS_policy   := model base
DEPS_crypto   := base
DEPS_store    := crypto model base
DEPS_trail    := crypto model base
DEPS_wire     := model base
DEPS_sandbox  := base
DEPS_capture  := wire sandbox model base
DEPS_exchange := model base
DEPS_profile  := exchange model base
DEPS_report   := model base
DEPS_daemon   := store trail policy exchange wire sandbox crypto model base
DEPS_tui      := wire profile exchange policy report model base
DEPS_cli      := wire profile exchange report policy model base

pc_cflags = $(shell pkg-config --cflags $(1) 2>/dev/null)
pc_libs   = $(shell pkg-config --libs $(1) 2>/dev/null)
LIBS_base     := -lgcrypt -lgpg-error -lm
LIBS_store    := -lsqlite3
# the index alone: mynakura-verify does not pull it in (tests/layers.sh)
LIBS_trail    := -lsqlite3
LIBS_sandbox  := -lseccomp
LIBS_profile  := -ljansson
LIBS_report   := -lqrencode
LIBS_capture   = -ltesseract -llept -lzbar -lsane -lpng -ljpeg -ltiff -lm $(call pc_libs,poppler-glib cairo)
CFLAGS_capture = $(call pc_cflags,poppler-glib cairo)
LIBS_daemon   := -lpthread
LIBS_tui      := -lncursesw -ltinfo -lz -lm
CFLAGS_tui    := -Isrc/tui

# $(call libs,FOLDERS): archives in order, then system libraries
libs     = $(patsubst %,$(B)/lib/lib%.a,$(1))
syslibs  = $(foreach f,$(1),$(LIBS_$(f)))

SRC_of   = $(wildcard src/$(1)/*.c src/$(1)/*/*.c)
OBJ_of   = $(patsubst src/%.c,$(B)/obj/%.o,$(call SRC_of,$(1)))

PROGRAMS := mynakura mynakurad mynakura-read mynakura-verify
TOOLS    := gen
USES_mynakura        := cli tui $(DEPS_cli)
USES_gen             := $(USES_mynakura)
USES_mynakurad       := daemon $(DEPS_daemon)
USES_mynakura-read   := capture $(DEPS_capture)
USES_mynakura-verify := trail crypto model base
BINS     := $(addprefix $(B)/bin/,$(PROGRAMS))
LINKS    := $(B)/share

.PHONY: all man demo check check-unit check-integration check-screen check-walks check-long check-layers check-format check-man lint format deps clean install \
        uninstall fuzz bench-daemon bench-read bench-trail bench-tui screenshots coverage
.DELETE_ON_ERROR:
.SECONDARY:
.SECONDEXPANSION:

all: $(BINS)

# --- generated tables: the law's dated rows are text under src/data, compiled in as strings
DATA     := $(wildcard src/data/*.tsv)
GEN      := $(patsubst src/data/%.tsv,$(B)/gen/%_tsv.inc,$(DATA))
$(B)/gen/%_tsv.inc: src/data/%.tsv
	@mkdir -p $(@D)
	$(call say,GEN)
	$(Q)sed -e '/^#/d' -e '/^$$/d' -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/\t/\\t/g' -e 's/^/"/' -e 's/$$/\\n"/' $< > $@

$(B)/obj/%.o: src/%.c | $(GEN)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) $(CFLAGS_$(firstword $(subst /, ,$*))) -MMD -MP -c -o $@ $<

define folder_rule
$$(B)/lib/lib$(1).a: $$(call OBJ_of,$(1))
	@mkdir -p $$(@D)
	$$(call say,AR)
	$$(Q)rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach f,$(FOLDERS),$(eval $(call folder_rule,$(f))))

define program_rule
$$(B)/bin/$(1): $$(B)/obj/cmd/$(1).o $$(call libs,$$(USES_$(1)))
	@mkdir -p $$(@D)
	$$(call say,LD)
	$$(Q)$$(CC) $$(ALL_CFLAGS) $$(ALL_LDFLAGS) -o $$@ $$< -Wl,--start-group $$(call libs,$$(USES_$(1))) -Wl,--end-group \
		$$(call syslibs,$$(USES_$(1)))
endef
$(foreach p,$(PROGRAMS) $(TOOLS),$(eval $(call program_rule,$(p))))

# --- po: translations, found beside the programs (../share/locale)
MO       := $(patsubst src/po/%.po,$(B)/share/locale/%/LC_MESSAGES/mynakura.mo,$(wildcard src/po/*.po))
$(B)/share/locale/%/LC_MESSAGES/mynakura.mo: src/po/%.po
	@mkdir -p $(@D)
	$(call say,MSGFMT)
	$(Q)msgfmt --check -o $@ $<
all: $(MO)

# --- specimens: drawn cards, what demo and tests scan
SPEC_PC   := pangocairo libqrencode libpng
SPEC_SRC  := $(wildcard tests/specimen/*.c)
SPEC_OBJ  := $(patsubst %.c,$(B)/obj/%.o,$(SPEC_SRC))
$(B)/obj/tests/specimen/%.o: tests/specimen/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE $(WARN) $(CFLAGS) $(call pc_cflags,$(SPEC_PC)) -MMD -MP -c -o $@ $<
$(B)/bin/specimen: $(SPEC_OBJ)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call pc_libs,$(SPEC_PC)) -lm

# --- the driver of the screen tests: a pty, libvterm, golden screens (its language: tests/screen/driver/main.c)
SCREEN_OBJ := $(patsubst %.c,$(B)/obj/%.o,$(filter-out %/probe.c,$(wildcard tests/screen/driver/*.c)))
$(B)/obj/tests/screen/%.o: tests/screen/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE $(WARN) $(CFLAGS) -MMD -MP -c -o $@ $<
$(B)/bin/screen: $(SCREEN_OBJ)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lvterm -lutil
$(B)/bin/screen-probe: $(B)/obj/tests/screen/driver/probe.o
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^
SCREEN_BIN := $(B)/bin/screen $(B)/bin/screen-probe

# --- attackers: programs that integration tests set on the daemon
FAULT_BIN := $(patsubst tests/fault/%.c,$(B)/bin/%,$(wildcard tests/fault/*.c))
$(FAULT_BIN): $(B)/bin/%: tests/fault/%.c $(call libs,wire $(DEPS_wire))
	@mkdir -p $(@D)
	$(call say,TEST)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -MMD -MP -MF $(B)/obj/$*.fault.d -o $@ $< -Wl,--start-group \
		$(call libs,wire $(DEPS_wire)) -Wl,--end-group $(call syslibs,wire $(DEPS_wire))

# --- tests: tests/unit/FOLDER_NAME_test.c links FOLDER and what its arrow allows, and what it checks the result with
LIBS_of_report_slip_test := -lzbar
UNIT_SRC  := $(wildcard tests/unit/*_test.c)
UNIT_BIN  := $(patsubst tests/unit/%.c,$(B)/tests/%,$(UNIT_SRC))
TESTLIB   := $(patsubst %.c,$(B)/obj/%.o,$(wildcard tests/lib/*.c))
unit_of    = $(firstword $(subst _, ,$(notdir $(1))))
$(B)/obj/tests/lib/%.o: tests/lib/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
$(B)/tests/%: tests/unit/%.c $(TESTLIB) $$(call libs,$$(call unit_of,$$*) $$(DEPS_$$(call unit_of,$$*)))
	@mkdir -p $(@D)
	$(call say,TEST)
	$(Q)$(CC) $(ALL_CFLAGS) $(CFLAGS_$(call unit_of,$*)) $(ALL_LDFLAGS) -MMD -MP -MF $@.d -o $@ $< $(TESTLIB) \
		-Wl,--start-group \
		$(call libs,$(call unit_of,$*) $(DEPS_$(call unit_of,$*))) -Wl,--end-group \
		$(call syslibs,$(call unit_of,$*) $(DEPS_$(call unit_of,$*))) $(LIBS_of_$*) -lcmocka -lm

INTEGRATION := $(sort $(wildcard tests/integration/*.sh))
check: deps
	$(Q)$(MAKE) --no-print-directory all $(B)/bin/gen $(B)/bin/specimen $(SCREEN_BIN) $(FAULT_BIN) $(UNIT_BIN)
	$(Q)BUILD=$(B) SAN=$(SAN) tests/run unit layers man integration screen walks
check-unit: $(UNIT_BIN)
	$(Q)BUILD=$(B) tests/run unit
check-integration: all $(B)/bin/specimen $(FAULT_BIN)
	$(Q)BUILD=$(B) SAN=$(SAN) tests/run integration
check-screen: all $(B)/bin/specimen $(SCREEN_BIN)
	$(Q)BUILD=$(B) SAN=$(SAN) tests/run screen
check-walks: all $(B)/bin/specimen
	$(Q)BUILD=$(B) SAN=$(SAN) tests/run walks
# --- runs too long for every check; their logs stay in build/long
LONG_FRAMES  ?= 1000000
LONG_HANGUPS ?= 10000
check-long: all $(FAULT_BIN)
	@mkdir -p $(B)/long
	$(Q)FRAMES=$(LONG_FRAMES) HANGUPS=$(LONG_HANGUPS) FDS=10000 BUILD=$(B) sh tests/integration/flood.sh >$(B)/long/flood.log 2>&1; \
		r=$$?; cat $(B)/long/flood.log; exit $$r
check-layers: all
	$(Q)BUILD=$(B) tests/run layers
check-man: $(B)/bin/gen
	$(Q)BUILD=$(B) tests/run man

# --- what is made from the tables and kept in the tree; tests/man.sh fails when it is behind
man: $(B)/bin/gen
	@mkdir -p contrib/completion
	$(Q)$(B)/bin/gen completion > contrib/completion/mynakura.bash
	$(Q)$(B)/bin/gen keys > $(B)/keys.mdoc
	$(Q)awk -v keys=$(B)/keys.mdoc '/keys: made by make man/ { print; while ((getline line < keys) > 0) print line; skip = 1 } \
		/end of keys/ { skip = 0 } !skip' man/mynakura.1 > $(B)/mynakura.1 && cp $(B)/mynakura.1 man/mynakura.1

demo: deps
	$(Q)$(MAKE) --no-print-directory all $(B)/bin/specimen
	$(Q)BUILD=$(B) contrib/demo/demo

# --- fuzzing with clang's libFuzzer: make fuzz FUZZ_SECONDS=600; a target's folder decides what it is linked with
FUZZ_SECONDS ?= 60
FUZZ_keyring  := store
FUZZ_page     := store
FUZZ_trail    := trail
FUZZ_wire     := wire
FUZZ_profile  := profile
FUZZ_compiled := exchange
FUZZ_input    := tui
FUZZ_NAMES    := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
FUZZ_SAN      := fuzzer-no-link,address,undefined
fuzz-%:
	$(Q)$(MAKE) --no-print-directory CC=clang SAN=$(FUZZ_SAN) BUILD=build/fuzz build/fuzz/bin/fuzz-$*
	@mkdir -p build/fuzz/corpus/$*
	$(Q)build/fuzz/bin/fuzz-$* -max_total_time=$(FUZZ_SECONDS) -timeout=5 -rss_limit_mb=2048 -print_final_stats=1 \
		$(if $(wildcard tests/fuzz/$*.dict),-dict=tests/fuzz/$*.dict) build/fuzz/corpus/$* \
		$(wildcard tests/fuzz/corpus/$*) >build/fuzz/$*.log 2>&1 || { tail -n 30 build/fuzz/$*.log; exit 1; }
	@grep -E 'number_of_executed_units' build/fuzz/$*.log | sed 's/^/$* /'
$(B)/bin/fuzz-%: tests/fuzz/%.c $$(call libs,$$(FUZZ_$$*) $$(DEPS_$$(FUZZ_$$*)))
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(CFLAGS_$(FUZZ_$*)) $(ALL_LDFLAGS) -fsanitize=fuzzer,address,undefined -o $@ $< \
		-Wl,--start-group \
		$(call libs,$(FUZZ_$*) $(DEPS_$(FUZZ_$*))) -Wl,--end-group $(call syslibs,$(FUZZ_$*) $(DEPS_$(FUZZ_$*)))
fuzz: $(addprefix fuzz-,$(FUZZ_NAMES))

bench-read: all
	$(Q)BUILD=$(B) tests/bench/read
bench-daemon: all
	$(Q)BUILD=$(B) tests/bench/daemon
$(B)/bin/bench-trail: $(B)/obj/tests/bench/trail/bench.o $(call libs,trail wire crypto model base)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< -Wl,--start-group $(call libs,trail wire crypto model base) -Wl,--end-group \
		$(call syslibs,trail wire crypto model base)
$(B)/obj/tests/bench/%.o: tests/bench/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
bench-trail: all $(B)/bin/bench-trail
	$(Q)BUILD=$(B) tests/bench/trail/run
bench-tui: all $(B)/bin/screen
	$(Q)BUILD=$(B) tests/bench/tui/run
screenshots: all $(B)/bin/specimen
	$(Q)contrib/debian/deps screenshots
	$(Q)BUILD=$(B) contrib/demo/screenshots

deps:
	$(Q)contrib/debian/deps

CSRC := $(shell find src include tests -name '*.[ch]' 2>/dev/null)
format:
	$(Q)clang-format -i $(CSRC)
check-format:
	$(Q)clang-format --dry-run -Werror $(CSRC)
lint: check-format $(GEN)
	$(Q)cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 -Iinclude -I$(B)/gen \
		--suppress=missingIncludeSystem src

install: all
	install -D -m 755 -t $(DESTDIR)$(bindir) $(B)/bin/mynakura $(B)/bin/mynakura-verify
	install -D -m 755 -t $(DESTDIR)$(libexecdir)/mynakura $(B)/bin/mynakurad $(B)/bin/mynakura-read
	install -D -m 644 -t $(DESTDIR)$(datadir)/mynakura/profiles $(wildcard contrib/profiles/*.json)
	install -D -m 644 -t $(DESTDIR)$(datadir)/mynakura/data $(DATA)
	install -D -m 644 contrib/completion/mynakura.bash $(DESTDIR)$(datadir)/bash-completion/completions/mynakura
	for m in $(patsubst $(B)/%,%,$(MO)); do install -D -m 644 $(B)/$$m $(DESTDIR)$(datadir)/$${m#share/}; done
	install -D -m 644 -t $(DESTDIR)$(sysusersdir) contrib/systemd/sysusers.d/mynakura.conf
	install -D -m 644 -t $(DESTDIR)$(tmpfilesdir) contrib/systemd/tmpfiles.d/mynakura.conf
	install -d $(DESTDIR)$(unitdir)
	for u in $(UNITS); do sed 's,@libexecdir@,$(libexecdir),' contrib/systemd/$$u > $(DESTDIR)$(unitdir)/$$u && chmod 644 $(DESTDIR)$(unitdir)/$$u; done
	for m in man/*.[1-8]; do install -D -m 644 $$m $(DESTDIR)$(mandir)/man$${m##*.}/$${m##*/}; done
	install -D -m 644 -t $(DESTDIR)$(docdir)/pam.d contrib/pam.d/*
	# Who may log in is the administrator's: what stands there is never touched.
	test -e $(DESTDIR)$(pamdir)/mynakura || install -D -m 644 contrib/pam.d/mynakura $(DESTDIR)$(pamdir)/mynakura
	for f in users access.conf time.conf faillock.conf; do test -e $(DESTDIR)$(sysconfdir)/mynakura/$$f || \
		install -D -m 644 contrib/pam.d/$$f $(DESTDIR)$(sysconfdir)/mynakura/$$f || exit 1; done
uninstall:
	rm -f $(DESTDIR)$(bindir)/mynakura $(DESTDIR)$(bindir)/mynakura-verify
	rm -rf $(DESTDIR)$(libexecdir)/mynakura $(DESTDIR)$(datadir)/mynakura $(DESTDIR)$(docdir)/pam.d
	rm -f $(DESTDIR)$(datadir)/bash-completion/completions/mynakura
	rm -f $(patsubst $(B)/share/%,$(DESTDIR)$(datadir)/%,$(MO))
	for u in $(UNITS); do rm -f $(DESTDIR)$(unitdir)/$$u; done
	rm -f $(DESTDIR)$(sysusersdir)/mynakura.conf $(DESTDIR)$(tmpfilesdir)/mynakura.conf
	for m in man/*.[1-8]; do rm -f $(DESTDIR)$(mandir)/man$${m##*.}/$${m##*/}; done
clean:
	rm -rf build

-include $(shell find $(B)/obj $(B)/tests -name '*.d' 2>/dev/null)
