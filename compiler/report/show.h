/* show.h - `fovea show`: a net's layers as a table or as JSON, with totals. */
#ifndef FOVEA_REPORT_SHOW_H
#define FOVEA_REPORT_SHOW_H

#include "plan/plan.h"
#include "report/layers.h"

typedef struct ShowOptions {
    bool as_dense; /* what fully connected layers in their place would need */
    bool share;    /* each layer's share of parameters and multiply-adds */
    bool unfold;   /* a row for each layer, however many there are */
    bool plan;     /* the steps of the compiled net instead */
    bool memory;   /* a drawing of the workspace instead */
} ShowOptions;

/* `net` is the graph as the model says it; `plan`, of the same net, gives workspace and weights. The table is for
 * people: at most 100 columns, separators in long numbers. JSON has all that the tables have, whatever the options. */
void show_table(Buf *buf, const Graph *net, const Plan *plan, const char *model, const ShowOptions *options);
void show_json(Buf *buf, const Graph *net, const Plan *plan, const char *model);

/* The steps of the compiled net: what each reads, writes and multiplies. */
void show_plan(Buf *buf, const Plan *plan, const char *model);
/* The workspace over time as a picture: SVG. */
void show_memory(Buf *buf, const Plan *plan, const char *model);

/* Shares of one operation; show_table and show_json both list those that have any. */
typedef struct OpShare {
    int64_t layers, parameters, macs;
} OpShare;
/* [OP_COUNT] */
OpShare *op_shares(Arena *arena, const Graph *net, const Layers *layers);

#endif
