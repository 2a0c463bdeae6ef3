/*
 * A notation is an array of families, each the names of one array of quantities.  Every quantity of
 * the network is in exactly one family (kind, layer); error terms have families of their own.
 * A family knows its extents, so a name is written from indices and read back by the reverse:
 * read the indices, write the name again, compare whole.
 */
#include "tape/notation.h"

#include "base/mem.h"
#include "base/nearest.h"
#include "expr/parse.h"
#include "net/loss.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct family {
    enum bs_quantity kind;
    int layer;
    bool is_error;
    int extent[2]; /* members along each index; extent[1] == 0: one index; both 0: no index */
    char *stem;    /* NULL when listed */
    char **listed; /* as shown, in the order of the layout */
    int64_t count;
};

struct bs_notation {
    int owners;
    const char *name;
    struct bs_arch *arch;
    bool threshold, by_input, input_first, steps_by_errors, names_gradients;
    int error_sign; /* 0: error terms have no names of their own */
    struct family *families;
    int count;
};

/* ---- making ---------------------------------------------------------------------------------- */

static void finish_family(struct family *family)
{
    for (int64_t i = 0; family->listed && i < family->count; i++)
        bs_free(family->listed[i]);
    bs_free(family->listed);
    bs_free(family->stem);
}

void bs_notation_drop(struct bs_notation *notation)
{
    if (!notation || --notation->owners > 0)
        return;
    for (int i = 0; i < notation->count; i++)
        finish_family(&notation->families[i]);
    bs_free(notation->families);
    bs_arch_drop(notation->arch);
    bs_free(notation);
}

struct bs_notation *bs_notation_share(struct bs_notation *notation)
{
    notation->owners++;
    return notation;
}

static struct bs_notation *start(const char *name, struct bs_arch *arch)
{
    struct bs_notation *notation = bs_calloc(1, sizeof *notation);
    if (!notation)
        return NULL;
    notation->owners = 1;
    notation->name = name;
    notation->arch = bs_arch_share(arch);
    size_t most = (size_t)arch->depth * 4 + 4; /* quantities; as many gradients have names */
    notation->families = bs_calloc(2 * most, sizeof *notation->families);
    if (notation->families)
        return notation;
    bs_notation_drop(notation);
    return NULL;
}

/* The indices of a family: as many as its array has dimensions. */
static void set_extents(const struct bs_notation *notation, struct family *family)
{
    const struct bs_layer *layer =
        family->layer ? &notation->arch->layers[family->layer - 1] : NULL;
    int *extent = family->extent;
    family->count = 1;
    switch (family->kind) {
    case BS_INPUT:
        family->count = extent[0] = bs_arch_inputs(notation->arch);
        break;
    case BS_TARGET:
        family->count = extent[0] = bs_arch_outputs(notation->arch);
        break;
    case BS_WEIGHT:
        extent[0] = notation->by_input ? layer->inputs : layer->units;
        extent[1] = notation->by_input ? layer->units : layer->inputs;
        family->count = (int64_t)extent[0] * extent[1];
        break;
    case BS_BIAS:
        if (layer->bias == BS_BIAS_UNITS)
            family->count = extent[0] = layer->units;
        break;
    case BS_PREACTIVATION:
    case BS_ACTIVATION:
        family->count = extent[0] = layer->units;
        break;
    default:
        break;
    }
}

/* A dot is shown, and spelt _. */
static void spell_dots(char *name)
{
    for (; *name; name++)
        if (*name == '.')
            *name = '_';
}

/* Names are kept as they are shown. */
static int copy_name(char **out, const char *name, struct bs_error *err)
{
    char spelt[BS_LONGEST_NAME + 1];
    size_t length = strlen(name);
    if (length > BS_LONGEST_NAME)
        return bs_fail(err, BS_REFUSED, "a name has at most %d letters, \"%.20s...\" has %zu",
                       BS_LONGEST_NAME, name, length);
    memcpy(spelt, name, length + 1);
    spell_dots(spelt);
    if (!bs_is_name(spelt))
        return bs_fail(err, BS_REFUSED,
                       "\"%s\" is no name: a name is letters, digits and _, and does not start "
                       "with a digit",
                       name);
    *out = bs_strdup(name);
    return *out ? BS_OK : bs_fail_memory(err);
}

static int copy_listed(struct family *family, const char *const *listed, struct bs_error *err)
{
    int status = BS_OK;
    family->listed = bs_calloc((size_t)family->count, sizeof *family->listed);
    if (!family->listed)
        return bs_fail_memory(err);
    for (int64_t i = 0; status == BS_OK && i < family->count; i++)
        status = copy_name(&family->listed[i], listed[i], err);
    return status;
}

static int add_family(struct bs_notation *notation, enum bs_quantity kind, int layer, bool is_error,
                      struct bs_names names, struct bs_error *err)
{
    struct family *family = &notation->families[notation->count++];
    *family = (struct family){.kind = kind, .layer = layer, .is_error = is_error};
    set_extents(notation, family);
    if (names.listed)
        return copy_listed(family, names.listed, err);
    return copy_name(&family->stem, names.stem, err);
}

static bool has_bias(const struct bs_notation *notation, int layer)
{
    return notation->arch->layers[layer - 1].bias != BS_BIAS_NONE;
}

static int add_layer(struct bs_notation *notation, const struct bs_notation_spec *spec, int layer,
                     struct bs_error *err)
{
    int l = layer - 1;
    int status = add_family(notation, BS_WEIGHT, layer, false, spec->weight[l], err);
    if (status == BS_OK && has_bias(notation, layer))
        status = add_family(notation, BS_BIAS, layer, false, spec->bias[l], err);
    if (status == BS_OK)
        status = add_family(notation, BS_PREACTIVATION, layer, false, spec->z[l], err);
    if (status == BS_OK)
        status = add_family(notation, BS_ACTIVATION, layer, false, spec->a[l], err);
    if (status == BS_OK && notation->error_sign != 0)
        status = add_family(notation, BS_PREACTIVATION, layer, true, spec->error[l], err);
    return status;
}

/* Every name of the spec is there. */
static int fill(struct bs_notation *notation, const struct bs_notation_spec *spec,
                struct bs_error *err)
{
    notation->by_input = spec->by_input;
    notation->input_first = spec->input_first;
    notation->threshold = spec->threshold;
    if (spec->has_errors)
        notation->error_sign = spec->error_sign < 0 ? -1 : 1;
    int status = add_family(notation, BS_INPUT, 0, false, spec->input, err);
    if (status == BS_OK)
        status = add_family(notation, BS_TARGET, 0, false, spec->target, err);
    for (int layer = 1; status == BS_OK && layer <= notation->arch->depth; layer++)
        status = add_layer(notation, spec, layer, err);
    if (status == BS_OK)
        status = add_family(notation, BS_RATE, 0, false, spec->rate, err);
    if (status == BS_OK)
        status = add_family(notation, BS_LOSS_VALUE, 0, false, spec->loss, err);
    return status;
}

/* d and the name of each array for ∂L/∂ its members, but for the pre-activations, which have it. */
static int name_gradients(struct bs_notation *notation, struct bs_error *err)
{
    int status = BS_OK, count = notation->count;
    for (int i = 0; status == BS_OK && i < count; i++) {
        const struct family *family = &notation->families[i];
        char stem[BS_LONGEST_NAME + 2];
        if (family->kind == BS_PREACTIVATION || family->kind == BS_RATE)
            continue;
        snprintf(stem, sizeof stem, "d%s", family->stem);
        status = add_family(notation, family->kind, family->layer, true,
                            (struct bs_names){.stem = stem}, err);
    }
    return status;
}

static void say(struct bs_names *names, const char *stem)
{
    if (!names->stem && !names->listed)
        names->stem = stem;
}

/* The two notations of one hidden layer, as tables. */
static const struct textbook {
    const char *name, *target, *v, *gamma, *alpha, *b, *w, *theta, *beta, *y, *e, *g;
    bool input_first;
} textbooks[] = {
    {"watermelon", "y", "v", "gamma", "alpha", "b", "w", "theta", "beta", "yhat", "e", "g", false},
    {"lecture", "d", "v", "gamma", "beta", "b", "w", "theta", "alpha", "y", "e", "g", true},
};

static void spell_textbook(struct bs_notation_spec *spec, const struct textbook *book)
{
    *spec = (struct bs_notation_spec){
        .input = {.stem = "x"},
        .target = {.stem = book->target},
        .rate = {.stem = "eta"},
        .loss = {.stem = "E"},
        .weight = {{.stem = book->v}, {.stem = book->w}},
        .bias = {{.stem = book->gamma}, {.stem = book->theta}},
        .z = {{.stem = book->alpha}, {.stem = book->beta}},
        .a = {{.stem = book->b}, {.stem = book->y}},
        .error = {{.stem = book->e}, {.stem = book->g}},
        .by_input = true,
        .input_first = book->input_first,
        .threshold = true,
        .error_sign = -1,
        .has_errors = true,
    };
}

/* How a notation is made of a spec. */
struct manner {
    const char *name;
    const char *stems[5]; /* of W, b, z, a and the error terms, before the layer's number */
    bool steps_by_errors, names_gradients;
};

/* Stems with the layer's number; the texts live in `space`, five a layer. */
enum { STEM_SPACE = 16 };

static void spell_rest(struct bs_notation_spec *spec, int depth, const struct manner *manner,
                       char space[][5][STEM_SPACE])
{
    say(&spec->input, "x");
    say(&spec->target, "t");
    say(&spec->rate, "eta");
    say(&spec->loss, "E");
    for (int l = 0; l < depth; l++) {
        struct bs_names *names[] = {&spec->weight[l], &spec->bias[l], &spec->z[l], &spec->a[l],
                                    &spec->error[l]};
        for (int k = 0; k < 5; k++) {
            snprintf(space[l][k], STEM_SPACE, "%s%d", manner->stems[k], l + 1);
            say(names[k], space[l][k]);
        }
    }
}

static int make(struct bs_notation **out, const struct manner *manner,
                const struct bs_notation_spec *spec, struct bs_arch *arch, struct bs_error *err)
{
    char space[BS_MAX_LAYERS][5][STEM_SPACE];
    struct bs_notation_spec whole = *spec;
    spell_rest(&whole, arch->depth, manner, space);
    struct bs_notation *notation = start(manner->name, arch);
    if (!notation)
        return bs_fail_memory(err);
    notation->steps_by_errors = manner->steps_by_errors;
    notation->names_gradients = manner->names_gradients;
    int status = fill(notation, &whole, err);
    if (status == BS_OK && manner->names_gradients)
        status = name_gradients(notation, err);
    if (status < 0) {
        bs_notation_drop(notation);
        return status;
    }
    *out = notation;
    return BS_OK;
}

#define DELTA_STEMS                 \
    {                               \
        "W", "b", "z", "a", "delta" \
    }

int bs_notation_of_table(struct bs_notation **out, const struct bs_notation_spec *spec,
                         struct bs_arch *arch, struct bs_error *err)
{
    static const struct manner manner = {.name = "table", .stems = DELTA_STEMS};
    return make(out, &manner, spec, arch, err);
}

/* Any depth. */
static int make_delta(struct bs_notation **out, struct bs_arch *arch, struct bs_error *err)
{
    static const struct manner manner = {.name = "delta", .stems = DELTA_STEMS};
    static const struct bs_notation_spec spec = {.error_sign = 1, .has_errors = true};
    return make(out, &manner, &spec, arch, err);
}

/* Any depth; row vectors, so that a weight's first index is its input's. */
static int make_matrix(struct bs_notation **out, struct bs_arch *arch, struct bs_error *err)
{
    static const struct manner manner = {
        .name = "matrix", .stems = {"W", "b", "Z", "A", "dZ"}, .names_gradients = true};
    static const struct bs_notation_spec spec = {
        .target = {.stem = "y"},
        .loss = {.stem = "L"},
        .by_input = true,
        .input_first = true,
        .error_sign = 1,
        .has_errors = true,
    };
    return make(out, &manner, &spec, arch, err);
}

static int make_textbook(struct bs_notation **out, const struct textbook *book,
                         struct bs_arch *arch, struct bs_error *err)
{
    const struct manner manner = {
        .name = book->name, .stems = DELTA_STEMS, .steps_by_errors = true};
    struct bs_notation_spec spec;
    if (arch->depth != 2)
        return bs_fail(err, BS_REFUSED,
                       "notation %s is for one hidden layer, this network has %d: use delta",
                       book->name, arch->depth - 1);
    spell_textbook(&spec, book);
    return make(out, &manner, &spec, arch, err);
}

static int refuse_unknown(const char *name, struct bs_error *err)
{
    struct bs_nearest nearest;
    char hint[96];
    bs_nearest_init(&nearest, name);
    bs_nearest_offer(&nearest, "watermelon");
    bs_nearest_offer(&nearest, "lecture");
    bs_nearest_offer(&nearest, "delta");
    bs_nearest_offer(&nearest, "matrix");
    return bs_fail(err, BS_REFUSED,
                   "there is no notation called \"%.60s\"%s (there are watermelon, lecture, delta, "
                   "matrix, or a table of names)",
                   name, bs_nearest_hint(&nearest, hint));
}

int bs_notation_create(struct bs_notation **out, const char *name, struct bs_arch *arch,
                       struct bs_error *err)
{
    if (strcmp(name, "delta") == 0)
        return make_delta(out, arch, err);
    if (strcmp(name, "matrix") == 0)
        return make_matrix(out, arch, err);
    for (size_t i = 0; i < sizeof textbooks / sizeof *textbooks; i++)
        if (strcmp(name, textbooks[i].name) == 0)
            return make_textbook(out, &textbooks[i], arch, err);
    return refuse_unknown(name, err);
}

struct bs_arch *bs_notation_arch(const struct bs_notation *notation)
{
    return notation->arch;
}

const char *bs_notation_name(const struct bs_notation *notation)
{
    return notation->name;
}

const char *bs_notation_default(const struct bs_arch *arch)
{
    return arch->depth == 2 ? "watermelon" : "delta";
}

struct bs_layout bs_notation_layout(const struct bs_notation *notation)
{
    return (struct bs_layout){
        .arch = notation->arch,
        .threshold = notation->threshold,
        .by_input = notation->by_input,
        .input_first = notation->input_first,
    };
}

bool bs_notation_steps_by_errors(const struct bs_notation *notation)
{
    return notation->steps_by_errors;
}

bool bs_notation_names_gradients(const struct bs_notation *notation)
{
    return notation->names_gradients;
}

/* ---- writing names --------------------------------------------------------------------------- */

static const struct family *find_family(const struct bs_notation *notation, enum bs_quantity kind,
                                        int layer, bool is_error)
{
    for (int i = 0; i < notation->count; i++) {
        const struct family *family = &notation->families[i];
        if (family->kind == kind && family->layer == layer && family->is_error == is_error)
            return family;
    }
    return NULL;
}

/* The indices of an address in the order in which its family writes them, counted from 1. */
static void get_indices(const struct bs_notation *notation, struct bs_address address,
                        int index[static 2])
{
    index[0] = address.kind == BS_INPUT ? address.input : address.unit;
    index[1] = 0;
    if (address.kind == BS_WEIGHT) {
        index[0] = notation->by_input ? address.input : address.unit;
        index[1] = notation->by_input ? address.unit : address.input;
    }
}

static void set_indices(const struct bs_notation *notation, struct bs_address *address,
                        const int index[static 2])
{
    if (address->kind == BS_INPUT)
        address->input = index[0];
    else if (address->kind != BS_WEIGHT)
        address->unit = index[0];
    else {
        address->input = index[notation->by_input ? 0 : 1];
        address->unit = index[notation->by_input ? 1 : 0];
    }
}

static int dimensions(const struct family *family)
{
    return (family->extent[0] > 0) + (family->extent[1] > 0);
}

/* Of a bias that the layer shares, which has no index, the unit is 1. */
static struct bs_address address_of(const struct bs_notation *notation, const struct family *family,
                                    const int index[static 2])
{
    struct bs_address address = {.kind = family->kind, .layer = family->layer};
    if (dimensions(family) > 0)
        set_indices(notation, &address, index);
    else if (family->kind == BS_BIAS)
        address.unit = 1;
    return address;
}

/* Run together when every dimension is at most 9. */
static bool runs_together(const struct family *family)
{
    return family->extent[0] <= 9 && family->extent[1] <= 9;
}

static int64_t member_of(const struct family *family, const int index[static 2])
{
    if (dimensions(family) == 0)
        return 0;
    return dimensions(family) == 1 ? index[0] - 1
                                   : (int64_t)(index[0] - 1) * family->extent[1] + index[1] - 1;
}

enum { NAME_SPACE = BS_LONGEST_NAME + 16 }; /* two indices of six digits */

/* The name of a member as it is shown, or in ASCII as it is spelt. */
static void write_member(char name[static NAME_SPACE], const struct family *family,
                         const int index[static 2], enum bs_form form)
{
    const char *first = family->listed ? family->listed[member_of(family, index)] : family->stem;
    int used = snprintf(name, NAME_SPACE, "%s", first);
    for (int k = 0; !family->listed && k < dimensions(family); k++)
        used += snprintf(name + used, (size_t)(NAME_SPACE - used), "%s%d",
                         k == 0 || !runs_together(family) ? "_" : "", index[k]);
    if (form == BS_ASCII)
        spell_dots(name);
}

static void put_member(struct bs_buf *buf, const struct family *family, const int index[static 2],
                       enum bs_form form)
{
    char name[NAME_SPACE];
    write_member(name, family, index, form);
    bs_buf_name(buf, name, form);
}

void bs_notation_put(const struct bs_notation *notation, struct bs_buf *buf,
                     struct bs_address address, enum bs_form form)
{
    int index[2];
    get_indices(notation, address, index);
    put_member(buf, find_family(notation, address.kind, address.layer, false), index, form);
}

int bs_notation_error_sign(const struct bs_notation *notation, enum bs_quantity kind)
{
    bool has_name = kind == BS_PREACTIVATION || (notation->names_gradients && kind != BS_RATE);
    return has_name ? notation->error_sign : 0;
}

void bs_notation_put_error(const struct bs_notation *notation, struct bs_buf *buf,
                           struct bs_address address, enum bs_form form)
{
    int index[2];
    get_indices(notation, address, index);
    put_member(buf, find_family(notation, address.kind, address.layer, true), index, form);
}

const char *bs_notation_stem(const struct bs_notation *notation, enum bs_quantity kind, int layer,
                             bool is_error)
{
    const struct family *family = find_family(notation, kind, layer, is_error);
    return family ? family->stem : NULL;
}

struct bs_names bs_notation_names(const struct bs_notation *notation, enum bs_quantity kind,
                                  int layer, bool is_error)
{
    const struct family *family = find_family(notation, kind, layer, is_error);
    if (!family)
        return (struct bs_names){NULL, NULL};
    return (struct bs_names){family->stem, (const char *const *)family->listed};
}

/* ---- reading names --------------------------------------------------------------------------- */

/* The digits after the stem; whether they were written as the family writes them is checked after.
 */
static bool read_indices(const struct family *family, const char *text, int index[static 2])
{
    index[0] = index[1] = 0;
    for (int k = 0; k < dimensions(family); k++) {
        if (k == 0 || !runs_together(family)) {
            if (*text++ != '_')
                return false;
        }
        int digits = 0;
        for (; *text >= '0' && *text <= '9' && digits < (runs_together(family) ? 1 : 6); digits++)
            index[k] = index[k] * 10 + (*text++ - '0');
        if (digits == 0 || index[k] < 1 || index[k] > family->extent[k])
            return false;
    }
    return *text == '\0';
}

static bool is_spelt(const struct family *family, const int index[static 2], const char *name)
{
    char spelt[NAME_SPACE];
    write_member(spelt, family, index, BS_ASCII);
    return strcmp(spelt, name) == 0;
}

/* The indices of the kth member. */
static void index_member(const struct family *family, int64_t k, int index[static 2])
{
    int width = family->extent[1] ? family->extent[1] : 1;
    index[0] = (int)(k / width) + 1;
    index[1] = family->extent[1] ? (int)(k % width) + 1 : 0;
}

static bool find_listed(const struct family *family, const char *name, int index[static 2])
{
    for (int64_t k = 0; k < family->count; k++) {
        index_member(family, k, index);
        if (is_spelt(family, index, name))
            return true;
    }
    return false;
}

static bool find_member(const struct family *family, const char *name, int index[static 2])
{
    if (family->listed)
        return find_listed(family, name, index);
    size_t length = strlen(family->stem);
    return strlen(name) >= length && read_indices(family, name + length, index) &&
           is_spelt(family, index, name);
}

bool bs_notation_find(const struct bs_notation *notation, struct bs_address *out, bool *is_error,
                      const char *name)
{
    for (int i = 0; i < notation->count; i++) {
        const struct family *family = &notation->families[i];
        int index[2];
        if (!find_member(family, name, index))
            continue;
        *out = address_of(notation, family, index);
        *is_error = family->is_error;
        return true;
    }
    return false;
}

int bs_notation_visit(const struct bs_notation *notation, bs_address_visit *visit, void *context)
{
    int stop = 0;
    for (int i = 0; i < notation->count; i++) {
        const struct family *family = &notation->families[i];
        int64_t count = family->listed || family->stem[0] == 'd' ? family->count : 1;
        for (int64_t k = 0; stop == 0 && k < count; k++) {
            int index[2];
            index_member(family, k, index);
            stop = visit(context, address_of(notation, family, index));
        }
    }
    return stop;
}

/* ---- general forms --------------------------------------------------------------------------- */

/* A stem with indices given as texts: v_i1, W1_2i. */
static void put_indexed(struct bs_buf *buf, const struct family *family, const char *first,
                        const char *second, enum bs_form form)
{
    char name[NAME_SPACE];
    snprintf(name, sizeof name, "%s_%.6s%s%.6s", family->stem, first,
             second && !runs_together(family) ? "_" : "", second ? second : "");
    bs_buf_name(buf, name, form);
}

/* β_1 = Σ_i x_i·v_i1 */
static void put_general_sum(const struct bs_notation *notation, struct bs_buf *buf,
                            struct bs_address address, const char *sample, enum bs_form form)
{
    int layer = address.layer;
    char unit[16];
    snprintf(unit, sizeof unit, "%d", address.unit);
    const char *letter = layer == 1 ? "i" : notation->by_input ? "h" : "i";
    const struct family *weights = find_family(notation, BS_WEIGHT, layer, false);
    const struct family *inputs = layer == 1
                                      ? find_family(notation, BS_INPUT, 0, false)
                                      : find_family(notation, BS_ACTIVATION, layer - 1, false);
    if (!weights->stem || !inputs->stem)
        return;
    bs_buf_printf(buf, "Σ_%s ", letter);
    for (int k = 0; k < 2; k++) {
        bs_buf_put(buf, k ? "·" : "");
        if ((k == 0) != notation->input_first) {
            put_indexed(buf, weights, notation->by_input ? letter : unit,
                        notation->by_input ? unit : letter, form);
            continue;
        }
        put_indexed(buf, inputs, letter, NULL, form);
        bs_buf_put(buf, sample);
    }
    if (!notation->threshold && has_bias(notation, layer)) {
        bs_buf_put(buf, " + ");
        bs_notation_put(notation, buf,
                        (struct bs_address){.kind = BS_BIAS, .layer = layer, .unit = address.unit},
                        form);
    }
}

/* The loss row's formula, {y}_j and {t}_j replaced by the names. */
static void put_general_loss(const struct bs_notation *notation, struct bs_buf *buf,
                             const char *sample, enum bs_form form)
{
    const struct family *y = find_family(notation, BS_ACTIVATION, notation->arch->depth, false);
    const struct family *t = find_family(notation, BS_TARGET, 0, false);
    if (!y->stem || !t->stem)
        return;
    for (const char *c = notation->arch->loss->formula; *c; c++) {
        if (c[0] == '{' && c[1] && c[2] == '}') {
            put_indexed(buf, c[1] == 'y' ? y : t, "j", NULL, form);
            bs_buf_put(buf, sample);
            c += strlen("{y}_j") - 1;
        } else {
            bs_buf_char(buf, *c);
        }
    }
}

void bs_notation_general(const struct bs_notation *notation, struct bs_buf *buf,
                         struct bs_address address, const char *sample, enum bs_form form)
{
    if (notation->names_gradients)
        return;
    if (address.kind == BS_PREACTIVATION)
        put_general_sum(notation, buf, address, sample, form);
    else if (address.kind == BS_LOSS_VALUE)
        put_general_loss(notation, buf, sample, form);
}

/* ---- parameters ------------------------------------------------------------------------------ */

static bool is_parameter(const struct family *family)
{
    return !family->is_error && (family->kind == BS_WEIGHT || family->kind == BS_BIAS);
}

int bs_notation_array_count(const struct bs_notation *notation)
{
    int count = 0;
    for (int i = 0; i < notation->count; i++)
        count += is_parameter(&notation->families[i]);
    return count;
}

static const struct family *parameter_family(const struct bs_notation *notation, int array)
{
    int i = 0;
    while (!is_parameter(&notation->families[i]) || array-- > 0)
        i++;
    return &notation->families[i];
}

struct bs_parameter_array bs_notation_array(const struct bs_notation *notation, int array)
{
    const struct family *family = parameter_family(notation, array);
    return (struct bs_parameter_array){
        .key = family->stem,
        .rows = family->extent[0],
        .columns = family->extent[1],
        .count = family->count,
    };
}

size_t bs_parameter_index(const struct bs_arch *arch, struct bs_address address)
{
    const struct bs_layer *layer = &arch->layers[address.layer - 1];
    if (address.kind == BS_BIAS)
        return layer->biases + (size_t)address.unit - 1;
    return layer->weights + (size_t)(address.unit - 1) * (size_t)layer->inputs +
           (size_t)address.input - 1;
}

size_t bs_notation_parameter(const struct bs_notation *notation, int array, int64_t k, int *sign)
{
    const struct family *family = parameter_family(notation, array);
    int index[2];
    index_member(family, k, index);
    *sign = family->kind == BS_BIAS && notation->threshold ? -1 : 1;
    return bs_parameter_index(notation->arch, address_of(notation, family, index));
}

void bs_notation_put_listed(const struct bs_notation *notation, struct bs_buf *buf, int array,
                            int64_t k)
{
    int index[2];
    const struct family *family = parameter_family(notation, array);
    index_member(family, k, index);
    put_member(buf, family, index, BS_ASCII);
}
