/* zoo_passes.c - what passes leave of the nets of the zoo: layers that they fold or fuse away everywhere, copies that
 * are views, and the workspace that plans take. All at full size and for every target.
 *
 * That each pass keeps what nets compute is seen on some small ones at the end, and on all of them by tests/all/zoo.c.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "ops/op.h"
#include "pass/pass.h"
#include "plan/plan.h"
#include "tests/nets/zoo_figures.h"
#include "tests/support/passes.h"
#include "tests/support/zoo.h"
#include "weights/weights.h"

static Zoo read_zoo(Arena *arena)
{
    Zoo zoo = {0};
    Buf report = {0};
    cr_assert(zoo_read(arena, &zoo, &report), "%s", buf_text(&report));
    buf_free(&report);
    return zoo;
}

/* A net of the zoo after all passes but those disabled, planned; `more` as for zoo_graph. */
static Plan *planned_without(Arena *arena, const char *name, const char *more, const Target *target, PassSet disabled)
{
    Diag diag;
    Zoo zoo = read_zoo(arena);
    const ZooNet *net = zoo_find(&zoo, name);
    cr_assert(net, "zoo.list has no %s", name);
    Graph *graph = zoo_graph(arena, &diag, net, more);
    cr_assert(graph, "%s is not read with '%s'", name, more ? more : "");
    passes_run(&graph, &(PassOptions){.target = target, .disabled = disabled});
    return plan_make(graph, target);
}

static Plan *planned(Arena *arena, const char *name, const char *more, const Target *target)
{
    return planned_without(arena, name, more, target, 0);
}

static uint32_t nodes_of(const Plan *plan, OpId op)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->graph->nodes.count; i++)
        count += plan->graph->nodes.at[i].op == op;
    return count;
}

/* Steps whose kernel begins with such an operation: those that are computed by no other one. */
static uint32_t steps_of(const Plan *plan, OpId op)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->steps.count; i++)
        count += graph_node(plan->graph, plan->steps.at[i].leader)->op == op;
    return count;
}

/* ---- residual nets ---- */

static void check_residual(const char *name, const char *more)
{
    static const OpId gone[] = {OP_batchnorm, OP_dropout}, fused[] = {OP_normalize, OP_relu};
    for (int t = 0; target_at(t); t++) {
        Arena *arena = arena_new();
        const Plan *plan = planned(arena, name, more, target_at(t));
        for (size_t i = 0; i < COUNT_OF(gone); i++)
            cr_expect_eq(nodes_of(plan, gone[i]), 0, "%s for %s has a %s left", name, target_at(t)->name,
                         op_name(gone[i]));
        for (size_t i = 0; i < COUNT_OF(fused); i++)
            cr_expect_eq(steps_of(plan, fused[i]), 0, "%s %s for %s has %u kernels of %s alone", name, more ? more : "",
                         target_at(t)->name, steps_of(plan, fused[i]), op_name(fused[i]));
        uint32_t sums = steps_of(plan, OP_add);
        cr_expect(nodes_of(plan, OP_add) > 0, "%s has no sum at all", name);
        cr_expect_eq(sums, 0, "%s %s for %s has %u kernels of add alone", name, more ? more : "", target_at(t)->name,
                     sums);
        arena_free(arena);
    }
}

/* Every ResNet, and those with the shortcuts that its paper calls A, which are not convolutions. */
Test(zoo_passes, residual_nets_are_convolutions_alone)
{
    Arena *arena = arena_new();
    Zoo zoo = read_zoo(arena);
    uint32_t nets = 0;
    for (uint32_t i = 0; i < zoo.nets.count; i++) {
        if (!strstr(zoo.nets.at[i].name, "resnet"))
            continue;
        check_residual(zoo.nets.at[i].name, NULL);
        nets++;
    }
    cr_expect_geq(nets, 13);
    check_residual("resnet18", "shortcut=A");
    check_residual("resnet50", "shortcut=A");
    check_residual("resnet34", "shortcut=C");
    check_residual("cifar-resnet20", "shortcut=B");
    check_residual("cifar-resnet20", "zeros=end");
    arena_free(arena);
}

/* ---- views ---- */

typedef struct Copies {
    const char *net;
    uint32_t slices, concats;
} Copies;

/* Nets that have copies left: rows of maps cut in two halves and joined again; every second pixel; and the half of the
 * channels that passes by a block of ShuffleNet, in the order of the shuffle, which were two copies of all channels. */
static const Copies copies[] = {
    {"googlenet-torchvision-heads", 8, 4},
    {"shufflenet", 0, 13},
    {"cifar-resnet20", 2, 0},
    {"cifar-resnet32", 2, 0},
    {"cifar-resnet44", 2, 0},
    {"cifar-resnet56", 2, 0},
    {"cifar-resnet110", 2, 0},
};

static Copies copies_of(const char *net)
{
    for (size_t i = 0; i < COUNT_OF(copies); i++)
        if (strcmp(copies[i].net, net) == 0)
            return copies[i];
    return (Copies){0};
}

Test(zoo_passes, what_can_be_a_view_is_one)
{
    Arena *list = arena_new();
    Zoo zoo = read_zoo(list);
    for (uint32_t i = 0; i < zoo.nets.count; i++) {
        const char *name = zoo.nets.at[i].name;
        Copies expected = copies_of(name);
        for (int t = 0; target_at(t); t++) {
            Arena *arena = arena_new();
            const Plan *plan = planned(arena, name, NULL, target_at(t));
            uint32_t slices = steps_of(plan, OP_slice), concats = steps_of(plan, OP_concat);
            cr_expect(slices == expected.slices && concats == expected.concats,
                      "%s for %s copies %u slices and %u concats, not %u and %u", name, target_at(t)->name, slices,
                      concats, expected.slices, expected.concats);
            for (uint32_t s = 0; s < plan->steps.count; s++) {
                const Node *leader = graph_node(plan->graph, plan->steps.at[s].leader);
                cr_expect(op_row(leader->op)->family != FAMILY_VIEW && leader->op != OP_dropout,
                          "%s has a kernel for %s", name, op_name(leader->op));
            }
            arena_free(arena);
        }
    }
    arena_free(list);
}

/* ---- blocks ---- */

typedef struct Packs {
    const char *net;
    uint32_t avx512, avx2;
} Packs;

/* Nets in which a value is copied from one order of its elements to another by a kernel of its own. */
static const Packs packs[] = {
    {"lenet5", 1, 1},         {"googlenet-torchvision-heads", 4, 4},
    {"squeezenet", 2, 1},     {"cifar-resnet20", 4, 4},
    {"cifar-resnet32", 4, 4}, {"cifar-resnet44", 4, 4},
    {"cifar-resnet56", 4, 4}, {"cifar-resnet110", 4, 4},
    {"shufflenet", 64, 68},   {"unet", 2, 2},
};

/* Pictures go into blocks of channels in the first convolution, and out of them in the last kernel that has them. */
Test(zoo_passes, blocks_stay_blocks)
{
    Arena *list = arena_new();
    Zoo zoo = read_zoo(list);
    for (uint32_t i = 0; i < zoo.nets.count; i++) {
        const char *name = zoo.nets.at[i].name;
        Packs expected = {0};
        for (size_t k = 0; k < COUNT_OF(packs); k++)
            if (strcmp(packs[k].net, name) == 0)
                expected = packs[k];
        Arena *arena = arena_new();
        uint32_t wide = steps_of(planned(arena, name, NULL, &target_avx512), OP_pack);
        uint32_t narrow = steps_of(planned(arena, name, NULL, &target_avx2), OP_pack);
        cr_expect(wide == expected.avx512 && narrow == expected.avx2,
                  "%s packs %u values for avx512 and %u for avx2, not %u and %u", name, wide, narrow, expected.avx512,
                  expected.avx2);
        arena_free(arena);
    }
    arena_free(list);
}

/* ---- workspace ---- */

typedef struct Most {
    const char *net, *without; /* a pass; NULL: with all of them */
    int64_t bytes;
} Most;

/* What target c takes at most, for one picture; the caller's inputs and outputs are besides. Pools in bands keep VGG
 * below two of its largest values, convolutions in bands below much less. */
static const Most most[] = {
    {"lenet5", NULL, 23520},        {"alexnet", NULL, 1779948},    {"vgg16", NULL, 14000000},
    {"vgg16", "bands", 25690112},   {"googlenet", NULL, 4300000},  {"resnet50", NULL, 5500000},
    {"resnet50-v1", NULL, 5500000}, {"squeezenet", NULL, 6500000},
};

Test(zoo_passes, workspace)
{
    for (size_t i = 0; i < COUNT_OF(most); i++) {
        Arena *arena = arena_new();
        const char *without = most[i].without;
        PassSet disabled = without ? (PassSet)1 << pass_find(without) : 0;
        const Plan *plan = planned_without(arena, most[i].net, NULL, target_find("c"), disabled);
        cr_expect_leq(plan->workspace_bytes, most[i].bytes,
                      "%s without %s takes %lld bytes of workspace, more than %lld", most[i].net,
                      without ? without : "nothing", (long long)plan->workspace_bytes, (long long)most[i].bytes);
        arena_free(arena);
    }
}

static bool is_chain(const char *name)
{
    static const char *const chains[] = {"lenet", "alexnet", "vgg", "mobilenetv1"};
    for (size_t i = 0; i < COUNT_OF(chains); i++)
        if (strncmp(name, chains[i], strlen(chains[i])) == 0)
            return true;
    return false;
}

/* Nets take what their fullest step needs and no more. */
Test(zoo_passes, workspace_is_what_the_fullest_step_needs)
{
    Arena *list = arena_new();
    Zoo zoo = read_zoo(list);
    uint32_t chains = 0;
    for (uint32_t i = 0; i < zoo.nets.count; i++)
        for (int t = 0; target_at(t); t++) {
            const char *name = zoo.nets.at[i].name;
            Arena *arena = arena_new();
            const Plan *plan = planned(arena, name, NULL, target_at(t));
            int64_t over = plan->workspace_bytes - plan->workspace_least;
            cr_expect(over < PLAN_ALIGNMENT, "%s for %s takes %lld bytes, its fullest step %lld", name,
                      target_at(t)->name, (long long)plan->workspace_bytes, (long long)plan->workspace_least);
            chains += is_chain(name);
            arena_free(arena);
        }
    cr_expect_geq(chains, 28);
    arena_free(list);
}

/* ---- room for transformed weights ---- */

/* Megabytes of weights for avx512: those of direct convolutions, and what Winograd's algorithm may add: a third or so
 * of them, 32 in any net. AlexNet takes all that is fastest, VGG and ResNet would take more. */
Test(zoo_passes, room_for_weights)
{
    static const struct {
        const char *net;
        double least, most;
    } nets[] = {{"lenet5", 0.2, 0.3}, {"alexnet", 265, 275},     {"googlenet", 55, 60},
                {"vgg16", 720, 747},  {"resnet50-v1", 115, 125}, {"resnet152-v1", 310, 326}};
    for (size_t i = 0; i < COUNT_OF(nets); i++) {
        Arena *arena = arena_new();
        double bytes = 1e-6 * (double)planned(arena, nets[i].net, NULL, &target_avx512)->weights_bytes;
        cr_expect(bytes >= nets[i].least && bytes <= nets[i].most, "%s has %.1f MB of weights, not %g to %g",
                  nets[i].net, bytes, nets[i].least, nets[i].most);
        arena_free(arena);
    }
}

/* ---- meaning ---- */

/* One of each kind of net; tests/all/zoo.c takes all of them, and each pass disabled besides. */
static const char *const kinds[] = {"lenet1998",   "alexnet",    "googlenet-torchvision-heads",
                                    "resnet50",    "squeezenet", "cifar-resnet20",
                                    "densenet121", "shufflenet", "unet"};

ParameterizedTestParameters(zoo_passes, each_keeps_the_meaning)
{
    static int rows[COUNT_OF(kinds)];
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        rows[i] = (int)i;
    return cr_make_param_array(int, rows, COUNT_OF(kinds));
}

ParameterizedTest(const int *row, zoo_passes, each_keeps_the_meaning)
{
    const char *name = kinds[*row], *small = NULL;
    for (int i = 0; i < zoo_figures_count; i++)
        if (strcmp(zoo_figures[i].name, name) == 0)
            small = zoo_figures[i].small;
    Arena *arena = arena_new();
    Diag diag;
    Zoo zoo = read_zoo(arena);
    const ZooNet *net = zoo_find(&zoo, name);
    cr_assert(net && small, "zoo.list and zoo_figures have no %s", name);
    Graph *graph = zoo_graph(arena, &diag, net, small);
    cr_assert(graph && weights_bind(graph, &diag, "random:1"), "%s is not read with '%s'", name, small);
    const char *wrong = passes_wrong(graph, PASSES_ALONE);
    cr_expect(!wrong, "%s: %s", name, wrong);
    arena_free(arena);
}
