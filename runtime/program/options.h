/* options.h - the command line of a stand-alone program. */
#ifndef FOVEA_PROGRAM_OPTIONS_H
#define FOVEA_PROGRAM_OPTIONS_H

#include "common.h"
#include "program.h"

typedef struct fovea_options {
    const char **files; /* one for each example or group of examples; of a net with several inputs: one an input */
    size_t file_count;
    const char *output; /* folder for results; NULL: pictures alone, into the current one */
    bool npy_only;      /* no pictures */
    bool keep_input;    /* write what goes into the net too */
    bool raw;           /* print every value */
    bool selftest, help;
    int64_t top, index, time; /* index: -1 for all; time: 0 for none */
    int threads;
    const char *labels, *weights;
} fovea_options;

/* Fills in the options; `files` is allocated. With --help, prints it to standard output. */
bool fovea_options_parse(fovea_options *options, int argc, char **argv, const fovea_program *program,
                         fovea_fault *fault);
void fovea_options_free(fovea_options *options);

#endif
