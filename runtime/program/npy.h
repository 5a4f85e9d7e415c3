/* npy.h - NumPy's .npy files: one array, as numpy.save writes it (versions 1 to 3, little-endian, C order).
 *
 * Read are float32, float64, uint8, int32 and int64; written is float32, one example after another, with a leading
 * axis that counts them.
 */
#ifndef FOVEA_PROGRAM_NPY_H
#define FOVEA_PROGRAM_NPY_H

#include "common.h"

enum { FOVEA_NPY_RANK = 16 };

typedef enum fovea_npy_type {
    FOVEA_NPY_F4,
    FOVEA_NPY_F8,
    FOVEA_NPY_U1,
    FOVEA_NPY_I4,
    FOVEA_NPY_I8,
    FOVEA_NPY_TYPES
} fovea_npy_type;

typedef struct fovea_npy {
    fovea_npy_type type;
    int rank;
    int64_t dims[FOVEA_NPY_RANK];
    int64_t count;             /* elements */
    const unsigned char *data; /* inside the bytes that were parsed */
} fovea_npy;

bool fovea_is_npy(const unsigned char *bytes, size_t size);
/* Checks header and size, so that every element may be read. */
bool fovea_npy_parse(fovea_npy *npy, const unsigned char *bytes, size_t size, const char *path, fovea_fault *fault);
double fovea_npy_at(const fovea_npy *npy, int64_t index);

typedef struct fovea_npy_writer {
    fovea_output output;
    int rank; /* of one example */
    int64_t dims[FOVEA_NPY_RANK];
    int64_t examples, each; /* written so far; elements in one */
} fovea_npy_writer;

bool fovea_npy_create(fovea_npy_writer *writer, const char *path, int rank, const int64_t *dims, fovea_fault *fault);
bool fovea_npy_append(fovea_npy_writer *writer, const float *example, fovea_fault *fault);
/* Completes the header and puts the file in its place. */
bool fovea_npy_finish(fovea_npy_writer *writer, fovea_fault *fault);
void fovea_npy_cancel(fovea_npy_writer *writer);

#endif
