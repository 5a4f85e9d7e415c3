/* bench_svg.c - what was measured, as a chart (see bench.h): a bar for each step, as long as it takes, the dark part of
 * it what no code for this machine could save.
 */
#include "report/bench.h"
#include "report/svg.h"
#include "support/file.h"

#include <math.h>

static const double MARGIN = 24, NAMES = 230, PLOT = 460, FIGURES = 200, TOP = 118, ROW = 20, BAR = 13, BOTTOM = 40;
static const double SMALL = 11, USUAL = 12, TITLE = 17, SWATCH = 11;
static const char DARK[] = "#24292f", SOFT[] = "#57606a", GRID[] = "#e4e7eb";
static const char PEAK[] = "#2f6fb0", MEMORY[] = "#3f9a90", REST[] = "#c9d9ea", MOVES[] = "#d9dde1";

typedef struct Chart {
    Buf *buf;
    Arena *arena;
    const Bench *bench;
    double longest; /* ms that the plot is wide */
} Chart;

static double x_of(const Chart *chart, double ms)
{
    return MARGIN + NAMES + (chart->longest > 0 ? PLOT * ms / chart->longest : 0);
}

/* 1, 2 or 5 times a power of ten, so that there are three to eight of them. */
static double tick_ms(double longest)
{
    double power = pow(10, floor(log10(longest / 3)));
    return longest / power > 20 ? 5 * power : longest / power > 8 ? 2 * power : power;
}

static void draw_grid(const Chart *chart, double bottom)
{
    double tick = chart->longest > 0 ? tick_ms(chart->longest) : 1;
    for (int i = 0; tick * i <= chart->longest; i++) {
        double x = x_of(chart, tick * i);
        const char *text = arena_printf(chart->arena, "%.6g%s", tick * i, i ? "" : " ms");
        svg_line(chart->buf, x, TOP - 6, x, bottom, GRID, false);
        svg_text(chart->buf, x, TOP - 11, SMALL, SVG_MIDDLE, 0, SOFT, text);
        svg_text(chart->buf, x, bottom + 15, SMALL, SVG_MIDDLE, 0, SOFT, text);
    }
}

/* The end of a long name says more than its beginning. */
static const char *fitting(const Chart *chart, const char *name, double width)
{
    const char *text = name;
    while (*name && svg_text_width(text, USUAL) > width)
        text = arena_printf(chart->arena, "..%s", ++name);
    return text;
}

static void draw_step(const Chart *chart, const BenchStep *step, double y)
{
    const Bench *bench = chart->bench;
    Arena *arena = chart->arena;
    const char *layers = bench_layers(arena, step), *figures = bench_ms_text(arena, step->ms);
    const char *bytes = bench_bytes_text(arena, (double)step->bytes);
    double gflops = bench_gflops(step, step->ms), middle = y + BAR / 2 + USUAL / 3;
    BenchBound bound = bench_bound(bench, step);
    const char *tip =
        arena_printf(arena, "%s: %s ms, moves %s at %.2f GB/s", layers, figures, bytes, bench_gbs(step, step->ms));
    if (gflops > 0)
        tip = arena_printf(arena, "%s, %.1f GFLOP/s, %.1f %% of the FMA peak", tip, gflops,
                           100 * gflops / bench->times->fma_gflops);
    svg_text(chart->buf, MARGIN + NAMES - 10, middle, USUAL, SVG_RIGHT, 0, DARK, fitting(chart, layers, NAMES - 10));
    double from = x_of(chart, 0), to = x_of(chart, step->ms);
    svg_rectangle(chart->buf, from, y, fmax(to - from, 0.5), BAR, gflops > 0 ? REST : MOVES, NULL, tip);
    if (bound.ms > 0)
        svg_rectangle(chart->buf, from, y, x_of(chart, bound.ms) - from, BAR, bound.memory ? MEMORY : PEAK, NULL, tip);
    if (gflops > 0)
        figures = arena_printf(arena, "%s ms, %.0f %%", figures, 100 * gflops / bench->times->fma_gflops);
    else
        figures = arena_printf(arena, "%s ms", figures);
    svg_text(chart->buf, to + 6, middle, SMALL, SVG_LEFT, 0, SOFT, figures);
}

static double draw_swatch(const Chart *chart, double x, const char *colour, const char *text)
{
    svg_rectangle(chart->buf, x, 70, SWATCH, SWATCH, colour, NULL, NULL);
    svg_text(chart->buf, x + SWATCH + 6, 70 + SWATCH - 1.5, SMALL, SVG_LEFT, 0, SOFT, text);
    return x + SWATCH + 6 + svg_text_width(text, SMALL) + 8;
}

static void draw_head(const Chart *chart)
{
    const Bench *bench = chart->bench;
    const BenchTimes *times = bench->times;
    Arena *arena = chart->arena;
    double gflops = bench_gflops(&bench->total, times->min_ms), x = MARGIN;
    svg_text(chart->buf, MARGIN, 32, TITLE, SVG_LEFT, 0, DARK,
             arena_printf(arena, "%s on %s: %s ms", bench->plan->graph->name, bench->plan->target->name,
                          bench_ms_text(arena, times->min_ms)));
    svg_text(chart->buf, MARGIN, 53, USUAL, SVG_LEFT, 0, SOFT,
             arena_printf(arena,
                          "%lld thread%s, batch %lld; median %s ms of %lld runs; %.1f GFLOP/s, %.1f %% of one core's "
                          "FMA peak of %.1f; memory read at %.1f GB/s",
                          times->threads, plural(times->threads), (long long)bench->batch,
                          bench_ms_text(arena, times->median_ms), times->runs, gflops, 100 * gflops / times->fma_gflops,
                          times->fma_gflops, times->read_gbs));
    x = draw_swatch(chart, x, PEAK, "at the FMA peak");
    x = draw_swatch(chart, x, MEMORY, "at the speed of memory");
    x = draw_swatch(chart, x, REST, "the rest");
    draw_swatch(chart, x, MOVES, "no multiply-adds");
}

void bench_svg(Buf *buf, const Bench *bench)
{
    Arena *arena = arena_new();
    Chart chart = {buf, arena, bench, bench_longest(bench)};
    double bottom = TOP + ROW * bench->times->step_count;
    svg_begin(buf, 2 * MARGIN + NAMES + PLOT + FIGURES, bottom + BOTTOM,
              arena_printf(arena, "%s (%s, target %s): time of each kernel", bench->plan->graph->name,
                           path_base(bench->model), bench->plan->target->name));
    draw_head(&chart);
    draw_grid(&chart, bottom);
    for (uint32_t i = 0; i < bench->times->step_count; i++)
        draw_step(&chart, &bench->steps[i], TOP + ROW * i + (ROW - BAR) / 2);
    svg_end(buf);
    arena_free(arena);
}
