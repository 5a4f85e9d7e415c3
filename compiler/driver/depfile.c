/* depfile.c - dependencies for make and Ninja (see depfile.h). Names are sorted, so that the same files give the same
 * bytes. */
#include "driver/depfile.h"
#include "support/file.h"

/* A name as make and Ninja read it: blanks, '#' and '$' are told from their own. There is no way to write a line's end,
 * and what follows a ';' would be a command. */
static bool put_name(Diag *diag, Buf *out, const char *name)
{
    for (const char *c = name; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == ';') {
            diag_error(diag, NOWHERE, "a rule for make cannot name \"%s\"", name);
            return false;
        }
        buf_printf(out, "%s%c", *c == ' ' || *c == '#' ? "\\" : *c == '$' ? "$" : "", *c);
    }
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool depfile_write(Diag *diag, const char *path, const char *target, const char *weights)
{
    VEC(const char *) names = {0};
    for (uint32_t i = 0; i < diag->sources.count; i++)
        if (diag->sources.at[i].is_file)
            VEC_PUSH(diag->arena, &names, diag->sources.at[i].path);
    if (weights)
        VEC_PUSH(diag->arena, &names, weights);
    if (names.count)
        qsort(names.at, names.count, sizeof *names.at, compare_names);

    Buf rule = {0}, empty = {0};
    bool fine = put_name(diag, &rule, target);
    buf_puts(&rule, ":");
    for (uint32_t i = 0; fine && i < names.count; i++) {
        if (i && strcmp(names.at[i - 1], names.at[i]) == 0)
            continue;
        buf_puts(&rule, " ");
        fine = put_name(diag, &rule, names.at[i]) && put_name(diag, &empty, names.at[i]);
        buf_puts(&empty, ": \n"); /* without the blank, CMake 3.20 to 3.22 take the colon for a part of the name */
    }
    buf_printf(&rule, "\n\n%s", buf_text(&empty));
    fine = fine && file_write_atomic(diag, path, rule.text, rule.length);
    buf_free(&rule);
    buf_free(&empty);
    return fine;
}
