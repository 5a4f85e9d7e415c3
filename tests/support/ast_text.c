/* ast_text.c - prints a syntax tree with everything that has a meaning, and no spans (see ast_text.h). */
#include "tests/support/ast_text.h"

static void put_arguments(Buf *out, const Arguments *arguments)
{
    for (uint32_t i = 0; i < arguments->count; i++) {
        const Argument *argument = &arguments->at[i];
        buf_printf(out, " %s%s", argument->name.text ? argument->name.text : "", argument->name.text ? "=" : "");
        ast_expr_text(out, argument->value);
    }
}

static void put_exprs(Buf *out, const Exprs *exprs)
{
    for (uint32_t i = 0; i < exprs->count; i++) {
        buf_puts(out, " ");
        ast_expr_text(out, exprs->at[i]);
    }
}

static void put_label(Buf *out, const Label *label)
{
    for (uint32_t i = 0; i < label->parts.count; i++) {
        const LabelPart *part = &label->parts.at[i];
        buf_puts(out, part->after_dot ? "." : "");
        if (part->word) {
            buf_puts(out, part->word);
        } else {
            buf_puts(out, "{");
            ast_expr_text(out, part->value);
            buf_puts(out, "}");
        }
    }
}

static void put_stage(Buf *out, const Stage *stage)
{
    buf_puts(out, stage->again ? " (@" : " (");
    if (stage->label)
        put_label(out, stage->label);
    if (!stage->again)
        buf_printf(out, "%s%s", stage->label ? ": " : "", stage->layer.text);
    put_arguments(out, &stage->arguments);
    buf_puts(out, ")");
}

static void put_literal(Buf *out, const Expr *expr)
{
    switch (expr->kind) {
    case EXPR_INT:
        buf_printf(out, "%lld", (long long)expr->as.integer);
        break;
    case EXPR_FLOAT:
        buf_printf(out, "%.17gf", expr->as.number);
        break;
    case EXPR_BOOL:
        buf_puts(out, expr->as.boolean ? "true" : "false");
        break;
    case EXPR_STRING:
        buf_printf(out, "\"%s\"", expr->as.string);
        break;
    case EXPR_NAME:
        buf_puts(out, expr->as.name);
        break;
    case EXPR_SIZE:
        for (uint32_t i = 0; i < expr->as.size.count; i++)
            buf_printf(out, "%s%lld", i ? "x" : "", (long long)expr->as.size.dims[i]);
        break;
    default:
        buf_puts(out, "POISON");
        break;
    }
}

static void put_list(Buf *out, const Expr *expr)
{
    buf_puts(out, expr->kind == EXPR_LIST ? "(list" : "(table");
    if (expr->kind == EXPR_LIST)
        put_exprs(out, &expr->as.list);
    for (uint32_t i = 0; expr->kind == EXPR_TABLE && i < expr->as.table.keys.count; i++) {
        buf_puts(out, " ");
        ast_expr_text(out, expr->as.table.keys.at[i]);
        buf_puts(out, ": ");
        ast_expr_text(out, expr->as.table.values.at[i]);
    }
    buf_puts(out, ")");
}

static void put_parts(Buf *out, const char *head, const Expr *a, const Expr *b, const Expr *c)
{
    const Expr *parts[] = {a, b, c};
    buf_printf(out, "(%s", head);
    for (int i = 0; i < 3 && parts[i]; i++) {
        buf_puts(out, " ");
        ast_expr_text(out, parts[i]);
    }
    buf_puts(out, ")");
}

static void put_pipe(Buf *out, const Expr *expr)
{
    buf_puts(out, "(pipe ");
    ast_expr_text(out, expr->as.pipe.head);
    for (uint32_t i = 0; i < expr->as.pipe.stages.count; i++)
        put_stage(out, &expr->as.pipe.stages.at[i]);
    buf_puts(out, ")");
}

void ast_expr_text(Buf *out, const Expr *expr)
{
    buf_puts(out, expr->bracketed ? "~" : "");
    switch (expr->kind) {
    case EXPR_CALL:
        buf_printf(out, "(call %s", expr->as.call.function.text);
        put_arguments(out, &expr->as.call.arguments);
        buf_puts(out, ")");
        break;
    case EXPR_LIST:
    case EXPR_TABLE:
        put_list(out, expr);
        break;
    case EXPR_UNARY:
    case EXPR_BINARY:
        put_parts(out, operator_text(expr->as.operation.op), expr->as.operation.left, expr->as.operation.right, NULL);
        break;
    case EXPR_CONDITIONAL:
        put_parts(out, "?:", expr->as.conditional.condition, expr->as.conditional.yes, expr->as.conditional.no);
        break;
    case EXPR_INDEX:
        put_parts(out, "index", expr->as.index.base, expr->as.index.index, NULL);
        break;
    case EXPR_PIPE:
        put_pipe(out, expr);
        break;
    default:
        put_literal(out, expr);
        break;
    }
}

static void put_statement(Buf *out, const Stmt *stmt);

static void put_statements(Buf *out, const Stmts *body)
{
    buf_puts(out, "{");
    for (uint32_t i = 0; i < body->count; i++)
        put_statement(out, body->at[i]);
    buf_puts(out, "}");
}

static void put_value(Buf *out, const char *head, const char *name, const Expr *value)
{
    buf_printf(out, "(%s %s ", head, name ? name : "-");
    ast_expr_text(out, value);
    buf_puts(out, ")");
}

static void put_names(Buf *out, const Stmt *stmt)
{
    const Names *names = &stmt->as.assign.names;
    buf_puts(out, stmt->kind == STMT_POISON ? "(poison" : "(assign");
    for (uint32_t i = 0; i < names->count; i++)
        buf_printf(out, " %s", names->at[i].text);
    if (stmt->kind == STMT_ASSIGN) {
        buf_puts(out, " ");
        ast_expr_text(out, stmt->as.assign.value);
    }
    buf_puts(out, ")");
}

static void put_if(Buf *out, const Stmt *stmt)
{
    put_value(out, "if", NULL, stmt->as.branch.condition);
    put_statement(out, stmt->as.branch.yes);
    if (stmt->as.branch.no) {
        buf_puts(out, "else ");
        put_statement(out, stmt->as.branch.no);
    }
}

static void put_statement(Buf *out, const Stmt *stmt)
{
    switch (stmt->kind) {
    case STMT_POISON:
    case STMT_ASSIGN:
        put_names(out, stmt);
        break;
    case STMT_RETURN:
        put_value(out, "return", stmt->as.result.name.text, stmt->as.result.value);
        break;
    case STMT_OUTPUT:
        put_value(out, "output", stmt->as.result.name.text, stmt->as.result.value);
        break;
    case STMT_IF:
        put_if(out, stmt);
        break;
    case STMT_FOR:
        put_value(out, stmt->as.loop.first.text, stmt->as.loop.second.text, stmt->as.loop.range);
        put_statement(out, stmt->as.loop.body);
        break;
    case STMT_ON:
        buf_printf(out, "(on %s", stmt->as.on.what.text);
        put_arguments(out, &stmt->as.on.arguments);
        buf_puts(out, ")");
        put_statement(out, stmt->as.on.body);
        break;
    case STMT_BODY:
        put_statements(out, &stmt->as.body);
        break;
    case STMT_VALUE:
        put_value(out, "value", NULL, stmt->as.value);
        break;
    }
}

static void put_param(Buf *out, const Param *param)
{
    buf_printf(out, " (%s", param->name.text);
    if (param->fallback) {
        buf_puts(out, " = ");
        ast_expr_text(out, param->fallback);
    }
    if (param->type.text)
        buf_printf(out, ": %s", param->type.text);
    put_exprs(out, &param->dims);
    put_arguments(out, &param->options);
    buf_puts(out, ")");
}

void ast_text(Buf *out, const SyntaxFile *file)
{
    static const char *const kinds[] = {"import", "weights", "const", "net", "block"};
    for (uint32_t i = 0; i < file->items.count; i++) {
        const Item *item = file->items.at[i];
        buf_printf(out, "%s %s", kinds[item->kind], item->name.text);
        if (item->value) {
            buf_puts(out, " ");
            ast_expr_text(out, item->value);
        }
        for (uint32_t p = 0; p < item->params.count; p++)
            put_param(out, &item->params.at[p]);
        if (item->kind == ITEM_NET || item->kind == ITEM_BLOCK)
            put_statements(out, &item->body);
        buf_puts(out, "\n");
    }
}
