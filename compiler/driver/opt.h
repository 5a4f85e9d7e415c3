/* opt.h - `fovea opt`: passes on the text of a graph, for work on the compiler and for its tests. */
#ifndef FOVEA_DRIVER_OPT_H
#define FOVEA_DRIVER_OPT_H

#include "driver/options.h"

/* Reads the graph, runs the passes that the options name, or all, and prints the graph. false after a diagnostic. */
bool optimise_text(Arena *arena, Diag *diag, const Options *options);

#endif
