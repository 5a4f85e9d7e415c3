/* results.h - outputs written to files: a PNG for each picture, and with --output one .npy an output for all examples.
 *
 * Without --output, pictures of the first examples go to the current folder. */
#ifndef FOVEA_PROGRAM_RESULTS_H
#define FOVEA_PROGRAM_RESULTS_H

#include "engine.h"
#include "npy.h"
#include "options.h"

typedef struct fovea_results {
    const fovea_options *options;
    const fovea_program *program;
    fovea_npy_writer *arrays; /* outputs, then with --keep-input inputs; NULL: none are written */
    size_t open;              /* how many of them */
    size_t pictured;          /* examples whose pictures were written, or left out */
} fovea_results;

/* Makes the folder when there is none. */
bool fovea_results_open(fovea_results *results, const fovea_options *options, const fovea_program *program,
                        fovea_fault *fault);
/* The example in one place of the engine's batch; `name` is that of its file. */
bool fovea_results_add(fovea_results *results, const fovea_engine *engine, int64_t slot, const char *name,
                       fovea_fault *fault);
/* Puts the .npy files in their place and prints their names when `fine`; else removes them. */
bool fovea_results_close(fovea_results *results, bool fine, fovea_fault *fault);

#endif
