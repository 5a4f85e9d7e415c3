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

/* Names that no field can have: words of C99 to C23 and of C++, and macros of compilers and standard headers. */
static bool is_reserved(const char *name)
{
    static const char words[] =
        " alignas alignof and and_eq asm assert auto bitand bitor bool break case catch char char16_t char32_t char8_t "
        "class co_await co_return co_yield compl complex concept const const_cast consteval constexpr constinit "
        "continue decltype default delete do double dynamic_cast else enum errno explicit export extern false float "
        "for friend goto if inline int linux long mutable namespace new noexcept not not_eq nullptr offsetof operator "
        "or or_eq private protected public register reinterpret_cast requires restrict return short signed sizeof "
        "static static_assert static_cast stderr stdin stdout struct switch template this thread_local throw true try "
        "typedef typeid typename typeof typeof_unqual union unix unsigned using virtual void volatile wchar_t while "
        "xor xor_eq EOF I INFINITY NAN NULL ";
    const char *at = words;
    size_t length = strlen(name);
    while ((at = strstr(at, name)) && (at[-1] != ' ' || at[length] != ' '))
        at++;
    return at || (name[0] == '_' && (name[1] == '_' || (name[1] >= 'A' && name[1] <= 'Z')));
}

/* The ports that stand in one struct with this one. */
static const Port *neighbours(const Emission *emission, const Port *port, uint32_t *count)
{
    const Graph *graph = emission->graph;
    bool input = port >= graph->inputs.at && port < graph->inputs.at + graph->inputs.count;
    *count = input ? graph->inputs.count : graph->outputs.count;
    return input ? graph->inputs.at : graph->outputs.at;
}

static bool has_neighbour(const Emission *emission, const Port *port, const char *name)
{
    uint32_t count;
    const Port *ports = neighbours(emission, port, &count);
    for (uint32_t i = 0; i < count; i++)
        if (&ports[i] != port && strcmp(ports[i].name, name) == 0)
            return true;
    return false;
}

const char *port_field(const Emission *emission, const Port *port)
{
    const char *field = port->name;
    if (is_reserved(field))
        field = arena_printf(emission->arena, "%s%s_", field[0] == '_' ? "x" : "", field);
    while (field != port->name && has_neighbour(emission, port, field))
        field = arena_printf(emission->arena, "%s1", field);
    return field;
}

const char *macro_text(Arena *arena, const char *name)
{
    char *macro = arena_strdup(arena, name);
    for (char *c = macro; *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    return macro;
}

const char **port_macros(Arena *arena, const Graph *graph)
{
    uint32_t inputs = graph->inputs.count, count = inputs + graph->outputs.count;
    const char **macros = NEW_ARRAY(arena, const char *, count);
    NameSet of_inputs = {.arena = arena}, of_outputs = {.arena = arena};
    for (uint32_t i = 0; i < count; i++) {
        const Port *port = i < inputs ? &graph->inputs.at[i] : &graph->outputs.at[i - inputs];
        macros[i] = name_unique(i < inputs ? &of_inputs : &of_outputs, macro_text(arena, port->name));
    }
    return macros;
}

const char *port_macro(const Emission *emission, const Port *port)
{
    const Graph *graph = emission->graph;
    uint32_t count;
    const Port *ports = neighbours(emission, port, &count);
    bool input = ports == graph->inputs.at;
    const char *macro = emission->ports[(input ? 0 : graph->inputs.count) + (uint32_t)(port - ports)];
    return arena_printf(emission->arena, "%s_%s_%s_SIZE", emission->macro, input ? "INPUT" : "OUTPUT", macro);
}
