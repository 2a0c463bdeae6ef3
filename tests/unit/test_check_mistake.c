#include "test_keys.h"

#include "base/rng.h"
#include "check/mistake.h"

/* Without ReLU, which above 0 is nothing. */
static struct bs_key *(*const smooth[])(void) = {a_key, threshold_key, delta_key, matrix_key,
                                                 circuit_key};

static struct bs_mutants mutants_of(struct bs_key *key, const char *name)
{
    const int item = item_of(key, name);
    struct bs_mutants mutants;
    struct bs_error err;
    must_do(bs_mutate(&mutants, key, item, bs_key_item(key, item)->definition, &err), err);
    return mutants;
}

/* ---- what is made ---------------------------------------------------------------------------- */

/* Written down by hand, from what teachers of the course see. */
static const struct {
    struct bs_key *(*key)(void);
    const char *item;
    enum bs_mistake_kind kind;
    const char *definition;
} made[] = {
    {a_key, "g_1", BS_SIGN_FLIPPED, "−(d_1 − y_1)·y_1·(1 − y_1)"},
    {a_key, "g_1", BS_SLOPE_DROPPED, "d_1 − y_1"},
    {a_key, "g_1", BS_SLOPE_OF_VALUE, "(d_1 − y_1)·y_1"},
    {a_key, "g_1", BS_SLOPE_AT_WRONG_VALUE, "(d_1 − y_1)·(α_1·(1 − α_1))"},
    {a_key, "g_1", BS_SLOPE_AT_WRONG_VALUE, "(d_1 − y_1)·(σ(y_1)·(1 − σ(y_1)))"},
    {a_key, "g_1", BS_INPUT_FOR_OUTPUT, "(d_1 − α_1)·α_1·(1 − α_1)"},
    {a_key, "g_1", BS_TERM_FLIPPED, "(d_1 + y_1)·y_1·(1 − y_1)"},
    {a_key, "g_1", BS_DOUBLED, "2·(d_1 − y_1)·y_1·(1 − y_1)"},
    {a_key, "e_1", BS_UPDATED_FOR_OLD, "g_1·w_11'·b_1·(1 − b_1)"},
    {a_key, "e_1", BS_RELATIVE_TAKEN, "g_1·w_21·b_1·(1 − b_1)"},
    {a_key, "e_1", BS_RELATIVE_TAKEN, "e_2"},
    {a_key, "e_1", BS_FACTOR_DROPPED, "w_11·b_1·(1 − b_1)"},
    {a_key, "dw_11", BS_RATE_DROPPED, "g_1·b_1"},
    {a_key, "w_11_new", BS_TERM_FLIPPED, "w_11 − Δw_11"},
    {a_key, "w_11_new", BS_TERM_DROPPED, "Δw_11"},
    {a_key, "beta_1", BS_RELATIVE_TAKEN, "x_2·v_11 + x_2·v_21"},
    {a_key, "beta_1", BS_TRANSPOSED, "x_1·v_11 + x_2·v_12"},
    {a_key, "b_1", BS_ACTIVATION_DROPPED, "β_1"},
    {a_key, "b_1", BS_ACTIVATION_MIRRORED, "σ(−β_1)"},
    {a_key, "b_1", BS_POINT_SLIPPED, "10·σ(β_1)"},
    {a_key, "E", BS_SQUARE_DROPPED, "½·(y_1 − d_1)"},
    {a_key, "E", BS_DOUBLED, "(y_1 − d_1)²"},
    {a_key, "alpha_1_new", BS_OLD_FOR_UPDATED, "b_1·w_11' + b_2·w_21'"},
    {a_key, "alpha_1_new", BS_OLD_FOR_UPDATED, "b_1'·w_11 + b_2'·w_21"},
    {a_key, "alpha_1_new", BS_OLD_FOR_UPDATED, "b_1'·w_11 + b_2'·w_21'"},
    {a_key, "alpha_1_new", BS_OLD_FOR_UPDATED, "α_1"},
    {b_key, "g_y", BS_SLOPE_DROPPED, "ŷ − y"},
    {b_key, "g_x1", BS_SLOPE_OF_VALUE, "g_y·w_1·x1.out"},
    {threshold_key, "b_1", BS_TERM_FLIPPED, "σ(α_1 + γ_1)"},
    {threshold_key, "b_1", BS_TERM_DROPPED, "σ(α_1)"},
    {threshold_key, "beta_1", BS_INPUT_FOR_OUTPUT, "w_11·(α_1 − γ_1) + w_21·(α_2 − γ_2)"},
    {threshold_key, "beta_1", BS_TRANSPOSED, "w_11·b_1 + w_12·b_2"},
    {threshold_key, "e_1", BS_TERM_OVERWRITTEN, "g_1·w_11·b_1·(1 − b_1)"},
    {threshold_key, "e_1", BS_SLOPE_DROPPED, "g_1·w_11 + g_2·w_12"},
    {threshold_key, "e_1", BS_UPDATED_FOR_OLD, "(g_1·w_11' + g_2·w_12')·b_1·(1 − b_1)"},
    {threshold_key, "e_1", BS_TRANSPOSED, "(g_1·w_11 + g_2·w_21)·b_1·(1 − b_1)"},
    {threshold_key, "gamma_1_new", BS_TERM_FLIPPED, "γ_1 − Δγ_1"},
    {delta_key, "delta1_1", BS_SLOPE_DROPPED, "δ2_1·W2_11"},
    {delta_key, "z1_1", BS_TERM_DROPPED, "W1_11·x_1 + W1_12·x_2"},
    {delta_key, "W1_11_new", BS_TERM_FLIPPED, "W1_11 − ΔW1_11"},
    {matrix_key, "dZ1_1", BS_SLOPE_DROPPED, "dA1_1"},
    {matrix_key, "W1_12_new", BS_RATE_DROPPED, "W1_12 − dW1_12"},
    {circuit_key, "q", BS_TERM_FLIPPED, "x − y"},
    {circuit_key, "f", BS_FACTOR_DROPPED, "q"},
};

START_TEST(people_go_wrong_like_this)
{
    struct bs_key *key = made[_i].key();
    struct bs_mutants mutants = mutants_of(key, made[_i].item);
    if (!mutant_written(key, &mutants, made[_i].kind, made[_i].definition)) {
        struct bs_buf buf = BS_BUF_INIT;
        for (size_t m = 0; m < mutants.count; m++)
            bs_buf_printf(&buf, "\n%s: %s", bs_mistake_name(mutants.items[m].mistake.kind),
                          shown(key, mutants.items[m].definition));
        ck_abort_msg("%s has no %s: %s among%s", made[_i].item, bs_mistake_name(made[_i].kind),
                     made[_i].definition, bs_buf_text(&buf));
    }
    bs_mutants_finish(&mutants);
    bs_key_destroy(key);
}
END_TEST

static int is_circular(void *context, bs_expr leaf)
{
    const bool *depends = context;
    return depends[leaf->u.ref];
}

/* Operands stand before what is made of them. */
static void find_dependents(bool *depends, const struct bs_key *key, int item)
{
    for (int i = 0; i < bs_key_count(key); i++) {
        depends[i] = i == item;
        for (int k = 0; k < bs_key_item(key, i)->operand_count; k++)
            depends[i] = depends[i] || depends[bs_key_item(key, i)->operands[k]];
    }
}

static double value_on(const struct bs_key *key, bs_expr expr, const double *values)
{
    double value;
    struct bs_error err;
    must_do(bs_key_eval(&value, key, expr, values, &err), err);
    return value;
}

static void must_be_sound(struct bs_key *key, int item, const double *values)
{
    bool depends[BS_MOST_ITEMS];
    const struct bs_item *about = bs_key_item(key, item);
    struct bs_mutants mutants = mutants_of(key, about->name);
    find_dependents(depends, key, item);
    for (size_t a = 0; a < mutants.count; a++) {
        bs_expr definition = mutants.items[a].definition;
        must(!bs_visit_leaves(definition, is_circular, depends), "%s goes in a circle: %s",
             about->name, shown(key, definition));
        const double value = value_on(key, definition, values);
        must(value != value_on(key, about->definition, values) || !isfinite(value),
             "%s is not changed: %s", about->name, shown(key, definition));
        for (size_t b = 0; b < a; b++)
            must(!isfinite(value) || value != value_on(key, mutants.items[b].definition, values),
                 "%s is changed twice: %s", about->name, shown(key, definition));
    }
    bs_mutants_finish(&mutants);
}

START_TEST(mutants_are_no_circles_and_all_different)
{
    struct bs_key *key = smooth[_i]();
    double values[BS_MOST_ITEMS];
    struct bs_rng rng;
    bs_rng_seed(&rng, 11);
    for (int i = 0; i < bs_key_count(key); i++)
        values[i] = bs_rng_between(&rng, 0.1, 0.9);
    for (int i = 0; i < bs_key_count(key); i++)
        if (bs_key_item(key, i)->definition)
            must_be_sound(key, i, values);
    bs_key_destroy(key);
}
END_TEST

/* ∂E/∂E = 1 */
START_TEST(nobody_mistakes_a_number)
{
    struct bs_key *key = a_key();
    struct bs_mutants mutants = mutants_of(key, "dE_dE");
    ck_assert_uint_eq(mutants.count, 0);
    bs_mutants_finish(&mutants);
    bs_key_destroy(key);
}
END_TEST

/* g_1 needs none of the updated weights, for they need g_1. */
START_TEST(nobody_has_what_comes_later)
{
    struct bs_key *key = a_key();
    struct bs_mutants mutants = mutants_of(key, "g_1");
    for (size_t m = 0; m < mutants.count; m++)
        ck_assert_int_ne(mutants.items[m].mistake.kind, BS_UPDATED_FOR_OLD);
    bs_mutants_finish(&mutants);
    bs_key_destroy(key);
}
END_TEST

/* ---- words ----------------------------------------------------------------------------------- */

static const struct {
    struct bs_key *(*key)(void);
    const char *item;
    enum bs_mistake_kind kind;
    const char *definition, *english, *chinese;
} told[] = {
    {a_key, "g_1", BS_SIGN_FLIPPED, "−(d_1 − y_1)·y_1·(1 − y_1)", "the sign is wrong", "符号反了"},
    {a_key, "e_1", BS_SLOPE_DROPPED, "g_1·w_11", "the slope of σ, b_1·(1 − b_1), is missing",
     "漏乘了 σ 的斜率 b_1·(1 − b_1)"},
    {a_key, "dw_11", BS_RATE_DROPPED, "g_1·b_1", "the learning rate η is missing",
     "漏乘了学习率 η"},
    {a_key, "e_1", BS_UPDATED_FOR_OLD, "g_1·w_11'·b_1·(1 − b_1)",
     "w_11' was used, the updated value; what belongs here is w_11, as it was in this pass",
     "用了更新后的 w_11'；这里应当用这一次传播中的 w_11"},
    {a_key, "beta_1", BS_RELATIVE_TAKEN, "x_2·v_11 + x_2·v_21", "x_2 was taken for x_1",
     "误用 x_2 代替 x_1"},
    {a_key, "b_1", BS_ACTIVATION_DROPPED, "β_1", "σ was not applied", "漏算了激活函数 σ"},
    {b_key, "g_x1", BS_SLOPE_OF_VALUE, "g_y·w_1·x1.out",
     "the value of ReLU, x1.out, was taken for its slope, ReLU'(x1.in)",
     "把 ReLU 的值 x1.out 当成了它的斜率 ReLU'(x1.in)"},
    {threshold_key, "beta_1", BS_INPUT_FOR_OUTPUT, "w_11·(α_1 − γ_1) + w_21·b_2",
     "α_1 − γ_1, what goes into the unit, was taken for b_1, what comes out",
     "把单元的输入 α_1 − γ_1 当成了输出 b_1"},
    {threshold_key, "b_1", BS_TERM_DROPPED, "σ(α_1)", "the term −γ_1 is missing",
     "漏加了 −γ_1 这一项"},
    {threshold_key, "e_1", BS_TERM_OVERWRITTEN, "g_1·w_11·b_1·(1 − b_1)",
     "g_1·w_11 was taken alone; what comes back along the other paths is added to it",
     "只取了 g_1·w_11 一项；经其他路径传回的各项也要加上"},
};

static void must_say(const struct bs_key *key, const struct bs_mistake *mistake, const char *lang,
                     const char *text)
{
    struct bs_buf buf = BS_BUF_INIT;
    bs_mistake_put(&buf, key, mistake, lang);
    ck_assert_str_eq(bs_buf_text(&buf), text);
    bs_buf_finish(&buf);
}

START_TEST(a_mistake_is_told_as_a_teacher_would)
{
    struct bs_key *key = told[_i].key();
    struct bs_mutants mutants = mutants_of(key, told[_i].item);
    const struct bs_mutant *mutant =
        mutant_written(key, &mutants, told[_i].kind, told[_i].definition);
    must(mutant, "no %s", told[_i].definition);
    must_say(key, &mutant->mistake, "en", told[_i].english);
    must_say(key, &mutant->mistake, "zh", told[_i].chinese);
    bs_mutants_finish(&mutants);
    bs_key_destroy(key);
}
END_TEST

START_TEST(every_kind_has_a_name_and_words_of_its_own)
{
    struct bs_key *key = a_key();
    for (int a = BS_NO_MISTAKE; a < BS_MISTAKE_KINDS; a++) {
        const enum bs_mistake_kind one = (enum bs_mistake_kind)a;
        for (int b = BS_NO_MISTAKE; b < a; b++) {
            const enum bs_mistake_kind other = (enum bs_mistake_kind)b;
            ck_assert_str_ne(bs_mistake_name(one), bs_mistake_name(other));
            ck_assert_str_ne(bs_mistake_noun(one, "en"), bs_mistake_noun(other, "en"));
            ck_assert_str_ne(bs_mistake_noun(one, "zh"), bs_mistake_noun(other, "zh"));
        }
        struct bs_buf buf = BS_BUF_INIT;
        const struct bs_mistake mistake = {(enum bs_mistake_kind)a, -1, -1, NULL};
        bs_mistake_put(&buf, key, &mistake, "en");
        ck_assert((buf.length > 0) == (a != BS_NO_MISTAKE));
        bs_buf_finish(&buf);
    }
    bs_key_destroy(key);
}
END_TEST

/* ---- memory ---------------------------------------------------------------------------------- */

struct attempt {
    struct bs_key *key;
    int item;
};

static bool try_mutating(void *context)
{
    const struct attempt *attempt = context;
    struct bs_mutants mutants;
    struct bs_error err;
    const int status = bs_mutate(&mutants, attempt->key, attempt->item,
                                 bs_key_item(attempt->key, attempt->item)->definition, &err);
    must(status == BS_OK || status == BS_NO_MEMORY, "%d: %s", status, err.text);
    if (status == BS_OK)
        bs_mutants_finish(&mutants);
    return status == BS_OK;
}

START_TEST(out_of_memory_is_an_error)
{
    static const char *const names[] = {"beta_1", "b_1", "E", "e_1", "gamma_1_new"};
    struct bs_key *key = threshold_key();
    for (size_t k = 0; k < COUNT_OF(names); k++) {
        int item = bs_key_find(key, names[k]);
        bs_refuse_each_allocation(try_mutating, &(struct attempt){key, item});
    }
    bs_key_destroy(key);
}
END_TEST

Suite *bs_suite(void)
{
    Suite *suite =
        bs_suite_of("check mistake",
                    (const TTest *const[]){nobody_mistakes_a_number, nobody_has_what_comes_later,
                                           every_kind_has_a_name_and_words_of_its_own,
                                           out_of_memory_is_an_error, NULL});
    TCase *cases = tcase_create("tables");
    tcase_add_loop_test(cases, people_go_wrong_like_this, 0, COUNT_OF(made));
    tcase_add_loop_test(cases, a_mistake_is_told_as_a_teacher_would, 0, COUNT_OF(told));
    tcase_add_loop_test(cases, mutants_are_no_circles_and_all_different, 0, COUNT_OF(smooth));
    suite_add_tcase(suite, cases);
    return suite;
}
