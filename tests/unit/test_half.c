/* Numbers of 16 bits: each is the nearest to what it was made of, and each is a float that gives it back. */
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>

#include "support/half.h"

typedef struct Kind {
    const char *name;
    uint16_t (*of_float)(float);
    float (*to_float)(uint16_t);
    uint16_t infinite;
    float largest;
} Kind;

static const Kind kinds[] = {{"f16", f16_of_float, float_of_f16, 0x7c00, F16_LARGEST},
                             {"bf16", bf16_of_float, float_of_bf16, 0x7f80, BF16_LARGEST}};

static bool same(float a, float b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

/* Between two neighbours lies the point from which on the upper one is nearer; there, the even one is taken. */
Test(half, is_the_nearest)
{
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        const Kind *kind = &kinds[k];
        for (uint16_t half = 0; half < kind->infinite; half++) {
            float value = kind->to_float(half), next = kind->to_float((uint16_t)(half + 1));
            if (half + 1 == kind->infinite) /* as if exponents went on */
                next = kind->name[0] == 'f' ? 65536.0f : INFINITY;
            float middle = (float)(((double)value + (double)next) / 2);
            cr_assert(kind->of_float(value) == half, "%s %04x is a float", kind->name, half);
            cr_assert(kind->of_float(-value) == (half | 0x8000), "%s -%04x is a float", kind->name, half);
            if (isinf(next))
                break;
            cr_assert(kind->of_float(middle) == half + (half & 1), "%s: a tie above %04x", kind->name, half);
            cr_assert(kind->of_float(nextafterf(middle, 0)) == half, "%s: just below a tie", kind->name);
            cr_assert(kind->of_float(nextafterf(middle, INFINITY)) == half + 1, "%s: just above a tie", kind->name);
        }
        cr_expect(same(kind->to_float((uint16_t)(kind->infinite - 1)), kind->largest), "the largest %s", kind->name);
        cr_expect(kind->of_float(INFINITY) == kind->infinite && isinf(kind->to_float(kind->infinite)));
        cr_expect(isnan(kind->to_float(kind->of_float(NAN))) && kind->of_float(FLT_MAX) == kind->infinite);
        cr_expect(same(kind->to_float(0x8000), -0.0f));
    }
    cr_expect(same(float_of_f16(0x3c00), 1.0f) && same(float_of_f16(0x0001), 0x1p-24f), "f16 as IEEE 754 has it");
    cr_expect(same(float_of_bf16(0x3f80), 1.0f));
}
