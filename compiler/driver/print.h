/* print.h - what the compiler prints of its own work: --print-ir, --print-plan, `fovea show` and `fovea rf`. */
#ifndef FOVEA_DRIVER_PRINT_H
#define FOVEA_DRIVER_PRINT_H

#include "driver/options.h"
#include "plan/plan.h"

/* What --print-ir and --print-plan ask for: the graph as the model says it, after the passes, and the plan. */
void print_stages(const Options *options, const Graph *net, const Graph *graph, const Plan *plan);
/* Runs the passes for that target on a net, and prints on the way what the options ask for. */
Graph *optimise(Diag *diag, const Options *options, const Graph *net, const Target *target);
/* The layer table, or JSON, on standard output or in the file of --output. */
bool print_layers(Diag *diag, const Options *options, const Graph *net, const Plan *plan);
/* A text into the file of --output, or on standard output; frees it. */
bool write_report(Diag *diag, const Options *options, Buf *buf);
/* The receptive field that `fovea rf` is asked for, there too. */
bool print_field(Diag *diag, const Options *options, const Graph *net);

#endif
