/* base.c - arenas, growing arrays, and the two ways to end the program (see base.h). */
#include "support/base.h"

enum { FIRST_CHUNK = 64 * 1024, LARGEST_STEP = 16 * 1024 * 1024, ALIGNMENT = 16 };

typedef struct Chunk {
    struct Chunk *previous;
    size_t used, size;
} Chunk;

struct Arena {
    Chunk *chunk;
};

_Static_assert(sizeof(Chunk) <= 2 * ALIGNMENT, "a chunk's header is two alignment units");

void fatal(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("fovea: error: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

void bug_at(const char *file, int line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "fovea: internal error at %s:%d: ", file, line);
    vfprintf(stderr, format, arguments);
    fputs("\nThis is a fault in Fovea, not in your model; please report it with the model.\n", stderr);
    va_end(arguments);
    abort();
}

Arena *arena_new(void)
{
    Arena *arena = calloc(1, sizeof *arena);
    if (!arena)
        fatal("out of memory");
    return arena;
}

void arena_free(Arena *arena)
{
    if (!arena)
        return;
    for (Chunk *chunk = arena->chunk, *previous; chunk; chunk = previous) {
        previous = chunk->previous;
        free(chunk);
    }
    free(arena);
}

static Chunk *chunk_new(Chunk *previous, size_t bytes)
{
    size_t size = previous ? MIN(previous->size * 2, (size_t)LARGEST_STEP) : FIRST_CHUNK;
    size = MAX(size, bytes);
    Chunk *chunk = calloc(1, 2 * ALIGNMENT + size);
    if (!chunk)
        return NULL;
    chunk->previous = previous;
    chunk->size = size;
    return chunk;
}

void *arena_alloc(Arena *arena, size_t bytes)
{
    void *place = arena_try(arena, bytes);
    if (!place)
        fatal("out of memory (%zu bytes wanted)", bytes);
    return place;
}

void *arena_try(Arena *arena, size_t bytes)
{
    if (bytes > SIZE_MAX - 4 * ALIGNMENT)
        return NULL;
    bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (!arena->chunk || arena->chunk->size - arena->chunk->used < bytes) {
        Chunk *chunk = chunk_new(arena->chunk, bytes);
        if (!chunk)
            return NULL;
        arena->chunk = chunk;
    }
    char *place = (char *)arena->chunk + 2 * ALIGNMENT + arena->chunk->used;
    arena->chunk->used += bytes;
    return place;
}

char *arena_strndup(Arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    memcpy(copy, text, length);
    return copy;
}

char *arena_strdup(Arena *arena, const char *text)
{
    return arena_strndup(arena, text, strlen(text));
}

char *arena_vprintf(Arena *arena, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0)
        BUG("bad format '%s'", format);
    char *text = arena_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

char *arena_printf(Arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = arena_vprintf(arena, format, arguments);
    va_end(arguments);
    return text;
}

void *vec_grow(Arena *arena, void *items, uint32_t *capacity, size_t item_bytes)
{
    uint32_t grown = *capacity ? *capacity * 2 : 8;
    if (grown < *capacity)
        fatal("out of memory (a list of over 2^32 items)");
    void *copy = arena_alloc(arena, grown * item_bytes);
    if (*capacity)
        memcpy(copy, items, *capacity * item_bytes);
    *capacity = grown;
    return copy;
}
