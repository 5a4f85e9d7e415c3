/* source.c - every case, written as a model's text with its weights, is the same net when it is read again. */
#include <criterion/criterion.h>

#include "source/source.h"
#include "support/file.h"
#include "tests/ops/cases.h"
#include "tests/support/compare.h"
#include "tests/support/files.h"
#include "tests/support/scratch.h"

/* Numbers in the text may have as few digits as the nearest float needs. */
static const double TOLERANCE = 2e-6;

static int64_t elements(const Graph *net)
{
    return shape_count(&graph_node(net, net->inputs.at[0].node)->type.shape);
}

/* The net that was written, of as many examples; NULL after printing diagnostics. */
static Graph *read_again(Scratch *scratch, Diag *diag, const Graph *net)
{
    const char *weights = path_join(scratch->arena, scratch->folder, "again.safetensors");
    weights = path_exists(weights) ? weights : NULL;
    Graph *again = model_read(scratch->arena, diag, scratch->path, NULL, weights);
    const int64_t batch = again ? elements(net) / elements(again) : 1;
    return batch == 1 ? again : model_read_batch(scratch->arena, diag, scratch->path, NULL, weights, batch);
}

/* Outputs of the same elements, whatever their shapes. */
static double error_between(const Graph *net, const Graph *again, char where[128])
{
    Tensor *inputs = inputs_random(net, NUMBERS_USUAL, 3);
    Tensor *expected = NEW_ARRAY(net->arena, Tensor, net->outputs.count);
    eval_graph(net, inputs, expected, NULL, NULL);
    for (uint32_t i = 0; i < net->inputs.count; i++)
        inputs[i].shape = graph_node(again, again->inputs.at[i].node)->type.shape;
    for (uint32_t i = 0; i < net->outputs.count; i++)
        expected[i].shape = graph_node(again, again->outputs.at[i].node)->type.shape;
    const double error = graph_error(again, inputs, expected, where);
    tensors_free(inputs, net->inputs.count);
    tensors_free(expected, net->outputs.count);
    free(inputs);
    return error;
}

static void check_case(Scratch *scratch, const OpCase *op_case)
{
    Diag diag, again_diag;
    Graph *net = op_case_graph(scratch->arena, &diag, op_case);
    cr_assert(net, "%s { %s }", op_case->inputs, op_case->body);
    diag.capture = &scratch->said;
    if (!source_write(&diag, net, "case.onnx", scratch->path)) {
        cr_expect(false, "%s { %s } is not written: %s", op_case->inputs, op_case->body, buf_text(&scratch->said));
        return;
    }
    const Graph *again = read_again(scratch, &again_diag, net);
    char where[128];
    cr_assert(again, "%s { %s } is not read again", op_case->inputs, op_case->body);
    cr_assert_eq(again->inputs.count, net->inputs.count);
    cr_assert_eq(again->outputs.count, net->outputs.count);
    const double error = error_between(net, again, where);
    cr_expect_leq(error, TOLERANCE, "%s { %s }: %s in\n%s", op_case->inputs, op_case->body, where,
                  text_read(scratch->arena, scratch->path, NULL));
}

Test(source, every_case_is_read_again)
{
    for (uint32_t i = 0; i < op_case_count; i++) {
        Scratch scratch;
        scratch_begin(&scratch, "again.fov");
        check_case(&scratch, &op_cases[i]);
        scratch_end(&scratch);
    }
}
