/* here.c - what this machine can run (see here.h). */
#include "driver/here.h"
#include "fovea.h"

bool target_runs_here(const Target *target)
{
    static const struct {
        const char *name;
        fovea_cpu_feature feature;
    } features[] = {{"FOVEA_CPU_AVX2", FOVEA_CPU_AVX2}, {"FOVEA_CPU_AVX512", FOVEA_CPU_AVX512}};
    for (size_t i = 0; target->cpu && i < COUNT_OF(features); i++)
        if (strcmp(target->cpu, features[i].name) == 0)
            return fovea_cpu_has(features[i].feature);
    return true;
}
