#ifndef BACKSTEP_TAPE_NOTATION_H
#define BACKSTEP_TAPE_NOTATION_H

#include "base/buf.h"
#include "base/error.h"
#include "expr/typeset.h"
#include "net/layout.h"

/*
 * A notation gives every address of one network a name, a sign, a layout and, through the layout, a
 * definition.  It is a list of families, one for each array of quantities (the weights of a layer,
 * its error terms, ...); a family's names are a stem with indices, or were given one by one.
 */
struct bs_notation;

enum { BS_LONGEST_NAME = 60 }; /* of one quantity, without indices; derivatives have longer ones */

/* A table notation, as an instructor writes it.  NULL and 0 mean: not said, take delta's. */
struct bs_names {
    const char *stem;          /* with indices put after it; or: */
    const char *const *listed; /* one for each member, in the order of the layout */
};

struct bs_notation_spec {
    struct bs_names input, target, rate, loss;
    struct bs_names weight[BS_MAX_LAYERS], bias[BS_MAX_LAYERS];
    struct bs_names z[BS_MAX_LAYERS], a[BS_MAX_LAYERS], error[BS_MAX_LAYERS];
    bool by_input;    /* listed weights go [input][unit] */
    bool input_first; /* x·w instead of w·x */
    bool threshold;
    int error_sign;  /* −1: the error term is −∂E/∂z, as g_j */
    bool has_errors; /* false: error terms are called dE_dz... */
};

/*
 * "watermelon", "lecture" (both: one hidden layer), "delta" and "matrix" (any).  Refused, naming
 * delta: a notation that does not fit, or that is unknown (nearest suggested).
 */
int bs_notation_create(struct bs_notation **out, const char *name, struct bs_arch *arch,
                       struct bs_error *err);

/* Refused: a stem or listed name that is no name (a dot may be in it: x1.in is spelt x1_in). */
int bs_notation_of_table(struct bs_notation **out, const struct bs_notation_spec *spec,
                         struct bs_arch *arch, struct bs_error *err);

struct bs_notation *bs_notation_share(struct bs_notation *notation);
void bs_notation_drop(struct bs_notation *notation);

struct bs_arch *bs_notation_arch(const struct bs_notation *notation); /* still its own */
const char *bs_notation_name(const struct bs_notation *notation);     /* "table" of a table */
const char *bs_notation_default(const struct bs_arch *arch);

/* The layout it asks for; `has_rate` is the caller's to set. */
struct bs_layout bs_notation_layout(const struct bs_notation *notation);

/* Updates read η g b instead of −η ∂E/∂w. */
bool bs_notation_steps_by_errors(const struct bs_notation *notation);

/* Every ∂L/∂q is called dq, also those of activations and parameters; so there is no Δq, dq. */
bool bs_notation_names_gradients(const struct bs_notation *notation);

/* The spelling (BS_ASCII) or the shown name of an address. */
void bs_notation_put(const struct bs_notation *notation, struct bs_buf *buf,
                     struct bs_address address, enum bs_form form);

/*
 * Error terms are names for ±∂E/∂z of the pre-activations, or for ∂L/∂ any quantity: the sign, or 0
 * where a kind of quantity has none; and the name of one.
 */
int bs_notation_error_sign(const struct bs_notation *notation, enum bs_quantity kind);
void bs_notation_put_error(const struct bs_notation *notation, struct bs_buf *buf,
                           struct bs_address address, enum bs_form form);

/* By spelling: false when there is none.  *is_error: the address's error term is meant. */
bool bs_notation_find(const struct bs_notation *notation, struct bs_address *out, bool *is_error,
                      const char *name);

/*
 * Visit the addresses whose names may clash with other names, until one visit gives something
 * other than 0, which is then the result.  Names of two stems clash at a first member if they do at
 * all, and only one in d- can be that of a derivative; those listed are all visited.
 */
typedef int bs_address_visit(void *context, struct bs_address address);
int bs_notation_visit(const struct bs_notation *notation, bs_address_visit *visit, void *context);

/* The stem of an array's names, W1, or of its error terms', dW1; NULL where names are listed. */
const char *bs_notation_stem(const struct bs_notation *notation, enum bs_quantity kind, int layer,
                             bool is_error);

/* The stem or the list; neither where the notation has no names for that. */
struct bs_names bs_notation_names(const struct bs_notation *notation, enum bs_quantity kind,
                                  int layer, bool is_error);

/*
 * The definition with its index, "Σ_i x_i·v_i1", with `sample` behind the names of what a sample
 * has for itself: "" or "@2"; nothing where names are listed one by one, and in
 * the notation of matrices, which has equations (bs_tape_equation).
 */
void bs_notation_general(const struct bs_notation *notation, struct bs_buf *buf,
                         struct bs_address address, const char *sample, enum bs_form form);

/* The place of a weight or bias among the network's parameters. */
size_t bs_parameter_index(const struct bs_arch *arch, struct bs_address address);

/*
 * The parameters as net:set and net:get show them: arrays by name (v, gamma, W1), or single numbers
 * where names are listed.
 */
struct bs_parameter_array {
    const char *key;   /* the stem; NULL when the members are listed, each under its own name */
    int rows, columns; /* columns 0: a row of numbers; both 0: one number */
    int64_t count;
};

int bs_notation_array_count(const struct bs_notation *notation);
struct bs_parameter_array bs_notation_array(const struct bs_notation *notation, int array);

/*
 * The place of an array's kth number among the network's parameters; *sign is -1 where the notation
 * has thresholds for the network's biases.  And a listed member's spelling.
 */
size_t bs_notation_parameter(const struct bs_notation *notation, int array, int64_t k, int *sign);
void bs_notation_put_listed(const struct bs_notation *notation, struct bs_buf *buf, int array,
                            int64_t k);

#endif
