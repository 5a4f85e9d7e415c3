/* upright.h - what keeps the drawing of a net upright.
 *
 * Of the ways between two boxes the longest is drawn straight down, and of several that are the longest, as in an
 * Inception module, the one in the middle; the others, such as skip connections, go around.
 */
#ifndef FOVEA_REPORT_UPRIGHT_H
#define FOVEA_REPORT_UPRIGHT_H

#include "report/boxes.h"

/* Of each edge, whether it is to be straight. */
bool *straight_edges(Arena *arena, const Boxes *boxes);

#endif
