/* plan.c - from a graph that went through the passes to kernels, steps and buffers.
 *
 * Constants, and what is computed of constants alone, become weights, views share the buffer of what they view, parts
 * begin inside it, what is joined stands in parts of one buffer, a fused kernel is one step, and steps that compute the
 * same thing on the same shapes share a kernel.
 * Lifetimes follow from who reads what; memory.c turns them into offsets.
 */
#include "plan/plan.h"
#include "ir/text.h"
#include "ops/part.h"
#include "pass/pass.h"
#include "plan/gpu.h"
#include "plan/key.h"
#include "plan/tuned.h"
#include "plan/winograd.h"
#include "support/hash.h"

typedef VEC(NodeId) NodeIds;

/* Where a value stands that is joined with others: in the buffer of a join. */
typedef struct Home {
    NodeId join; /* that stands in no other; NODE_NONE: the value has a buffer of its own */
    int64_t begin;
} Home;

typedef struct Planner {
    Plan *plan;
    const Graph *graph;
    const ConvForm *forms; /* of each convolution */
    NodeIds *followers;    /* for each leader, the nodes fused behind it */
    NodeIds *pieces;       /* for each leader, the pieces in which its value is written */
    Home *homes;           /* one a node */
    bool *known;           /* values that are computed when the weights are written */
    uint32_t *last_reader;
    const BandPlace *places; /* of each leader */
    uint32_t *weights_of;    /* for each of those, the last buffer made for it */
    uint32_t *kernel_slots;  /* kernels hashed by key */
    uint32_t slot_count;
    NameSet kernel_names, buffer_names;
} Planner;

static uint32_t add_buffer(Planner *planner, Buffer buffer, const char *name)
{
    Plan *plan = planner->plan;
    buffer.name = name_unique(&planner->buffer_names, name);
    buffer.bytes = type_bytes(&buffer.type);
    VEC_PUSH(plan->arena, &plan->buffers, buffer);
    return plan->buffers.count - 1;
}

/* ---- weights ---- */

/* Of a known value, stored as `type` says: in that layout and those bits. */
static uint32_t weights_buffer(Planner *planner, NodeId value, const Type *type, const char *user)
{
    Plan *plan = planner->plan;
    const Node *node = graph_node(planner->graph, value);
    uint32_t *known = &planner->weights_of[value.index];
    const Type *made = *known == BUFFER_NONE ? NULL : &plan->buffers.at[*known].type;
    if (made && layout_equal(&made->layout, &type->layout) && made->dtype == type->dtype)
        return *known;
    const char *name = node->op == OP_const ? graph_constant(planner->graph, node)->path : node->path;
    if (!name[0])
        name = arena_printf(plan->arena, "%s constant", user);
    Buffer buffer = {.place = BUFFER_WEIGHTS, .type = *type, .value = value};
    return *known = add_buffer(planner, buffer, name);
}

static bool is_number(const Node *node)
{
    return node->op == OP_const && node->type.shape.rank == 0;
}

/* The buffer that holds a value; weights get theirs when they are first read. */
static uint32_t buffer_for(Planner *planner, NodeId id, const char *user)
{
    uint32_t *buffer = &planner->plan->buffer_of[id.index];
    const Node *node = graph_node(planner->graph, id);
    if (*buffer == BUFFER_NONE && planner->known[id.index])
        *buffer = weights_buffer(planner, id, &node->type, user);
    if (*buffer == BUFFER_NONE)
        BUG("value %%%u (%s) is read, but not stored", id.index, op_name(node->op));
    return *buffer;
}

/* ---- kernels ---- */

/* The labels of the blocks around it, and what it was: "inception3a concat". */
static const char *join_name(const Planner *planner, const Node *node)
{
    Buf name = {0};
    for (const char *at = node->block; *at; at += *at == '/') {
        buf_printf(&name, "%.*s ", (int)strcspn(at, ":/"), at);
        at += strcspn(at, "/");
    }
    buf_puts(&name, op_name(OP_concat));
    const char *text = arena_strdup(planner->plan->arena, buf_text(&name));
    buf_free(&name);
    return text;
}

static const char *leader_name(const Planner *planner, const Node *node)
{
    if (node->op == OP_pack || node->op == OP_transfer) {
        const Plan *plan = planner->plan;
        uint32_t source = plan->buffer_of[graph_input(planner->graph, node, 0).index];
        return source == BUFFER_NONE
                   ? "joined" /* a constant, which gets its buffer and name where it is read */
                   : arena_printf(plan->arena, "%s %s", op_name(node->op), plan->buffers.at[source].name);
    }
    if (node->op == OP_join && !node->path[0])
        return join_name(planner, node);
    return node->path[0] ? node->path : op_name(node->op);
}

/* Names that the interface and the helpers of an emitted program have: no kernel may be called so. */
static void reserve_names(NameSet *set, const Graph *graph)
{
    static const char *const names[] = {
        "open",     "close",     "run",       "session_open", "session_close", "verify",  "selftest",
        "model",    "session",   "inputs",    "outputs",      "weights",       "larger",  "smaller",
        "least",    "fill",      "keep_rows", "zero_rows",    "zero_border",   "is_near", "needs_4_byte_numbers",
        "from_f16", "from_bf16", "steps",     "share",        "wait"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        name_take(set, names[i]);
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        name_take(set, arena_printf(set->arena, "%s_labels", graph->outputs.at[i].name));
}

/* Digits at the beginning of a text; NULL: there are none. */
static const char *past_digits(const char *text)
{
    size_t count = strspn(text, "0123456789");
    return count ? text + count : NULL;
}

/* Whether a kernel's name could be that of a function for some pixels or tiles, which texts name after their kernel:
 * conv1_row8, conv1_tiles14, conv1_14x2. Then the kernel's part of it, "conv1"; else NULL. */
static const char *named_like_part(Arena *arena, const char *name)
{
    const char *last = strrchr(name, '_');
    if (!last || last == name)
        return NULL;
    const char *at = last + 1;
    if (strncmp(at, "row", 3) == 0 || strncmp(at, "tiles", 5) == 0) {
        at = past_digits(at + strcspn(at, "0123456789"));
    } else {
        at = past_digits(at);
        at = at && *at == 'x' ? past_digits(at + 1) : NULL;
    }
    return at && !*at ? arena_strndup(arena, name, (size_t)(last - name)) : NULL;
}

/* Takes the name and those derived from it (conv1_finish, relu_of) when all of them are free. Of functions for some
 * pixels there are too many to take each: a mark that no name is stands for all that a kernel may have, and another one
 * for the kernels that are named like one of them. */
static bool take_kernel_name(NameSet *set, const char *name)
{
    static const char *const parts[] = {
        "",        "_finish",    "_of",          "_tile",           "_sees",          "_first",
        "_sums",   "_sums_last", "_sums_rest",   "_sums_last_rest", "_forward",       "_inverse",
        "_right",  "_bottom",    "_corner",      "_rows",           "_columns",       "_points",
        "_output", "_launch",    "_sums_launch", "_forward_launch", "_points_launch", "_output_launch"};
    const char *derived[COUNT_OF(parts)], *owner = named_like_part(set->arena, name);
    bool taken = name_is_taken(set, arena_printf(set->arena, "%s is a part", name)) ||
                 (owner && name_is_taken(set, arena_printf(set->arena, "%s has parts", owner)));
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        derived[i] = arena_printf(set->arena, "%s%s", name, parts[i]);
        taken |= name_is_taken(set, derived[i]);
    }
    if (taken)
        return false;
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        name_take(set, derived[i]);
    name_take(set, arena_printf(set->arena, "%s has parts", name));
    if (owner)
        name_take(set, arena_printf(set->arena, "%s is a part", owner));
    return true;
}

static const char *kernel_name(Planner *planner, const char *wanted)
{
    const char *base = name_identifier(planner->plan->arena, wanted), *name = base;
    while (!take_kernel_name(&planner->kernel_names, name))
        name = name_next(&planner->kernel_names, base);
    return name;
}

static uint32_t add_kernel(Planner *planner, Kernel kernel)
{
    Plan *plan = planner->plan;
    kernel.key = kernel_key(plan->arena, planner->graph, &kernel);
    uint64_t hash = fnv1a64(FNV_START, kernel.key, strlen(kernel.key));
    uint32_t slot = (uint32_t)hash & (planner->slot_count - 1);
    while (planner->kernel_slots[slot]) {
        uint32_t index = planner->kernel_slots[slot] - 1;
        if (strcmp(plan->kernels.at[index].key, kernel.key) == 0)
            return index;
        slot = (slot + 1) & (planner->slot_count - 1);
    }
    kernel.name = kernel_name(planner, leader_name(planner, graph_node(planner->graph, kernel.leader)));
    VEC_PUSH(plan->arena, &plan->kernels, kernel);
    planner->kernel_slots[slot] = plan->kernels.count;
    return plan->kernels.count - 1;
}

/* ---- steps ---- */

static bool is_output(const Graph *graph, NodeId id, uint32_t *port)
{
    for (*port = 0; *port < graph->outputs.count; ++*port)
        if (node_same(graph->outputs.at[*port].node, id))
            return true;
    return false;
}

/* A buffer of the caller's for an output of the net, else one in the workspace, called `name`, for so many rows of it;
 * 0: for all. */
static uint32_t own_buffer(Planner *planner, NodeId value, const char *name, int64_t held)
{
    Buffer buffer = {.place = BUFFER_WORKSPACE, .type = graph_node(planner->graph, value)->type, .held = held};
    if (held)
        buffer.type = held_type(&buffer.type, held);
    if (!is_output(planner->graph, value, &buffer.port))
        return add_buffer(planner, buffer, name);
    buffer.place = BUFFER_OUTPUT;
    return add_buffer(planner, buffer, planner->graph->outputs.at[buffer.port].name);
}

/* The part of a join's buffer where a value stands; that buffer is made for the first of its parts. */
static uint32_t part_buffer(Planner *planner, NodeId value, const char *name)
{
    const Home *home = &planner->homes[value.index];
    uint32_t *whole = &planner->plan->buffer_of[home->join.index];
    if (*whole == BUFFER_NONE)
        *whole = own_buffer(planner, home->join, leader_name(planner, graph_node(planner->graph, home->join)), 0);
    Buffer part = {.place = BUFFER_PART, .type = graph_node(planner->graph, value)->type};
    part.whole = *whole;
    part.begin = home->begin;
    planner->plan->buffers.at[*whole].has_parts = true;
    return add_buffer(planner, part, name);
}

static bool is_joined(const Planner *planner, NodeId value)
{
    return !node_is_none(planner->homes[value.index].join);
}

/* Where a piece of a kernel's value is written. */
static uint32_t piece_buffer(Planner *planner, NodeId piece)
{
    const char *name = leader_name(planner, graph_node(planner->graph, piece));
    return is_joined(planner, piece) ? part_buffer(planner, piece, name) : own_buffer(planner, piece, name, 0);
}

/* Where the result of a kernel is written: a part of a join, the place of what it reads, or a buffer of its own. */
static uint32_t result_buffer(Planner *planner, Kernel *kernel, const Step *step)
{
    const char *name = leader_name(planner, graph_node(planner->graph, step->leader));
    uint32_t port;
    if (is_joined(planner, step->result))
        return part_buffer(planner, step->result, name);
    if (!is_output(planner->graph, step->result, &port))
        kernel->in_place = step_in_place(planner->plan, planner->last_reader, kernel, step);
    if (kernel->in_place != NOT_IN_PLACE)
        return step->reads[kernel->in_place].buffer;
    return own_buffer(planner, step->result, name, kernel->rows.y_held);
}

/* Appends what a node of the step reads. */
static void add_reads(Planner *planner, Step *step, const Node *node)
{
    const Graph *graph = planner->graph;
    for (uint32_t i = 0; i < node->input_count; i++) {
        NodeId input = graph_input(graph, node, i);
        if (is_number(graph_node(graph, input)) || graph_is_running(graph, node, i))
            continue;
        uint32_t index = buffer_for(planner, input, leader_name(planner, node));
        const Buffer *buffer = &planner->plan->buffers.at[index];
        const Type *type = buffer->held ? &buffer->type : &graph_node(graph, input)->type;
        step->reads[step->read_count++] = (Read){.value = input,
                                                 .buffer = index,
                                                 .first = planner->plan->first_of[input.index],
                                                 .count = layout_count(&type->layout, &type->shape)};
    }
}

static void add_write(Planner *planner, Kernel *kernel, Step *step, NodeId value, uint32_t buffer)
{
    if (step->write_count == MOST_WRITES)
        BUG("step %u writes more than two pieces", planner->plan->steps.count);
    step->writes[step->write_count++] = (Write){value, buffer};
    kernel->written[kernel->written_count++] = value;
    planner->plan->buffer_of[value.index] = buffer;
}

/* Gives what a step writes its places: to its result, or to each piece of that. */
static void add_writes(Planner *planner, Kernel *kernel, Step *step)
{
    const NodeIds *pieces = &planner->pieces[step->leader.index];
    kernel->in_place = NOT_IN_PLACE;
    if (!pieces->count)
        add_write(planner, kernel, step, step->result, result_buffer(planner, kernel, step));
    for (uint32_t i = 0; i < pieces->count; i++)
        add_write(planner, kernel, step, pieces->at[i], piece_buffer(planner, pieces->at[i]));
}

/* Memory that a kernel needs while it computes. */
static uint32_t scratch_buffer(Planner *planner, Kernel *kernel)
{
    if (planner->plan->target->gpu)
        kernel->scratch = gpu_scratch(planner->graph, kernel);
    else if (kernel->family == FAMILY_WINOGRAD)
        kernel->scratch = winograd_sizes(planner->graph, kernel).floats;
    if (!kernel->scratch)
        return BUFFER_NONE;
    Buffer buffer = {.place = BUFFER_WORKSPACE, .type = {.dtype = DT_F32, .shape = SHAPE(kernel->scratch)}};
    const char *name = leader_name(planner, graph_node(planner->graph, kernel->leader));
    return add_buffer(planner, buffer, arena_printf(planner->plan->arena, "%s scratch", name));
}

/* The band of a step that is about to be added; its first one begins it. */
static uint32_t band_of(Planner *planner, NodeId leader)
{
    Plan *plan = planner->plan;
    const BandPlace *place = &planner->places[leader.index];
    if (!place->chain)
        return BAND_NONE;
    Band band = {.first = plan->steps.count, .chain = *place->chain};
    if (place->place == 0)
        VEC_PUSH(plan->arena, &plan->bands, band);
    return plan->bands.count - 1;
}

/* For each instruction set of the target. */
static void choose_loops(const Planner *planner, Kernel *kernel)
{
    const Plan *plan = planner->plan;
    kernel->tiling = tiling_choose(plan->graph, kernel, plan->target);
    for (int set = 1; set < plan->target->set_count; set++) {
        Kernel one = *kernel;
        one.set = set;
        one.form = target_form_with(plan->target->sets[set], plan->graph, kernel);
        kernel->others[set - 1] = (KernelLoops){one.form, tiling_choose(plan->graph, &one, plan->target)};
    }
}

static void add_step(Planner *planner, NodeId leader)
{
    Plan *plan = planner->plan;
    const Graph *graph = planner->graph;
    const Node *node = graph_node(graph, leader);
    const NodeIds *followers = &planner->followers[leader.index];
    Kernel kernel = {.family = op_row(node->op)->family,
                     .leader = leader,
                     .epilogue = followers->at,
                     .epilogue_count = followers->count,
                     .rows = planner->places[leader.index].rows};
    kernel.result = followers->count ? followers->at[followers->count - 1] : leader;
    if (is_convolution(node->op))
        kernel.form = planner->forms[leader.index];
    Step step = {.leader = leader, .result = kernel.result, .band = band_of(planner, leader)};
    uint32_t reads = node->input_count;
    for (uint32_t i = 0; i < followers->count; i++)
        reads += graph_node(graph, followers->at[i])->input_count;
    step.reads = NEW_ARRAY(plan->arena, Read, reads);
    add_reads(planner, &step, node);
    step.own_reads = step.read_count;
    for (uint32_t i = 0; i < followers->count; i++)
        add_reads(planner, &step, graph_node(graph, followers->at[i]));
    add_writes(planner, &kernel, &step);
    choose_loops(planner, &kernel);
    step.scratch = scratch_buffer(planner, &kernel);
    kernel.tuned = tuned_is_used(plan->target, graph, &kernel);
    step.kernel = add_kernel(planner, kernel);
    plan->kernels.at[step.kernel].steps++;
    if (step.band != BAND_NONE && plan->bands.at[step.band].first == plan->steps.count)
        plan->bands.at[step.band].name = name_unique(
            &planner->kernel_names, arena_printf(plan->arena, "%s_bands", plan->kernels.at[step.kernel].name));
    VEC_PUSH(plan->arena, &plan->steps, step);
}

static bool is_panels(const Layout *layout)
{
    return layout->kind == LAYOUT_PANELS || layout->kind == LAYOUT_TURNED;
}

static void plan_node(Planner *planner, NodeId id)
{
    const Graph *graph = planner->graph;
    const Node *node = graph_node(graph, id);
    uint32_t *buffer = &planner->plan->buffer_of[id.index];
    Family family = op_row(node->op)->family;
    if (node->op == OP_input) {
        uint32_t port = 0;
        while (!node_same(graph->inputs.at[port].node, id))
            port++;
        Buffer input = {.place = BUFFER_INPUT, .type = node->type, .port = port};
        *buffer = add_buffer(planner, input, graph->inputs.at[port].name);
    } else if (planner->known[id.index]) {
        if (is_panels(&node->type.layout))
            *buffer = weights_buffer(planner, graph_input(graph, node, 0), &node->type, node->path);
    } else if (family == FAMILY_VIEW && node_is_none(node->kernel)) {
        NodeId whole = graph_input(graph, node, 0);
        *buffer = buffer_for(planner, whole, op_name(node->op));
        planner->plan->first_of[id.index] = planner->plan->first_of[whole.index];
        if (node->op == OP_part)
            planner->plan->first_of[id.index] += part_begin(graph, node);
    } else if (family == FAMILY_JOIN) {
        if (is_joined(planner, id))
            *buffer = part_buffer(planner, id, leader_name(planner, node));
    } else if (node_is_none(node->kernel)) {
        add_step(planner, id);
    }
}

/* ---- the whole ---- */

Kernel kernel_with(const Kernel *kernel, int set)
{
    Kernel one = *kernel;
    one.set = set;
    if (set > 0) {
        one.form = kernel->others[set - 1].form;
        one.tiling = kernel->others[set - 1].tiling;
    }
    return one;
}

uint32_t plan_whole(const Plan *plan, uint32_t buffer, int64_t *begin)
{
    const Buffer *part = &plan->buffers.at[buffer];
    *begin = part->place == BUFFER_PART ? part->begin : 0;
    return part->place == BUFFER_PART ? part->whole : buffer;
}

/* From the first step that writes a buffer, or a part of it, to the last that reads it; steps of one band take turns.
 */
static void find_lifetimes(Plan *plan)
{
    int64_t begin;
    bool *begun = NEW_ARRAY(plan->arena, bool, plan->buffers.count);
    for (uint32_t i = 0; i < plan->steps.count; i++) {
        const Step *step = &plan->steps.at[i];
        uint32_t last = step_last(plan, i);
        for (uint32_t w = 0; w < step->write_count; w++) {
            uint32_t target = plan_whole(plan, step->writes[w].buffer, &begin);
            plan->buffers.at[target].last = last;
            if (!begun[target])
                plan->buffers.at[target].first = step_first(plan, i);
            begun[target] = true;
        }
        for (uint32_t r = 0; r < step->read_count; r++)
            plan->buffers.at[plan_whole(plan, step->reads[r].buffer, &begin)].last = last;
        if (step->scratch != BUFFER_NONE)
            plan->buffers.at[step->scratch].first = plan->buffers.at[step->scratch].last = i;
    }
}

/* Where each value stands that is joined with others: joins stand behind what they join, so the outermost come first
 * on the way back. */
static Home *find_homes(const Graph *graph, const bool *known)
{
    Home *homes = NEW_ARRAY(graph->arena, Home, graph->nodes.count);
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        homes[i].join = NODE_NONE;
    for (uint32_t i = graph->nodes.count; i-- > 0;) {
        const Node *node = &graph->nodes.at[i];
        Home home = homes[i];
        if (op_row(node->op)->family == FAMILY_VIEW && node->op != OP_part && !node_is_none(home.join))
            homes[graph_input(graph, node, 0).index] = home;
        if (node->op != OP_join || known[i])
            continue;
        if (node_is_none(home.join))
            home = (Home){{i}, 0};
        for (uint32_t k = 0; k < node->input_count; k++) {
            NodeId input = graph_input(graph, node, k);
            homes[input.index] = home;
            home.begin += layout_count(&graph_node(graph, input)->type.layout, &graph_node(graph, input)->type.shape);
        }
    }
    return homes;
}

static void place_weights(Plan *plan)
{
    int64_t offset = BLOB_HEADER_BYTES;
    for (uint32_t i = 0; i < plan->buffers.count; i++) {
        Buffer *buffer = &plan->buffers.at[i];
        if (buffer->place != BUFFER_WEIGHTS)
            continue;
        buffer->offset = offset;
        offset += (buffer->bytes + PLAN_ALIGNMENT - 1) / PLAN_ALIGNMENT * PLAN_ALIGNMENT;
    }
    plan->weights_bytes = offset;
}

/* A blob fits a program when graph (shapes, layouts, labels) and target agree; neither the data of loaded weights nor
 * the file that the model names for them matter, nor bands of rows. */
static uint64_t architecture_hash(const Graph *graph, const Target *target)
{
    Buf text = {0};
    Graph unbound = *graph;
    unbound.weights_path = NULL;
    unbound.nodes.at = NEW_ARRAY(graph->arena, Node, graph->nodes.count);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        unbound.nodes.at[i] = graph->nodes.at[i];
        unbound.nodes.at[i].behind = NODE_NONE;
        unbound.nodes.at[i].by = 0;
    }
    graph_print(&text, &unbound);
    buf_puts(&text, target->blob ? target->blob : target->name);
    uint64_t hash = fnv1a64(FNV_START, text.text, text.length);
    buf_free(&text);
    return hash;
}

static Planner planner_new(Plan *plan)
{
    const Graph *graph = plan->graph;
    Planner planner = {.plan = plan, .graph = graph, .slot_count = 64};
    while (planner.slot_count < 2 * graph->nodes.count)
        planner.slot_count *= 2;
    planner.kernel_slots = NEW_ARRAY(plan->arena, uint32_t, planner.slot_count);
    planner.kernel_names.arena = planner.buffer_names.arena = plan->arena;
    reserve_names(&planner.kernel_names, graph);
    planner.known = graph_stored_known(plan->arena, graph);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        for (uint32_t k = 0; node->op == OP_join && !planner.known[i] && k < node->input_count; k++)
            planner.known[graph_input(graph, node, k).index] = false; /* a copy into the join writes it in every run */
    }
    planner.homes = find_homes(graph, planner.known);
    planner.last_reader = last_readers(graph);
    planner.places = band_places(graph);
    planner.weights_of = NEW_ARRAY(plan->arena, uint32_t, graph->nodes.count);
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        planner.weights_of[i] = BUFFER_NONE;
    planner.forms = target_conv_forms(plan->target, graph);
    planner.followers = NEW_ARRAY(plan->arena, NodeIds, graph->nodes.count);
    planner.pieces = NEW_ARRAY(plan->arena, NodeIds, graph->nodes.count);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        NodeIds *kernels = node_is_piece(node) ? planner.pieces : planner.followers;
        if (!node_is_none(node->kernel))
            VEC_PUSH(plan->arena, &kernels[node->kernel.index], (NodeId){i});
    }
    return planner;
}

static Plan *plan_for(const Graph *graph, const Target *target)
{
    Plan *plan = NEW(graph->arena, Plan);
    plan->arena = graph->arena;
    plan->graph = graph;
    plan->target = target;
    plan->buffer_of = NEW_ARRAY(plan->arena, uint32_t, graph->nodes.count);
    plan->first_of = NEW_ARRAY(plan->arena, int64_t, graph->nodes.count);
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        plan->buffer_of[i] = BUFFER_NONE;
    Planner planner = planner_new(plan);
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        plan_node(&planner, (NodeId){i});
    find_lifetimes(plan);
    place_weights(plan);
    plan_memory(plan);
    if (!target->gpu)
        plan_share(plan);
    plan->architecture = architecture_hash(graph, target);
    const char *broken = plan_verify(plan);
    if (broken)
        BUG("the plan is broken: %s", broken);
    return plan;
}

/* What both plans have in one blob has one name. */
static void share_weights(const Plan *plan, Plan *beside)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < beside->buffers.count; i++) {
        Buffer *weights = &beside->buffers.at[i];
        if (weights->place != BUFFER_WEIGHTS)
            continue;
        while (at < plan->buffers.count && plan->buffers.at[at].place != BUFFER_WEIGHTS)
            at++;
        if (at == plan->buffers.count || plan->buffers.at[at].offset != weights->offset ||
            plan->buffers.at[at].bytes != weights->bytes)
            BUG("%s is not in the weights of both plans", weights->name);
        weights->name = plan->buffers.at[at++].name;
    }
    if (plan->weights_bytes != beside->weights_bytes || plan->steps.count != beside->steps.count)
        BUG("two plans of %s differ in weights or steps", plan->graph->name);
}

/* Forms of convolutions, and so of weights, are those of the graph: what was measured counts for both. */
Plan *plan_make(const Graph *graph, const Target *target)
{
    Plan *plan = plan_for(graph, target);
    if (target->beside) {
        Target *beside = NEW(graph->arena, Target);
        *beside = *target->beside;
        beside->tuned = target->tuned;
        plan->beside = plan_for(graph, beside);
        share_weights(plan, plan->beside);
    }
    return plan;
}
