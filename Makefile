# Fovea: see README.md; `make help` lists the targets.
# CC=gcc and SAN=address,undefined build into folders of their own, so that nothing built either way mixes.
# CFLAGS, CPPFLAGS and LDFLAGS are the user's, from the command line or the environment; WARN= lets warnings pass.
CC      = clang
SAN     =
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
WARN    = -Wall -Wextra -Wpedantic -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wwrite-strings -Wno-format-zero-length -Werror
comma   = ,
empty   =
space   = $(empty) $(empty)
BUILD   = build$(addprefix -,$(subst $(space),-,$(strip $(notdir $(filter-out clang ccache,$(CC))))))$(if $(SAN),-san-$(subst $(comma),-,$(SAN)))
SANITISE = $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
FLAGS   = -std=c11 $(WARN) -D_GNU_SOURCE -Icompiler -Iruntime -I$(BUILD) $(CPPFLAGS) $(CFLAGS) $(SANITISE) -ffp-contract=off
LDLIBS  = -lcjson -lprotobuf-c -lm
step    = $(if $(V),,@printf '  %-6s%s\n' $1 $@;)
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif

objects = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $1))
LIBRARY = $(BUILD)/libfovea.a
PROGRAM = $(BUILD)/libprogram.a
PARSER  = $(BUILD)/fovea.tab.o $(BUILD)/fovea.lex.o
SCHEMA  = /usr/include/onnx/onnx.proto
ONNX    = $(BUILD)/onnx.pb-c.o
GENERATED = $(addprefix $(BUILD)/,fovea.tab.h fovea.lex.h onnx.pb-c.h)
OBJECTS = $(filter-out $(BUILD)/compiler/main.o,$(call objects,compiler/*.c compiler/*/*.c)) $(call objects,runtime/*.c) $(PARSER) $(ONNX)
SUITES  = unit run ops nets
TESTS   = $(SUITES:%=$(BUILD)/tests/%.test)
ALL     = $(BUILD)/tests/all.test
FUZZ    = $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
FUZZNET = $(BUILD)/tests/fuzz/lenet
FUZZWRAP = fopen open stat realpath mmap madvise munmap rename unlink beside_make
OURS    = $(shell find compiler runtime tests examples bench -name '*.[ch]' -not -path 'tests/golden/*')

all: $(BUILD)/fovea $(BUILD)/fovea.1 ## the compiler, build/fovea (default)

help:                               ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1@\2/p' Makefile | sed ':a;s/^\(.\{0,23\}\)@/\1 @/;ta;s/@//'
	@echo; echo 'CC=gcc: with another compiler. SAN=address,undefined: with sanitizers. V=1: show commands.'

deps:                               ## install what is missing to build and to run the demo (Debian, apt-get)
	@scripts/deps.sh build

demo: deps                          ## build everything and see it work
	@$(MAKE) --no-print-directory all
	@scripts/demo.sh

deps-emulators:                     ## install emulators and compilers of other machines, for the tests that need them
	@scripts/deps.sh emulators

test:                               ## every test; the last line is the total (SUITE=run FILTER='errors/*' for a part)
	@scripts/deps.sh test
	@scripts/deps.sh emulators
	@$(MAKE) --no-print-directory all tests
	@CC='$(CC)' SAN='$(SAN)' SEEDS='$(SEEDS)' scripts/test.sh $(BUILD) $(or $(SUITE),$(SUITES) fuzz plain)

test-all:                           ## every case on every target, and what takes long: every pass on every net of the zoo, all of them on a photograph, 20,000 random nets (SEEDS=)
	@ZOO_PHOTO=all FOVEA_ONNX_ZOO=all CASES=all $(MAKE) --no-print-directory test SUITE='$(SUITES) fuzz plain all' SEEDS=$(or $(SEEDS),20000) ALSO=$(ALL)

check-opencl:                       ## every case of target opencl, on PoCL or FOVEA_DEVICE, an hour; `make test` takes a sample of them
	@scripts/deps.sh test
	@$(MAKE) --no-print-directory all $(BUILD)/tests/ops.test $(BUILD)/tests/nets.test
	@CC='$(CC)' SAN='$(SAN)' CASES=all FILTER='$(or $(FILTER),*/*opencl*)' SCRIPTS='*opencl*' scripts/test.sh $(BUILD) ops nets plain

tests: $(TESTS) $(ALSO) replays $(BUILD)/fovea # test programs, built and not run

golden: $(BUILD)/tests/run.test     ## compare diagnostics, IR, plans and emitted code with the files in tests/
	@CC='$(CC)' SAN='$(SAN)' FILTER='@(errors|golden)/*' scripts/test.sh $(BUILD) run

golden-update: $(BUILD)/tests/run.test ## rewrite those files and show what changed
	@-CC='$(CC)' SAN='$(SAN)' UPDATE=1 FILTER='@(errors|golden)/*' scripts/test.sh $(BUILD) run
	@git --no-pager diff -- tests/errors tests/golden
	@git --no-pager diff --stat -- tests/errors tests/golden
	@git status --short -- tests/errors tests/golden

install: all                        ## put it below PREFIX=/usr/local (and DESTDIR= for packages)
	@scripts/install.sh install

uninstall:                          ## take away what install put there
	@scripts/install.sh uninstall

install uninstall: export PREFIX := $(PREFIX)
install uninstall: export DESTDIR := $(DESTDIR)
install uninstall: export BUILD := $(BUILD)

fuzz:                               ## look for inputs that break readers, FUZZ_SECONDS (300) each (TARGETS='npy ir' for some)
	@scripts/deps.sh fuzz
	@$(MAKE) --no-print-directory BUILD=build-fuzz CC='$(if $(findstring clang,$(CC)),$(CC),clang)' \
		SAN=fuzzer-no-link,address,undefined CFLAGS='-O1 -g' fuzzers
	@scripts/fuzz.sh build-fuzz $(or $(TARGETS),$(FUZZ))

fuzz-corpus:                        ## the smallest tests/fuzz/corpus that reaches the same code, with what `make fuzz` kept
	@MERGE=1 $(MAKE) --no-print-directory fuzz

fuzzers: $(FUZZ:%=$(BUILD)/tests/fuzz/%.fuzz) # the targets with libFuzzer around them, built and not run
replays: $(FUZZ:%=$(BUILD)/tests/fuzz/%.replay) # the same with a main() that takes a folder of inputs

bench: all                          ## time emitted code
	@if [ -x bench/run.sh ]; then bench/run.sh; else echo 'bench/run.sh is not there' >&2; exit 1; fi

bench-peers:                        ## time other runtimes beside Fovea, into bench/RESULTS.md (NETS= PEERS= TARGETS= THREADS= ROUNDS=)
	@scripts/deps.sh peers
	@$(MAKE) --no-print-directory all
	@NETS='$(NETS)' PEERS='$(PEERS)' TARGETS='$(TARGETS)' THREADS='$(THREADS)' ROUNDS='$(ROUNDS)' CC='$(CC)' bench/peers/run.sh $(BUILD)

bench-nets: all                     ## time nets of the zoo (NETS='lenet5 alexnet' TARGETS='avx2 avx512')
	@bench/net.sh $(NETS)

bench-tune: all                     ## how near the models' choices come to measured ones (NETS= TARGETS= PAIRS= KEEP=)
	@bench/tune.sh $(NETS)

note: all                           ## measure every statement of examples/note, and write build/note.html
	@CC='$(CC)' scripts/note.sh $(BUILD)

zoo:                                ## a table of the nets in examples/zoo: parameters, MACs, receptive field, bytes
	@$(MAKE) --no-print-directory all >&2
	@scripts/zoo.sh $(BUILD)

pictures: all                       ## the README's pictures, from what the commands print
	@scripts/deps.sh pictures
	@scripts/pictures.sh $(BUILD)

docs: all                           ## the list of operators in docs/onnx.md, from what the importer knows
	@scripts/docs.sh $(BUILD)

format:                             ## clang-format on all sources
	@clang-format -i $(OURS)

tidy: $(PARSER) $(ONNX) $(FUZZNET).h ## clang-tidy on all sources (checks: .clang-tidy)
	@printf '%s\n' $(filter-out bench/% examples/% tests/plain/%,$(filter %.c,$(OURS))) | xargs -P $$(nproc) -n 4 sh -c 'clang-tidy --quiet "$$@" -- $(filter-out -W%,$(FLAGS)) -I. -I$(dir $(FUZZNET))' -

wc:                                 ## lines per folder
	@scripts/wc.sh

clean:                              ## remove everything built
	rm -rf build build-*

$(BUILD)/fovea: $(BUILD)/compiler/main.o $(LIBRARY)
	$(call step,LINK)$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/fovea.1: $(BUILD)/fovea
	$(call step,MAN)$< --print-manual >$@

$(LIBRARY): $(OBJECTS)
$(PROGRAM): $(call objects,runtime/program/*.c)
$(BUILD)/%.a:
	$(call step,AR)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/fovea.tab.c $(BUILD)/fovea.tab.h &: grammar/fovea.y
	@mkdir -p $(@D)
	$(call step,BISON)bison -Wall -Werror --defines=$(BUILD)/fovea.tab.h -o $(BUILD)/fovea.tab.c $<

$(BUILD)/fovea.lex.c $(BUILD)/fovea.lex.h &: grammar/fovea.l
	@mkdir -p $(@D)
	$(call step,FLEX)flex --header-file=$(BUILD)/fovea.lex.h -o $(BUILD)/fovea.lex.c $<

# From the schema that libonnx-dev installs.
$(BUILD)/onnx.pb-c.c $(BUILD)/onnx.pb-c.h &: $(SCHEMA)
	@mkdir -p $(@D)
	$(call step,PROTO)protoc-c --proto_path=$(dir $<) --c_out=$(BUILD) $<

# Rows leave out what they have no use for.
$(BUILD)/compiler/import/rows.o: WARN += -Wno-missing-field-initializers
$(PARSER): WARN += -Wno-unused-function -Wno-sign-compare
$(PARSER) $(ONNX): $(BUILD)/%.o: $(BUILD)/%.c
$(BUILD)/%.o: $(BUILD)/%.c Makefile | $(GENERATED)
	$(call step,CC)$(CC) $(FLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/%.o: %.c Makefile | $(GENERATED)
	@mkdir -p $(@D)
	$(call step,CC)$(CC) $(FLAGS) -MMD -MP -c -o $@ $<

# It carries the runtime's sources in itself.
$(BUILD)/compiler/driver/carried.o: $(wildcard runtime/*.[ch] runtime/*/*.[ch])

.SECONDEXPANSION:
$(BUILD)/tests/%: FLAGS += -I.
$(ALL): $(BUILD)/tests/nets/zoo_figures.o
$(TESTS) $(ALL): $(BUILD)/tests/%.test: $$(call objects,tests/$$*/*.c tests/support/*.c) $(PROGRAM) $(LIBRARY)
	$(call step,LINK)$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ -lcriterion -lpng -ljpeg -lz $(LDLIBS)

# Fuzz targets: their calls that open files find virtual ones (tests/fuzz/support/files.c), and one of them damages the
# weights of a model that the compiler has just emitted.
fuzz_objects = $(filter-out %/replay.o,$(call objects,tests/fuzz/support/*.c)) $(call objects,tests/support/*.c) \
               $(FUZZNET).o $(FUZZNET)_weights.o
fuzz_link    = $(CC) $(FLAGS) $(LDFLAGS) $(patsubst %,-Wl$(comma)--wrap=%,$(FUZZWRAP)) -o $@ $^ -lpng -ljpeg -lz $(LDLIBS)

$(BUILD)/tests/fuzz/%.fuzz: $(BUILD)/tests/fuzz/%.o $(fuzz_objects) $(PROGRAM) $(LIBRARY)
	$(call step,LINK)$(fuzz_link) -fsanitize=fuzzer

$(BUILD)/tests/fuzz/%.replay: $(BUILD)/tests/fuzz/%.o $(BUILD)/tests/fuzz/support/replay.o $(fuzz_objects) $(PROGRAM) $(LIBRARY)
	$(call step,LINK)$(fuzz_link)

$(BUILD)/tests/fuzz/weights.o: FLAGS += -I$(BUILD)/tests/fuzz
$(BUILD)/tests/fuzz/weights.o: $(FUZZNET).h
$(FUZZNET).o $(FUZZNET)_weights.o: $(BUILD)/tests/fuzz/%.o: $(BUILD)/tests/fuzz/%.c
$(FUZZNET).c $(FUZZNET).h $(FUZZNET)_weights.c &: tests/golden/lenet.fov $(BUILD)/fovea
	@mkdir -p $(@D)
	$(call step,FOVEA)ASAN_OPTIONS=detect_leaks=0 $(BUILD)/fovea compile $< --weights random:1 --embed array -o $(@D)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all help deps deps-emulators demo test test-all check-opencl tests golden golden-update fuzz fuzz-corpus fuzzers replays install uninstall bench bench-nets bench-tune bench-peers note zoo pictures docs format tidy wc clean
