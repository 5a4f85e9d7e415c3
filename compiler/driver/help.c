/* help.c - what --help prints (see help.h). */
#include "driver/help.h"

enum { LEFT_WIDTH = 28 }; /* "  -o, --output DIR  ": what is longer has a line of its own */

void help_print(void)
{
    printf("Usage: fovea COMMAND MODEL [OPTION]...\n"
           "Compiles convolutional nets (.fov) to C.\n\n");
    for (int c = 0; c < COMMAND_COUNT; c++)
        printf("  %-8s %-17s %s\n", command_rows[c].name, command_rows[c].arguments, command_rows[c].synopsis);
    printf("\n'fovea COMMAND --help' lists a command's options. 'fovea --version' prints the version.\n");
}

/* "avx2: x86-64 with AVX2 and FMA", one a line. */
static void print_targets(void)
{
    for (int i = 0; target_at(i); i++)
        printf("%*s%s: %s\n", i ? LEFT_WIDTH + 1 : 1, "", target_at(i)->name, target_at(i)->synopsis);
}

static void print_option(const OptionRow *row)
{
    int length = printf(row->letter ? "  -%c, " : "      ", row->letter);
    length += printf("--%s%s%s", row->name, row->value ? " " : "", row->value ? row->value : "");
    if (length >= LEFT_WIDTH) {
        printf("\n");
        length = 0;
    }
    printf("%*s", LEFT_WIDTH - length, "");
    if (row->help)
        printf(" %s\n", row->help);
    else
        print_targets();
}

void help_print_command(Command command)
{
    const CommandRow *row = &command_rows[command];
    printf("Usage: fovea %s%s%s [OPTION]...\n", row->name, *row->arguments ? " " : "", row->arguments);
    printf("%c%s.\n\n", row->synopsis[0] - 'a' + 'A', row->synopsis + 1);
    for (size_t i = 0; i < option_row_count; i++)
        if (option_taken(&option_rows[i], command))
            print_option(&option_rows[i]);
}
