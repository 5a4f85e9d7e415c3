/* dataset.h - pictures with labels for tests: idx files, as MNIST and Fashion-MNIST come. */
#ifndef FOVEA_TESTS_DATASET_H
#define FOVEA_TESTS_DATASET_H

#include "support/base.h"

typedef struct Dataset {
    uint32_t count, height, width;
    const unsigned char *pixels; /* count pictures, row by row */
    const unsigned char *labels; /* one a picture */
} Dataset;

/* Reads FOLDER/PREFIX-images-idx3-ubyte.gz and -labels-idx1-ubyte.gz; false when they are not there. Files that are
 * there and are not what they should be end the program. */
bool dataset_read(Dataset *dataset, Arena *arena, const char *folder, const char *prefix);

/* A folder of test material from outside the repository: FOVEA_MATERIAL/NAME, or NULL when the variable is not set
 * or the folder does not exist. */
const char *material_folder(Arena *arena, const char *name);

#endif
