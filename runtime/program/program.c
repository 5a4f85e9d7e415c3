/* program.c - a stand-alone program around one net: files in, answers out (see program.h).
 *
 * With files alone it prints an answer for each example and writes picture-shaped outputs as PNG. --output writes all
 * outputs to a folder, --labels counts right answers instead, --time measures, --selftest checks weights and results.
 */
#include "program.h"
#include "accuracy.h"
#include "answer.h"
#include "feed.h"
#include "results.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool answer_batch(const fovea_feed *feed, fovea_results *results, fovea_fault *fault)
{
    const fovea_program *program = feed->engine->program;
    const float **values = calloc(program->output_count, sizeof *values);
    bool fine = values || fovea_fail_memory(fault, program->output_count * sizeof *values);
    for (int64_t slot = 0; fine && slot < feed->filled; slot++) {
        for (size_t i = 0; i < program->output_count; i++)
            values[i] = fovea_engine_output(feed->engine, i, slot);
        fine = fovea_answer_print(program, feed->options, feed->names[slot], values, fault) &&
               fovea_results_add(results, feed->engine, slot, feed->names[slot], fault);
    }
    free((void *)values);
    return fine;
}

static bool answer(fovea_feed *feed, fovea_fault *fault)
{
    fovea_results results;
    bool fine = fovea_results_open(&results, feed->options, feed->engine->program, fault);
    while (fine) {
        fine = fovea_feed_run(feed, fault) && answer_batch(feed, &results, fault);
        if (!feed->filled)
            break;
    }
    return fovea_results_close(&results, fine, fault);
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Runs the first batch again and again: the first run warms up and does not count. */
static bool time_runs(fovea_feed *feed, int64_t runs, fovea_fault *fault)
{
    if (!fovea_feed_run(feed, fault) || (!feed->filled && !fovea_engine_run(feed->engine, fault)))
        return false;
    double *times = malloc(fovea_size(runs, sizeof *times));
    if (!times)
        return fovea_fail_memory(fault, fovea_size(runs, sizeof *times));
    bool fine = true;
    for (int64_t i = 0; fine && i < runs; i++) {
        double before = feed->engine->seconds;
        fine = fovea_engine_run(feed->engine, fault);
        times[i] = 1e3 * (feed->engine->seconds - before);
    }
    if (fine) {
        qsort(times, (size_t)runs, sizeof *times, compare_doubles);
        printf("time: median %.4f ms, min %.4f ms (%lld run%s, batch %lld)\n", times[runs / 2], times[0],
               (long long)runs, fovea_plural(runs), (long long)feed->engine->program->batch);
    }
    free(times);
    return fine;
}

static bool work(fovea_engine *engine, const fovea_options *options, fovea_fault *fault)
{
    if (options->selftest) {
        if (!fovea_engine_selftest(engine, fault))
            return false;
        printf("selftest: ok\n");
        if (!options->file_count && !options->time)
            return true;
    }
    fovea_feed feed;
    if (!fovea_feed_open(&feed, options, engine, fault))
        return false;
    bool fine = options->time     ? time_runs(&feed, options->time, fault)
                : options->labels ? fovea_accuracy(&feed, options->labels, fault)
                                  : answer(&feed, fault);
    fovea_feed_close(&feed);
    return fine;
}

int fovea_program_main(int argc, char **argv, const fovea_program *program)
{
    fovea_fault fault = {""};
    fovea_options options;
    fovea_engine engine;
    fovea_streams_prepare();
    bool fine = fovea_options_parse(&options, argc, argv, program, &fault);
    if (fine && !options.help) {
        fine = fovea_engine_open(&engine, program, options.threads, options.weights, &fault);
        if (fine) {
            fine = work(&engine, &options, &fault);
            fovea_engine_close(&engine);
        }
    }
    fovea_options_free(&options);
    errno = 0; /* an earlier write may be what failed: then nobody knows any more why */
    if ((fflush(stdout) != 0 || ferror(stdout)) && fine)
        fine = fovea_fail(&fault, "cannot write the answer%s%s", errno ? ": " : "", errno ? strerror(errno) : "");
    if (!fine)
        fprintf(stderr, "%s: error: %s\n", fovea_base_name(argv[0]), fault.text);
    return fine ? 0 : 1;
}
