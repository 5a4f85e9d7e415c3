/* engine.h - a model opened with one session, and the tensors that it reads and writes. */
#ifndef FOVEA_PROGRAM_ENGINE_H
#define FOVEA_PROGRAM_ENGINE_H

#include "common.h"
#include "program.h"

typedef struct fovea_engine {
    const fovea_program *program;
    void *model, *session, *workspace;
    void **inputs, **outputs; /* one a port, each for `batch` examples */
    const void *blob;         /* the weights in use */
    size_t blob_bytes;
    fovea_weights mapped;
    bool model_open, session_open;
    double seconds; /* spent in runs so far */
} fovea_engine;

/* `weights`: a blob to map, NULL for the one that is linked in. */
bool fovea_engine_open(fovea_engine *engine, const fovea_program *program, int threads, const char *weights,
                       fovea_fault *fault);
void fovea_engine_close(fovea_engine *engine);
bool fovea_engine_run(fovea_engine *engine, fovea_fault *fault);
/* The weights' checksum, then the stored inputs and answers, when there are some. */
bool fovea_engine_selftest(fovea_engine *engine, fovea_fault *fault);

/* The place of one example in a batch. */
void *fovea_engine_input(const fovea_engine *engine, size_t port, int64_t slot);
const float *fovea_engine_output(const fovea_engine *engine, size_t port, int64_t slot);

/* Seconds from some moment on, for differences. */
double fovea_seconds(void);

#endif
