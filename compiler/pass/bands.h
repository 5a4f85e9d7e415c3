/* bands.h - chains of kernels that go through their rows together, which two passes make. Internal to passes. */
#ifndef FOVEA_PASS_BANDS_H
#define FOVEA_PASS_BANDS_H

#include "pass/pass.h"

/* Pools and normalisations join the kernel that makes their input; with `convolutions`, those do so too, and the others
 * only where they did before. */
Graph *bands_join(const Graph *graph, const PassContext *context, bool convolutions);

#endif
