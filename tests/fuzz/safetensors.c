/* safetensors.c - any file as weights: every tensor of one that is accepted can be read, and it fits a net or not.
 *
 * The net wants two tensors, so that the ways in which a file can miss them are taken too.
 */
#include "weights/safetensors.h"

#include "ir/text.h"
#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/model.h"
#include "weights/weights.h"

static const char net[] = "graph net\n"
                          "%0 = input \"x\" : f32[1, 3]\n"
                          "%1 = const \"fc.weight\" role=kernel fan_in=3 trainable : f32[2, 3]\n"
                          "%2 = const \"fc.bias\" role=bias trainable : f32[2]\n"
                          "%3 = fc(%0, %1, %2) at \"fc\" : f32[1, 2]\n"
                          "output \"y\" = %3\n";

static void read_tensors(const SafetensorsFile *file)
{
    for (uint32_t i = 0; i < file->tensors.count; i++) {
        const SafeTensor *tensor = &file->tensors.at[i];
        FUZZ_CHECK(safetensors_find(file, tensor->name) == tensor, "'%s' is not found", tensor->name);
        if (tensor->type == ST_OTHER)
            continue;
        float *numbers = calloc((size_t)shape_count(&tensor->shape) + 1, sizeof *numbers);
        if (!numbers)
            fatal("out of memory");
        FUZZ_CHECK(safetensors_read(tensor, numbers), "'%s' cannot be read", tensor->name);
        free(numbers);
    }
}

static bool bind_net(Arena *arena, Diag *diag)
{
    Graph *graph = graph_parse(arena, diag, diag_add_source(diag, "net.ir", net, strlen(net)));
    FUZZ_CHECK(graph, "the net is refused: %s", buf_text(diag->capture));
    bool bound = weights_bind(graph, diag, "net.safetensors");
    for (uint32_t i = 0; bound && i < graph->constants.count; i++)
        FUZZ_CHECK(graph->constants.at[i].data, "'%s' has no numbers", graph->constants.at[i].path);
    return bound;
}

int fuzz_one(const uint8_t *bytes, size_t size)
{
    Arena *arena = arena_new();
    Diag diag;
    Buf said = {0};
    diag_init(&diag, arena);
    diag.capture = &said;
    file_add("net.safetensors", bytes, size);
    SafetensorsFile file;
    bool opened = safetensors_open(&file, arena, &diag, "net.safetensors", NOWHERE);
    FUZZ_CHECK(diag.errors == !opened, "%u errors:\n%s", diag.errors, buf_text(&said));
    if (opened) {
        read_tensors(&file);
        safetensors_close(&file);
    }
    uint32_t errors = diag.errors;
    bool bound = bind_net(arena, &diag);
    FUZZ_CHECK((diag.errors > errors) == !bound && (opened || !bound), "%u errors:\n%s", diag.errors, buf_text(&said));
    fuzz_check_messages(&diag, &said);
    files_clear();
    buf_free(&said);
    arena_free(arena);
    return 0;
}
