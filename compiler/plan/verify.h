/* verify.h - the rules of a plan that say what its steps may do (verify_steps.c, verify_bands.c) and how its kernels go
 * over elements (verify_tiling.c); plan_verify checks them behind those of its buffers. */
#ifndef FOVEA_PLAN_VERIFY_H
#define FOVEA_PLAN_VERIFY_H

#include "plan/plan.h"

/* The first broken rule as text, NULL when all hold. Of steps: parts lie inside their wholes. */
const char *verify_steps(const Plan *plan);
/* The same of those that go through rows together (verify_bands.c). */
const char *verify_plan_bands(const Plan *plan);
/* The same of steps on several devices (verify_devices.c). */
const char *verify_plan_devices(const Plan *plan);
/* The same of the loops of kernels (verify_tiling.c). */
const char *verify_tilings(const Plan *plan);
/* The same of what threads share, and when they wait (verify_share.c). */
const char *verify_shares(const Plan *plan);
/* The same of what GPUs launch (verify_gpu.c). */
const char *verify_launches(const Plan *plan);

#endif
