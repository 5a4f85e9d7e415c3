/* find.c - a layer of a net by the name that a person gives (see find.h). */
#include "report/find.h"
#include "ops/op.h"
#include "support/file.h"

#include <errno.h>

typedef VEC(const char *) Names;

static bool is_layer(const Node *node)
{
    return op_row(node->op)->family != FAMILY_SOURCE;
}

/* Blocks "layer1.0:bottleneck/down:stage" are called "layer1.0" and "layer1.0.down"; `length` is that of the name that
 * one of them has, however deep. 0: none is called `name`. */
static bool block_is_called(const char *block, const char *name)
{
    while (*block) {
        size_t label = strcspn(block, ":"), rest = strcspn(block, "/");
        if (strncmp(block, name, label) != 0)
            return false;
        name += label;
        block += rest + (block[rest] == '/');
        if (!*name)
            return true;
        if (*name++ != '.')
            return false;
    }
    return false;
}

static NodeId find_label(const Graph *net, const char *name)
{
    for (uint32_t i = 0; i < net->nodes.count; i++)
        if (is_layer(&net->nodes.at[i]) && strcmp(net->nodes.at[i].path, name) == 0)
            return (NodeId){i};
    for (uint32_t i = net->nodes.count; i-- > 0;)
        if (is_layer(&net->nodes.at[i]) && block_is_called(net->nodes.at[i].block, name))
            return (NodeId){i};
    for (uint32_t i = 0; i < net->outputs.count; i++)
        if (strcmp(net->outputs.at[i].name, name) == 0)
            return net->outputs.at[i].node;
    return NODE_NONE;
}

/* OP#N. NODE_NONE with a diagnostic, or without one when the name has another form. */
static NodeId find_numbered(Diag *diag, const Graph *net, const char *name)
{
    const char *sign = strchr(name, '#');
    if (!sign)
        return NODE_NONE;
    OpId op = op_find(arena_strndup(diag->arena, name, (size_t)(sign - name)));
    char *end;
    errno = 0;
    long long number = strtoll(sign + 1, &end, 10), count = 0;
    if (op == OP_COUNT || end == sign + 1 || *end || errno)
        return NODE_NONE;
    for (uint32_t i = 0; i < net->nodes.count; i++)
        if (net->nodes.at[i].op == op && ++count == number)
            return (NodeId){i};
    diag_error(diag, NOWHERE, "there is no '%s': net '%s' has %lld layer%s '%s'", name, net->name, count, plural(count),
               op_name(op));
    return NODE_NONE;
}

NodeId find_layer(Diag *diag, const Graph *net, const char *name, const char *model)
{
    uint32_t errors = diag->errors;
    NodeId found = name[0] ? find_label(net, name) : NODE_NONE;
    if (node_is_none(found))
        found = find_numbered(diag, net, name);
    if (!node_is_none(found) || diag->errors > errors)
        return found;
    Names names = {0};
    for (uint32_t i = 0; i < net->nodes.count; i++)
        if (is_layer(&net->nodes.at[i]) && net->nodes.at[i].path[0])
            VEC_PUSH(diag->arena, &names, net->nodes.at[i].path);
    diag_error(diag, NOWHERE, "no layer of net '%s' is called '%s'", net->name, name);
    const char *nearest = nearest_word(name, names.at, names.count);
    if (nearest)
        diag_hint(diag, "did you mean '%s'?", nearest);
    else
        diag_hint(diag, "fovea show --unfold %s lists the labels; maxpool#2 is the second layer 'maxpool'",
                  path_base(model));
    return NODE_NONE;
}
