/* choices.c - what was measured, from the file of --tune (see choices.h). */
#include "driver/choices.h"
#include "driver/here.h"

bool choices_read(Options *options, Arena *arena, Diag *diag)
{
    if (!options->tune)
        return true;
    uint32_t source = diag_read_source(diag, options->tune, NOWHERE);
    const Tuned *tuned = source ? tuned_parse(arena, diag, source) : NULL;
    const char *here = cpu_name(arena);
    if (tuned && tuned->cpu && strcmp(tuned->cpu, here) != 0) {
        diag_warning(diag, tuned->cpu_span, "measured on another CPU: this one is %s", here);
        diag_hint(diag, "'fovea tune' measures on this one");
    }
    options->tuned = tuned;
    return tuned != NULL;
}
