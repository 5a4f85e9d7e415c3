/* table.c - every case on every target, against the reference evaluator; and that the cases leave no operation out. */
#include <criterion/criterion.h>

#include "emit/target.h"
#include "ops/winograd.h"
#include "pass/pass.h"
#include "tests/ops/cases.h"
#include "tests/support/emitted.h"
#include "tests/support/process.h"
#include "tests/support/sample.h"
#include "tests/support/targets.h"

enum { SECONDS_A_CASE = 60, ONE_IN_READ = 6 };

const char *op_case_text(Arena *arena, const OpCase *op_case, int64_t *batch)
{
    char *inputs;
    *batch = strtoll(op_case->inputs, &inputs, 10);
    inputs += *batch ? strlen(" of ") : 0;
    *batch = MAX(*batch, 1);
    const char *name = strchr(inputs, ':') ? "" : "x: ";
    bool whole = strchr(op_case->body, ';');
    return arena_printf(arena, "net n(%s%s) { %s%s%s }\n", name, inputs, whole ? "" : "return answer = ", op_case->body,
                        whole ? "" : ";");
}

Graph *op_case_graph(Arena *arena, Diag *diag, const OpCase *op_case)
{
    int64_t batch;
    const char *text = op_case_text(arena, op_case, &batch);
    return model_read_batch(arena, diag, "case.fov", text, "random:1", batch);
}

/* The graph as it is compiled for a target, and whether it is what the model says to the bit of an infinity. */
typedef struct Compiled {
    double error;  /* that Winograd's algorithm is expected to make */
    bool composed; /* layers were, or multiplied by Winograd's algorithm */
} Compiled;

/* What the rows of all operations in it allow, and one rounding for each value between two of them; twice what is
 * expected of Winograd's algorithm. */
static double tolerance(const Graph *graph, const Compiled *compiled)
{
    static const double rounding = 1.0 / (1 << 23);
    double sum = 2 * compiled->error;
    uint32_t maps = 0;
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Op *row = op_row(graph->nodes.at[i].op);
        sum += row->tolerance;
        maps += row->family == FAMILY_MAP;
    }
    return maps > 1 ? sum + rounding * maps : sum;
}

/* Extreme inputs say nothing about two inexact operations in a row: the first's error, small beside its largest
 * output, is large where the second one looks closely (conv, then sigmoid). */
static bool extremes_tell(const Graph *graph)
{
    uint32_t inexact = 0;
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        inexact += op_row(graph->nodes.at[i].op)->tolerance > 0;
    return inexact <= 1;
}

/* Special inputs say nothing of layers that were composed: infinities of opposite signs, which would have met in the
 * layer between, are not there. By Winograd's algorithm they meet in all outputs of a tile. */
static Compiled compile_graph(const Graph *graph, const Target *target)
{
    Explain explain = {.arena = graph->arena};
    Graph *optimised = (Graph *)graph;
    Compiled compiled = {0};
    passes_run(&optimised, &(PassOptions){.target = target, .explain = &explain});
    for (uint32_t i = 0; i < explain.notes.count; i++)
        compiled.composed |= explain.notes.at[i].done && strcmp(explain.notes.at[i].pass, "compose") == 0;
    for (uint32_t i = 0; i < optimised->nodes.count; i++) {
        const Node *node = &optimised->nodes.at[i];
        if (node->op != OP_conv_winograd)
            continue;
        const Winograd winograd = winograd_of(optimised, node);
        compiled.error += winograd_error(&winograd);
        compiled.composed = true;
    }
    return compiled;
}

typedef struct Check {
    Emitted *emitted;
    int model;
    const Graph *graph;
    const OpCase *op_case;
    const Target *target;
    enum { PASSED_OVER, READ, RUN } way; /* its text is looked at, or it is run, too */
} Check;

static bool check_numbers(const Check *check, const Compiled *compiled, Numbers numbers)
{
    static const char *const names[] = {
        [NUMBERS_USUAL] = "usual", [NUMBERS_EXTREME] = "extreme", [NUMBERS_SPECIAL] = "special"};
    const Graph *graph = check->graph;
    Tensor *expected = NEW_ARRAY(graph->arena, Tensor, graph->outputs.count);
    Tensor *actual = NEW_ARRAY(graph->arena, Tensor, graph->outputs.count);
    Tensor *inputs = inputs_random(graph, numbers, 7);
    bool good = emitted_run(check->emitted, check->model, inputs, actual);
    if (good) {
        char where[128];
        eval_graph(graph, inputs, expected, NULL, NULL);
        double error = outputs_error(graph, expected, actual, where), allowed = tolerance(graph, compiled);
        good = error <= allowed;
        if (!good)
            fprintf(stderr, "%s: %s { %s }: %s inputs: off by %.3g, %.3g is allowed: %s\n", check->target->name,
                    check->op_case->inputs, check->op_case->body, names[numbers], error, allowed, where);
    }
    return good;
}

static bool check_case(void *context)
{
    const Check *check = context;
    if (check->way == READ)
        return emitted_text_good(check->emitted, check->model);
    const Compiled compiled = compile_graph(check->graph, check->target);
    bool usual = check_numbers(check, &compiled, NUMBERS_USUAL);
    bool special = compiled.composed || check_numbers(check, &compiled, NUMBERS_SPECIAL);
    return (!extremes_tell(check->graph) || check_numbers(check, &compiled, NUMBERS_EXTREME)) && usual && special;
}

int op_cases_check(const char *target, int64_t cache, const OpCase *cases, uint32_t count)
{
    Target row;
    return target_tested(target, &row) ? op_cases_check_on(&row, cache, cases, count) : -1;
}

static Check add_case(Arena *arena, Emitted *emitted, const Target *target, const OpCase *op_case, uint32_t index)
{
    Diag diag;
    Check check = {emitted, -1, NULL, op_case, target, PASSED_OVER};
    if (target_takes(target->name, index, op_case->body))
        check.way = RUN;
    else if (target->opencl && sample_takes(ONE_IN_READ, "texts", index, op_case->body))
        check.way = READ;
    else
        return check;
    check.graph = op_case_graph(arena, &diag, op_case);
    if (check.graph)
        check.model =
            check.way == RUN ? emitted_add(emitted, &diag, check.graph) : emitted_add_text(emitted, &diag, check.graph);
    if (check.model < 0)
        fprintf(stderr, "%s: %s { %s } is not emitted\n", target->name, op_case->inputs, op_case->body);
    return check;
}

int op_cases_check_on(const Target *target, int64_t cache, const OpCase *cases, uint32_t count)
{
    Emitted *emitted = emitted_for(target);
    if (!emitted)
        return -1;
    emitted_cache(emitted, cache);
    Arena *arena = arena_new();
    Check *checks = NEW_ARRAY(arena, Check, count);
    int failed = 0;
    for (uint32_t i = 0; i < count; i++) {
        checks[i] = add_case(arena, emitted, target, &cases[i], i);
        failed += checks[i].way != PASSED_OVER && checks[i].model < 0;
    }
    bool compiled = emitted_compile(emitted);
    for (uint32_t i = 0; i < count && compiled; i++) {
        const char *name = arena_printf(arena, "%s: %s { %s }", target->name, cases[i].inputs, cases[i].body);
        bool good = checks[i].model < 0 || isolated(name, SECONDS_A_CASE, check_case, &checks[i]);
        if (!good)
            fprintf(stderr, "%s fails\n", name);
        failed += !good;
    }
    arena_free(arena);
    emitted_free(emitted);
    return compiled ? failed : (int)count;
}

static void check_target(const char *target)
{
    int failed = op_cases_check(target, 0, op_cases, op_case_count);
    if (failed < 0)
        cr_skip_test("%s target %s", target_missing(target), target);
    cr_expect_eq(failed, 0, "%d of %u cases fail on target %s", failed, op_case_count, target);
}

TEST_EACH_TARGET(ops, target, check_target)

/* A target that nobody checks would be a hole in this file. */
Test(ops, every_target_is_checked)
{
    for (int i = 0; target_at(i); i++) {
        bool found = false;
        for (size_t t = 0; t < COUNT_OF(targets_tested); t++)
            found = found || strcmp(targets_tested[t], target_at(i)->name) == 0;
        cr_expect(found, "target %s is not checked", target_at(i)->name);
    }
}

Test(ops, every_operation_has_a_case)
{
    Arena *arena = arena_new();
    bool seen[OP_COUNT] = {false};
    for (uint32_t c = 0; c < op_case_count; c++) {
        Diag diag;
        Graph *graph = op_case_graph(arena, &diag, &op_cases[c]);
        cr_expect(graph, "%s { %s } is not a model", op_cases[c].inputs, op_cases[c].body);
        for (uint32_t i = 0; graph && i < graph->nodes.count; i++)
            seen[graph->nodes.at[i].op] = true;
    }
    for (int op = 0; op < OP_COUNT; op++) {
        bool inner = op_row((OpId)op)->family == FAMILY_LANGUAGE || op == OP_pack || op == OP_part || op == OP_join ||
                     op == OP_conv_winograd || op == OP_transfer || op_row((OpId)op)->family == FAMILY_WEIGHTS;
        cr_expect(seen[op] || inner, "no case has %s", op_name((OpId)op));
    }
    arena_free(arena);
}
