/* concat.h - attributes of concat. */
#ifndef FOVEA_OPS_CONCAT_H
#define FOVEA_OPS_CONCAT_H

#include <stdint.h>

typedef struct ConcatAttrs {
    int64_t axis; /* of the whole shape: 1 is channels */
} ConcatAttrs;

#endif
