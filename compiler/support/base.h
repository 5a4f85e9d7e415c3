/* base.h - memory and failure: what every file of the compiler stands on.
 *
 * Memory: an Arena belongs to whoever made it and is freed whole; nothing in it is freed alone. A function that
 * returns something it allocated takes the Arena as a parameter. Only Buf, FILE and mappings are closed by hand.
 *
 * Failure has three words:
 *   diag_error (diag.h)  the user's model is wrong: reported, then the function returns false
 *   fatal                the machine is wrong (no memory): ends the program, exit status 1
 *   BUG                  Fovea is wrong: says where and aborts
 */
#ifndef FOVEA_SUPPORT_BASE_H
#define FOVEA_SUPPORT_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GNUC__)
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))
#define NORETURN                 __attribute__((noreturn))
#else
#define PRINTF_LIKE(text, first)
#define NORETURN
#endif

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define MIN(a, b)       ((a) < (b) ? (a) : (b))
#define MAX(a, b)       ((a) > (b) ? (a) : (b))

/* Of a that is not negative: how many pieces of at most b it takes. */
static inline int64_t quotient_up(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

/* What stands behind a noun that is counted: "s", or "" for one. */
static inline const char *plural(int64_t count)
{
    return count == 1 ? "" : "s";
}

/* Ends the program with "fovea: error: ..." and exit status 1. */
void fatal(const char *format, ...) NORETURN PRINTF_LIKE(1, 2);

/* A broken promise inside Fovea: prints file, line and message, asks for a report, aborts. */
#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
void bug_at(const char *file, int line, const char *format, ...) NORETURN PRINTF_LIKE(3, 4);

typedef struct Arena Arena;

Arena *arena_new(void);
void arena_free(Arena *arena);
/* Zeroed, aligned for any type; never NULL. */
void *arena_alloc(Arena *arena, size_t bytes);
/* The same, for what is as large as a model asks for: NULL when there is no memory. */
void *arena_try(Arena *arena, size_t bytes);
char *arena_strdup(Arena *arena, const char *text);
char *arena_strndup(Arena *arena, const char *text, size_t length);
char *arena_printf(Arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
char *arena_vprintf(Arena *arena, const char *format, va_list arguments) PRINTF_LIKE(2, 0);

#define NEW(arena, type)              ((type *)arena_alloc((arena), sizeof(type)))
#define NEW_ARRAY(arena, type, count) ((type *)arena_alloc((arena), (size_t)(count) * sizeof(type)))

/* A growing array in an arena: VEC(int) numbers = {0}; VEC_PUSH(arena, &numbers, 7); numbers.at[0]; numbers.count */
#define VEC(type)                                                                                                      \
    struct {                                                                                                           \
        type *at;                                                                                                      \
        uint32_t count, capacity;                                                                                      \
    }
#define VEC_PUSH(arena, vec, ...)                                                                                      \
    do {                                                                                                               \
        if ((vec)->count == (vec)->capacity)                                                                           \
            (vec)->at = vec_grow((arena), (vec)->at, &(vec)->capacity, sizeof *(vec)->at);                             \
        (vec)->at[(vec)->count++] = (__VA_ARGS__);                                                                     \
    } while (0)
void *vec_grow(Arena *arena, void *items, uint32_t *capacity, size_t item_bytes);

#endif
