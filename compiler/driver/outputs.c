/* outputs.c - results beside sources (see outputs.h). Files are compared by device and inode: one file has many names.
 */
#include "driver/outputs.h"

#include "source/source.h"

#include <sys/stat.h>

static bool is_apart(Diag *diag, const struct stat *output, const char *path, const char *read)
{
    struct stat file;
    if (!read || stat(read, &file) != 0 || file.st_dev != output->st_dev || file.st_ino != output->st_ino)
        return true;
    diag_error(diag, NOWHERE, "%s is read for this model: it cannot be a result too", path);
    return false;
}

bool outputs_are_apart(Diag *diag, const Options *options, const char *weights)
{
    bool one_file = options->command == COMMAND_BUILD || options->command == COMMAND_SHOW ||
                    options->command == COMMAND_RF || options->command == COMMAND_GRAPH ||
                    options->command == COMMAND_BENCH || options->command == COMMAND_TUNE ||
                    options->command == COMMAND_EXPORT || options->command == COMMAND_IMPORT;
    const char *beside = options->command == COMMAND_IMPORT && options->output
                             ? source_weights_path(diag->arena, options->output)
                             : NULL;
    const char *const paths[] = {one_file ? options->output : NULL, beside, options->save_weights, options->depfile,
                                 options->bench.svg};
    for (size_t p = 0; p < COUNT_OF(paths); p++) {
        struct stat output;
        if (!paths[p] || stat(paths[p], &output) != 0 || !S_ISREG(output.st_mode))
            continue;
        for (uint32_t i = 0; i < diag->sources.count; i++)
            if (diag->sources.at[i].is_file && !is_apart(diag, &output, paths[p], diag->sources.at[i].path))
                return false;
        if (!is_apart(diag, &output, paths[p], weights))
            return false;
    }
    return true;
}
