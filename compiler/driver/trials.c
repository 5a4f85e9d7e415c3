/* trials.c - ways of computing convolutions, tried beside each other (see trials.h). */
#include "driver/trials.h"
#include "driver/build.h"
#include "driver/carried.h"
#include "driver/print.h"
#include "driver/process.h"
#include "emit/trials.h"
#include "ops/winograd.h"
#include "support/file.h"

/* ---- subjects ---- */

/* A step that computes a convolution over channel blocks, of which ways can be tried. */
static bool is_subject(const Plan *plan, const Step *step, TunedShape *shape)
{
    const Kernel *kernel = &plan->kernels.at[step->kernel];
    const Node *conv = graph_node(plan->graph, step->leader);
    bool direct = kernel->family == FAMILY_CONV && blocked_is_direct(plan->graph, kernel);
    return (direct || kernel->family == FAMILY_WINOGRAD) && trial_is_possible(plan, step) &&
           tuned_shape(shape, plan->target, plan->graph, conv, kernel->form.reads);
}

static TunedChoice choice_of(const Plan *plan, const Kernel *kernel)
{
    const Node *conv = graph_node(plan->graph, kernel->leader);
    if (kernel->family == FAMILY_WINOGRAD)
        return (TunedChoice){.m = (int)((const WinogradAttrs *)conv->attrs)->m};
    return (TunedChoice){.loops = blocked_loops(&kernel->tiling)};
}

static int64_t macs_of(const TunedShape *shape)
{
    int64_t size[2];
    tuned_output(shape, size);
    return shape->at[TUNED_BATCH] * shape->at[TUNED_MAPS] * (shape->at[TUNED_INPUT] / shape->at[TUNED_GROUPS]) *
           shape->at[TUNED_KERNEL] * shape->at[TUNED_KERNEL + 1] * size[0] * size[1];
}

static int compare_subjects(const void *left, const void *right)
{
    return tuned_compare(&((const Subject *)left)->shape, &((const Subject *)right)->shape);
}

static const Plan *plan_with(const Trials *trials, const Tuned *tuned)
{
    const Target *target = target_tuned(trials->arena, trials->target, tuned);
    return plan_make(optimise(trials->diag, trials->options, trials->net, target), target);
}

void trials_find(Trials *trials)
{
    const Plan *plan = plan_with(trials, NULL);
    trials->weights_bytes = plan->weights_bytes;
    for (uint32_t i = 0; i < plan->steps.count; i++) {
        const Step *step = &plan->steps.at[i];
        const Kernel *kernel = &plan->kernels.at[step->kernel];
        Subject subject = {.steps = 1, .writes = step->write_count};
        uint32_t known = 0;
        if (!is_subject(plan, step, &subject.shape))
            continue;
        while (known < trials->subjects.count && compare_subjects(&trials->subjects.at[known], &subject) != 0)
            known++;
        if (known < trials->subjects.count) {
            trials->subjects.at[known].steps++;
            continue;
        }
        subject.path = graph_node(plan->graph, step->leader)->path;
        subject.macs = macs_of(&subject.shape);
        subject.usual = choice_of(plan, kernel);
        VEC_PUSH(trials->arena, &trials->subjects, subject);
    }
    if (trials->subjects.count)
        qsort(trials->subjects.at, trials->subjects.count, sizeof *trials->subjects.at, compare_subjects);
}

/* ---- ways ---- */

void trials_add(Trials *trials, Subject *subject, const TunedChoice *choice)
{
    for (uint32_t i = subject->from; i < subject->ways.count; i++)
        if (tuned_same(&subject->ways.at[i].choice, choice))
            return;
    VEC_PUSH(trials->arena, &subject->ways, ((Way){.choice = *choice}));
}

/* ---- rounds ---- */

static Way *way_at(Subject *subject, uint32_t round)
{
    uint32_t at = subject->from + round;
    return at < subject->ways.count ? &subject->ways.at[at] : NULL;
}

/* The choices of a round. */
static const Tuned *round_choices(Trials *trials, uint32_t round)
{
    Tuned *tuned = NEW(trials->arena, Tuned);
    for (uint32_t i = 0; i < trials->subjects.count; i++) {
        Subject *subject = &trials->subjects.at[i];
        const Way *way = way_at(subject, round);
        TunedLine line = {.shape = subject->shape};
        if (!way)
            continue;
        line.choice = way->choice;
        VEC_PUSH(trials->arena, &tuned->lines, line);
    }
    return tuned;
}

/* The step of a subject in another plan of the net; NULL: it is not computed there by itself, or in other pieces. */
static const Step *find_step(const Plan *plan, const Subject *subject)
{
    for (uint32_t i = 0; i < plan->steps.count; i++) {
        const Step *step = &plan->steps.at[i];
        TunedShape shape;
        if (strcmp(graph_node(plan->graph, step->leader)->path, subject->path) == 0 &&
            step->write_count == subject->writes && is_subject(plan, step, &shape) &&
            tuned_compare(&shape, &subject->shape) == 0)
            return step;
    }
    return NULL;
}

/* Whether the plan took a way; one with the usual loops is noted with these, and left when they are at hand already. */
static bool is_taken(const Plan *plan, const Step *step, Subject *subject, Way *way)
{
    const Kernel *kernel = &plan->kernels.at[step->kernel];
    if (way->choice.m || way->choice.loops.pixels)
        return kernel->tuned;
    TunedChoice choice = choice_of(plan, kernel);
    if (choice.m || choice.loops.maps != way->choice.loops.maps)
        return false;
    for (uint32_t i = subject->from; i < subject->ways.count; i++)
        if (&subject->ways.at[i] != way && tuned_same(&subject->ways.at[i].choice, &choice))
            return false;
    way->choice = choice;
    return true;
}

/* Plans the net with the choices of a round, and writes their kernels as t0.c, t1.c, ... How many there are; -1 after
 * a diagnostic. */
static int write_round(Trials *trials, uint32_t round, uint32_t number, const char *directory)
{
    Arena *arena = trials->arena;
    const Plan *plan = plan_with(trials, round_choices(trials, round));
    Trial *chosen = NEW_ARRAY(arena, Trial, trials->subjects.count);
    int count = 0;
    for (uint32_t i = 0; i < trials->subjects.count; i++) {
        Subject *subject = &trials->subjects.at[i];
        Way *way = way_at(subject, round);
        const Step *step = way ? find_step(plan, subject) : NULL;
        if (step && is_taken(plan, step, subject, way))
            chosen[count++] = (Trial){.step = step, .shape = (int)i, .way = (int)round};
    }
    if (!count)
        return 0;
    Buf text = {0};
    emit_trials(&text, trials->diag, plan, arena_printf(arena, "t%u", number), chosen, (uint32_t)count);
    const char *path = path_join(arena, directory, arena_printf(arena, "t%u.c", number));
    bool fine = emit_fits(trials->diag, plan) && file_write_atomic(trials->diag, path, buf_text(&text), text.length);
    buf_free(&text);
    return fine ? count : -1;
}

static bool write_program(Trials *trials, const char *directory)
{
    uint32_t rounds = 0, tables = 0;
    for (uint32_t i = 0; i < trials->subjects.count; i++)
        rounds = MAX(rounds, trials->subjects.at[i].ways.count - trials->subjects.at[i].from);
    uint32_t *counts = NEW_ARRAY(trials->arena, uint32_t, rounds + 1);
    for (uint32_t round = 0; round < rounds; round++) {
        int count = write_round(trials, round, tables, directory);
        if (count < 0)
            return false;
        counts[tables] = (uint32_t)count;
        tables += count > 0;
    }
    Buf text = {0};
    emit_trials_main(&text, trials->target, counts, tables);
    bool fine =
        file_write_atomic(trials->diag, path_join(trials->arena, directory, "trials.c"), buf_text(&text), text.length);
    buf_free(&text);
    return fine && carried_write(trials->diag, directory, CARRIED_PROGRAM | CARRIED_BENCH | CARRIED_TRIALS);
}

/* ---- times ---- */

static bool read_line(Trials *trials, const char *line)
{
    unsigned shape, round;
    double number;
    if (sscanf(line, "fma %lf", &number) == 1) {
        trials->fma_gflops = MAX(trials->fma_gflops, number);
        return true;
    }
    if (sscanf(line, "trial %u %u %lf", &shape, &round, &number) != 3 || shape >= trials->subjects.count)
        return false;
    Way *way = way_at(&trials->subjects.at[shape], round);
    if (way)
        way->ms = MAX(number, 1e-6);
    return way != NULL;
}

static bool run_program(Trials *trials, const char *program, int64_t calls)
{
    Arena *arena = trials->arena;
    Argv argv = {0};
    VEC_PUSH(arena, &argv, program);
    VEC_PUSH(arena, &argv, arena_printf(arena, "%lld", (long long)calls));
    VEC_PUSH(arena, &argv, arena_printf(arena, "%lld", (long long)trials->weights_bytes));
    Process process;
    if (!process_start(&process, arena, trials->diag, ".", &argv))
        return false;
    Buf said = {0};
    int status = process_wait(&process, &said);
    bool fine = status == 0;
    if (!fine)
        process_report(trials->diag, "the program that times kernels", status, &said);
    char *text = arena_strdup(arena, buf_text(&said)), *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); fine && line; line = strtok_r(NULL, "\n", &rest))
        if (!read_line(trials, line)) {
            diag_error(trials->diag, NOWHERE, "the program that times kernels said something else: %s", line);
            fine = false;
        }
    buf_free(&said);
    return fine;
}

bool trials_run(Trials *trials, int64_t calls)
{
    const char *directory = temporary_directory(trials->arena, trials->diag);
    if (!directory)
        return false;
    const char *program =
        write_program(trials, directory) ? build_trials(trials->arena, trials->diag, directory) : NULL;
    bool fine = program && run_program(trials, program, calls);
    directory_remove(directory);
    return fine;
}
