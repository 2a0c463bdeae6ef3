/*
 * Functions defined at run time.  A definition owns its row, its texts and the pool of its body and
 * its slopes, and lives as long as the program, since any expression may call it; two of the same
 * name and body are one, whatever scopes see it.  The body calls only rows that were there before
 * it, so nothing calls itself.
 */
#include "expr/definition.h"

#include "expr/calculus.h"
#include "expr/node.h"
#include "expr/parse.h"
#include "expr/program.h"
#include "expr/typeset.h"

#include "base/buf.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

enum {
    MOST_NAMES = 100, /* in a scope */
    MOST_ARGUMENTS = 1 + BS_MOST_PARAMETERS,
    LONGEST_NAME = 40,
    LONGEST_RULE = 95, /* bytes; a longer one is told by its left side alone */
};

struct bs_definition {
    struct bs_func row;
    struct bs_definition *next; /* of all */
    struct bs_pool *pool;
    bs_expr body, partials[MOST_ARGUMENTS];
    struct bs_program *value, *slope;
    char *name, *latex, *formula, *rules[MOST_ARGUMENTS];
    struct bs_parameter parameters[MOST_ARGUMENTS]; /* ended by a NULL name, names in the pool */
    int arguments;
};

/* A scope sees a definition. */
struct sight {
    int scope;
    struct bs_definition *definition;
    struct sight *next;
};

static struct bs_definition *definitions;
static struct sight *sights; /* of all scopes, in the order in which they were made */
static int scope_in_force, last_scope;

int bs_func_new_scope(void)
{
    return ++last_scope;
}

int bs_func_enter(int scope)
{
    int left = scope_in_force;
    scope_in_force = scope;
    return left;
}

void bs_func_drop_scope(int scope)
{
    for (struct sight **place = &sights; *place;) {
        struct sight *sight = *place;
        if (sight->scope != scope) {
            place = &sight->next;
            continue;
        }
        *place = sight->next;
        bs_free(sight);
    }
}

static const struct sight *skip_other_scopes(const struct sight *sight)
{
    while (sight && sight->scope != scope_in_force)
        sight = sight->next;
    return sight;
}

const struct bs_func *bs_definition_next(const struct bs_definition *definition)
{
    const struct sight *sight = skip_other_scopes(sights);
    while (definition && sight && sight->definition != definition)
        sight = skip_other_scopes(sight->next);
    if (definition && sight)
        sight = skip_other_scopes(sight->next);
    return sight ? &sight->definition->row : NULL;
}

bs_expr bs_definition_body(const struct bs_definition *definition)
{
    return definition->body;
}

bs_expr bs_definition_partial(const struct bs_definition *definition, int k)
{
    return definition->partials[k];
}

const char *bs_definition_rule(const struct bs_definition *definition, int k)
{
    return definition->rules[k];
}

/* What is left out is as usual. */
static void complete(struct bs_strided all[MOST_ARGUMENTS], const struct bs_definition *definition,
                     const struct bs_strided *args, int count)
{
    for (int k = 0; k < definition->arguments; k++)
        all[k] = k < count ? args[k] : (struct bs_strided){&definition->parameters[k - 1].usual, 0};
}

void bs_definition_values(double *out, size_t n, const struct bs_definition *definition,
                          const struct bs_strided *args, int count, double kink)
{
    struct bs_strided all[MOST_ARGUMENTS];
    complete(all, definition, args, count);
    bs_program_run(out, n, definition->value, all, kink);
}

void bs_definition_slopes(double *out, size_t n, const struct bs_definition *definition,
                          const struct bs_strided *args, int count, double kink)
{
    struct bs_strided all[MOST_ARGUMENTS];
    complete(all, definition, args, count);
    bs_program_run(out, n, definition->slope, all, kink);
}

static void destroy(struct bs_definition *definition)
{
    if (!definition)
        return;
    bs_program_destroy(definition->value);
    bs_program_destroy(definition->slope);
    for (int k = 0; k < MOST_ARGUMENTS; k++)
        bs_free(definition->rules[k]);
    bs_free(definition->name);
    bs_free(definition->latex);
    bs_free(definition->formula);
    bs_pool_destroy(definition->pool);
    bs_free(definition);
}

/* ---- the formula ----------------------------------------------------------------------------- */

static int check_name(const char *name, struct bs_error *err)
{
    static const char *const reserved[] = {
        "sum", "product", "delta",  "cases",  "and",      "break", "do",    "else",  "elseif",
        "end", "false",   "for",    "goto",   "function", "if",    "in",    "local", "nil",
        "not", "or",      "repeat", "return", "then",     "true",  "until", "while",
    };
    if (!bs_is_name(name))
        return bs_fail(err, BS_REFUSED,
                       "\"%.80s\" is no name of a function: it starts with a letter, then come "
                       "letters, digits and _",
                       name);
    if (strlen(name) > LONGEST_NAME)
        return bs_fail(err, BS_REFUSED, "the name of a function has at most %d letters, got %zu",
                       LONGEST_NAME, strlen(name));
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (strcmp(name, reserved[i]) == 0)
            return bs_fail(err, BS_REFUSED, "%s is a word of the language: choose another name",
                           name);
    const struct bs_func *taken = bs_func_find(name);
    if (taken && !taken->definition)
        return bs_fail(err, BS_REFUSED, "%s is already a function, %s: choose another name", name,
                       bs_func_words(taken, taken->arity));
    return BS_OK;
}

static bool is_allowed(enum bs_kind kind)
{
    return kind == BS_NUMBER || kind == BS_SYMBOL || kind == BS_SUM || kind == BS_PRODUCT ||
           kind == BS_POWER || kind == BS_CALL || kind == BS_CASES;
}

/* What the formula is made of; each shared node is asked once. */
struct contents {
    uint64_t stamp;
    bool is_allowed, has_kink;
};

static void look_inside(struct contents *contents, bs_expr expr)
{
    if (expr->memo->seen == contents->stamp)
        return;
    expr->memo->seen = contents->stamp;
    contents->is_allowed = contents->is_allowed && is_allowed(expr->kind);
    contents->has_kink =
        contents->has_kink || expr->kind == BS_CASES ||
        (expr->kind == BS_CALL && bs_func_has_kink(expr->u.call.func, expr->count));
    for (int i = 0; i < expr->count; i++)
        look_inside(contents, expr->args[i]);
}

static int check_contents(struct bs_definition *definition, struct bs_error *err)
{
    struct contents contents = {bs_next_stamp(), true, false};
    look_inside(&contents, definition->body);
    definition->row.has_kink = contents.has_kink;
    if (!contents.is_allowed)
        return bs_fail(err, BS_REFUSED,
                       "the formula of %s counts with an index or has subscripts: write its terms "
                       "out",
                       definition->name);
    if (!bs_contains(definition->body, bs_symbol(definition->pool, "x")))
        return bs_fail(err, BS_REFUSED, "the formula of %s must have x in it, the argument",
                       definition->name);
    return BS_OK;
}

/* The symbols besides x, in the order of reading; not 0: there are too many. */
static int add_parameter(void *context, bs_expr leaf)
{
    struct bs_definition *definition = context;
    if (strcmp(leaf->u.name, "x") == 0)
        return 0;
    if (definition->arguments == MOST_ARGUMENTS)
        return 1;
    definition->parameters[definition->arguments++ - 1] = (struct bs_parameter){leaf->u.name, NAN};
    return 0;
}

static struct bs_parameter *find_parameter(struct bs_definition *definition, const char *name)
{
    for (struct bs_parameter *parameter = definition->parameters; parameter->name; parameter++)
        if (strcmp(parameter->name, name) == 0)
            return parameter;
    return NULL;
}

static int take_usual(struct bs_definition *definition, const struct bs_parameter *usual,
                      struct bs_error *err)
{
    for (; usual && usual->name; usual++) {
        struct bs_parameter *parameter = find_parameter(definition, usual->name);
        if (!parameter)
            return bs_fail(err, BS_REFUSED,
                           "%.80s is given a value, but the formula of %s has no "
                           "such parameter",
                           usual->name, definition->name);
        parameter->usual = usual->usual;
    }
    return BS_OK;
}

/* Those that may be left out come last. */
static int count_needed(struct bs_definition *definition, struct bs_error *err)
{
    int *arity = &definition->row.arity;
    *arity = 1;
    for (int k = 1; k < definition->arguments; k++) {
        if (!isnan(definition->parameters[k - 1].usual))
            continue;
        if (*arity < k)
            return bs_fail(err, BS_REFUSED,
                           "%s comes before %s in the formula of %s: with a value for the one give "
                           "one for the other",
                           definition->parameters[*arity - 1].name,
                           definition->parameters[k - 1].name, definition->name);
        *arity = k + 1;
    }
    return BS_OK;
}

static int read_parameters(struct bs_definition *definition, const struct bs_parameter *usual,
                           struct bs_error *err)
{
    definition->arguments = 1;
    if (bs_visit_leaves(definition->body, add_parameter, definition) != 0)
        return bs_fail(err, BS_REFUSED, "the formula of %s has more than %d symbols besides x",
                       definition->name, BS_MOST_PARAMETERS);
    definition->row.most = definition->arguments;
    if (definition->arguments > 1)
        definition->row.parameters = definition->parameters;
    int status = take_usual(definition, usual, err);
    return status == BS_OK ? count_needed(definition, err) : status;
}

/* ---- slopes and texts ------------------------------------------------------------------------ */

static int place_argument(const void *context, const char *name)
{
    const struct bs_func *func = context;
    int k = 0;
    while (strcmp(bs_func_argument(func, k), name) != 0)
        k++;
    return k;
}

static int derive(struct bs_definition *definition, struct bs_error *err)
{
    struct bs_pool *pool = definition->pool;
    for (int k = 0; k < definition->arguments; k++) {
        bs_expr argument = bs_symbol(pool, bs_func_argument(&definition->row, k));
        definition->partials[k] = bs_diff(pool, definition->body, argument, NULL);
        if (!definition->partials[k])
            return bs_pool_error(pool, err);
    }
    definition->value = bs_program_create(definition->body, place_argument, &definition->row);
    definition->slope =
        bs_program_create(definition->partials[0], place_argument, &definition->row);
    return definition->value && definition->slope ? BS_OK : bs_fail_memory(err);
}

/* A copy of the text, which is emptied; NULL when out of memory. */
static char *take_text(struct bs_buf *buf)
{
    char *text = buf->failed ? NULL : bs_strdup(bs_buf_text(buf));
    bs_buf_finish(buf);
    return text;
}

static char *formula_text(const struct bs_definition *definition)
{
    struct bs_buf buf = BS_BUF_INIT;
    bs_typeset(&buf, definition->body, &(struct bs_style){.form = BS_ASCII});
    return take_text(&buf);
}

/* mish' = ..., or ∂mish/∂x = ... of several arguments. */
static char *rule_text(const struct bs_definition *definition, int k)
{
    struct bs_buf buf = BS_BUF_INIT;
    if (definition->arguments == 1) {
        bs_buf_printf(&buf, "%s'", definition->name);
    } else {
        bs_buf_printf(&buf, "∂%s/∂", definition->name);
        bs_buf_name(&buf, bs_func_argument(&definition->row, k), BS_UNICODE);
    }
    size_t left_side = buf.length;
    bs_buf_put(&buf, " = ");
    bs_typeset(&buf, definition->partials[k],
               &(struct bs_style){.form = BS_UNICODE, .digits = BS_FOUR_FIGURES});
    if (!buf.failed && buf.length > LONGEST_RULE)
        bs_buf_cut(&buf, left_side);
    return take_text(&buf);
}

/* \operatorname{my\_function} */
static char *latex_text(const char *name)
{
    struct bs_buf buf = BS_BUF_INIT;
    bs_buf_put(&buf, "\\operatorname{");
    for (; *name; name++) {
        bs_buf_put(&buf, *name == '_' ? "\\" : "");
        bs_buf_char(&buf, *name);
    }
    bs_buf_char(&buf, '}');
    return take_text(&buf);
}

static int describe(struct bs_definition *definition, struct bs_error *err)
{
    bool is_complete = true;
    definition->latex = latex_text(definition->name);
    definition->formula = formula_text(definition);
    for (int k = 0; k < definition->arguments; k++) {
        definition->rules[k] = rule_text(definition, k);
        is_complete = is_complete && definition->rules[k];
    }
    if (!is_complete || !definition->latex || !definition->formula)
        return bs_fail_memory(err);
    definition->row.name = definition->name;
    definition->row.latex = definition->latex;
    definition->row.formula = definition->formula;
    definition->row.rule = definition->rules[0];
    definition->row.about = "defined in this session";
    definition->row.is_activation = true;
    definition->row.definition = definition;
    return BS_OK;
}

/* ---- defining -------------------------------------------------------------------------------- */

static int create(struct bs_definition **out, const char *name, bs_expr formula,
                  const struct bs_parameter *usual, struct bs_error *err)
{
    struct bs_definition *definition = *out = bs_calloc(1, sizeof *definition);
    if (!definition)
        return bs_fail_memory(err);
    definition->name = bs_strdup(name);
    definition->pool = bs_pool_create();
    if (!definition->name || !definition->pool)
        return bs_fail_memory(err);
    definition->body = bs_import(definition->pool, formula);
    if (!definition->body || !bs_symbol(definition->pool, "x"))
        return bs_pool_error(definition->pool, err);
    int status = check_contents(definition, err);
    if (status == BS_OK)
        status = read_parameters(definition, usual, err);
    if (status == BS_OK)
        status = derive(definition, err);
    return status == BS_OK ? describe(definition, err) : status;
}

static bool has_same_parameters(const struct bs_definition *a, const struct bs_definition *b)
{
    for (int k = 1; k < a->arguments; k++) {
        double x = a->parameters[k - 1].usual, y = b->parameters[k - 1].usual;
        if (!(x == y || (isnan(x) && isnan(y))))
            return false;
    }
    return a->arguments == b->arguments;
}

/* Bodies that print the same may call functions of one name that are not one. */
static int compare(bool *is_same, const struct bs_definition *known,
                   const struct bs_definition *other, struct bs_error *err)
{
    *is_same = false;
    if (strcmp(known->name, other->name) != 0 || strcmp(known->formula, other->formula) != 0 ||
        !has_same_parameters(known, other))
        return BS_OK;
    bs_expr body = bs_import(known->pool, other->body);
    *is_same = body == known->body;
    return body ? BS_OK : bs_pool_error(known->pool, err);
}

static void put_definition(struct bs_buf *buf, const struct bs_definition *definition)
{
    bs_buf_put(buf, definition->formula);
    for (const struct bs_parameter *parameter = definition->parameters; parameter->name;
         parameter++)
        if (!isnan(parameter->usual))
            bs_buf_printf(buf, ", %s = %.15g", parameter->name, parameter->usual);
}

static int refuse_other(const struct bs_definition *known, const struct bs_definition *other,
                        struct bs_error *err)
{
    struct bs_buf is = BS_BUF_INIT, wanted = BS_BUF_INIT;
    put_definition(&is, known);
    put_definition(&wanted, other);
    int status = is.failed || wanted.failed
                     ? bs_fail_memory(err)
                     : bs_fail(err, BS_REFUSED,
                               "%s is already defined, as %.100s; it cannot be %.100s as well",
                               known->name, bs_buf_text(&is), bs_buf_text(&wanted));
    bs_buf_finish(&is);
    bs_buf_finish(&wanted);
    return status;
}

/* Put the one that is there already in place of a new one that is the same. */
static int merge(struct bs_definition **definition, struct bs_error *err)
{
    for (struct bs_definition *known = definitions; known; known = known->next) {
        bool is_same;
        int status = compare(&is_same, known, *definition, err);
        if (status < 0)
            return status;
        if (is_same) {
            destroy(*definition);
            *definition = known;
            return BS_OK;
        }
    }
    return BS_OK;
}

/* Append: what is defined later may call what was defined before. */
static int show(struct bs_definition *definition, struct bs_error *err)
{
    struct sight *sight = bs_alloc(sizeof *sight), **end = &sights;
    int names = 0;
    if (!sight)
        return bs_fail_memory(err);
    for (; *end; end = &(*end)->next)
        names += (*end)->scope == scope_in_force;
    if (names == MOST_NAMES) {
        bs_free(sight);
        return bs_fail(err, BS_REFUSED, "no more than %d functions can be defined", MOST_NAMES);
    }
    *sight = (struct sight){scope_in_force, definition, NULL};
    *end = sight;
    return BS_OK;
}

static bool is_listed(const struct bs_definition *definition)
{
    const struct bs_definition *known = definitions;
    while (known && known != definition)
        known = known->next;
    return known;
}

/* The name is free, or has this definition. */
static int settle(struct bs_definition *definition, const struct bs_func *known,
                  struct bs_error *err)
{
    if (!known)
        return show(definition, err);
    return known->definition == definition ? BS_OK
                                           : refuse_other(known->definition, definition, err);
}

int bs_func_define(const struct bs_func **out, const char *name, bs_expr formula,
                   const struct bs_parameter *usual, struct bs_error *err)
{
    struct bs_definition *definition = NULL;
    int status = check_name(name, err);
    if (status < 0)
        return status;
    status = create(&definition, name, formula, usual, err);
    if (status == BS_OK)
        status = merge(&definition, err);
    if (status == BS_OK)
        status = settle(definition, bs_func_find(name), err);
    if (status < 0) {
        if (!is_listed(definition))
            destroy(definition);
        return status;
    }
    if (!is_listed(definition)) {
        definition->next = definitions;
        definitions = definition;
    }
    *out = &definition->row;
    return BS_OK;
}
