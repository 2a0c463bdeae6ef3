#include "net/stack.h"

#include "base/mem.h"
#include "expr/parse.h"
#include "net/kinds.h"
#include "net/loss.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const struct bs_stage_kind *const bs_stage_kinds[] = {
    &bs_kind_dense,   &bs_kind_activation, &bs_kind_softmax,  &bs_kind_maxout,  &bs_kind_conv1d,
    &bs_kind_conv2d,  &bs_kind_max_pool,   &bs_kind_avg_pool, &bs_kind_flatten, &bs_kind_batch_norm,
    &bs_kind_dropout, &bs_kind_residual,   &bs_kind_rnn,      &bs_kind_lstm,    NULL};

const struct bs_stage_kind *bs_stage_kind_find(const char *name)
{
    for (const struct bs_stage_kind *const *kind = bs_stage_kinds; *kind; kind++)
        if (strcmp((*kind)->name, name) == 0)
            return *kind;
    return NULL;
}

void bs_stage_spec_init(struct bs_stage_spec *spec, const struct bs_stage_kind *kind)
{
    *spec = (struct bs_stage_spec){.kind = kind};
    for (int i = 0; kind->options[i].name; i++)
        spec->options[i][0] = spec->options[i][1] = kind->options[i].usual;
    if (kind->usual_activation)
        spec->activation = bs_func_find(kind->usual_activation);
}

/* ---- shapes ---------------------------------------------------------------------------------- */

size_t bs_shape_count(const struct bs_shape *shape)
{
    size_t count = 1;
    for (int i = 0; i < shape->rank; i++)
        count *= (size_t)shape->size[i];
    return count;
}

size_t bs_shape_total(const struct bs_shape *shape)
{
    return bs_shape_count(shape) * (size_t)(shape->steps ? shape->steps : 1);
}

const char *bs_words_of_steps(const struct bs_shape *shape)
{
    return shape->steps == 1 ? " step of " : " steps of ";
}

void bs_put_shape(struct bs_buf *buf, const struct bs_shape *shape)
{
    if (shape->steps)
        bs_buf_printf(buf, "%d%s", shape->steps, bs_words_of_steps(shape));
    for (int i = 0; i < shape->rank; i++)
        bs_buf_printf(buf, "%s%d", i ? "×" : "", shape->size[i]);
}

/* No size is over BS_MOST_NUMBERS, so a product of two is within 64 bits. */
static bool is_small(const int *size, int rank, int64_t times)
{
    int64_t count = times;
    for (int i = 0; i < rank && count <= BS_MOST_NUMBERS; i++)
        count *= size[i];
    return count <= BS_MOST_NUMBERS;
}

static int check_shape(const struct bs_shape *shape, const char *what, struct bs_error *err)
{
    bool is_shape = shape->rank >= 1 && shape->rank <= 3 && shape->steps >= 0;
    for (int i = 0; i < shape->rank && is_shape; i++)
        is_shape = shape->size[i] >= 1;
    if (!is_shape)
        return bs_fail(err, BS_REFUSED, "%s has 1 to 3 sizes, each from 1", what);
    if (!is_small(shape->size, shape->rank, shape->steps ? shape->steps : 1))
        return bs_fail(err, BS_REFUSED, "%s has more than %d numbers a sample", what,
                       BS_MOST_NUMBERS);
    return BS_OK;
}

/* ---- building -------------------------------------------------------------------------------- */

struct building {
    struct bs_stack *stack;
    int from; /* the stage whose output the next one reads */
    struct bs_error *err;
};

const struct bs_shape *bs_stack_shape(const struct bs_stack *stack, int from)
{
    return from == BS_FROM_OUTSIDE ? &stack->in : &stack->stages[from].out;
}

static bool has_layer(const struct bs_stack *stack, const char *name)
{
    for (int s = 0; s < stack->count; s++)
        if (strcmp(stack->stages[s].name, name) == 0)
            return true;
    return false;
}

/* conv1, conv2, ...: the first that no layer has. */
static void find_name(char *name, const struct bs_stack *stack, const char *stem)
{
    int number = 1;
    do
        snprintf(name, BS_LONGEST_STAGE_NAME + 1, "%s%d", stem, number++);
    while (has_layer(stack, name));
}

static int name_layer(char *name, const struct building *building, const struct bs_stage_spec *spec)
{
    if (!spec->name[0]) {
        find_name(name, building->stack, spec->kind->short_name);
        return BS_OK;
    }
    if (!bs_is_name(spec->name))
        return bs_fail(building->err, BS_REFUSED,
                       "a layer cannot be called \"%s\": a name is letters, digits and _, and does "
                       "not start with a digit",
                       spec->name);
    if (has_layer(building->stack, spec->name))
        return bs_fail(building->err, BS_REFUSED, "two layers are called %s", spec->name);
    memcpy(name, spec->name, sizeof spec->name);
    return BS_OK;
}

/* Put the layer's name before what a kind refuses. */
static int name_refusal(const struct bs_stage *stage, struct bs_error *err, int status)
{
    char text[BS_ERROR_TEXT];
    if (status != BS_REFUSED)
        return status;
    memcpy(text, err->text, sizeof text);
    return bs_fail(err, BS_REFUSED, "%s (%s): %s", stage->name, stage->kind->name, text);
}

static int place_arrays(struct bs_stack *stack, struct bs_stage *stage, struct bs_error *err)
{
    for (int a = 0; a < stage->array_count; a++) {
        struct bs_array *array = &stage->arrays[a];
        if (!is_small(array->size, array->rank, array->steps ? array->steps : 1))
            return bs_fail(err, BS_REFUSED, "%s has more than %d numbers", array->symbol,
                           BS_MOST_NUMBERS);
        array->count = 1;
        for (int i = 0; i < array->rank; i++)
            array->count *= (size_t)array->size[i];
        if (!bs_array_is_kept(array))
            continue;
        array->first = stack->parameters;
        stack->parameters += array->count;
        if (stack->parameters > BS_MOST_NUMBERS)
            return bs_fail(err, BS_REFUSED, "with it the network has more than %d parameters",
                           BS_MOST_NUMBERS);
    }
    return BS_OK;
}

static int add_stage(struct building *building, const struct bs_stage *draft)
{
    struct bs_stack *stack = building->stack;
    if (stack->count == BS_MOST_STAGES)
        return bs_fail(building->err, BS_REFUSED,
                       "a network has at most %d layers, activations among them", BS_MOST_STAGES);
    struct bs_stage *stage = &stack->stages[stack->count];
    *stage = *draft;
    stage->from = building->from;
    stage->in = stage->out = *bs_stack_shape(building->stack, stage->from);
    if (stage->beside != BS_FROM_NOWHERE)
        stage->in_beside = *bs_stack_shape(building->stack, stage->beside);
    int status = stage->kind->shape(stage, building->err);
    if (status == BS_OK)
        status = check_shape(&stage->out, "its output", building->err);
    if (status == BS_OK)
        status = place_arrays(stack, stage, building->err);
    if (status < 0)
        return name_refusal(stage, building->err, status);
    building->from = stack->count++;
    return BS_OK;
}

static bool has_own_activation(const struct bs_stage_spec *spec)
{
    return spec->activation && !bs_is_identity(spec->activation) && !spec->kind->activates;
}

/* The stage of a layer's activation, under the layer's name. */
static int add_activation(struct building *building, const struct bs_stage_spec *spec,
                          const struct bs_stage *layer)
{
    if (!has_own_activation(spec))
        return BS_OK;
    struct bs_stage stage = {.kind = &bs_kind_activation,
                             .layer = layer->layer,
                             .beside = BS_FROM_NOWHERE,
                             .activation = spec->activation,
                             .setting = spec->setting};
    memcpy(stage.name, layer->name, sizeof stage.name);
    return add_stage(building, &stage);
}

static int add_layers(struct building *building, const struct bs_stage_spec *specs, int count);

static int check_layer(const struct building *building, const struct bs_stage_spec *spec,
                       const char *name)
{
    if (!spec->activation)
        return BS_OK;
    return bs_check_activation(name, spec->activation, spec->setting.count, building->err);
}

/* The stage of a layer, but for its shapes. */
static void draft_stage(struct bs_stage *stage, const struct bs_stage_spec *spec)
{
    stage->kind = spec->kind->short_for ? spec->kind->short_for : spec->kind;
    memcpy(stage->options, spec->options, sizeof stage->options);
    if (spec->kind->activates) {
        stage->activation = spec->activation;
        stage->setting = spec->setting;
    }
}

/* The layers within a residual come first; then what went into them is added. */
static int add_layer(struct building *building, const struct bs_stage_spec *spec)
{
    struct bs_stage stage = {.beside = BS_FROM_NOWHERE};
    int status = BS_OK;
    draft_stage(&stage, spec);
    if (spec->within > 0) {
        stage.beside = building->from;
        status = add_layers(building, spec + 1, spec->within);
    }
    if (status == BS_OK)
        status = name_layer(stage.name, building, spec);
    if (status == BS_OK)
        status = check_layer(building, spec, stage.name);
    if (status < 0)
        return status;
    stage.layer = ++building->stack->layers;
    status = add_stage(building, &stage);
    return status == BS_OK ? add_activation(building, spec, &stage) : status;
}

static int add_layers(struct building *building, const struct bs_stage_spec *specs, int count)
{
    int status = BS_OK;
    for (int i = 0; i < count && status == BS_OK; i += 1 + specs[i].within)
        status = add_layer(building, &specs[i]);
    return status;
}

/* Stages that the layers make: each one, and one for its activation. */
static size_t count_stages(const struct bs_stage_spec *specs, int count)
{
    size_t stages = 0;
    for (int i = 0; i < count; i++)
        stages += has_own_activation(&specs[i]) ? 2 : 1;
    return stages < BS_MOST_STAGES ? stages : BS_MOST_STAGES;
}

/* Room for the stages, and the layers as they were written. */
static struct bs_stack *allocate(const struct bs_stage_spec *specs, int count)
{
    struct bs_stack *stack =
        bs_calloc(1, sizeof *stack + count_stages(specs, count) * sizeof stack->stages[0]);
    struct bs_stage_spec *copy = bs_realloc_array(NULL, (size_t)count, sizeof *copy);
    if (!stack || !copy) {
        bs_free(stack);
        bs_free(copy);
        return NULL;
    }
    memcpy(copy, specs, (size_t)count * sizeof *copy);
    stack->specs = copy;
    stack->spec_count = count;
    return stack;
}

int bs_stack_create(struct bs_stack **out, const struct bs_shape *in,
                    const struct bs_stage_spec *specs, int count, double kink, struct bs_error *err)
{
    int status = check_shape(in, "the input", err);
    if (status == BS_OK && count < 1)
        status = bs_fail(err, BS_REFUSED, "a network needs at least one layer");
    struct bs_stack *stack = status == BS_OK ? allocate(specs, count) : NULL;
    if (!stack)
        return status == BS_OK ? bs_fail_memory(err) : status;
    struct building building = {stack, BS_FROM_OUTSIDE, err};
    stack->in = *in;
    stack->kink = kink;
    status = add_layers(&building, specs, count);
    if (status < 0) {
        bs_stack_destroy(stack);
        return status;
    }
    stack->out = *bs_stack_shape(stack, building.from);
    *out = stack;
    return BS_OK;
}

size_t bs_stage_learnt(const struct bs_stage *stage)
{
    size_t count = 0;
    for (int a = 0; a < stage->array_count; a++)
        if (stage->arrays[a].role == BS_ARRAY_WEIGHT || stage->arrays[a].role == BS_ARRAY_BIAS)
            count += stage->arrays[a].count;
    return count;
}

size_t bs_stack_learnt(const struct bs_stack *stack)
{
    size_t count = 0;
    for (int s = 0; s < stack->count; s++)
        count += bs_stage_learnt(&stack->stages[s]);
    return count;
}

void bs_stack_start(const struct bs_stack *stack, double *params)
{
    for (int s = 0; s < stack->count; s++)
        if (stack->stages[s].kind->start)
            stack->stages[s].kind->start(&stack->stages[s], params);
}

void bs_stack_destroy(struct bs_stack *stack)
{
    if (!stack)
        return;
    bs_free(stack->specs);
    bs_free(stack);
}

/* ---- who reads what -------------------------------------------------------------------------- */

struct bs_origin bs_stack_origin(const struct bs_stack *stack, int from)
{
    while (from >= 0) {
        const struct bs_stage *stage = &stack->stages[from];
        if (stage->output != BS_PASSES_ON)
            return (struct bs_origin){from, stage->output,
                                      stage->hands_on_last ? stage->arrays[stage->output].steps - 1
                                                           : -1};
        from = stage->from;
    }
    return (struct bs_origin){BS_FROM_OUTSIDE, 0, -1};
}

struct bs_origin bs_stack_outputs(const struct bs_stack *stack)
{
    return bs_stack_origin(stack, stack->count - 1);
}

bool bs_stack_is_fused(const struct bs_stack *stack, const struct bs_loss *loss)
{
    const struct bs_stage *last = &stack->stages[stack->count - 1];
    return loss->fused && last->kind == &bs_kind_activation &&
           strcmp(last->activation->name, loss->output) == 0;
}
