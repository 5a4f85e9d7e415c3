/* language.c - any text as a model: it is refused with messages, or becomes a graph that keeps every rule.
 *
 * What is said of its layers adds up, and pixels do to a place what was counted. A text that parses can be formatted:
 * that keeps its syntax tree, and formatting it again changes nothing. A graph can be printed, and its text read back.
 */
#include "report/fold.h"
#include "report/trial.h"
#include "syntax/fmt.h"
#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/model.h"
#include "tests/support/ast_text.h"

enum { MOST_PIXELS = 1024, AFFORDABLE = 100 * 1000 };

/* The syntax tree of a text, printed. */
static void print_tree(Arena *arena, Diag *diag, uint32_t source, Buf *tree)
{
    ast_text(tree, parse_file(arena, diag, source));
}

static void check_format(FuzzModel *model)
{
    Diag diag;
    Buf said = {0}, once = {0}, twice = {0}, tree = {0}, tree_of_once = {0};
    diag_init(&diag, model->arena);
    diag.capture = &said;
    const Source *text = diag_source(&model->diag, model->source);
    uint32_t source = diag_add_source(&diag, "net.fov", text->text, text->length);
    print_tree(model->arena, &diag, source, &tree);
    bool right = diag.errors == 0;
    diag.errors = 0;
    FUZZ_CHECK(fmt_source(model->arena, &diag, source, &once) == right, "formatter and parser disagree");
    if (right) {
        source = diag_add_source(&diag, "formatted.fov", buf_text(&once), once.length);
        FUZZ_CHECK(fmt_source(model->arena, &diag, source, &twice), "what was formatted is refused:\n%s\n%s",
                   buf_text(&once), buf_text(&said));
        FUZZ_CHECK(once.length == twice.length && !memcmp(buf_text(&once), buf_text(&twice), once.length),
                   "formatting again changes:\n%s\ninto:\n%s", buf_text(&once), buf_text(&twice));
        print_tree(model->arena, &diag, source, &tree_of_once);
        FUZZ_CHECK(!strcmp(buf_text(&tree), buf_text(&tree_of_once)), "formatting changes the meaning:\n%s\n%s",
                   buf_text(&tree), buf_text(&tree_of_once));
    }
    buf_free(&said);
    buf_free(&once);
    buf_free(&twice);
    buf_free(&tree);
    buf_free(&tree_of_once);
}

static void check_layers(const FuzzModel *model)
{
    Layers layers = layers_of(model->arena, model->graph);
    for (int unfold = 0; unfold < 2; unfold++) {
        FoldedRows rows = fold_layers(model->arena, model->graph, &layers, unfold);
        uint32_t count = 0;
        for (uint32_t i = 0; i < rows.count; i++)
            count += rows.at[i].count;
        FUZZ_CHECK(count == layers.rows.count, "%u layers are %u in rows", layers.rows.count, count);
    }
}

/* Of the place in the middle of the answer; of small nets and pictures. */
static void check_field(const FuzzModel *model)
{
    const Graph *net = model->graph;
    NodeId unit = net->outputs.at[0].node;
    const Field *fields = fields_of(model->arena, net), *field = &fields[unit.index];
    int64_t pixels = 0, place[2];
    for (uint32_t i = 0; i < net->inputs.count; i++)
        pixels += shape_count(&graph_node(net, net->inputs.at[i].node)->type.shape);
    for (int s = 0; s < 2; s++)
        place[s] = side_places(field, graph_node(net, unit), s) / 2;
    if (!field->known || field->lost || field->side[0].mixed || field->side[1].mixed || pixels > MOST_PIXELS ||
        graph_cost(net) > AFFORDABLE)
        return;
    const Area *areas = paths_to(model->arena, net, fields, unit, place);
    FUZZ_CHECK(areas, "a small net has too many places");
    Trial trial = trial_run(net, fields, areas, unit, place, true);
    FUZZ_CHECK(!trial.possible || trial.outside_is_silent, "pixels outside of its field change a place");
    FUZZ_CHECK(!trial.silent, "%lld of %lld pixels inside do not change a place", (long long)trial.silent,
               (long long)trial.tried);
}

int fuzz_one(const uint8_t *bytes, size_t size)
{
    FuzzModel model;
    fuzz_model_begin(&model, bytes, size);
    check_format(&model);
    fuzz_model_elaborate(&model);
    if (model.graph) {
        fuzz_check_graph(model.arena, model.graph);
        check_layers(&model);
        check_field(&model);
    }
    fuzz_model_end(&model);
    return 0;
}
