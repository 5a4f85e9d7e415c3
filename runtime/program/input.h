/* input.h - a file that goes into a net: recognised by its content, turned into examples of an input's shape.
 *
 * What is none of the kinds, but has exactly the input's size, are the input's own bytes: a frame of a camera for an
 * input of bytes, floats as the machine stores them for the others. */
#ifndef FOVEA_PROGRAM_INPUT_H
#define FOVEA_PROGRAM_INPUT_H

#include "common.h"
#include "idx.h"
#include "npy.h"
#include "program.h"

typedef enum fovea_input_kind {
    FOVEA_INPUT_PNG,
    FOVEA_INPUT_JPEG,
    FOVEA_INPUT_PNM,
    FOVEA_INPUT_NPY,
    FOVEA_INPUT_IDX,
    FOVEA_INPUT_RAW /* the bytes of the input itself */
} fovea_input_kind;

typedef struct fovea_input {
    const char *path;
    const fovea_port *port;
    fovea_input_kind kind;
    int64_t count; /* examples in the file */
    fovea_bytes file;
    fovea_npy npy;
    fovea_idx idx;
} fovea_input;

/* Elements of one example, and its bytes. */
int64_t fovea_port_count(const fovea_port *port);
size_t fovea_port_bytes(const fovea_port *port);
/* "1x28x28"; "a number" for rank 0. */
void fovea_port_shape(const fovea_port *port, char *text, size_t size);

/* Reads the file and checks that it fits the port. */
bool fovea_input_open(fovea_input *input, const char *path, const fovea_port *port, fovea_fault *fault);
/* Example `index` in the form that the net takes: fovea_port_bytes at `into`. Pictures are value / 255 for float
 * inputs; numbers in .npy files and raw ones are taken as they are. */
bool fovea_input_get(const fovea_input *input, int64_t index, void *into, fovea_fault *fault);
void fovea_input_close(fovea_input *input);

#endif
