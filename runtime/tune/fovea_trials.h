/* fovea_trials.h - the program that `fovea tune` makes: it times kernels that compute the same in several ways.
 *
 * It prints lines of a word and numbers, for fovea to read:
 *
 *   trial 3 0 0.2345   the fastest call of shape 3 in way 0, ms
 *   fma 238.1          GFLOP/s of the fastest slice of the probe
 */
#ifndef FOVEA_TRIALS_H
#define FOVEA_TRIALS_H

enum { FOVEA_TRIAL_READS = 12, FOVEA_TRIAL_WRITES = 4 };

/* A call of a kernel. Those of one shape may stand in any of the tables. */
typedef struct fovea_trial {
    int shape, way;
    void (*call)(const float *const *from, float *const *to);
    int read_count, write_count;
    long long reads[FOVEA_TRIAL_READS];   /* floats of each; weights: 0 less that many */
    long long writes[FOVEA_TRIAL_WRITES]; /* results, then scratch memory */
} fovea_trial;

typedef struct fovea_trial_table {
    const fovea_trial *at;
    int count;
} fovea_trial_table;

/* main of that program: PROGRAM CALLS BYTES, at least so many calls of each, of a net that has so many bytes of
 * weights. */
int fovea_trials_main(int argc, char **argv, const char *target, const fovea_trial_table *tables, int count);

#endif
