/* test_bench.c - what `fovea bench` makes of times: sums, shares, bounds and the words of a table, from made-up ones.
 */
#include <criterion/criterion.h>

#include "pass/pass.h"
#include "report/bench.h"
#include "tests/support/model.h"

#include <cjson/cJSON.h>

static const char text[] = "net n(x: f32[16, 32, 32]) {\n"
                           "    return y = x -> a: conv(32, 3x3) -> relu -> maxpool(2x2) -> flatten -> b: fc(100);\n"
                           "}\n";

enum { STEPS = 3 };

/* Three steps of 1, 2 and 5 ms; a run of 10; 100 GFLOP/s and 2 GB/s at most. */
static Bench bench_made_up(Arena *arena, Diag *diag, BenchTimes *times)
{
    Graph *graph = model_read(arena, diag, "case.fov", text, "random:1");
    cr_assert_not_null(graph);
    passes_run(&graph, &(PassOptions){.target = target_at(0)});
    Plan *plan = plan_make(graph, target_at(0));
    cr_assert_eq(plan->steps.count, STEPS);
    *times = (BenchTimes){.threads = 1,
                          .runs = 1234,
                          .min_ms = 10,
                          .median_ms = 11,
                          .fma_gflops = 100,
                          .fma_usual = 95,
                          .read_gbs = 2,
                          .step_ms = NEW_ARRAY(arena, double, STEPS),
                          .step_count = STEPS};
    times->step_ms[0] = 1, times->step_ms[1] = 2, times->step_ms[2] = 5;
    bench_add_start(times, &(BenchStart){30, 13, 1000000});
    bench_add_start(times, &(BenchStart){25, 14, 3000000});
    return bench_of(plan, "some/case.fov", 1, times);
}

Test(bench, sums_and_shares)
{
    Arena *arena = arena_new();
    Diag diag;
    BenchTimes times;
    Bench bench = bench_made_up(arena, &diag, &times);
    const BenchStep *conv = &bench.steps[0], *fc = &bench.steps[2];
    double conv_gflop = 2e-9 * 32 * 30 * 30 * 16 * 9, fc_gflop = 2e-9 * 7200 * 100;
    cr_expect_float_eq(conv->gflop, conv_gflop, 1e-12);
    cr_expect_float_eq(bench.total.gflop, conv_gflop + fc_gflop, 1e-12);
    cr_expect_float_eq(bench_gflops(conv, conv->ms), 1e3 * conv_gflop, 1e-9);
    cr_expect_float_eq(bench.total.ms, 8, 1e-12);
    cr_expect_eq(bench.total.bytes, conv->bytes + bench.steps[1].bytes + fc->bytes);
    cr_expect_geq(fc->bytes, 4 * (7200 * 100 + 7200 + 100));
    cr_expect_eq(conv->layers.count, 2);
    cr_expect_str_eq(bench_layers(arena, conv), "a + relu");
    cr_expect_float_eq(times.start.ms, 25, 0);
    cr_expect_float_eq(times.start.first_ms, 13, 0);
    cr_expect_eq(times.start.peak_bytes, 3000000);
    cr_expect_eq(bench_gflops(conv, 0), 0, "no time gives no speed");
    arena_free(arena);
}

Test(bench, bounds)
{
    Arena *arena = arena_new();
    Diag diag;
    BenchTimes times;
    Bench bench = bench_made_up(arena, &diag, &times);
    /* The convolution moves little: multiply-adds keep it. The fully connected layer reads 2.9 MB: memory does. */
    BenchBound conv = bench_bound(&bench, &bench.steps[0]), fc = bench_bound(&bench, &bench.steps[2]);
    cr_expect(!conv.memory);
    cr_expect_float_eq(conv.ms, 10 * bench.steps[0].gflop, 1e-9);
    cr_expect(fc.memory);
    cr_expect_float_eq(fc.ms, 1e-6 * (double)bench.steps[2].bytes / 2, 1e-9);
    /* Faster than memory by more than the probe may be wrong: it came from a cache. */
    times.read_gbs = 0.4;
    cr_expect(bench_from_cache(&bench, &bench.steps[2]));
    cr_expect(!bench_bound(&bench, &bench.steps[2]).memory);
    /* Nothing is kept longer than it took. */
    times.fma_gflops = 1;
    cr_expect_float_eq(bench_bound(&bench, &bench.steps[0]).ms, 1, 0);
    arena_free(arena);
}

Test(bench, noise)
{
    Arena *arena = arena_new();
    Diag diag;
    BenchTimes times;
    Bench bench = bench_made_up(arena, &diag, &times);
    cr_expect(bench_runs_disturbed(&bench), "10 ms for kernels of 8");
    times.min_ms = 8.8;
    cr_expect(!bench_runs_disturbed(&bench));
    cr_expect(!bench_probe_varied(&times), "95 of 100 is fine");
    times.fma_usual = 89;
    cr_expect(bench_probe_varied(&times));
    arena_free(arena);
}

static void expect_keys(const cJSON *object, const char *const *keys, size_t count)
{
    const cJSON *item = object->child;
    for (size_t i = 0; i < count; i++, item = item->next) {
        cr_assert_not_null(item, "%s is missing", keys[i]);
        cr_expect_str_eq(item->string, keys[i]);
    }
    cr_expect_null(item, "%s is one too many", item ? item->string : "");
}

Test(bench, json)
{
    static const char *const keys[] = {"model",    "target",   "threads",        "batch",  "fma_peak_gflops",
                                       "total_ms", "first_ms", "peak_rss_bytes", "kernels"};
    static const char *const kernel_keys[] = {"name", "layers", "ms", "gflops", "bytes"};
    Arena *arena = arena_new();
    Diag diag;
    BenchTimes times;
    Buf buf = {0};
    Bench bench = bench_made_up(arena, &diag, &times);
    bench_json(&buf, &bench);
    cJSON *object = cJSON_Parse(buf_text(&buf));
    cr_assert_not_null(object);
    expect_keys(object, keys, COUNT_OF(keys));
    const cJSON *kernels = cJSON_GetObjectItem(object, "kernels"), *total = cJSON_GetObjectItem(object, "total_ms");
    cr_expect_eq(cJSON_GetArraySize(kernels), STEPS);
    expect_keys(cJSON_GetArrayItem(kernels, 0), kernel_keys, COUNT_OF(kernel_keys));
    cr_expect_float_eq(cJSON_GetObjectItem(total, "median")->valuedouble, 11, 0);
    cr_expect_str_eq(cJSON_GetObjectItem(object, "model")->valuestring, "case.fov");
    const cJSON *conv = cJSON_GetArrayItem(kernels, 0);
    cr_expect_str_eq(cJSON_GetObjectItem(conv, "name")->valuestring, "a");
    cr_expect_str_eq(cJSON_GetArrayItem(cJSON_GetObjectItem(conv, "layers"), 1)->valuestring, "relu");
    cr_expect_float_eq(cJSON_GetObjectItem(conv, "gflops")->valuedouble, 8.294, 1e-9);
    cJSON_Delete(object);
    buf_free(&buf);
    arena_free(arena);
}

Test(bench, words)
{
    Arena *arena = arena_new();
    static const struct {
        double ms;
        const char *text;
    } times[] = {{0.0000612, "0.000061"}, {0.012345, "0.01235"}, {0.5, "0.5000"}, {38.512, "38.51"}, {1234.5, "1234"}};
    static const struct {
        double bytes;
        const char *text;
    } sizes[] = {{7232, "7.23 kB"}, {23744, "23.7 kB"}, {97500000, "97.5 MB"}, {151e6, "151 MB"}, {1.5e9, "1.50 GB"}};
    for (size_t i = 0; i < COUNT_OF(times); i++)
        cr_expect_str_eq(bench_ms_text(arena, times[i].ms), times[i].text);
    for (size_t i = 0; i < COUNT_OF(sizes); i++)
        cr_expect_str_eq(bench_bytes_text(arena, sizes[i].bytes), sizes[i].text);
    arena_free(arena);
}
