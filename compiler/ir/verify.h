/* verify.h - the rules that every Graph keeps, numbered; run after elaboration and after every pass. */
#ifndef FOVEA_IR_VERIFY_H
#define FOVEA_IR_VERIFY_H

#include "ir/graph.h"

/* The first broken rule as text ("G3: node %7 (conv) reads %9, which comes after it"), in the graph's arena; NULL when
 * all hold. The rules stand in verify.c, one function each. */
const char *graph_verify(const Graph *graph);
/* The part of it that is about bands of rows (verify_bands.c); all rules before hold. */
const char *verify_bands(const Graph *graph);
/* And about values that a kernel writes to two places (verify_pieces.c). */
const char *verify_pieces(const Graph *graph);
/* And about values on several devices (verify_devices.c). */
const char *verify_devices(const Graph *graph);

#endif
