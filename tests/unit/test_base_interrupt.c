#include "unit.h"

#include "base/interrupt.h"

#include <signal.h>

static void on_interrupt(int signal)
{
    (void)signal;
    bs_interrupt_raise();
}

START_TEST(an_interrupt_stays_until_it_is_cleared)
{
    ck_assert(!bs_is_interrupted());
    bs_interrupt_raise();
    ck_assert(bs_is_interrupted());
    ck_assert(bs_is_interrupted());
    bs_interrupt_clear();
    ck_assert(!bs_is_interrupted());
}
END_TEST

START_TEST(a_signal_handler_may_raise_it)
{
    signal(SIGINT, on_interrupt);
    raise(SIGINT);
    ck_assert(bs_is_interrupted());
    bs_interrupt_clear();
}
END_TEST

START_TEST(what_is_held_back_is_seen_afterwards)
{
    bs_interrupt_hold(true);
    bs_interrupt_raise();
    ck_assert(!bs_is_interrupted());
    bs_interrupt_hold(false);
    ck_assert(bs_is_interrupted());
    bs_interrupt_clear();
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        an_interrupt_stays_until_it_is_cleared,
        a_signal_handler_may_raise_it,
        what_is_held_back_is_seen_afterwards,
        NULL,
    };
    return bs_suite_of("interrupt", tests);
}
