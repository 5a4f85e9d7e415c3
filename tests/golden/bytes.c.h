/* bytes.h - the interface of a compiled net
 *
 * Net 'bytes' of bytes.fov, compiled by Fovea for target c: portable C99, for any CPU and compiler.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#ifndef BYTES_H
#define BYTES_H

#include "fovea.h"

/* In short:
 *
 *   static FOVEA_ALIGNED(64) unsigned char workspace[BYTES_WORKSPACE_BYTES];
 *   bytes_model model;     // one for all threads, read-only once it is open
 *   bytes_session session; // one a thread, each with a workspace
 *   fovea_status status = bytes_open(&model, weights, weights_bytes); // bytes.weights, mapped or in flash
 *   if (status == FOVEA_OK)
 *       status = bytes_session_open(&session, &model, workspace, sizeof workspace, 1);
 *   if (status != FOVEA_OK)
 *       puts(fovea_status_text(status));
 *   const bytes_inputs inputs = {image};
 *   const bytes_outputs outputs = {answer};
 *   bytes_run(&session, &inputs, &outputs); // as often as you like; no pointer in them may be NULL
 */

/* The weights (bytes.weights, self-test included), and the memory that a session works in. */
#define BYTES_WEIGHTS_BYTES   11264
#define BYTES_WORKSPACE_BYTES 3392
#define BYTES_WORKSPACE_BYTES_FOR(threads) (BYTES_WORKSPACE_BYTES + 0 * ((threads) - 1))

/* Elements of each tensor, batch included. Pictures are channels x height x width; bytes (unsigned char)
 * are height x width x channels, as decoders give them. */
#define BYTES_BATCH 1
#define BYTES_INPUT_IMAGE_SIZE 429 /* [13][11][3] */
#define BYTES_OUTPUT_ANSWER_SIZE 3 /* [3] */

#ifdef __cplusplus
extern "C" {
#endif

/* image: a picture as a camera or decoder gives it, rows from the top without padding,
 * blue, green and red of a pixel beside each other.
 * The first kernel makes floats of it in one pass: value / 255, normalize. */
typedef struct bytes_inputs {
    const unsigned char *image; /* [13][11][3] */
} bytes_inputs;

typedef struct bytes_outputs {
    float *answer; /* [3] */
} bytes_outputs;

/* The fields are the model's own. */
typedef struct bytes_model {
    const float *weights;
    size_t bytes;
} bytes_model;

typedef struct bytes_session {
    const bytes_model *model;
    float *workspace;
    int threads;
} bytes_session;

/* Opens the model on its weights, which must stay where they are, at a multiple of 64. Checks the header, not
 * the numbers (bytes_verify does): FOVEA_BAD_WEIGHTS, FOVEA_WRONG_MODEL, FOVEA_MISALIGNED, FOVEA_WRONG_CPU... */
fovea_status bytes_open(bytes_model *model, const void *weights, size_t bytes);

/* A session for one caller at a time. The workspace is the caller's, at a multiple of 64, uninitialised, at least
 * BYTES_WORKSPACE_BYTES_FOR(threads) bytes: else FOVEA_SMALL_WORKSPACE or FOVEA_MISALIGNED.
 * A run uses so many threads at most, the caller's among them, when this is compiled with OpenMP (-fopenmp); else, and
 * where a net is too small for it, the caller's alone. Any number of them gives the same bits. */
fovea_status bytes_session_open(bytes_session *session, const bytes_model *model, void *workspace, size_t bytes,
                                int threads);

/* Computes the outputs. Inputs and outputs are the caller's and do not overlap. Always FOVEA_OK on a CPU.
 * Subnormal numbers count as zeros (FOVEA_FLUSH). */
fovea_status bytes_run(bytes_session *session, const bytes_inputs *inputs, const bytes_outputs *outputs);

void bytes_session_close(bytes_session *session);
void bytes_close(bytes_model *model);

/* Reads all weights and compares their checksum: FOVEA_OK or FOVEA_DAMAGED. */
fovea_status bytes_verify(const bytes_model *model);

/* Runs the input that is stored with the weights and compares with the stored output, to 1e-4 of the largest:
 * FOVEA_OK, FOVEA_FAILED_SELFTEST, or FOVEA_NO_SELFTEST. Scratch: BYTES_SELFTEST_BYTES, at a multiple of 64. */
#define BYTES_SELFTEST_BYTES (BYTES_WORKSPACE_BYTES + 64)
fovea_status bytes_selftest(const bytes_model *model, void *scratch, size_t bytes);

#ifdef __cplusplus
}
#endif

#endif
