/* device.h - the interface of a compiled net
 *
 * Net 'device' of device.fov, compiled by Fovea for target opencl: devices with OpenCL 1.2.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include "fovea.h"

/* In short:
 *
 *   device_model model;     // one for all threads, read-only once it is open
 *   device_session session; // one a thread, each with memory on the device
 *   fovea_status status = device_open(&model, weights, weights_bytes); // device.weights, mapped or in flash
 *   if (status == FOVEA_OK)
 *       status = device_session_open(&session, &model, NULL, 0, 1);
 *   if (status != FOVEA_OK)
 *       puts(fovea_cl_error()); // opencl/fovea_opencl.h
 *   const device_inputs inputs = {image};
 *   const device_outputs outputs = {answer};
 *   device_run(&session, &inputs, &outputs); // as often as you like; no pointer in them may be NULL
 */

/* The weights (device.weights, self-test included), and the memory that a session works in. */
#define DEVICE_WEIGHTS_BYTES   249344
#define DEVICE_WORKSPACE_BYTES 64
#define DEVICE_WORKSPACE_BYTES_FOR(threads) (DEVICE_WORKSPACE_BYTES + 0 * ((threads) - 1))

/* Elements of each tensor, batch included. Pictures are channels x height x width; bytes (unsigned char)
 * are height x width x channels, as decoders give them. */
#define DEVICE_BATCH 1
#define DEVICE_INPUT_IMAGE_SIZE 51984 /* [16][57][57] */
#define DEVICE_OUTPUT_ANSWER_SIZE 10 /* [10] */

#ifdef __cplusplus
extern "C" {
#endif

typedef struct device_inputs {
    const float *image; /* [16][57][57] */
} device_inputs;

typedef struct device_outputs {
    float *answer; /* [10] */
} device_outputs;

/* The fields are the model's own. */
typedef struct device_model {
    const float *weights;
    size_t bytes;
    struct fovea_cl_model *device;
} device_model;

typedef struct device_session {
    const device_model *model;
    struct fovea_cl_session *device;
} device_session;

/* Opens the model on its weights, which must stay where they are, at a multiple of 64. Checks the header, not
 * the numbers (device_verify does): FOVEA_BAD_WEIGHTS, FOVEA_WRONG_MODEL, FOVEA_MISALIGNED, FOVEA_NO_DEVICE... */
fovea_status device_open(device_model *model, const void *weights, size_t bytes);

/* A session for one caller at a time. It has its memory on the device: the workspace may be NULL. Of a device of
 * CPU kind, a run uses so many compute units at most; any number of them gives the same bits. */
fovea_status device_session_open(device_session *session, const device_model *model, void *workspace, size_t bytes,
                                 int threads);

/* Computes the outputs. Inputs and outputs are the caller's and do not overlap. It fails where a call of OpenCL does.
 * Subnormal numbers count as zeros. */
fovea_status device_run(device_session *session, const device_inputs *inputs, const device_outputs *outputs);

void device_session_close(device_session *session);
void device_close(device_model *model);

/* Reads all weights and compares their checksum: FOVEA_OK or FOVEA_DAMAGED. */
fovea_status device_verify(const device_model *model);

/* Runs the input that is stored with the weights and compares with the stored output, to 1e-4 of the largest:
 * FOVEA_OK, FOVEA_FAILED_SELFTEST, or FOVEA_NO_SELFTEST. Scratch: DEVICE_SELFTEST_BYTES, at a multiple of 64. */
#define DEVICE_SELFTEST_BYTES (DEVICE_WORKSPACE_BYTES + 64)
fovea_status device_selftest(const device_model *model, void *scratch, size_t bytes);

#ifdef __cplusplus
}
#endif

#endif
