#ifndef BACKSTEP_NET_STACK_H
#define BACKSTEP_NET_STACK_H

#include "base/buf.h"
#include "base/rng.h"
#include "net/net.h"
#include "net/pattern.h"

/*
 * Networks in general: a stack of stages, each a kind of layer (convolution, pooling, recurrence,
 * ...) or a part of one, as the sums and the activation of a dense layer are two.  A stage reads
 * what an earlier one hands on, and has arrays: parameters and values.  Kernels forward and
 * backward compute the values of many samples at once; the definition of each array in symbols,
 * by index, says the same for the tape.
 */

enum {
    BS_MOST_STAGES = 256,
    BS_MOST_ARRAYS = 24,
    BS_MOST_STAGE_OPTIONS = 8,
    BS_LONGEST_STAGE_NAME = 23,
    BS_MOST_NUMBERS = 1 << 26, /* parameters, and those of an array or of a sample */
};

/*
 * What is handed on for a sample: features; channels × places; or channels × rows × columns.  With
 * steps it is a sequence of so many of them.
 */
struct bs_shape {
    int steps; /* 0: no sequence */
    int rank;  /* 1 to 3 */
    int size[3];
};

size_t bs_shape_count(const struct bs_shape *shape); /* numbers of a sample at a step */
size_t bs_shape_total(const struct bs_shape *shape); /* of a sample, at all steps */
void bs_put_shape(struct bs_buf *buf, const struct bs_shape *shape); /* 6×28×28, 50 steps of 16 */
const char *bs_words_of_steps(const struct bs_shape *shape);         /* " steps of " */

enum bs_array_role {
    BS_ARRAY_WEIGHT, /* parameters that decay */
    BS_ARRAY_BIAS,   /* parameters that do not */
    BS_ARRAY_STATE,  /* kept with the parameters, but no step changes it; not on the tape */
    BS_ARRAY_DRAWN,  /* numbers drawn at random in each run; givens of the tape */
    BS_ARRAY_VALUE,  /* computed in each run */
};

/*
 * Values lie [step][sample][index]..., without steps [sample][index]..., so that one step of all
 * samples is one block, and so is the last step; parameters [index]...
 */
struct bs_array {
    const char *symbol; /* K, z, scale: as users write it after the layer's name */
    enum bs_array_role role;
    bool has_samples; /* one for each sample; of values and what is drawn */
    int steps;        /* 0: not at each step */
    int rank, size[BS_MOST_INDICES];
    double inputs, units; /* of weights: how many products go into a sum, and out of an input */
    bool is_never_negative;

    /* Filled in by the stack. */
    size_t count; /* numbers at a step of a sample */
    size_t first; /* of parameters: the first one's place among the network's */
};

/* BS_REFUSED: a number given to an array, which users call `name`, that it may not hold. */
int bs_array_check(const struct bs_array *array, const double *numbers, const char *name,
                   struct bs_error *err);

/* Does the network keep its numbers, among its parameters?  Else a run has them. */
static inline bool bs_array_is_kept(const struct bs_array *array)
{
    return array->role != BS_ARRAY_DRAWN && array->role != BS_ARRAY_VALUE;
}

struct bs_stage;
struct bs_stage_run;

/* An option of a layer, as users give it: conv2d{channels = 6, kernel = {5, 3}}. */
enum bs_option_type {
    BS_OPTION_INTEGER,
    BS_OPTION_PAIR, /* of integers; one number stands for both */
    BS_OPTION_REAL,
    BS_OPTION_FLAG, /* 0 or 1 */
};

struct bs_stage_option {
    const char *name;
    enum bs_option_type type;
    double usual; /* NAN: it must be given */
    double least, greatest;
    const char *about;
};

/* Expanded operands of a group of a pattern: products, in the order of the definition. */
struct bs_terms {
    int count;
    bs_expr *terms;
};

/* The table of kinds: a row is a file. */
struct bs_stage_kind {
    const char *name;       /* as users call the function; of parts of a layer, what the part is */
    const char *short_name; /* what layers are called that are not named: conv → conv1, conv2 */
    const char *usage;      /* conv2d{channels, kernel, ...} → layer; NULL: no layer of its own */
    const char *about;      /* for the learner */
    struct bs_stage_option options[BS_MOST_STAGE_OPTIONS + 1]; /* ended by a NULL name; the first
                          may be given without its name: dense{120} or dense(120) */
    bool has_activation;          /* takes activation = ...: a stage of its own follows, unless: */
    bool activates;               /* the stage itself applies it */
    bool holds_layers;            /* takes layers instead of numbers: residual{dense{8}, ...} */
    const char *usual_activation; /* NULL: identity */
    const struct bs_stage_kind *short_for; /* the kind of its stage, which has the usual activation:
                                              softmax{} is activation{"softmax"}; NULL: itself */
    bool mixes_samples; /* in training, a sample's values depend on the others of its batch */

    /*
     * From stage->in, ->in_beside and the options, fill stage->out, ->arrays, ->array_count and
     * ->output. Refused, with both values: what does not fit.  A stride that does not: the division
     * shown.
     */
    int (*shape)(struct bs_stage *stage, struct bs_error *err);

    /* The arithmetic of its output shape, "(32 − 5)/1 + 1 = 28", and of its parameters,
     * "5·5·1·6 + 6 = 156"; NULL, or nothing written: there is none to show. */
    void (*put_shape)(struct bs_buf *buf, const struct bs_stage *stage);
    void (*put_count)(struct bs_buf *buf, const struct bs_stage *stage);

    /*
     * Array `array` (of values) by index, see net/pattern.h, in a run of so many samples.
     * `combine` makes the definition of the terms of each group, where the pattern is not their
     * sum; NULL as the constructors of expressions have it.  `index` counts from 0: sample, step,
     * indices.
     */
    void (*pattern)(struct bs_pattern *out, const struct bs_stage *stage, int array, int samples);
    bs_expr (*combine)(struct bs_pool *pool, const struct bs_stage *stage, int array,
                       const int *index, const struct bs_terms *groups);

    /*
     * Kernels.  0, or BS_INTERRUPTED with the numbers half done.  See struct bs_stage_run for what
     * backward may expect.  `work` gives how many doubles of scratch a run of so many samples
     * needs.
     */
    int (*forward)(const struct bs_stage_run *run);
    int (*backward)(const struct bs_stage_run *run);
    size_t (*work)(const struct bs_stage *stage, size_t samples); /* NULL: none */

    /* Numbers of what is drawn, by the run's generator; NULL: nothing is. */
    void (*draw)(const struct bs_stage_run *run, struct bs_rng *rng);

    /* State that follows training, once after each step; NULL: there is none. */
    void (*settle)(const struct bs_stage_run *run, double *params);

    /* Parameters that do not start as the initialisation says (scale 1); NULL: none.  Called after
     * it, and for a new network. */
    void (*start)(const struct bs_stage *stage, double *params);
};

enum { BS_FROM_OUTSIDE = -1, BS_FROM_NOWHERE = -2 };

struct bs_stage {
    const struct bs_stage_kind *kind;
    char name[BS_LONGEST_STAGE_NAME + 1]; /* of its layer */
    int layer;                            /* of which it is a part, from 1 */
    int from;   /* the stage whose output it reads, or BS_FROM_OUTSIDE: the network's inputs */
    int beside; /* a second one, or BS_FROM_NOWHERE */
    struct bs_shape in, out;
    struct bs_shape in_beside;                /* of what `beside` hands on */
    double options[BS_MOST_STAGE_OPTIONS][2]; /* the second number of a pair; else the same */
    const struct bs_func *activation;         /* of a kind that applies one, or an indexed one */
    struct bs_setting setting;
    int array_count;
    struct bs_array arrays[BS_MOST_ARRAYS];
    int output;         /* the array handed on; or BS_PASSES_ON: what it reads, in another shape */
    bool hands_on_last; /* only the last step of it */
};

enum { BS_PASSES_ON = -1 };

/* The stage that it reads what is BS_IN or BS_BESIDE from. */
static inline int bs_stage_reads(const struct bs_stage *stage, enum bs_source source)
{
    return source == BS_IN ? stage->from : stage->beside;
}

/* A layer as users write it.  Layers follow one another; those within a residual follow it. */
struct bs_stage_spec {
    const struct bs_stage_kind *kind;
    char name[BS_LONGEST_STAGE_NAME + 1]; /* "": conv1, conv2, ... are found */
    double options[BS_MOST_STAGE_OPTIONS][2];
    const struct bs_func *activation; /* NULL: none */
    struct bs_setting setting;
    int within; /* how many of the next ones are within it: of `residual` alone */
};

struct bs_stack {
    int count; /* of stages */
    int layers;
    struct bs_shape in, out;
    size_t parameters; /* with state */
    double kink;
    struct bs_stage_spec *specs; /* the layers that it is made of */
    int spec_count;
    struct bs_stage stages[];
};

/* Refused, naming the layer: what the kinds refuse, too many, names that are none or twice there.
 */
int bs_stack_create(struct bs_stack **out, const struct bs_shape *in,
                    const struct bs_stage_spec *specs, int count, double kink,
                    struct bs_error *err);
void bs_stack_destroy(struct bs_stack *stack); /* NULL is fine */

/* What is learnt: weights and biases, without state; of one stage, and of all. */
size_t bs_stage_learnt(const struct bs_stage *stage);
size_t bs_stack_learnt(const struct bs_stack *stack);

/* Where parameters start that do not as the initialisation says. */
void bs_stack_start(const struct bs_stack *stack, double *params);

/* The kinds that users make layers of, ended by NULL; and one by name, or NULL. */
extern const struct bs_stage_kind *const bs_stage_kinds[];
const struct bs_stage_kind *bs_stage_kind_find(const char *name);

/* Fill `kind`'s options and activation with what is usual, NAN where one must be given. */
void bs_stage_spec_init(struct bs_stage_spec *spec, const struct bs_stage_kind *kind);

/*
 * Where the numbers are that a stage reads: an array of an earlier stage, or of the network's
 * inputs (stage BS_FROM_OUTSIDE).  `step` is the one step that it has of them, or −1.
 */
struct bs_origin {
    int stage, array, step;
};

/* What is handed on. */
const struct bs_shape *bs_stack_shape(const struct bs_stack *stack, int from);
struct bs_origin bs_stack_origin(const struct bs_stack *stack, int from);
struct bs_origin bs_stack_outputs(const struct bs_stack *stack); /* of the network */

/*
 * The fused slopes of an output and its loss go past the last stage, if it is softmax or sigmoid
 * and the loss has them: is that so?
 */
bool bs_stack_is_fused(const struct bs_stack *stack, const struct bs_loss *loss);

/* What kernels of a stage work on.  Arrays of `samples` samples, laid out as in struct bs_array. */
struct bs_stage_run {
    const struct bs_stage *stage;
    size_t samples;
    bool trains; /* not: as the network answers, without what is drawn, on kept state */
    double kink;
    const double *params; /* of the whole network */
    const double *in, *beside;
    double *values[BS_MOST_ARRAYS]; /* by array; NULL of parameters */

    /*
     * For backward.  slopes[output] is filled; it fills the slopes of its other values, and d_in,
     * d_beside, unless they are NULL; where `adds`, it adds to them instead.  Then it adds
     * scale·∂E/∂p of its parameters to `gradients`, the whole network's; that may be `params`, for
     * which d_in comes first.
     */
    double *slopes[BS_MOST_ARRAYS];
    double *d_in, *d_beside;
    bool adds, beside_adds;
    double scale;
    double *gradients; /* NULL: nobody asks */

    double *work;
    bool is_exact; /* in a fixed order, without BLAS */
};

#endif
