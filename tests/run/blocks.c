/* blocks.c - finds the fenced code of a document (see blocks.h). */
#include "tests/run/blocks.h"

#include <criterion/criterion.h>

static const char FENCE[] = "```";

Blocks blocks_of(Arena *arena, const char *document)
{
    Blocks blocks = {0};
    const char *text = text_read(arena, document, NULL), *section = "";
    cr_assert(text, "%s is not there", document);
    Block block = {0};
    bool open = false;
    int line = 1;
    for (const char *at = text, *next; *at; at = next, line++) {
        const char *end = strchrnul(at, '\n');
        next = *end ? end + 1 : end;
        if (strncmp(at, FENCE, sizeof FENCE - 1) == 0 && !open) {
            const char *kind = at + sizeof FENCE - 1;
            block = (Block){.document = document,
                            .section = section,
                            .kind = arena_strndup(arena, kind, (size_t)(end - kind)),
                            .text = next,
                            .offset = (size_t)(next - text),
                            .line = line + 1};
            open = true;
        } else if (strncmp(at, FENCE, sizeof FENCE - 1) == 0) {
            block.text = arena_strndup(arena, block.text, (size_t)(at - block.text));
            VEC_PUSH(arena, &blocks, block);
            open = false;
        } else if (!open && *at == '#') {
            section = arena_strndup(arena, at, (size_t)(end - at));
        }
    }
    cr_assert(!open, "%s:%d: this block is not closed", document, block.line);
    return blocks;
}
