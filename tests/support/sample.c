/* sample.c - cases picked by hash (see sample.h). */
#include "tests/support/sample.h"

#include "support/hash.h"

bool sample_is_whole(void)
{
    const char *cases = getenv("CASES");
    return cases && strcmp(cases, "all") == 0;
}

bool sample_takes(uint32_t one_in, const char *list, uint32_t index, const char *text)
{
    uint64_t hash = fnv1a64(FNV_START, list, strlen(list));
    return sample_is_whole() || index == 0 || (fnv1a64(hash, text, strlen(text)) >> 32) % one_in == 0;
}
