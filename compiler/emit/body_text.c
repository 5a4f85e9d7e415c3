/* body_text.c - the meaning of element-wise rows as C: expressions in float, or in a target's vector words. */
#include "emit/kernel.h"

/* How tightly a written expression binds. */
typedef enum Binding {
    BINDING_CHOICE,
    BINDING_COMPARE,
    BINDING_SUM,
    BINDING_PRODUCT,
    BINDING_UNARY,
    BINDING_ATOM
} Binding;

typedef struct BodyText {
    const KernelText *text;
    const Op *row;
    const void *attrs;
    const char *const *operands;
    bool vector;
    const char *local; /* what the body's own name is called in this function */
} BodyText;

typedef struct Written {
    const char *text;
    Binding binding;
} Written;

static Written write_body(const BodyText *body, const BodyNode *node);

static bool is_comparison(const BodyNode *node)
{
    return node->kind == BODY_WORD && node->word >= BODY_EQ && node->word <= BODY_GE;
}

static const char *vector_word(BodyWord word)
{
    static const char *const names[BODY_WORD_COUNT] = {
        [BODY_ADD] = "v_add", [BODY_SUB] = "v_sub",       [BODY_MUL] = "v_mul",   [BODY_DIV] = "v_div",
        [BODY_NEG] = "v_neg", [BODY_EQ] = "v_eq",         [BODY_NE] = "v_ne",     [BODY_LT] = "v_lt",
        [BODY_GT] = "v_gt",   [BODY_LE] = "v_le",         [BODY_GE] = "v_ge",     [BODY_MAX] = "v_max",
        [BODY_MIN] = "v_min", [BODY_SELECT] = "v_select", [BODY_SQRT] = "v_sqrt", [BODY_ABS] = "v_abs",
    };
    return names[word];
}

static Written write_vector(const BodyText *body, const BodyNode *node)
{
    Arena *arena = body->text->arena;
    if (!vector_word(node->word))
        BUG("'%s' has no vector word", body_word_text(node->word));
    const char *call = arena_printf(arena, "%s(", vector_word(node->word));
    for (int i = 0; i < node->child_count; i++)
        call = arena_printf(arena, "%s%s%s", call, i ? ", " : "", write_body(body, node->child[i]).text);
    return (Written){arena_printf(arena, "%s)", call), BINDING_ATOM};
}

/* A child in brackets when it binds less tightly than its place asks. */
static const char *bracketed(const BodyText *body, const BodyNode *child, Binding least)
{
    Written written = write_body(body, child);
    return written.binding < least ? arena_printf(body->text->arena, "(%s)", written.text) : written.text;
}

static Written write_infix(const BodyText *body, const BodyNode *node, Binding binding)
{
    const char *left = bracketed(body, node->child[0], binding);
    const char *right = bracketed(body, node->child[1], (Binding)(binding + 1));
    return (Written){arena_printf(body->text->arena, "%s %s %s", left, body_word_text(node->word), right), binding};
}

static Written write_call(const BodyText *body, const BodyNode *node, const char *function)
{
    const char *first = write_body(body, node->child[0]).text;
    const char *second = node->child_count > 1 ? write_body(body, node->child[1]).text : NULL;
    return (Written){arena_printf(body->text->arena, second ? "%s(%s, %s)" : "%s(%s)", function, first, second),
                     BINDING_ATOM};
}

static Written write_helper(const BodyText *body, const BodyNode *node, const char *name, bool *needed)
{
    *needed = true;
    return write_call(body, node, arena_printf(body->text->arena, "%s_%s", body->text->prefix, name));
}

/* The function of <math.h>; NULL: it has none for the word. */
static const char *math_function(BodyWord word)
{
    static const char *const names[BODY_WORD_COUNT] = {
        [BODY_EXP] = "expf",     [BODY_LOG] = "logf",     [BODY_SQRT] = "sqrtf",   [BODY_TANH] = "tanhf",
        [BODY_ABS] = "fabsf",    [BODY_EXPM1] = "expm1f", [BODY_LOG1P] = "log1pf", [BODY_ERF] = "erff",
        [BODY_ERFC] = "erfcf",   [BODY_FLOOR] = "floorf", [BODY_CEIL] = "ceilf",   [BODY_ROUND] = "rintf",
        [BODY_TRUNC] = "truncf", [BODY_POW] = "powf",     [BODY_MOD] = "fmodf",    [BODY_SIN] = "sinf",
        [BODY_COS] = "cosf",     [BODY_TAN] = "tanf",     [BODY_ASIN] = "asinf",   [BODY_ACOS] = "acosf",
        [BODY_ATAN] = "atanf",   [BODY_SINH] = "sinhf",   [BODY_COSH] = "coshf",   [BODY_ASINH] = "asinhf",
        [BODY_ACOSH] = "acoshf", [BODY_ATANH] = "atanhf",
    };
    return names[word];
}

static Written write_math(const BodyText *body, const BodyNode *node, const char *function)
{
    body->text->needs->math = true;
    return write_call(body, node, function);
}

static Written write_word(const BodyText *body, const BodyNode *node)
{
    Arena *arena = body->text->arena;
    switch (node->word) {
    case BODY_ADD:
    case BODY_SUB:
        return write_infix(body, node, BINDING_SUM);
    case BODY_MUL:
    case BODY_DIV:
        return write_infix(body, node, BINDING_PRODUCT);
    case BODY_NEG:
        return (Written){arena_printf(arena, "-%s", bracketed(body, node->child[0], BINDING_ATOM)), BINDING_UNARY};
    case BODY_MAX:
        return write_helper(body, node, "larger", &body->text->needs->larger);
    case BODY_MIN:
        return write_helper(body, node, "smaller", &body->text->needs->smaller);
    case BODY_SELECT: {
        const BodyNode *condition = node->child[0];
        const char *test = is_comparison(condition) ? write_infix(body, condition, BINDING_COMPARE).text
                                                    : bracketed(body, condition, BINDING_SUM);
        test = is_comparison(condition) ? test : arena_printf(arena, "%s != 0.0f", test);
        return (Written){arena_printf(arena, "%s ? %s : %s", test, bracketed(body, node->child[1], BINDING_COMPARE),
                                      bracketed(body, node->child[2], BINDING_COMPARE)),
                         BINDING_CHOICE};
    }
    default:
        if (math_function(node->word))
            return write_math(body, node, math_function(node->word));
        return (Written){arena_printf(arena, "%s ? 1.0f : 0.0f", write_infix(body, node, BINDING_COMPARE).text),
                         BINDING_CHOICE};
    }
}

static Written write_number(const BodyText *body, double value)
{
    const char *number = float_text(body->text->arena, value);
    if (number[0] == 'N' || strstr(number, "INF"))
        body->text->needs->math = true;
    if (body->vector)
        number = arena_printf(body->text->arena, "v_set(%s)", number);
    return (Written){number, number[0] == '-' ? BINDING_UNARY : BINDING_ATOM};
}

/* The line "const float t = expf(-fabsf(a));" before the statement that the rest will stand in. */
static Written write_let(const BodyText *body, const BodyNode *node)
{
    const KernelText *text = body->text;
    const char *type = body->vector ? text_set(text)->vector : "float";
    const char *value = write_body(body, node->child[0]).text;
    line_wrapped(text->out, arena_printf(text->arena, "const %s %s = %s;", type, body->local, value));
    return write_body(body, node->child[1]);
}

/* A number or an attribute, which are one word in emitted code. */
static bool is_number(const BodyText *body, const BodyNode *node, double *value)
{
    if (node->kind == BODY_ATTRIBUTE)
        *value = body_attribute(body->row, body->attrs, node->name);
    else
        *value = node->number;
    return node->kind == BODY_ATTRIBUTE || node->kind == BODY_NUMBER;
}

/* The second factor of a product by 1, which is what `alpha`, `beta` and the like are unless somebody says otherwise.
 */
static const BodyNode *times_one(const BodyText *body, const BodyNode *node)
{
    double factor;
    if (node->word == BODY_MUL && is_number(body, node->child[0], &factor) && factor == 1)
        return node->child[1];
    return NULL;
}

static Written write_body(const BodyText *body, const BodyNode *node)
{
    double number;
    if (is_number(body, node, &number))
        return write_number(body, number);
    switch (node->kind) {
    case BODY_INPUT:
        return (Written){body->operands[node->input], BINDING_UNARY};
    case BODY_LET:
        return write_let(body, node);
    case BODY_LOCAL:
        return (Written){body->local, BINDING_ATOM};
    default:
        break;
    }
    const BodyNode *alone = times_one(body, node);
    if (alone)
        return write_body(body, alone);
    return body->vector ? write_vector(body, node) : write_word(body, node);
}

/* t, or t2, t3, ... in an epilogue: its nodes share one function. */
static const char *local_name(const KernelText *text, const Node *node, const BodyNode *tree)
{
    for (uint32_t e = 1; e < text->kernel->epilogue_count; e++)
        if (graph_node(text->graph, text->kernel->epilogue[e]) == node)
            return arena_printf(text->arena, "%s%u", tree->name, e + 1);
    return tree->name;
}

const char *body_text(const KernelText *text, const Node *node, const char *const *operands, bool vector)
{
    const Op *row = op_row(node->op);
    const BodyNode *tree = body_parse(text->arena, op_body(node));
    BodyText body = {.text = text, .row = row, .attrs = node->attrs, .operands = operands, .vector = vector};
    if (tree->kind == BODY_LET)
        body.local = local_name(text, node, tree);
    return write_body(&body, tree).text;
}

static bool node_is_vector(const BodyNode *node)
{
    if (node->kind == BODY_WORD && !vector_word(node->word))
        return false;
    for (int i = 0; i < node->child_count; i++)
        if (!node_is_vector(node->child[i]))
            return false;
    return true;
}

bool body_is_vector(Arena *arena, const Node *node)
{
    return op_body(node) && node_is_vector(body_parse(arena, op_body(node)));
}

static int count_uses(const BodyNode *node, int input)
{
    int uses = node->kind == BODY_INPUT && node->input == input;
    for (int i = 0; i < node->child_count; i++)
        uses += count_uses(node->child[i], input);
    return uses;
}

bool body_repeats(Arena *arena, const Node *node)
{
    const BodyNode *body = body_parse(arena, op_body(node));
    for (uint32_t i = 0; i < node->input_count; i++)
        if (count_uses(body, (int)i) > 1)
            return true;
    return false;
}

/* ---- epilogues ---- */

/* Operand texts of a fused node: the running value, numbers, and parameters from `*next` on. */
static const char *const *epilogue_operands(KernelText *text, const Node *node, uint32_t *next, bool vector)
{
    const char **operands = NEW_ARRAY(text->arena, const char *, node->input_count);
    for (uint32_t i = 0; i < node->input_count; i++) {
        double number;
        if (graph_is_running(text->graph, node, i))
            operands[i] = "v";
        else if (text_number(text, node, i, &number))
            operands[i] = arena_printf(text->arena, vector ? "v_set(%s)" : "%s", float_text(text->arena, number));
        else
            operands[i] = text_operand(text, (*next)++);
    }
    return operands;
}

/* How many nodes of the epilogue compute something; a shuffle only says where the result goes. */
static uint32_t computed_count(const KernelText *text)
{
    uint32_t count = 0;
    for (uint32_t e = 0; e < text->kernel->epilogue_count; e++)
        count += op_body(graph_node(text->graph, text->kernel->epilogue[e])) != NULL;
    return count;
}

bool text_has_finish(const KernelText *text)
{
    return computed_count(text) > 0;
}

void text_finish(KernelText *text, bool vector)
{
    uint32_t left = computed_count(text);
    if (!left)
        return;
    const char *type = vector ? text_set(text)->vector : "float";
    const char *attribute = vector ? text_set(text)->attribute : "";
    Buf head = {0};
    buf_printf(&head, "%sstatic inline %s %s_finish(%s v", attribute, type, text->name, type);
    uint32_t next = text_leader_parameters(text);
    for (uint32_t i = next; i < text_parameter_count(text); i++)
        buf_printf(&head, ", %s %s", type, text_operand(text, i));
    buf_puts(&head, ")");
    line_wrapped(text->out, buf_text(&head));
    buf_free(&head);
    buf_line(text->out, "{");
    text->out->indent++;
    for (uint32_t e = 0; e < text->kernel->epilogue_count; e++) {
        const Node *node = graph_node(text->graph, text->kernel->epilogue[e]);
        if (!op_body(node))
            continue;
        const char *value = body_text(text, node, epilogue_operands(text, node, &next, vector), vector);
        line_wrapped(text->out, arena_printf(text->arena, --left ? "v = %s;" : "return %s;", value));
    }
    buf_close(text->out);
    buf_line(text->out, "");
}

const char *text_finished(const KernelText *text, const char *value, const char *channel, const char *const *at,
                          bool vector)
{
    if (!text_has_finish(text))
        return value;
    const bool aligned = text->plan->target->gpu && text->kernel->form.activations == LAYOUT_BLOCKED;
    const char *load = aligned ? "v_read" : "v_load"; /* blocks and panels are */
    const char *call = arena_printf(text->arena, "%s_finish(%s", text->name, value);
    for (uint32_t i = text_leader_parameters(text); i < text_parameter_count(text); i++) {
        const char *parameter = text_parameter(text, i), *place = text_is_parallel(text, i) ? at[i] : channel;
        if (!text_is_parallel(text, i) && !text_parameter_runs(text, i))
            call = arena_printf(text->arena, vector ? "%s, v_broadcast(%s)" : "%s, *%s", call, parameter);
        else if (vector)
            call = arena_printf(text->arena, "%s, %s(%s)", call, load, pointer_text(text, parameter, place));
        else
            call = arena_printf(text->arena, "%s, %s[%s]", call, parameter, place);
    }
    return arena_printf(text->arena, "%s)", call);
}
