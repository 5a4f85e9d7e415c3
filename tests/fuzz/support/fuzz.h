/* fuzz.h - what the fuzz targets stand on.
 *
 * A target is a file tests/fuzz/NAME.c with fuzz_one(): it takes any bytes, checks what is promised about them, and
 * ends the program when a promise is broken. libFuzzer drives it (`make fuzz`), or replay.c over a folder of inputs
 * (`make test`). tests/fuzz/corpus/NAME holds its inputs; those called after what they are once broke something.
 *
 * Targets are hermetic: while virtual files are there (file_add), the code under test sees these and no others, and
 * what it writes goes nowhere. The linker's --wrap brings its calls of fopen, open, rename and the like here (FUZZWRAP
 * in the Makefile). A mapping is memory of exactly the file's size, so that AddressSanitizer sees a read behind its
 * end.
 */
#ifndef FOVEA_TESTS_FUZZ_H
#define FOVEA_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Named as libFuzzer wants it. */
#define fuzz_one LLVMFuzzerTestOneInput
int fuzz_one(const uint8_t *bytes, size_t size);

/* A promise: prints the message and aborts when it does not hold. */
#define FUZZ_CHECK(holds, ...) ((holds) ? (void)0 : fuzz_fail(__FILE__, __LINE__, __VA_ARGS__))
#if defined(__GNUC__)
__attribute__((noreturn, format(printf, 3, 4)))
#endif
void fuzz_fail(const char *file, int line, const char *format, ...);

enum { MOST_FILES = 16 };

/* Adds a file under a relative path; the bytes are not copied. false when there are MOST_FILES already. */
int file_add(const char *path, const void *bytes, size_t size);
/* Takes all away: real files are seen again. */
void files_clear(void);

#endif
