/* registry.c - finding an op's row, name and synopsis; all of it follows from ops.def. */
#include "ops/op.h"

static const struct Entry {
    const Op *row;
    const char *name, *synopsis;
} entries[OP_COUNT] = {
#define OP(id, synopsis) [OP_##id] = {&op_##id, #id, synopsis},
#include "ops/ops.def"
#undef OP
};

static const struct Entry *entry(OpId op)
{
    if ((unsigned)op >= OP_COUNT)
        BUG("there is no op %u", (unsigned)op);
    return &entries[op];
}

const Op *op_row(OpId op)
{
    return entry(op)->row;
}

const char *op_name(OpId op)
{
    return entry(op)->name;
}

const char *op_synopsis(OpId op)
{
    return entry(op)->synopsis;
}

const char *op_body(const Node *node)
{
    const Op *row = op_row(node->op);
    return row->other_body && row->takes_other(node) ? row->other_body : row->body;
}

bool op_has_kernel(OpId op)
{
    Family family = op_row(op)->family;
    return family != FAMILY_SOURCE && family != FAMILY_WEIGHTS && family != FAMILY_LANGUAGE && family != FAMILY_VIEW &&
           family != FAMILY_JOIN;
}

bool is_convolution(OpId op)
{
    return op_row(op)->halo != NULL;
}

OpId op_find(const char *name)
{
    for (int op = 0; op < OP_COUNT; op++)
        if (strcmp(entries[op].name, name) == 0)
            return (OpId)op;
    return OP_COUNT;
}
