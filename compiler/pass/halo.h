/* halo.h - who can write zeros around a value, and how many are asked for.
 *
 * Padded convolutions read a border of zeros. It is owed by the value's producer when a kernel of ours writes the value
 * and every reader steps over halos: not of inputs and outputs of the net, of what is viewed, and of what serves as a
 * weight. What stands in one buffer has one halo, the largest that any of it is asked for: a join and what it joins,
 * and a value and its parts that are whole channels of one picture.
 */
#ifndef FOVEA_PASS_HALO_H
#define FOVEA_PASS_HALO_H

#include "pass/pass.h"

/* How a convolution wants its input stored. */
Layout halo_of_conv(const Graph *graph, const Node *conv, const ConvForm *form);

/* Whether each value can have a halo where it is stored plainly; in blocks of channels any can. */
bool *halo_allowed(const Graph *graph);
/* The layout of each value, `stored` (blocks.h) with the halo that those ask for which read it so. Without `stored`:
 * all plainly. */
Layout *halo_wanted(const Graph *graph, const ConvForm *forms, const bool *allowed, const int32_t *stored);
/* Widens a halo to that of another one, on each side. */
void halo_widen(Layout *layout, const Layout *other);

#endif
