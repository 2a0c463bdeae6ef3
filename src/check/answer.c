#include "check/answer.h"

#include "check/glyph.h"
#include "check/words.h"

#include "expr/func.h"
#include "expr/interval.h"
#include "expr/parse.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* What is being read: the text, with points for decimal commas, and where it begins and ends. */
struct reading {
    const char *text, *at, *end;
    const struct bs_answer_names *names;
    struct bs_error *err;
};

static int refuse_at(const struct reading *reading, const char *at, const char *what)
{
    return bs_fail_at(reading->err, (int)(at - reading->text) + 1, "%s", what);
}

/* In English; whoever shows it in another language knows it by that. */
static int refuse_as(const struct reading *reading, const char *at, enum bs_saying saying)
{
    return refuse_at(reading, at, bs_says(saying, "en"));
}

/* ---- one decimal ----------------------------------------------------------------------------- */

/* (0.690) */
static void strip_parentheses(const char **at, const char **end)
{
    while (*end - *at >= 2 && **at == '(' && (*end)[-1] == ')') {
        ++*at;
        --*end;
        bs_trim(at, end);
    }
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/*
 * A number that a double cannot hold is left to the parser, which refuses it in its words; so is
 * what begins with a decimal and goes on.
 */
static bool read_decimal(struct bs_answer *out, const struct reading *reading)
{
    const char *at = reading->at, *end = reading->end;
    struct bs_decimal decimal;
    strip_parentheses(&at, &end);
    const size_t length = (size_t)(end - at);
    if (length == 0 || bs_decimal_read(&decimal, at, length, false) != length)
        return false;
    const double value = bs_decimal_value(decimal);
    if (!isfinite(value) || (value == 0 && decimal.digits != 0))
        return false;
    *out = (struct bs_answer){true, decimal, bs_exact_decimal(decimal), value};
    return true;
}

/* ---- decimal commas -------------------------------------------------------------------------- */

static size_t count_digits(const char *at, const char *end)
{
    size_t length, count = 0;
    for (; isdigit((unsigned char)bs_glyph_at(&length, at, end)); at += length)
        count++;
    return count;
}

/*
 * A comma with digits behind it, and digits or nothing of a number before it.  Thousands are
 * grouped by threes behind one to three digits that do not begin with 0, and such a comma may be
 * either; so may one of several in a number.
 */
enum comma { NO_DECIMAL_COMMA, DECIMAL_COMMA, OPEN_COMMA };

struct numeral {
    const char *start; /* the first digit, or NULL outside a number */
    size_t whole;      /* digits so far */
    bool has_mark;     /* a comma or a point */
};

static enum comma judge_comma(const struct numeral *numeral, const char *after, const char *end)
{
    size_t length;
    const size_t decimals = count_digits(after, end);
    if (decimals == 0)
        return NO_DECIMAL_COMMA;
    if (numeral->has_mark)
        return OPEN_COMMA;
    const bool is_group = decimals == 3 && numeral->whole >= 1 && numeral->whole <= 3 &&
                          bs_glyph_at(&length, numeral->start, end) != '0';
    return is_group ? OPEN_COMMA : DECIMAL_COMMA;
}

/* A point as long as the comma, so that columns stay. */
static void put_point(char *at, size_t length)
{
    memcpy(at, length == 1 ? "." : "．", length);
}

static void go_on(struct numeral *numeral, char c, const char *at)
{
    if (isdigit((unsigned char)c)) {
        numeral->start = numeral->start ? numeral->start : at;
        numeral->whole++;
    } else if (c == '.') {
        numeral->has_mark = true;
    } else {
        *numeral = (struct numeral){0};
    }
}

static int refuse_comma(const struct reading *reading, const char *at)
{
    return refuse_as(reading, at, BS_SAY_COMMA_OPEN);
}

/* Put points for the decimal commas of a copy of the text. */
static int replace_commas(char *copy, const struct reading *reading)
{
    struct numeral numeral = {0};
    const char *end = copy + (reading->end - reading->text);
    size_t length;
    for (char *at = copy; at < end; at += length) {
        char c = bs_glyph_at(&length, at, end);
        if (c == ',') {
            const enum comma comma = judge_comma(&numeral, at + length, end);
            if (comma == OPEN_COMMA)
                return refuse_comma(reading, reading->text + (at - copy));
            if (comma == DECIMAL_COMMA) {
                put_point(at, length);
                c = '.';
            }
        }
        go_on(&numeral, c, at);
    }
    return BS_OK;
}

/* ---- other spellings ------------------------------------------------------------------------- */

/* ≈0.397 */
static void strip_nearly(char *copy, struct reading *reading)
{
    size_t length;
    if (bs_glyph_at(&length, reading->at, reading->end) != '~')
        return;
    memset(copy + (reading->at - reading->text), ' ', length);
    reading->at += length;
    bs_trim(&reading->at, &reading->end);
}

static const char *skip_spaces(const char *at, const char *end)
{
    size_t length;
    while (bs_glyph_at(&length, at, end) == ' ')
        at += length;
    return at;
}

/* The text is 10 and what cannot belong to a number. */
static bool begins_with_ten(const char *at, const char *end)
{
    size_t length;
    for (const char *wanted = "10"; *wanted; wanted++, at += length)
        if (bs_glyph_at(&length, at, end) != *wanted)
            return false;
    const char after = bs_glyph_at(&length, at, end);
    return !isalnum((unsigned char)after) && after != '.' && after != '_';
}

/* An x between a number and 10 is a sign of multiplication. */
static void replace_times(char *copy, const char *end)
{
    bool is_number = false; /* is a number before it, but for spaces? */
    char before = ' ';
    size_t length;
    for (char *at = copy; at < end; at += length) {
        const char c = bs_glyph_at(&length, at, end);
        if ((c == 'x' || c == 'X') && is_number &&
            begins_with_ten(skip_spaces(at + length, end), end))
            memcpy(at, length == 1 ? "*" : "＊", length);
        if (isdigit((unsigned char)c) || c == '.')
            is_number |= !isalpha((unsigned char)before) && before != '_';
        else if (c != ' ')
            is_number = false;
        before = c;
    }
}

static const char *find_hexadecimal(const struct reading *reading)
{
    for (const char *at = reading->at; reading->end - at > 2; at++) {
        const bool begins = at == reading->at || !is_name_char(at[-1]);
        if (begins && at[0] == '0' && tolower((unsigned char)at[1]) == 'x' &&
            isxdigit((unsigned char)at[2]))
            return at;
    }
    return NULL;
}

static bool is_spelt_otherwise(const struct reading *reading)
{
    size_t length;
    for (const char *at = reading->at; at < reading->end; at += length) {
        const char c = bs_glyph_at(&length, at, reading->end);
        if (c == ',' || c == '~' || c == 'x' || c == 'X')
            return true;
    }
    return false;
}

/* ---- expressions ----------------------------------------------------------------------------- */

/*
 * Where a word stands in the text, for the column of a complaint.  A word that is spelt otherwise
 * there (w_11' is read as w_11_new) is found by its beginning, and else the text as a whole is
 * meant.
 */
static const char *locate(const struct reading *reading, const char *word)
{
    const char *found = reading->at;
    size_t best = 0;
    for (const char *at = reading->at; at < reading->end; at++) {
        size_t same = 0;
        if (at > reading->at && is_name_char(at[-1]))
            continue;
        while (at + same < reading->end && word[same] && at[same] == word[same])
            same++;
        const bool ends = at + same == reading->end || !is_name_char(at[same]);
        if (ends && same > best) {
            best = same;
            found = at;
        }
    }
    return found;
}

static int refuse_function(bs_expr expr, const struct reading *reading)
{
    static const char *const words[] = {
        [BS_INDEXED_SUM] = "sum", [BS_INDEXED_PRODUCT] = "product",
        [BS_DELTA] = "delta",     [BS_PARTIAL] = "partial",
        [BS_CASES] = "cases",
    };
    const char *word = expr->kind == BS_CALL ? expr->u.call.func->name : words[expr->kind];
    char text[200];
    if (expr->kind != BS_MEMBER)
        return refuse_as(reading, locate(reading, word), BS_SAY_FUNCTION);
    word = expr->u.name;
    snprintf(text, sizeof text,
             "an answer is made of numbers with + - * / ^, and %.80s is an array", word);
    return refuse_at(reading, locate(reading, word), text);
}

static int refuse_name(const char *name, const struct reading *reading)
{
    static const char *const not_finite[] = {"nan", "inf", "infinity"};
    const struct bs_answer_names *names = reading->names;
    struct bs_nearest nearest;
    char hint[96], text[300];
    const char *at = locate(reading, name);
    for (size_t i = 0; i < sizeof not_finite / sizeof *not_finite; i++)
        if (strcasecmp(name, not_finite[i]) == 0)
            return refuse_as(reading, at, BS_SAY_NOT_FINITE);
    if (!names) {
        snprintf(text, sizeof text, "an answer is made of numbers, and \"%.80s\" is a name", name);
        return refuse_at(reading, at, text);
    }
    bs_nearest_init(&nearest, name);
    if (names->offer)
        names->offer(names->context, &nearest);
    snprintf(text, sizeof text, "there is no number called %.80s%s", name,
             bs_nearest_hint(&nearest, hint));
    return refuse_at(reading, at, text);
}

static bool find(struct bs_exact *value, const struct reading *reading, const char *name)
{
    const struct bs_answer_names *names = reading->names;
    return names && names->find(value, names->context, name);
}

/* What is printed as Δw_11 is called dw_11. */
static bool find_leaf(struct bs_exact *value, const struct reading *reading, const char *name)
{
    static const char capital[] = "Delta";
    const size_t length = sizeof capital - 1;
    char spelling[BS_LONGEST_ANSWER];
    if (find(value, reading, name))
        return true;
    if (strncmp(name, capital, length) != 0 || !name[length])
        return false;
    snprintf(spelling, sizeof spelling, "d%s", name + length);
    return find(value, reading, spelling);
}

static int check_arithmetic(bs_expr expr, const struct reading *reading)
{
    struct bs_exact value;
    int status = BS_OK;
    if (expr->kind == BS_NUMBER)
        return BS_OK;
    if (expr->kind == BS_SYMBOL)
        return find_leaf(&value, reading, expr->u.name) ? BS_OK
                                                        : refuse_name(expr->u.name, reading);
    if (expr->kind != BS_SUM && expr->kind != BS_PRODUCT && expr->kind != BS_POWER)
        return refuse_function(expr, reading);
    for (int i = 0; status == BS_OK && i < expr->count; i++)
        status = check_arithmetic(expr->args[i], reading);
    return status;
}

/* ∂E/∂w, of names, in the expression; or NULL. */
static bs_expr find_partial(bs_expr expr)
{
    bs_expr found = NULL;
    if (expr->kind == BS_PARTIAL && expr->args[0]->kind == BS_SYMBOL &&
        expr->args[1]->kind == BS_SYMBOL)
        return expr;
    for (int i = 0; !found && i < expr->count; i++)
        found = find_partial(expr->args[i]);
    return found;
}

/* ∂E/∂w_11 is what is called dE_dw_11. */
static bs_expr name_partials(struct bs_pool *pool, bs_expr expr)
{
    char name[BS_LONGEST_ANSWER];
    for (bs_expr partial; expr && (partial = find_partial(expr));) {
        snprintf(name, sizeof name, "d%s_d%s", partial->args[0]->u.name, partial->args[1]->u.name);
        expr = bs_replace(pool, expr, partial, bs_symbol(pool, name));
    }
    return expr;
}

/* Which kind of value a name has, the other arithmetic is for. */
static int leaf_fraction(struct bs_fraction *out, void *context, bs_expr leaf, struct bs_error *err)
{
    struct bs_exact value;
    if (!find_leaf(&value, context, leaf->u.name) || !value.is_fraction)
        return bs_fail(err, BS_REFUSED, "%.80s is no fraction", leaf->u.name);
    *out = value.fraction;
    return BS_OK;
}

static int leaf_bounds(struct bs_interval *out, void *context, bs_expr leaf, struct bs_error *err)
{
    struct bs_exact value;
    if (!find_leaf(&value, context, leaf->u.name))
        return bs_fail(err, BS_REFUSED, "%.80s has no value", leaf->u.name);
    *out = value.bounds;
    return BS_OK;
}

/* Below, bounds of what underflows are no longer near. */
static const double TINY = 1e-300;

static int evaluate_within(struct bs_exact *out, bs_expr expr, struct reading *reading)
{
    struct bs_interval_env env = {.leaf = leaf_bounds, .context = reading};
    struct bs_interval bounds;
    int status = bs_eval_interval(&bounds, expr, &env, reading->err);
    if (status < 0)
        return status;
    if (!isfinite(bounds.lo) || !isfinite(bounds.hi))
        return refuse_as(reading, reading->at, BS_SAY_NOT_FINITE);
    *out = bs_exact_within(bounds);
    if (!out->is_fraction && fmax(-bounds.lo, bounds.hi) < TINY)
        return refuse_as(reading, reading->at, BS_SAY_TOO_SMALL);
    return BS_OK;
}

/* Exactly where there is a fraction of 63 bits, else within bounds. */
static int evaluate(struct bs_exact *out, bs_expr expr, struct reading *reading)
{
    struct bs_exact_env env = {.leaf = leaf_fraction, .context = reading};
    struct bs_fraction fraction;
    int status = check_arithmetic(expr, reading);
    if (status < 0)
        return status;
    status = bs_eval_exact(&fraction, expr, &env, reading->err);
    if (status == BS_REFUSED)
        return evaluate_within(out, expr, reading);
    if (status == BS_OK)
        *out = bs_exact_fraction(fraction);
    return status;
}

/* A letter, a name that stands for no number, or a sign that no formula has. */
static bool begins_remark(const struct reading *reading, const char *at)
{
    size_t length, count = 0;
    char c = bs_glyph_at(&length, at, reading->end), word[80];
    const bool has_space = at > reading->at && at[-1] == ' ';
    const bool is_open = c == '(';
    if (is_open) {
        at += length;
        c = bs_glyph_at(&length, at, reading->end);
    }
    if (c == BS_OTHER_GLYPH || (!is_open && (c == '=' || c == '~')))
        return true;
    struct bs_exact value;
    for (; is_name_char(c) && count + 1 < sizeof word; c = bs_glyph_at(&length, at, reading->end)) {
        word[count++] = c;
        at += length;
    }
    word[count] = '\0';
    return has_space && isalpha((unsigned char)word[0]) && !find(&value, reading, word);
}

/* Where the parser wants an operator there may be a remark: (rounded), V, 四舍五入, = 0.4. */
static int refuse_remark(const struct reading *reading, int status)
{
    const char *const text = reading->err->text;
    const int column = reading->err->column;
    if (status != BS_REFUSED || column < 1 || reading->text + column > reading->end ||
        strncmp(text, "expected an operator", strlen("expected an operator")) != 0 ||
        !begins_remark(reading, reading->text + column - 1))
        return status;
    return refuse_as(reading, reading->text + column - 1, BS_SAY_REMARK);
}

static int read_expression(struct bs_answer *out, struct reading *reading)
{
    struct bs_exact exact;
    bs_expr expr;
    struct bs_pool *pool = bs_pool_create();
    if (!pool)
        return bs_fail_memory(reading->err);
    int status = bs_parse_whole(&expr, pool, reading->text, (size_t)(reading->end - reading->text),
                                reading->err);
    status = refuse_remark(reading, status);
    if (status == BS_OK && !(expr = name_partials(pool, expr)))
        status = bs_pool_error(pool, reading->err);
    if (status == BS_OK)
        status = evaluate(&exact, expr, reading);
    if (status == BS_OK)
        *out = (struct bs_answer){.exact = exact, .value = bs_exact_value(&exact)};
    bs_pool_destroy(pool);
    return status;
}

/* ---- an answer ------------------------------------------------------------------------------- */

static int read_trimmed(struct bs_answer *out, struct reading *reading)
{
    if (read_decimal(out, reading))
        return BS_OK;
    int status = read_expression(out, reading);
    if (status == BS_REFUSED && reading->err->column == 0)
        reading->err->column = (int)(reading->at - reading->text) + 1;
    return status;
}

/* The copy has what is spelt otherwise as the parser has it, in the same places. */
static int read_respelt(struct bs_answer *out, const struct reading *reading)
{
    char copy[BS_LONGEST_ANSWER];
    struct reading copied = *reading;
    const size_t length = (size_t)(reading->end - reading->text);
    const char *hexadecimal = find_hexadecimal(reading);
    if (hexadecimal)
        return refuse_as(reading, hexadecimal, BS_SAY_HEXADECIMAL);
    memcpy(copy, reading->text, length);
    int status = replace_commas(copy, reading);
    if (status < 0)
        return status;
    strip_nearly(copy, &copied);
    replace_times(copy, copy + length);
    copied.at = copy + (copied.at - reading->text);
    copied.text = copy;
    copied.end = copy + length;
    return read_trimmed(out, &copied);
}

/* A stop behind the value ends a sentence or an entry of a list. */
static void strip_stop(struct reading *reading)
{
    size_t length;
    const char *last = reading->end - 1;
    while (last > reading->at && ((unsigned char)*last & 0xC0) == 0x80)
        last--;
    const char c = bs_glyph_at(&length, last, reading->end);
    if (last == reading->at || (c != '.' && c != ',' && c != ';'))
        return;
    reading->end = last;
    bs_trim(&reading->at, &reading->end);
}

int bs_answer_read(struct bs_answer *out, const char *text, size_t length,
                   const struct bs_answer_names *names, struct bs_error *err)
{
    struct bs_error unwanted;
    struct reading reading = {text, text, text + length, names, err ? err : &unwanted};
    if (length > BS_LONGEST_ANSWER)
        return bs_fail_at(err, BS_LONGEST_ANSWER + 1, "an answer has at most %d bytes",
                          BS_LONGEST_ANSWER);
    bs_trim(&reading.at, &reading.end);
    if (reading.at == reading.end)
        return refuse_as(&reading, text, BS_SAY_NUMBER_WANTED);
    strip_stop(&reading);
    return is_spelt_otherwise(&reading) ? read_respelt(out, &reading) : read_trimmed(out, &reading);
}
