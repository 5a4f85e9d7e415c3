/* call.c - applying things: ops, blocks, nets, and once more what a label names.
 *
 * A label is relative to the labelled block around it; a block without label adds no level. What a label was put on is
 * kept with its evaluated arguments, so that `y -> @label` can do the same to another tensor; the weights are found
 * again by their paths (graph_weight), so that they exist once.
 */
#include "elaborate/internal.h"

/* ---- ops ---- */

/* A tensor, or a list of them. */
static Value build_value(Elaborator *e, const OpCall *call)
{
    const Op *row = op_row(call->op);
    if (row->build) {
        NodeId node = row->build(call);
        return node_is_none(node) ? POISON : value_tensor(node);
    }
    NodeId *nodes = NULL;
    uint32_t count = row->build_list(call, &nodes);
    Value *items = NEW_ARRAY(e->arena, Value, count);
    for (uint32_t i = 0; i < count; i++)
        items[i] = value_tensor(nodes[i]);
    return count ? value_list(e->arena, items, count) : POISON;
}

/* Node.block of the layers in a call; made when the first one asks for it. Names of definitions have no limit, so they
 * are cut here. */
static const char *block_of_frame(Arena *arena, Frame *frame)
{
    if (!frame || !frame->caller)
        return "";
    if (!frame->block) {
        const char *outer = block_of_frame(arena, frame->caller), *around = frame->caller->prefix;
        const char *label = frame->prefix + strlen(around) + (around[0] ? 1 : 0);
        frame->block = strcmp(frame->prefix, around) == 0
                           ? outer
                           : arena_printf(arena, "%s%s%s:%.40s", outer, outer[0] ? "/" : "", label,
                                          frame->definition->item->name.text);
    }
    return frame->block;
}

Value call_op(Elaborator *e, OpId op, const char *path, const NodeId *inputs, uint32_t input_count, const OpArg *args,
              Span span)
{
    OpCall call = {.graph = e->graph,
                   .diag = e->diag,
                   .op = op,
                   .path = path,
                   .prefix = e->frame ? e->frame->prefix : "",
                   .span = span,
                   .inputs = inputs,
                   .input_count = input_count,
                   .args = args};
    uint32_t first = e->graph->nodes.count;
    Value value = build_value(e, &call);
    for (uint32_t i = first; i < e->graph->nodes.count; i++)
        e->graph->nodes.at[i].block = block_of_frame(e->arena, e->frame);
    if (!value_is_poison(value) && e->graph->nodes.count > LIMIT_NODES) {
        elaborate_stop(e, span, "the net has more than 200,000 nodes; is a range right?");
        return POISON;
    }
    return value;
}

static Value apply_op(Elaborator *e, const Call *call, OpId op, const char *path, Labelled *labelled)
{
    if (e->no_layers) {
        diag_error(e->diag, call->span, "'%s' makes a tensor, but %s is computed before there are any", op_name(op),
                   e->no_layers);
        return POISON;
    }
    BoundCall bound;
    if (!args_bind_op(e, call, op, &bound))
        return POISON;
    Value result = call_op(e, op, path, bound.inputs, bound.input_count, bound.args, call->span);
    if (labelled && !value_is_poison(result) && labelled->state != LABEL_DONE) {
        labelled->op = op;
        labelled->args = bound.args;
        labelled->inputs = bound.inputs;
        labelled->input_count = bound.input_count;
        labelled->state = LABEL_DONE;
    }
    return result;
}

/* ---- nets and blocks ---- */

static void report_recursion(Elaborator *e, const Definition *definition, Span span)
{
    VEC(const char *) names = {0};
    for (const Frame *frame = e->frame; frame; frame = frame->caller) {
        VEC_PUSH(e->arena, &names, frame->definition->item->name.text);
        if (frame->definition == definition)
            break;
    }
    Buf chain = {0};
    for (uint32_t i = names.count; i-- > 0;)
        buf_printf(&chain, "%s -> ", names.at[i]);
    const char *name = definition->item->name.text;
    diag_error(e->diag, span, "%s '%s' calls itself (%s%s)", definition->item->kind == ITEM_NET ? "net" : "block", name,
               buf_text(&chain), name);
    buf_free(&chain);
}

/* Checks a tensor against the type of a net's input. */
static bool check_input(Elaborator *e, const Definition *definition, const Param *param, Value value, Span span)
{
    Shape wanted;
    if (!input_shape(e, param, &wanted))
        return false;
    const char *name = definition->item->name.text;
    if (value.kind != VALUE_TENSOR) {
        diag_error(e->diag, span, "%s takes a tensor as '%s', this is %s", name, param->name.text,
                   value_kind_text(value));
        return false;
    }
    const Shape *given = &graph_node(e->graph, value.node)->type.shape;
    bool equal = given->rank == wanted.rank;
    for (int i = 1; equal && i < wanted.rank; i++)
        equal = given->dim[i] == wanted.dim[i];
    if (equal)
        return true;
    diag_error(e->diag, span, "%s takes %s, given %s", name, shape_text(e->arena, &wanted),
               shape_text(e->arena, given));
    diag_note(e->diag, param->span, "its input '%s'", param->name.text);
    return false;
}

static void declare_param(Elaborator *e, const Param *param, Value value)
{
    if (scope_find(&e->scopes, param->name.text))
        return; /* the same name twice: reported by the scope pass */
    scope_declare(e->arena, &e->scopes, param->name.text)->value = value;
}

/* Parameters first, since the types of inputs may name them. */
static bool declare_params(Elaborator *e, const Definition *definition, const Value *values, const bool *given,
                           const Span *spans)
{
    const Item *item = definition->item;
    bool good = true;
    for (uint32_t i = 0; i < item->params.count; i++) {
        const Param *param = &item->params.at[i];
        if (param->type.text)
            continue;
        Value value = given[i] ? values[i] : param->fallback ? eval_expr(e, param->fallback) : POISON;
        good &= !value_is_poison(value);
        declare_param(e, param, value);
    }
    for (uint32_t i = 0; good && i < item->params.count; i++) {
        const Param *param = &item->params.at[i];
        if (!param->type.text)
            continue;
        good = check_input(e, definition, param, values[i], spans[i]);
        declare_param(e, param, values[i]);
    }
    return good;
}

Value call_body(Elaborator *e, Span span)
{
    const Definition *definition = e->frame->definition;
    Flow flow = exec_stmts(e, &definition->item->body);
    if (flow == FLOW_RETURN)
        return e->frame->result;
    if (flow == FLOW_NEXT && !e->stopped) {
        /* With no return at all the scope pass has said so. */
        if (!definition->failed && !e->diag->errors) {
            diag_error(e->diag, definition->item->name.span, "'%s' does not return", definition->item->name.text);
            if (span.file)
                diag_note(e->diag, span, "when it is called here");
        }
    }
    return POISON;
}

Value call_definition(Elaborator *e, Definition *definition, Value *values, const bool *given, const Span *spans,
                      const char *prefix, Span span)
{
    Frame frame = {.caller = e->frame, .definition = definition, .prefix = prefix, .result = POISON};
    Unit *unit = e->unit;
    uint32_t outer = e->scopes.frame, mark = scope_mark(&e->scopes), errors = e->diag->errors;
    e->scopes.frame = (uint32_t)++e->calls;
    e->frame = &frame;
    e->unit = definition->unit;
    definition->running = true;
    Value result = POISON;
    if (declare_params(e, definition, values, given, spans))
        result = call_body(e, span);
    definition->running = false;
    if (e->diag->errors > errors) {
        definition->failed = true;
        result = POISON;
    }
    scope_leave(&e->scopes, mark);
    e->calls--;
    e->scopes.frame = outer;
    e->frame = frame.caller;
    e->unit = unit;
    return result;
}

static bool may_call(Elaborator *e, const Definition *definition, Span span)
{
    if (definition->running) {
        report_recursion(e, definition, span);
        return false;
    }
    if (e->calls > LIMIT_CALLS) { /* the net itself is one */
        elaborate_stop(e, span, "calls are nested deeper than %d", LIMIT_CALLS);
        return false;
    }
    return !definition->failed;
}

static Value apply_definition(Elaborator *e, const Call *call, Definition *definition, const char *path,
                              Labelled *labelled)
{
    uint32_t count = MAX(definition->item->params.count, 1u);
    Value *values = NEW_ARRAY(e->arena, Value, count);
    bool *given = NEW_ARRAY(e->arena, bool, count);
    Span *spans = NEW_ARRAY(e->arena, Span, count);
    if (e->no_layers && definition->item->kind == ITEM_NET) {
        diag_error(e->diag, call->span, "'%s' takes tensors, but %s is computed before there are any", call->layer.text,
                   e->no_layers);
        return POISON;
    }
    if (!args_bind_definition(e, call, definition, values, given, spans) || !may_call(e, definition, call->span))
        return POISON;
    const char *prefix = path[0] ? path : e->frame ? e->frame->prefix : "";
    Value result = call_definition(e, definition, values, given, spans, prefix, call->span);
    if (labelled && !value_is_poison(result) && labelled->state != LABEL_DONE) {
        labelled->definition = definition;
        labelled->values = values;
        labelled->given = given;
        labelled->state = LABEL_DONE;
    }
    return result;
}

/* ---- what is called ---- */

static Value apply_layer(Elaborator *e, const Call *call, const Layer *layer, const char *path, Labelled *labelled)
{
    switch (layer->kind) {
    case LAYER_OP:
        return apply_op(e, call, layer->op, path, labelled);
    case LAYER_DEFINITION:
        return apply_definition(e, call, layer->definition, path, labelled);
    case LAYER_BUILTIN:
        if (call->label) {
            diag_error(e->diag, call->label->span, "a label belongs to a layer, '%s' is a function", call->layer.text);
            return POISON;
        }
        return builtin_call(e, layer->builtin, call);
    case LAYER_NONE:
        break;
    }
    return POISON; /* reported by the scope pass */
}

Value call_apply(Elaborator *e, const Call *call)
{
    Layer layer = layer_find(e->unit, call->layer.text);
    const char *path = "";
    Labelled *labelled = NULL;
    if (call->label && layer.kind != LAYER_BUILTIN) {
        path = label_path(e, call->label);
        labelled = path ? label_take(e, path, call->label) : NULL;
        if (!labelled)
            return POISON;
    }
    Value result = apply_layer(e, call, &layer, path, labelled);
    if (labelled && labelled->state == LABEL_RUNNING)
        labelled->state = LABEL_FAILED;
    return result;
}

/* ---- once more ---- */

static Value again_op(Elaborator *e, const Labelled *labelled, const char *path, Value first, Span span,
                      Span first_span)
{
    if (first.kind != VALUE_TENSOR) {
        diag_error(e->diag, first_span, "%s takes a tensor, this is %s", op_name(labelled->op), value_kind_text(first));
        return POISON;
    }
    NodeId *inputs = NEW_ARRAY(e->arena, NodeId, labelled->input_count);
    for (uint32_t i = 0; i < labelled->input_count; i++)
        inputs[i] = i == 0 ? first.node : labelled->inputs[i];
    return call_op(e, labelled->op, path, inputs, labelled->input_count, labelled->args, span);
}

static Value again_definition(Elaborator *e, const Labelled *labelled, const char *path, Value first, Span span,
                              Span first_span)
{
    Definition *definition = labelled->definition;
    uint32_t count = MAX(definition->item->params.count, 1u);
    Value *values = NEW_ARRAY(e->arena, Value, count);
    bool *given = NEW_ARRAY(e->arena, bool, count);
    Span *spans = NEW_ARRAY(e->arena, Span, count);
    if (definition->item->params.count == 0) {
        diag_error(e->diag, span, "%s takes no arguments, so nothing can be piped into it",
                   definition->item->name.text);
        return POISON;
    }
    for (uint32_t i = 0; i < count; i++) {
        values[i] = i == 0 ? first : labelled->values[i];
        given[i] = i == 0 || labelled->given[i];
        spans[i] = i == 0 ? first_span : span;
    }
    if (!may_call(e, definition, span))
        return POISON;
    return call_definition(e, definition, values, given, spans, path, span);
}

Value call_again(Elaborator *e, const Label *label, Value first, Span first_span)
{
    const char *path = label_path(e, label);
    Labelled *labelled = path ? label_find(e, path, label) : NULL;
    if (!labelled || value_is_poison(first))
        return POISON;
    e->replaying++;
    Value result = labelled->definition ? again_definition(e, labelled, path, first, label->span, first_span)
                                        : again_op(e, labelled, path, first, label->span, first_span);
    e->replaying--;
    return result;
}
