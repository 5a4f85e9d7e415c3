/* passes.c - the passes in their order, and the driver that verifies after each. */
#include "ir/text.h"
#include "ir/verify.h"
#include "pass/pass.h"

const Pass pass_rows[] = {
    {"dead", pass_dead, STATE_LOGICAL, 0, 0, false, "leaves out what no output needs",
     "first: what nobody needs, nobody should look at"},
    {"devices", pass_devices, STATE_LOGICAL, 0, 0, true, "counts the devices that layers are on",
     "behind dead: what is left out needs no device"},
    {"transfer", pass_transfer, STATE_LOGICAL, STATE_PLACED, 0, true,
     "sends values to the devices on which they are read",
     "before all that joins layers: what is joined then is on one device"},
    {"canonical", pass_canonical, STATE_LOGICAL, 0, 0, false,
     "leaves out what changes nothing, and says the rest in one way",
     "early: later passes need not know the other ways"},
    {"constants", pass_constants, STATE_LOGICAL, 0, 0, false, "computes what follows from numbers in the model",
     "before common: numbers that come out equal become one"},
    {"common", pass_common, STATE_LOGICAL, 0, 0, false, "computes once what is computed twice",
     "before affine: it folds only into what has one reader"},
    {"affine", pass_affine, STATE_LOGICAL, 0, 0, false,
     "folds batch norms, scales and shifts into convolutions and fully connected layers",
     "before fuse: what is left of them is computed behind other kernels"},
    {"shuffle", pass_shuffle, STATE_LOGICAL, 0, 0, false,
     "reads shuffled channels where they are made, by weights in that order",
     "behind affine, which leaves fewer layers between; before compose and siblings, which then see what met there"},
    {"compose", pass_compose, STATE_LOGICAL, 0, 0, false,
     "multiplies the weights of a 1x1 and of the layer behind it, when nothing is between them",
     "behind affine: a batch norm between them is in the first one's weights then"},
    {"siblings", pass_siblings, STATE_LOGICAL, 0, 0, false, "makes one product of 1x1 convolutions that read the same",
     "behind compose, which leaves fewer of them; before fuse: what follows them is computed in the one kernel"},
    {"views", pass_views, STATE_LOGICAL, 0, 0, false, "makes views of copies that would move no element",
     "before results: what is a view has no kernel"},
    {"results", pass_results, STATE_LOGICAL | STATE_PLACED, STATE_RESULTS, STATE_LOGICAL, true,
     "gives every output of the net a kernel that writes it",
     "after all that replaces nodes: they may make an output of what has no kernel"},
    {"order", pass_order, STATE_RESULTS, 0, 0, false, "computes late what is only added to something later",
     "before fuse: a kernel can add what is there when it begins"},
    {"fuse", pass_fuse, STATE_RESULTS, STATE_FUSED, 0, false,
     "moves element-wise layers into the kernel that makes their input",
     "before layout: only the last value of a fused kernel is ever stored"},
    {"pieces", pass_pieces, STATE_RESULTS, 0, 0, false,
     "writes of a convolution what a concat takes there, and the rest elsewhere",
     "after fuse: it is the last value of a kernel that is written; before concat, which makes one place of it"},
    {"concat", pass_concat, STATE_RESULTS, 0, 0, false,
     "lets the kernels of what a concat joins write straight into its buffer",
     "after fuse: a kernel's last value is what it writes; before layout: parts of one buffer have one halo"},
    {"winograd", pass_winograd, STATE_RESULTS, 0, 0, false,
     "computes convolutions of stride 1 with fewer multiplications, where that is faster",
     "after fuse: what follows is computed in the kernel, which has to have words for it; before layout: tiles read "
     "wider halos"},
    {"layout", pass_layout, STATE_RESULTS, STATE_STORED, STATE_RESULTS, true,
     "chooses how values and weights are stored, and copies where that differs",
     "after fuse and concat: stored formats and halos depend on which values are stored and who reads them"},
    {"pools", pass_pools, STATE_STORED, 0, 0, false,
     "computes pools and normalisations row by row with the kernel that makes their input",
     "behind layout: it depends on how values are stored how many rows fit, and who can go through rows"},
    {"bands", pass_bands, STATE_STORED, 0, 0, false,
     "lets convolutions go through their rows with what is before them, so that what is between stays in the cache",
     "behind pools, whose chains it goes on with"},
};
const int pass_count = (int)COUNT_OF(pass_rows);

int pass_find(const char *name)
{
    for (int i = 0; i < pass_count; i++)
        if (strcmp(pass_rows[i].name, name) == 0)
            return i;
    return -1;
}

const char *graph_states_text(Arena *arena, unsigned states)
{
    static const char *const names[] = {"logical", "results", "fused", "stored", "placed"};
    const char *text = "";
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (states >> i & 1)
            text = arena_printf(arena, "%s%s%s", text, text[0] ? ", " : "", names[i]);
    return text;
}

unsigned graph_state(const Graph *graph)
{
    unsigned state = results_are_values(graph) ? STATE_RESULTS : 0;
    if (graph_devices(graph) == 1 || graph_has_transfers(graph))
        state |= STATE_PLACED;
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        if (!node_is_none(node->kernel))
            state |= STATE_FUSED;
        bool picture = node->type.layout.kind == LAYOUT_INTERLEAVED; /* an input, or its transfer */
        if (!picture && !layout_equal(&node->type.layout, &(Layout){0}))
            state |= STATE_STORED;
    }
    return state & (STATE_FUSED | STATE_STORED) ? state : state | STATE_LOGICAL;
}

static void print_graph(const PassOptions *options, PassSet when, const char *word, int pass, const Graph *graph)
{
    if (!options->print || !pass_in(when, pass))
        return;
    buf_printf(options->print, "# %s %s\n", word, pass_rows[pass].name);
    graph_print(options->print, graph);
    buf_puts(options->print, "\n");
}

bool pass_run(Graph **graph, int pass, const PassOptions *options, unsigned *state)
{
    const Pass *row = &pass_rows[pass];
    if ((row->needs & *state) != row->needs)
        return false;
    if (options->explain)
        options->explain->pass = row->name;
    print_graph(options, options->print_before, "before", pass, *graph);
    int64_t cache = options->cache_bytes ? options->cache_bytes : DEFAULT_CACHE_BYTES;
    const PassContext context = {.target = options->target,
                                 .cache_bytes = options->target->opencl ? INT64_MAX : cache, /* nothing in bands */
                                 .weights_as = options->weights_as,
                                 .strict = options->strict,
                                 .explain = options->explain};
    *graph = row->run(*graph, &context);
    *state = (*state & ~row->breaks) | row->makes;
    const char *broken = graph_verify(*graph);
    if (broken)
        BUG("pass %s left a broken graph: %s", row->name, broken);
    print_graph(options, options->print_after, "after", pass, *graph);
    return true;
}

void passes_run(Graph **graph, const PassOptions *options)
{
    unsigned state = STATE_LOGICAL;
    for (int i = 0; i < pass_count; i++)
        if ((pass_rows[i].required || !pass_in(options->disabled, i)) && !pass_run(graph, i, options, &state))
            BUG("pass %s does not run where it stands", pass_rows[i].name);
}
