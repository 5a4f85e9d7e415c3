/* test_plan.c - passes and plan: who owes a halo, who shares a kernel, where buffers stand, and every rule of the
 * verifier broken once. */
#include <criterion/criterion.h>

#include "pass/pass.h"
#include "plan/plan.h"
#include "tests/support/model.h"
#include "tests/support/models.h"

typedef struct Planned {
    Arena *arena;
    Diag diag;
    Graph *graph;
    Plan *plan;
} Planned;

static Planned *plan_text_without(const char *text, const char *target, PassSet disabled)
{
    Planned *p = calloc(1, sizeof *p);
    p->arena = arena_new();
    p->graph = model_read(p->arena, &p->diag, "net.fov", text, NULL);
    cr_assert_not_null(p->graph);
    passes_run(&p->graph, &(PassOptions){.target = target_find(target), .disabled = disabled});
    p->plan = plan_make(p->graph, target_find(target));
    return p;
}

static Planned *plan_text(const char *text, const char *target)
{
    return plan_text_without(text, target, 0);
}

static void planned_free(Planned *p)
{
    arena_free(p->arena);
    free(p);
}

static Buffer *buffer_named(const Planned *p, const char *name)
{
    for (uint32_t i = 0; i < p->plan->buffers.count; i++)
        if (strcmp(p->plan->buffers.at[i].name, name) == 0)
            return &p->plan->buffers.at[i];
    cr_assert_fail("no buffer is called %s", name);
    return NULL;
}

/* Chains take no more than what two neighbours need, and these nets with branches do neither. */
Test(plan, memory)
{
    static const char *const nets[] = {lenet5, alexnet, vgg, googlenet, resnet};
    for (size_t i = 0; i < COUNT_OF(nets); i++) {
        Planned *p = plan_text(nets[i], "c");
        cr_expect_eq(p->plan->workspace_bytes, p->plan->workspace_least, "%s: %lld bytes, at least %lld",
                     p->graph->name, (long long)p->plan->workspace_bytes, (long long)p->plan->workspace_least);
        planned_free(p);
    }
    Planned *p = plan_text(lenet5, "c");
    cr_expect_eq(p->plan->workspace_bytes, 23520);
    planned_free(p);
}

Test(plan, halos)
{
    /* The producer writes the widest halo asked for; inputs, outputs and what is viewed are copied instead. */
    Planned *p = plan_text("net n(x: f32[4, 9, 9]) {\n"
                           "    y = x -> a: conv(4, 3x3, pad=1) -> relu;\n"
                           "    z = (y -> b: conv(4, 3x3, pad=1)) + (y -> c: conv(4, 5x5, pad=2));\n"
                           "    output kept = z -> relu;\n"
                           "    w = z -> d: conv(4, 3x3, pad=1);\n"
                           "    return seen = w -> e: conv(2, 3x3, pad=1) -> flatten;\n"
                           "}\n",
                           "c");
    static const struct {
        const char *name;
        int32_t halo;
    } halos[] = {{"pack_x", 1}, {"a", 2}, {"b", 0}, {"c", 1}, {"d", 1}, {"e", 0}};
    for (size_t i = 0; i < COUNT_OF(halos); i++)
        for (int side = 0; side < HALO_SIDES; side++)
            cr_expect_eq(buffer_named(p, halos[i].name)->type.layout.halo[side], halos[i].halo, "%s", halos[i].name);
    cr_expect_eq(buffer_named(p, "kept")->place, BUFFER_OUTPUT);
    planned_free(p);
}

Test(plan, outputs_are_written)
{
    /* An input, a view, and one value twice as outputs: each gets a kernel that writes it. */
    Planned *p = plan_text("net n(x: f32[2, 4, 4]) {\n"
                           "    y = x -> relu;\n"
                           "    output same = x;\n"
                           "    output twice = y;\n"
                           "    output flat = y -> flatten;\n"
                           "    return y;\n"
                           "}\n",
                           "c");
    cr_expect_null(plan_verify(p->plan));
    cr_expect_eq(p->plan->steps.count, 4u);
    planned_free(p);
}

static uint32_t count_op(const Graph *graph, OpId op)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        count += graph->nodes.at[i].op == op;
    return count;
}

/* What moves no element is a view, unless it is an output; of a batch, channels do not lie together. */
Test(plan, copies_that_move_nothing_are_views)
{
    static const struct {
        const char *text;
        uint32_t parts, reshapes, steps;
    } nets[] = {
        {"a, b = split(x, 2); return y = a * b;", 2, 0, 1},
        {"a, b = split(x, 2, axis=1); return y = a * b;", 0, 0, 2},
        {"a = x -> slice(0, 8); return y = a -> relu;", 0, 1, 1},
        {"return y = x -> slice(2, 4);", 0, 0, 1},
        {"return y = x -> slice(2, 6) -> slice(1, 3) -> relu;", 2, 0, 1},
        {"return y = x -> slice(-1, -9, step=-1) -> relu;", 0, 0, 1},
        {"return y = x -> slice([3, 1], [4, 3]) -> relu;", 1, 0, 1},
        {"return y = x -> reshape([8, 1, 24]) -> transpose([1, 0, 2]) -> relu;", 0, 2, 1},
        {"return y = x -> transpose([0, 2, 1]) -> relu;", 0, 0, 1},
        {"return y = x -> channel_shuffle(1) -> channel_shuffle(8) -> depth_to_space(1) -> pad -> relu;", 0, 4, 1},
        {"c = constant([[[1, 2, 3, 4, 5, 6]], [[7, 8, 9, 10, 11, 12]]]); return y = x + (c -> slice(1, 2));", 1, 0, 1},
    };
    for (size_t i = 0; i < COUNT_OF(nets); i++) {
        Arena *arena = arena_new();
        PassSet others = (PassSet)1 << pass_find("canonical") | (PassSet)1 << pass_find("constants") |
                         (PassSet)1 << pass_find("shuffle");
        const char *text = arena_printf(arena, "net n(x: f32[8, 4, 6]) { %s }\n", nets[i].text);
        Planned *p = plan_text_without(text, "c", others);
        cr_expect_eq(count_op(p->graph, OP_part), nets[i].parts, "%s: %u parts", nets[i].text,
                     count_op(p->graph, OP_part));
        cr_expect_geq(count_op(p->graph, OP_reshape), nets[i].reshapes, "%s: %u reshapes", nets[i].text,
                      count_op(p->graph, OP_reshape));
        cr_expect_eq(p->plan->steps.count, nets[i].steps, "%s: %u steps", nets[i].text, p->plan->steps.count);
        planned_free(p);
        arena_free(arena);
    }
}

Test(plan, parts_begin_inside_their_buffer)
{
    Planned *p = plan_text("net n(x: f32[8, 4, 6]) {\n"
                           "    a, b = x -> relu -> slice(2, 8) -> split(2);\n"
                           "    return y = a - b;\n"
                           "}\n",
                           "c");
    const Step *last = &p->plan->steps.at[p->plan->steps.count - 1];
    cr_assert_eq(last->read_count, 2u);
    cr_expect_eq(last->reads[0].first, 2 * 24);
    cr_expect_eq(last->reads[1].first, 5 * 24);
    cr_expect_eq(last->reads[1].count, 3 * 24);
    cr_expect_eq(last->reads[0].buffer, last->reads[1].buffer);
    planned_free(p);
}

/* How many steps write where they read. */
static uint32_t count_in_place(const Plan *plan)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->steps.count; i++)
        count += plan->kernels.at[plan->steps.at[i].kernel].in_place != NOT_IN_PLACE;
    return count;
}

/* A second tensor is read in the kernel of the first, and gives it its place when nobody needs it afterwards. */
Test(plan, residual_sums)
{
    static const struct {
        const char *text;
        uint32_t steps, in_place;
    } nets[] = {
        /* the trunk stays where it is, the last sum is an output */
        {"y = x -> a: conv(8, 1x1);\n"
         "for (i in 0..3) y = relu(y + (y -> b{i}: conv(4, 1x1) -> relu -> c{i}: conv(8, 1x1)));\n"
         "return y;",
         7, 2},
        /* an output, and the net's input, stay */
        {"y = x -> a: conv(8, 1x1); output kept = y; return z = (y + (y -> b: conv(8, 1x1))) -> c: conv(8, 1x1);", 3,
         0},
        {"return z = (x + (x -> b: conv(8, 1x1))) -> c: conv(8, 1x1);", 2, 0},
        /* read again later, through a view too */
        {"y = x -> a: conv(8, 1x1); z = y + (x -> b: conv(8, 1x1)) -> c: conv(8, 1x1); return w = y - z;", 3, 0},
        {"y = x -> a: conv(8, 1x1); f = y -> flatten; z = y + (x -> b: conv(8, 1x1)) -> c: conv(8, 1x1);\n"
         "return w = f - (z -> flatten);",
         4, 0},
        /* the parts of a concat stay, of which others may be read */
        {"a = x -> a: conv(4, 1x1); y = concat(a, x -> tanh -> b: conv(4, 1x1));\n"
         "z = relu(y + (x -> c: conv(8, 1x1))); return w = z -> d: conv(8, 1x1);",
         5, 0},
        /* the convolution reads what it would overwrite */
        {"y = x -> a: conv(8, 1x1); z = relu(y + (y -> b: conv(8, 1x1))); return w = z -> c: conv(8, 1x1);", 3, 0},
        /* halos differ: the sum owes one, what it is made of does not */
        {"y = x -> a: conv(8, 1x1); z = relu(y + (x -> b: conv(8, 1x1))); return w = z -> c: conv(8, 3x3, pad=1);", 3,
         0},
        /* another shape */
        {"y = x -> a: conv(8, 1x1) -> avgpool(global); return w = (y * (x -> b: conv(8, 1x1))) -> c: conv(8, 1x1);", 4,
         0},
        /* tiles of transposed convolutions overlap; with a table, sums are stored before the epilogue reads */
        {"y = x -> a: conv(8, 1x1); z = relu(y + (x -> b: conv_transpose(8, 1x1))); return w = z -> c: conv(8, 1x1);",
         3, 0},
        /* chains of element-wise layers are one loop, in the place of what they read */
        {"y = x -> a: conv(8, 1x1); m = y -> maxpool(3x3, stride=1, pad=1);\n"
         "return w = max(y * 2 - m, tanh(m) + y) -> c: conv(8, 1x1);",
         5, 1},
        {"y = x -> maxpool(2x2) -> sigmoid -> tanh; return w = y -> flatten -> f: fc(5);", 3, 1},
        /* what needs its neighbours keeps them, up to a limit */
        {"y = x -> maxpool(2x2) -> softmax -> lrn(5) -> softmax(axis=2); return w = y -> flatten -> f: fc(5);", 5, 3},
        {"y = x -> maxpool(2x2) -> lrn(64) -> lrn(65); return w = y -> flatten -> f: fc(5);", 4, 1},
        {"y = x -> maxpool(2x2) -> lrn(5); return w = y -> c: conv(8, 3x3, pad=1);", 3, 0},
    };
    for (size_t i = 0; i < COUNT_OF(nets); i++) {
        Arena *arena = arena_new();
        Planned *p = plan_text(arena_printf(arena, "net n(x: f32[8, 5, 6]) { %s }\n", nets[i].text), "c");
        Buf text = {0};
        plan_print(&text, p->plan);
        cr_expect_eq(p->plan->steps.count, nets[i].steps, "%s", buf_text(&text));
        cr_expect_eq(count_in_place(p->plan), nets[i].in_place, "%s", buf_text(&text));
        buf_free(&text);
        planned_free(p);
        arena_free(arena);
    }
}

/* Operands of a concat are parts of its buffer, which lives from the first of them on; what grows has one buffer. */
Test(plan, joined_values_are_parts_of_one_buffer)
{
    Planned *p = plan_text("net n(x: f32[2, 4, 4]) {\n"
                           "    a = x -> relu;\n"
                           "    b = a -> c: conv(3, 3x3, pad=1);\n"
                           "    y = concat(a, b);\n"
                           "    z = concat(y, y -> tanh, x);\n"
                           "    return w = z -> d: conv(1, 3x3, pad=1);\n"
                           "}\n",
                           "c");
    static const struct {
        const char *name;
        int64_t maps, begin;
    } parts[] = {{"relu", 2, 0}, {"c", 3, 2}, {"concat_2", 5, 0}, {"tanh", 5, 5}, {"pack_x", 2, 10}};
    const int64_t map = 6 * 6; /* all have the halo that d wants */
    const Buffer *whole = buffer_named(p, "concat");
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        const Buffer *part = buffer_named(p, parts[i].name);
        cr_expect_eq(part->place, BUFFER_PART, "%s", parts[i].name);
        cr_expect_eq(part->whole, (uint32_t)(whole - p->plan->buffers.at), "%s", parts[i].name);
        cr_expect_eq(part->begin, parts[i].begin * map, "%s", parts[i].name);
        cr_expect_eq(part->bytes, parts[i].maps * map * 4, "%s", parts[i].name);
    }
    cr_expect_eq(p->plan->steps.count, 5u, "relu, conv, tanh, a copy of x, conv");
    cr_expect_eq(whole->place, BUFFER_WORKSPACE);
    cr_expect_eq(whole->first, 0u);
    cr_expect_eq(whole->last, 4u);
    cr_expect_eq(p->plan->workspace_bytes, 12 * map * 4, "nothing else is stored");
    planned_free(p);
}

/* A concat that is an output is written in the caller's memory, part by part; a batch is not. */
Test(plan, joined_outputs)
{
    static const char text[] = "net n(x: f32[2, 4, 4]) { return y = concat(x -> relu, x -> tanh, x); }\n";
    Planned *p = plan_text(text, "c");
    cr_expect_eq(p->plan->workspace_bytes, 0);
    cr_assert_eq(p->plan->steps.count, 3u);
    for (uint32_t i = 0; i < 3; i++) {
        const Buffer *part = &p->plan->buffers.at[p->plan->steps.at[i].writes[0].buffer];
        cr_expect_eq(part->place, BUFFER_PART);
        cr_expect_eq(part->begin, 32 * i);
        cr_expect_eq(p->plan->buffers.at[part->whole].place, BUFFER_OUTPUT);
    }
    planned_free(p);
    p = plan_text_without(text, "c", (PassSet)1 << pass_find("concat"));
    cr_expect_eq(p->plan->kernels.at[p->plan->kernels.count - 1].family, FAMILY_CONCAT);
    planned_free(p);
}

/* DenseNet names all earlier values again and again, as a list or as what they became. */
Test(plan, growing_concats_copy_nothing)
{
    static const char *const texts[] = {
        "net n(x: f32[4, 6, 6]) { x = x -> relu;"
        " for (i in 0..20) x = concat(x, x -> b{i}: batchnorm -> relu -> c{i}: conv(2, 3x3, pad=1));"
        " return y = x -> avgpool(global); }\n",
        "net n(x: f32[4, 6, 6]) { p = [x -> relu, x -> tanh];"
        " for (i in 0..20) p = p + [concat(p) -> b{i}: batchnorm -> relu -> c{i}: conv(2, 3x3, pad=1)];"
        " return y = concat(p) -> avgpool(global); }\n",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        for (int t = 0; target_at(t); t++) {
            Planned *p = plan_text(texts[i], target_at(t)->name);
            uint32_t wholes = 0;
            for (uint32_t b = 0; b < p->plan->buffers.count; b++) {
                const Buffer *buffer = &p->plan->buffers.at[b];
                wholes += buffer->place == BUFFER_WORKSPACE && strncmp(buffer->name, "concat", 6) == 0;
            }
            cr_expect_eq(wholes, 1u, "net %zu: %u buffers on %s", i, wholes, target_at(t)->name);
            cr_expect_eq(count_op(p->graph, OP_concat), 0u);
            planned_free(p);
        }
    }
}

Test(plan, equal_layers_share_a_kernel)
{
    Planned *p = plan_text("net n(x: f32[8, 6, 6]) {\n"
                           "    for (i in 0..5) x = x -> c{i}: conv(8, 3x3, pad=1) -> relu;\n"
                           "    return x = x -> last: conv(8, 3x3, pad=1) -> leaky_relu(0.1);\n"
                           "}\n",
                           "c");
    uint32_t most = 0;
    for (uint32_t i = 0; i < p->plan->kernels.count; i++)
        most = MAX(most, p->plan->kernels.at[i].steps);
    cr_expect_eq(most, 5u);
    cr_expect_eq(p->plan->kernels.count, 3u, "a pack, five equal layers, one with another activation");
    planned_free(p);
}

Test(plan, blocked_convolutions)
{
    Planned *p = plan_text(lenet5, "avx2");
    cr_expect_eq(buffer_named(p, "conv2")->type.layout.kind, LAYOUT_BLOCKED);
    cr_expect_eq(buffer_named(p, "conv1")->type.layout.kind, LAYOUT_BLOCKED, "6 maps of 8");
    cr_expect_eq(buffer_named(p, "conv2_weight")->type.layout.block, 16);
    planned_free(p);
    p = plan_text("net n(x: f32[8, 6, 6]) { return y = x -> c: conv(2, 3x3); }\n", "avx2");
    cr_expect_eq(buffer_named(p, "y")->type.layout.kind, LAYOUT_PLAIN, "2 maps of 8: portable");
    planned_free(p);
    p = plan_text("net n(x: f32[8, 6, 6]) { return y = x -> c: conv(8, 3x3) -> tanh; }\n", "avx2");
    cr_expect_eq(buffer_named(p, "y")->type.layout.kind, LAYOUT_PLAIN, "tanh has no vector word");
    planned_free(p);
}

static void expect_rule(Planned *p, const char *rule)
{
    const char *broken = plan_verify(p->plan);
    cr_assert_not_null(broken, "%s is not found", rule);
    cr_expect(strcspn(broken, ":") == strlen(rule) && strncmp(broken, rule, strlen(rule)) == 0, "%s expected: %s", rule,
              broken);
}

Test(plan, verifier)
{
    Planned *p = plan_text(lenet5, "avx2");
    cr_expect_null(plan_verify(p->plan));
    Buffer *conv1 = buffer_named(p, "conv1"), *weight = buffer_named(p, "conv2_weight");
    Plan whole = *p->plan;
    Buffer kept = *conv1;
    conv1->offset += 4;
    expect_rule(p, "P1");
    *conv1 = kept;
    Buffer *packed = buffer_named(p, "pack_image");
    int64_t place = packed->offset;
    packed->offset = conv1->offset;
    expect_rule(p, "P2");
    packed->offset = place;
    conv1->last = conv1->first;
    expect_rule(p, "P4");
    *conv1 = kept;
    conv1->place = BUFFER_INPUT;
    expect_rule(p, "P5");
    *conv1 = kept;
    Buffer *fc1 = buffer_named(p, "fc1");
    fc1->type.layout.kind = LAYOUT_BLOCKED;
    expect_rule(p, "P7");
    fc1->type.layout.kind = LAYOUT_PLAIN;
    Buffer *rows = buffer_named(p, "fc1_weight"), *pooled = buffer_named(p, "maxpool_2");
    cr_assert(rows->type.layout.inputs == 8 && pooled->type.layout.kind == LAYOUT_BLOCKED);
    rows->type.layout.inputs = 0;
    expect_rule(p, "P7");
    rows->type.layout.inputs = 8;
    pooled->type.layout.halo[HALO_TOP] = 1;
    expect_rule(p, "P7");
    pooled->type.layout.halo[HALO_TOP] = 0;
    *conv1 = kept;
    kept = *weight;
    weight->offset = buffer_named(p, "conv1_weight")->offset;
    expect_rule(p, "P6");
    weight->offset = 0;
    expect_rule(p, "P6");
    *weight = kept;
    Read *read = &p->plan->steps.at[1].reads[0];
    read->first = 1;
    expect_rule(p, "P8");
    read->first = -1;
    expect_rule(p, "P8");
    read->first = 0;
    p->plan->steps.at++;
    p->plan->steps.count--;
    expect_rule(p, "P3");
    *p->plan = whole;
    p->plan->steps.count--;
    expect_rule(p, "P3");
    *p->plan = whole;
    cr_expect_null(plan_verify(p->plan));
    planned_free(p);
}

Test(plan, verifier_in_place)
{
    Planned *p = plan_text("net n(x: f32[8, 5, 6]) {\n"
                           "    y = x -> a: conv(8, 1x1);\n"
                           "    z = relu(y + (x -> b: conv(8, 1x1)));\n"
                           "    return w = z -> c: conv(8, 1x1);\n"
                           "}\n",
                           "c");
    Step *sum = &p->plan->steps.at[1], *last = &p->plan->steps.at[2];
    Kernel *kernel = &p->plan->kernels.at[sum->kernel];
    uint32_t read = kernel->in_place;
    cr_assert_neq(read, NOT_IN_PLACE);
    cr_expect_null(plan_verify(p->plan));
    kernel->in_place = NOT_IN_PLACE; /* it reads what it writes */
    expect_rule(p, "P5");
    kernel->in_place = 0; /* it takes another's place */
    expect_rule(p, "P9");
    kernel->in_place = read;
    Read kept = sum->reads[0]; /* it reads what it overwrites */
    sum->reads[0] = sum->reads[read];
    expect_rule(p, "P5");
    sum->reads[0] = kept;
    Type *type = &graph_node(p->graph, sum->result)->type, form = *type;
    type->layout.halo[HALO_TOP] = 1;
    expect_rule(p, "P9");
    *type = form;
    kept = last->reads[0]; /* the sum, not what stood there before */
    last->reads[0].value = sum->reads[read].value;
    expect_rule(p, "P10");
    last->reads[0] = kept;
    cr_expect_null(plan_verify(p->plan));
    planned_free(p);
}

/* The rules of buffers that have parts, each broken once. */
Test(plan, verifier_of_parts)
{
    Planned *p = plan_text("net n(x: f32[2, 4, 4]) {\n"
                           "    a = x -> relu;\n"
                           "    return y = concat(a, a -> tanh, x -> abs) -> c: conv(1, 3x3, pad=1);\n"
                           "}\n",
                           "c");
    cr_expect_null(plan_verify(p->plan));
    Buffer *relu = buffer_named(p, "relu"), *tanh = buffer_named(p, "tanh"), *whole = buffer_named(p, "concat");
    const Buffer kept = *tanh, kept_whole = *whole;
    Plan all = *p->plan;
    tanh->begin = 6 * 6 * 4 + 36;
    expect_rule(p, "P11");
    tanh->begin = -36;
    expect_rule(p, "P11");
    tanh->begin = 36 + 1;
    expect_rule(p, "P11");
    tanh->begin = 36; /* not where the join has it */
    expect_rule(p, "P11");
    *tanh = kept;
    tanh->type.layout.halo[HALO_TOP] = 0;
    expect_rule(p, "P11");
    *tanh = kept;
    tanh->whole = (uint32_t)(relu - p->plan->buffers.at);
    expect_rule(p, "P11");
    tanh->whole = p->plan->buffers.count;
    expect_rule(p, "P11");
    *tanh = kept;
    Step *second = &p->plan->steps.at[1];
    const uint32_t writes = second->writes[0].buffer;
    second->writes[0].buffer = (uint32_t)(relu - p->plan->buffers.at);
    expect_rule(p, "P5");
    second->writes[0].buffer = writes;
    Step *third = &p->plan->steps.at[2];
    const uint32_t writes_third = third->writes[0].buffer;
    third->writes[0].buffer = writes; /* again */
    expect_rule(p, "P12");
    third->writes[0].buffer = (uint32_t)(whole - p->plan->buffers.at); /* all of it */
    expect_rule(p, "P12");
    third->writes[0].buffer = writes_third;
    Read *read = &second->reads[0];
    const Read of_relu = *read;
    read->buffer = (uint32_t)(tanh - p->plan->buffers.at);
    expect_rule(p, "P5");
    read->buffer = (uint32_t)(whole - p->plan->buffers.at);
    read->first = 5 * 36;
    expect_rule(p, "P8");
    read->first = 4 * 36; /* what the next step writes */
    expect_rule(p, "P3");
    read->first = 36;
    read->count = 2 * 36;
    expect_rule(p, "P5");
    *read = of_relu;
    whole->first = 1;
    expect_rule(p, "P4");
    *whole = kept_whole;
    whole->last = 1;
    expect_rule(p, "P4");
    *whole = kept_whole;
    for (uint32_t gone = 0; gone < 3; gone++) { /* without one of the parts, the whole is not all written */
        Step steps[4];
        uint32_t count = 0;
        for (uint32_t i = 0; i < all.steps.count; i++)
            if (i != gone)
                steps[count++] = all.steps.at[i];
        p->plan->steps.at = steps;
        p->plan->steps.count = count;
        expect_rule(p, "P3");
        *p->plan = all;
    }
    cr_expect_null(plan_verify(p->plan));
    planned_free(p);
}

Test(plan, names)
{
    Arena *arena = arena_new();
    NameSet set = {.arena = arena};
    cr_expect_str_eq(name_unique(&set, "layer1.0.conv1"), "layer1_0_conv1");
    cr_expect_str_eq(name_unique(&set, "layer1.0_conv1"), "layer1_0_conv1_2");
    for (int i = 0; i < 1000; i++)
        name_unique(&set, arena_printf(arena, "%d", i));
    cr_expect(name_is_taken(&set, "999"));
    cr_expect(!name_is_taken(&set, "1000"));
    arena_free(arena);
}

/* Texts name functions for some pixels after their kernel: no other kernel may be called like one of them. */
Test(plan, names_of_parts_of_kernels)
{
    static const struct {
        const char *first, *second, *names[2];
    } nets[] = {
        {"c", "c_14x2", {"c", "c_14x2_2"}},
        {"c_14x2", "c", {"c_14x2", "c_2"}},
        {"c", "c_row8", {"c", "c_row8_2"}},
        {"c_tiles14", "c", {"c_tiles14", "c_2"}},
        {"c", "c_sums", {"c", "c_sums_2"}},
        {"c", "c_14", {"c", "c_14"}},
        {"c", "c_2x", {"c", "c_2x"}},
        {"c", "c_row", {"c", "c_row"}},
        {"b_14x2", "c", {"b_14x2", "c"}},
        {"b_14x2_c", "b", {"b_14x2_c", "b"}},
        {"b", "b_14x2_row3", {"b", "b_14x2_row3"}},
    };
    for (size_t i = 0; i < COUNT_OF(nets); i++) {
        Arena *arena = arena_new();
        const char *text =
            arena_printf(arena, "net n(x: f32[4, 9, 9]) { return y = x -> %s: conv(4, 3x3) -> %s: conv(5, 3x3); }\n",
                         nets[i].first, nets[i].second);
        Planned *p = plan_text(text, "c");
        uint32_t found = 0;
        for (uint32_t k = 0; k < p->plan->kernels.count; k++)
            for (int name = 0; name < 2; name++)
                found += strcmp(p->plan->kernels.at[k].name, nets[i].names[name]) == 0;
        cr_expect_eq(found, 2u, "%s and %s: not called %s and %s", nets[i].first, nets[i].second, nets[i].names[0],
                     nets[i].names[1]);
        planned_free(p);
        arena_free(arena);
    }
}
