/* accuracy.c - answers counted against right labels (see accuracy.h).
 *
 * Up to TABLE_CLASSES classes are shown as a table, rows the truth and columns the answer; with more, the pairs that
 * are confused most often are listed. A bar shows progress when standard error is a terminal.
 */
#include "accuracy.h"
#include "answer.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TABLE_CLASSES = 12, LISTED_PAIRS = 10, BAR = 40 };

typedef struct Tally {
    const fovea_port *port;
    int64_t classes, done, right;
    int64_t *counts; /* counts[truth * classes + answer] */
    bool bar;        /* a bar is on the screen */
} Tally;

static bool read_labels(fovea_bytes *file, fovea_idx *idx, const char *path, fovea_fault *fault)
{
    if (!fovea_bytes_read(file, path, (size_t)1 << 31, fault))
        return false;
    if (fovea_is_gzip(file->at, file->size) && !fovea_idx_unpack(file, path, fault))
        return false;
    if (!fovea_is_idx(file->at, file->size))
        return fovea_fail(fault, "%s is not an IDX file", path);
    if (!fovea_idx_parse(idx, file->at, file->size, path, fault))
        return false;
    return idx->rank == 1 || fovea_fail(fault, "%s holds pictures, not labels", path);
}

/* With --index there is one picture, and its label is the one of that number. */
static bool choose_label(fovea_idx *labels, const fovea_options *options, const fovea_program *program,
                         const char *path, fovea_fault *fault)
{
    if (options->index < 0)
        return true;
    if (options->file_count > program->input_count)
        return fovea_fail(fault, "--index with --labels takes one file of pictures");
    if (options->index >= labels->count)
        return fovea_fail(fault, "--index %lld: %s has %lld label%s, counted from 0", (long long)options->index, path,
                          (long long)labels->count, fovea_plural(labels->count));
    labels->data += options->index;
    labels->count = 1;
    return true;
}

static void show_progress(Tally *tally, int64_t total)
{
    if (!isatty(STDERR_FILENO) || !total)
        return;
    int filled = (int)(BAR * tally->done / total);
    tally->bar = true;
    fprintf(stderr, "\r[%.*s%*s] %3d %%", filled, "########################################", BAR - filled, "",
            (int)(100 * tally->done / total));
}

static void clear_progress(Tally *tally)
{
    if (tally->bar)
        fprintf(stderr, "\r%*s\r", BAR + 10, "");
    tally->bar = false;
}

static bool count_batch(const fovea_feed *feed, const fovea_idx *labels, const char *path, Tally *tally,
                        fovea_fault *fault)
{
    for (int64_t slot = 0; slot < feed->filled; slot++) {
        if (tally->done == labels->count)
            return fovea_fail(fault, "%s has %lld label%s, there are more pictures", path, (long long)labels->count,
                              fovea_plural(labels->count));
        int64_t truth = labels->data[tally->done];
        if (truth >= tally->classes)
            return fovea_fail(fault, "%s holds label %lld, output '%s' has %lld classes", path, (long long)truth,
                              tally->port->name, (long long)tally->classes);
        fovea_score answer;
        fovea_top(fovea_engine_output(feed->engine, 0, slot), (int)tally->classes, 1, &answer);
        tally->counts[truth * tally->classes + answer.index]++;
        tally->right += truth == answer.index;
        tally->done++;
    }
    return true;
}

static int name_width(const fovea_port *port, int64_t classes)
{
    int widest = 5;
    char number[24];
    for (int64_t i = 0; i < classes; i++) {
        int length = (int)strlen(fovea_label(port, i, number));
        widest = length > widest ? length : widest;
    }
    return widest;
}

static void print_table(const Tally *tally)
{
    int width = name_width(tally->port, tally->classes);
    char number[24];
    printf("\n%*s   answer\n    %-*s", width + 4, "", width, "truth");
    for (int64_t answer = 0; answer < tally->classes; answer++)
        printf(" %5lld", (long long)answer);
    printf("\n");
    for (int64_t truth = 0; truth < tally->classes; truth++) {
        printf("%3lld %-*s", (long long)truth, width, fovea_label(tally->port, truth, number));
        for (int64_t answer = 0; answer < tally->classes; answer++) {
            int64_t count = tally->counts[truth * tally->classes + answer];
            if (count)
                printf(" %5lld", (long long)count);
            else
                printf("     .");
        }
        printf("\n");
    }
}

/* The most frequent confusions, by repeated search: there are few to list. */
static void print_pairs(Tally *tally)
{
    char truth_number[24], answer_number[24];
    for (int64_t i = 0; i < tally->classes; i++)
        tally->counts[i * tally->classes + i] = 0;
    printf("\nmost often confused\n");
    for (int n = 0; n < LISTED_PAIRS; n++) {
        int64_t best = 0;
        for (int64_t i = 1; i < tally->classes * tally->classes; i++)
            best = tally->counts[i] > tally->counts[best] ? i : best;
        if (!tally->counts[best])
            break;
        printf("%6lld  %s taken for %s\n", (long long)tally->counts[best],
               fovea_label(tally->port, best / tally->classes, truth_number),
               fovea_label(tally->port, best % tally->classes, answer_number));
        tally->counts[best] = 0;
    }
}

static bool count_all(fovea_feed *feed, const fovea_idx *labels, const char *path, Tally *tally, fovea_fault *fault)
{
    do {
        if (!fovea_feed_run(feed, fault) || !count_batch(feed, labels, path, tally, fault))
            return false;
        if (tally->done % 64 < feed->filled)
            show_progress(tally, labels->count);
    } while (feed->filled);
    if (tally->done != labels->count)
        return fovea_fail(fault, "%s has %lld label%s, there %s %lld picture%s", path, (long long)labels->count,
                          fovea_plural(labels->count), tally->done == 1 ? "is" : "are", (long long)tally->done,
                          fovea_plural(tally->done));
    return true;
}

static void print_result(Tally *tally, double seconds)
{
    printf("accuracy: %.2f %% (%lld of %lld)\n", 100.0 * (double)tally->right / (double)tally->done,
           (long long)tally->right, (long long)tally->done);
    if (tally->classes <= TABLE_CLASSES)
        print_table(tally);
    else
        print_pairs(tally);
    printf("\n%.0f pictures per second\n", (double)tally->done / seconds);
}

bool fovea_accuracy(fovea_feed *feed, const char *labels, fovea_fault *fault)
{
    const fovea_port *port = &feed->engine->program->outputs[0];
    if (!fovea_port_is_list(port))
        return fovea_fail(fault, "--labels needs a net whose first output is a list of scores; '%s' is none",
                          port->name);
    Tally tally = {.port = port, .classes = fovea_port_count(port)};
    fovea_bytes file = {0};
    fovea_idx idx = {0};
    tally.counts = calloc(fovea_size(tally.classes * tally.classes, 1), sizeof *tally.counts);
    bool fine = tally.counts || fovea_fail_memory(fault, fovea_size(tally.classes, sizeof *tally.counts));
    fine = fine && read_labels(&file, &idx, labels, fault) &&
           choose_label(&idx, feed->options, feed->engine->program, labels, fault) &&
           count_all(feed, &idx, labels, &tally, fault);
    clear_progress(&tally);
    if (fine)
        print_result(&tally, feed->engine->seconds);
    free(tally.counts);
    fovea_bytes_free(&file);
    return fine;
}
