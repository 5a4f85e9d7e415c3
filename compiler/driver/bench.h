/* bench.h - `fovea bench`: how long a net takes, and where the time goes. */
#ifndef FOVEA_DRIVER_BENCH_H
#define FOVEA_DRIVER_BENCH_H

#include "driver/options.h"
#include "plan/plan.h"

/* Builds a program that times itself (runtime/bench), or finds it in the cache, runs it, and prints what it says as a
 * table or JSON, with a picture for --svg. */
bool bench_net(Diag *diag, const Plan *plan, const EmitOptions *emit, const Options *options);

#endif
