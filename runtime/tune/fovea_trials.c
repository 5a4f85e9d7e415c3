/* fovea_trials.c - times kernels beside each other (see fovea_trials.h).
 *
 * As in a net, a kernel finds its input in the caches, where they hold it, and its weights in memory: each call takes
 * other weights, out of as many as the whole net has. Ways of computing a shape take turns call by call, so that a
 * machine that is busy for a while disturbs all of them alike; the fastest call of each counts.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* aligned_alloc */
#endif
#include "fovea_trials.h"

#include "bench/fovea_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MOST_WAYS = 64, LINE = 16 /* floats */, SLACK = 1024 /* what is fetched ahead may lie behind the end */ };

static const double USUAL_SECONDS = 0.06; /* of each way */
/* More is not needed, as no cache is larger. */
static const long long MOST_POOL_BYTES = 192LL << 20;

typedef struct Room {
    float *reads[FOVEA_TRIAL_READS], *writes[FOVEA_TRIAL_WRITES];
    size_t read_floats[FOVEA_TRIAL_READS], write_floats[FOVEA_TRIAL_WRITES];
    float *weights;
    size_t weight_floats, next;
} Room;

static double read_clock(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static double now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

/* Processor time of this thread: where others wait for the core, a call that takes longer than they do is interrupted
 * each time. Reading it takes long itself. */
static double used(void)
{
#ifdef CLOCK_THREAD_CPUTIME_ID
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
#else
    return now();
#endif
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t in_lines(long long floats)
{
    return ((size_t)floats + LINE - 1) / LINE * LINE;
}

/* ---- memory ---- */

/* What a call of it takes, beside what others take. */
static void want(Room *room, const fovea_trial *trial)
{
    size_t weights = SLACK;
    for (int i = 0; i < trial->read_count; i++)
        if (trial->reads[i] < 0)
            weights += in_lines(-trial->reads[i]);
        else
            room->read_floats[i] = larger(room->read_floats[i], (size_t)trial->reads[i]);
    for (int i = 0; i < trial->write_count; i++)
        room->write_floats[i] = larger(room->write_floats[i], (size_t)trial->writes[i]);
    room->weight_floats = larger(room->weight_floats, 2 * weights);
}

/* Numbers around `mean`, none of them so small that processors take longer for it. */
static float *numbers(size_t floats, float mean)
{
    size_t bytes = (floats + SLACK) * sizeof(float);
    float *at = aligned_alloc(64, (bytes + 63) / 64 * 64);
    for (size_t i = 0; at && i < floats + SLACK; i++)
        at[i] = mean + 0.01F * (float)((int)(i % 13) - 6);
    return at;
}

static int room_make(Room *room)
{
    int fine = (room->weights = numbers(room->weight_floats, 0)) != NULL;
    for (int i = 0; i < FOVEA_TRIAL_READS; i++)
        fine &= !room->read_floats[i] || (room->reads[i] = numbers(room->read_floats[i], 0.5F)) != NULL;
    for (int i = 0; i < FOVEA_TRIAL_WRITES; i++)
        fine &= !room->write_floats[i] || (room->writes[i] = numbers(room->write_floats[i], 0)) != NULL;
    return fine;
}

static void room_free(Room *room)
{
    free(room->weights);
    for (int i = 0; i < FOVEA_TRIAL_READS; i++)
        free(room->reads[i]);
    for (int i = 0; i < FOVEA_TRIAL_WRITES; i++)
        free(room->writes[i]);
}

/* ---- times ---- */

static double call(Room *room, const fovea_trial *trial)
{
    const float *from[FOVEA_TRIAL_READS];
    size_t weights = 0;
    for (int i = 0; i < trial->read_count; i++)
        weights += trial->reads[i] < 0 ? in_lines(-trial->reads[i]) : 0;
    if (room->next + weights > room->weight_floats)
        room->next = 0;
    for (int i = 0; i < trial->read_count; i++) {
        from[i] = trial->reads[i] < 0 ? room->weights + room->next : room->reads[i];
        room->next += trial->reads[i] < 0 ? in_lines(-trial->reads[i]) : 0;
    }
    double own = used(), start = now();
    trial->call(from, room->writes);
    double time = now() - start;
    own = used() - own;
    return own < time ? own : time;
}

static void time_shape(Room *room, const fovea_trial *const *ways, int count, int calls, const char *target,
                       double *fma)
{
    double best[MOST_WAYS], start = now();
    for (int i = 0; i < count; i++)
        best[i] = 1e30;
    for (int round = 0; round < calls || now() - start < USUAL_SECONDS * count; round++) {
        double peak = fovea_probe_fma(target);
        *fma = peak > *fma ? peak : *fma;
        for (int i = 0; i < count; i++) {
            int way = (i + round) % count;
            double time = call(room, ways[way]);
            best[way] = time < best[way] ? time : best[way];
        }
        if (calls == 1) /* somebody is in a hurry */
            break;
    }
    for (int i = 0; i < count; i++)
        printf("trial %d %d %.6f\n", ways[i]->shape, ways[i]->way, 1e3 * best[i]);
    fflush(stdout);
}

/* The trials of a shape, in all tables. */
static int find_ways(const fovea_trial_table *tables, int count, int shape, const fovea_trial **ways)
{
    int found = 0;
    for (int t = 0; t < count; t++)
        for (int i = 0; i < tables[t].count; i++)
            if (tables[t].at[i].shape == shape && found < MOST_WAYS)
                ways[found++] = &tables[t].at[i];
    return found;
}

int fovea_trials_main(int argc, char **argv, const char *target, const fovea_trial_table *tables, int count)
{
    int calls = argc == 3 ? (int)strtol(argv[1], NULL, 10) : 0, shapes = 0;
    long long pool = argc == 3 ? strtoll(argv[2], NULL, 10) : 0;
    if (calls < 1 || pool < 0) {
        fprintf(stderr, "error: `fovea tune` starts this program\n");
        return 1;
    }
    pool = pool < MOST_POOL_BYTES ? pool : MOST_POOL_BYTES;
    Room room = {.weight_floats = (size_t)pool / sizeof(float)};
    for (int t = 0; t < count; t++)
        for (int i = 0; i < tables[t].count; i++) {
            want(&room, &tables[t].at[i]);
            shapes = tables[t].at[i].shape >= shapes ? tables[t].at[i].shape + 1 : shapes;
        }
    int fine = room_make(&room);
    double fma = 0;
    unsigned mode = fovea_float_mode();
    fovea_float_mode_set(mode | FOVEA_FLUSH);
    for (int shape = 0; fine && shape < shapes; shape++) {
        const fovea_trial *ways[MOST_WAYS];
        int found = find_ways(tables, count, shape, ways);
        if (found)
            time_shape(&room, ways, found, calls, target, &fma);
    }
    fovea_float_mode_set(mode);
    if (fine)
        printf("fma %.3f\n", fma);
    else
        fprintf(stderr, "error: there is no memory for what kernels read and write\n");
    room_free(&room);
    return fine ? 0 : 1;
}
