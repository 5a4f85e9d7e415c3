/* net.c - the net that is compiled: its parameters, with what -D sets, and its typed inputs.
 *
 * Parameters are known before inputs, so that a type may name them. A -D value is an expression of the language, or a
 * bare word for a string, and has the type of the parameter's default.
 */
#include "elaborate/internal.h"

#include <ctype.h>

/* ---- -D ---- */

static bool is_bare_word(const char *text)
{
    if (!isalpha((unsigned char)*text) && *text != '_')
        return false;
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && *text != '_')
            return false;
    return true;
}

/* The value of name=text; POISON after a diagnostic. */
static Value define_value(Elaborator *e, const char *text, Value fallback, Span *span)
{
    uint32_t source = diag_add_source(e->diag, "<command line>", text, strlen(text));
    *span = (Span){source, 0, (uint32_t)strlen(text)};
    bool truth = strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
    bool constant = name_map_find(&e->unit->values, text) && fallback.kind != VALUE_STRING;
    if (is_bare_word(text) && !truth && !constant)
        return value_string(arena_strdup(e->arena, text));
    const Expr *expr = parse_expression(e->arena, e->diag, source);
    if (!expr)
        return POISON;
    uint32_t errors = e->diag->errors;
    resolve_value(e, e->unit, expr);
    return e->diag->errors > errors ? POISON : eval_expr(e, expr);
}

/* The value as the parameter's default has it; an integer will do for a float. */
static Value check_type(Elaborator *e, const Param *param, Value value, Value fallback, Span span)
{
    if (value_is_poison(value) || value_is_poison(fallback) || value.kind == fallback.kind)
        return value;
    if (value.kind == VALUE_INT && fallback.kind == VALUE_FLOAT)
        return value_float(value_number(value));
    bool list = value.kind == VALUE_LIST || value.kind == VALUE_TABLE;
    diag_error(e->diag, span, "'%s' is %s; %s is %s", param->name.text, value_kind_text(fallback),
               list ? "this" : value_text(e->arena, value), value_kind_text(value));
    diag_note(e->diag, param->fallback->span, "its default");
    return POISON;
}

/* The last -D of that name, or NULL. */
static const Define *find_define(const Elaborator *e, const char *name)
{
    const Define *found = NULL;
    for (uint32_t i = 0; i < e->options->define_count; i++)
        if (strcmp(e->options->defines[i].name, name) == 0)
            found = &e->options->defines[i];
    return found;
}

static void check_defines(Elaborator *e, const Item *net)
{
    for (uint32_t i = 0; i < e->options->define_count; i++) {
        const char *name = e->options->defines[i].name;
        const Param *param = NULL;
        VEC(const char *) names = {0};
        for (uint32_t k = 0; k < net->params.count; k++) {
            if (!net->params.at[k].type.text)
                VEC_PUSH(e->arena, &names, net->params.at[k].name.text);
            if (strcmp(net->params.at[k].name.text, name) == 0)
                param = &net->params.at[k];
        }
        if (param && param->type.text) {
            diag_error(e->diag, param->name.span, "'%s' is an input; -D sets parameters", name);
        } else if (!param) {
            diag_error(e->diag, NOWHERE, "net '%s' has no parameter '%s'", net->name.text, name);
            hint_choice(e->diag, name, names.at, names.count, "its parameter");
        }
    }
}

/* ---- parameters ---- */

static Value param_value(Elaborator *e, const Param *param)
{
    Value fallback = POISON;
    if (param->fallback) {
        e->no_layers = "a default";
        fallback = eval_expr(e, param->fallback);
        if (value_is_poison(fallback))
            return POISON;
    }
    const Define *define = find_define(e, param->name.text);
    if (define) {
        Span span;
        e->no_layers = "a parameter";
        Value value = define_value(e, define->value, fallback, &span);
        return param->fallback ? check_type(e, param, value, fallback, span) : value;
    }
    if (!param->fallback) {
        diag_error(e->diag, param->name.span, "parameter '%s' has no default", param->name.text);
        diag_hint(e->diag, "-D %s=10", param->name.text);
    }
    return fallback;
}

static void declare(Elaborator *e, const Param *param, Value value)
{
    if (!scope_find(&e->scopes, param->name.text))
        scope_declare(e->arena, &e->scopes, param->name.text)->value = value;
}

static bool declare_params(Elaborator *e, const Item *net)
{
    bool good = true;
    check_defines(e, net);
    for (uint32_t i = 0; i < net->params.count; i++) {
        const Param *param = &net->params.at[i];
        if (param->type.text)
            continue;
        Value value = param_value(e, param);
        good &= !value_is_poison(value);
        declare(e, param, value);
    }
    return good;
}

/* ---- inputs ---- */

static bool input_type(Elaborator *e, const Param *param, DType *dtype)
{
    static const char *const names[] = {"f32", "u8"};
    const char *name = param->type.text;
    *dtype = strcmp(name, "u8") == 0 ? DT_U8 : DT_F32;
    if (*dtype == DT_U8 || strcmp(name, "f32") == 0)
        return true;
    diag_error(e->diag, param->type.span, "no type is called '%s'", name);
    if (!nearest_word(name, names, COUNT_OF(names)))
        diag_hint(e->diag, "f32[channels, height, width], or u8 for bytes");
    hint_word(e->diag, name, names, COUNT_OF(names));
    return false;
}

static Span dims_span(const Param *param)
{
    return span_join(param->dims.at[0]->span, param->dims.at[param->dims.count - 1]->span);
}

bool input_shape(Elaborator *e, const Param *param, Shape *shape)
{
    DType dtype;
    if (!input_type(e, param, &dtype) || param->dims.count == 0)
        return false;
    uint32_t rank = param->dims.count;
    if (rank > MAX_RANK - 1) {
        diag_error(e->diag, dims_span(param), "an input has at most %d dimensions, this has %u", MAX_RANK - 1, rank);
        return false;
    }
    if (dtype == DT_U8 && rank != 3) {
        diag_error(e->diag, dims_span(param), "u8 takes [channels, height, width], this has %u dimension%s", rank,
                   plural(rank));
        return false;
    }
    *shape = (Shape){.rank = (int)rank + 1, .dim = {MAX(e->options->batch, 1)}};
    for (uint32_t i = 0; i < rank; i++) {
        const Expr *dim = param->dims.at[i];
        if (!value_as_integer(e, eval_expr(e, dim), dim->span, "a dimension", 1, &shape->dim[i + 1]))
            return false;
    }
    if (shape_fits(shape))
        return true;
    diag_error(e->diag, dims_span(param), "an input of that size is more than Fovea handles");
    return false;
}

/* The shorter side, which the picture that is cut out must not exceed. */
static bool picture_resize(Elaborator *e, const Expr *expr, const Shape *shape, Picture *picture)
{
    int64_t shorter = MIN(shape->dim[2], shape->dim[3]);
    if (!value_as_integer(e, eval_expr(e, expr), expr->span, "resize", 1, &picture->resize))
        return false;
    if (picture->resize >= shorter)
        return true;
    diag_error(e->diag, expr->span, "resize=%lld is smaller than the picture that is cut out, %lldx%lld",
               (long long)picture->resize, (long long)shape->dim[2], (long long)shape->dim[3]);
    return false;
}

static bool picture_order(Elaborator *e, const Expr *expr, const Shape *shape, Picture *picture)
{
    static const char *const orders[] = {"rgb", "bgr"};
    if (shape->dim[1] != 3) {
        diag_error(e->diag, expr->span, "'order' is for red, green and blue; this has %lld channel%s",
                   (long long)shape->dim[1], plural(shape->dim[1]));
        return false;
    }
    Value value = expr_is_bare_name(expr) ? value_string(expr->as.name) : eval_expr(e, expr);
    if (value_is_poison(value))
        return false;
    if (value.kind == VALUE_STRING) {
        picture->bgr = strcmp(value.as.string, "bgr") == 0;
        if (picture->bgr || strcmp(value.as.string, "rgb") == 0)
            return true;
    }
    diag_error(e->diag, expr->span, "'order' takes rgb or bgr, not %s", value_text(e->arena, value));
    if (value.kind == VALUE_STRING)
        hint_word(e->diag, value.as.string, orders, COUNT_OF(orders));
    return false;
}

/* u8[3, 224, 224](resize=256, order=bgr) */
static bool input_picture(Elaborator *e, const Param *param, const Shape *shape, Picture *picture)
{
    static const char *const names[] = {"resize", "order"};
    *picture = (Picture){0};
    if (param->options.count && param->dims.count != 3) {
        diag_error(e->diag, dims_span(param), "only pictures, [channels, height, width], have options");
        return false;
    }
    for (uint32_t i = 0; i < param->options.count; i++) {
        const Argument *option = &param->options.at[i];
        const char *name = option->name.text ? option->name.text : "";
        const Expr *expr = option->value;
        bool good = true;
        if (strcmp(name, "resize") == 0) {
            good = picture_resize(e, expr, shape, picture);
        } else if (strcmp(name, "order") == 0) {
            good = picture_order(e, expr, shape, picture);
        } else {
            Span span = option->name.text ? option->name.span : expr->span;
            diag_error(e->diag, span, option->name.text ? "an input has no option '%s'" : "an option is named", name);
            hint_word(e->diag, name, names, COUNT_OF(names));
            good = false;
        }
        if (!good)
            return false;
    }
    return true;
}

static bool add_input(Elaborator *e, const Param *param)
{
    Type type = {0};
    Picture picture;
    if (!input_shape(e, param, &type.shape) || !input_picture(e, param, &type.shape, &picture))
        return false;
    bool bytes = strcmp(param->type.text, "u8") == 0;
    if (bytes) {
        type.dtype = DT_U8;
        type.layout.kind = LAYOUT_INTERLEAVED;
    }
    NodeId node = graph_add_input(e->graph, param->name.text, type, picture, param->name.span);
    if (bytes)
        node = graph_add(e->graph, e->diag, OP_pixels, &node, 1, NULL, "", param->name.span);
    if (node_is_none(node))
        return false;
    declare(e, param, value_tensor(node));
    return true;
}

void net_elaborate(Elaborator *e, Definition *net)
{
    const Item *item = net->item;
    Frame frame = {.definition = net, .prefix = "", .result = POISON};
    e->unit = net->unit;
    e->graph = graph_new(e->arena, item->name.text);
    e->scopes.frame = (uint32_t)++e->calls;
    bool good = declare_params(e, item);
    e->no_layers = "the size of an input";
    bool sound = good;
    for (uint32_t i = 0; sound && i < item->params.count; i++)
        if (item->params.at[i].type.text)
            good &= add_input(e, &item->params.at[i]);
    e->no_layers = NULL;
    e->frame = &frame;
    net->running = true;
    if (good && e->graph->inputs.count == 0)
        diag_error(e->diag, item->name.span, "net '%s' has no input", item->name.text);
    else if (good)
        call_body(e, NOWHERE);
    e->frame = NULL;
}
