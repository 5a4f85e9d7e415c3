/* scope.c - the stack of bindings (see scope.h). */
#include "elaborate/scope.h"

Binding *scope_find(const Scopes *scopes, const char *name)
{
    const Symbol *symbol = name_map_find(&scopes->symbols, name);
    if (!symbol || symbol->top == 0)
        return NULL;
    Binding *binding = &scopes->bindings.at[symbol->top - 1];
    return binding->frame == scopes->frame ? binding : NULL;
}

Binding *scope_declare(Arena *arena, Scopes *scopes, const char *name)
{
    void **place = name_map_place(arena, &scopes->symbols, name);
    if (!*place)
        *place = NEW(arena, Symbol);
    Symbol *symbol = *place;
    Binding binding = {.name = name, .symbol = symbol, .below = symbol->top, .frame = scopes->frame, .value = POISON};
    VEC_PUSH(arena, &scopes->bindings, binding);
    symbol->top = scopes->bindings.count;
    return &scopes->bindings.at[scopes->bindings.count - 1];
}

void scope_leave(Scopes *scopes, uint32_t mark)
{
    while (scopes->bindings.count > mark) {
        const Binding *binding = &scopes->bindings.at[--scopes->bindings.count];
        binding->symbol->top = binding->below;
    }
}
