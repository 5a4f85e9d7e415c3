/* tensor_run.h - `fovea run X.onnx --input NAME=FILE... --output DIR`: one run on tensors of the model's own types.
 *
 * Files are .npy or .pb. What is given closes dimensions, and what has to be known when the model is read is bound as a
 * constant. Each output becomes DIR/NAME.npy, of the shape and the element type that ONNX gives it; without --output
 * the program prints its answers.
 */
#ifndef FOVEA_DRIVER_TENSOR_RUN_H
#define FOVEA_DRIVER_TENSOR_RUN_H

#include "driver/options.h"
#include "import/import.h"
#include "plan/plan.h"

/* Whether that is what the command line asks for: inputs are named, or stand in a .pb, or there are none, and all are
 * tensors. */
bool tensor_run_wanted(const Options *options);
/* Reads what is given; false after a diagnostic. */
bool tensor_run_given(Arena *arena, Diag *diag, const Options *options, ImportGivens *given);
/* `ports` are those of the plan's graph. false after a diagnostic. */
bool tensor_run(Diag *diag, const Plan *plan, const EmitOptions *emit, const Options *options,
                const ImportPorts *ports);

#endif
