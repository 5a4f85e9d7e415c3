/* feed.c - the examples of all files, one after another (see feed.h).
 *
 * A net with one input takes any number of files, each with any number of examples. A net with several takes one file
 * for each, and example i is example i of every file. Files are opened one at a time. A net without inputs has one
 * example.
 */
#include "feed.h"

#include <stdlib.h>

bool fovea_feed_open(fovea_feed *feed, const fovea_options *options, fovea_engine *engine, fovea_fault *fault)
{
    const fovea_program *program = engine->program;
    *feed = (fovea_feed){.options = options, .engine = engine};
    feed->inputs = calloc(program->input_count + 1, sizeof *feed->inputs);
    feed->names = calloc((size_t)program->batch, sizeof *feed->names);
    if (feed->inputs && feed->names)
        return true;
    fovea_feed_close(feed);
    return fovea_fail_memory(fault, (size_t)program->batch * sizeof *feed->names);
}

static void close_files(fovea_feed *feed)
{
    for (size_t i = 0; feed->is_open && i < feed->engine->program->input_count; i++)
        fovea_input_close(&feed->inputs[i]);
    feed->is_open = false;
}

/* Opens the next file, or one for each input; they must agree on the number of examples. */
static bool open_files(fovea_feed *feed, fovea_fault *fault)
{
    const fovea_program *program = feed->engine->program;
    const char *const *files = feed->options->files + feed->next_file;
    feed->is_open = true;
    for (size_t i = 0; i < program->input_count; i++) {
        if (!fovea_input_open(&feed->inputs[i], files[i], &program->inputs[i], fault))
            return false;
        if (feed->inputs[i].count != feed->inputs[0].count)
            return fovea_fail(fault, "%s has %lld example%s, %s has %lld", files[0], (long long)feed->inputs[0].count,
                              fovea_plural(feed->inputs[0].count), files[i], (long long)feed->inputs[i].count);
    }
    feed->next_file += program->input_count;
    feed->count = feed->inputs[0].count;
    feed->next = 0;
    int64_t index = feed->options->index;
    if (index >= 0) {
        if (index >= feed->count)
            return fovea_fail(fault, "--index %lld: %s has %lld example%s, counted from 0", (long long)index, files[0],
                              (long long)feed->count, fovea_plural(feed->count));
        feed->next = index;
    }
    return true;
}

static bool place_example(fovea_feed *feed, int64_t slot, fovea_fault *fault)
{
    const fovea_program *program = feed->engine->program;
    for (size_t i = 0; i < program->input_count; i++)
        if (!fovea_input_get(&feed->inputs[i], feed->next, fovea_engine_input(feed->engine, i, slot), fault))
            return false;
    free(feed->names[slot]);
    const char *path = feed->inputs[0].path;
    feed->names[slot] = feed->count == 1 ? fovea_text("%s", path) : fovea_text("%s %lld", path, (long long)feed->next);
    if (!feed->names[slot])
        return fovea_fail_memory(fault, 1);
    feed->next = feed->options->index >= 0 ? feed->count : feed->next + 1;
    return true;
}

/* The only example of a net without inputs, once. */
static bool run_once(fovea_feed *feed, fovea_fault *fault)
{
    feed->filled = feed->next++ == 0;
    if (!feed->filled)
        return true;
    feed->names[0] = fovea_text("%s", feed->engine->program->name);
    return feed->names[0] ? fovea_engine_run(feed->engine, fault) : fovea_fail_memory(fault, 1);
}

bool fovea_feed_run(fovea_feed *feed, fovea_fault *fault)
{
    if (!feed->engine->program->input_count)
        return run_once(feed, fault);
    feed->filled = 0;
    while (feed->filled < feed->engine->program->batch) {
        if (feed->is_open && feed->next == feed->count)
            close_files(feed);
        if (!feed->is_open) {
            if (feed->next_file == feed->options->file_count)
                break;
            if (!open_files(feed, fault))
                return false;
        }
        if (!place_example(feed, feed->filled, fault))
            return false;
        feed->filled++;
    }
    return feed->filled == 0 || fovea_engine_run(feed->engine, fault);
}

void fovea_feed_close(fovea_feed *feed)
{
    if (feed->inputs)
        close_files(feed);
    for (int64_t i = 0; feed->names && i < feed->engine->program->batch; i++)
        free(feed->names[i]);
    free(feed->names);
    free(feed->inputs);
    *feed = (fovea_feed){.engine = feed->engine};
}
