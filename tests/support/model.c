/* model.c - small nets and random inputs for tests (see model.h). */
#include "tests/support/model.h"

#include <math.h>

#include "elaborate/elaborate.h"
#include "weights/weights.h"

/* Into an initialised diag. */
static Graph *read_batch(Arena *arena, Diag *diag, const char *path, const char *text, const char *weights,
                         int64_t batch)
{
    ElaborateOptions options = {.batch = batch};
    Graph *graph;
    if (text)
        graph = elaborate_source(arena, diag, diag_add_source(diag, path, text, strlen(text)), &options);
    else
        graph = elaborate_file(arena, diag, path, &options);
    if (graph && weights && !weights_bind(graph, diag, weights))
        graph = NULL;
    diag_finish(diag);
    return graph;
}

Graph *model_read_batch(Arena *arena, Diag *diag, const char *path, const char *text, const char *weights,
                        int64_t batch)
{
    diag_init(diag, arena);
    return read_batch(arena, diag, path, text, weights, batch);
}

Graph *model_try(Arena *arena, Diag *diag, const char *text, int64_t batch)
{
    Buf said = {0};
    diag_init(diag, arena);
    diag->capture = &said;
    Graph *graph = read_batch(arena, diag, "net.fov", text, "random:1", batch);
    buf_free(&said);
    diag->capture = NULL;
    return graph;
}

Graph *model_read(Arena *arena, Diag *diag, const char *path, const char *text, const char *weights)
{
    return model_read_batch(arena, diag, path, text, weights, 1);
}

static uint32_t random_word(uint64_t seed, uint64_t index)
{
    uint32_t counter[4] = {(uint32_t)index, (uint32_t)(index >> 32), 0, 0}, result[4];
    philox4x32(counter, (uint32_t[]){(uint32_t)seed, (uint32_t)(seed >> 32)}, result);
    return result[0];
}

static double random_number(Numbers numbers, uint32_t word)
{
    static const float extremes[] = {0.0f,  -0.0f,   1e-30f, -1e-30f, 1.0f,    -1.0f,    88.0f, -88.0f,
                                     89.0f, -104.0f, 500.0f, -500.0f, 1000.0f, -1000.0f, 1e6f,  -1e6f};
    static const float specials[] = {NAN, INFINITY, -INFINITY, 0.0f, -0.0f};
    if (numbers == NUMBERS_EXTREME && word % 3 == 0)
        return extremes[(word >> 8) % COUNT_OF(extremes)];
    if (numbers == NUMBERS_SPECIAL && word % 13 == 0)
        return specials[(word >> 8) % COUNT_OF(specials)];
    return (double)(float)((double)(word >> 8) / (1 << 23) - 1);
}

static double random_byte(Numbers numbers, uint32_t word)
{
    return numbers == NUMBERS_EXTREME ? (word >> 8 & 1) * 255 : word >> 8 & 255;
}

Tensor *inputs_random(const Graph *graph, Numbers numbers, uint64_t seed)
{
    Tensor *inputs = calloc(graph->inputs.count + 1, sizeof *inputs);
    if (!inputs)
        fatal("out of memory");
    uint64_t drawn = 0;
    for (uint32_t i = 0; i < graph->inputs.count; i++) {
        const Type *type = &graph_node(graph, graph->inputs.at[i].node)->type;
        inputs[i] = tensor_new(&type->shape);
        int64_t count = shape_count(&type->shape);
        for (int64_t e = 0; e < count; e++) {
            uint32_t word = random_word(seed, drawn++);
            Numbers kind = i > 0 && numbers == NUMBERS_SPECIAL ? NUMBERS_USUAL : numbers;
            inputs[i].at[e] = type->dtype == DT_U8 ? random_byte(kind, word) : random_number(kind, word);
        }
    }
    return inputs;
}

void tensors_free(Tensor *tensors, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        tensor_free(&tensors[i]);
}
