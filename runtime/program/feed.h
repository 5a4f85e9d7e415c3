/* feed.h - the examples of all files, one after another, put into an engine's batch. */
#ifndef FOVEA_PROGRAM_FEED_H
#define FOVEA_PROGRAM_FEED_H

#include "engine.h"
#include "input.h"
#include "options.h"

typedef struct fovea_feed {
    const fovea_options *options;
    fovea_engine *engine;
    fovea_input *inputs; /* one a port, open when `is_open` */
    bool is_open;
    size_t next_file;
    int64_t count, next; /* of the files that are open: examples, and which comes next */
    char **names;        /* of the examples in the batch: "cat.png", "digits.idx 17" */
    int64_t filled;
} fovea_feed;

bool fovea_feed_open(fovea_feed *feed, const fovea_options *options, fovea_engine *engine, fovea_fault *fault);
/* Fills the batch and runs it; `filled` is 0 at the end. The places that are left in the last batch repeat old data. */
bool fovea_feed_run(fovea_feed *feed, fovea_fault *fault);
void fovea_feed_close(fovea_feed *feed);

#endif
