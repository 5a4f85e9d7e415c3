/* port.c - how inputs and outputs of a net are called in emitted code. */
#include "emit/emit.h"

static const Type *port_type(const Emission *emission, const Port *port)
{
    return &graph_node(emission->graph, port->node)->type;
}

int64_t port_bytes(const Emission *emission, const Port *port)
{
    return type_bytes(port_type(emission, port));
}

const char *port_element(const Emission *emission, const Port *port)
{
    return port_type(emission, port)->dtype == DT_U8 ? "unsigned char" : "float";
}

/* Words that no field can be called, in C99 to C23 or C++. */
static bool is_keyword(const char *name)
{
    static const char *const words[] = {
        "alignas",   "alignof",  "and",      "asm",      "auto",         "bitand",   "bitor",     "bool",
        "break",     "case",     "catch",    "char",     "class",        "compl",    "concept",   "const",
        "constexpr", "continue", "decltype", "default",  "delete",       "do",       "double",    "else",
        "enum",      "explicit", "export",   "extern",   "false",        "float",    "for",       "friend",
        "goto",      "if",       "inline",   "int",      "long",         "mutable",  "namespace", "new",
        "noexcept",  "not",      "nullptr",  "operator", "or",           "private",  "protected", "public",
        "register",  "requires", "restrict", "return",   "short",        "signed",   "sizeof",    "static",
        "struct",    "switch",   "template", "this",     "thread_local", "throw",    "true",      "try",
        "typedef",   "typeid",   "typename", "typeof",   "union",        "unsigned", "using",     "virtual",
        "void",      "volatile", "wchar_t",  "while",    "xor"};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strcmp(words[i], name) == 0)
            return true;
    return false;
}

const char *port_field(const Emission *emission, const Port *port)
{
    return is_keyword(port->name) ? arena_printf(emission->arena, "%s_", port->name) : port->name;
}

const char *macro_text(Arena *arena, const char *name)
{
    char *macro = arena_strdup(arena, name);
    for (char *c = macro; *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    return macro;
}

const char *port_macro(const Emission *emission, const Port *port)
{
    const Graph *graph = emission->graph;
    const char *macro = macro_text(emission->arena, port->name);
    bool input = port >= graph->inputs.at && port < graph->inputs.at + graph->inputs.count;
    int same = 1; /* names that differ in capitals alone get numbers */
    for (const Port *other = input ? graph->inputs.at : graph->outputs.at; other < port; other++)
        same += strcmp(macro_text(emission->arena, other->name), macro) == 0;
    if (same > 1)
        macro = arena_printf(emission->arena, "%s_%d", macro, same);
    return arena_printf(emission->arena, "%s_%s_%s_SIZE", emission->macro, input ? "INPUT" : "OUTPUT", macro);
}
