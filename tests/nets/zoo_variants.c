/* zoo_variants.c - the nets of zoo.list with other parameters: shortcuts of residual nets, widths, depths and sizes
 * that papers and torchvision give figures for. Those that compute something else than the net itself are run as well.
 */
#include <criterion/criterion.h>

#include "report/layers.h"
#include "tests/support/emitted.h"
#include "tests/support/model.h"
#include "tests/support/targets.h"
#include "tests/support/zoo.h"
#include "weights/weights.h"

typedef struct Variant {
    const char *net, *defines;
    int64_t parameters, macs;
    const char *small; /* what to define besides for a short run; NULL: it is not run */
} Variant;

static const Variant variants[] = {
    {"resnet18", "shortcut=A", 11515688, 1794805760, "shortcut=A size=32"},
    {"resnet18", "shortcut=C", 12043816, 1878298624, NULL},
    {"resnet34", "shortcut=A", 21623848, 3644493824, NULL},
    {"resnet34", "shortcut=C", 22716840, 3830747136, NULL},
    {"resnet50", "shortcut=A", 22780456, 3729522688, NULL},
    {"resnet50", "shortcut=C", 40128552, 6555435008, NULL},
    {"cifar-resnet20", "shortcut=B", 272474, 40813184, "shortcut=B"},
    {"cifar-resnet32", "shortcut=B", 466906, 69124736, NULL},
    {"cifar-resnet44", "shortcut=B", 661338, 97436288, NULL},
    {"cifar-resnet56", "shortcut=B", 855770, 125747840, NULL},
    {"cifar-resnet110", "shortcut=B", 1730714, 253149824, NULL},
    {"cifar-resnet110", "depth=1202", 19421274, 2829238912, NULL},
    {"cifar-resnet20", "zeros=end", 269722, 40551040, "zeros=end"},
    {"mobilenetv1", "alpha=0.75", 2585560, 325400448, NULL},
    {"mobilenetv1", "alpha=0.5", 1331592, 149497088, "alpha=0.5 size=32"},
    {"mobilenetv1", "alpha=0.25", 470072, 41030272, NULL},
    {"densenet121", "depth=169", 14149480, 3359843328, NULL},
    {"densenet121", "depth=201", 20013928, 4291365888, NULL},
    {"shufflenet", "width=x0_5", 1366792, 40476448, "width=x0_5 size=32"},
    {"shufflenet", "width=x1_5", 3503624, 295759392, NULL},
    {"shufflenet", "width=x2_0", 7393996, 583253464, NULL},
    {"unet", "up=resize", 449794, 580124672, "up=resize size=40"},
    {"unet", "levels=4 width=64 colours=1 size=512", 31030658, 192384335872, NULL},
};

static const ZooNet *find_net(Arena *arena, const char *name)
{
    Zoo zoo = {0};
    Buf report = {0};
    cr_assert(zoo_read(arena, &zoo, &report), "%s", buf_text(&report));
    buf_free(&report);
    const ZooNet *net = zoo_find(&zoo, name);
    cr_assert(net, "zoo.list has no %s", name);
    return net;
}

Test(zoo, figures_of_variants)
{
    for (size_t i = 0; i < COUNT_OF(variants); i++) {
        const Variant *variant = &variants[i];
        Arena *arena = arena_new();
        Diag diag;
        Graph *graph = zoo_graph(arena, &diag, find_net(arena, variant->net), variant->defines);
        cr_assert(graph && diag.warnings == 0, "%s is not read with %s, or with warnings", variant->net,
                  variant->defines);
        Layers layers = layers_of(arena, graph);
        cr_expect(layers.parameters == variant->parameters && layers.macs == variant->macs,
                  "%s with %s: %lld parameters, %lld multiply-adds; not %lld, %lld", variant->net, variant->defines,
                  (long long)layers.parameters, (long long)layers.macs, (long long)variant->parameters,
                  (long long)variant->macs);
        arena_free(arena);
    }
}

static void run_variants(const char *target)
{
    for (size_t i = 0; i < COUNT_OF(variants); i++) {
        const Variant *variant = &variants[i];
        if (!variant->small || !target_takes(target, (uint32_t)i + 1, variant->small)) /* the first need not be, too */
            continue;
        Arena *arena = arena_new();
        Diag diag;
        Graph *graph = zoo_graph(arena, &diag, find_net(arena, variant->net), variant->small);
        cr_assert(graph && weights_bind(graph, &diag, "random:1"), "%s is not read with %s", variant->net,
                  variant->small);
        Tensor *inputs = inputs_random(graph, NUMBERS_USUAL, 1);
        double error = emitted_error(&diag, graph, target, inputs);
        cr_expect(error >= 0 && error <= 1e-4, "%s with %s on target %s is off by %.3g of the largest output",
                  variant->net, variant->small, target, error);
        tensors_free(inputs, graph->inputs.count);
        free(inputs);
        arena_free(arena);
    }
}

static void check_variants(const char *target)
{
    Emitted *emitted = emitted_new(target);
    if (!emitted)
        cr_skip_test("%s target %s", target_missing(target), target);
    emitted_free(emitted);
    run_variants(target);
}

TEST_EACH_TARGET(zoo, variants_run_as_the_reference, check_variants)
