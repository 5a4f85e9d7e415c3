/* resolve.h - what the two halves of the scope pass share. The pass walks the text of every net, block and constant
 * once, both arms of every `if`, without computing anything: it finds wrong names, and the few other mistakes that need
 * no value to be seen (no `return`, a value that nobody takes, an argument given twice). */
#ifndef FOVEA_ELABORATE_RESOLVE_H
#define FOVEA_ELABORATE_RESOLVE_H

#include "elaborate/internal.h"

typedef struct Resolver {
    Elaborator *e;
    Unit *unit;
    const Item *item; /* NULL: an expression from the command line */
    Scopes scopes;
    NameMap ended;    /* names of scopes that have ended -> the Stmt that was the scope */
    NameMap reported; /* unknown names: said once a net or block */
    VEC(Name) unused; /* told at the end, unless there are errors: then a misspelt name may be the reason */
    bool returns;     /* a return was seen */
} Resolver;

void resolve_expr(Resolver *r, const Expr *expr);
/* Arguments of something that has no parameters of its own to check against. */
void resolve_arguments(Resolver *r, const Arguments *arguments);
/* What is wrong with named arguments that no value could mend: the order, the same name twice. */
void resolve_argument_order(Resolver *r, const Arguments *arguments);
/* The definition of the constant that the name means where no binding hides it, or NULL. */
const Definition *resolve_constant(const Resolver *r, const char *name);

#endif
