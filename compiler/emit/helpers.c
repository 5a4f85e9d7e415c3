/* helpers.c - small functions and macros that texts of kernels asked for (kernel.h, Needs). */
#include "emit/run.h"

#define CLANG "defined __clang__"
#define GCC   "defined __GNUC__ && __GNUC__ >= 8 && !defined __clang__"

/* What stands before types of what lies in a device's memory. */
static const char *memory_word(const Emission *emission)
{
    return emission->plan->target->sets[emission->set]->memory;
}

/* A macro that stands for a pragma with one compiler, and for nothing with others, as those of devices. */
static void write_hint(const Emission *emission, Buf *out, const char *name, const char *compiler, const char *pragma,
                       const char *comment)
{
    if (emission->plan->target->opencl) {
        buf_printf(out, "#define %s_%s\n", emission->macro, name);
        return;
    }
    buf_printf(out, "%s#if %s\n#define %s_%s _Pragma(\"%s\")\n#else\n#define %s_%s\n#endif\n\n", comment, compiler,
               emission->macro, name, pragma, emission->macro, name);
}

/* What threads divide their work with, or work-groups of a device. */
static void write_share(const Emission *emission, Buf *out)
{
    const char *p = emission->prefix, *m = emission->macro;
    const char *who = emission->plan->target->opencl ? "work-group" : "thread";
    const char *wide = emission->plan->target->opencl ? "long" : "long long"; /* of 64 bits */
    buf_printf(out,
               "/* Where %s `me` of `all` begins in a loop that goes to `length`, and %s me - 1 ends: at a multiple "
               "of\n * `together`. */\n"
               "static int %s_share(int length, int together, int me, int all)\n{\n"
               "    const %s turns = ((%s)length + together - 1) / together;\n"
               "    const %s begin = (turns * me + all - 1) / all * together;\n"
               "    return begin < length ? (int)begin : length;\n}\n"
               "#define %s_SHARE(length, together) \\\n"
               "    %s_share(length, together, me, all), %s_share(length, together, me + 1, all)\n\n",
               who, who, p, wide, wide, wide, m, p, p);
}

/* What threads have besides. Without OpenMP there is one. */
static void write_threads(const Emission *emission, Buf *out)
{
    bool waits = false;
    for (uint32_t i = 0; i < emission->plan->steps.count; i++)
        waits |= emission->plan->steps.at[i].waits;
    const char *p = emission->prefix, *m = emission->macro;
    int64_t scratch = plan_scratch_of_thread(emission->plan) / dtype_bytes(DT_F32);
    if (scratch)
        buf_printf(out,
                   "/* Scratch memory of thread `me`, for thread 0 at `at`, for others behind all that is shared. */\n"
                   "#define %s_SCRATCH(at) \\\n"
                   "    (memory + (me ? %lld + (size_t)(me - 1) * %lld : (size_t)(at)))\n\n",
                   m, (long long)(workspace_size(emission->plan) / dtype_bytes(DT_F32)), (long long)scratch);
    if (!waits)
        return;
    buf_printf(out,
               "/* Until all threads are here: what one of them has written, others may read now. */\n"
               "static void %s_wait(int all)\n{\n"
               "    if (all > 1) { /* a barrier outside of a run's threads would be one of the caller's */\n"
               "#ifdef _OPENMP\n#pragma omp barrier\n#endif\n    }\n}\n\n",
               p);
}

/* Numbers of 16 bits as floats. */
static void write_half_helpers(const char *p, Buf *out, const Needs *needs)
{
    if (needs->from_f16)
        buf_printf(
            out,
            "/* IEEE binary16 as a float, without branches. No float is denormal on the way, which would be zero "
            "where\n * these are flushed: below the smallest exponent, 2^-14 is added as bits and subtracted as a "
            "number. */\n"
            "static inline float %s_from_f16(uint16_t stored)\n{\n"
            "    const int32_t size = (int32_t)(stored & 0x7fff) << 13;\n"
            "    const uint32_t tiny = -(uint32_t)(size < 1 << 23), endless = -(uint32_t)(size >= 31 << 23);\n"
            "    union {\n        uint32_t bits;\n        float number;\n    } value, added;\n"
            "    value.bits = (uint32_t)size + (112u << 23) + (tiny & (1u << 23)) + (endless & (112u << 23));\n"
            "    added.bits = tiny & (113u << 23);\n"
            "    value.number -= added.number;\n"
            "    value.bits |= (uint32_t)(stored & 0x8000) << 16;\n"
            "    return value.number;\n}\n\n",
            p);
    if (needs->from_bf16)
        buf_printf(out,
                   "/* The upper half of a float as that float. */\n"
                   "static inline float %s_from_bf16(uint16_t stored)\n{\n"
                   "    union {\n        uint32_t bits;\n        float number;\n    } value;\n"
                   "    value.bits = (uint32_t)stored << 16;\n    return value.number;\n}\n\n",
                   p);
}

/* What compilers are told about some loops. */
static void write_hints(const Emission *emission, Buf *out, const Needs *needs)
{
    if (needs->by_pixels)
        write_hint(
            emission, out, "BY_PIXELS", CLANG, "clang loop vectorize(disable)",
            "/* Before loops over maps that store some pixels of each: clang would gather and scatter vectors of "
            "maps. */\n");
    if (needs->unrolled)
        write_hint(emission, out, "UNROLLED", CLANG, "clang loop unroll(full)",
                   "/* Before loops over sums: clang keeps sums in registers where it knows the place of each. */\n");
    if (needs->lanes)
        write_hint(
            emission, out, "LANES", GCC, "GCC unroll 1",
            "/* Before loops over the lanes of vectors: gcc would write out short ones, and find no vectors. */\n");
    if (needs->loop)
        write_hint(emission, out, "LOOP", GCC, "GCC unroll 1",
                   "/* Before loops over few inputs: gcc would write them out, and run out of registers. */\n");
}

/* For values of which some rows are held. */
static void write_row_helpers(const Emission *emission, Buf *out, const Needs *needs)
{
    const char *p = emission->prefix;
    if (needs->keep_rows) {
        buf_puts(out, "/* Of each of `maps` maps, `count` floats from `from` on go to its beginning. */\n");
        line_wrapped(out, arena_printf(emission->arena,
                                       "static void %s_keep_rows(%sfloat *y, int maps, int map, int from, int count)",
                                       p, memory_word(emission)));
        buf_puts(out, "{\n    for (int i = 0; i < maps; i++, y += map)\n"
                      "        memmove(y, y + from, (size_t)count * sizeof *y);\n}\n\n");
    }
    if (needs->zero_rows) {
        buf_puts(out, "/* Of each of `maps` maps, `count` floats from `from` on become zero. */\n");
        line_wrapped(out, arena_printf(emission->arena,
                                       "static void %s_zero_rows(%sfloat *y, int maps, int map, int from, int count)",
                                       p, memory_word(emission)));
        buf_puts(out, "{\n    for (int i = 0; i < maps; i++, y += map)\n"
                      "        memset(y + from, 0, (size_t)count * sizeof *y);\n}\n\n");
    }
}

/* The same by items: the rows above and below of a picture, then what stands left and right of each of the others. */
static void write_border_by_items(const char *p, Buf *out)
{
    buf_printf(
        out,
        "/* Zeros around each of `maps` pictures of height x width, so that convolutions need not test for edges. "
        "*/\n"
        "static void %s_zero_border(global float *y, int maps, int height, int width, int top, int left, int "
        "bottom,\n"
        "                           int right)\n{\n"
        "    const int row = left + width + right, sides = left + right, ends = (top + bottom) * row;\n"
        "    const int border = ends + height * sides, picture = (top + height + bottom) * row;\n"
        "    for (int item = get_global_id(0); item < maps * border; item += get_global_size(0)) {\n"
        "        int at = item %% border;\n"
        "        if (at >= ends) {\n"
        "            const int side = (at - ends) %% sides;\n"
        "            at = (top + (at - ends) / sides) * row + side + (side < left ? 0 : width);\n"
        "        } else if (at >= top * row) {\n"
        "            at += height * row;\n"
        "        }\n"
        "        y[item / border * picture + at] = 0.0f;\n"
        "    }\n}\n\n",
        p);
}

static void write_border_helper(const Emission *emission, Buf *out)
{
    const char *p = emission->prefix;
    if (emission->plan->target->gpu) {
        write_border_by_items(p, out);
        return;
    }
    buf_puts(out, "/* Zeros around each of `maps` pictures of height x width, so that convolutions need not test for "
                  "edges. */\n");
    line_wrapped(out, arena_printf(emission->arena,
                                   "static void %s_zero_border(%sfloat *y, int maps, int height, int width, int top, "
                                   "int left, int bottom, int right)",
                                   p, memory_word(emission)));
    buf_puts(out, "{\n"
                  "    const int row = left + width + right;\n"
                  "    for (int i = 0; i < maps; i++, y += (top + height + bottom) * row) {\n"
                  "        memset(y, 0, (size_t)(top * row) * sizeof *y);\n"
                  "        for (int r = top; r < top + height; r++) {\n"
                  "            memset(y + r * row, 0, (size_t)left * sizeof *y);\n"
                  "            memset(y + r * row + left + width, 0, (size_t)right * sizeof *y);\n"
                  "        }\n"
                  "        memset(y + (top + height) * row, 0, (size_t)(bottom * row) * sizeof *y);\n"
                  "    }\n"
                  "}\n\n");
}

void emit_helpers(const Emission *emission, Buf *out, const Needs *needs)
{
    const char *p = emission->prefix;
    if (needs->larger)
        buf_printf(out,
                   "/* b when they are equal or one of them is not a number: -0 and NaN pass through larger(0, x). */\n"
                   "static inline float %s_larger(float a, float b)\n{\n    return a > b ? a : b;\n}\n\n",
                   p);
    if (needs->smaller)
        buf_printf(out,
                   "/* b when they are equal or one of them is not a number. */\n"
                   "static inline float %s_smaller(float a, float b)\n{\n    return a < b ? a : b;\n}\n\n",
                   p);
    write_half_helpers(p, out, needs);
    write_hints(emission, out, needs);
    if (needs->fill)
        buf_printf(out,
                   "static inline void %s_fill(%sfloat *y, int count, float value)\n{\n"
                   "    for (int i = 0; i < count; i++)\n        y[i] = value;\n}\n\n",
                   p, memory_word(emission));
    if (needs->least)
        buf_printf(out, "static inline int %s_least(int a, int b)\n{\n    return a < b ? a : b;\n}\n\n", p);
    write_row_helpers(emission, out, needs);
    if (emission->plan->threaded)
        write_share(emission, out);
    if (emission->plan->threaded && !emission->plan->target->opencl)
        write_threads(emission, out);
    if (needs->border)
        write_border_helper(emission, out);
}
