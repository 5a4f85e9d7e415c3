/* towers.h - a net for two devices, written as the compiler would write one, nets for up to 16 of them, made at random,
 * and what they have to compute: the same launches, one behind the other.
 *
 * A device's memory is a few slots of TOWERS_COUNT floats. All numbers are small integers, so that answers are exact.
 * Weights are those of pair.h. */
#ifndef TOWERS_H
#define TOWERS_H

#include "opencl/fovea_opencl.h"

enum { TOWERS_COUNT = 256, TOWERS_SLOTS = 4, TOWERS_LAUNCHES = 17, TOWERS_MOST_LAUNCHES = 256 };

/* Each slot is written and read several times: a launch that does not wait for another device sees other numbers. */
extern const fovea_cl_net towers_net;

typedef struct Towers {
    float a[2 * TOWERS_COUNT];
    unsigned char b[TOWERS_COUNT];
    float sums[FOVEA_CL_MOST_DEVICES * TOWERS_COUNT], same[TOWERS_COUNT];
} Towers;

/* Inputs of a run: others for each seed. */
void towers_fill(Towers *towers, int seed);
/* Runs; the outputs are cleared before. */
fovea_status towers_run(fovea_cl_session *session, Towers *towers);
/* Whether the outputs are what the launches of that plan make of the inputs, one behind the other. */
int towers_right(const fovea_cl_net *net, const Towers *towers);

/* A net with `launches` random ones (at most TOWERS_MOST_LAUNCHES) for `devices` devices, others for each seed. */
typedef struct RandomNet {
    fovea_cl_net net;
    fovea_cl_launch launches[TOWERS_MOST_LAUNCHES];
    fovea_cl_transfer transfers[TOWERS_MOST_LAUNCHES];
    fovea_cl_tensor tensors[TOWERS_MOST_LAUNCHES][5];
    size_t output_bytes[2];
} RandomNet;
void towers_random(RandomNet *random, int devices, int launches, unsigned seed);

#endif
