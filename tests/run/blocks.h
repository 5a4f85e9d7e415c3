/* blocks.h - the code between the fences of a Markdown document, for tests. */
#ifndef FOVEA_TESTS_BLOCKS_H
#define FOVEA_TESTS_BLOCKS_H

#include "tests/support/files.h"

typedef struct Block {
    const char *document, *section; /* section: the heading above it */
    const char *kind;               /* what stands behind the fence: "fov"; "" for nothing */
    const char *text;
    size_t offset; /* of its text in the document */
    int line;      /* of its first line of text, from 1 */
} Block;

typedef VEC(Block) Blocks;

/* All blocks of a document, in order. Stops the test when a fence is not closed. */
Blocks blocks_of(Arena *arena, const char *document);

#endif
