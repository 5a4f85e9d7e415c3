/* program.h - what a stand-alone program knows of its net: `fovea build` emits NAME_main.c, which fills this in.
 *
 *   int main(int argc, char **argv) { return fovea_program_main(argc, argv, &program); }
 *
 * The program reads pictures (PNG, JPEG, PGM, PPM), .npy arrays, IDX files and raw bytes, gives them to the net, and
 * prints the answer: the best labels, numbers, or pictures and .npy files in a folder. Everything here is read-only;
 * the functions are the model's own (NAME_open, ...) behind a common type. Model, session and workspace are allocated
 * by the program, 64-byte aligned; tensors are passed in the order of `inputs` and `outputs`, each holding `batch`
 * examples one after another.
 *
 * In the folder that `fovea compile --main` writes:
 *   cc -O3 -I. *.c *.S program/[a-z]*.c -lpng -ljpeg -lz -lm
 * and where these libraries are not wanted, with PGM and PPM as the only pictures:
 *   cc -O3 -I. -DFOVEA_NO_PNG -DFOVEA_NO_JPEG -DFOVEA_NO_ZLIB *.c *.S program/[a-z]*.c -lm
 */
#ifndef FOVEA_PROGRAM_H
#define FOVEA_PROGRAM_H

#include "fovea.h"

#include <stddef.h>
#include <stdint.h>

enum { FOVEA_MAX_RANK = 6 };

/* A tensor that goes in or comes out. */
typedef struct fovea_port {
    const char *name;
    int rank;                     /* of one example: without the batch axis */
    int64_t dims[FOVEA_MAX_RANK]; /* C, H, W for pictures */
    int is_u8;                    /* 1: bytes, H W C in memory; 0: floats in the order of dims */
    int64_t resize;               /* inputs: short side of a picture before the centre crop; 0: just cover the crop */
    int bgr;                      /* inputs: channel order blue, green, red */
    int is_no_picture;            /* inputs: nothing says what pixels mean there; .npy files and raw bytes alone */
    const char *const *labels;    /* outputs: one name an element, or NULL */
    size_t label_count;
} fovea_port;

typedef struct fovea_program {
    const char *name;   /* of the net */
    const char *model;  /* the model's file name, without folder: "lenet5.fov" */
    const char *target; /* "c", "avx2" */
    const fovea_port *inputs;
    size_t input_count;
    const fovea_port *outputs;
    size_t output_count;
    int64_t batch;                     /* examples in one run */
    size_t workspace_bytes;            /* for one thread */
    size_t model_bytes, session_bytes; /* sizeof NAME_model, sizeof NAME_session */
    const void *weights;               /* linked in, 64-byte aligned; NULL: --weights FILE is needed */
    size_t weights_bytes;

    fovea_status (*open)(void *model, const void *weights, size_t bytes);
    fovea_status (*session_open)(void *session, const void *model, void *workspace, size_t bytes, int threads);
    fovea_status (*run)(void *session, const void *const *inputs, void *const *outputs);
    void (*session_close)(void *session);
    void (*close)(void *model);
    size_t (*workspace_for)(int threads);      /* NULL: workspace_bytes, whatever the number of threads */
    fovea_status (*verify)(const void *model); /* the checksum of all weights; NULL: none */
    /* Runs the net on built-in inputs and compares; scratch has selftest_bytes, 64-byte aligned. NULL: none. */
    fovea_status (*selftest)(const void *model, void *scratch, size_t bytes);
    size_t selftest_bytes;
    const char *(*error)(void); /* what failed last on a device; NULL: nothing can but what a status says */
} fovea_program;

/* The whole program; returns the exit status (0, or 1 after one line on standard error). */
int fovea_program_main(int argc, char **argv, const fovea_program *program);

#endif
