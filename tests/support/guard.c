/* guard.c - memory between forbidden pages (see guard.h). */
#include "tests/support/guard.h"

#include <sys/mman.h>
#include <unistd.h>

enum { PATTERN = 0xA5 };

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

Guard guard_new(size_t bytes, size_t alignment, GuardSide side)
{
    size_t page = page_size(), inner = (bytes + alignment + page) / page * page;
    Guard guard = {.bytes = bytes, .page_bytes = inner + 2 * page};
    guard.pages = mmap(NULL, guard.page_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (guard.pages == MAP_FAILED || mprotect(guard.pages + page, inner, PROT_READ | PROT_WRITE) != 0)
        fatal("cannot map %zu bytes", guard.page_bytes);
    memset(guard.pages + page, PATTERN, inner);
    size_t offset = side == GUARD_BEFORE ? 0 : (inner - bytes) / alignment * alignment;
    guard.at = guard.pages + page + offset;
    return guard;
}

void guard_protect(Guard *guard)
{
    if (mprotect(guard->pages + page_size(), guard->page_bytes - 2 * page_size(), PROT_READ) != 0)
        fatal("cannot protect %zu bytes", guard->bytes);
}

bool guard_intact(const Guard *guard)
{
    const unsigned char *end = guard->pages + guard->page_bytes - page_size();
    for (const unsigned char *at = guard->pages + page_size(); at < end; at++) {
        if (at == guard->at)
            at += guard->bytes;
        if (at < end && *at != PATTERN)
            return false;
    }
    return true;
}

void guard_free(Guard *guard)
{
    munmap(guard->pages, guard->page_bytes);
    *guard = (Guard){0};
}
