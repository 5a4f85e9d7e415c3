/* target.c - the targets by name. */
#include "emit/target.h"
#include "emit/kernel.h"
#include "plan/tuned.h"

static const Target *const targets[] = {&target_c, &target_avx2, &target_avx512, &target_auto, &target_opencl};

static const InstructionSet plain = {
    .name = "c",
    .attribute = "",
    .tile = "",
    .kernel = "FOVEA_KERNEL ",
    .memory = "",
    .constant = "const ",
    .words =
        "/* Kernels stay functions of their own: gcc takes longer for some when it inlines all of them into one. */\n"
        "#ifdef __GNUC__\n"
        "#define FOVEA_KERNEL __attribute__((noinline))\n"
        "#else\n"
        "#define FOVEA_KERNEL\n"
        "#endif\n",
};

const Target target_c = {
    .name = "c",
    .synopsis = "portable C99, for any CPU and compiler",
    .sets = {&plain},
    .set_count = 1,
    .conv_form = c_conv_form,
    .tiles = &c_tiles,
};

const Target *target_at(int index)
{
    return index < (int)COUNT_OF(targets) ? targets[index] : NULL;
}

const Target *target_find(const char *name)
{
    for (int i = 0; target_at(i); i++)
        if (strcmp(target_at(i)->name, name) == 0)
            return target_at(i);
    return NULL;
}

const Target *target_for_devices(const Target *target, const char *kind)
{
    if (!target->opencl)
        return NULL;
    return strcmp(kind, "cpu") == 0 ? &target_opencl_cpu : strcmp(kind, "gpu") == 0 ? &target_opencl_gpu : NULL;
}

ConvForm target_conv_form(const Target *target, const Graph *graph, const Node *conv, bool vector_epilogue)
{
    return tuned_form(target, graph, conv, target->conv_form(graph, conv, vector_epilogue));
}

const ConvForm *target_conv_forms(const Target *target, const Graph *graph)
{
    ConvForm *forms = NEW_ARRAY(graph->arena, ConvForm, graph->nodes.count);
    bool *other_words = NEW_ARRAY(graph->arena, bool, graph->nodes.count);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        if (!node_is_none(node->kernel) && !node_is_piece(node) && !body_is_vector(graph->arena, node))
            other_words[node->kernel.index] = true;
    }
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        if (is_convolution(graph->nodes.at[i].op))
            forms[i] = target_conv_form(target, graph, &graph->nodes.at[i], !other_words[i]);
    return forms;
}
