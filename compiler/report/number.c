/* number.c - numbers as people read them (see number.h). */
#include "report/number.h"

const char *number_grouped(Arena *arena, int64_t number)
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)number);
    char *text = arena_alloc(arena, (size_t)length + (size_t)length / 3 + 1), *to = text;
    for (int i = 0; i < length; i++) {
        if (i && digits[i - 1] != '-' && (length - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    return text;
}
