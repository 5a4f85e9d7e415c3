/* pass.h - what is done to a Graph between the model's text and the Plan.
 *
 * A pass is a function in a file of its own that reads one graph and gives another (or the same, annotated). Passes
 * are rows, in the order in which they run; the graph is verified after each.
 */
#ifndef FOVEA_PASS_PASS_H
#define FOVEA_PASS_PASS_H

#include "emit/target.h"
#include "ir/graph.h"

typedef struct Pass {
    const char *name; /* of the file and of the function too: pass_NAME in pass/NAME.c */
    Graph *(*run)(const Graph *graph, const Target *target);
    const char *why; /* it stands where it stands */
} Pass;

extern const Pass pass_rows[];
extern const int pass_count;

/* Runs all of them; *graph is replaced. Passes never fail on a verified graph: a broken rule afterwards is a BUG. */
void passes_run(Graph **graph, const Target *target);

Graph *pass_views(const Graph *graph, const Target *target);
Graph *pass_results(const Graph *graph, const Target *target);
Graph *pass_fuse(const Graph *graph, const Target *target);
Graph *pass_layout(const Graph *graph, const Target *target);

/* Helpers that several passes need. */

/* A new graph with the ports of `from`, whose nodes are yet to be copied; old node i becomes map[i]. */
typedef struct Rewrite {
    const Graph *from;
    Graph *to;
    NodeId *map; /* one an old node; NODE_NONE until it was copied */
} Rewrite;

Rewrite rewrite_begin(const Graph *from);
/* Copies one node, its inputs mapped, or given as nodes of the new graph; its kernel annotation is mapped. */
NodeId rewrite_copy(Rewrite *rewrite, NodeId id);
NodeId rewrite_copy_with(Rewrite *rewrite, NodeId id, const NodeId *inputs);
/* Appends a pack of `value` (a node of the new graph) into a layout. */
NodeId rewrite_pack(Rewrite *rewrite, NodeId value, Layout layout, Span span);
/* The new graph, its ports mapped. */
Graph *rewrite_end(Rewrite *rewrite);

/* For each node that leads a kernel, the last node of that kernel: itself when nothing was fused into it. */
NodeId *kernel_results(const Graph *graph);

#endif
