#ifndef BACKSTEP_VIEW_VIEW_H
#define BACKSTEP_VIEW_VIEW_H

#include "base/buf.h"
#include "base/number.h"
#include "expr/calculus.h"
#include "expr/overflow.h"
#include "expr/prove.h"
#include "expr/bound.h"
#include "expr/system.h"
#include "tape/tape.h"

/*
 * Tapes as text.  Each function appends to a buf, without a final newline, and prints nothing.
 * What fails leaves in buf what was written so far: BS_NO_MEMORY with buf->failed set or not,
 * BS_INTERRUPTED, and whatever deriving an entry can give (bs_tape_derive).
 */
struct bs_page {
    enum bs_form form;       /* BS_UNICODE or BS_ASCII, for the terminal */
    struct bs_digits digits; /* of values */
    int most_terms;          /* longer sums are cut in the middle; 0: never */
    bool is_complete;        /* entries after the cursor, too, with their values */
    int columns;             /* that lines may take; 0: of a table 100, else any number */
    const char *lang;        /* "zh": headings and rules in Chinese; NULL or another: in English */
};

/* The heading of a phase: "Forward", "前向传播".  Static. */
const char *bs_view_phase(enum bs_phase phase, const char *lang);

/*
 * The derivation of one entry:
 *
 *     g_1 = −∂E/∂α_1
 *         = −∂E/∂y_1 · ∂y_1/∂α_1                     chain rule
 *         = (d_1 − y_1)·y_1·(1 − y_1)                closed form
 *         = (0.5 − 0.6903)·0.6903·(1 − 0.6903)
 *         = −0.04068                                 ✓
 */
int bs_view_derivation(struct bs_buf *buf, struct bs_tape *tape, bs_entry entry,
                       const struct bs_page *page, struct bs_error *err);

/*
 * The views of a whole tape below show a few hundred entries at most: of a longer tape the first
 * ones of each phase, and how many are left out.
 */

/*
 * Name, closed form, numbers, value; — for numbers and value of what is not yet shown.  A formula
 * too wide for the page is cut in the middle, and if that is not enough at its end.
 */
int bs_view_table(struct bs_buf *buf, struct bs_tape *tape, const struct bs_page *page,
                  struct bs_error *err);

/* Every derivation in order, under a heading for each phase, as far as the cursor (or all). */
int bs_view_solution(struct bs_buf *buf, struct bs_tape *tape, const struct bs_page *page,
                     struct bs_error *err);

/*
 * The same for LaTeX, an align* for each phase, and as a page of HTML that needs no other file.
 * page->form is not looked at.  The LaTeX is the body of a document that uses amsmath and amssymb;
 * in Chinese, also ctex.
 */
int bs_view_latex(struct bs_buf *buf, struct bs_tape *tape, const struct bs_page *page,
                  struct bs_error *err);
int bs_view_html(struct bs_buf *buf, struct bs_tape *tape, const struct bs_page *page,
                 struct bs_error *err);

/*
 * The gradient check (bs_tape_gradcheck) of every given that has a gradient, worst first: name,
 * derived, numerical, their difference, and that relative to the largest gradient (to 0.001 if that
 * is larger); then a line with the largest difference and ✓, or that they do not agree within 1e-7
 * of the largest gradient.  Refused when there is no gradient.
 */
int bs_view_gradcheck(struct bs_buf *buf, struct bs_tape *tape, const struct bs_page *page,
                      struct bs_error *err);

enum { BS_MOST_TERM_COLUMNS = 16 };

/*
 * What the users of a quantity hand back to it (bs_tape_chain): of one gradient (or the quantity
 * that it is of) every user with ∂E/∂user, ∂user/∂q and their product, under a heading for each
 * step of a sequence that has several, and in the end their sum, which is the gradient:
 *
 *       user         ∂E/∂user  ∂user/∂rnn1.W_1_2  product
 *       rnn1.z_t2_1  0.4       0.25               0.1
 *       rnn1.z_t3_1  0.2       0.5                0.1
 *       ∂E/∂rnn1.W_1_2                            0.2      ✓
 *
 * Of several, a table of steps by gradients, or where there are no steps, of users by gradients.
 * Refused: no gradient, more than BS_MOST_TERM_COLUMNS, what has none.
 */
int bs_view_terms(struct bs_buf *buf, struct bs_tape *tape, const bs_entry *entries, size_t count,
                  const struct bs_page *page, struct bs_error *err);

/*
 * The layers of a network, one a line: its kind, the shape of its output and how many parameters it
 * has, each with its arithmetic; and all parameters together.  Parameters stand below the shapes
 * where the page is too narrow for both.
 */
int bs_view_summary(struct bs_buf *buf, const struct bs_arch *arch, const struct bs_page *page);

/*
 * Views of formulas, which go by page->form, BS_LATEX (align* environments) and BS_MATHML (math
 * elements) included.  Running out of memory leaves buf->failed.
 */

/*
 * The rules that led from f to its derivative by x, one a line, outermost first; what is only
 * written otherwise goes on below what it was:
 *
 *     ∂/∂x (exp(x)·x) = exp(x)·x + exp(x)            product rule
 *     ∂/∂x exp(x) = exp(x)                           exp' = exp
 *     exp(x)·x + exp(x) = exp(x)·(x + 1)             simplification
 */
void bs_view_steps(struct bs_buf *buf, bs_expr f, bs_expr x, bs_expr slope,
                   const struct bs_steps *steps, const struct bs_page *page);

/* How gradient descent changes a quantity: Δq = −rate·∂E/∂q. */
struct bs_update {
    bs_expr q; /* NULL: there is none */
    bs_expr named, closed;
};

/* How large the slopes in a product can be, and what stands beside them. */
void bs_view_bound(struct bs_buf *buf, const struct bs_bound *bound, const struct bs_page *page);

/*
 * Derivatives in general indices with an empty line between, as the derivations of entries; and
 * after each its update.
 */
void bs_view_general(struct bs_buf *buf, size_t count, const struct bs_general *generals,
                     const struct bs_update *updates, const struct bs_page *page);

/* A definition, the rules behind its slope by q, and that (bs_system_local). */
void bs_view_local(struct bs_buf *buf, const struct bs_naming *definition, bs_expr q, bs_expr slope,
                   const struct bs_steps *steps, const struct bs_page *page);

/* left = right and the verdict; then the steps that prove it, or the point that refutes it. */
void bs_view_proof(struct bs_buf *buf, bs_expr left, bs_expr right, const struct bs_proof *proof,
                   const struct bs_page *page);

/* Why a function of the table has the slope that its row states. */
struct bs_explanation {
    bs_expr call, x; /* σ(x), and what it is derived by */
    bs_expr formula; /* the call by other functions; NULL: it has none, nor what follows */
    bs_expr slope;   /* of the formula, by `steps` */
    bs_expr stated;  /* by the row, as `rule` says */
    const char *rule;
    struct bs_steps steps;
    struct bs_proof proof; /* that the two are the same */
};

void bs_view_explanation(struct bs_buf *buf, const struct bs_explanation *explanation,
                         const struct bs_page *page);

/*
 * What overflows in f at the point, which has all the values that f was given there, or that
 * nothing does.
 */
void bs_view_overflow(struct bs_buf *buf, bs_expr f, const struct bs_overflow *overflow,
                      const struct bs_point *point, const struct bs_page *page);

#endif
