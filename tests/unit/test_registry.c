/* test_registry.c - every row of the op table has what its family needs; a failure names the row. */
#include <criterion/criterion.h>

#include "ops/body.h"
#include "ops/op.h"

static void check_language(const Op *row, const char *name)
{
    cr_expect((row->build || row->build_list) && !row->type && !row->reference,
              "%s: a call of the language is built and gone", name);
}

static void check_computing(const Op *row, const char *name)
{
    cr_expect_not_null(row->type, "%s has no type rule", name);
    bool map = row->family == FAMILY_MAP;
    cr_expect_eq(map, row->body != NULL, "%s: a body is what MAP rows have", name);
    cr_expect_neq(map, row->reference != NULL, "%s: either a body or a reference", name);
    cr_expect(!row->channelwise || row->least_operands > 0, "%s is channelwise without operands", name);
    cr_expect_eq(row->family == FAMILY_COPY, row->copy != NULL, "%s: where elements come from is what COPY rows say",
                 name);
    bool macs = row->halo || row->family == FAMILY_MATVEC;
    cr_expect_eq(macs, row->macs != NULL, "%s: convolutions and fc count multiply-adds", name);
    bool reach = macs || row->family == FAMILY_POOL;
    cr_expect(!reach || row->reach, "%s does not say which places it reads", name);
}

static int highest_input(const BodyNode *body)
{
    int highest = body->kind == BODY_INPUT ? body->input : -1;
    for (int i = 0; i < body->child_count; i++)
        highest = MAX(highest, highest_input(body->child[i]));
    return highest;
}

static void check_body(const Op *row, const char *name)
{
    Arena *arena = arena_new();
    int least = (int)(row->least_inputs + row->least_operands), most = (int)(row->most_inputs + row->most_operands);
    int highest = highest_input(body_parse(arena, row->body));
    cr_expect_eq(highest, most - 1, "%s: its body reads up to $%d of %d inputs", name, highest, most);
    cr_expect_eq(row->other_body != NULL, row->takes_other != NULL, "%s: an other body and who takes it", name);
    if (row->other_body) {
        highest = highest_input(body_parse(arena, row->other_body));
        cr_expect_eq(highest, least - 1, "%s: its other body reads up to $%d of %d inputs", name, highest, least);
    } else {
        cr_expect_eq(least, most, "%s: one body for %d to %d inputs", name, least, most);
    }
    arena_free(arena);
}

static void check_params(const Op *row, const char *name)
{
    for (int i = 0; i < row->param_count; i++) {
        const OpParam *param = &row->params[i];
        cr_expect(param->name && param->name[0], "%s: parameter %d has no name", name, i);
        cr_expect(!param->required || !param->fallback, "%s: '%s' is required and has a fallback", name, param->name);
        cr_expect(param->kind != PARAM_WORD || param->words, "%s: '%s' has no words", name, param->name);
        for (int k = 0; k < i; k++)
            cr_expect_str_neq(param->name, row->params[k].name, "%s: two parameters '%s'", name, param->name);
    }
    cr_expect(!row->param_count || row->build || row->build_list, "%s has parameters but cannot be called", name);
    cr_expect(!row->build || !row->build_list, "%s gives a value or a list", name);
}

static void check_attrs(const Op *row, const char *name)
{
    static const size_t bytes[] = {
        [ATTR_INT] = 8, [ATTR_NUMBER] = 8, [ATTR_BOOL] = 1, [ATTR_WORD] = sizeof(int), [ATTR_LISTS] = sizeof(IntLists)};
    cr_expect_eq(row->attr_count > 0, row->attr_bytes > 0, "%s: attributes and their size", name);
    for (int i = 0; i < row->attr_count; i++) {
        const OpAttr *attr = &row->attrs[i];
        size_t count = attr->count ? (size_t)attr->count : MAX_RANK;
        cr_expect(attr->offset + count * bytes[attr->kind] <= row->attr_bytes, "%s: '%s' ends behind the attributes",
                  name, attr->name);
        cr_expect(attr->kind != ATTR_WORD || attr->words, "%s: '%s' has no words", name, attr->name);
    }
}

Test(registry, rows_are_complete)
{
    for (int op = 0; op < OP_COUNT; op++) {
        const Op *row = op_row((OpId)op);
        const char *name = op_name((OpId)op);
        cr_expect(row->family >= 0 && row->family < FAMILY_COUNT, "%s has no family", name);
        cr_expect(row->source && row->source[0], "%s names no source", name);
        cr_expect(op_synopsis((OpId)op)[0], "%s has no synopsis", name);
        cr_expect_leq(row->least_inputs, row->most_inputs, "%s: number of inputs", name);
        cr_expect_leq(row->least_operands, row->most_operands, "%s: number of operands", name);
        cr_expect(row->tolerance >= 0 && row->tolerance < 1e-3, "%s: tolerance %g", name, row->tolerance);
        cr_expect_eq(op_find(name), (OpId)op, "%s is not found by its name", name);
        if (row->family == FAMILY_LANGUAGE)
            check_language(row, name);
        else if (row->family != FAMILY_SOURCE)
            check_computing(row, name);
        if (row->body)
            check_body(row, name);
        check_params(row, name);
        check_attrs(row, name);
    }
    cr_expect_eq(op_find("maxpol"), OP_COUNT);
    cr_expect_eq(op_find(""), OP_COUNT);
}

Test(registry, bodies_read_as_c)
{
    static const struct {
        const char *body;
        double expected;
    } rows[] = {
        {"1 + 2 * 3", 7},
        {"(1 + 2) * 3", 9},
        {"8 / 4 / 2", 1},
        {"5 - 2 - 1", 2},
        {"-2 * -$0", 6},
        {"- 2 - -3", 1},
        {"1 < 2", 1},
        {"2 <= 1", 0},
        {"1 + 1 == 2", 1},
        {"select(0, 1, $1)", 4},
        {"max($0, $1)", 4},
        {"min($0, $1)", 3},
        {"sqrt($1) + abs(-1)", 3},
        {"exp(0) + log(1)", 1},
        {"tanh(0)", 0},
        {"select($0 != 3, 1, 2)", 2},
        {"1.5e1 / 2", 7.5},
        {"expm1(0)", 0},
        {"log1p(0) + erfc(0)", 1},
        {"floor(-1.5) + ceil(1.5) * 10 + trunc(-1.5) * 100", -82},
        {"round(2.5) + round(3.5) * 10 + round(-0.5) * 100", 42},
        {"pow($0, $1) + pow(-2, 3) + pow(0, 0)", 74},
        {"mod(-7, $0) + mod(7, -4) * 10", 29},
        {"erf(0) + sin(0) + tan(0) + asin(0) + atan(0) + sinh(0) + asinh(0) + atanh(0)", 0},
        {"cos(0) + acos(1) + cosh(0) + acosh(1)", 2},
        {"t = $0 + 1; t * t", 16},
    };
    Arena *arena = arena_new();
    double three = 3, four = 4, result;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const BodyNode *body = body_parse(arena, rows[i].body);
        body_eval(body, &op_relu, NULL, (const double *const[]){&three, &four}, &result, 1);
        cr_expect_float_eq(result, rows[i].expected, 0, "%s gave %g", rows[i].body, result);
    }
    arena_free(arena);
}
