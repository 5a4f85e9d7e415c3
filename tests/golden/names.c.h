/* names.h - the interface of a compiled net
 *
 * Net 'run' of names.fov, compiled by Fovea for target c: portable C99, for any CPU and compiler.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#ifndef NAMES_H
#define NAMES_H

#include "fovea.h"

/* In short:
 *
 *   static FOVEA_ALIGNED(64) unsigned char workspace[NAMES_WORKSPACE_BYTES];
 *   names_model model;     // one for all threads, read-only once it is open
 *   names_session session; // one a thread, each with a workspace
 *   fovea_status status = names_open(&model, weights, weights_bytes); // names.weights, mapped or in flash
 *   if (status == FOVEA_OK)
 *       status = names_session_open(&session, &model, workspace, sizeof workspace, 1);
 *   if (status != FOVEA_OK)
 *       puts(fovea_status_text(status));
 *   const names_inputs inputs = {class_1, class_, Class, NULL_};
 *   const names_outputs outputs = {int_, default_, static_cast_};
 *   names_run(&session, &inputs, &outputs); // as often as you like; no pointer in them may be NULL
 *
 *   fovea_score best[3];
 *   const int found = fovea_top(int_, NAMES_OUTPUT_INT_SIZE, 3, best);
 *   for (int i = 0; i < found; i++)
 *       printf("%s %g\n", names_int_labels[best[i].index], best[i].value);
 */

/* The weights (names.weights, self-test included), and the memory that a session works in. */
#define NAMES_WEIGHTS_BYTES   3392
#define NAMES_WORKSPACE_BYTES 128
#define NAMES_WORKSPACE_BYTES_FOR(threads) (NAMES_WORKSPACE_BYTES + 0 * ((threads) - 1))

/* Elements of each tensor, batch included. Pictures are channels x height x width; bytes (unsigned char)
 * are height x width x channels, as decoders give them. */
#define NAMES_BATCH 1
#define NAMES_INPUT_CLASS_SIZE 32 /* [2][4][4] */
#define NAMES_INPUT_CLASS__SIZE 32 /* [2][4][4] */
#define NAMES_INPUT_CLASS_2_SIZE 32 /* [2][4][4] */
#define NAMES_INPUT_NULL_SIZE 32 /* [2][4][4] */
#define NAMES_OUTPUT_INT_SIZE 1 /* [1][1][1] */
#define NAMES_OUTPUT_DEFAULT_SIZE 8 /* [2][2][2] */
#define NAMES_OUTPUT_STATIC_CAST_SIZE 8 /* [2][2][2] */

#ifdef __cplusplus
extern "C" {
#endif

typedef struct names_inputs {
    const float *class_1; /* [2][4][4] */
    const float *class_; /* [2][4][4] */
    const float *Class; /* [2][4][4] */
    const float *NULL_; /* [2][4][4] */
} names_inputs;

typedef struct names_outputs {
    float *int_; /* [1][1][1] */
    float *default_; /* [2][2][2] */
    float *static_cast_; /* [2][2][2] */
} names_outputs;

/* The fields are the model's own. */
typedef struct names_model {
    const float *weights;
    size_t bytes;
} names_model;

typedef struct names_session {
    const names_model *model;
    float *workspace;
    int threads;
} names_session;

/* Opens the model on its weights, which must stay where they are, at a multiple of 64. Checks the header, not
 * the numbers (names_verify does): FOVEA_BAD_WEIGHTS, FOVEA_WRONG_MODEL, FOVEA_MISALIGNED, FOVEA_WRONG_CPU... */
fovea_status names_open(names_model *model, const void *weights, size_t bytes);

/* A session for one caller at a time. The workspace is the caller's, at a multiple of 64, uninitialised, at least
 * NAMES_WORKSPACE_BYTES_FOR(threads) bytes: else FOVEA_SMALL_WORKSPACE or FOVEA_MISALIGNED.
 * A run uses so many threads at most, the caller's among them, when this is compiled with OpenMP (-fopenmp); else, and
 * where a net is too small for it, the caller's alone. Any number of them gives the same bits. */
fovea_status names_session_open(names_session *session, const names_model *model, void *workspace, size_t bytes,
                                int threads);

/* Computes the outputs. Inputs and outputs are the caller's and do not overlap. Always FOVEA_OK on a CPU.
 * Subnormal numbers count as zeros (FOVEA_FLUSH). */
fovea_status names_run(names_session *session, const names_inputs *inputs, const names_outputs *outputs);

void names_session_close(names_session *session);
void names_close(names_model *model);

/* Reads all weights and compares their checksum: FOVEA_OK or FOVEA_DAMAGED. */
fovea_status names_verify(const names_model *model);

/* Runs the input that is stored with the weights and compares with the stored output, to 1e-4 of the largest:
 * FOVEA_OK, FOVEA_FAILED_SELFTEST, or FOVEA_NO_SELFTEST. Scratch: NAMES_SELFTEST_BYTES, at a multiple of 64. */
#define NAMES_SELFTEST_BYTES (NAMES_WORKSPACE_BYTES + 192)
fovea_status names_selftest(const names_model *model, void *scratch, size_t bytes);

#ifndef FOVEA_NO_LABELS
/* What the elements of int_ stand for. */
extern const char *const names_int_labels[1];
#endif

#ifdef __cplusplus
}
#endif

#endif
