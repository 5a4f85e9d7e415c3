/* save.c - the weights of a net as a safetensors file: what was bound, under the layers' names. */
#include "weights/safetensors.h"
#include "weights/weights.h"

bool weights_save(const Graph *graph, Diag *diag, const char *path)
{
    SafeTensor *tensors = NEW_ARRAY(graph->arena, SafeTensor, graph->constants.count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < graph->constants.count; i++) {
        const Constant *constant = &graph->constants.at[i];
        if (constant->kind != CONSTANT_LOADED)
            continue;
        tensors[count++] = (SafeTensor){.name = constant->path,
                                        .type = ST_F32,
                                        .type_name = "F32",
                                        .shape = constant->shape,
                                        .data = (const unsigned char *)constant->data,
                                        .bytes = (size_t)shape_count(&constant->shape) * sizeof *constant->data};
    }
    return safetensors_write(diag, path, tensors, count);
}
