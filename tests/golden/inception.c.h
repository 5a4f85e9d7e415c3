/* inception.h - the interface of a compiled net
 *
 * Net 'inception' of inception.fov, compiled by Fovea for target c: portable C99, for any CPU and compiler.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#ifndef INCEPTION_H
#define INCEPTION_H

#include "fovea.h"

/* In short:
 *
 *   static FOVEA_ALIGNED(64) unsigned char workspace[INCEPTION_WORKSPACE_BYTES];
 *   inception_model model;     // one for all threads, read-only once it is open
 *   inception_session session; // one a thread, each with a workspace
 *   fovea_status status = inception_open(&model, weights, weights_bytes); // inception.weights, mapped or in flash
 *   if (status == FOVEA_OK)
 *       status = inception_session_open(&session, &model, workspace, sizeof workspace, 1);
 *   if (status != FOVEA_OK)
 *       puts(fovea_status_text(status));
 *   const inception_inputs inputs = {image};
 *   const inception_outputs outputs = {answer, inner};
 *   inception_run(&session, &inputs, &outputs); // as often as you like; no pointer in them may be NULL
 */

/* The weights (inception.weights, self-test included), and the memory that a session works in. */
#define INCEPTION_WEIGHTS_BYTES   5504
#define INCEPTION_WORKSPACE_BYTES 6720
#define INCEPTION_WORKSPACE_BYTES_FOR(threads) (INCEPTION_WORKSPACE_BYTES + 0 * ((threads) - 1))

/* Elements of each tensor, batch included. Pictures are channels x height x width; bytes (unsigned char)
 * are height x width x channels, as decoders give them. */
#define INCEPTION_BATCH 1
#define INCEPTION_INPUT_IMAGE_SIZE 245 /* [5][7][7] */
#define INCEPTION_OUTPUT_ANSWER_SIZE 4 /* [4] */
#define INCEPTION_OUTPUT_INNER_SIZE 81 /* [9][3][3] */

#ifdef __cplusplus
extern "C" {
#endif

typedef struct inception_inputs {
    const float *image; /* [5][7][7] */
} inception_inputs;

typedef struct inception_outputs {
    float *answer; /* [4] */
    float *inner; /* [9][3][3] */
} inception_outputs;

/* The fields are the model's own. */
typedef struct inception_model {
    const float *weights;
    size_t bytes;
} inception_model;

typedef struct inception_session {
    const inception_model *model;
    float *workspace;
    int threads;
} inception_session;

/* Opens the model on its weights, which must stay where they are, at a multiple of 64. Checks the header, not
 * the numbers (inception_verify does): FOVEA_BAD_WEIGHTS, FOVEA_WRONG_MODEL, FOVEA_MISALIGNED, FOVEA_WRONG_CPU... */
fovea_status inception_open(inception_model *model, const void *weights, size_t bytes);

/* A session for one caller at a time. The workspace is the caller's, at a multiple of 64, uninitialised, at least
 * INCEPTION_WORKSPACE_BYTES_FOR(threads) bytes: else FOVEA_SMALL_WORKSPACE or FOVEA_MISALIGNED.
 * A run uses so many threads at most, the caller's among them, when this is compiled with OpenMP (-fopenmp); else, and
 * where a net is too small for it, the caller's alone. Any number of them gives the same bits. */
fovea_status inception_session_open(inception_session *session, const inception_model *model, void *workspace,
                                    size_t bytes, int threads);

/* Computes the outputs. Inputs and outputs are the caller's and do not overlap. Always FOVEA_OK on a CPU.
 * Subnormal numbers count as zeros (FOVEA_FLUSH). */
fovea_status inception_run(inception_session *session, const inception_inputs *inputs,
                           const inception_outputs *outputs);

void inception_session_close(inception_session *session);
void inception_close(inception_model *model);

/* Reads all weights and compares their checksum: FOVEA_OK or FOVEA_DAMAGED. */
fovea_status inception_verify(const inception_model *model);

/* Runs the input that is stored with the weights and compares with the stored output, to 1e-4 of the largest:
 * FOVEA_OK, FOVEA_FAILED_SELFTEST, or FOVEA_NO_SELFTEST. Scratch: INCEPTION_SELFTEST_BYTES, at a multiple of 64. */
#define INCEPTION_SELFTEST_BYTES (INCEPTION_WORKSPACE_BYTES + 448)
fovea_status inception_selftest(const inception_model *model, void *scratch, size_t bytes);

#ifdef __cplusplus
}
#endif

#endif
