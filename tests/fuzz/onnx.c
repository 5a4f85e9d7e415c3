/* onnx.c - any file as an ONNX model, and as a tensor of test data: it is refused with messages, or becomes a graph
 * that keeps every rule, goes through the passes, and is planned.
 *
 * Damaged bytes seldom reach further than the unpacking. So most inputs are changed as what they say: fields of nodes,
 * attributes, sizes and names, in a message that is packed again.
 */
#include "emit/target.h"
#include "import/model.h"
#include "ir/verify.h"
#include "pass/pass.h"
#include "plan/plan.h"
#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/model.h"

enum { AFFORDABLE = 20 * 1000 };

/* ---- what is promised ---- */

static void check_passes(const Graph *net)
{
    Graph *graph = (Graph *)(uintptr_t)net;
    const Target *target = target_at(0);
    passes_run(&graph, &(PassOptions){.target = target});
    const char *broken = plan_verify(plan_make(graph, target));
    FUZZ_CHECK(!broken, "the plan is broken: %s", broken);
}

static void read_model(Arena *arena, Diag *diag)
{
    ImportPorts ports = {0};
    const Graph *graph = import_file(arena, diag, "net.onnx", &(ImportOptions){.batch = 1}, &ports);
    FUZZ_CHECK(!graph == (diag->errors > 0), "%s, and %u errors:\n%s", graph ? "a graph" : "none", diag->errors,
               buf_text(diag->capture));
    if (!graph)
        return;
    FUZZ_CHECK(ports.inputs.count == graph->inputs.count && ports.outputs.count == graph->outputs.count,
               "%u inputs and %u outputs of the model are %u and %u", ports.inputs.count, ports.outputs.count,
               graph->inputs.count, graph->outputs.count);
    const char *broken = graph_verify(graph);
    FUZZ_CHECK(!broken, "it is a broken graph: %s", broken);
    if (graph_cost(graph) < AFFORDABLE) {
        fuzz_check_graph(arena, graph);
        check_passes(graph);
    }
}

static void read_tensor(Arena *arena, Diag *diag)
{
    const Value *value = import_tensor_file(arena, diag, "net.onnx");
    FUZZ_CHECK(!value == (diag->errors > 0), "%s, and %u errors:\n%s", value ? "a tensor" : "none", diag->errors,
               buf_text(diag->capture));
    int64_t sum = 0;
    for (int64_t i = 0; value && i < value_count(&value->shape); i++)
        sum += value->integers ? value->integers[i] & 1 : value->floats[i] > 0;
    FUZZ_CHECK(value || sum == 0, "a sum of nothing");
}

int fuzz_one(const uint8_t *bytes, size_t size)
{
    void (*const readers[])(Arena *, Diag *) = {read_model, read_tensor};
    file_add("net.onnx", bytes, size);
    for (size_t i = 0; i < COUNT_OF(readers); i++) {
        Arena *arena = arena_new();
        Diag diag;
        Buf said = {0};
        diag_init(&diag, arena);
        diag.capture = &said;
        readers[i](arena, &diag);
        fuzz_check_messages(&diag, &said);
        buf_free(&said);
        arena_free(arena);
    }
    files_clear();
    return 0;
}

/* ---- other models ---- */

/* Of libFuzzer, which calls the first one. */
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t room, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t room) __attribute__((weak));

static unsigned drawn(unsigned *state, size_t below)
{
    *state = *state * 1664525U + 1013904223U;
    return below ? (unsigned)((*state >> 8) % below) : 0;
}

static int64_t some_integer(unsigned *state, int64_t before)
{
    static const int64_t odd[] = {0, 1, -1, 2, 3, 7, -2, 1 << 24, INT32_MAX, INT64_MAX, INT64_MIN, INT64_C(1) << 32};
    switch (drawn(state, 4)) {
    case 0:
        return (int64_t)((uint64_t)before + 1);
    case 1:
        return (int64_t)((uint64_t)before - 1);
    case 2:
        return (int64_t)drawn(state, 5);
    default:
        return odd[drawn(state, COUNT_OF(odd))];
    }
}

static char *some_type(unsigned *state)
{
    uint32_t rows = 0, folds = 0;
    while (import_row_at(rows))
        rows++;
    while (import_fold_type(folds))
        folds++;
    const uint32_t i = drawn(state, rows + folds);
    return (char *)(uintptr_t)(i < rows ? import_row_at(i)->type : import_fold_type(i - rows));
}

static void change_attribute(unsigned *state, Onnx__AttributeProto *a)
{
    if (a->n_ints && drawn(state, 4))
        a->ints[drawn(state, a->n_ints)] = some_integer(state, a->ints[0]);
    else if (a->n_ints)
        a->n_ints--;
    else if (a->has_i)
        a->i = some_integer(state, a->i);
    else if (a->has_f)
        a->f = (float)some_integer(state, (int64_t)drawn(state, 9)) / 4;
    else if (a->t && a->t->n_dims)
        a->t->dims[drawn(state, a->t->n_dims)] = some_integer(state, a->t->dims[0]);
}

/* A name that some node of the graph makes, or reads. */
static char *some_name(unsigned *state, const Onnx__GraphProto *graph)
{
    const Onnx__NodeProto *node = graph->node[drawn(state, graph->n_node)];
    const bool made = drawn(state, 2);
    const size_t count = made ? node->n_output : node->n_input;
    return count ? (made ? node->output : node->input)[drawn(state, count)] : (char *)(uintptr_t) "";
}

static void change_node(unsigned *state, const Onnx__GraphProto *graph)
{
    Onnx__NodeProto *node = graph->node[drawn(state, graph->n_node)];
    switch (drawn(state, 6)) {
    case 0:
        node->op_type = some_type(state);
        break;
    case 1:
        if (node->n_input)
            node->input[drawn(state, node->n_input)] = some_name(state, graph);
        break;
    case 2:
        node->n_input -= node->n_input > 0;
        break;
    case 3:
        node->n_attribute -= node->n_attribute > 0;
        break;
    default:
        if (node->n_attribute)
            change_attribute(state, node->attribute[drawn(state, node->n_attribute)]);
    }
}

static void change_weight(unsigned *state, Onnx__TensorProto *tensor)
{
    static const int32_t types[] = {ONNX_F32, ONNX_I64, ONNX_I32, ONNX_BOOL, ONNX_F16, ONNX_U8, ONNX_F64, ONNX_BF16, 8};
    if (tensor->n_dims && drawn(state, 3))
        tensor->dims[drawn(state, tensor->n_dims)] = some_integer(state, tensor->dims[0]);
    else if (drawn(state, 2))
        tensor->n_dims -= tensor->n_dims > 0;
    else
        tensor->data_type = types[drawn(state, COUNT_OF(types))];
}

static void change_input(unsigned *state, const Onnx__ValueInfoProto *input)
{
    Onnx__TypeProto *type = input->type;
    if (!type || type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE || !type->tensor_type->shape)
        return;
    Onnx__TensorShapeProto *shape = type->tensor_type->shape;
    if (shape->n_dim && drawn(state, 4))
        shape->dim[drawn(state, shape->n_dim)]->dim_value = some_integer(state, shape->dim[0]->dim_value);
    else
        shape->n_dim -= shape->n_dim > 0;
}

static void change_model(unsigned *state, Onnx__ModelProto *model)
{
    Onnx__GraphProto *graph = model->graph;
    switch (drawn(state, 8)) {
    case 0:
        if (model->n_opset_import)
            model->opset_import[0]->version = 1 + drawn(state, 27);
        break;
    case 1:
        if (graph->n_initializer)
            change_weight(state, graph->initializer[drawn(state, graph->n_initializer)]);
        break;
    case 2:
        if (graph->n_input)
            change_input(state, graph->input[drawn(state, graph->n_input)]);
        break;
    case 3:
        if (graph->n_output && graph->n_node)
            graph->output[drawn(state, graph->n_output)]->name = some_name(state, graph);
        break;
    default:
        if (graph->n_node)
            change_node(state, graph);
    }
}

static void *arena_of_message(void *arena, size_t bytes)
{
    return arena_try(arena, bytes + !bytes);
}

static void free_with_arena(void *arena, void *pointer)
{
    (void)arena;
    (void)pointer;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t room, unsigned seed)
{
    unsigned state = seed;
    Arena *arena = arena_new();
    ProtobufCAllocator allocator = {arena_of_message, free_with_arena, arena};
    Onnx__ModelProto *model = drawn(&state, 4) ? onnx__model_proto__unpack(&allocator, size, bytes) : NULL;
    size_t packed = 0;
    if (model && model->graph) {
        change_model(&state, model);
        packed = onnx__model_proto__get_packed_size(model);
        if (packed <= room)
            onnx__model_proto__pack(model, bytes);
    }
    arena_free(arena);
    return packed && packed <= room ? packed : LLVMFuzzerMutate(bytes, size, room);
}
