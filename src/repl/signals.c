#include "repl/signals.h"

#include "base/interrupt.h"
#include "lua/state.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { STATUS_INTERRUPTED = 130 };

static volatile sig_atomic_t presses; /* since the flag was last seen lowered */

static void on_interrupt(int number)
{
    static const char warning[] = "\nStill busy; Ctrl-C once more ends backstep.\n";
    (void)number;
    int saved_errno = errno;
    presses = bs_is_interrupted() ? presses + 1 : 1;
    bs_interrupt_raise();
    bs_lua_hurry();
    if (presses == 2 && write(STDERR_FILENO, warning, strlen(warning)) < 0)
        presses = 2; /* nobody to warn */
    if (presses > 2)
        _exit(STATUS_INTERRUPTED);
    errno = saved_errno;
}

void bs_signals_install(void)
{
    struct sigaction action = {.sa_handler = on_interrupt};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
}
