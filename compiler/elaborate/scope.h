/* scope.h - which name means which value: scopes inside a net or block, and a frame for each call.
 *
 * Bindings are a stack. A name knows its innermost binding, and a binding the one that it hides, so that looking up,
 * declaring and leaving a scope cost the same however many names there are. A frame sees its own bindings alone.
 * Both passes use it: the scope pass the marks, the elaboration the values.
 */
#ifndef FOVEA_ELABORATE_SCOPE_H
#define FOVEA_ELABORATE_SCOPE_H

#include "elaborate/value.h"

typedef enum BindingKind { BINDING_LOCAL, BINDING_PARAM, BINDING_INPUT, BINDING_LOOP, BINDING_SILENT } BindingKind;

typedef struct Symbol {
    uint32_t top; /* its innermost binding, plus 1; 0: none */
} Symbol;

typedef struct Binding {
    const char *name;
    Symbol *symbol;
    uint32_t below; /* the binding that this one hides, plus 1 */
    uint32_t frame;
    Value value;
    BindingKind kind;
    bool used;
    Span span; /* where it got its first value */
} Binding;

typedef struct Scopes {
    NameMap symbols;
    VEC(Binding) bindings;
    uint32_t frame;
} Scopes;

/* The binding of that name in the current frame, or NULL. Valid until the next scope_declare. */
Binding *scope_find(const Scopes *scopes, const char *name);
/* A new binding in the innermost scope. */
Binding *scope_declare(Arena *arena, Scopes *scopes, const char *name);
/* A scope lasts from its mark to scope_leave. */
static inline uint32_t scope_mark(const Scopes *scopes)
{
    return scopes->bindings.count;
}
void scope_leave(Scopes *scopes, uint32_t mark);

#endif
