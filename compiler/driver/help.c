/* help.c - what --help prints (see help.h). */
#include "driver/help.h"

void help_print(void)
{
    printf("Usage: fovea COMMAND MODEL [OPTION]...\n"
           "Compiles convolutional nets (.fov) to C.\n\n");
    for (int c = 0; c < COMMAND_COUNT; c++)
        printf("  %-8s %-17s %s\n", command_rows[c].name, command_rows[c].arguments, command_rows[c].synopsis);
    printf("\n'fovea COMMAND --help' lists a command's options. 'fovea --version' prints the version.\n");
}

static void print_targets(void)
{
    printf("  -t, --target NAME          ");
    for (int i = 0; target_at(i); i++)
        printf("%s%s: %s", i ? "\n                             " : "", target_at(i)->name, target_at(i)->synopsis);
    printf("\n");
}

void help_print_command(Command command)
{
    printf("Usage: fovea %s %s [OPTION]...\n", command_rows[command].name, command_rows[command].arguments);
    printf("%c%s.\n\n", command_rows[command].synopsis[0] - 'a' + 'A', command_rows[command].synopsis + 1);
    for (size_t i = 0; i < option_row_count; i++) {
        const OptionRow *row = &option_rows[i];
        if (!option_taken(row, command))
            continue;
        if (!row->help) {
            print_targets();
            continue;
        }
        char left[64];
        int length =
            row->letter ? snprintf(left, sizeof left, "-%c, ", row->letter) : snprintf(left, sizeof left, "    ");
        snprintf(left + length, sizeof left - (size_t)length, "--%s%s%s", row->name, row->value ? " " : "",
                 row->value ? row->value : "");
        printf("  %-26s %s\n", left, row->help);
    }
}
