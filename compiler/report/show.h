/* show.h - `fovea show`: a net's layers as a table or as JSON, with totals. */
#ifndef FOVEA_REPORT_SHOW_H
#define FOVEA_REPORT_SHOW_H

#include "plan/plan.h"

/* `net` is the graph as the model says it; `plan`, of the same net, gives workspace and weights. */
void show_table(Buf *buf, const Graph *net, const Plan *plan, const char *model);
void show_json(Buf *buf, const Graph *net, const Plan *plan, const char *model);

#endif
