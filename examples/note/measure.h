/* measure.h - what the measuring programs of this folder share: the compiled net behind one call, and the words in
 * which they report. A line "NAME = VALUE" is a figure, which note.txt says the value of; a block from "@KIND" to
 * "@end" is a picture of numbers that the net gave. Nothing here knows what is expected. */
#ifndef MEASURE_H
#define MEASURE_H

#include "net.h" /* model.fov, compiled with --name net */

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void run(const net_inputs *inputs, const net_outputs *outputs)
{
    static FOVEA_ALIGNED(64) unsigned char workspace[NET_WORKSPACE_BYTES];
    net_model model;
    net_session session;
    fovea_status status = net_open(&model, net_weights, sizeof net_weights);
    if (status == FOVEA_OK)
        status = net_session_open(&session, &model, workspace, sizeof workspace, 1);
    if (status == FOVEA_OK)
        status = net_run(&session, inputs, outputs);
    if (status != FOVEA_OK)
        exit(fprintf(stderr, "%s\n", fovea_status_text(status)) > 0);
}

/* figure("weights", "%d", 4): one figure. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static inline void
figure(const char *name, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    printf("%s = ", name);
    vprintf(format, values);
    putchar('\n');
    va_end(values);
}

static inline void print_rows(const float *values, int rows, int columns)
{
    for (int i = 0; i < rows * columns; i++)
        printf("%g%c", (double)values[i] + 0.0, i % columns == columns - 1 ? '\n' : ' ');
}

/* A figure of several numbers: "44 54 64; 84 94 104". */
static inline void figure_rows(const char *name, const float *values, int rows, int columns)
{
    printf("%s = ", name);
    for (int i = 0; i < rows * columns; i++)
        printf("%s%g", i == 0 ? "" : i % columns ? " " : "; ", (double)values[i] + 0.0);
    putchar('\n');
}

/* A picture of numbers, each a cell: "gray" from dark to bright, "signed" from blue over white to orange, "count" from
 * light to dark; "plain" is gray and "heat" is signed without the numbers written in. `alt` says in words what is seen.
 * Pictures stand side by side; next_row begins another row of them. */
static inline void map(const char *kind, const char *caption, const char *alt, const float *values, int rows,
                       int columns)
{
    printf("@map %s\n%s\n%s\n", kind, caption, alt);
    print_rows(values, rows, columns);
    puts("@end");
}

static inline void next_row(void)
{
    puts("@row");
}

/* Whole numbers from -range to range, the same ones in every run. */
static inline float any_integer(int range)
{
    static unsigned state = 1;
    state = state * 1664525u + 1013904223u;
    return (float)((int)((state >> 8) % (2u * (unsigned)range + 1u)) - range);
}

static inline void any_integers(float *values, int count, int range)
{
    for (int i = 0; i < count; i++)
        values[i] = any_integer(range);
}

static inline float largest_difference(const float *a, const float *b, int count)
{
    float largest = 0;
    for (int i = 0; i < count; i++)
        largest = fmaxf(largest, fabsf(a[i] - b[i]));
    return largest;
}

#endif
