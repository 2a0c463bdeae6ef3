#ifndef BACKSTEP_LUA_TYPES_H
#define BACKSTEP_LUA_TYPES_H

#include "expr/expr.h"
#include "net/batch.h"
#include "net/data.h"
#include "net/net.h"
#include "tape/tape.h"
#include "view/view.h"

#include <lua.h>

/* Inside the room: how the types of the language reach each other. */

/* A text that the prompt shows as it is: pops a string, pushes the object. */
void bs_push_page(lua_State *L);

/* How pages look in this session. */
struct bs_page bs_session_page(lua_State *L);

/*
 * The pool that expressions are built in.  It stays the same until bs_push_expr is called: what is
 * then not in an object may be gone.
 */
struct bs_pool *bs_expr_pool(lua_State *L);

/* An object for an expression of that pool; NULL is refused with the reason the pool has for it. */
int bs_push_expr(lua_State *L, bs_expr expr);

/* An expression, or what is taken for one: a number, a formula in a string.  Index > 0. */
bs_expr bs_arg_expr(lua_State *L, int index, const char *what);

/* The expression in the object at `index`, in the pool in use. */
bs_expr bs_check_expr(lua_State *L, int index);

/* Push a list of steps that is released when it is dropped. */
struct bs_steps *bs_push_steps(lua_State *L);

/* Refuse a NULL with the reason that the pool in use has. */
void bs_refuse_null(lua_State *L, bs_expr expr);

/* The formula in `length` bytes of a text from `start`; a mistake is shown in the whole text. */
bs_expr bs_parse_part(lua_State *L, struct bs_pool *pool, const char *text, size_t start,
                      size_t length);

/* The two sides of a string "left = right", in that pool. */
void bs_arg_equation(lua_State *L, int index, const char *what, struct bs_pool *pool, bs_expr *left,
                     bs_expr *right);

/* Push the page of the rules that lead from f to its derivative by the name at index 2. */
int bs_push_slope_page(lua_State *L, bs_expr f);

/*
 * Let the userdata at `index` keep the pool in use, in its user value 1; and refuse when that is
 * gone, at the end of the session.
 */
void bs_keep_pool(lua_State *L, int index);
void bs_check_pool(lua_State *L, int index);

/* The field kink of the table at `index`: the slope at kinks, 0, 0.5 or 1; 0 where there is none.
 */
double bs_arg_kink(lua_State *L, int index);

/* {"leaky_relu", 0.2}: a table of a name and numbers. */
bool bs_is_setting(lua_State *L, int index);

/* The activation at `index`, a name or a table of a name and numbers, which go to `setting`. */
const struct bs_func *bs_arg_activation(lua_State *L, int index, struct bs_setting *setting,
                                        const char *what);

/* What an optimiser's state is given by: a network's parameters as net:set takes them, in a
 * notation or by the names of its layers, or numbers by name. */
struct bs_named_state {
    size_t count;
    const struct bs_notation *notation;
    const char *const *names;
    const struct bs_arch *arch;
};

/*
 * The options of an update at `index`, {eta =, optimiser =, ...}: false where they ask for none, of
 * a network, or there are none.  What is read is not yet checked, and eta NAN where it is left out;
 * userdata that hold the state stay on the stack.  Or checked, as an object that is pushed; NULL:
 * they ask for none.
 */
bool bs_arg_stepper(lua_State *L, int index, const char *what, const struct bs_named_state *named,
                    struct bs_stepper *wanted);
struct bs_stepper *bs_push_stepper(lua_State *L, int index, const char *what,
                                   const struct bs_named_state *named);

/*
 * The optimiser at `index`, a name or a table of a name and options, the usual one for nil; *decay
 * as it was where it is not among the options.
 */
const struct bs_optimiser *bs_arg_optimiser(lua_State *L, int index,
                                            double options[BS_MOST_OPTIONS], double *decay);

/* Change the sign of biases where the notation has thresholds. */
void bs_apply_signs(double *values, const struct bs_notation *notation);

/*
 * The notation at `index`, a name or a table of names, of this architecture (nil: the default).
 * Pushes the userdata that owns it.
 */
struct bs_notation *bs_push_notation(lua_State *L, int index, struct bs_arch *arch);

/*
 * Push a table of all the parameters, or of numbers laid out like them, in the names, shapes and
 * signs of the notation; and put those that the table at `index` has into `values`.
 */
int bs_push_parameters(lua_State *L, const struct bs_notation *notation, const double *values);
void bs_arg_parameters(lua_State *L, int index, const struct bs_notation *notation, double *values);

/* A vector of exactly `length` numbers, or where that is 1 a number alone.  Pushes its userdata. */
const double *bs_arg_sample(lua_State *L, int index, const char *what, int length);

/*
 * A network and how it is written: in a notation, or (NULL) by the names of its layers; `net` is
 * NULL where making it failed or it is closed.
 */
struct bs_net_box {
    struct bs_net *net;
    struct bs_notation *notation;
    bool is_learning; /* a callback of its training is running: it may be read, not changed */
};

/* The network at index 1: refused where it is closed; and where it may not be changed now. */
struct bs_net_box *bs_check_net(lua_State *L);
struct bs_net_box *bs_check_idle_net(lua_State *L);

/* The same for a method that looks at layers as mlp{...} makes them: others are refused. */
struct bs_net_box *bs_check_dense_net(lua_State *L, const char *method);

/* The field loss of the table at `index`; half_squared_error where there is none. */
const struct bs_loss *bs_arg_loss(lua_State *L, int index);

/* Push all the parameters of a network, or numbers laid out like them, as its users name them. */
int bs_push_net_parameters(lua_State *L, const struct bs_net_box *box, const double *values);

/* Push an empty network object. */
struct bs_net_box *bs_push_net(lua_State *L);

/*
 * Draw all parameters as the course does, from (0, 1), where the table of options at `index` has a
 * seed; on an error none has changed.
 */
void bs_draw_if_seeded(lua_State *L, int index, struct bs_net_box *box);

/* Add to the table on top of the stack the methods of networks in train.c. */
void bs_add_training_methods(lua_State *L);

/*
 * The numbers of the matrix (rows from 1) or of the row of one (rows 0) at `index`; false where
 * there is something else.  They live as long as the object is open.
 */
struct bs_numbers {
    const double *values;
    size_t rows, columns;
};

bool bs_test_numbers(lua_State *L, int index, struct bs_numbers *out);

/* Push an empty matrix object, and give the place where its matrix goes. */
struct bs_data **bs_push_matrix(lua_State *L);

/* The matrix in the object at `index`; NULL where there is none. */
struct bs_data *bs_test_matrix(lua_State *L, int index);

/* Is it a matrix or a table of rows, more than one sample, or no sample at all? */
bool bs_is_batch(lua_State *L, int index);

/*
 * Samples of `width` numbers: the rows of a matrix or of a table; where a sample is one number,
 * numbers may stand for rows.  Pushes what keeps them; those of a matrix are not copied.
 */
const double *bs_arg_samples(lua_State *L, int index, const char *what, int width, size_t *samples);

/* The samples at 2, each a row, and their targets at 3, as many.  Pushes what keeps them. */
struct bs_batch bs_arg_batch(lua_State *L, const struct bs_net *net);

/* Of net:forward, net:loss, net:gradients and net:tape for a batch at 2, with its targets at 3
 * (batch.c); and for t:next of such a tape, whose targets may be left out. */
int bs_push_batch_outputs(lua_State *L, const struct bs_net *net);
double bs_batch_loss_of(lua_State *L, const struct bs_net *net);
double *bs_push_batch_gradients(lua_State *L, const struct bs_net *net);
int bs_push_batch_tape(lua_State *L, const struct bs_net_box *box, struct bs_stepper *stepper);
int bs_push_next_batch(lua_State *L, const struct bs_tape *tape);

/* Push an empty tape object, and give the place where its tape goes. */
struct bs_tape **bs_push_tape(lua_State *L);

/* Add to the table on top of the stack the methods of expressions in values.c and taylor.c. */
void bs_add_value_methods(lua_State *L);
void bs_add_taylor_method(lua_State *L);

/* Add those of networks in save.c and boundary.c. */
void bs_add_save_methods(lua_State *L);
void bs_add_boundary_method(lua_State *L);

void bs_open_boundary(lua_State *L);
void bs_open_data(lua_State *L);
void bs_open_page(lua_State *L);
void bs_open_derive(lua_State *L);
void bs_open_expr(lua_State *L);
void bs_open_prove(lua_State *L);
void bs_open_functions(lua_State *L);
void bs_open_matrix(lua_State *L);
void bs_open_layers(lua_State *L);
void bs_open_net(lua_State *L);
void bs_open_network(lua_State *L);
void bs_open_notation(lua_State *L);
void bs_open_save(lua_State *L);
void bs_open_stepper(lua_State *L);
void bs_open_tape(lua_State *L);

#endif
