/* here.c - what this machine can run (see here.h). */
#include "driver/here.h"
#include "fovea.h"

#include <ctype.h>
#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>
#endif

bool target_runs_here(const Target *target)
{
    for (int s = 0; s < target->set_count; s++)
        if (fovea_cpu_has((fovea_cpu_feature)target->sets[s]->number))
            return true;
    return false;
}

#define BRAND_FIRST 0x80000002u
enum { BRAND_LEAVES = 3, BRAND_BYTES = 16 * BRAND_LEAVES };

/* The 48 bytes that CPUID gives; false: it does not. */
static bool brand_read(char brand[BRAND_BYTES + 1])
{
#if defined(__x86_64__) && defined(__GNUC__)
    for (unsigned leaf = 0; leaf < BRAND_LEAVES; leaf++) {
        unsigned words[4];
        if (!__get_cpuid(BRAND_FIRST + leaf, &words[0], &words[1], &words[2], &words[3]))
            return false;
        memcpy(brand + leaf * sizeof words, words, sizeof words);
    }
    brand[BRAND_BYTES] = '\0';
    return true;
#else
    (void)brand;
    return false;
#endif
}

const char *cpu_name(Arena *arena)
{
    char brand[BRAND_BYTES + 1], *to = brand;
    if (!brand_read(brand))
        return "unknown";
    for (const char *from = brand; *from; from++) {
        char byte = *from;
        if (!isgraph((unsigned char)byte) || byte == '#') /* a comment would begin there in a file of choices */
            byte = ' ';
        if (byte != ' ' || (to > brand && to[-1] != ' '))
            *to++ = byte;
    }
    while (to > brand && to[-1] == ' ')
        to--;
    return to > brand ? arena_strndup(arena, brand, (size_t)(to - brand)) : "unknown";
}
