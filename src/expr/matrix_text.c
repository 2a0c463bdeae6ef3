/* Matrix forms as text, and their shapes. */
#include "expr/matrix_part.h"

#include "expr/node.h"
#include "expr/words.h"

/* The words that matrices add to those of expressions (words.h). */
static const struct signs {
    const char *dot; /* between shapes */
    const char *times, *divide;
    const char *transpose[2], *power[3]; /* around what is transposed; base and exponent */
    const char *one, *ones, *identity, *diagonal, *by, *equals;
} signs[] = {
    [BS_UNICODE] =
        {" · ", " ⊙ ", " ⊘ ", {"", "ᵀ"}, {"", "^∘", ""}, "1", "1", "I", "diag", "×", " = "},
    [BS_ASCII] =
        {" * ", " .* ", " ./ ", {"", "^T"}, {"", ".^", ""}, "1", "1", "I", "diag", "x", " = "},
    [BS_LATEX] = {" \\cdot ",
                  " \\odot ",
                  " \\oslash ",
                  {"", "^{\\top}"},
                  {"", "^{\\circ ", "}"},
                  "1",
                  "\\mathbf{1}",
                  "I",
                  "\\operatorname{diag}",
                  "{\\times}",
                  " = "},
    [BS_MATHML] = {"<mo>·</mo>",
                   "<mo>⊙</mo>",
                   "<mo>⊘</mo>",
                   {"<msup><mrow>", "</mrow><mo>⊤</mo></msup>"},
                   {"<msup><mrow>", "</mrow><mrow><mo>∘</mo>", "</mrow></msup>"},
                   "<mn>1</mn>",
                   "<mn>𝟏</mn>",
                   "<mi>I</mi>",
                   "<mi>diag</mi>",
                   "<mo>×</mo>",
                   "<mo>=</mo>"},
};

struct writer {
    const struct bs_matrix *matrix;
    struct bs_buf *buf;
    enum bs_form form;
    const struct bs_words *words;
    const struct signs *signs;
};

static void put_part(const struct writer *w, const struct bs_part *part);
static enum bs_binding put_in_form(const struct writer *w, const struct bs_part *part);

static enum bs_binding put_leaf(struct bs_buf *buf, void *context, bs_expr leaf, enum bs_form form)
{
    const struct writer *w = context;
    if (leaf->kind == BS_REF)
        return put_in_form(w, w->matrix->parts[leaf->u.ref]);
    bs_buf_name(buf, leaf->u.name, form);
    return BS_BINDS_ATOM;
}

static void put_form(const struct writer *w, bs_expr form)
{
    struct writer own = *w;
    const struct bs_style style = {
        .form = w->form, .digits = BS_FOUR_FIGURES, .leaf = put_leaf, .context = &own};
    bs_typeset(w->buf, form, &style);
}

static enum bs_binding binding_of(const struct bs_part *part)
{
    switch (part->op) {
    case BS_PART_ENTRYWISE:
        if (part->form->kind == BS_CALL || part->form->kind == BS_REF)
            return BS_BINDS_ATOM;
        return BS_BINDS_SUM;
    case BS_PART_HADAMARD:
    case BS_PART_INVERSE:
        return BS_BINDS_PRODUCT;
    case BS_PART_PRODUCT:
        return bs_part_is_scalar(part) ? part->stands_as : BS_BINDS_POWER;
    case BS_PART_TRANSPOSE:
    case BS_PART_POWER:
        return BS_BINDS_POWER;
    default:
        return BS_BINDS_ATOM;
    }
}

static void put_open(const struct writer *w, const struct bs_part *part, bool is_open)
{
    bs_buf_put(w->buf, is_open ? w->words->open : "");
    put_part(w, part);
    bs_buf_put(w->buf, is_open ? w->words->close : "");
}

/* In parentheses unless it binds as tightly. */
static void put_within(const struct writer *w, const struct bs_part *part, enum bs_binding context)
{
    put_open(w, part, binding_of(part) < context);
}

/* A product that is a number is kept apart from the matrices beside it. */
static enum bs_binding put_in_form(const struct writer *w, const struct bs_part *part)
{
    bool is_open = part->op == BS_PART_PRODUCT && binding_of(part) == BS_BINDS_SUM;
    put_open(w, part, is_open);
    return is_open ? BS_BINDS_ATOM : binding_of(part);
}

/* The factors of A ⊙ B ⊘ C that are multiplied, or those that divide. */
static int put_hadamard_side(const struct writer *w, const struct bs_part *part, bool divisors,
                             int written)
{
    for (int i = 0; i < part->count; i++) {
        const struct bs_part *factor = part->args[i];
        if ((factor->op == BS_PART_INVERSE) != divisors)
            continue;
        if (divisors)
            factor = factor->args[0];
        if (written > 0)
            bs_buf_put(w->buf, divisors ? w->signs->divide : w->signs->times);
        put_open(w, factor, factor->op == BS_PART_PRODUCT || binding_of(factor) < BS_BINDS_POWER);
        written++;
    }
    return written;
}

static void put_hadamard(const struct writer *w, const struct bs_part *part)
{
    int written = put_hadamard_side(w, part, false, 0);
    if (written == 0)
        bs_buf_put(w->buf, w->signs->one);
    put_hadamard_side(w, part, true, 1);
}

static void put_product(const struct writer *w, const struct bs_part *part)
{
    for (int i = 0; i < part->count; i++) {
        bs_buf_put(w->buf, i > 0 ? w->words->times : "");
        put_within(w, part->args[i], BS_BINDS_POWER);
    }
}

static void put_transpose(const struct writer *w, const struct bs_part *part)
{
    bs_buf_put(w->buf, w->signs->transpose[0]);
    put_within(w, part->args[0], BS_BINDS_ATOM);
    bs_buf_put(w->buf, w->signs->transpose[1]);
}

static void put_power(const struct writer *w, const struct bs_part *part)
{
    bs_buf_put(w->buf, w->signs->power[0]);
    put_within(w, part->args[0], BS_BINDS_ATOM);
    bs_buf_put(w->buf, w->signs->power[1]);
    put_form(w, part->form);
    bs_buf_put(w->buf, w->signs->power[2]);
}

static void put_inverse(const struct writer *w, const struct bs_part *part)
{
    bs_buf_put(w->buf, w->signs->one);
    bs_buf_put(w->buf, bs_part_is_scalar(part) ? w->words->divide : w->signs->divide);
    put_within(w, part->args[0], BS_BINDS_POWER);
}

static void put_part(const struct writer *w, const struct bs_part *part)
{
    switch (part->op) {
    case BS_PART_ARRAY:
        bs_buf_name(w->buf, part->name, w->form);
        break;
    case BS_PART_ONES:
        bs_buf_put(w->buf, w->signs->ones);
        break;
    case BS_PART_IDENTITY:
        bs_buf_put(w->buf, w->signs->identity);
        break;
    case BS_PART_ENTRYWISE:
        put_form(w, part->form);
        break;
    case BS_PART_TRANSPOSE:
        put_transpose(w, part);
        break;
    case BS_PART_DIAGONAL:
        bs_buf_put(w->buf, w->signs->diagonal);
        put_open(w, part->args[0], true);
        break;
    case BS_PART_INVERSE:
        put_inverse(w, part);
        break;
    case BS_PART_POWER:
        put_power(w, part);
        break;
    case BS_PART_HADAMARD:
        put_hadamard(w, part);
        break;
    case BS_PART_PRODUCT:
        put_product(w, part);
        break;
    }
}

static struct writer writer_of(struct bs_buf *buf, const struct bs_matrix *matrix,
                               enum bs_form form)
{
    return (struct writer){matrix, buf, form, &bs_words[form], &signs[form]};
}

void bs_matrix_put(struct bs_buf *buf, const struct bs_matrix *matrix, enum bs_form form)
{
    struct writer w = writer_of(buf, matrix, form);
    put_part(&w, matrix->whole);
}

/* ---- shapes ---------------------------------------------------------------------------------- */

static void put_size(const struct writer *w, bs_expr size)
{
    const struct bs_style style = {.form = w->form, .digits = BS_FOUR_FIGURES};
    bool is_open = size->count > 0;
    bs_buf_put(w->buf, is_open ? w->words->open : "");
    bs_typeset(w->buf, size, &style);
    bs_buf_put(w->buf, is_open ? w->words->close : "");
}

static void put_shape(const struct writer *w, const struct bs_part *part)
{
    put_size(w, part->size[0]);
    bs_buf_put(w->buf, w->signs->by);
    put_size(w, part->size[1]);
}

/* Is there anything to calculate?  What a function is applied to counts as its shape alone. */
static int has_product(const struct writer *w, const struct bs_part *part);

static int ref_has_product(void *context, bs_expr leaf)
{
    const struct writer *w = context;
    return leaf->kind == BS_REF && has_product(w, w->matrix->parts[leaf->u.ref]);
}

static int form_has_product(const struct writer *w, bs_expr form)
{
    struct writer own = *w;
    return form->kind != BS_CALL && form->kind != BS_CASES &&
           bs_visit_leaves(form, ref_has_product, &own);
}

static int has_product(const struct writer *w, const struct bs_part *part)
{
    int found = part->op == BS_PART_PRODUCT;
    if (part->op == BS_PART_ENTRYWISE)
        return form_has_product(w, part->form);
    for (int i = 0; part->op == BS_PART_HADAMARD && i < part->count; i++)
        found = found || has_product(w, part->args[i]);
    return found;
}

static void put_part_shapes(const struct writer *w, const struct bs_part *part);

static int is_ref(void *context, bs_expr leaf)
{
    (void)context;
    return leaf->kind == BS_REF;
}

static bool has_ref(bs_expr form)
{
    return bs_visit_leaves(form, is_ref, NULL) != 0;
}

/* In parentheses where there is more than one shape. */
static void put_inner_shapes(const struct writer *w, const struct bs_part *part)
{
    bool is_open = has_product(w, part);
    bs_buf_put(w->buf, is_open ? w->words->open : "");
    put_part_shapes(w, part);
    bs_buf_put(w->buf, is_open ? w->words->close : "");
}

static void put_joined_shapes(const struct writer *w, const struct bs_part *part, const char *sign)
{
    for (int i = 0; i < part->count; i++) {
        bs_buf_put(w->buf, i > 0 ? sign : "");
        put_inner_shapes(w, part->args[i]);
    }
}

static void put_form_shapes(const struct writer *w, bs_expr form, const struct bs_part *whole);

/* A factor with a product in it needs parentheses unless it is the only one. */
static void put_factor_shapes(const struct writer *w, bs_expr factor, const struct bs_part *whole,
                              bool is_only)
{
    bool divides = bs_is_inverse(factor);
    bs_expr base = divides ? factor->args[0] : factor;
    bool is_open = !is_only && form_has_product(w, base);
    is_open =
        is_open && !(base->kind == BS_REF && !bs_part_is_scalar(w->matrix->parts[base->u.ref]));
    bs_buf_put(w->buf, is_open ? w->words->open : "");
    put_form_shapes(w, base, whole);
    bs_buf_put(w->buf, is_open ? w->words->close : "");
}

static void put_product_shapes(const struct writer *w, bs_expr product, const struct bs_part *whole)
{
    int count = 0, written = 0;
    for (int i = 0; i < product->count; i++)
        count += has_ref(product->args[i]);
    for (int i = 0; i < product->count; i++) {
        if (!has_ref(product->args[i]))
            continue;
        if (written++ > 0)
            bs_buf_put(w->buf, bs_is_inverse(product->args[i]) ? w->words->divide : w->signs->dot);
        put_factor_shapes(w, product->args[i], whole, count == 1);
    }
}

static void put_sign(const struct writer *w, bool is_negative)
{
    const char *space = w->form == BS_MATHML ? "" : " ";
    if (is_negative)
        bs_buf_printf(w->buf, "%s%s%s", space, w->words->minus, space);
    else
        bs_buf_put(w->buf, w->words->plus);
}

/* Terms that are numbers have no shape. */
static void put_sum_shapes(const struct writer *w, bs_expr sum, const struct bs_part *whole)
{
    int written = 0;
    for (int i = 0; i < sum->count; i++) {
        if (!has_ref(sum->args[i]))
            continue;
        if (written++ > 0)
            put_sign(w, bs_is_negative_term(sum->args[i]));
        put_form_shapes(w, sum->args[i], whole);
    }
}

static void put_form_shapes(const struct writer *w, bs_expr form, const struct bs_part *whole)
{
    if (form->kind == BS_REF)
        put_part_shapes(w, w->matrix->parts[form->u.ref]);
    else if (!form_has_product(w, form))
        put_shape(w, whole);
    else if (form->kind == BS_PRODUCT)
        put_product_shapes(w, form, whole);
    else if (form->kind == BS_SUM)
        put_sum_shapes(w, form, whole);
    else
        put_form_shapes(w, form->args[0], whole); /* a power: of a scalar */
}

static void put_part_shapes(const struct writer *w, const struct bs_part *part)
{
    if (part->op == BS_PART_PRODUCT)
        put_joined_shapes(w, part, w->signs->dot);
    else if (part->op == BS_PART_HADAMARD && has_product(w, part))
        put_joined_shapes(w, part, w->signs->times);
    else if (part->op == BS_PART_ENTRYWISE && has_product(w, part))
        put_form_shapes(w, part->form, part);
    else
        put_shape(w, part);
}

void bs_matrix_put_shapes(struct bs_buf *buf, const struct bs_matrix *matrix, enum bs_form form)
{
    struct writer w = writer_of(buf, matrix, form);
    if (has_product(&w, matrix->whole)) {
        put_part_shapes(&w, matrix->whole);
        bs_buf_put(buf, w.signs->equals);
    }
    put_shape(&w, matrix->whole);
}
