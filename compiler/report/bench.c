/* bench.c - what was measured of each step, put beside what it computes and moves (see bench.h). */
#include "report/bench.h"
#include "report/layers.h"

#include <math.h>

enum { CACHE_BYTES = 1 << 20 }; /* of a core: what moves less may never see memory */

static const double NOISE = 0.1;
static const double CLEARLY_FASTER = 1.25; /* than memory: the probe may have been disturbed, too */

void bench_add_start(BenchTimes *times, const BenchStart *start)
{
    BenchStart *least = &times->start;
    bool first = times->starts++ == 0;
    least->ms = first ? start->ms : fmin(least->ms, start->ms);
    least->first_ms = first ? start->first_ms : fmin(least->first_ms, start->first_ms);
    least->peak_bytes = MAX(least->peak_bytes, start->peak_bytes);
}

bool bench_probe_varied(const BenchTimes *times)
{
    return times->fma_usual < (1 - NOISE) * times->fma_gflops;
}

bool bench_runs_disturbed(const Bench *bench)
{
    return bench->total.ms < (1 - NOISE) * bench->times->min_ms;
}

Bench bench_of(const Plan *plan, const char *model, int64_t batch, const BenchTimes *times)
{
    Arena *arena = plan->arena;
    StepCosts costs = step_costs(arena, plan);
    BenchStep *steps = NEW_ARRAY(arena, BenchStep, plan->steps.count);
    Bench bench = {.plan = plan, .model = model, .batch = batch, .times = times, .steps = steps};
    for (uint32_t i = 0; i < plan->steps.count; i++) {
        const Step *step = &plan->steps.at[i];
        steps[i] = (BenchStep){.kernel = plan->kernels.at[step->kernel].name,
                               .layers = step_layer_names(arena, plan, step),
                               .ms = times->step_ms[i],
                               .bytes = count_sum(bytes_moved(&costs.at[i]), costs.at[i].weights),
                               .gflop = 2e-9 * (double)costs.at[i].macs};
        bench.total.ms += steps[i].ms;
        bench.total.bytes = count_sum(bench.total.bytes, steps[i].bytes);
        bench.total.gflop += steps[i].gflop;
    }
    return bench;
}

double bench_gflops(const BenchStep *step, double ms)
{
    return ms > 0 ? 1e3 * step->gflop / ms : 0;
}

double bench_gbs(const BenchStep *step, double ms)
{
    return ms > 0 ? 1e-6 * (double)step->bytes / ms : 0;
}

bool bench_from_cache(const Bench *bench, const BenchStep *step)
{
    return bench_gbs(step, step->ms) > CLEARLY_FASTER * bench->times->read_gbs;
}

BenchBound bench_bound(const Bench *bench, const BenchStep *step)
{
    double arithmetic = 1e3 * step->gflop / bench->times->fma_gflops;
    bool held = step->bytes <= CACHE_BYTES || bench_from_cache(bench, step);
    double memory = held ? 0 : 1e-6 * (double)step->bytes / bench->times->read_gbs;
    return (BenchBound){fmin(fmax(arithmetic, memory), step->ms), memory > arithmetic};
}

const char *bench_layers(Arena *arena, const BenchStep *step)
{
    const char *text = step->layers.at[0];
    for (uint32_t i = 1; i < step->layers.count; i++)
        text = arena_printf(arena, "%s + %s", text, step->layers.at[i]);
    return text;
}

double bench_longest(const Bench *bench)
{
    double longest = 0;
    for (uint32_t i = 0; i < bench->times->step_count; i++)
        longest = fmax(longest, bench->steps[i].ms);
    return longest;
}

const char *bench_ms_text(Arena *arena, double ms)
{
    int places = ms >= 1000 ? 0 : ms >= 100 ? 1 : ms >= 10 ? 2 : ms >= 1 ? 3 : ms >= 0.1 ? 4 : ms >= 0.01 ? 5 : 6;
    return arena_printf(arena, "%.*f", places, ms);
}

const char *bench_bytes_text(Arena *arena, double bytes)
{
    static const char *const units[] = {"kB", "MB", "GB"};
    size_t unit = bytes >= 1e9 ? 2 : bytes >= 1e6 ? 1 : 0;
    double number = bytes / (unit == 2 ? 1e9 : unit == 1 ? 1e6 : 1e3);
    return arena_printf(arena, "%.*f %s", number >= 100 ? 0 : number >= 10 ? 1 : 2, number, units[unit]);
}
