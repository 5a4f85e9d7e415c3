/* signals.c - see signals.h. */
#include "support/signals.h"
#include "support/base.h"

sigset_t signals_ending(void)
{
    static const int endings[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < COUNT_OF(endings); i++)
        sigaddset(&set, endings[i]);
    return set;
}

void signals_hold(sigset_t *before)
{
    sigset_t set = signals_ending();
    sigprocmask(SIG_BLOCK, &set, before);
}

void signals_release(const sigset_t *before)
{
    sigprocmask(SIG_SETMASK, before, NULL);
}
