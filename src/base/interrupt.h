#ifndef BACKSTEP_BASE_INTERRUPT_H
#define BACKSTEP_BASE_INTERRUPT_H

#include <stdbool.h>

/*
 * The sticky flag that Ctrl-C sets.  Long kernels poll it and give BS_INTERRUPTED; only the top
 * level clears it, so nothing in between (a pcall, a coroutine) can swallow an interrupt.
 */
void bs_interrupt_raise(void); /* safe in a signal handler */
bool bs_is_interrupted(void);
void bs_interrupt_clear(void);

/*
 * While it is held back, an interrupt is not seen: for what is short and must not be left half
 * done.  It is there once it is no longer held.
 */
void bs_interrupt_hold(bool holds);

#endif
