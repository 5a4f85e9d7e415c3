/* rows.h - the tables of commands and options, one row each.
 *
 * Everything that tells of the command line is made from them: the parser (options.c), --help (help.c) and the man page
 * (manual.c). Completion in bash (packaging/fovea.bash) reads what --help prints.
 */
#ifndef FOVEA_DRIVER_ROWS_H
#define FOVEA_DRIVER_ROWS_H

#include "driver/options.h"

typedef struct CommandRow {
    const char *name, *arguments, *synopsis; /* arguments "": it takes no model */
    bool needs_output, takes_files;
} CommandRow;

extern const CommandRow command_rows[COMMAND_COUNT];

/* One option for some commands. */
typedef struct OptionRow {
    const char *name;
    char letter;       /* short form, or 0 */
    const char *value; /* what follows it: "FILE", or the words to choose from, "a|b"; NULL: nothing */
    int commands;      /* bits: ask with option_taken */
    bool passed;       /* belongs to the program that `run` starts */
    const char *help;  /* NULL: --target, whose help is the list of targets */
} OptionRow;

extern const OptionRow option_rows[];
extern const size_t option_row_count;

/* Whether a command takes the option. */
bool option_taken(const OptionRow *row, Command command);

#endif
