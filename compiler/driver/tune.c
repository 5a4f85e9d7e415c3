/* tune.c - `fovea tune` (see tune.h).
 *
 * Ways are many, so that they are tried step by step, each around the best so far: Winograd's tiles and panels of maps,
 * then pixels of a tile, chunks and blocks, what is fetched ahead; at last the best of all beside the usual one,
 * longer.
 */
#include "driver/tune.h"
#include "driver/choices.h"
#include "driver/here.h"
#include "driver/print.h"
#include "driver/trials.h"
#include "plan/room.h"
#include "report/bench.h"
#include "report/table.h"
#include "support/file.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

enum { USUAL_CALLS = 8, FINALISTS = 3, FINAL_TIMES = 3 };

/* What is over the best by more is not looked at further; what saves less is not worth another choice. */
static const double NEAR = 1.2, WORTH = 0.98;

/* ---- steps ---- */

typedef void AddWays(Arena *arena, TunedChoices *choices, const TunedShape *shape, const TunedChoice *around);

static const Way *best_of_kind(const Subject *subject, bool direct)
{
    const Way *best = NULL;
    for (uint32_t i = 0; i < subject->ways.count; i++) {
        const Way *way = &subject->ways.at[i];
        if (way->ms > 0 && direct == !way->choice.m && (!best || way->ms < best->ms))
            best = way;
    }
    return best;
}

static void add_all(Trials *trials, Subject *subject, const TunedChoices *choices)
{
    for (uint32_t i = 0; i < choices->count; i++)
        trials_add(trials, subject, &choices->at[i]);
}

static void begin_kinds(Trials *trials, Subject *subject)
{
    TunedChoices choices = {0};
    trials_add(trials, subject, &subject->usual);
    tuned_add_kinds(trials->arena, &choices, &subject->shape);
    add_all(trials, subject, &choices);
}

/* Around the best direct way and the best one of Winograd's, where both are fast. */
static void begin_around(Trials *trials, Subject *subject, AddWays *add_ways)
{
    const Way *direct = best_of_kind(subject, true), *winograd = best_of_kind(subject, false);
    TunedChoice around[2];
    int count = 0;
    if (direct && (!winograd || direct->ms < NEAR * winograd->ms))
        around[count++] = direct->choice;
    if (winograd && (!direct || winograd->ms < NEAR * direct->ms))
        around[count++] = winograd->choice;
    subject->from = subject->ways.count;
    for (int i = 0; i < count; i++) {
        TunedChoices choices = {0};
        add_ways(trials->arena, &choices, &subject->shape, &around[i]);
        trials_add(trials, subject, &around[i]);
        add_all(trials, subject, &choices);
    }
    if (subject->ways.count - subject->from <= (uint32_t)count) /* nothing new */
        subject->ways.count = subject->from;
}

/* The best ways of all steps, beside the usual one. */
static void begin_final(Trials *trials, Subject *subject)
{
    uint32_t tried = subject->ways.count;
    subject->from = tried;
    trials_add(trials, subject, &subject->usual);
    for (int f = 0; f < FINALISTS; f++) {
        const Way *best = NULL;
        for (uint32_t i = 0; i < tried; i++) {
            const Way *way = &subject->ways.at[i];
            bool in = false;
            for (uint32_t k = tried; k < subject->ways.count; k++)
                in |= tuned_same(&subject->ways.at[k].choice, &way->choice);
            if (way->ms > 0 && !in && (!best || way->ms < best->ms))
                best = way;
        }
        if (best)
            trials_add(trials, subject, &(TunedChoice){best->choice.m, best->choice.tiles, best->choice.loops});
    }
}

static bool run_step(Trials *trials, const char *what, int64_t calls)
{
    uint32_t ways = 0;
    for (uint32_t i = 0; i < trials->subjects.count; i++)
        ways += trials->subjects.at[i].ways.count - trials->subjects.at[i].from;
    fprintf(stderr, "%s: %u kernels\n", what, ways);
    return !ways || trials_run(trials, calls);
}

static bool run_all(Trials *trials)
{
    static const struct {
        const char *what;
        AddWays *add;
    } steps[] = {
        {"tiles", tuned_add_tiles}, {"chunks and blocks", tuned_add_blocks}, {"fetching ahead", tuned_add_ahead}};
    int64_t calls = trials->options->bench.runs ? trials->options->bench.runs : USUAL_CALLS;
    for (uint32_t i = 0; i < trials->subjects.count; i++)
        begin_kinds(trials, &trials->subjects.at[i]);
    bool fine = run_step(trials, "algorithms and panels", calls);
    for (size_t s = 0; fine && s < COUNT_OF(steps); s++) {
        for (uint32_t i = 0; i < trials->subjects.count; i++)
            begin_around(trials, &trials->subjects.at[i], steps[s].add);
        fine = run_step(trials, steps[s].what, calls);
    }
    for (uint32_t i = 0; i < trials->subjects.count; i++)
        begin_final(trials, &trials->subjects.at[i]);
    return fine && run_step(trials, "the best", calls == 1 ? 1 : FINAL_TIMES * calls);
}

/* ---- what came out ---- */

/* The first one at hand is the usual one. */
static const Way *usual_of(const Subject *subject)
{
    return &subject->ways.at[subject->from];
}

/* Of the weights of one layer, as they are stored. */
static double bytes_of(const TunedShape *shape, const TunedChoice *choice)
{
    const int64_t *at = shape->at;
    double weights = (double)at[TUNED_MAPS] * (double)(at[TUNED_INPUT] / at[TUNED_GROUPS]);
    double points = (double)(at[TUNED_KERNEL] * at[TUNED_KERNEL + 1]), a = (double)(choice->m + at[TUNED_KERNEL] - 1);
    return (double)sizeof(float) * weights * (choice->m ? a * a : points);
}

/* Its time, and what its weights count for beside that. */
static double cost_of(const Trials *trials, const Subject *subject, const Way *way)
{
    return way->ms + trials->ms_a_byte * bytes_of(&subject->shape, &way->choice);
}

static const Way *chosen_of(const Trials *trials, const Subject *subject)
{
    const Way *best = NULL, *usual = usual_of(subject);
    for (uint32_t i = subject->from; i < subject->ways.count; i++) {
        const Way *way = &subject->ways.at[i];
        if (way->ms > 0 && (!best || cost_of(trials, subject, way) < cost_of(trials, subject, best)))
            best = way;
    }
    bool better = best && (usual->ms <= 0 || cost_of(trials, subject, best) < WORTH * cost_of(trials, subject, usual));
    return better ? best : usual;
}

/* How much larger than those of direct convolutions all weights are, as usual or as chosen. */
static double all_more(const Trials *trials, bool usual)
{
    static const TunedChoice direct = {0};
    double bytes = 0;
    for (uint32_t i = 0; i < trials->subjects.count; i++) {
        const Subject *subject = &trials->subjects.at[i];
        const Way *way = usual ? usual_of(subject) : chosen_of(trials, subject);
        bytes += subject->steps * (bytes_of(&subject->shape, &way->choice) - bytes_of(&subject->shape, &direct));
    }
    return bytes;
}

/* Of a core that begins two multiply-adds of a vector in each cycle (emit/winograd_cost.c). */
static double more_at_price(void *context, double held)
{
    static const double BYTES_A_CYCLE = 8;
    Trials *trials = context;
    double cycles_a_ms = 1e6 * trials->fma_gflops / (4 * trials->target->lanes);
    trials->ms_a_byte = held / (BYTES_A_CYCLE * cycles_a_ms);
    return all_more(trials, false);
}

/* Measured ways have the room that those have which models choose. */
static void keep_room(Trials *trials)
{
    double room = room_for_weights((double)trials->weights_bytes - all_more(trials, true));
    more_at_price(trials, room_price(room, more_at_price, trials));
}

static const char *choice_text(Arena *arena, const TunedChoice *choice)
{
    Buf buf = {0};
    tuned_print_choice(&buf, choice);
    const char *text = arena_strdup(arena, buf_text(&buf));
    buf_free(&buf);
    return text;
}

/* "64x56x56, 256 of 1x1" */
static const char *shape_text_short(Arena *arena, const TunedShape *shape)
{
    const int64_t *at = shape->at;
    const char *text =
        arena_printf(arena, "%lldx%lldx%lld, %lld of %lldx%lld", (long long)at[TUNED_INPUT],
                     (long long)at[TUNED_INPUT + 1], (long long)at[TUNED_INPUT + 2], (long long)at[TUNED_MAPS],
                     (long long)at[TUNED_KERNEL], (long long)at[TUNED_KERNEL + 1]);
    return at[TUNED_STRIDE] == 1 ? text : arena_printf(arena, "%s / %lld", text, (long long)at[TUNED_STRIDE]);
}

static void print_table(Buf *buf, Trials *trials)
{
    Arena *arena = trials->arena;
    Table table = {.count = 8,
                   .column = {{"layer", .shrinks = true},
                              {"times", .right = true},
                              {"reads, maps", .right = false},
                              {"usual ms", .right = true},
                              {"ms", .right = true},
                              {"gain %", .right = true},
                              {"peak %", .right = true},
                              {"computed", .right = false}}};
    double usual = 0, chosen = 0;
    for (uint32_t i = 0; i < trials->subjects.count; i++) {
        const Subject *subject = &trials->subjects.at[i];
        const Way *was = usual_of(subject), *now = chosen_of(trials, subject);
        usual += was->ms * subject->steps;
        chosen += now->ms * subject->steps;
        TableRow row = {{subject->path, arena_printf(arena, "%u", subject->steps),
                         shape_text_short(arena, &subject->shape), bench_ms_text(arena, was->ms),
                         bench_ms_text(arena, now->ms),
                         now == was ? "" : arena_printf(arena, "%.1f", 100 * (1 - now->ms / was->ms)),
                         arena_printf(arena, "%.0f", 2e-4 * (double)subject->macs / now->ms / trials->fma_gflops),
                         now == was ? "as usual" : choice_text(arena, &now->choice)}};
        VEC_PUSH(arena, &table.rows, row);
    }
    table_print(buf, arena, &table);
    buf_printf(buf, "\nall of them: %s ms as usual, %s ms as chosen: %.1f %% less; FMA peak %.1f GFLOP/s\n",
               bench_ms_text(arena, usual), bench_ms_text(arena, chosen), 100 * (1 - chosen / MAX(usual, 1e-9)),
               trials->fma_gflops);
}

/* Each way with its time, in the order of the steps. */
static void print_ways(Buf *buf, const Trials *trials)
{
    for (uint32_t i = 0; i < trials->subjects.count; i++) {
        const Subject *subject = &trials->subjects.at[i];
        tuned_print_shape(buf, &subject->shape);
        buf_printf(buf, ", %u times\n", subject->steps);
        for (uint32_t k = 0; k < subject->ways.count; k++) {
            const Way *way = &subject->ways.at[k];
            if (way->ms > 0)
                buf_printf(buf, "    %s ms: %s\n", bench_ms_text(trials->arena, way->ms),
                           choice_text(trials->arena, &way->choice));
        }
    }
    buf_puts(buf, "\n");
}

static void add_line(const Trials *trials, Tuned *tuned, const Subject *subject)
{
    Arena *arena = trials->arena;
    const Way *was = usual_of(subject), *now = chosen_of(trials, subject);
    TunedLine line = {.shape = subject->shape, .choice = now->choice};
    line.note = now == was ? arena_printf(arena, " %s ms, as usual", bench_ms_text(arena, now->ms))
                           : arena_printf(arena, " %s ms; %s ms as usual, %s", bench_ms_text(arena, now->ms),
                                          bench_ms_text(arena, was->ms), choice_text(arena, &was->choice));
    VEC_PUSH(arena, &tuned->lines, line);
}

/* What was measured now, and the lines of other shapes that the file had; in order. */
static Tuned *merged(const Trials *trials, const Tuned *kept, const char *cpu)
{
    Arena *arena = trials->arena;
    Tuned *tuned = NEW(arena, Tuned);
    tuned->cpu = cpu;
    uint32_t k = 0, count = kept ? kept->lines.count : 0;
    for (uint32_t i = 0; i <= trials->subjects.count; i++) {
        const Subject *subject = i < trials->subjects.count ? &trials->subjects.at[i] : NULL;
        for (; k < count && (!subject || tuned_compare(&kept->lines.at[k].shape, &subject->shape) < 0); k++)
            VEC_PUSH(arena, &tuned->lines, kept->lines.at[k]);
        if (!subject)
            break;
        k += k < count && tuned_compare(&kept->lines.at[k].shape, &subject->shape) == 0;
        add_line(trials, tuned, subject);
    }
    return tuned;
}

/* ---- the command ---- */

/* The one that is given, else the widest that this machine runs. */
static const Target *choose_target(const Options *options)
{
    const Target *target = options->target;
    for (int i = 0; !options->targets.count && target_at(i); i++)
        if (!target_at(i)->blob && target_runs_here(target_at(i)) && target_at(i)->lanes > target->lanes)
            target = target_at(i);
    return target->blob ? target_find(target->blob) : target;
}

static bool can_be_tuned(Diag *diag, const Target *target)
{
    if (!target->winograd)
        diag_error(diag, NOWHERE, "target %s has no choices that could be measured", target->name);
    else if (!target_runs_here(target))
        diag_error(diag, NOWHERE, "this machine cannot run target %s", target->name);
    else
        return true;
    return false;
}

/* What the file has that will be replaced; *kept is NULL when there is none. */
static bool read_kept(Arena *arena, Diag *diag, const Options *options, const char *path, const char *cpu,
                      const Tuned **kept)
{
    *kept = NULL;
    if (options->fresh || !path_exists(path))
        return true;
    uint32_t source = diag_read_source(diag, path, NOWHERE);
    *kept = source ? tuned_parse(arena, diag, source) : NULL;
    if (*kept && (*kept)->cpu && strcmp((*kept)->cpu, cpu) != 0) {
        diag_error(diag, (*kept)->cpu_span, "measured on another CPU: this one is %s", cpu);
        *kept = NULL;
    }
    if (!*kept)
        diag_hint(diag, "--fresh replaces the file, -o writes another");
    return *kept != NULL;
}

/* Found out before anything is measured for nothing. */
static bool can_be_written(Arena *arena, Diag *diag, const char *path)
{
    struct stat status;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        diag_error(diag, NOWHERE, "cannot write %s: it is no file", path);
    else if (access(path_directory(arena, path), W_OK) != 0)
        diag_error(diag, NOWHERE, "cannot write %s: %s", path, strerror(errno));
    else
        return true;
    return false;
}

static const char *default_path(Arena *arena, const char *model)
{
    const char *ending = path_extension(model);
    return arena_printf(arena, "%.*s.tune", (int)(strlen(model) - strlen(ending)), model);
}

bool tune_net(Diag *diag, const Graph *net, const Options *options)
{
    Arena *arena = net->arena;
    const char *path = options->output ? options->output : default_path(arena, options->model);
    const char *cpu = cpu_name(arena);
    const Tuned *kept;
    Trials trials = {.arena = arena, .diag = diag, .options = options, .net = net, .target = choose_target(options)};
    if (!can_be_tuned(diag, trials.target) || !can_be_written(arena, diag, path) ||
        !read_kept(arena, diag, options, path, cpu, &kept))
        return false;
    trials_find(&trials);
    if (!trials.subjects.count) {
        diag_error(diag, NOWHERE, "%s has no convolution of which ways could be tried on target %s", net->name,
                   trials.target->name);
        return false;
    }
    if (!run_all(&trials))
        return false;
    keep_room(&trials);
    Buf text = {0};
    tuned_print(&text, merged(&trials, kept, cpu));
    bool fine = file_write_atomic(diag, path, buf_text(&text), text.length);
    buf_clear(&text);
    if (options->ways)
        print_ways(&text, &trials);
    print_table(&text, &trials);
    if (fine)
        printf("%s%s: for target %s\n", buf_text(&text), path, trials.target->name);
    buf_free(&text);
    return fine;
}
