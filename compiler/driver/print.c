/* print.c - what the compiler prints of its own work (see print.h). */
#include "driver/print.h"
#include "ir/text.h"
#include "report/explained.h"
#include "report/show.h"
#include "support/file.h"

static void print_and_free(Buf *buf)
{
    fwrite(buf_text(buf), 1, buf->length, stdout);
    buf_free(buf);
}

Graph *optimise(Diag *diag, const Options *options, const Graph *net, const Target *target)
{
    Graph *graph = (Graph *)net;
    Buf buf = {0};
    Explain explain = {.arena = net->arena};
    passes_run(&graph, &(PassOptions){.target = target_tuned(net->arena, target, options->tuned),
                                      .cache_bytes = options->cache_bytes,
                                      .weights_as = options->weights_as,
                                      .strict = options->strict,
                                      .disabled = options->disabled,
                                      .print_before = options->print_before,
                                      .print_after = options->print_after,
                                      .print = &buf,
                                      .explain = options->explain ? &explain : NULL});
    explained_print(&buf, &explain, diag);
    print_and_free(&buf);
    return graph;
}

void print_stages(const Options *options, const Graph *net, const Graph *graph, const Plan *plan)
{
    Buf buf = {0};
    if (options->print_ir) {
        buf_puts(&buf, "# as the model says it\n");
        graph_print(&buf, net);
        buf_printf(&buf, "\n# after the passes, for target %s\n", plan->target->name);
        graph_print(&buf, graph);
    }
    if (options->print_plan)
        plan_print(&buf, plan);
    print_and_free(&buf);
}

bool write_report(Diag *diag, const Options *options, Buf *buf)
{
    bool fine = true;
    if (options->output)
        fine = file_write_atomic(diag, options->output, buf_text(buf), buf->length);
    else
        fwrite(buf_text(buf), 1, buf->length, stdout);
    buf_free(buf);
    return fine;
}

bool print_layers(Diag *diag, const Options *options, const Graph *net, const Plan *plan)
{
    Buf buf = {0};
    if (options->show.memory)
        show_memory(&buf, plan, options->model);
    else if (options->json)
        show_json(&buf, net, plan, options->model);
    else if (options->show.plan)
        show_plan(&buf, plan, options->model);
    else
        show_table(&buf, net, plan, options->model, &options->show);
    return write_report(diag, options, &buf);
}

bool print_field(Diag *diag, const Options *options, const Graph *net)
{
    Buf buf = {0};
    if (rf_print(&buf, diag, net, options->model, &options->rf))
        return write_report(diag, options, &buf);
    buf_free(&buf);
    return false;
}
