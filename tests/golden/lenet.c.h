/* lenet.h - the interface of a compiled net
 *
 * Net 'lenet' of lenet.fov, compiled by Fovea for target c: portable C99, for any CPU and compiler.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#ifndef LENET_H
#define LENET_H

#include "fovea.h"

/* In short:
 *
 *   static FOVEA_ALIGNED(64) unsigned char workspace[LENET_WORKSPACE_BYTES];
 *   lenet_model model;     // one for all threads, read-only once it is open
 *   lenet_session session; // one a thread, each with a workspace
 *   fovea_status status = lenet_open(&model, weights, weights_bytes); // lenet.weights, mapped or in flash
 *   if (status == FOVEA_OK)
 *       status = lenet_session_open(&session, &model, workspace, sizeof workspace, 1);
 *   if (status != FOVEA_OK)
 *       puts(fovea_status_text(status));
 *   const lenet_inputs inputs = {image};
 *   const lenet_outputs outputs = {logits};
 *   lenet_run(&session, &inputs, &outputs); // as often as you like; no pointer in them may be NULL
 */

/* The weights (lenet.weights, self-test included), and the memory that a session works in. */
#define LENET_WEIGHTS_BYTES   4800
#define LENET_WORKSPACE_BYTES 3328
#define LENET_WORKSPACE_BYTES_FOR(threads) (LENET_WORKSPACE_BYTES + 0 * ((threads) - 1))

/* Elements of each tensor, batch included. Pictures are channels x height x width; bytes (unsigned char)
 * are height x width x channels, as decoders give them. */
#define LENET_BATCH 1
#define LENET_INPUT_IMAGE_SIZE 144 /* [1][12][12] */
#define LENET_OUTPUT_LOGITS_SIZE 5 /* [5] */

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lenet_inputs {
    const float *image; /* [1][12][12] */
} lenet_inputs;

typedef struct lenet_outputs {
    float *logits; /* [5] */
} lenet_outputs;

/* The fields are the model's own. */
typedef struct lenet_model {
    const float *weights;
    size_t bytes;
} lenet_model;

typedef struct lenet_session {
    const lenet_model *model;
    float *workspace;
    int threads;
} lenet_session;

/* Opens the model on its weights, which must stay where they are, at a multiple of 64. Checks the header, not
 * the numbers (lenet_verify does): FOVEA_BAD_WEIGHTS, FOVEA_WRONG_MODEL, FOVEA_MISALIGNED, FOVEA_WRONG_CPU... */
fovea_status lenet_open(lenet_model *model, const void *weights, size_t bytes);

/* A session for one caller at a time. The workspace is the caller's, at a multiple of 64, uninitialised, at least
 * LENET_WORKSPACE_BYTES_FOR(threads) bytes: else FOVEA_SMALL_WORKSPACE or FOVEA_MISALIGNED.
 * A run uses so many threads at most, the caller's among them, when this is compiled with OpenMP (-fopenmp); else, and
 * where a net is too small for it, the caller's alone. Any number of them gives the same bits. */
fovea_status lenet_session_open(lenet_session *session, const lenet_model *model, void *workspace, size_t bytes,
                                int threads);

/* Computes the outputs. Inputs and outputs are the caller's and do not overlap. Always FOVEA_OK on a CPU.
 * Subnormal numbers count as zeros (FOVEA_FLUSH). */
fovea_status lenet_run(lenet_session *session, const lenet_inputs *inputs, const lenet_outputs *outputs);

void lenet_session_close(lenet_session *session);
void lenet_close(lenet_model *model);

/* Reads all weights and compares their checksum: FOVEA_OK or FOVEA_DAMAGED. */
fovea_status lenet_verify(const lenet_model *model);

/* Runs the input that is stored with the weights and compares with the stored output, to 1e-4 of the largest:
 * FOVEA_OK, FOVEA_FAILED_SELFTEST, or FOVEA_NO_SELFTEST. Scratch: LENET_SELFTEST_BYTES, at a multiple of 64. */
#define LENET_SELFTEST_BYTES (LENET_WORKSPACE_BYTES + 64)
fovea_status lenet_selftest(const lenet_model *model, void *scratch, size_t bytes);

#ifdef __cplusplus
}
#endif

#endif
