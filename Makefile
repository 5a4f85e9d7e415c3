# Fovea: see README.md. `make help` lists the targets.
CC      = clang
BUILD   = build
MODE    = -O2
WARN    = -Wall -Wextra -Wpedantic -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wwrite-strings -Werror
CFLAGS  = -std=c11 -g $(MODE) $(WARN) -D_GNU_SOURCE -Icompiler -Iruntime -I$(BUILD)
LDLIBS  = -lcjson -lm

SOURCES = $(filter-out compiler/main.c,$(wildcard compiler/*.c compiler/*/*.c)) runtime/fovea.c
PARSER  = $(BUILD)/fovea.tab.c $(BUILD)/fovea.lex.c
OBJECTS = $(SOURCES:%.c=$(BUILD)/%.o) $(PARSER:.c=.o)

all: $(BUILD)/fovea

$(BUILD)/fovea: $(BUILD)/compiler/main.o $(OBJECTS)
	$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/fovea.tab.c $(BUILD)/fovea.tab.h: grammar/fovea.y
	@mkdir -p $(BUILD)
	bison -Wall -Werror --defines=$(BUILD)/fovea.tab.h -o $(BUILD)/fovea.tab.c $<

$(BUILD)/fovea.lex.c $(BUILD)/fovea.lex.h: grammar/fovea.l $(BUILD)/fovea.tab.h
	flex --header-file=$(BUILD)/fovea.lex.h -o $(BUILD)/fovea.lex.c $<

$(BUILD)/%.o: %.c | $(BUILD)/fovea.tab.h $(BUILD)/fovea.lex.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/fovea.tab.o $(BUILD)/fovea.lex.o: $(BUILD)/%.o: $(BUILD)/%.c $(BUILD)/fovea.tab.h $(BUILD)/fovea.lex.h
	$(CC) $(CFLAGS) -Wno-unused-function -Wno-sign-compare -MMD -MP -c -o $@ $<

-include $(OBJECTS:.o=.d) $(BUILD)/compiler/main.d

clean:
	rm -rf $(BUILD)

.PHONY: all clean
