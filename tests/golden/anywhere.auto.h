/* anywhere.h - the interface of a compiled net
 *
 * Net 'anywhere' of anywhere.fov, compiled by Fovea for target auto: AVX-512,
 *   AVX2 or any CPU: the best of them that a program finds.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#ifndef ANYWHERE_H
#define ANYWHERE_H

#include "fovea.h"

/* In short:
 *
 *   static FOVEA_ALIGNED(64) unsigned char workspace[ANYWHERE_WORKSPACE_BYTES];
 *   anywhere_model model;     // one for all threads, read-only once it is open
 *   anywhere_session session; // one a thread, each with a workspace
 *   fovea_status status = anywhere_open(&model, weights, weights_bytes); // anywhere.weights, mapped or in flash
 *   if (status == FOVEA_OK)
 *       status = anywhere_session_open(&session, &model, workspace, sizeof workspace, 1);
 *   if (status != FOVEA_OK)
 *       puts(fovea_status_text(status));
 *   const anywhere_inputs inputs = {x};
 *   const anywhere_outputs outputs = {y};
 *   anywhere_run(&session, &inputs, &outputs); // as often as you like; no pointer in them may be NULL
 */

/* The weights (anywhere.weights, self-test included), and the memory that a session works in. */
#define ANYWHERE_WEIGHTS_BYTES   13056
#define ANYWHERE_WORKSPACE_BYTES 15552
#define ANYWHERE_WORKSPACE_BYTES_FOR(threads) (ANYWHERE_WORKSPACE_BYTES + 0 * ((threads) - 1))

/* Elements of each tensor, batch included. Pictures are channels x height x width; bytes (unsigned char)
 * are height x width x channels, as decoders give them. */
#define ANYWHERE_BATCH 1
#define ANYWHERE_INPUT_X_SIZE 1296 /* [16][9][9] */
#define ANYWHERE_OUTPUT_Y_SIZE 20 /* [20] */

#ifdef __cplusplus
extern "C" {
#endif

typedef struct anywhere_inputs {
    const float *x; /* [16][9][9] */
} anywhere_inputs;

typedef struct anywhere_outputs {
    float *y; /* [20] */
} anywhere_outputs;

/* The fields are the model's own. */
typedef struct anywhere_model {
    const float *weights;
    size_t bytes;
    fovea_cpu_feature instructions;
} anywhere_model;

typedef struct anywhere_session {
    const anywhere_model *model;
    float *workspace;
    int threads;
} anywhere_session;

/* Opens the model on its weights, which must stay where they are, at a multiple of 64. Checks the header, not
 * the numbers (anywhere_verify does): FOVEA_BAD_WEIGHTS, FOVEA_WRONG_MODEL, FOVEA_MISALIGNED, FOVEA_WRONG_CPU... */
fovea_status anywhere_open(anywhere_model *model, const void *weights, size_t bytes);

/* From now on, runs use these instructions and no others: FOVEA_CPU_ANY for plain C, or FOVEA_WRONG_CPU where the
 * CPU has no such. anywhere_open takes the best that it has. Results differ in their last bits from one kind to another,
 * but not from CPU to CPU. Not while a session of the model runs. */
fovea_status anywhere_use(anywhere_model *model, fovea_cpu_feature instructions);

/* A session for one caller at a time. The workspace is the caller's, at a multiple of 64, uninitialised, at least
 * ANYWHERE_WORKSPACE_BYTES_FOR(threads) bytes: else FOVEA_SMALL_WORKSPACE or FOVEA_MISALIGNED.
 * A run uses so many threads at most, the caller's among them, when this is compiled with OpenMP (-fopenmp); else, and
 * where a net is too small for it, the caller's alone. Any number of them gives the same bits. */
fovea_status anywhere_session_open(anywhere_session *session, const anywhere_model *model, void *workspace,
                                   size_t bytes, int threads);

/* Computes the outputs. Inputs and outputs are the caller's and do not overlap. Always FOVEA_OK on a CPU.
 * Subnormal numbers count as zeros (FOVEA_FLUSH). */
fovea_status anywhere_run(anywhere_session *session, const anywhere_inputs *inputs, const anywhere_outputs *outputs);

void anywhere_session_close(anywhere_session *session);
void anywhere_close(anywhere_model *model);

/* Reads all weights and compares their checksum: FOVEA_OK or FOVEA_DAMAGED. */
fovea_status anywhere_verify(const anywhere_model *model);

/* Runs the input that is stored with the weights and compares with the stored output, to 1e-4 of the largest:
 * FOVEA_OK, FOVEA_FAILED_SELFTEST, or FOVEA_NO_SELFTEST. Scratch: ANYWHERE_SELFTEST_BYTES, at a multiple of 64. */
#define ANYWHERE_SELFTEST_BYTES (ANYWHERE_WORKSPACE_BYTES + 128)
fovea_status anywhere_selftest(const anywhere_model *model, void *scratch, size_t bytes);

#ifdef __cplusplus
}
#endif

#endif
