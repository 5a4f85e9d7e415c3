/* opt.c - `fovea opt` (see opt.h). */
#include "driver/opt.h"
#include "ir/text.h"
#include "ir/verify.h"
#include "report/explained.h"
#include "support/file.h"

static Graph *read_graph(Arena *arena, Diag *diag, const char *path)
{
    uint32_t source = diag_read_source(diag, path, NOWHERE);
    Graph *graph = source ? graph_parse(arena, diag, source) : NULL;
    const char *broken = graph ? graph_verify(graph) : NULL;
    if (broken) {
        diag_error(diag, NOWHERE, "%s breaks a rule of graphs: %s", path, broken);
        return NULL;
    }
    return graph;
}

static bool run_passes(Arena *arena, Diag *diag, const Options *options, Graph **graph, const PassOptions *passes)
{
    unsigned state = graph_state(*graph);
    uint32_t count = options->passes.count ? options->passes.count : (uint32_t)pass_count;
    for (uint32_t i = 0; i < count; i++) {
        int pass = options->passes.count ? options->passes.at[i] : (int)i;
        const Pass *row = &pass_rows[pass];
        if (pass_in(options->disabled, pass) && !row->required)
            continue;
        if (!pass_run(graph, pass, passes, &state)) {
            diag_error(diag, NOWHERE, "pass %s does not run here: it needs the state %s, this graph has %s", row->name,
                       graph_states_text(arena, row->needs), graph_states_text(arena, state));
            return false;
        }
    }
    return true;
}

bool optimise_text(Arena *arena, Diag *diag, const Options *options)
{
    Graph *graph = read_graph(arena, diag, options->model);
    if (!graph)
        return false;
    Buf buf = {0};
    Explain explain = {.arena = arena};
    PassOptions passes = {.target = options->target,
                          .cache_bytes = options->cache_bytes,
                          .weights_as = options->weights_as,
                          .strict = options->strict,
                          .print_before = options->print_before,
                          .print_after = options->print_after,
                          .print = &buf,
                          .explain = options->explain ? &explain : NULL};
    bool fine = run_passes(arena, diag, options, &graph, &passes);
    if (fine) {
        explained_print(&buf, &explain, diag);
        graph_print(&buf, graph);
    }
    if (fine && options->output)
        fine = file_write_atomic(diag, options->output, buf_text(&buf), buf.length);
    else
        fwrite(buf_text(&buf), 1, buf.length, stdout);
    buf_free(&buf);
    return fine;
}
