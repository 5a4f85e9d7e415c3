/* embed.c - the weights as a symbol that a program links: by the assembler (PREFIX_weights.S), or as a C array. */
#include "emit/emit.h"

void emit_incbin_text(const Emission *emission, Buf *out)
{
    const char *p = emission->prefix, *m = emission->macro;
    emit_banner(emission, out, arena_printf(emission->arena, "%s_weights.S - the weights as a symbol", p));
    buf_printf(
        out, "/* Assemble it where %s.weights is, name that folder with -I or -Wa,-I, or define %s_WEIGHTS_FILE. */\n",
        p, m);
    buf_printf(out, "#ifndef %s_WEIGHTS_FILE\n#define %s_WEIGHTS_FILE \"%s.weights\"\n#endif\n\n", m, m, p);
    buf_printf(out,
               "#if defined(__APPLE__)\n#define SYMBOL _%s_weights\n    .const\n#else\n#define SYMBOL %s_weights\n    "
               ".section .rodata\n#endif\n",
               p, p);
    buf_printf(out, "    .globl SYMBOL\n    .balign 64\nSYMBOL:\n    .incbin %s_WEIGHTS_FILE\n", m);
    buf_printf(out,
               "#if defined(__ELF__)\n    .type SYMBOL, %%object\n    .size SYMBOL, %lld\n    .section "
               ".note.GNU-stack, \"\", %%progbits\n#endif\n",
               (long long)emission->blob_bytes);
}

void emit_array_text(const Emission *emission, Buf *out, const unsigned char *blob, size_t bytes)
{
    enum { A_LINE = 8 };
    const char *p = emission->prefix, *m = emission->macro;
    emit_banner(emission, out, arena_printf(emission->arena, "%s_weights.c - the weights as an array", p));
    buf_printf(out, "#include \"%s.h\"\n\nFOVEA_ALIGNED(64) const uint32_t %s_weights[%s_WEIGHTS_BYTES / 4] = {\n", p,
               p, m);
    for (size_t i = 0; i + 3 < bytes; i += 4) {
        uint32_t word =
            (uint32_t)blob[i] | (uint32_t)blob[i + 1] << 8 | (uint32_t)blob[i + 2] << 16 | (uint32_t)blob[i + 3] << 24;
        buf_printf(out, "%s0x%08x,", i / 4 % A_LINE ? " " : "    ", word);
        if (i / 4 % A_LINE == A_LINE - 1 || i + 8 > bytes)
            buf_puts(out, "\n");
    }
    buf_puts(out, "};\n");
}
