/* verify.h - the rules of a plan that say what its steps may do (verify_steps.c); plan_verify checks them behind those
 * of its buffers. */
#ifndef FOVEA_PLAN_VERIFY_H
#define FOVEA_PLAN_VERIFY_H

#include "plan/plan.h"

/* The first broken rule as text, NULL when all hold. Parts lie inside their wholes. */
const char *verify_steps(const Plan *plan);

#endif
