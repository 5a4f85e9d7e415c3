/* thin.h - a net reduced to which place reads which: for trying out what a place depends on.
 *
 * The thin net has one channel and the same places. What reads other places than its own - convolutions, pools,
 * resized, cut and joined pictures - is computed by the same operations, with all weights 1, and by the reference
 * evaluator. What works on each place by itself - activations, normalisation, channels that are mixed or moved - is
 * left out, and where branches meet they are added. After each layer, numbers are cut to 0 and 1: so nothing can cancel
 * or be hidden, and a place is 1 when one of the pixels that are 1 reaches it.
 */
#ifndef FOVEA_REPORT_THIN_H
#define FOVEA_REPORT_THIN_H

#include "report/paths.h"

typedef struct Thin Thin;

/* For a place of node `unit`, on which the nodes depend that `areas` has as reached. NULL: the net cannot be reduced,
 * or is too large. Freed with thin_free. */
Thin *thin_new(const Graph *net, const Field *fields, const Area *areas, NodeId unit, const int64_t place[2]);
void thin_free(Thin *thin);

/* About how many numbers one evaluation reads. */
int64_t thin_cost(const Thin *thin);
/* The pixels of a net's input, rows by columns, to be set to 0 and 1; NULL: the place does not depend on it. */
double *thin_pixels(Thin *thin, NodeId input);
/* Whether the place is reached by one of those that are 1. */
bool thin_reaches(Thin *thin);

#endif
