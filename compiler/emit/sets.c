/* sets.c - targets with several instruction sets in one text: PREFIX.c has the kernels for each of them one after the
 * other, the best first, and a model says which of them its runs call.
 *
 *     #if LENET5_CPU_MOST >= 2
 *     #define v_load(p) ...                                  the words of AVX-512
 *     static void lenet5_conv1_avx512(...) ...
 *     static void lenet5_steps_avx512(...) ...               what a run does with them
 *     #undef v_load
 *     #endif
 *
 * Each set's words are gone behind its functions. Helpers that need no vectors stand before all of them, once.
 */
#include "emit/emit.h"
#include "emit/kernel.h"

bool has_sets(const Emission *emission)
{
    return emission->plan->target->set_count > 1;
}

static const InstructionSet *set_of(const Emission *emission)
{
    return emission->plan->target->sets[emission->set];
}

const char *set_suffix(const Emission *emission)
{
    return has_sets(emission) ? arena_printf(emission->arena, "_%s", set_of(emission)->name) : "";
}

/* "#if LENET5_CPU_MOST >= 2" */
static void condition_open(const Emission *emission, Buf *out, const InstructionSet *set)
{
    if (set->cpu)
        buf_printf(out, "#if %s_CPU_MOST >= %d\n", emission->macro, set->number);
}

static void condition_close(Buf *out, const InstructionSet *set)
{
    if (set->cpu)
        buf_puts(out, "#endif\n");
}

void emit_sets_begin(const Emission *emission, Buf *out)
{
    const char *m = emission->macro;
    if (!has_sets(emission))
        return;
    buf_printf(
        out,
        "/* The best instructions for which there are kernels: those of FOVEA_CPU_MOST, where the compiler knows "
        "them. */\n"
        "#if defined __GNUC__ && defined __x86_64__\n#define %s_CPU_MOST FOVEA_CPU_MOST\n#else\n"
        "#define %s_CPU_MOST 0\n#endif\n\n",
        m, m);
}

void emit_set_begin(const Emission *emission, Buf *out)
{
    const InstructionSet *set = set_of(emission);
    if (!has_sets(emission))
        return;
    buf_printf(out, "/* ---- for %s ---- */\n\n", set->title);
    condition_open(emission, out, set);
    buf_puts(out, set->cpu ? "\n" : "");
    buf_printf(out, "%s\n", set->words);
}

/* Takes back the words and what says that they are there: the next set has others. Types and functions stay. */
static void write_undefs(Buf *out, const InstructionSet *set)
{
    static const char define[] = "#define ";
    const char *before = "";
    for (const char *at = set->words; (at = strstr(at, define)); at++) {
        const char *name = at + strlen(define);
        bool is_word = strncmp(name, "v_", 2) == 0, guards = strncmp(name, set->tile, strlen(set->tile)) == 0;
        if ((!is_word && !guards) || strncmp(before, name, strcspn(name, "(") + 1) == 0)
            continue;
        before = name;
        buf_printf(out, "#undef %.*s\n", (int)strcspn(name, " (\n"), name);
    }
}

void emit_set_end(const Emission *emission, Buf *out)
{
    const InstructionSet *set = set_of(emission);
    if (!has_sets(emission))
        return;
    write_undefs(out, set);
    buf_puts(out, "\n");
    condition_close(out, set);
    buf_puts(out, set->cpu ? "\n" : "");
}

void emit_choice_of_set(const Emission *emission, Buf *out)
{
    const Target *target = emission->plan->target;
    if (!has_sets(emission))
        return;
    buf_puts(out, "    model->instructions = FOVEA_CPU_ANY;\n");
    for (int i = target->set_count - 1; i >= 0; i--) {
        const InstructionSet *set = target->sets[i];
        if (!set->cpu)
            continue;
        condition_open(emission, out, set);
        buf_printf(out, "    if (fovea_cpu_has(%s))\n        model->instructions = %s;\n", set->cpu, set->cpu);
        condition_close(out, set);
    }
}

void emit_call_of_set(const Emission *emission, Buf *out, const char *name, const char *arguments)
{
    const Target *target = emission->plan->target;
    const char *p = emission->prefix;
    for (int i = 0; i < target->set_count; i++) {
        const InstructionSet *set = target->sets[i];
        condition_open(emission, out, set);
        if (set->cpu)
            buf_printf(out, "    if (session->model->instructions == %s)\n", set->cpu);
        buf_printf(out, "        %s_%s_%s(%s);\n", p, name, set->name, arguments);
        buf_puts(out, set->cpu ? "    else\n" : "");
        condition_close(out, set);
    }
}

void emit_use_text(const Emission *emission, Buf *out)
{
    if (!has_sets(emission))
        return;
    line_wrapped(out, use_text(emission));
    buf_printf(out,
               "{\n    if (!model)\n        return FOVEA_BAD_ARGUMENT;\n"
               "    if ((int)instructions < 0 || (int)instructions > %s_CPU_MOST || !fovea_cpu_has(instructions))\n"
               "        return FOVEA_WRONG_CPU;\n"
               "    model->instructions = instructions;\n    return FOVEA_OK;\n}\n\n",
               emission->macro);
}
