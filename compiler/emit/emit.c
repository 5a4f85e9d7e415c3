/* emit.c - writes the files of a model (see emit.h). */
#include "emit/emit.h"
#include "emit/blob.h"
#include "emit/opencl.h"
#include "emit/selftest.h"
#include "support/file.h"

/* ---- the blob ---- */

static bool wants_selftest(const Graph *graph)
{
    int64_t work = 0; /* of a run; layers that count no multiply-adds count their elements */
    const bool *known = graph_known(graph->arena, graph);
    for (uint32_t i = 0; i < graph->nodes.count && work <= SELFTEST_MACS; i++) {
        const Node *node = &graph->nodes.at[i];
        const Op *row = op_row(node->op);
        if (!known[i])
            work += row->macs ? row->macs(graph, node) : shape_count(&node->type.shape);
    }
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        if (graph_node(graph, graph->outputs.at[i].node)->type.dtype != DT_F32)
            return false;
    return work <= SELFTEST_MACS;
}

/* A tensor of the weights, stored when it is written: one piece of memory serves them all in turn. */
typedef struct StoredTensor {
    const Plan *plan;
    const Buffer *buffer;
    void *memory; /* for the largest of them */
} StoredTensor;

static const void *store_tensor(const void *context)
{
    const StoredTensor *tensor = context;
    plan_store_weights(tensor->plan, tensor->buffer, tensor->memory);
    return tensor->memory;
}

static void *memory_for_largest(const Plan *plan, Arena *arena)
{
    int64_t largest = 0;
    for (uint32_t i = 0; i < plan->buffers.count; i++)
        if (plan->buffers.at[i].place == BUFFER_WEIGHTS)
            largest = MAX(largest, plan->buffers.at[i].bytes);
    return arena_alloc(arena, (size_t)largest);
}

typedef struct Blob {
    BlobSection *sections;
    uint32_t count, selftest; /* selftest: the first section of it; count when there is none */
    int64_t bytes;
} Blob;

static Blob blob_of(const Plan *plan, Arena *arena)
{
    const Graph *graph = plan->graph;
    Blob blob = {0};
    blob.sections = NEW_ARRAY(arena, BlobSection, plan->buffers.count + graph->inputs.count + graph->outputs.count);
    StoredTensor *tensors = NEW_ARRAY(arena, StoredTensor, plan->buffers.count);
    void *memory = memory_for_largest(plan, arena);
    for (uint32_t i = 0; i < plan->buffers.count; i++) {
        const Buffer *buffer = &plan->buffers.at[i];
        if (buffer->place != BUFFER_WEIGHTS)
            continue;
        tensors[i] = (StoredTensor){plan, buffer, memory};
        blob.sections[blob.count++] =
            (BlobSection){.count = (uint64_t)buffer->bytes, .make = store_tensor, .context = &tensors[i]};
    }
    blob.selftest = blob.count;
    if (wants_selftest(graph)) {
        selftest_sections(arena, graph, blob.sections + blob.count);
        blob.count += graph->inputs.count + graph->outputs.count;
    }
    blob.bytes = (int64_t)blob_layout(blob.sections, blob.count);
    return blob;
}

/* ---- the texts ---- */

typedef void TextWriter(const Emission *emission, Buf *out);

static bool write_text(Diag *diag, const Emission *emission, const char *directory, const char *suffix,
                       TextWriter *write)
{
    Buf out = {0};
    write(emission, &out);
    const char *name = arena_printf(emission->arena, "%s%s", emission->prefix, suffix);
    bool ok = file_write_atomic(diag, path_join(emission->arena, directory, name), out.text, out.length);
    buf_free(&out);
    return ok;
}

/* The array is made from the file just written, so that there is one writer of blobs. */
static bool write_array(Diag *diag, const Emission *emission, const char *directory)
{
    FileMapping blob;
    const char *name = arena_printf(emission->arena, "%s.weights", emission->prefix);
    if (!file_map(&blob, diag, path_join(emission->arena, directory, name), NOWHERE))
        return false;
    Buf out = {0};
    emit_array_text(emission, &out, blob.bytes, blob.count);
    file_unmap(&blob);
    name = arena_printf(emission->arena, "%s_weights.c", emission->prefix);
    bool ok = file_write_atomic(diag, path_join(emission->arena, directory, name), out.text, out.length);
    buf_free(&out);
    return ok;
}

/* Where in the model the first value stands that lives in a buffer. */
static Span buffer_span(const Plan *plan, uint32_t buffer)
{
    if (plan->buffers.at[buffer].place == BUFFER_WEIGHTS)
        return graph_node(plan->graph, plan->buffers.at[buffer].value)->span;
    for (uint32_t i = 0; i < plan->graph->nodes.count; i++)
        if (plan->buffer_of[i] == buffer)
            return plan->graph->nodes.at[i].span;
    return NOWHERE;
}

bool emit_fits(Diag *diag, const Plan *plan)
{
    uint32_t largest = BUFFER_NONE;
    for (uint32_t i = 0; i < plan->buffers.count; i++) {
        const Buffer *buffer = &plan->buffers.at[i];
        if (buffer->place == BUFFER_WORKSPACE &&
            (largest == BUFFER_NONE || buffer->bytes > plan->buffers.at[largest].bytes))
            largest = i;
        int64_t elements = layout_count(&buffer->type.layout, &buffer->type.shape);
        if (elements <= INT32_MAX)
            continue;
        diag_error(diag, buffer_span(plan, i),
                   "%s takes %lld elements as it is stored; emitted code counts to 2^31 - 1", buffer->name,
                   (long long)elements);
        return false;
    }
    if (plan->workspace_bytes / 4 <= INT32_MAX)
        return !plan->beside || emit_fits(diag, plan->beside);
    diag_error(diag, buffer_span(plan, largest),
               "values between layers take %lld elements together, this one most; emitted code counts to 2^31 - 1",
               (long long)(plan->workspace_bytes / 4));
    return false;
}

static bool write_blob(Diag *diag, const Plan *plan, const Blob *blob, const char *path)
{
    return blob_write(diag, path, plan->architecture, blob->sections, blob->count, blob->selftest);
}

static int64_t selftest_size(const Blob *blob)
{
    return blob->selftest < blob->count ? blob->bytes - (int64_t)blob->sections[blob->selftest].offset : 0;
}

bool emit_weights(Diag *diag, const Plan *plan, const char *path)
{
    if (!emit_fits(diag, plan) || !plan_weights_fit(diag, plan))
        return false;
    Arena *arena = arena_new();
    Blob blob = blob_of(plan, arena);
    bool ok = write_blob(diag, plan, &blob, path);
    arena_free(arena);
    return ok;
}

bool emit_model(Diag *diag, const Plan *plan, const EmitOptions *options, const char *directory)
{
    if (!emit_fits(diag, plan) || !plan_weights_fit(diag, plan))
        return false;
    Arena *arena = arena_new();
    Blob blob = blob_of(plan, arena);
    const char *prefix = options->prefix ? options->prefix : plan->graph->name;
    Emission emission = {.arena = arena,
                         .diag = diag,
                         .plan = plan,
                         .graph = plan->graph,
                         .options = options,
                         .prefix = prefix,
                         .macro = macro_text(arena, prefix),
                         .beside = "",
                         .ports = port_macros(arena, plan->graph),
                         .selftest = blob.selftest < blob.count,
                         .blob_bytes = blob.bytes,
                         .selftest_bytes = selftest_size(&blob)};
    const char *path = path_join(arena, directory, arena_printf(arena, "%s.weights", prefix));
    bool opencl = plan->target->opencl;
    bool ok = write_blob(diag, plan, &blob, path) && write_text(diag, &emission, directory, ".h", emit_header_text) &&
              write_text(diag, &emission, directory, ".c", opencl ? emit_opencl_host : emit_source_text);
    if (ok && opencl)
        ok = write_text(diag, &emission, directory, ".cl", emit_opencl_text);
    if (ok && options->embed == EMBED_INCBIN)
        ok = write_text(diag, &emission, directory, "_weights.S", emit_incbin_text);
    if (ok && options->embed == EMBED_ARRAY)
        ok = write_array(diag, &emission, directory);
    if (ok && options->program)
        ok = write_text(diag, &emission, directory, "_main.c", emit_main_text);
    arena_free(arena);
    return ok;
}
