/*
 * The walk over the tree that every form shares.  What is printed where is in the table of words;
 * here is when something needs parentheses.
 */
#include "expr/typeset.h"

#include "expr/func.h"
#include "expr/greek.h"
#include "expr/node.h"
#include "expr/spelling.h"
#include "expr/words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *bs_minus(enum bs_form form)
{
    return bs_words[form].minus;
}

/*
 * A text on its way.  A shared part is written out wherever it stands, so a text may be
 * exponentially longer than its expression: from byte `end` on, an ellipsis stands for every part.
 */
struct writer {
    struct bs_buf *buf;
    const struct bs_style *style;
    struct bs_words words;
    size_t end;
    uint32_t bound; /* the indices that are bound here: see spelling.h */
    bool is_below;  /* in a subscript or a bound */
};

/* 1.5e-7 as print has it: 1.5·10^−7. */
static bool split_exponent(struct bs_buf *buf, size_t start, enum bs_form form)
{
    const struct bs_words *words = &bs_words[form];
    const char *e = buf->failed ? NULL : strchr(buf->text + start, 'e');
    char exponent[16];
    if (!e || strspn(e + 1, "-0123456789") != strlen(e + 1))
        return false;
    snprintf(exponent, sizeof exponent, "%s", e + 1);
    const bool is_negative = exponent[0] == '-';
    bs_buf_cut(buf, (size_t)(e - buf->text));
    bs_buf_printf(buf, "%s%s%s%s10%s%s%s%s%s%s%s", words->number[1], words->times, words->power[0],
                  words->number[0], words->number[1], words->power[1],
                  is_negative ? words->minus : "", words->number[0], exponent + is_negative,
                  words->number[1], words->power[2]);
    return true;
}

/* Its digits, without a sign; are they a product with a power of ten? */
static bool put_digits(struct bs_buf *buf, double magnitude, struct bs_digits digits,
                       enum bs_form form)
{
    const struct bs_words *words = &bs_words[form];
    bs_buf_put(buf, words->number[0]);
    const size_t start = buf->length;
    bs_buf_number(buf, magnitude, form == BS_ASCII ? BS_ALL_FIGURES : digits, "-");
    if (words->is_drawn && split_exponent(buf, start, form))
        return true;
    bs_buf_put(buf, words->number[1]);
    return false;
}

enum bs_binding bs_buf_value(struct bs_buf *buf, double value, struct bs_digits digits,
                             enum bs_form form)
{
    bs_buf_put(buf, value < 0 ? bs_words[form].minus : "");
    bool is_product = put_digits(buf, fabs(value), digits, form);
    return value < 0 ? BS_BINDS_SUM : is_product ? BS_BINDS_PRODUCT : BS_BINDS_ATOM;
}

/* Without memory the length stands still, and the text would be walked to its end for nothing. */
static bool is_full(const struct writer *w)
{
    return w->buf->failed || w->buf->length >= w->end;
}

static void put(struct writer *w, bs_expr expr, enum bs_binding context, bool leads);

/*
 * Is item i of a list to be written?  The first few and the last are; one ellipsis, after the
 * separator, stands for those between.
 */
static bool is_written(struct writer *w, int i, int count, const char *separator, bool *is_cut)
{
    int most = w->style->most_terms, kept = most > 3 ? most - 2 : 1;
    if (i == 0 || (!is_full(w) && (most == 0 || count <= most || i < kept || i == count - 1)))
        return true;
    if (!*is_cut)
        bs_buf_printf(w->buf, "%s%s", separator, w->words.ellipsis);
    *is_cut = true;
    return false;
}

/* Does its decimal text read back as the same rational? */
static bool is_decimal(bs_expr number)
{
    int64_t num, den, scaled;
    return bs_short_decimal(&num, &den, bs_number_value(number)) &&
           den % number->u.number.den == 0 &&
           !__builtin_mul_overflow(number->u.number.num, den / number->u.number.den, &scaled) &&
           scaled == num;
}

static void put_integer(struct writer *w, int64_t value)
{
    bs_buf_printf(w->buf, "%s%" PRId64 "%s", w->words.number[0], value, w->words.number[1]);
}

/*
 * A number without its sign.  A decimal prints as one (every digit of it); other rationals as a
 * quotient, which parses back to the same rational.
 */
static enum bs_binding put_magnitude(struct writer *w, bs_expr number)
{
    const struct bs_words *words = &w->words;
    int64_t num = number->u.number.num, den = number->u.number.den;
    num = num < 0 ? -num : num;
    const char *const sign = num != 1   ? NULL
                             : den == 2 ? words->half
                             : den == 4 ? words->quarter
                                        : NULL;
    if (sign) {
        bs_buf_put(w->buf, sign);
        return BS_BINDS_POWER;
    }
    if (den == 0 || (den > 1 && is_decimal(number)))
        return put_digits(w->buf, fabs(bs_number_value(number)),
                          den == 0 ? w->style->digits : BS_ALL_FIGURES, w->style->form)
                   ? BS_BINDS_PRODUCT
                   : BS_BINDS_ATOM;
    if (den == 1) {
        put_integer(w, num);
        return BS_BINDS_ATOM;
    }
    bs_buf_put(w->buf, words->is_drawn ? words->fraction[0] : "");
    put_integer(w, num);
    bs_buf_put(w->buf, words->is_drawn ? words->fraction[1] : words->divide);
    put_integer(w, den);
    bs_buf_put(w->buf, words->is_drawn ? words->fraction[2] : "");
    return words->is_drawn ? BS_BINDS_POWER : BS_BINDS_PRODUCT;
}

static enum bs_binding put_number(struct writer *w, bs_expr number)
{
    bool is_negative = bs_number_value(number) < 0;
    bs_buf_put(w->buf, is_negative ? w->words.minus : "");
    enum bs_binding binding = put_magnitude(w, number);
    return is_negative ? BS_BINDS_SUM : binding;
}

static void put_ref(struct writer *w, int64_t id)
{
    const bool is_mathml = w->style->form == BS_MATHML;
    bs_buf_printf(w->buf, is_mathml ? "<mi>#%" PRId64 "</mi>" : "#%" PRId64, id);
}

/* In ASCII a name that would read as a member of an array is marked as none: x_j[]. */
static void put_symbol(struct writer *w, const char *name)
{
    bs_buf_name(w->buf, name, w->style->form);
    if (w->style->form == BS_ASCII && !bs_is_whole_name(name, w->bound))
        bs_buf_put(w->buf, "[]");
}

static enum bs_binding put_leaf(struct writer *w, bs_expr leaf)
{
    const struct bs_style *style = w->style;
    if (leaf->kind == BS_NUMBER)
        return put_number(w, leaf);
    if (style->leaf)
        return style->leaf(w->buf, style->context, leaf, style->form);
    if (leaf->kind == BS_REF)
        put_ref(w, leaf->u.ref);
    else
        put_symbol(w, leaf->u.name);
    return BS_BINDS_ATOM;
}

static void put_product(struct writer *w, bs_expr product, bool negated, bool leads);

/* A negative term after its minus sign. */
static void put_negated(struct writer *w, bs_expr term)
{
    if (term->kind == BS_PRODUCT)
        put_product(w, term, true, false);
    else
        put_magnitude(w, term);
}

/* Between terms. */
static void put_minus(struct writer *w)
{
    const char *space = w->style->form == BS_MATHML || w->is_below ? "" : " ";
    bs_buf_printf(w->buf, "%s%s%s", space, w->words.minus, space);
}

static void put_sum(struct writer *w, bs_expr sum)
{
    bool is_cut = false;
    for (int i = 0; i < sum->count; i++) {
        bs_expr term = sum->args[i];
        if (!is_written(w, i, sum->count, w->words.plus, &is_cut))
            continue;
        if (i == 0) {
            put(w, term, BS_BINDS_SUM, true);
        } else if (bs_is_negative_term(term)) {
            put_minus(w);
            put_negated(w, term);
        } else {
            bs_buf_put(w->buf, w->words.plus);
            put(w, term, BS_BINDS_PRODUCT, false);
        }
    }
}

/*
 * b^-1 prints as /b after another factor.  Not after a lone number where that would be read as
 * something else: 6/3 as 2, 1/x as x^-1.
 */
static bool prints_as_divisor(bs_expr product, int i, int from)
{
    bs_expr factor = product->args[i], first = product->args[0];
    if (i == from || !bs_is_inverse(factor))
        return false;
    return i > 1 || !bs_is_number(first) ||
           !(bs_is_number(factor->args[0]) || bs_is_integer(first, 1));
}

/* A sum over an index reaches as far as its product: only at the end it may stand bare. */
static enum bs_binding factor_binds(bs_expr factor, bool is_first, bool is_last)
{
    bool may_be_bare = bs_binds_index(factor) ? is_last : is_first;
    return may_be_bare ? BS_BINDS_PRODUCT : BS_BINDS_POWER;
}

/* The factors from `from` on; the first is written without its sign when it is `negated`. */
static void put_factors(struct writer *w, bs_expr product, int from, bool negated, bool leads)
{
    bool is_cut = false;
    for (int i = from; i < product->count; i++) {
        bs_expr factor = product->args[i];
        if (!is_written(w, i - from, product->count - from, w->words.times, &is_cut))
            continue;
        bool divides = prints_as_divisor(product, i, from);
        if (i > from)
            bs_buf_put(w->buf, divides ? w->words.divide : w->words.times);
        if (i == from && negated)
            put_magnitude(w, factor);
        else if (divides)
            put(w, factor->args[0], BS_BINDS_POWER, false);
        else
            put(w, factor, factor_binds(factor, i == from, i + 1 == product->count),
                leads && i == from);
    }
}

/* How many factors from `from` on are divisors (or are none)? */
static int count_factors(bs_expr product, int from, bool divisors)
{
    int count = 0;
    for (int i = from; i < product->count; i++)
        count += bs_is_inverse(product->args[i]) == divisors;
    return count;
}

/* One side of a drawn fraction. */
static void put_side(struct writer *w, bs_expr product, int from, bool negated, bool divisors)
{
    const int count = count_factors(product, from, divisors);
    bool is_cut = false;
    for (int i = from, k = 0; i < product->count; i++) {
        bs_expr factor = product->args[i];
        if (bs_is_inverse(factor) != divisors ||
            !is_written(w, k++, count, w->words.times, &is_cut))
            continue;
        if (k > 1)
            bs_buf_put(w->buf, w->words.times);
        bs_expr item = divisors ? factor->args[0] : factor;
        if (i == from && negated)
            put_magnitude(w, factor);
        else
            put(w, item, count == 1 ? BS_BINDS_SUM : factor_binds(item, false, k == count), k == 1);
    }
    if (count == 0)
        put_integer(w, 1);
}

/*
 * A product after its minus sign if it is `negated`.  A coefficient −1 is the sign alone, except
 * where what follows would swallow it: −1·2 is not −2, −1·(a·b) not −a·b.
 */
static void put_product(struct writer *w, bs_expr product, bool negated, bool leads)
{
    bs_expr next = product->args[1];
    bool is_sign = negated && bs_is_integer(product->args[0], -1) && !bs_is_number(next) &&
                   next->kind != BS_PRODUCT;
    int from = is_sign ? 1 : 0;
    negated = negated && !is_sign;
    if (!w->words.is_drawn || count_factors(product, from, true) == 0) {
        put_factors(w, product, from, negated, leads);
        return;
    }
    bs_buf_put(w->buf, w->words.fraction[0]);
    put_side(w, product, from, negated, false);
    bs_buf_put(w->buf, w->words.fraction[1]);
    put_side(w, product, from, negated, true);
    bs_buf_put(w->buf, w->words.fraction[2]);
}

static void put_signed_product(struct writer *w, bs_expr product, bool leads)
{
    bool is_negative = bs_is_negative_term(product);
    if (is_negative)
        bs_buf_put(w->buf, w->words.minus);
    put_product(w, product, is_negative, leads && !is_negative);
}

static void put_inverse(struct writer *w, bs_expr base)
{
    const struct bs_words *words = &w->words;
    bs_buf_put(w->buf, words->is_drawn ? words->fraction[0] : "");
    put_integer(w, 1);
    bs_buf_put(w->buf, words->is_drawn ? words->fraction[1] : words->divide);
    put(w, base, words->is_drawn ? BS_BINDS_SUM : BS_BINDS_POWER, words->is_drawn);
    bs_buf_put(w->buf, words->is_drawn ? words->fraction[2] : "");
}

static const char *superscript(bs_expr exponent)
{
    return bs_is_integer(exponent, 2) ? "²" : bs_is_integer(exponent, 3) ? "³" : NULL;
}

/* TeX refuses a second superscript: a name with a prime or a layer is put in braces. */
static void put_base(struct writer *w, bs_expr base)
{
    const size_t start = w->buf->length;
    const bool is_name = base->kind == BS_MEMBER || base->count == 0;
    put(w, base, BS_BINDS_ATOM, false);
    if (w->style->form == BS_LATEX && is_name && !w->buf->failed &&
        w->buf->text[w->buf->length - 1] != ')' && strpbrk(w->buf->text + start, "^'")) {
        bs_buf_splice(w->buf, start, 0, "{");
        bs_buf_char(w->buf, '}');
    }
}

static void put_power(struct writer *w, bs_expr power)
{
    bs_expr base = power->args[0], exponent = power->args[1];
    const struct bs_words *words = &w->words;
    if (bs_is_inverse(power) && !bs_is_number(base)) {
        put_inverse(w, base);
        return;
    }
    const bool is_flat = base->count == 0 || base->kind == BS_MEMBER || !words->is_drawn;
    if (w->style->form == BS_UNICODE && is_flat && superscript(exponent)) {
        put(w, base, BS_BINDS_ATOM, false);
        bs_buf_put(w->buf, superscript(exponent));
        return;
    }
    bs_buf_put(w->buf, words->power[0]);
    put_base(w, base);
    bs_buf_put(w->buf, words->power[1]);
    put(w, exponent, words->is_drawn ? BS_BINDS_SUM : BS_BINDS_ATOM, words->is_drawn);
    bs_buf_put(w->buf, words->power[2]);
}

/* sigmoid as its row has it; max' as an identifier with a prime. */
static void put_function_name(struct writer *w, const struct bs_func *func)
{
    const enum bs_form form = w->style->form;
    const char *shown = form != BS_ASCII && func->unicode ? func->unicode : func->name;
    if (form == BS_LATEX && func->latex) {
        bs_buf_put(w->buf, func->latex);
    } else if (form == BS_LATEX) {
        bs_buf_printf(w->buf, "\\operatorname{%s}", func->name);
    } else if (form == BS_MATHML) {
        const size_t length = strcspn(shown, "'");
        bs_buf_put(w->buf, shown[length] ? "<msup><mi>" : "<mi>");
        bs_buf_escaped(w->buf, shown, length);
        bs_buf_put(w->buf, shown[length] ? "</mi><mo>′</mo></msup>" : "</mi>");
    } else {
        bs_buf_put(w->buf, shown);
    }
}

static void put_function(struct writer *w, const struct bs_func *func, int index)
{
    static const char *const around[][3] = {
        [BS_UNICODE] = {"", "_", ""},
        [BS_ASCII] = {"", "_", ""},
        [BS_LATEX] = {"", "_{", "}"},
        [BS_MATHML] = {"<msub>", "<mn>", "</mn></msub>"},
    };
    const char *const *words = around[w->style->form];
    bs_buf_put(w->buf, index ? words[0] : "");
    put_function_name(w, func);
    if (index)
        bs_buf_printf(w->buf, "%s%d%s", words[1], index, words[2]);
    bs_buf_put(w->buf, w->words.call);
}

/* What stands between commas. */
static void put_list(struct writer *w, int count, const bs_expr *args, const char *comma)
{
    bool is_cut = false;
    for (int i = 0; i < count; i++) {
        if (!is_written(w, i, count, comma, &is_cut))
            continue;
        bs_buf_put(w->buf, i > 0 ? comma : "");
        put(w, args[i], BS_BINDS_SUM, true);
    }
}

static void put_arguments(struct writer *w, int count, const bs_expr *args)
{
    bs_buf_put(w->buf, w->words.open);
    put_list(w, count, args, w->words.comma);
    bs_buf_put(w->buf, w->words.close);
}

/* xlog(d, y) reads d·log(y) where people read it; only ASCII must name the function. */
static bool prints_as_product(bs_expr call, enum bs_form form)
{
    return call->u.call.func->shown_factor && form != BS_ASCII;
}

static void put_call(struct writer *w, bs_expr call, bool leads)
{
    const struct bs_func *func = call->u.call.func;
    if (prints_as_product(call, w->style->form)) {
        put(w, call->args[0], BS_BINDS_POWER, leads);
        bs_buf_put(w->buf, w->words.times);
        put_function(w, bs_func_find(func->shown_factor), 0);
        put_arguments(w, 1, call->args + 1);
    } else {
        put_function(w, func, call->u.call.index);
        put_arguments(w, call->count, call->args);
    }
}

/* What stands below or above a line has its terms closer: a_(k−1), Σ_k=i+1..D. */
static struct writer below(const struct writer *w)
{
    struct writer below = *w;
    if (!w->words.is_typed) {
        below.words.plus = w->words.plus_below;
        below.is_below = true;
    }
    return below;
}

static void put_indexed(struct writer *w, bs_expr expr, const char *const words[static 5])
{
    struct writer bounds = below(w);
    const uint32_t outer = w->bound;
    for (int i = 0; i < 3; i++) {
        bs_buf_put(w->buf, words[i]);
        put(&bounds, expr->args[i], BS_BINDS_SUM, true);
    }
    bs_buf_put(w->buf, words[3]);
    w->bound |= bs_index_bit(expr->args[0]);
    if (w->words.is_typed)
        put(w, expr->args[3], BS_BINDS_SUM, true);
    else
        put(w, expr->args[3], BS_BINDS_PRODUCT, false);
    w->bound = outer;
    bs_buf_put(w->buf, words[4]);
}

/* Does it print as one character? */
static bool is_character(bs_expr subscript)
{
    if (subscript->kind == BS_SYMBOL)
        return !subscript->u.name[1] ||
               bs_greek_letter(subscript->u.name, strlen(subscript->u.name));
    return bs_is_exact(subscript) && subscript->u.number.den == 1 && subscript->u.number.num >= 0 &&
           subscript->u.number.num <= 9;
}

static void put_subscripts(struct writer *w, int count, const bs_expr *subscripts,
                           const char *const words[static 3])
{
    struct writer inner = below(w);
    bs_buf_put(w->buf, words[0]);
    put_list(&inner, count, subscripts, words[1]);
    bs_buf_put(w->buf, words[2]);
}

static const char *const *words_of_subscripts(const struct writer *w, int count,
                                              const bs_expr *subscripts)
{
    for (int i = 0; i < count; i++)
        if (!is_character(subscripts[i]))
            return w->words.subscripts;
    return w->words.characters;
}

/* A prime, or a layer, stands above the subscripts. */
static void put_mathml_member(struct writer *w, bs_expr member, const char *const *words)
{
    const size_t start = w->buf->length;
    bs_buf_mathml_base(w->buf, member->u.name);
    put_subscripts(w, member->count, member->args, words);
    const bool is_raised = bs_buf_mathml_raised(w->buf, member->u.name);
    bs_buf_put(w->buf, is_raised ? "</msubsup>" : "</msub>");
    bs_buf_splice(w->buf, start, 0, is_raised ? "<msubsup>" : "<msub>");
}

/* An array whose name has subscripts of its own, x_in: in brackets, or with braces around it. */
static void put_member(struct writer *w, bs_expr member)
{
    const enum bs_form form = w->style->form;
    const char *const *words = words_of_subscripts(w, member->count, member->args);
    const size_t start = w->buf->length;
    if (form == BS_ASCII && bs_buf_spelling(w->buf, member))
        return;
    if (form == BS_MATHML) {
        put_mathml_member(w, member, words);
        return;
    }
    bs_buf_name(w->buf, member->u.name, form);
    const bool has_own = !w->buf->failed && strchr(w->buf->text + start, '_');
    if (has_own && form == BS_UNICODE)
        words = bs_words[BS_ASCII].subscripts;
    if (has_own && form == BS_LATEX) {
        bs_buf_splice(w->buf, start, 0, "{");
        bs_buf_char(w->buf, '}');
    }
    put_subscripts(w, member->count, member->args, words);
}

static void put_delta(struct writer *w, bs_expr delta)
{
    const bool is_mathml = w->style->form == BS_MATHML;
    bs_buf_put(w->buf, is_mathml ? "<msub>" : "");
    bs_buf_put(w->buf, w->words.delta);
    if (w->style->form == BS_ASCII)
        put_arguments(w, delta->count, delta->args);
    else
        put_subscripts(w, delta->count, delta->args,
                       words_of_subscripts(w, delta->count, delta->args));
    bs_buf_put(w->buf, is_mathml ? "</msub>" : "");
}

/* ∂E/∂w, and ∂²E/∂w∂v of one whose quantity is such a derivative. */
static void put_partial(struct writer *w, bs_expr partial)
{
    bs_expr of = partial->args[0];
    bool is_second = of->kind == BS_PARTIAL && of->args[0]->kind != BS_PARTIAL;
    bs_expr parts[] = {is_second ? of->args[0] : of, is_second ? of->args[1] : NULL,
                       partial->args[1]};
    const char *const *word = is_second ? w->words.second : w->words.partial;
    const enum bs_binding context = w->words.is_typed ? BS_BINDS_SUM : BS_BINDS_ATOM;
    for (int i = 0; i < 3; i++) {
        if (!parts[i])
            continue;
        bs_buf_put(w->buf, *word++);
        put(w, parts[i], context, false);
    }
    bs_buf_put(w->buf, *word);
}

static void put_branch(struct writer *w, bs_expr branch)
{
    put(w, branch, BS_BINDS_SUM, true);
}

/* cases(x > 0, a, b) */
static void put_typed_cases(struct writer *w, bs_expr cases)
{
    bs_buf_put(w->buf, w->words.cases[0]);
    put_branch(w, cases->args[0]);
    bs_buf_put(w->buf, w->words.relations[cases->u.at_zero]);
    for (int i = 1; i < 3; i++) {
        bs_buf_put(w->buf, w->words.comma);
        put_branch(w, cases->args[i]);
    }
    bs_buf_put(w->buf, w->words.cases[5]);
}

/* {a if x > 0, else b}; where 0 is in neither branch both have their test. */
static void put_cases(struct writer *w, bs_expr cases)
{
    const char *const *words = w->words.cases;
    const bool has_else = cases->u.at_zero != BS_ZERO_IS_KINK;
    if (w->words.is_typed) {
        put_typed_cases(w, cases);
        return;
    }
    bs_buf_put(w->buf, words[0]);
    put_branch(w, cases->args[1]);
    bs_buf_put(w->buf, words[1]);
    put_branch(w, cases->args[0]);
    bs_buf_put(w->buf, w->words.relations[cases->u.at_zero]);
    bs_buf_put(w->buf, words[2]);
    bs_buf_put(w->buf, has_else ? words[3] : "");
    put_branch(w, cases->args[2]);
    if (has_else) {
        bs_buf_put(w->buf, words[4]);
    } else {
        bs_buf_put(w->buf, words[1]);
        put_branch(w, cases->args[0]);
        bs_buf_put(w->buf, w->words.is_below);
    }
    bs_buf_put(w->buf, words[5]);
}

static enum bs_binding binding_of(const struct writer *w, bs_expr expr)
{
    switch (expr->kind) {
    case BS_SUM:
        return BS_BINDS_SUM;
    case BS_PRODUCT:
        return bs_is_negative_term(expr) ? BS_BINDS_SUM : BS_BINDS_PRODUCT;
    case BS_POWER:
        return bs_is_inverse(expr) && !bs_is_number(expr->args[0]) && !w->words.is_drawn
                   ? BS_BINDS_PRODUCT
                   : BS_BINDS_POWER;
    case BS_INDEXED_SUM:
    case BS_INDEXED_PRODUCT:
        return w->words.is_typed ? BS_BINDS_ATOM : BS_BINDS_PRODUCT;
    case BS_CASES: /* drawn it has a brace on one side only */
        return w->words.is_drawn ? BS_BINDS_SUM : BS_BINDS_ATOM;
    case BS_CALL:
        return prints_as_product(expr, w->style->form) ? BS_BINDS_PRODUCT : BS_BINDS_ATOM;
    case BS_PARTIAL:
        return w->words.is_typed ? BS_BINDS_ATOM : BS_BINDS_POWER;
    default:
        return BS_BINDS_ATOM;
    }
}

static void put_bare(struct writer *w, bs_expr expr, bool leads)
{
    switch (expr->kind) {
    case BS_SUM:
        put_sum(w, expr);
        break;
    case BS_PRODUCT:
        put_signed_product(w, expr, leads);
        break;
    case BS_POWER:
        put_power(w, expr);
        break;
    case BS_CALL:
        put_call(w, expr, leads);
        break;
    case BS_MEMBER:
        put_member(w, expr);
        break;
    case BS_INDEXED_SUM:
        put_indexed(w, expr, w->words.sum);
        break;
    case BS_INDEXED_PRODUCT:
        put_indexed(w, expr, w->words.product);
        break;
    case BS_DELTA:
        put_delta(w, expr);
        break;
    case BS_PARTIAL:
        put_partial(w, expr);
        break;
    default:
        put_cases(w, expr);
        break;
    }
}

/*
 * Write the expression where something that binds as `context` is needed; `leads` when nothing
 * stands before it, so that a minus sign needs no parentheses.  How a leaf binds is known from
 * its text only.
 */
static void put(struct writer *w, bs_expr expr, enum bs_binding context, bool leads)
{
    size_t start = w->buf->length;
    bool is_open;
    if (is_full(w)) {
        bs_buf_put(w->buf, w->words.ellipsis);
        return;
    }
    if (expr->count == 0) {
        is_open = put_leaf(w, expr) < context && (!leads || context == BS_BINDS_ATOM);
        if (is_open)
            bs_buf_splice(w->buf, start, 0, w->words.open);
    } else {
        is_open = binding_of(w, expr) < context;
        bs_buf_put(w->buf, is_open ? w->words.open : "");
        put_bare(w, expr, leads || is_open);
    }
    bs_buf_put(w->buf, is_open ? w->words.close : "");
}

void bs_typeset_with(struct bs_buf *buf, bs_expr expr, const struct bs_style *style,
                     const struct bs_words *words)
{
    struct writer w = {buf, style, *words, buf->length + BS_MOST_TEXT, 0, false};
    if (style->is_spaced && style->form == BS_UNICODE)
        w.words.times = " · ";
    put(&w, expr, BS_BINDS_SUM, true);
}

void bs_typeset(struct bs_buf *buf, bs_expr expr, const struct bs_style *style)
{
    bs_typeset_with(buf, expr, style, &bs_words[style->form]);
}

void bs_typeset_mathml(struct bs_buf *buf, bs_expr expr, const struct bs_style *style)
{
    struct bs_style own = *style;
    own.form = BS_MATHML;
    bs_buf_put(buf, "<math display=\"block\">");
    bs_typeset(buf, expr, &own);
    bs_buf_put(buf, "</math>");
}
