/* passes.c - passes on the text of graphs, to the byte, and that they keep what a graph means.
 *
 * tests/passes/NAME.ir is a graph whose first line says which passes to run, and for which target when it is not c:
 *
 *   # passes: affine, fuse for avx2
 *
 * NAME.out is what --explain says of that, and the graph's text afterwards. An empty one is filled by UPDATE=1.
 */
#include <criterion/criterion.h>

#include <ctype.h>
#include <unistd.h>

#include "ir/text.h"
#include "ir/verify.h"
#include "report/explained.h"
#include "tests/support/compare.h"
#include "tests/support/files.h"
#include "tests/support/process.h"
#include "weights/weights.h"

enum { SECONDS_A_GRAPH = 60 };

static const char FOLDER[] = "tests/passes";
static const double TOLERANCE = 1e-5;

/* Runs the passes of the first line. The text of what went wrong, or NULL. */
static const char *run_line(Arena *arena, const char *line, Graph **graph, Explain *explain)
{
    static const char begin[] = "# passes: ";
    if (strncmp(line, begin, strlen(begin)) != 0)
        return "the first line has to be '# passes: NAME, NAME'";
    char *words = arena_strndup(arena, line + strlen(begin), strcspn(line, "\n") - strlen(begin)), *rest = NULL;
    char *cache = strstr(words, " with cache "), *target = strstr(words, " for ");
    if (cache)
        *cache = '\0';
    if (target)
        *target = '\0';
    PassOptions options = {.target = target_find(target ? target + strlen(" for ") : "c"), .explain = explain};
    if (cache)
        options.cache_bytes = strtoll(cache + strlen(" with cache "), NULL, 10);
    if (!options.target)
        return "there is no such target";
    unsigned state = graph_state(*graph);
    for (char *word = strtok_r(words, ", ", &rest); word; word = strtok_r(NULL, ", ", &rest)) {
        int pass = pass_find(word);
        if (pass < 0 || !pass_run(graph, pass, &options, &state))
            return arena_printf(arena, "pass %s does not run here", word);
    }
    return NULL;
}

static bool check_graph(void *context)
{
    const char *name = context;
    Arena *arena = arena_new();
    Diag diag;
    diag_init(&diag, arena);
    const char *path = arena_printf(arena, "%s/%s.ir", FOLDER, name);
    uint32_t source = diag_read_source(&diag, path, NOWHERE);
    Graph *graph = source ? graph_parse(arena, &diag, source) : NULL;
    const char *wrong = graph ? graph_verify(graph) : "it is no graph";
    const Graph *before = graph;
    Explain explain = {.arena = arena};
    char where[128];
    if (!wrong && !weights_bind(graph, &diag, "random:1"))
        wrong = "it takes no random weights";
    if (!wrong)
        wrong = run_line(arena, diag_source(&diag, source)->text, &graph, &explain);
    if (!wrong && !(graphs_error(before, graph, 1, where) <= TOLERANCE))
        wrong = arena_printf(arena, "the passes change what it means: %s", where);
    Buf text = {0}, report = {0};
    if (wrong) {
        fprintf(stderr, "%s: %s\n", path, wrong);
    } else {
        explained_print(&text, &explain, &diag);
        graph_print(&text, graph);
        if (!text_expect(arena, &report, arena_printf(arena, "%s/%s.out", FOLDER, name), buf_text(&text)))
            wrong = "other text";
    }
    fputs(buf_text(&report), stderr);
    buf_free(&text);
    buf_free(&report);
    arena_free(arena);
    return !wrong;
}

Test(passes, texts)
{
    Arena *arena = arena_new();
    Paths graphs = files_in(arena, FOLDER, ".ir");
    uint32_t failed = 0;
    for (uint32_t i = 0; i < graphs.count; i++) {
        char *name = arena_strndup(arena, graphs.at[i], strlen(graphs.at[i]) - strlen(".ir"));
        failed += !isolated(name, SECONDS_A_GRAPH, check_graph, name);
    }
    cr_expect_eq(failed, 0, "%u of %u graphs fail", failed, graphs.count);
    cr_expect_geq(graphs.count, 3, "only %u graphs are in %s", graphs.count, FOLDER);
    arena_free(arena);
}

/* Every expected text belongs to a graph. */
Test(passes, no_orphans)
{
    Arena *arena = arena_new();
    Paths files = files_in(arena, FOLDER, ".out");
    for (uint32_t i = 0; i < files.count; i++) {
        const char *graph = arena_printf(arena, "%s/%.*s.ir", FOLDER, (int)strlen(files.at[i]) - 4, files.at[i]);
        cr_expect(access(graph, F_OK) == 0, "%s/%s belongs to no graph", FOLDER, files.at[i]);
    }
    arena_free(arena);
}

/* Every pass has a graph that it changes and, but for those that leave nothing, one that it leaves. */
Test(passes, each_has_a_graph)
{
    Arena *arena = arena_new();
    Paths files = files_in(arena, FOLDER, ".out");
    for (int p = 0; p < pass_count; p++) {
        bool did = false;
        const char *head = arena_printf(arena, "%s: %s\n", pass_rows[p].name, pass_rows[p].what);
        for (uint32_t i = 0; i < files.count; i++) {
            const char *text = text_read(arena, arena_printf(arena, "%s/%s", FOLDER, files.at[i]), NULL);
            did |= text && strstr(text, head) != NULL;
        }
        cr_expect(did, "no graph in %s shows what pass %s does", FOLDER, pass_rows[p].name);
    }
    arena_free(arena);
}
