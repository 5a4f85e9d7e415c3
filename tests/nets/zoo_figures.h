/* zoo_figures.h - what papers and their counts say about the nets of examples/zoo. */
#ifndef FOVEA_TESTS_ZOO_FIGURES_H
#define FOVEA_TESTS_ZOO_FIGURES_H

#include <stdint.h>

/* One a line of zoo.list. */
typedef struct ZooFigures {
    const char *name;
    int64_t parameters, macs;
    int64_t field;     /* of the last layer before flatten or global pooling */
    int64_t depth;     /* layers with weights on the longest path: what the papers count */
    const char *small; /* what to define so that a run takes a moment: blank-separated name=value */
} ZooFigures;

extern const ZooFigures zoo_figures[];
extern const int zoo_figures_count;

/* Of one layer; or, when the label ends in '*', of all whose labels begin so: sums, and the largest field. What is -1
 * is not asked for. */
typedef struct ZooLayer {
    const char *net, *layer;
    int64_t parameters, macs, field, jump;
} ZooLayer;

extern const ZooLayer zoo_layers[];
extern const int zoo_layers_count;

#endif
