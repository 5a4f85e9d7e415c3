/* budget.h - --max-workspace and --max-weights: a net that takes more memory than that is refused. */
#ifndef FOVEA_DRIVER_BUDGET_H
#define FOVEA_DRIVER_BUDGET_H

#include "driver/options.h"
#include "plan/plan.h"

/* "65536", "64K", "2M" or "1G", at least 1 byte. */
bool budget_parse(Diag *diag, const char *option, const char *text, int64_t *bytes);

/* Whether the plan keeps within both. Otherwise one error for each says by how much not, and which layers are to blame:
 * the values that the fullest step needs, or the largest weights. */
bool budget_kept(Diag *diag, const Options *options, const Plan *plan);

#endif
