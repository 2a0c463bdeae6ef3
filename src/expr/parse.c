/*
 * Recursive descent over UTF-8.  The reader sees one normalised character at a time: what people
 * paste (full-width forms, U+2212, ·, Greek letters) is turned into its ASCII spelling there and
 * nowhere else.
 */
#include "expr/parse.h"

#include "expr/func.h"
#include "expr/greek.h"
#include "expr/node.h"
#include "expr/spelling.h"

#include "base/nearest.h"
#include "base/width.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_NAME = 255, MOST_FACTORS = 1000 };

/* A level of an expression takes two of the parser at most: a factor, and parentheses around it. */
enum { DEEPEST = 2 * BS_MAX_DEPTH + 2 };

struct parser {
    struct bs_pool *pool;
    const char *text, *end;
    const char *at; /* the next byte to read */
    int depth;
    uint32_t bound; /* the indices that are bound here: see spelling.h */
    bool has_whole_names;
    struct bs_error *err;
    bool failed;
};

/* One character of the text: its bytes there (0 at the end) and its spelling in ASCII. */
struct glyph {
    size_t length;
    char meant[8]; /* "" for the end and for a NUL, "?" when it means nothing here */
};

static const struct normal {
    const char *seen, *meant;
} normals[] = {
    {"−", "-"},       {"–", "-"},   {"·", "*"},      {"×", "*"},      {"⋅", "*"},
    {"∙", "*"},       {"÷", "/"},   {"∕", "/"},      {"⁰", "^0"},     {"¹", "^1"},
    {"²", "^2"},      {"³", "^3"},  {"⁴", "^4"},     {"⁵", "^5"},     {"⁶", "^6"},
    {"⁷", "^7"},      {"⁸", "^8"},  {"⁹", "^9"},     {"⁻", "^-"},     {"≤", "<="},
    {"≥", ">="},      {"⩽", "<="},  {"⩾", ">="},     {"½", "0.5"},    {"¼", "0.25"},
    {"′", "'"},       {"’", "'"},   {"\u3000", " "}, {"\u00A0", " "}, {"\u00B5", "mu"},
    {"ϵ", "epsilon"}, {"ϕ", "phi"}, {"∆", "Delta"},  {NULL, NULL},
};

static const char *meaning(const char *seen, size_t length)
{
    for (const struct normal *row = normals; row->seen; row++)
        if (strlen(row->seen) == length && memcmp(row->seen, seen, length) == 0)
            return row->meant;
    const char *greek = bs_greek_name(seen, length);
    return greek ? greek : "?";
}

static void mean(struct glyph *glyph, const char *spelling)
{
    snprintf(glyph->meant, sizeof glyph->meant, "%s", spelling);
}

static struct glyph glyph_at(const struct parser *p, const char *at)
{
    struct glyph glyph = {0, ""};
    uint32_t code;
    if (at >= p->end)
        return glyph;
    glyph.length = bs_utf8_read(&code, at, (size_t)(p->end - at));
    if (code >= 0xFF01 && code <= 0xFF5E) /* the full-width forms of ! to ~ */
        code -= 0xFF01 - '!';
    if (code < 0x80)
        glyph.meant[0] = (char)code;
    else
        mean(&glyph, meaning(at, glyph.length));
    return glyph;
}

static struct glyph peek(const struct parser *p)
{
    return glyph_at(p, p->at);
}

static void skip_space(struct parser *p)
{
    struct glyph next = peek(p);
    while (isspace((unsigned char)next.meant[0])) {
        p->at += next.length;
        next = peek(p);
    }
}

static bool next_is(struct parser *p, char wanted)
{
    skip_space(p);
    return peek(p).meant[0] == wanted;
}

static bool take(struct parser *p, char wanted)
{
    if (!next_is(p, wanted))
        return false;
    p->at += peek(p).length;
    return true;
}

__attribute__((format(printf, 3, 4))) static bs_expr refuse(struct parser *p, const char *at,
                                                            const char *format, ...)
{
    if (!p->failed) {
        char text[BS_ERROR_TEXT];
        va_list args;
        va_start(args, format);
        vsnprintf(text, sizeof text, format, args);
        va_end(args);
        bs_fail_at(p->err, (int)(at - p->text) + 1, "%s", text);
    }
    p->failed = true;
    return NULL;
}

static bs_expr refuse_next(struct parser *p, const char *wanted, const char *hint)
{
    skip_space(p);
    size_t length = peek(p).length;
    if (length == 0)
        return refuse(p, p->at, "expected %s, but the formula ends", wanted);
    unsigned char byte = (unsigned char)*p->at;
    if (length == 1 && (byte < 0x20 || byte > 0x7E))
        return refuse(p, p->at, "expected %s, got the byte 0x%02X", wanted, byte);
    return refuse(p, p->at, "expected %s, got \"%.*s\"%s", wanted, (int)length, p->at, hint);
}

static bs_expr refuse_operand(struct parser *p)
{
    return refuse_next(p, "a number, a name or (", "");
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

bool bs_is_name(const char *text)
{
    if (!isalpha((unsigned char)text[0]) && text[0] != '_')
        return false;
    while (is_name_char(*text))
        text++;
    return *text == '\0';
}

/* After an operand.  Another one is how mathematics writes a product. */
static bs_expr refuse_after_operand(struct parser *p, const char *wanted)
{
    skip_space(p);
    char next = peek(p).meant[0];
    return refuse_next(p, wanted,
                       is_name_char(next) || next == '(' ? ": write * between factors" : "");
}

/* How a character continues a name: its spelling there, "" when it does not. */
static struct glyph name_glyph(const struct parser *p)
{
    struct glyph glyph = peek(p);
    if (glyph.meant[0] == '.') { /* x1.in is read as x1_in */
        struct glyph next = glyph_at(p, p->at + glyph.length);
        mean(&glyph, isalpha((unsigned char)next.meant[0]) ? "_" : "");
    } else if (glyph.meant[0] == '\'') { /* w_11' is read as w_11_new */
        mean(&glyph, "_new");
    } else if (!is_name_char(glyph.meant[0]) || strchr(glyph.meant, '.')) { /* ½ is 0.5 */
        mean(&glyph, "");
    }
    return glyph;
}

/* False when the name is too long. */
static bool read_name(struct parser *p, char name[static LONGEST_NAME + 1])
{
    size_t used = 0;
    struct glyph next = name_glyph(p);
    name[0] = '\0';
    while (next.meant[0] != '\0') {
        size_t size = strlen(next.meant);
        if (used + size > LONGEST_NAME)
            return false;
        memcpy(name + used, next.meant, size + 1);
        used += size;
        p->at += next.length;
        next = name_glyph(p);
    }
    return true;
}

static bs_expr build_member(struct parser *p, const char *array, struct bs_list *subscripts)
{
    bs_expr result = NULL;
    if (!subscripts->failed)
        result = bs_member(p->pool, array, (int)subscripts->count, subscripts->items);
    bs_list_finish(subscripts);
    return result;
}

/* A number in ASCII.  What is too long for it is counted, not kept. */
struct numeral {
    size_t length;
    char text[400];
};

static void add_char(struct numeral *numeral, char c)
{
    if (numeral->length + 1 < sizeof numeral->text) {
        numeral->text[numeral->length] = c;
        numeral->text[numeral->length + 1] = '\0';
    }
    numeral->length++;
}

static bool is_digit(struct glyph glyph)
{
    return isdigit((unsigned char)glyph.meant[0]) && glyph.meant[1] == '\0';
}

static void read_digits(struct parser *p, struct numeral *numeral)
{
    for (struct glyph next = peek(p); is_digit(next); next = peek(p)) {
        add_char(numeral, next.meant[0]);
        p->at += next.length;
    }
}

/* e5, E-3: only where digits follow, so that 2*e stays a product with a name. */
static void read_exponent(struct parser *p, struct numeral *numeral)
{
    struct glyph e = peek(p);
    if (strcmp(e.meant, "e") != 0 && strcmp(e.meant, "E") != 0)
        return;
    const char *digits = p->at + e.length;
    struct glyph sign = glyph_at(p, digits);
    bool has_sign = sign.meant[0] == '-' || sign.meant[0] == '+';
    if (has_sign)
        digits += sign.length;
    if (!is_digit(glyph_at(p, digits)))
        return;
    add_char(numeral, 'e');
    if (has_sign)
        add_char(numeral, sign.meant[0]);
    p->at = digits;
    read_digits(p, numeral);
}

static bs_expr parse_decimal(struct parser *p, const char *start, const char *text)
{
    double value = strtod(text, NULL);
    if (!isfinite(value))
        return refuse(p, start, "the number %s is too large", text);
    if (value == 0 && strcspn(text, "123456789") < strcspn(text, "e"))
        return refuse(p, start, "the number %s is too small", text);
    return bs_real(p->pool, value);
}

/* Whole numbers up to 2^63 and short decimals (bs_real sees to that) are exact. */
static bs_expr parse_number(struct parser *p)
{
    struct numeral numeral = {0, ""};
    const char *start = p->at;
    read_digits(p, &numeral);
    if (peek(p).meant[0] == '.') {
        add_char(&numeral, '.');
        p->at += peek(p).length;
        read_digits(p, &numeral);
    }
    read_exponent(p, &numeral);
    if (numeral.length >= sizeof numeral.text)
        return refuse(p, start, "the number is too long");
    if (!strpbrk(numeral.text, ".e")) {
        errno = 0;
        long long whole = strtoll(numeral.text, NULL, 10);
        if (errno == 0)
            return bs_integer(p->pool, whole);
    }
    return parse_decimal(p, start, numeral.text);
}

static bool enter(struct parser *p)
{
    if (p->depth < DEEPEST) {
        p->depth++;
        return true;
    }
    refuse(p, p->at, "the formula is nested too deeply");
    return false;
}

static bs_expr parse_expr(struct parser *p);

/* Does a name that is printed (σ, ReLU', max') read as that name? */
static bool reads_as(const char *printed, const char *name, size_t length)
{
    char read[LONGEST_NAME + 1];
    struct parser p = {.text = printed, .at = printed, .end = printed + strlen(printed)};
    return read_name(&p, read) && strncmp(read, name, length) == 0 && read[length] == '\0';
}

/* The function of that name, as typed or as printed. */
static const struct bs_func *find_row(const char *name, size_t length)
{
    const struct bs_func *func = bs_func_find_n(name, length);
    for (const struct bs_func *row = bs_funcs; !func && row->name; row++)
        if (row->unicode && reads_as(row->unicode, name, length))
            func = row;
    return func;
}

/* softmax_2 is softmax with the index 2. */
static const struct bs_func *find_function(const char *name, int *index)
{
    *index = 0;
    const struct bs_func *func = find_row(name, strlen(name));
    const char *suffix = strrchr(name, '_');
    if (func || !suffix)
        return func;
    size_t digits = strspn(suffix + 1, "0123456789");
    func = find_row(name, (size_t)(suffix - name));
    if (!func || !func->is_indexed || digits == 0 || digits > 6 || suffix[1 + digits] != '\0')
        return NULL;
    *index = (int)strtol(suffix + 1, NULL, 10);
    return func;
}

/* What is called like a function but reads its arguments in its own way. */
struct form {
    const char *name, *usage;
    bs_expr (*read)(struct parser *p, const char *start, const struct form *form);
    bs_expr (*bind)(struct bs_pool *pool, bs_expr index, bs_expr from, bs_expr to, bs_expr body);
    bs_expr (*pair)(struct bs_pool *pool, bs_expr a, bs_expr b);
};

static bs_expr refuse_count(struct parser *p, const char *start, const struct bs_func *func,
                            int count)
{
    const int most = bs_func_most(func);
    if (func->arity < most)
        return refuse(p, start, "%s takes %d to %d arguments, got %d", func->name, func->arity,
                      most, count);
    return refuse(p, start, "%s takes %d argument%s, got %d", func->name, most,
                  most == 1 ? "" : "s", count);
}

static bs_expr check_call(struct parser *p, const char *start, const struct bs_func *func,
                          int index, struct bs_list *args)
{
    int count = (int)args->count;
    if (!bs_func_takes(func, count))
        return refuse_count(p, start, func, count);
    if (func->is_indexed && index == 0)
        return refuse(p, start, "say which one: %s_1(...) is the first", func->name);
    if (index > count)
        return refuse(p, start, "%s_%d needs %d arguments, got %d", func->name, index, index,
                      count);
    return bs_call(p->pool, func, index, count, args->items);
}

/* After an opening bracket, up to the closing one. */
static bool parse_arguments(struct parser *p, struct bs_list *args, char close)
{
    do
        bs_list_add(args, parse_expr(p));
    while (!args->failed && take(p, ','));
    if (args->failed)
        return false;
    if (take(p, close))
        return true;
    refuse_after_operand(p, close == ')' ? "a comma or )" : "a comma or ]");
    return false;
}

static bs_expr refuse_form(struct parser *p, const char *start, const struct form *form)
{
    return refuse(p, start, "write %s", form->usage);
}

/* sum(j, 1, n, body): the index is bound in the body only. */
static bs_expr read_indexed(struct parser *p, const char *start, const struct form *form)
{
    struct bs_list args = {0};
    const uint32_t outer = p->bound;
    do {
        if (args.count == 3)
            p->bound |= bs_index_bit(args.items[0]);
        bs_list_add(&args, parse_expr(p));
    } while (!args.failed && take(p, ','));
    p->bound = outer;
    bs_expr result = NULL;
    if (!args.failed && !take(p, ')'))
        refuse_after_operand(p, "a comma or )");
    else if (!args.failed && (args.count != 4 || args.items[0]->kind != BS_SYMBOL))
        refuse_form(p, start, form);
    else if (!args.failed)
        result = form->bind(p->pool, args.items[0], args.items[1], args.items[2], args.items[3]);
    bs_list_finish(&args);
    return result;
}

static bs_expr read_pair(struct parser *p, const char *start, const struct form *form)
{
    struct bs_list args = {0};
    bs_expr result = NULL;
    if (parse_arguments(p, &args, ')'))
        result = args.count == 2 ? form->pair(p->pool, args.items[0], args.items[1])
                                 : refuse_form(p, start, form);
    bs_list_finish(&args);
    return result;
}

/* > or <, "" when neither comes next; with or without =. */
struct relation {
    char sign;
    bool or_equal;
};

static struct relation take_relation(struct parser *p)
{
    struct relation relation = {'\0', false};
    if (!next_is(p, '<') && !next_is(p, '>'))
        return relation;
    struct glyph glyph = peek(p);
    relation.sign = glyph.meant[0];
    relation.or_equal = glyph.meant[1] == '=';
    p->at += glyph.length;
    if (!relation.or_equal && peek(p).meant[0] == '=') {
        relation.or_equal = true;
        p->at += peek(p).length;
    }
    return relation;
}

/* The test of cases: what is compared with 0. */
static bs_expr parse_test(struct parser *p, struct relation *relation)
{
    bs_expr test = parse_expr(p);
    *relation = test ? take_relation(p) : (struct relation){'\0', false};
    if (relation->sign == '\0')
        return test;
    bs_expr than = parse_expr(p);
    return than && bs_is_integer(than, 0) ? test : bs_sub(p->pool, test, than);
}

/* a where x < 0, else b, is b where x >= 0, else a. */
static bs_expr build_cases(struct bs_pool *pool, struct relation relation, bs_expr test, bs_expr a,
                           bs_expr b)
{
    bool is_less = relation.sign == '<';
    enum bs_at_zero at_zero = relation.sign == '\0'          ? BS_ZERO_IS_KINK
                              : relation.or_equal == is_less ? BS_ZERO_IS_SECOND
                                                             : BS_ZERO_IS_FIRST;
    return bs_cases(pool, at_zero, test, is_less ? b : a, is_less ? a : b);
}

static bs_expr read_cases(struct parser *p, const char *start, const struct form *form)
{
    struct bs_list branches = {0};
    struct relation relation;
    bs_expr test = parse_test(p, &relation), result = NULL;
    if (!test)
        return NULL;
    if (!take(p, ','))
        return refuse_after_operand(p, "a comma");
    if (parse_arguments(p, &branches, ')'))
        result = branches.count == 2
                     ? build_cases(p->pool, relation, test, branches.items[0], branches.items[1])
                     : refuse_form(p, start, form);
    bs_list_finish(&branches);
    return result;
}

static const struct form forms[] = {
    {"sum", "sum(index, from, to, body), as in sum(j, 1, n, x_j)", read_indexed, bs_indexed_sum,
     NULL},
    {"product", "product(index, from, to, body), as in product(k, 1, n, x_k)", read_indexed,
     bs_indexed_product, NULL},
    {"delta", "delta(i, k), which is 1 where i = k, else 0", read_pair, NULL, bs_delta},
    {"partial", "partial(E, w), which is ∂E/∂w, only named", read_pair, NULL, bs_partial},
    {"cases", "cases(test, a, b), as in cases(x > 0, x, 0)", read_cases, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static const struct form *find_form(const char *name)
{
    for (const struct form *form = forms; form->name; form++)
        if (strcmp(form->name, name) == 0)
            return form;
    return NULL;
}

bool bs_is_form(const char *name)
{
    return find_form(name) != NULL;
}

static bs_expr refuse_function(struct parser *p, const char *start, const char *name)
{
    struct bs_nearest nearest;
    char hint[96];
    bs_nearest_init(&nearest, name);
    for (const struct bs_func *row = bs_func_next(NULL); row; row = bs_func_next(row))
        bs_nearest_offer(&nearest, row->name);
    for (const struct form *form = forms; form->name; form++)
        bs_nearest_offer(&nearest, form->name);
    return refuse(p, start, "there is no function called %s%s", name,
                  bs_nearest_hint(&nearest, hint));
}

static bs_expr read_call(struct parser *p, const char *start, const struct bs_func *func, int index)
{
    struct bs_list args = {0};
    bs_expr result = NULL;
    if (parse_arguments(p, &args, ')'))
        result = check_call(p, start, func, index, &args);
    bs_list_finish(&args);
    return result;
}

/* a[k-1, j], which may also be written a[k-1][j]; a[] is the name a, whatever it looks like. */
static bs_expr parse_member(struct parser *p, const char *array)
{
    struct bs_list subscripts = {0};
    while (!subscripts.failed && take(p, '['))
        if (!take(p, ']') && !parse_arguments(p, &subscripts, ']'))
            subscripts.failed = true;
    return build_member(p, array, &subscripts);
}

/* a_(k − 1, j), as it is printed: the name is a_ here. */
static bs_expr parse_printed_member(struct parser *p, char *name)
{
    struct bs_list subscripts = {0};
    name[strlen(name) - 1] = '\0';
    if (!parse_arguments(p, &subscripts, ')'))
        subscripts.failed = true;
    return build_member(p, name, &subscripts);
}

/* After the opening parenthesis. */
static bs_expr parse_call(struct parser *p, const char *start, char *name)
{
    int index;
    const struct form *form = find_form(name);
    if (form)
        return form->read(p, start, form);
    const struct bs_func *func = find_function(name, &index);
    if (func)
        return read_call(p, start, func, index);
    const size_t length = strlen(name);
    if (length > 1 && name[length - 1] == '_')
        return parse_printed_member(p, name);
    return refuse_function(p, start, name);
}

static bs_expr parse_name(struct parser *p)
{
    char name[LONGEST_NAME + 1];
    const char *start = p->at;
    if (!read_name(p, name))
        return refuse(p, start, "the name is too long");
    if (take(p, '('))
        return parse_call(p, start, name);
    if (next_is(p, '['))
        return parse_member(p, name);
    return p->has_whole_names ? bs_symbol(p->pool, name) : bs_named(p->pool, name, p->bound);
}

static bool take_curly_d(struct parser *p)
{
    static const char curly_d[] = "∂";
    const size_t length = sizeof curly_d - 1;
    skip_space(p);
    if ((size_t)(p->end - p->at) < length || memcmp(p->at, curly_d, length) != 0)
        return false;
    p->at += length;
    return true;
}

static bs_expr parse_quantity(struct parser *p)
{
    skip_space(p);
    const char *start = p->at, first = peek(p).meant[0];
    bool is_name = isalpha((unsigned char)first) || first == '_';
    bs_expr quantity = is_name ? parse_name(p) : NULL;
    if (quantity && quantity->kind != BS_SYMBOL && quantity->kind != BS_MEMBER)
        p->at = start;
    if (!p->failed && (!is_name || p->at == start))
        return refuse_next(p, "the name of a quantity after ∂, as in ∂E/∂w_hj", "");
    return quantity;
}

/* After a first ∂: E/∂w_hj, or ²E/∂v∂w. */
static bs_expr parse_partial(struct parser *p)
{
    const bool is_second = strcmp(peek(p).meant, "^2") == 0;
    if (is_second)
        p->at += peek(p).length;
    bs_expr result = parse_quantity(p);
    if (result && !take(p, '/'))
        return refuse_next(p, "/, as in ∂E/∂w_hj", "");
    for (int i = 0; result && i <= is_second; i++) {
        if (!take_curly_d(p))
            return refuse_next(p, "∂, as in ∂E/∂w_hj", "");
        bs_expr by = parse_quantity(p);
        result = by ? bs_partial(p->pool, result, by) : NULL;
    }
    return result;
}

static bs_expr parse_parenthesis(struct parser *p)
{
    take(p, '(');
    bs_expr inner = parse_expr(p);
    if (inner && !take(p, ')'))
        return refuse_after_operand(p, ")");
    return inner;
}

static bs_expr parse_atom(struct parser *p)
{
    skip_space(p);
    struct glyph next = peek(p);
    char first = next.meant[0];
    if (is_digit(next) || (first == '.' && is_digit(glyph_at(p, p->at + next.length))))
        return parse_number(p);
    if (isalpha((unsigned char)first) || first == '_')
        return parse_name(p);
    if (first == '(')
        return parse_parenthesis(p);
    if (take_curly_d(p))
        return parse_partial(p);
    if (!isdigit((unsigned char)first))
        return refuse_operand(p);
    p->at += next.length; /* ½ */
    return parse_decimal(p, p->at, next.meant);
}

static bs_expr parse_unary(struct parser *p);

/* x¹⁰, x⁻¹: the exponent is small raised characters, each a glyph "^c". */
static bs_expr parse_raised(struct parser *p)
{
    enum { MOST_DIGITS = 18 };
    const char *start = p->at;
    char text[MOST_DIGITS + 2]; /* with a sign */
    size_t length = 0, digits = 0;
    for (struct glyph next = peek(p); next.meant[0] == '^' && next.meant[1]; next = peek(p)) {
        const bool is_sign = next.meant[1] == '-';
        if (is_sign && length > 0)
            break;
        if (!is_sign && ++digits > MOST_DIGITS)
            return refuse(p, start, "the exponent is too long");
        text[length++] = next.meant[1];
        p->at += next.length;
    }
    if (digits == 0)
        return refuse_next(p, "a raised digit", "");
    text[length] = '\0';
    return bs_integer(p->pool, strtoll(text, NULL, 10));
}

/* ^ takes a signed power on its right: x^-1. */
static bs_expr parse_power(struct parser *p)
{
    bs_expr base = parse_atom(p);
    if (!base || !next_is(p, '^'))
        return base;
    struct glyph hat = peek(p);
    if (hat.meant[1])
        return bs_power(p->pool, base, parse_raised(p));
    p->at += hat.length;
    return bs_power(p->pool, base, parse_unary(p));
}

/* Signs before an operand: true when they are an odd number of minuses. */
static bool take_signs(struct parser *p)
{
    bool is_negative = false;
    for (;;) {
        if (take(p, '-'))
            is_negative = !is_negative;
        else if (!take(p, '+'))
            return is_negative;
    }
}

static bs_expr parse_unary(struct parser *p)
{
    if (!enter(p))
        return NULL;
    bool is_negative = take_signs(p);
    bs_expr operand = parse_power(p);
    p->depth--;
    return is_negative ? bs_neg(p->pool, operand) : operand;
}

/* What was read, or NULL: the reason is in the parser, in the pool, or it is memory. */
static bs_expr build(struct parser *p, struct bs_list *list,
                     bs_expr constructor(struct bs_pool *, struct bs_list *))
{
    if (!list->failed)
        return constructor(p->pool, list);
    bs_list_finish(list);
    return NULL;
}

/* Read * or / and a factor.  Only a first number is divided at once: 1/3 is one, 1/x is x^-1. */
static bool take_factor(struct parser *p, struct bs_list *factors)
{
    bool divides = next_is(p, '/');
    if (!divides && !next_is(p, '*'))
        return false;
    if (factors->count == MOST_FACTORS) {
        bs_list_add(factors, refuse(p, p->at, "more than %d factors in one product", MOST_FACTORS));
        return false;
    }
    take(p, divides ? '/' : '*');
    bs_expr factor = parse_unary(p);
    if (divides && factors->count == 1 && bs_is_number(factors->items[0])) {
        factor = bs_div(p->pool, factors->items[0], factor);
        factors->count = 0;
    } else if (divides) {
        factor = bs_power(p->pool, factor, bs_integer(p->pool, -1));
    }
    bs_list_add(factors, factor);
    return !factors->failed;
}

/* A sign before a term belongs to the whole term: -a*b is -(a*b). */
static bs_expr parse_term(struct parser *p)
{
    bool is_negative = take_signs(p);
    struct bs_list factors = {0};
    bs_list_add(&factors, parse_power(p));
    while (!factors.failed && take_factor(p, &factors))
        continue;
    bs_expr term = build(p, &factors, bs_list_product);
    return is_negative ? bs_neg(p->pool, term) : term;
}

static bool take_term(struct parser *p, struct bs_list *terms)
{
    bool minus = next_is(p, '-');
    if (!minus && !next_is(p, '+'))
        return false;
    take(p, minus ? '-' : '+');
    bs_expr term = parse_term(p);
    bs_list_add(terms, minus ? bs_neg(p->pool, term) : term);
    return !terms->failed;
}

static bs_expr parse_terms(struct parser *p)
{
    struct bs_list terms = {0};
    bs_list_add(&terms, parse_term(p));
    while (!terms.failed && take_term(p, &terms))
        continue;
    return build(p, &terms, bs_list_sum);
}

static bs_expr parse_expr(struct parser *p)
{
    if (!enter(p))
        return NULL;
    bs_expr result = parse_terms(p);
    p->depth--;
    return result;
}

static int parse_all(bs_expr *out, struct parser *p)
{
    bs_expr result = parse_expr(p);
    skip_space(p);
    if (result && p->at < p->end)
        result = refuse_after_operand(p, "an operator");
    if (!result)
        return p->failed ? BS_REFUSED : bs_pool_error(p->pool, p->err);
    *out = result;
    return BS_OK;
}

int bs_parse(bs_expr *out, struct bs_pool *pool, const char *text, size_t length,
             struct bs_error *err)
{
    struct parser p = {.pool = pool, .text = text, .end = text + length, .at = text, .err = err};
    return parse_all(out, &p);
}

int bs_parse_whole(bs_expr *out, struct bs_pool *pool, const char *text, size_t length,
                   struct bs_error *err)
{
    struct parser p = {.pool = pool, .text = text, .end = text + length, .at = text, .err = err};
    p.has_whole_names = true;
    return parse_all(out, &p);
}
