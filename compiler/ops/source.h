/* source.h - attributes of the nodes that bring values into a graph. */
#ifndef FOVEA_OPS_SOURCE_H
#define FOVEA_OPS_SOURCE_H

#include <stdint.h>

typedef struct InputAttrs {
    int64_t port; /* index into Graph.inputs */
} InputAttrs;

typedef struct ConstAttrs {
    int64_t constant; /* index into Graph.constants */
} ConstAttrs;

#endif
