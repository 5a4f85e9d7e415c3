/* selftest.c - a stored input and output: computed by the reference evaluator, kept in the blob, compared by the
 * emitted PREFIX_selftest(). */
#include "emit/selftest.h"
#include "emit/emit.h"
#include "emit/kernel.h"
#include "ir/eval.h"
#include "weights/weights.h"

enum { SELFTEST_SEED = 20260 };

static int64_t aligned(int64_t bytes)
{
    return (bytes + PLAN_ALIGNMENT - 1) / PLAN_ALIGNMENT * PLAN_ALIGNMENT;
}

/* ---- the numbers ---- */

/* Seeded values: 0..1 for floats, 0..255 for bytes. */
static void fill_input(Tensor *tensor, DType dtype, uint32_t port)
{
    int64_t count = shape_count(&tensor->shape);
    for (int64_t i = 0; i < count; i++) {
        const uint32_t counter[4] = {(uint32_t)(i / 4), port, 0, 0}, key[2] = {SELFTEST_SEED, 0};
        uint32_t random[4];
        philox4x32(counter, key, random);
        uint32_t word = random[i % 4];
        tensor->at[i] = dtype == DT_U8 ? (double)(word >> 24) : (double)(word >> 8) / (double)(1 << 24);
    }
}

/* A tensor as the emitted code sees it: f32 in logical order, or bytes interleaved. */
static void *stored_bytes(Arena *arena, const Type *type, const Tensor *tensor)
{
    int64_t count = shape_count(&type->shape), index[MAX_RANK] = {0};
    char *bytes = arena_alloc(arena, (size_t)type_bytes(type));
    for (int64_t i = 0; i < count; i++) {
        int64_t at = layout_offset(&type->layout, &type->shape, index);
        if (type->dtype == DT_U8)
            bytes[at] = (char)(unsigned char)tensor->at[i];
        else
            ((float *)(void *)bytes)[at] = (float)tensor->at[i];
        for (int axis = type->shape.rank - 1; axis >= 0 && ++index[axis] == type->shape.dim[axis]; axis--)
            index[axis] = 0;
    }
    return bytes;
}

void selftest_sections(Arena *arena, const Graph *graph, BlobSection *sections)
{
    Tensor *inputs = NEW_ARRAY(arena, Tensor, graph->inputs.count);
    Tensor *outputs = NEW_ARRAY(arena, Tensor, graph->outputs.count);
    for (uint32_t i = 0; i < graph->inputs.count; i++) {
        const Type *type = &graph_node(graph, graph->inputs.at[i].node)->type;
        inputs[i] = tensor_new(&type->shape);
        fill_input(&inputs[i], type->dtype, i);
        *sections++ =
            (BlobSection){.bytes = stored_bytes(arena, type, &inputs[i]), .count = (uint64_t)type_bytes(type)};
    }
    eval_graph(graph, inputs, outputs, NULL, NULL);
    for (uint32_t i = 0; i < graph->outputs.count; i++) {
        const Type *type = &graph_node(graph, graph->outputs.at[i].node)->type;
        *sections++ =
            (BlobSection){.bytes = stored_bytes(arena, type, &outputs[i]), .count = (uint64_t)type_bytes(type)};
        tensor_free(&outputs[i]);
    }
    for (uint32_t i = 0; i < graph->inputs.count; i++)
        tensor_free(&inputs[i]);
}

/* ---- the text ---- */

static void write_is_near(const Emission *emission, Buf *out)
{
    buf_puts(out, "/* Whether y is x to 1e-4 of the largest finite x, NaN being NaN. */\n");
    line_wrapped(out, arena_printf(emission->arena, "static int %s_is_near(const float *x, const float *y, int count)",
                                   emission->prefix));
    buf_puts(out,
             "{\n"
             "    float largest = 0.0f;\n"
             "    for (int i = 0; i < count; i++)\n"
             "        largest = fabsf(x[i]) > largest && fabsf(x[i]) < INFINITY ? fabsf(x[i]) : largest;\n"
             "    for (int i = 0; i < count; i++)\n"
             "        if (x[i] != y[i] && (x[i] == x[i] || y[i] == y[i]) && !(fabsf(x[i] - y[i]) <= 1e-4f * largest))\n"
             "            return 0;\n"
             "    return 1;\n}\n\n");
}

/* Finds the stored tensors and opens a session in the scratch memory, whose end takes the results. */
static void write_opening(const Emission *emission, Buf *out)
{
    const char *p = emission->prefix, *m = emission->macro;
    buf_puts(out,
             "    const void *stored;\n"
             "    size_t stored_bytes;\n"
             "    fovea_status status = fovea_weights_selftest(model->weights, model->bytes, &stored, &stored_bytes);\n"
             "    if (status != FOVEA_OK)\n"
             "        return status;\n");
    buf_printf(out, "    if (stored_bytes != %lld)\n        return FOVEA_WRONG_MODEL;\n",
               (long long)emission->selftest_bytes);
    buf_printf(out, "    if (bytes < %s_SELFTEST_BYTES)\n        return FOVEA_SMALL_WORKSPACE;\n", m);
    buf_printf(out, "    %s_session session;\n    status = %s_session_open(&session, model, scratch, bytes, 1);\n", p,
               p);
    buf_puts(out, "    if (status != FOVEA_OK)\n        return status;\n");
    buf_printf(out,
               "    const float *const tensors = (const float *)stored;\n"
               "    float *const results = (float *)scratch + %s_WORKSPACE_BYTES / 4;\n",
               m);
}

/* "tensors + 784" for a stored tensor at a byte offset; bytes are read through their own type. */
static void write_tensor(const Emission *emission, Buf *out, const Port *port, const char *base, int64_t bytes)
{
    const char *at = bytes ? arena_printf(emission->arena, "%s + %lld", base, (long long)(bytes / 4)) : base;
    if (graph_node(emission->graph, port->node)->type.dtype == DT_U8)
        buf_printf(out, "(const unsigned char *)(%s)", at);
    else
        buf_puts(out, at);
}

/* "const NAME_inputs inputs = {tensors, tensors + 784};": ports that lie one after another from byte `place` on, and
 * how far they reach. */
static int64_t write_struct(const Emission *emission, Buf *out, const char *which, const Port *ports, uint32_t count,
                            const char *base, int64_t place)
{
    Buf line = {0};
    buf_printf(&line, "const %s_%s %s = {", emission->prefix, which, which);
    for (uint32_t i = 0; i < count; i++) {
        buf_puts(&line, i ? ", " : "");
        write_tensor(emission, &line, &ports[i], base, place);
        place += aligned(port_bytes(emission, &ports[i]));
    }
    buf_puts(&line, count ? "};" : "NULL};");
    line_wrapped(out, buf_text(&line));
    buf_free(&line);
    return place;
}

void emit_selftest_text(const Emission *emission, Buf *out)
{
    const char *p = emission->prefix;
    const Graph *graph = emission->graph;
    if (emission->selftest)
        write_is_near(emission, out);
    line_wrapped(out, selftest_text(emission));
    buf_puts(out, "{\n");
    if (!emission->selftest) {
        buf_puts(out, "    (void)model;\n    (void)scratch;\n    (void)bytes;\n    return FOVEA_NO_SELFTEST;\n}\n");
        return;
    }
    write_opening(emission, out);
    out->indent++;
    int64_t expected = write_struct(emission, out, "inputs", graph->inputs.at, graph->inputs.count, "tensors", 0);
    write_struct(emission, out, "outputs", graph->outputs.at, graph->outputs.count, "results", 0);
    buf_line(out, "status = %s_run(&session, &inputs, &outputs);", p);
    buf_line(out, "%s_session_close(&session);", p);
    buf_line(out, "if (status != FOVEA_OK)");
    buf_line(out, "    return status;");
    for (uint32_t i = 0; i < graph->outputs.count; i++) {
        const Port *port = &graph->outputs.at[i];
        line_wrapped(out,
                     arena_printf(emission->arena, "if (!%s_is_near(tensors + %lld, outputs.%s, %s))", p,
                                  (long long)(expected / 4), port_field(emission, port), port_macro(emission, port)));
        buf_line(out, "    return FOVEA_FAILED_SELFTEST;");
        expected += aligned(port_bytes(emission, port));
    }
    buf_line(out, "return FOVEA_OK;");
    buf_close(out);
}
