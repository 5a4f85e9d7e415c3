/* random_net.h - nets drawn by dice, as text, rich in what passes look for: chains of layers that scale and shift,
 * siblings, residual sums, joined and parted channels, shared weights, several outputs; some on several devices. */
#ifndef FOVEA_TESTS_RANDOM_NET_H
#define FOVEA_TESTS_RANDOM_NET_H

#include "ir/graph.h"

/* A model's text, one statement a line, the same for the same seed. Its first line is a comment that says the batch:
 * "# batch 2". Its values are small, so that it is evaluated in no time. */
const char *random_net(Arena *arena, uint32_t seed);

/* Elaborates such a text, with random weights; NULL when it is no model, which nobody is told. */
Graph *random_net_graph(Arena *arena, Diag *diag, const char *text);

#endif
