#ifndef BACKSTEP_TAPE_TAPE_H
#define BACKSTEP_TAPE_TAPE_H

#include "base/buf.h"
#include "base/nearest.h"
#include "expr/eval.h"
#include "expr/typeset.h"
#include "net/batch.h"
#include "net/net.h"
#include "net/stepper.h"
#include "tape/notation.h"

/*
 * A tape is the ordered list of the named quantities of one computation: givens, forward
 * definitions, the loss, its derivatives, an update, and whatever changes with it.  An entry's
 * definition mentions only entries before it.  The backward, update and again phases are derived
 * from the definitions of the forward phase by symbolic differentiation; nothing is assumed of a
 * layer.
 *
 * An entry is a number that says what it is (a role and one or two quantities); it stays valid
 * while the tape lives.  Entries are made when asked for: a tape of a network holds its numbers,
 * not its entries.
 */
struct bs_tape;
typedef int64_t bs_entry;

enum { BS_NO_ENTRY = -1 };

enum bs_phase {
    BS_PHASE_GIVEN,
    BS_PHASE_FORWARD,
    BS_PHASE_LOSS,
    BS_PHASE_BACKWARD,
    BS_PHASE_UPDATE,
    BS_PHASE_AGAIN,
};

enum { BS_PHASES = 6 };

/* What an entry is about a quantity q. */
enum bs_role {
    BS_ROLE_VALUE,      /* q itself */
    BS_ROLE_GRADIENT,   /* its gradient entry: ∂E/∂q, or an error term g = ±∂E/∂q */
    BS_ROLE_DERIVATIVE, /* ∂E/∂q in a formula, where the entry is −∂E/∂q; no entry itself */
    BS_ROLE_PARTIAL,    /* ∂c/∂q, of the definition of c */
    BS_ROLE_STEP,       /* Δq */
    BS_ROLE_NEW,        /* q' */
};

enum bs_role bs_entry_role(bs_entry entry);

const char *bs_phase_name(enum bs_phase phase);
int bs_phase_find(const char *name); /* the phase, or −1 */

/* ---- making ---------------------------------------------------------------------------------- */

/* An empty free-form tape.  `kink`: the slope at kinks, 0, 0.5 or 1. */
int bs_tape_create(struct bs_tape **out, double kink, struct bs_error *err);

/*
 * The tape of one pass of a network in a notation that fits it.  The pass is the tape's from then
 * on, also when this fails; of the notation it takes a share.  `eta` NAN: no rate, so no update.
 * Refused: an infinite eta, two entries that would have the same spelling.
 */
int bs_tape_of_pass(struct bs_tape **out, struct bs_pass *pass, struct bs_notation *notation,
                    double eta, struct bs_error *err);

/*
 * The same with any optimiser; of the stepper, NULL for none, the tape takes a share.  Its settings
 * and its state are givens, m_w_11 and s_w_11 for a parameter w_11; the update has what becomes of
 * them.
 */
int bs_tape_with_update(struct bs_tape **out, struct bs_pass *pass, struct bs_notation *notation,
                        struct bs_stepper *stepper, struct bs_error *err);

/*
 * The tape of a batch of samples through a dense network: what a sample has for itself is called
 * alpha_1@2, its loss E@2, and the loss is E = (1/m)·Σ_k E@k.  Takes shares; copies the samples.
 * Refused besides: more samples than there is room for.
 */
int bs_tape_of_batch(struct bs_tape **out, struct bs_params *params, const struct bs_batch *batch,
                     struct bs_notation *notation, struct bs_stepper *stepper,
                     struct bs_error *err);

/*
 * The tape of samples through any network, whose entries are called LAYER.symbol, those of one of
 * several samples with @k.  Rows of x and t as the network's inputs and outputs; what is drawn
 * (dropout) follows from the seed.  The net's parameters are shared; without a stepper there is
 * no update.
 */
int bs_tape_of_samples(struct bs_tape **out, const struct bs_net *net, const struct bs_batch *batch,
                       struct bs_stepper *stepper, uint64_t seed, struct bs_error *err);

/* Of what network such a tape is, still its own, NULL of others; how many samples a tape of many,
 * or one of any network, has, 0 of others. */
const struct bs_arch *bs_tape_stack(const struct bs_tape *tape);
size_t bs_tape_samples(const struct bs_tape *tape);
bool bs_tape_is_free(const struct bs_tape *tape); /* made by bs_tape_create, to be added to */
void bs_tape_destroy(struct bs_tape *tape);       /* NULL is fine */

/* The same in another notation, at the same step. */
int bs_tape_as(struct bs_tape **out, const struct bs_tape *tape, struct bs_notation *notation,
               struct bs_error *err);

/*
 * The tape that follows: the updated parameters and state, and another sample, or of a batch as
 * many, unless x and t are NULL.  Refused when the tape is no network's or has no update.
 */
int bs_tape_next(struct bs_tape **out, const struct bs_tape *tape, const double *x, const double *t,
                 struct bs_error *err);

/* Of a network's tape, still its own; NULL of a free-form tape; a batch has no one pass. */
const struct bs_pass *bs_tape_pass(const struct bs_tape *tape);
struct bs_notation *bs_tape_notation(const struct bs_tape *tape);

/*
 * Free-form tapes.  Refused, changing nothing: a name that is none or is taken, a value that is not
 * finite, a definition that uses an unknown or later name (nearest suggested), anything after the
 * backward pass.  Givens keep the order of these calls.
 */
int bs_tape_given(struct bs_tape *tape, const char *name, double value, struct bs_error *err);
int bs_tape_let(struct bs_tape *tape, const char *name, const char *formula, size_t length,
                struct bs_error *err);

/* ∂root/∂q for every quantity that root depends on.  Once a tape. */
int bs_tape_backward(struct bs_tape *tape, const char *root, struct bs_error *err);

/*
 * One step of gradient descent on the givens named, after the backward pass, once a tape.
 * `eta` NAN: the tape's own given called eta; otherwise a given eta is added, whose name must be
 * free.
 */
int bs_tape_update(struct bs_tape *tape, const char *const *names, size_t count, double eta,
                   struct bs_error *err);

/*
 * The same with an optimiser, whose settings are not yet checked: eta may be NAN, and m and s have
 * a number for each name.
 */
int bs_tape_update_by(struct bs_tape *tape, const char *const *names, const struct bs_stepper *by,
                      struct bs_error *err);

/* Slopes are cut on purpose, as truncated backpropagation through time does: no ∂E/∂ any more. */
bool bs_tape_is_truncated(const struct bs_tape *tape);

double bs_tape_kink(const struct bs_tape *tape); /* the slope at kinks */

/* ---- entries --------------------------------------------------------------------------------- */

/* The main line of the tape, in order: positions 0 to length − 1. */
int64_t bs_tape_length(const struct bs_tape *tape);
bs_entry bs_tape_at(const struct bs_tape *tape, int64_t position);
int64_t bs_tape_position(const struct bs_tape *tape, bs_entry entry); /* of a partial: its user's */

/* Local partials that the chain rule of an entry uses come before it at the finest step. */
int64_t bs_tape_partial_count(const struct bs_tape *tape, bs_entry entry);
bs_entry bs_tape_partial(const struct bs_tape *tape, bs_entry entry, int64_t k);

/*
 * By spelling, looked up whole; or as it is shown (x1.in, α_1, w_11', Δw_11, ∂E/∂w_11).  Refused
 * with the nearest name.
 */
int bs_tape_find(bs_entry *out, const struct bs_tape *tape, const char *name, struct bs_error *err);

/* Of a quantity's entry: the entry of ∂loss/∂it, whatever its name and sign, and whether
 * it carries a minus. */
int bs_tape_gradient_entry(bs_entry *out, bool *negative, const struct bs_tape *tape,
                           bs_entry entry, struct bs_error *err);

/* Offer every name (of networks: at most a few thousand). */
void bs_tape_offer_names(const struct bs_tape *tape, struct bs_nearest *nearest);

enum bs_phase bs_tape_phase(const struct bs_tape *tape, bs_entry entry);
int bs_tape_layer(const struct bs_tape *tape, bs_entry entry); /* 0 where there is none */
void bs_tape_name(const struct bs_tape *tape, struct bs_buf *buf, bs_entry entry);
void bs_tape_show_name(const struct bs_tape *tape, struct bs_buf *buf, bs_entry entry,
                       enum bs_form form);

/* What is known of an entry beside how it comes about. */
struct bs_about {
    int error_sign; /* of a gradient entry with a name of its own: 1, or −1 for g = −∂E/∂q; else 0
                     */
    bool is_rate;
    bool has_address; /* of a network: what the quantity is; its members have it in common */
    struct bs_address address;
};

struct bs_about bs_tape_about(const struct bs_tape *tape, bs_entry entry);

/* The entry about the same quantity in another role; BS_NO_ENTRY where the tape has none. */
bs_entry bs_tape_in_role(const struct bs_tape *tape, bs_entry entry, enum bs_role role);

/* The same entry of another tape of the same network; BS_NO_ENTRY where that has none. */
bs_entry bs_tape_counterpart(const struct bs_tape *to, const struct bs_tape *from, bs_entry entry);

/* Of a network's tape: the entry about what stands at an address, or BS_NO_ENTRY. */
bs_entry bs_tape_at_address(const struct bs_tape *tape, enum bs_role role,
                            struct bs_address address);

enum { BS_MOST_LINES = 3, BS_RULE_TEXT = 96 };

/*
 * How an entry comes about.  Expressions belong to the tape's pool and mention entries as refs;
 * they live as long as the tape.
 */
struct bs_derivation {
    bs_entry entry;
    enum bs_phase phase;
    /*
     * The definition with its index, "Σ_i x_i·v_i1", or of a gradient the sum over all that use the
     * quantity; "" where there is none.  It stands before line `general_line`, with a rule of its
     * own or (NULL) that line's.
     */
    char general[320];
    int general_line;
    const char *general_rule;
    int count; /* symbolic lines, 0 for a given; the last is the closed form */
    struct {
        bs_expr expr;
        char rule[BS_RULE_TEXT]; /* what leads to this line; may be "" */
        bool is_chain;           /* products of partials, printed with wider dots */
    } lines[BS_MOST_LINES];
    double value;    /* the closed form's, on the operands' numbers */
    double size;     /* see struct bs_valued */
    bool is_checked; /* a network's own number agrees */
    bool is_fused;   /* the chain's factors are not finite; the fused form is shown */
    bool on_kink;    /* a function was at its kink */
};

/*
 * Derive one entry, and check it: BS_INTERNAL, naming the entry, when the network's kernels
 * disagree by more than 1e-12·size.  Never gives numbers that disagree.
 */
int bs_tape_derive(struct bs_derivation *out, struct bs_tape *tape, bs_entry entry,
                   struct bs_error *err);

enum { BS_MOST_EQUATION_LINES = 2 };

/*
 * In the notation of matrices: the equation of the array that an entry is a member of, "Z1 =
 * x·W1 + b1", and what becomes of the shapes, "1×2 · 2×3 + 1×3 = 1×3".  A second line is the same
 * with output and loss fused.
 */
struct bs_equation {
    struct bs_buf name;
    int count; /* 0: there is none */
    struct {
        struct bs_buf text, shapes; /* shapes: in Unicode, whatever the form */
        const char *rule;           /* "" or what leads to the line; static */
    } lines[BS_MOST_EQUATION_LINES];
};

/* To be finished unless it fails. */
int bs_tape_equation(struct bs_equation *out, struct bs_tape *tape, bs_entry entry,
                     enum bs_form form, struct bs_error *err);
void bs_equation_finish(struct bs_equation *equation);
bool bs_equation_has_failed(const struct bs_equation *equation); /* one of its texts */

/*
 * Of an entry that is the first of its layer in a phase: an entry of each array that has its
 * members there, whose equations say the whole at once.  Gives how many; 0 of another entry.
 */
int bs_tape_equations_before(bs_entry out[2], const struct bs_tape *tape, bs_entry entry);

/* The value alone. */
int bs_tape_value(double *out, struct bs_tape *tape, bs_entry entry, struct bs_error *err);

/* Typeset an expression of this tape: refs by name, or with their numbers put in. */
void bs_tape_typeset(struct bs_tape *tape, struct bs_buf *buf, bs_expr expr,
                     const struct bs_style *style, bool numbers);

/* The entry's closed form with names in place of refs, in another pool. */
bs_expr bs_tape_export(struct bs_tape *tape, struct bs_pool *pool, bs_expr expr);

/*
 * "" or what there is to say beside the value: a kink, a fused form, or where it comes from that it
 * is not finite: the first entry that is not though its operands are.
 */
void bs_tape_note(struct bs_tape *tape, struct bs_buf *buf, const struct bs_derivation *derivation);

/* ---- stepping -------------------------------------------------------------------------------- */

/*
 * The cursor stands after the entries shown so far: `position` of the main line, and of the next
 * entry's partials the first `partial`.
 */
struct bs_cursor {
    int64_t position, partial;
};

struct bs_cursor bs_tape_cursor(const struct bs_tape *tape);
void bs_tape_move(struct bs_tape *tape, struct bs_cursor cursor); /* to where it has stood */
void bs_tape_rewind(struct bs_tape *tape);
bool bs_tape_is_shown(const struct bs_tape *tape, bs_entry entry);

enum bs_stride {
    BS_BY_TERM,  /* local partials, too */
    BS_BY_VALUE, /* entries of the main line */
    BS_BY_LAYER, /* all of a layer in a phase */
    BS_BY_PHASE, /* to the end of the phase */
};

/* Step on by one entry (with BS_BY_TERM also partials); gives it, or BS_NO_ENTRY at the end. */
bs_entry bs_tape_step(struct bs_tape *tape, enum bs_stride stride);

/* After the entry just shown: is the stride done? */
bool bs_tape_stride_ends(const struct bs_tape *tape, bs_entry shown, enum bs_stride stride);
bool bs_tape_back(struct bs_tape *tape); /* false at the beginning */
void bs_tape_seek(struct bs_tape *tape, bs_entry entry);

/* ---- terms of a gradient --------------------------------------------------------------------- */

/* What one quantity that uses q hands back to it: a term of the chain rule, slope·local. */
struct bs_link {
    bs_entry user;
    int step;            /* of a sequence, at which the user stands, from 1; 0: at none */
    double slope, local; /* ∂loss/∂user, ∂user/∂q */
};

/* The chain rule of ∂loss/∂q in numbers. */
struct bs_chain {
    bs_entry quantity, derivative; /* q, and ∂loss/∂q, which is shown so whatever its entry is */
    bs_entry loss;
    double value;    /* of the closed form: the sum of the terms */
    bool is_checked; /* a network's own number agrees */
    int64_t count;
    struct bs_link *links; /* in tape order */
};

/*
 * Of the entry of a gradient, or of a quantity that has one.  To be finished unless it fails.
 * Refused: what has none.
 */
int bs_tape_chain(struct bs_chain *out, struct bs_tape *tape, bs_entry entry, struct bs_error *err);
void bs_chain_finish(struct bs_chain *chain);

/* ---- gradient check -------------------------------------------------------------------------- */

struct bs_gradcheck {
    bs_entry entry; /* the gradient */
    double derived, numerical, difference;
};

/*
 * The gradient of the kth given that has one (a parameter of a network), against differences of the
 * whole forward pass extrapolated to step 0 (Richardson; Ridders 1982).
 */
int64_t bs_tape_gradcheck_count(const struct bs_tape *tape);
int bs_tape_gradcheck(struct bs_gradcheck *out, struct bs_tape *tape, int64_t k,
                      struct bs_error *err);

#endif
