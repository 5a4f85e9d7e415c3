/* test_blocks.c - the tree of blocks, and what counts as a repeat. */
#include <criterion/criterion.h>

#include "report/blocks.h"
#include "tests/support/model.h"

/* Blocks that keep the shape, change it, and add to the channels. */
#define BLOCKS                                                                                                         \
    "block keep(x) { return relu(x + (x -> a: conv(channels(x), 3x3, pad=1) -> relu -> b: conv(channels(x), 1x1))); }" \
    "block like(x) { return relu(x + (x -> a: conv(channels(x), 3x3, pad=1) -> relu -> b: conv(channels(x), 1x1))); }" \
    "block other(x, y) { return (x -> a: conv(3, 1x1)) * y; }"                                                         \
    "block half(x) { return x -> a: conv(channels(x), 3x3, stride=2, pad=1) -> relu; }"                                \
    "block grow(x) { return x -> relu -> c: conv(2, 3x3, pad=1); }"                                                    \
    "block stage(x, n) { for (i in 0..n) x = x -> {i}: keep; return x; }"                                              \
    "block two(x, y) { return (x -> a: conv(3, 1x1)) + y; }\n"

/* "first:length*count@block", one a repeat; blocks as "label:name". */
static const char *repeats_text(Arena *arena, const char *body)
{
    Diag diag;
    Buf buf = {0};
    Graph *graph = model_read(arena, &diag, "n.fov",
                              arena_printf(arena, BLOCKS "net n(image: f32[3, 8, 8]) { x = image; %s }", body), NULL);
    cr_assert(graph, "%s", body);
    Blocks blocks = blocks_find(arena, graph, true);
    for (uint32_t i = 0; i < blocks.repeats.count; i++) {
        const Repeat *r = &blocks.repeats.at[i];
        const Block *block = &blocks.at.at[r->block];
        buf_printf(&buf, "%s%u:%u*%u@%s", i ? " " : "", r->first, r->length, r->count, r->block ? block->label : "net");
    }
    const char *text = arena_strdup(arena, buf_text(&buf));
    buf_free(&buf);
    return text;
}

/* keep has 5 layers: conv, relu, conv, add, relu. */
Test(blocks, repeats)
{
    static const struct {
        const char *body, *repeats;
    } rows[] = {
        {"for (i in 0..4) x = x -> k{i}: keep; return x;", "0:5*4@net"},
        {"x = x -> k: keep; return x -> a: conv(2, 1x1);", ""},
        /* Another shape, and another operation, end it. */
        {"for (i in 0..2) x = x -> k{i}: keep; x = x -> h: half; for (i in 2..5) x = x -> k{i}: keep; return x;",
         "0:5*2@net 12:5*3@net"},
        {"x = x -> k: keep; x = x -> g: grow; return x -> k2: keep;", ""},
        {"for (i in 0..2) x = x -> k{i}: keep -> l{i}: like; return x;", "0:10*2@net"},
        {"return x -> k: keep -> l: like;", ""},
        /* With layers between them. */
        {"for (i in 0..3) x = x -> k{i}: keep -> tanh; return x;", "0:6*3@net"},
        /* Channels may grow where no kernel makes them. */
        {"for (i in 0..4) x = concat(x, x -> g{i}: grow); return x;", "0:3*4@net"},
        /* Layers alone are none. */
        {"for (i in 0..3) x = x -> c{i}: conv(3, 3x3, pad=1) -> relu; return x;", ""},
        /* A repeat in a repeat, and one that is only inside. */
        {"for (i in 0..3) x = x -> s{i}: stage(4); return x;", "0:20*3@net 0:5*4@s0"},
        {"x = x -> s: stage(4); x = x -> t: stage(3); return x;", "0:5*4@s 20:5*3@t"},
        /* What is read from outside ends it: an output in the middle, a later reader. */
        {"for (i in 0..4) { x = x -> k{i}: keep; if (i == 1) output tap = x; } return x;", "0:5*2@net 10:5*2@net"},
        {"y = x -> k: keep; x = y; for (i in 0..4) x = x -> l{i}: keep; return x + y;", "5:5*4@net"},
        /* Each turn reads the same thing from before; or the two turns before it, so that two are a turn. */
        {"y = x; for (i in 0..3) x = x -> t{i}: two(y); return x;", "0:2*3@net"},
        {"y = x; for (i in 0..4) { z = x; x = x -> t{i}: two(y); y = z; } return x + y;", "0:4*2@net"},
        /* The third turn reads the second crosswise. */
        {"p = x -> p0: two(x); q = x -> q0: other(x); r = p -> p1: two(q); s = p -> q1: other(q); "
         "t = s -> p2: two(r); u = s -> q2: other(r); return t + u;",
         "0:4*2@net"},
        /* Numbers in the model are not weights. */
        {"for (i in 0..3) x = (x -> k{i}: keep) * 2; return x;", "0:6*3@net"},
        {"for (i in 0..3) x = (x -> k{i}: keep) * (i + 2); return x;", ""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Arena *arena = arena_new();
        cr_expect_str_eq(repeats_text(arena, rows[i].body), rows[i].repeats, "%s", rows[i].body);
        arena_free(arena);
    }
}

Test(blocks, tree)
{
    Arena *arena = arena_new();
    Diag diag;
    Graph *graph = model_read(arena, &diag, "n.fov",
                              BLOCKS "net n(image: f32[3, 8, 8]) {"
                                     "x = image -> s.x: stage(3) -> relu; return x -> s.y: grow; }",
                              NULL);
    cr_assert(graph);
    static const Block expected[] = {{0, 6, 0, 18, "", ""},       {0, 5, 0, 15, "s.x", "stage"},
                                     {1, 3, 0, 5, "0", "keep"},   {1, 4, 5, 10, "1", "keep"},
                                     {1, 5, 10, 15, "2", "keep"}, {0, 6, 16, 18, "s.y", "grow"}};
    Blocks blocks = blocks_find(arena, graph, true);
    cr_assert_eq(blocks.at.count, COUNT_OF(expected));
    cr_assert_eq(blocks.layers.count, 18);
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        const Block *a = &blocks.at.at[i], *b = &expected[i];
        cr_expect(a->parent == b->parent && a->after == b->after && a->first == b->first && a->end == b->end &&
                      strcmp(a->label, b->label) == 0 && strcmp(a->name, b->name) == 0,
                  "block %zu", i);
    }
    /* Layer 12 is the third one of the third turn; layer 15 belongs to none. */
    cr_expect_eq(blocks.stands_for[12], 2);
    cr_expect_eq(blocks.stands_for[15], 15);
    cr_expect_eq(blocks_last(&blocks, 2), 12);
    cr_expect_eq(blocks_last(&blocks, 15), 15);
    Blocks unfolded = blocks_find(arena, graph, false);
    cr_expect_eq(unfolded.repeats.count, 0);
    cr_expect_eq(unfolded.stands_for[12], 12);
    arena_free(arena);
}
