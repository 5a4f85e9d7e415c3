/* bench_json.c - what was measured, for programs (see bench.h). */
#include "report/bench.h"
#include "report/json.h"
#include "support/file.h"

static cJSON *step_json(const BenchStep *step)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "name", step->kernel);
    cJSON *layers = cJSON_AddArrayToObject(object, "layers");
    for (uint32_t i = 0; i < step->layers.count; i++)
        cJSON_AddItemToArray(layers, cJSON_CreateString(step->layers.at[i]));
    json_add_decimals(object, "ms", step->ms, 6);
    json_add_decimals(object, "gflops", bench_gflops(step, step->ms), 3);
    json_add_count(object, "bytes", step->bytes);
    return object;
}

void bench_json(Buf *buf, const Bench *bench)
{
    const BenchTimes *times = bench->times;
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "model", path_base(bench->model));
    cJSON_AddStringToObject(object, "target", bench->plan->target->name);
    json_add_count(object, "threads", times->threads);
    json_add_count(object, "batch", bench->batch);
    json_add_decimals(object, "fma_peak_gflops", times->fma_gflops, 3);
    cJSON *total = cJSON_AddObjectToObject(object, "total_ms");
    json_add_decimals(total, "min", times->min_ms, 6);
    json_add_decimals(total, "median", times->median_ms, 6);
    json_add_decimals(object, "first_ms", times->start.first_ms, 6);
    json_add_count(object, "peak_rss_bytes", times->start.peak_bytes);
    cJSON *kernels = cJSON_AddArrayToObject(object, "kernels");
    for (uint32_t i = 0; i < times->step_count; i++)
        cJSON_AddItemToArray(kernels, step_json(&bench->steps[i]));
    json_print(buf, object);
}
