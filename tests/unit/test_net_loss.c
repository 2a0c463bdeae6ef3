#include "test_net_symbols.h"

/*
 * Known values: sums of squares are exact; logarithms to 20 digits from Python's decimal module at
 * 50 digits.
 */
START_TEST(losses_of_known_outputs)
{
    static const struct {
        const char *loss;
        int n;
        double y[3], t[3], value, y_slopes[3], t_slopes[3];
    } cases[] = {
        {"half_squared_error", 1, {0.25}, {1}, 0.28125, {-0.75}, {0.75}},
        {"half_squared_error",
         3,
         {0.75, -0.5, 2},
         {0.25, 1, 0},
         3.25,
         {0.5, -1.5, 2},
         {-0.5, 1.5, -2}},
        {"squared_error", 3, {0.75, -0.5, 2}, {0.25, 1, 0}, 6.5, {1, -3, 4}, {-1, 3, -4}},
        {"mean_squared_error", 1, {0.25}, {1}, 0.5625, {-1.5}, {1.5}},
        {"mean_squared_error", 2, {0.75, -0.5}, {0.25, 1}, 1.25, {0.5, -1.5}, {-0.5, 1.5}},
        {"cross_entropy",
         3,
         {0.7, 0.2, 0.1},
         {1, 0, 0},
         0.35667494393873237891,
         {-1 / 0.7, 0, 0},
         {0.35667494393873237891, 1.6094379124341003746, 2.3025850929940456840}},
        {"cross_entropy",
         3,
         {0.2, 0.5, 0.3},
         {0.1, 0.6, 0.3},
         0.93802394087715802090,
         {-0.5, -1.2, -1},
         {1.6094379124341003746, 0.69314718055994530942, 1.2039728043259359926}},
        {"binary_cross_entropy",
         2,
         {0.8, 0.3},
         {1, 0.25},
         0.79164296034974303811,
         {-1.25, 0.75 / 0.7 - 0.25 / 0.3},
         {-1.3862943611198906188, 0.84729786038720361371}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_loss *loss = bs_loss_find(cases[i].loss);
        const double *y = cases[i].y, *t = cases[i].t;
        double slopes[3];
        ck_assert_double_eq_tol(loss->value(cases[i].n, y, t), cases[i].value, 1e-15);
        loss->slope(slopes, cases[i].n, y, t);
        for (int k = 0; k < cases[i].n; k++) {
            ck_assert_double_eq_tol(slopes[k], cases[i].y_slopes[k], 1e-15);
            ck_assert_double_eq_tol(loss->target_slope(cases[i].n, y, t, k), cases[i].t_slopes[k],
                                    1e-15);
        }
    }
}
END_TEST

/* softmax: y·Σt − t, also where the targets do not add up to 1; sigmoid: y − t. */
START_TEST(fused_slopes_of_known_outputs)
{
    const double y[] = {0.5, 0.25, 0.25}, t[] = {0.5, 1, 0.5};
    const double softmax[] = {0.5, -0.5, 0}, sigmoid[] = {0, -0.75, -0.25};
    double slopes[3];
    bs_loss_find("cross_entropy")->fused(slopes, 3, y, t);
    for (int k = 0; k < 3; k++)
        ck_assert(slopes[k] == softmax[k]);
    bs_loss_find("binary_cross_entropy")->fused(slopes, 3, y, t);
    for (int k = 0; k < 3; k++)
        ck_assert(slopes[k] == sigmoid[k]);
    for (const struct bs_loss *loss = bs_losses; loss->name; loss++) {
        ck_assert_int_eq(loss->fused != NULL, loss->output != NULL);
        ck_assert_int_eq(loss->define_fused != NULL, loss->output != NULL);
    }
}
END_TEST

/* An output that is not wanted costs nothing even at log 0; one that is wanted costs infinity. */
START_TEST(certain_outputs_keep_to_the_convention)
{
    static const struct {
        const char *loss;
        double y[2], t[2], value;
    } cases[] = {
        {"cross_entropy", {1, 0}, {1, 0}, 0},
        {"cross_entropy", {1, 0}, {0, 1}, INFINITY},
        {"binary_cross_entropy", {1, 0}, {1, 0}, 0},
        {"binary_cross_entropy", {1, 0}, {0, 0}, INFINITY},
        {"binary_cross_entropy", {1, 0}, {1, 0.5}, INFINITY},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert(bs_loss_find(cases[i].loss)->value(2, cases[i].y, cases[i].t) == cases[i].value);
}
END_TEST

struct operands {
    struct bs_pool *pool;
    bs_expr y[4], t[4];
    double values[8]; /* of y, then of t */
};

static struct operands make_operands(void)
{
    struct operands made = {.pool = bs_pool_create()};
    for (int k = 0; k < 4; k++) {
        made.y[k] = bs_ref(made.pool, k);
        made.t[k] = bs_ref(made.pool, 4 + k);
    }
    return made;
}

/* 0 and 1 among them, where logarithms and quotients are not finite. */
static double draw(struct bs_rng *rng)
{
    switch (bs_rng_below(rng, 5)) {
    case 0:
        return 0;
    case 1:
        return 1;
    default:
        return bs_rng_uniform(rng);
    }
}

START_TEST(definitions_give_what_the_kernels_give)
{
    struct bs_rng rng;
    struct operands made = make_operands();
    bs_rng_seed(&rng, 11);
    for (int round = 0; round < 400; round++) {
        const struct bs_loss *loss = &bs_losses[round % 5];
        const int n = 1 + round % 4;
        for (int k = 0; k < 8; k++)
            made.values[k] = draw(&rng);
        double *y = made.values, *t = made.values + 4, fused[4];
        bs_expr defined = loss->define(made.pool, n, made.y, made.t);
        ck_assert(agree(loss->value(n, y, t), value_of(defined, made.values)));
        if (!loss->fused)
            continue;
        loss->fused(fused, n, y, t);
        for (int k = 0; k < n; k++)
            ck_assert(agree(fused[k], value_of(loss->define_fused(made.pool, n, made.y, made.t, k),
                                               made.values)));
    }
    bs_pool_destroy(made.pool);
}
END_TEST

START_TEST(definitions_are_what_a_textbook_writes)
{
    static const struct {
        const char *loss;
        int n;
        const char *text;
    } cases[] = {
        {"half_squared_error", 1, "1/2*(y_1 - t_1)^2"},
        {"half_squared_error", 2, "1/2*((y_1 - t_1)^2 + (y_2 - t_2)^2)"},
        {"squared_error", 2, "(y_1 - t_1)^2 + (y_2 - t_2)^2"},
        {"mean_squared_error", 1, "(y_1 - t_1)^2"},
        {"mean_squared_error", 2, "((y_1 - t_1)^2 + (y_2 - t_2)^2)/2"},
        {"cross_entropy", 2, "-(xlog(t_1, y_1) + xlog(t_2, y_2))"},
        {"binary_cross_entropy", 1, "-(xlog(t_1, y_1) + xlog(1 - t_1, 1 - y_1))"},
        {"binary_cross_entropy", 2,
         "-(xlog(t_1, y_1) + xlog(1 - t_1, 1 - y_1) + xlog(t_2, y_2) + xlog(1 - t_2, 1 - y_2))"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_pool *pool = bs_pool_create();
        const bs_expr y[] = {bs_symbol(pool, "y_1"), bs_symbol(pool, "y_2")};
        const bs_expr t[] = {bs_symbol(pool, "t_1"), bs_symbol(pool, "t_2")};
        bs_expr defined = bs_loss_find(cases[i].loss)->define(pool, cases[i].n, y, t);
        ck_assert_ptr_eq(defined, parsed(pool, cases[i].text));
        bs_pool_destroy(pool);
    }
}
END_TEST

START_TEST(general_forms_are_sums_over_the_outputs)
{
    static const struct {
        const char *loss;
        int n;
        const char *text;
    } cases[] = {
        {"half_squared_error", 3, "sum(j, 1, 3, 1/2*(y_j - t_j)^2)"},
        {"squared_error", 1, "sum(j, 1, 1, (y_j - t_j)^2)"},
        {"mean_squared_error", 1, "sum(j, 1, 1, (y_j - t_j)^2)"},
        {"mean_squared_error", 3, "sum(j, 1, 3, (y_j - t_j)^2)/3"},
        {"cross_entropy", 3, "sum(j, 1, 3, -xlog(t_j, y_j))"},
        {"binary_cross_entropy", 2, "sum(j, 1, 2, -(xlog(t_j, y_j) + xlog(1 - t_j, 1 - y_j)))"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_pool *pool = bs_pool_create();
        const struct bs_loss *loss = bs_loss_find(cases[i].loss);
        bs_expr j = bs_symbol(pool, "j");
        bs_expr general = bs_loss_define_general(pool, loss, cases[i].n, j, parsed(pool, "y[j]"),
                                                 parsed(pool, "t[j]"));
        ck_assert_ptr_eq(general, parsed(pool, cases[i].text));
        bs_pool_destroy(pool);
    }
}
END_TEST

/* Values stand in the order y_1, ..., t_1, ... */
static int member_value(double *value, void *context, bs_expr leaf, struct bs_error *err)
{
    const struct operands *made = context;
    (void)err;
    *value = made->values[(leaf->u.name[0] == 't' ? 4 : 0) + leaf->u.name[2] - '1'];
    return BS_OK;
}

START_TEST(general_forms_give_what_the_kernels_give)
{
    struct bs_rng rng;
    struct operands made = make_operands();
    bs_expr j = bs_symbol(made.pool, "j");
    bs_expr y = parsed(made.pool, "y[j]"), t = parsed(made.pool, "t[j]");
    bs_rng_seed(&rng, 12);
    for (int round = 0; round < 200; round++) {
        const struct bs_loss *loss = &bs_losses[round % 5];
        const int n = 1 + round % 4;
        struct bs_env env = {.leaf = member_value, .context = &made};
        struct bs_valued valued;
        for (int k = 0; k < 8; k++)
            made.values[k] = draw(&rng);
        bs_expr general = bs_loss_define_general(made.pool, loss, n, j, y, t);
        ck_assert_int_eq(bs_eval(&valued, general, &env, NULL), BS_OK);
        ck_assert(agree(loss->value(n, made.values, made.values + 4), valued));
    }
    bs_pool_destroy(made.pool);
}
END_TEST

START_TEST(losses_are_found_by_name)
{
    for (const struct bs_loss *loss = bs_losses; loss->name; loss++) {
        ck_assert_ptr_eq(bs_loss_find(loss->name), loss);
        ck_assert(strstr(loss->formula, "{y}") && strstr(loss->formula, "{t}"));
    }
    ck_assert_ptr_null(bs_loss_find("error"));
    ck_assert_ptr_null(bs_loss_find(""));
}
END_TEST

/* Either the definition is whole, or the pool says that memory ran out. */
static bool try_definitions(void *context)
{
    const struct bs_loss *loss = &bs_losses[*(const size_t *)context];
    struct bs_pool *pool = bs_pool_create();
    struct bs_error err;
    bs_expr y[4], t[4];
    if (!pool)
        return false;
    for (int k = 0; k < 4; k++) {
        y[k] = bs_ref(pool, k);
        t[k] = bs_ref(pool, 4 + k);
    }
    const bool is_done = loss->define(pool, 4, y, t) &&
                         (!loss->define_fused || loss->define_fused(pool, 4, y, t, 2));
    if (!is_done)
        ck_assert_int_eq(bs_pool_error(pool, &err), BS_NO_MEMORY);
    bs_pool_destroy(pool);
    return is_done;
}

START_TEST(definitions_survive_a_refused_allocation)
{
    for (size_t i = 0; bs_losses[i].name; i++)
        bs_refuse_each_allocation(try_definitions, &i);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("loss", (const TTest *const[]){
                                   losses_of_known_outputs,
                                   fused_slopes_of_known_outputs,
                                   certain_outputs_keep_to_the_convention,
                                   definitions_give_what_the_kernels_give,
                                   definitions_are_what_a_textbook_writes,
                                   general_forms_are_sums_over_the_outputs,
                                   general_forms_give_what_the_kernels_give,
                                   losses_are_found_by_name,
                                   definitions_survive_a_refused_allocation,
                                   NULL,
                               });
}
