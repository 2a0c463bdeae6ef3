#include "repl/input.h"

#include "base/interrupt.h"
#include "repl/complete.h"
#include "repl/history.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <readline/readline.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The terminal belongs to Readline only while a line is being typed.  Signals are blocked then
 * except inside ppoll, so that none comes between looking and waiting, and Readline is told of
 * them outside of handlers, where it may be called.
 */
static const int signals[] = {SIGINT, SIGWINCH, SIGTSTP, SIGTERM, SIGHUP};
enum { SIGNALS = sizeof signals / sizeof *signals };

static volatile sig_atomic_t has_come[SIGNALS];
static char *typed;
static bool is_finished;
static lua_State *completing;

const char *bs_readline_version(void)
{
    return rl_library_version;
}

static void take_line(char *line)
{
    typed = line;
    is_finished = true;
    rl_callback_handler_remove();
}

/* ------------------------------------------------------------------ completion */

/* Readline asks again and again; the names are on top of the stack. */
static char *next_name(const char *text, int state)
{
    static lua_Integer next;
    (void)text;
    if (state == 0)
        next = 1;
    bool has_one = lua_rawgeti(completing, -1, next++) == LUA_TSTRING;
    char *name = has_one ? strdup(lua_tostring(completing, -1)) : NULL; /* Readline frees it */
    lua_pop(completing, 1);
    return name;
}

static char **find_completions(const char *text, int start, int end)
{
    (void)start;
    rl_attempted_completion_over = 1;
    rl_completion_append_character = '\0';
    bs_push_completions(completing, rl_line_buffer, (size_t)end);
    char **matches = lua_istable(completing, -1) ? rl_completion_matches(text, next_name) : NULL;
    lua_pop(completing, 1);
    return matches;
}

/* What ends a word: in a string nothing but its quote, so that "relu-step" is one. */
static char *find_word_breaks(void)
{
    static char in_string[] = "\"'", in_code[] = " \t\n\"'><=;|&{}()[]+-*/%^#~,.:?";
    size_t start;
    return bs_is_in_string(rl_line_buffer, (size_t)rl_point, &start) ? in_string : in_code;
}

static void set_up(void)
{
    static bool is_set_up;
    if (is_set_up)
        return;
    is_set_up = true;
    rl_readline_name = "backstep";
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_attempted_completion_function = find_completions;
    rl_completion_word_break_hook = find_word_breaks;
    bs_history_load();
}

/* ------------------------------------------------------------------ signals */

static void note(int number)
{
    for (int i = 0; i < SIGNALS; i++)
        if (signals[i] == number)
            has_come[i] = 1;
}

struct signal_state {
    sigset_t outside; /* the mask that was in force, and is while waiting */
    struct sigaction actions[SIGNALS];
};

static void hold_signals(struct signal_state *state)
{
    sigset_t held;
    struct sigaction action = {.sa_handler = note};
    sigemptyset(&action.sa_mask);
    sigemptyset(&held);
    for (int i = 0; i < SIGNALS; i++)
        sigaddset(&held, signals[i]);
    sigprocmask(SIG_BLOCK, &held, &state->outside);
    for (int i = 0; i < SIGNALS; i++) {
        has_come[i] = 0;
        sigaction(signals[i], &action, &state->actions[i]);
    }
}

static void release_signals(const struct signal_state *state)
{
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &state->actions[i], NULL);
    sigprocmask(SIG_SETMASK, &state->outside, NULL);
}

/* Take those that have come while they were blocked. */
static void let_signals_in(const struct signal_state *state)
{
    sigset_t held;
    sigprocmask(SIG_SETMASK, &state->outside, &held);
    sigprocmask(SIG_SETMASK, &held, NULL);
}

/* Give the terminal back and let the signal do what it would without us: stop the program, or end
 * it. */
static void yield_to(int i, const struct signal_state *state)
{
    struct sigaction ours;
    rl_cleanup_after_signal();
    sigaction(signals[i], &state->actions[i], &ours);
    raise(signals[i]);
    let_signals_in(state); /* here it takes effect */
    sigaction(signals[i], &ours, NULL);
    rl_reset_after_signal();
    rl_forced_update_display();
}

static void abandon_line(void)
{
    rl_callback_sigcleanup();
    rl_free_line_state();
    rl_echo_signal_char(SIGINT);
    rl_callback_handler_remove();
    rl_crlf();
    fflush(rl_outstream);
}

/* True when Ctrl-C has ended the line. */
static bool handle_signals(const struct signal_state *state)
{
    bool is_abandoned = false;
    for (int i = 0; i < SIGNALS; i++) {
        if (!has_come[i])
            continue;
        has_come[i] = 0;
        if (signals[i] == SIGINT)
            is_abandoned = true;
        else if (signals[i] == SIGWINCH)
            rl_resize_terminal();
        else
            yield_to(i, state);
    }
    if (is_abandoned)
        abandon_line();
    return is_abandoned;
}

/* ------------------------------------------------------------------ a line */

static enum bs_input wait_for_line(const struct signal_state *state)
{
    struct pollfd keyboard = {.fd = STDIN_FILENO, .events = POLLIN};
    while (!is_finished) {
        int ready = ppoll(&keyboard, 1, NULL, &state->outside);
        if (ready < 0 && errno != EINTR)
            return BS_INPUT_FAILED;
        let_signals_in(state); /* a key that is ready keeps ppoll from doing it */
        if (handle_signals(state))
            return BS_INPUT_INTERRUPTED;
        if (ready > 0)
            rl_callback_read_char();
    }
    return typed ? BS_INPUT_LINE : BS_INPUT_END;
}

enum bs_input bs_readline_read(struct bs_buf *line, const char *prompt, lua_State *L)
{
    struct signal_state state;
    set_up();
    completing = L;
    is_finished = false;
    hold_signals(&state);
    bs_interrupt_clear(); /* pressed while nothing ran */
    rl_callback_handler_install(prompt, take_line);
    enum bs_input input = wait_for_line(&state);
    if (!is_finished)
        rl_callback_handler_remove();
    release_signals(&state);
    if (input == BS_INPUT_LINE) {
        bs_history_add(typed);
        bs_buf_put(line, typed);
    } else if (input == BS_INPUT_END) {
        putchar('\n');
    }
    free(typed);
    typed = NULL;
    return input;
}
