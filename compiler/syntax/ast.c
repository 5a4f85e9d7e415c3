/* ast.c - builders: one for each construct of the grammar (see build.h and ast.h).
 *
 * They never fail: after an error the parser hands them EXPR_POISON or empty lists. An index chain a[0][0]... nests
 * lists, so its length is held to LIMIT_NESTING here.
 */
#include "syntax/build.h"

static Expr *expr_new(Parser *parser, ExprKind kind, Span span)
{
    Expr *expr = NEW(parser->arena, Expr);
    expr->kind = kind;
    expr->span = span;
    return expr;
}

Expr *expr_poison(Parser *parser, Span span)
{
    return expr_new(parser, EXPR_POISON, span);
}

Expr *expr_bool(Parser *parser, Span span, bool value)
{
    Expr *expr = expr_new(parser, EXPR_BOOL, span);
    expr->as.boolean = value;
    return expr;
}

Expr *expr_name(Parser *parser, Name name)
{
    Expr *expr = expr_new(parser, EXPR_NAME, name.span);
    expr->as.name = name.text;
    return expr;
}

Expr *expr_call(Parser *parser, Span span, Name function, Arguments arguments)
{
    Expr *expr = expr_new(parser, EXPR_CALL, span);
    expr->as.call.function = function;
    expr->as.call.arguments = arguments;
    return expr;
}

Expr *expr_bracketed(Expr *inner, Span span)
{
    inner->bracketed = true;
    inner->span = span;
    return inner;
}

Expr *expr_unary(Parser *parser, Span span, Operator op, Span op_span, Expr *operand)
{
    Expr *expr = expr_new(parser, EXPR_UNARY, span);
    expr->as.operation.op = op;
    expr->as.operation.op_span = op_span;
    expr->as.operation.left = operand;
    return expr;
}

Expr *expr_binary(Parser *parser, Operator op, Span op_span, Expr *left, Expr *right)
{
    Expr *expr = expr_new(parser, EXPR_BINARY, span_join(left->span, right->span));
    expr->as.operation.op = op;
    expr->as.operation.op_span = op_span;
    expr->as.operation.left = left;
    expr->as.operation.right = right;
    return expr;
}

Expr *expr_conditional(Parser *parser, Expr *condition, Expr *yes, Expr *no)
{
    Expr *expr = expr_new(parser, EXPR_CONDITIONAL, span_join(condition->span, no->span));
    expr->as.conditional.condition = condition;
    expr->as.conditional.yes = yes;
    expr->as.conditional.no = no;
    return expr;
}

Expr *expr_index(Parser *parser, Span span, Expr *base, Expr *index)
{
    int chain = 0;
    for (const Expr *at = base; at->kind == EXPR_INDEX && !at->bracketed; at = at->as.index.base)
        chain++;
    if (chain >= LIMIT_NESTING) {
        diag_error(parser->diag, index->span, "nested deeper than %d levels", LIMIT_NESTING);
        parser->stopped = true;
        return expr_poison(parser, span);
    }
    Expr *expr = expr_new(parser, EXPR_INDEX, span);
    expr->as.index.base = base;
    expr->as.index.index = index;
    return expr;
}

Expr *expr_list(Parser *parser, Expr *list, Expr *element)
{
    if (!list)
        list = expr_new(parser, EXPR_LIST, element->span);
    VEC_PUSH(parser->arena, &list->as.list, element);
    return list;
}

Expr *expr_table(Parser *parser, Expr *table, Expr *key, Expr *value)
{
    if (!table)
        table = expr_new(parser, EXPR_TABLE, key->span);
    VEC_PUSH(parser->arena, &table->as.table.keys, key);
    VEC_PUSH(parser->arena, &table->as.table.values, value);
    return table;
}

Expr *expr_closed(Parser *parser, Expr *list, Span span)
{
    if (!list)
        list = expr_new(parser, EXPR_LIST, span);
    list->span = span;
    return list;
}

Expr *expr_pipe(Parser *parser, Expr *pipe, Stage *stage)
{
    if (pipe->kind != EXPR_PIPE || pipe->bracketed) {
        Expr *head = pipe;
        pipe = expr_new(parser, EXPR_PIPE, head->span);
        pipe->as.pipe.head = head;
    }
    VEC_PUSH(parser->arena, &pipe->as.pipe.stages, *stage);
    pipe->span = span_join(pipe->span, stage->span);
    return pipe;
}

Argument argument_make(Name name, Expr *value, Span span)
{
    return (Argument){.name = name, .value = value, .span = span};
}

Arguments arguments_add(Parser *parser, Arguments list, Argument argument)
{
    VEC_PUSH(parser->arena, &list, argument);
    return list;
}

Exprs exprs_add(Parser *parser, Exprs list, Expr *expr)
{
    VEC_PUSH(parser->arena, &list, expr);
    return list;
}

Names names_add(Parser *parser, Names list, Name name)
{
    VEC_PUSH(parser->arena, &list, name);
    return list;
}

static Label *label_grow(Parser *parser, Label *label, LabelPart part)
{
    if (!label)
        label = NEW(parser->arena, Label);
    VEC_PUSH(parser->arena, &label->parts, part);
    label->span = span_join(label->span, part.span);
    return label;
}

Label *label_word(Parser *parser, Label *label, Name word, bool after_dot)
{
    return label_grow(parser, label, (LabelPart){.after_dot = after_dot, .word = word.text, .span = word.span});
}

Label *label_value(Parser *parser, Label *label, Expr *value, bool after_dot, Name suffix, Span span)
{
    label = label_grow(parser, label, (LabelPart){.after_dot = after_dot, .value = value, .span = span});
    if (suffix.text)
        label = label_grow(parser, label, (LabelPart){.word = suffix.text, .span = suffix.span});
    return label;
}

Stage *stage_layer(Parser *parser, Label *label, Name layer, Arguments arguments, Span span)
{
    Stage *stage = NEW(parser->arena, Stage);
    *stage = (Stage){.label = label, .layer = layer, .arguments = arguments, .span = span};
    return stage;
}

Stage *stage_again(Parser *parser, Label *label, Span span)
{
    Stage *stage = NEW(parser->arena, Stage);
    *stage = (Stage){.label = label, .again = true, .span = span};
    return stage;
}

static Stmt *stmt_new(Parser *parser, StmtKind kind, Span span)
{
    Stmt *stmt = NEW(parser->arena, Stmt);
    stmt->kind = kind;
    stmt->span = span;
    return stmt;
}

Stmt *stmt_poison(Parser *parser, Span span, Names names)
{
    Stmt *stmt = stmt_new(parser, STMT_POISON, span);
    stmt->as.assign.names = names;
    return stmt;
}

Stmt *stmt_assign(Parser *parser, Span span, Names names, Expr *value)
{
    Stmt *stmt = stmt_new(parser, STMT_ASSIGN, span);
    stmt->as.assign.names = names;
    stmt->as.assign.value = value;
    return stmt;
}

Stmt *stmt_result(Parser *parser, StmtKind kind, Span span, Name name, Expr *value)
{
    Stmt *stmt = stmt_new(parser, kind, span);
    stmt->as.result.name = name;
    stmt->as.result.value = value;
    return stmt;
}

Stmt *stmt_if(Parser *parser, Span span, Expr *condition, Stmt *yes, Stmt *no)
{
    Stmt *stmt = stmt_new(parser, STMT_IF, span);
    stmt->as.branch.condition = condition;
    stmt->as.branch.yes = yes;
    stmt->as.branch.no = no;
    return stmt;
}

Stmt *stmt_for(Parser *parser, Span span, Name first, Name second, Expr *range)
{
    Stmt *stmt = stmt_new(parser, STMT_FOR, span);
    stmt->as.loop.first = first;
    stmt->as.loop.second = second;
    stmt->as.loop.range = range;
    return stmt;
}

Stmt *stmt_loop(Stmt *head, Span span, Stmt *body)
{
    head->span = span;
    if (head->kind == STMT_FOR)
        head->as.loop.body = body;
    return head;
}

Stmt *stmt_on(Parser *parser, Span span, Name what, Arguments arguments, Stmt *body)
{
    Stmt *stmt = stmt_new(parser, STMT_ON, span);
    stmt->as.on.what = what;
    stmt->as.on.arguments = arguments;
    stmt->as.on.body = body;
    return stmt;
}

Stmt *stmt_body(Parser *parser, Span span, Stmts body)
{
    Stmt *stmt = stmt_new(parser, STMT_BODY, span);
    stmt->as.body = body;
    return stmt;
}

Stmt *stmt_value(Parser *parser, Span span, Expr *value)
{
    Stmt *stmt = stmt_new(parser, STMT_VALUE, span);
    stmt->as.value = value;
    return stmt;
}

Stmts stmts_add(Parser *parser, Stmts list, Stmt *stmt)
{
    VEC_PUSH(parser->arena, &list, stmt);
    return list;
}

Param param_make(Name name, Expr *fallback, Span span)
{
    return (Param){.name = name, .fallback = fallback, .span = span};
}

Param param_typed(Name name, Name type, Exprs dims, Arguments options, Span span)
{
    return (Param){.name = name, .type = type, .dims = dims, .options = options, .span = span};
}

Params params_add(Parser *parser, Params list, Param param)
{
    VEC_PUSH(parser->arena, &list, param);
    return list;
}

static Item *item_new(Parser *parser, ItemKind kind, Span span, Name name)
{
    Item *item = NEW(parser->arena, Item);
    *item = (Item){.kind = kind, .span = span, .name = name};
    VEC_PUSH(parser->arena, &parser->file->items, item);
    return item;
}

void item_file(Parser *parser, ItemKind kind, Span span, Expr *path)
{
    item_new(parser, kind, span, (Name){path->as.string, path->span});
}

void item_const(Parser *parser, Span span, Name name, Expr *value)
{
    item_new(parser, ITEM_CONST, span, name)->value = value;
}

void item_callable(Parser *parser, ItemKind kind, Span span, Name name, Params params, Stmts body)
{
    Item *item = item_new(parser, kind, span, name);
    item->params = params;
    item->body = body;
}

const char *operator_text(Operator op)
{
    static const char *const texts[] = {
        [OPERATOR_OR] = "||",    [OPERATOR_AND] = "&&", [OPERATOR_EQ] = "==",  [OPERATOR_NE] = "!=",
        [OPERATOR_LT] = "<",     [OPERATOR_GT] = ">",   [OPERATOR_LE] = "<=",  [OPERATOR_GE] = ">=",
        [OPERATOR_RANGE] = "..", [OPERATOR_SHL] = "<<", [OPERATOR_SHR] = ">>", [OPERATOR_ADD] = "+",
        [OPERATOR_SUB] = "-",    [OPERATOR_MUL] = "*",  [OPERATOR_DIV] = "/",  [OPERATOR_MOD] = "%",
        [OPERATOR_NEG] = "-",    [OPERATOR_NOT] = "!",
    };
    return texts[op];
}
