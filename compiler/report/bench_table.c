/* bench_table.c - what was measured, for people (see bench.h).
 *
 * A bar is as long as its step takes, and the dark part of it what no code for this machine could save.
 */
#include "report/bench.h"
#include "report/number.h"
#include "report/table.h"
#include "support/file.h"

enum { BAR = 20 };

/* Whether what is printed may have other characters than ASCII's: as the locale says it. */
static bool takes_blocks(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < COUNT_OF(variables); i++) {
        const char *value = getenv(variables[i]);
        if (value && value[0])
            return strstr(value, "UTF-8") || strstr(value, "utf8") || strstr(value, "UTF8") || strstr(value, "utf-8");
    }
    return false;
}

static const char *percent_text(Arena *arena, double part, double whole)
{
    return whole > 0 ? arena_printf(arena, "%.1f", 100 * part / whole) : "";
}

/* Marks of a bar: time at the FMA peak, at the speed of memory, beyond, and a bar that is shorter than one of them. */
enum { MARK_PEAK, MARK_MEMORY, MARK_REST, MARK_SHORT, MARKS };

static const char *const *bar_marks(void)
{
    static const char *const marks[2][MARKS] = {{"#", "=", ".", "'"}, {"\u2588", "\u2593", "\u2591", "\u258F"}};
    return marks[takes_blocks()];
}

static const char *bar_text(Arena *arena, const Bench *bench, const BenchStep *step, double longest)
{
    const char *const *marks = bar_marks();
    BenchBound bound = bench_bound(bench, step);
    int cells = longest > 0 ? (int)(BAR * step->ms / longest + 0.5) : 0;
    int bound_cells = step->ms > 0 ? (int)(cells * bound.ms / step->ms + 0.5) : 0;
    const char *text = cells || !(step->ms > 0) ? "" : marks[MARK_SHORT];
    for (int i = 0; i < cells; i++)
        text = arena_printf(arena, "%s%s", text,
                            marks[i >= bound_cells ? MARK_REST
                                  : bound.memory   ? MARK_MEMORY
                                                   : MARK_PEAK]);
    return text;
}

static void add_step(Arena *arena, Table *table, const Bench *bench, const BenchStep *step, double longest)
{
    const BenchTimes *times = bench->times;
    double gflops = bench_gflops(step, step->ms);
    TableRow row = {
        {bench_layers(arena, step), bench_ms_text(arena, step->ms), percent_text(arena, step->ms, bench->total.ms),
         gflops > 0 ? arena_printf(arena, "%.1f", gflops) : "",
         gflops > 0 ? percent_text(arena, gflops, times->fma_gflops) : "", bench_bytes_text(arena, (double)step->bytes),
         bench_from_cache(bench, step) ? "cache" : percent_text(arena, bench_gbs(step, step->ms), times->read_gbs),
         bar_text(arena, bench, step, longest)}};
    VEC_PUSH(arena, &table->rows, row);
}

static void print_totals(Buf *buf, Arena *arena, const Bench *bench)
{
    const BenchTimes *times = bench->times;
    const BenchStep *all = &bench->total;
    double gflops = bench_gflops(all, times->min_ms), gbs = bench_gbs(all, times->min_ms);
    buf_printf(buf, "a run        %s ms; median %s ms of %s\n", bench_ms_text(arena, times->min_ms),
               bench_ms_text(arena, times->median_ms), number_grouped(arena, times->runs));
    buf_printf(buf, "all kernels  %s ms, %.1f %% of that\n", bench_ms_text(arena, all->ms),
               times->min_ms > 0 ? 100 * all->ms / times->min_ms : 0);
    bool giga = all->gflop >= 1;
    buf_printf(buf, "computes     %.4g %cFLOP: %.1f GFLOP/s, %.1f %% of one core's peak of %.1f\n",
               all->gflop * (giga ? 1 : 1e3), giga ? 'G' : 'M', gflops, 100 * gflops / times->fma_gflops,
               times->fma_gflops);
    buf_printf(buf, "moves        %s: %.2f GB/s, %.1f %% of the %.1f that one core reads\n",
               bench_bytes_text(arena, (double)all->bytes), gbs, 100 * gbs / times->read_gbs, times->read_gbs);
    buf_printf(buf, "first run    %s ms; from the program's start %s ms\n", bench_ms_text(arena, times->start.first_ms),
               bench_ms_text(arena, times->start.ms));
    buf_printf(buf, "memory       %s at most\n", bench_bytes_text(arena, (double)times->start.peak_bytes));
}

void bench_table(Buf *buf, const Bench *bench)
{
    Arena *arena = arena_new();
    const BenchTimes *times = bench->times;
    Table table = {.count = 8,
                   .column = {{"layers", .shrinks = true},
                              {"ms", .right = true},
                              {"%", .right = true},
                              {"GFLOP/s", .right = true},
                              {"peak %", .right = true},
                              {"moves", .right = true},
                              {"memory %", .right = true},
                              {.title = "time"}}};
    double longest = bench_longest(bench);
    for (uint32_t i = 0; i < times->step_count; i++)
        add_step(arena, &table, bench, &bench->steps[i], longest);
    buf_printf(buf, "%s (%s, target %s, batch %lld, %lld thread%s)\n\n", bench->plan->graph->name,
               path_base(bench->model), bench->plan->target->name, (long long)bench->batch, times->threads,
               plural(times->threads));
    if (times->threads > 1 && !bench->plan->threaded)
        buf_puts(buf, "one thread computes all: no kernel takes long enough to be shared\n\n");
    table_print(buf, arena, &table);
    const char *const *marks = bar_marks();
    buf_printf(buf, "\n%s at the FMA peak, %s at the speed of memory, %s the rest\n\n", marks[MARK_PEAK],
               marks[MARK_MEMORY], marks[MARK_REST]);
    print_totals(buf, arena, bench);
    arena_free(arena);
}
