/* trials.h - ways of computing convolutions, tried beside each other: what `fovea tune` is made of.
 *
 * A Subject is a shape of convolution that a net has. Its ways are tried where it stands in the net: each round plans
 * the whole net, with another choice for each shape, by the route of --tune; of each plan the kernels in question go
 * into one program. So they have the halos, the epilogues and the pieces that they will have.
 */
#ifndef FOVEA_DRIVER_TRIALS_H
#define FOVEA_DRIVER_TRIALS_H

#include "driver/options.h"
#include "plan/plan.h"

typedef struct Way {
    TunedChoice choice;
    double ms; /* the fastest call; 0: it was not tried */
} Way;

typedef struct Subject {
    TunedShape shape;
    const char *path; /* of the convolution, of the first one */
    uint32_t writes;  /* results of the kernel */
    uint32_t steps;   /* how many steps have that shape */
    int64_t macs;
    TunedChoice usual; /* what the cost models say */
    VEC(Way) ways;     /* all that were tried, as often as they were */
    uint32_t from;     /* the first of them that belongs to the trials at hand */
} Subject;

typedef struct Trials {
    Arena *arena;
    Diag *diag;
    const Options *options;
    const Graph *net;
    const Target *target;
    VEC(Subject) subjects; /* sorted by shape */
    int64_t weights_bytes; /* of the net, as usual */
    double fma_gflops;     /* of the probe */
    double ms_a_byte;      /* what weights count for beside time (plan/room.h) */
} Trials;

/* Finds the shapes of a net, and what is usual for each. */
void trials_find(Trials *trials);
/* Adds a way to the trials at hand, unless it is among them. */
void trials_add(Trials *trials, Subject *subject, const TunedChoice *choice);
/* Times all ways at hand, each called so often at least; those that the plan would not take are left out. false after a
 * diagnostic. */
bool trials_run(Trials *trials, int64_t calls);

#endif
