#ifndef BACKSTEP_TESTS_TEST_TAPE_H
#define BACKSTEP_TESTS_TEST_TAPE_H

#include "test_net.h"

#include "tape/tape.h"

/* ---- networks -------------------------------------------------------------------------------- */

static inline struct bs_notation *notation_of(struct bs_arch *arch, const char *name)
{
    struct bs_notation *notation = NULL;
    struct bs_error err;
    must_do(bs_notation_create(&notation, name, arch, &err), err);
    return notation;
}

static inline struct bs_notation *table_of(struct bs_arch *arch,
                                           const struct bs_notation_spec *spec)
{
    struct bs_notation *notation = NULL;
    struct bs_error err;
    must_do(bs_notation_of_table(&notation, spec, arch, &err), err);
    return notation;
}

/* Takes the notation, and its share of the architecture, over. */
static inline struct bs_tape *network_tape(struct bs_notation *notation, const double *params,
                                           const double *x, const double *t, double eta)
{
    struct bs_arch *arch = bs_notation_arch(notation);
    struct bs_params *own = bs_params_create(arch->parameters);
    struct bs_pass *pass = NULL;
    struct bs_tape *tape = NULL;
    struct bs_error err;
    memcpy(own->values, params, arch->parameters * sizeof *params);
    must_do(bs_pass_create(&pass, arch, own, x, t, &err), err);
    must_do(bs_tape_of_pass(&tape, pass, notation, eta, &err), err);
    bs_params_drop(own);
    bs_notation_drop(notation);
    return tape;
}

/* A network by the names of its parts, in a notation by name. */
static inline struct bs_notation *drop_arch(struct bs_arch *arch, struct bs_notation *notation)
{
    bs_arch_drop(arch);
    return notation;
}

/* Exercise A: 2-2-1, sigmoid, no biases; parameters are [unit][input], layer by layer. */
static const double a_params[] = {0.1, 0.8, 0.4, 0.6, 0.3, 0.9}, a_x[] = {0.35, 0.9}, a_t[] = {0.5};

static inline struct bs_arch *a_arch(enum bs_bias bias)
{
    return arch_of(2, (const int[]){2, 2, 1}, (const char *const[]){"sigmoid", "sigmoid"}, bias,
                   "half_squared_error");
}

static inline struct bs_tape *a_tape(const char *notation)
{
    struct bs_arch *arch = a_arch(BS_BIAS_NONE);
    return network_tape(drop_arch(arch, notation_of(arch, notation)), a_params, a_x, a_t, 1);
}

/* ---- circuits -------------------------------------------------------------------------------- */

static inline struct bs_tape *circuit_with(double kink)
{
    struct bs_tape *tape = NULL;
    struct bs_error err;
    must_do(bs_tape_create(&tape, kink, &err), err);
    return tape;
}

static inline void give(struct bs_tape *tape, const char *name, double value)
{
    struct bs_error err;
    must_do(bs_tape_given(tape, name, value, &err), err);
}

static inline void let(struct bs_tape *tape, const char *name, const char *formula)
{
    struct bs_error err;
    must_do(bs_tape_let(tape, name, formula, strlen(formula), &err), err);
}

static inline void backward(struct bs_tape *tape, const char *root)
{
    struct bs_error err;
    must_do(bs_tape_backward(tape, root, &err), err);
}

/* f = (x + y)·z at −2, 5, −4: the example of the Stanford course notes CS231n. */
static inline struct bs_tape *sum_times_z(void)
{
    struct bs_tape *tape = circuit_with(0);
    give(tape, "x", -2);
    give(tape, "y", 5);
    give(tape, "z", -4);
    let(tape, "q", "x + y");
    let(tape, "f", "q * z");
    return tape;
}

/* ---- entries --------------------------------------------------------------------------------- */

static inline bs_entry entry_of(struct bs_tape *tape, const char *name)
{
    bs_entry entry = BS_NO_ENTRY;
    struct bs_error err;
    must_do(bs_tape_find(&entry, tape, name, &err), err);
    return entry;
}

static inline struct bs_derivation derived(struct bs_tape *tape, bs_entry entry)
{
    struct bs_derivation derivation;
    struct bs_error err;
    must_do(bs_tape_derive(&derivation, tape, entry, &err), err);
    return derivation;
}

static inline double value_at(struct bs_tape *tape, const char *name)
{
    return derived(tape, entry_of(tape, name)).value;
}

/* Texts are kept for the next few calls. */
enum { TEXT_SPACE = 1 << 16 };

static inline char *next_text(void)
{
    static char texts[4][TEXT_SPACE];
    static int next;
    return texts[next++ % 4];
}

static inline const char *kept_text(struct bs_buf *buf)
{
    char *text = next_text();
    must(!buf->failed && buf->length < TEXT_SPACE, "a text of %zu bytes", buf->length);
    memcpy(text, bs_buf_text(buf), buf->length + 1);
    bs_buf_finish(buf);
    return text;
}

static inline const char *spelling(const struct bs_tape *tape, bs_entry entry)
{
    struct bs_buf buf = BS_BUF_INIT;
    bs_tape_name(tape, &buf, entry);
    return kept_text(&buf);
}

/* The names of all entries in order, at BS_BY_TERM with the partials; those of the givens left out
 * unless asked for. */
static inline const char *listing(struct bs_tape *tape, enum bs_stride stride, bool givens)
{
    struct bs_buf buf = BS_BUF_INIT;
    const struct bs_cursor cursor = bs_tape_cursor(tape);
    bs_tape_rewind(tape);
    for (bs_entry entry; (entry = bs_tape_step(tape, stride)) != BS_NO_ENTRY;) {
        if (!givens && bs_tape_phase(tape, entry) == BS_PHASE_GIVEN)
            continue;
        bs_buf_put(&buf, buf.length > 0 ? " " : "");
        bs_tape_name(tape, &buf, entry);
    }
    bs_tape_move(tape, cursor);
    return kept_text(&buf);
}

static inline const char *written(struct bs_tape *tape, bs_expr expr, enum bs_form form,
                                  bool numbers)
{
    struct bs_buf buf = BS_BUF_INIT;
    const struct bs_style style = {.form = form, .digits = BS_FOUR_FIGURES};
    bs_tape_typeset(tape, &buf, expr, &style, numbers);
    return kept_text(&buf);
}

static inline const char *note_of(struct bs_tape *tape, const char *name)
{
    struct bs_buf buf = BS_BUF_INIT;
    const struct bs_derivation derivation = derived(tape, entry_of(tape, name));
    bs_tape_note(tape, &buf, &derivation);
    return kept_text(&buf);
}

/* The last line of the derivation in Unicode. */
static inline const char *closed_form(struct bs_tape *tape, const char *name)
{
    const struct bs_derivation derivation = derived(tape, entry_of(tape, name));
    ck_assert_int_gt(derivation.count, 0);
    return written(tape, derivation.lines[derivation.count - 1].expr, BS_UNICODE, false);
}

#endif
