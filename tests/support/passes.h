/* passes.h - what passes must keep of any net: its meaning, the rules of graphs, and those of plans. */
#ifndef FOVEA_TESTS_PASSES_H
#define FOVEA_TESTS_PASSES_H

#include "ir/graph.h"

enum {
    PASSES_ALONE = 1,    /* each pass by itself; passes that a plan needs run besides */
    PASSES_DISABLED = 2, /* all but one */
};

/* Runs passes on the net, whose weights are bound, for each target: none that can be switched off, all of them, and in
 * the ways that are asked for. Each result is verified, planned, and evaluated beside the net. What is wrong as text in
 * the graph's arena, with the passes named; NULL: nothing. A net on several devices is taken for each
 * target with several and with one. Broken rules of graphs and plans are BUGs. */
const char *passes_wrong(const Graph *net, int ways);

#endif
