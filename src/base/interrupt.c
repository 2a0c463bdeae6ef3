#include "base/interrupt.h"

#include <signal.h>

static volatile sig_atomic_t interrupted;
static bool is_held;

void bs_interrupt_raise(void)
{
    interrupted = 1;
}

bool bs_is_interrupted(void)
{
    return interrupted != 0 && !is_held;
}

void bs_interrupt_clear(void)
{
    interrupted = 0;
}

void bs_interrupt_hold(bool holds)
{
    is_held = holds;
}
