#include "base/interrupt.h"

#include <signal.h>

static volatile sig_atomic_t interrupted;

void bs_interrupt_raise(void)
{
    interrupted = 1;
}

bool bs_is_interrupted(void)
{
    return interrupted != 0;
}

void bs_interrupt_clear(void)
{
    interrupted = 0;
}
