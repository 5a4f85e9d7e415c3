/* docs.c - every ```fov block in the documents is a whole model, and the compiler takes it; and the references know
 * every operation. The language's own reference has more kinds of blocks: language.c.
 *
 * Imports and weights named in a block are relative to the document. Weights are random: the blocks show the language.
 * A block that is meant to be wrong belongs into tests/errors.
 */
#include <criterion/criterion.h>

#include "elaborate/elaborate.h"
#include "ops/op.h"
#include "pass/pass.h"
#include "tests/run/blocks.h"
#include "weights/weights.h"

static bool compiles(const Block *block)
{
    Arena *arena = arena_new();
    Diag diag;
    Buf capture = {0};
    diag_init(&diag, arena);
    diag.capture = &capture;
    uint32_t source = diag_add_source(&diag, block->document, block->text, strlen(block->text));
    Graph *graph = elaborate_source(arena, &diag, source, &(ElaborateOptions){0});
    bool good = graph && weights_bind(graph, &diag, "random:1");
    if (!good)
        fprintf(stderr, "%s: the block at line %d (positions below count from there):\n%s", block->document,
                block->line, buf_text(&capture));
    buf_free(&capture);
    arena_free(arena);
    return good;
}

Test(docs, examples_compile)
{
    Arena *arena = arena_new();
    int count = 0, failed = 0;
    Paths documents = files_below(arena, ".", ".md");
    for (uint32_t i = 0; i < documents.count; i++) {
        Blocks blocks = blocks_of(arena, documents.at[i]);
        for (uint32_t b = 0; b < blocks.count && !strstr(documents.at[i], "grammar/LANGUAGE.md"); b++)
            if (strncmp(blocks.at[b].kind, "fov", 3) == 0) {
                failed += !compiles(&blocks.at[b]);
                count++;
            }
    }
    arena_free(arena);
    cr_expect_eq(failed, 0, "%d of %d blocks in the documents do not compile", failed, count);
    cr_expect_geq(count, 2, "only %d blocks were found", count);
}

static int count_missing(const char *document, bool calls)
{
    Arena *arena = arena_new();
    const char *text = text_read(arena, document, NULL);
    int missing = 0;
    for (int op = 0; op < OP_COUNT; op++) {
        const Op *row = op_row((OpId)op);
        bool sign = op == OP_add || op == OP_sub || op == OP_mul || op == OP_div;
        bool wanted = calls ? (row->build || row->build_list) && !sign
                            : row->family != FAMILY_LANGUAGE && row->family != FAMILY_SOURCE;
        if (!wanted || strstr(text, arena_printf(arena, "`%s`", op_name((OpId)op))))
            continue;
        fprintf(stderr, "%s says nothing of %s\n", document, op_name((OpId)op));
        missing++;
    }
    arena_free(arena);
    return missing;
}

/* What can be called is in the language's reference, and what can be a node in that of graphs. */
Test(docs, every_operation_is_named)
{
    cr_expect_eq(count_missing("grammar/LANGUAGE.md", true), 0);
    cr_expect_eq(count_missing("compiler/IR.md", false), 0);
}

/* In their order, with what they say of themselves. */
Test(docs, every_pass_is_told)
{
    Arena *arena = arena_new();
    const char *at = text_read(arena, "compiler/README.md", NULL);
    for (int i = 0; i < pass_count && at; i++) {
        const char *row = arena_printf(arena, "\n| `%s` | %s |", pass_rows[i].name, pass_rows[i].what);
        at = strstr(at, row);
        cr_expect(at, "compiler/README.md does not say, in its place: %s", row + 1);
    }
    arena_free(arena);
}

/* The models that are shipped, with their default parameters. What has no net is there for others to import. */
Test(docs, example_models_compile)
{
    Arena *arena = arena_new();
    Paths models = files_below(arena, "examples", ".fov");
    for (uint32_t i = 0; i < models.count; i++) {
        Diag diag;
        Buf capture = {0};
        diag_init(&diag, arena);
        diag.capture = &capture;
        Graph *graph = elaborate_file(arena, &diag, models.at[i], &(ElaborateOptions){0});
        bool good = (graph && diag.warnings == 0) || strstr(buf_text(&capture), "no net in this file");
        cr_expect(good, "%s:\n%s", models.at[i], buf_text(&capture));
        buf_free(&capture);
    }
    cr_expect_geq(models.count, 1, "no model was found in examples/");
    arena_free(arena);
}
