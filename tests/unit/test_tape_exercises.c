#include "test_tape.h"

/*
 * The exercises of the course, every number of them in the order of the finest step.  The figures
 * were worked out apart from this program, from formulas written by hand for each exercise: A and C
 * in Python's decimal module at 60 digits, B, which is rational, in its fractions module; printed
 * to 22 digits.  Partials are listed before the gradient whose chain rule uses them.
 */
struct figure {
    const char *name;
    double value;
};

static const struct figure exercise_a[] = {
    {"x_1", 0.35},
    {"x_2", 0.9},
    {"d_1", 0.5},
    {"v_11", 0.1},
    {"v_12", 0.4},
    {"v_21", 0.8},
    {"v_22", 0.6},
    {"w_11", 0.3},
    {"w_21", 0.9},
    {"eta", 1},
    {"beta_1", 0.755},
    {"b_1", 0.6802671966986484519652},
    {"beta_2", 0.68},
    {"b_2", 0.6637386974043526709416},
    {"alpha_1", 0.801444986673511939437},
    {"y_1", 0.6902834929076444050679},
    {"E", 0.0181039038365667793025},
    {"dE_dE", 1},
    {"dE_dy_1", 0.1902834929076444050679},
    {"dy_1_dalpha_1", 0.213792192326866441395},
    {"g_1", -0.04068112511233903909894},
    {"dalpha_1_db_1", 0.3},
    {"dE_db_1", 0.01220433753370171172968},
    {"dalpha_1_db_2", 0.9},
    {"dE_db_2", 0.03661301260110513518905},
    {"db_1_dbeta_1", 0.2175037377944107886609},
    {"e_1", -0.002654489030884743149734},
    {"db_2_dbeta_2", 0.2231896389723258318996},
    {"e_2", -0.008171645064129871458505},
    {"dalpha_1_dw_11", 0.6802671966986484519652},
    {"dE_dw_11", 0.02767403493871786821311},
    {"dalpha_1_dw_21", 0.6637386974043526709416},
    {"dE_dw_21", 0.02700163699100741402985},
    {"dbeta_1_dv_11", 0.35},
    {"dE_dv_11", 0.000929071160809660102407},
    {"dbeta_2_dv_12", 0.35},
    {"dE_dv_12", 0.002860075772445455010477},
    {"dbeta_1_dv_21", 0.9},
    {"dE_dv_21", 0.002389040127796268834761},
    {"dbeta_2_dv_22", 0.9},
    {"dE_dv_22", 0.007354480557716884312655},
    {"dv_11", -0.000929071160809660102407},
    {"v_11_new", 0.09907092883919033989759},
    {"dv_12", -0.002860075772445455010477},
    {"v_12_new", 0.3971399242275545449895},
    {"dv_21", -0.002389040127796268834761},
    {"v_21_new", 0.7976109598722037311652},
    {"dv_22", -0.007354480557716884312655},
    {"v_22_new", 0.5926455194422831156873},
    {"dw_11", -0.02767403493871786821311},
    {"w_11_new", 0.2723259650612821317869},
    {"dw_21", -0.02700163699100741402985},
    {"w_21_new", 0.8729983630089925859702},
    {"beta_1_new", 0.7525246889786999770129},
    {"b_1_new", 0.6797285672285042949453},
    {"beta_2_new", 0.6723799409776988948649},
    {"b_2_new", 0.662035862797592866764},
    {"alpha_1_new", 0.7630639625257696107008},
    {"y_1_new", 0.6820185832642941819961},
    {"E_new", 0.01656538232677039703701},
};

static const struct figure exercise_b[] = {
    {"A", 0.2},
    {"B", 0.3},
    {"d", 0.5},
    {"v_A1", 0.6},
    {"v_A2", 0.1},
    {"v_B1", 0.2},
    {"v_B2", 0.7},
    {"w_1", 0.5},
    {"w_2", 0.8},
    {"alpha", 1},
    {"x1_in", 0.18},
    {"x1_out", 0.18},
    {"x2_in", 0.23},
    {"x2_out", 0.23},
    {"y_in", 0.274},
    {"y_out", 0.274},
    {"E", 0.025538},
    {"dE_dE", 1},
    {"dE_dy_out", -0.226},
    {"dy_out_dy_in", 1},
    {"g_y", -0.226},
    {"dy_in_dx1_out", 0.5},
    {"dE_dx1_out", -0.113},
    {"dy_in_dx2_out", 0.8},
    {"dE_dx2_out", -0.1808},
    {"dx1_out_dx1_in", 1},
    {"g_x1", -0.113},
    {"dx2_out_dx2_in", 1},
    {"g_x2", -0.1808},
    {"dy_in_dw_1", 0.18},
    {"dE_dw_1", -0.04068},
    {"dy_in_dw_2", 0.23},
    {"dE_dw_2", -0.05198},
    {"dx1_in_dv_A1", 0.2},
    {"dE_dv_A1", -0.0226},
    {"dx2_in_dv_A2", 0.2},
    {"dE_dv_A2", -0.03616},
    {"dx1_in_dv_B1", 0.3},
    {"dE_dv_B1", -0.0339},
    {"dx2_in_dv_B2", 0.3},
    {"dE_dv_B2", -0.05424},
    {"dv_A1", 0.0226},
    {"v_A1_new", 0.6226},
    {"dv_A2", 0.03616},
    {"v_A2_new", 0.13616},
    {"dv_B1", 0.0339},
    {"v_B1_new", 0.2339},
    {"dv_B2", 0.05424},
    {"v_B2_new", 0.75424},
    {"dw_1", 0.04068},
    {"w_1_new", 0.54068},
    {"dw_2", 0.05198},
    {"w_2_new", 0.85198},
    {"x1_in_new", 0.19469},
    {"x1_out_new", 0.19469},
    {"x2_in_new", 0.253504},
    {"x2_out_new", 0.253504},
    {"y_in_new", 0.32124532712},
    {"y_out_new", 0.32124532712},
    {"E_new", 0.0159766165382179037472},
};

static const struct figure exercise_c[] = {
    {"i1", 0.05},
    {"i2", 0.1},
    {"y1", 0.12},
    {"y2", 0.95},
    {"w1", 0.15},
    {"w2", 0.2},
    {"w3", 0.25},
    {"w4", 0.3},
    {"b1", 0.35},
    {"w5", 0.3},
    {"w7", 0.45},
    {"w6", 0.5},
    {"w8", 0.55},
    {"b2", 0.6},
    {"eta", 0.1},
    {"net_h1", 0.3775},
    {"out_h1", 0.5932699921071872551737},
    {"net_h2", 0.3925},
    {"out_h2", 0.5968843782597670561999},
    {"net_o1", 1.046578967849051351842},
    {"out_o1", 0.7401174261905380702212},
    {"net_o2", 1.224921404096465508497},
    {"out_o2", 0.7729284653214625885244},
    {"e", 0.4158999506585899084706},
    {"de_de", 1},
    {"de_dout_o1", 1.240234852381076140442},
    {"de_dout_o2", -0.3541430693570748229511},
    {"dout_o1_dnet_o1", 0.1923436216396315020107},
    {"de_dnet_o1", 0.2385512631906699382039},
    {"dout_o2_dnet_o2", 0.1755100528172711932149},
    {"de_dnet_o2", -0.06215566880773073760627},
    {"dnet_o1_dout_h1", 0.3},
    {"dnet_o2_dout_h1", 0.5},
    {"de_dout_h1", 0.04048754455333561265802},
    {"dnet_o1_dout_h2", 0.45},
    {"dnet_o2_dout_h2", 0.55},
    {"de_dout_h2", 0.07316245059154956650829},
    {"dout_h1_dnet_h1", 0.2413007085723252271234},
    {"de_dnet_h1", 0.009769673189073470228152},
    {"dout_h2_dnet_h2", 0.2406134172492183766029},
    {"de_dnet_h2", 0.01760386725115983968714},
    {"dnet_o1_dw5", 0.5932699921071872551737},
    {"de_dw5", 0.1415253060302883038325},
    {"dnet_o1_dw7", 0.5968843782597670561999},
    {"de_dw7", 0.1423875224126450808599},
    {"dnet_o2_dw6", 0.5932699921071872551737},
    {"de_dw6", -0.03687509314297935977081},
    {"dnet_o2_dw8", 0.5968843782597670561999},
    {"de_dw8", -0.03709974773162235801992},
    {"dnet_o1_db2", 1},
    {"dnet_o2_db2", 1},
    {"de_db2", 0.1763955943829392005976},
    {"dnet_h1_dw1", 0.05},
    {"de_dw1", 0.0004884836594536735114076},
    {"dnet_h1_dw2", 0.1},
    {"de_dw2", 0.0009769673189073470228152},
    {"dnet_h2_dw3", 0.05},
    {"de_dw3", 0.0008801933625579919843572},
    {"dnet_h2_dw4", 0.1},
    {"de_dw4", 0.001760386725115983968714},
    {"dnet_h1_db1", 1},
    {"dnet_h2_db1", 1},
    {"de_db1", 0.0273735404402333099153},
    {"dw1", -0.00004884836594536735114076},
    {"w1_new", 0.1499511516340546326489},
    {"dw2", -0.00009769673189073470228152},
    {"w2_new", 0.1999023032681092652977},
    {"dw3", -0.00008801933625579919843572},
    {"w3_new", 0.2499119806637442008016},
    {"dw4", -0.0001760386725115983968714},
    {"w4_new", 0.2998239613274884016031},
    {"db1", -0.00273735404402333099153},
    {"b1_new", 0.3472626459559766690085},
    {"dw5", -0.01415253060302883038325},
    {"w5_new", 0.2858474693969711696168},
    {"dw7", -0.01423875224126450808599},
    {"w7_new", 0.435761247758735491914},
    {"dw6", 0.003687509314297935977081},
    {"w6_new", 0.5036875093142979359771},
    {"dw8", 0.003709974773162235801992},
    {"w8_new", 0.553709974773162235802},
    {"db2", -0.01763955943829392005976},
    {"b2_new", 0.5823604405617060799402},
    {"net_h1_new", 0.3747504338644903271707},
    {"out_h1_new", 0.5926063500761890927901},
    {"net_h2_new", 0.3897406411219127192089},
    {"out_h2_new", 0.5962202623681532490399},
    {"net_o1_new", 1.011565151548147432137},
    {"out_o1_new", 0.7333263401828291083273},
    {"net_o2_new", 1.210981963470536982013},
    {"out_o2_new", 0.770472650050352276924},
    {"e_new", 0.4083992689420066940624},
};

static void check_figures(struct bs_tape *tape, const struct figure *figures, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const bs_entry entry = bs_tape_step(tape, BS_BY_TERM);
        ck_assert_int_ne(entry, BS_NO_ENTRY);
        ck_assert_str_eq(spelling(tape, entry), figures[i].name);
        ck_assert_double_eq_tol(derived(tape, entry).value, figures[i].value, 1e-12);
        ck_assert_double_eq_tol(value_at(tape, figures[i].name), figures[i].value, 1e-12);
    }
    ck_assert_int_eq(bs_tape_step(tape, BS_BY_TERM), BS_NO_ENTRY);
    bs_tape_destroy(tape);
}

START_TEST(exercise_a_is_as_worked_out)
{
    check_figures(a_tape("lecture"), exercise_a, COUNT_OF(exercise_a));
}
END_TEST

START_TEST(exercise_b_is_as_worked_out_in_the_names_of_its_sheet)
{
    struct bs_arch *arch = arch_of(2, (const int[]){2, 2, 1}, (const char *const[]){"relu", "relu"},
                                   BS_BIAS_NONE, "half_squared_error");
    const struct bs_notation_spec spec = {
        .input = {.listed = (const char *const[]){"A", "B"}},
        .target = {.listed = (const char *const[]){"d"}},
        .rate = {.stem = "alpha"},
        .weight = {{.listed = (const char *const[]){"v_A1", "v_A2", "v_B1", "v_B2"}},
                   {.listed = (const char *const[]){"w_1", "w_2"}}},
        .z = {{.listed = (const char *const[]){"x1.in", "x2.in"}},
              {.listed = (const char *const[]){"y.in"}}},
        .a = {{.listed = (const char *const[]){"x1.out", "x2.out"}},
              {.listed = (const char *const[]){"y.out"}}},
        .error = {{.listed = (const char *const[]){"g_x1", "g_x2"}},
                  {.listed = (const char *const[]){"g_y"}}},
        .by_input = true,
        .error_sign = 1,
        .has_errors = true,
    };
    const double params[] = {0.6, 0.2, 0.1, 0.7, 0.5, 0.8}, x[] = {0.2, 0.3}, t[] = {0.5};
    struct bs_notation *notation = drop_arch(arch, table_of(arch, &spec));
    check_figures(network_tape(notation, params, x, t, 1), exercise_b, COUNT_OF(exercise_b));
}
END_TEST

/* The sheet numbers the weights of the outputs by their inputs: w5 and w7 lead to o1. */
START_TEST(exercise_c_is_as_worked_out_with_its_shared_biases)
{
    struct bs_arch *arch =
        arch_of(2, (const int[]){2, 2, 2}, (const char *const[]){"sigmoid", "sigmoid"},
                BS_BIAS_SHARED, "squared_error");
    const struct bs_notation_spec spec = {
        .input = {.listed = (const char *const[]){"i1", "i2"}},
        .target = {.listed = (const char *const[]){"y1", "y2"}},
        .loss = {.listed = (const char *const[]){"e"}},
        .weight = {{.listed = (const char *const[]){"w1", "w2", "w3", "w4"}},
                   {.listed = (const char *const[]){"w5", "w7", "w6", "w8"}}},
        .z = {{.listed = (const char *const[]){"net_h1", "net_h2"}},
              {.listed = (const char *const[]){"net_o1", "net_o2"}}},
        .a = {{.listed = (const char *const[]){"out_h1", "out_h2"}},
              {.listed = (const char *const[]){"out_o1", "out_o2"}}},
    };
    const double params[] = {0.15, 0.20, 0.25, 0.30, 0.35, 0.30, 0.45, 0.50, 0.55, 0.60};
    const double x[] = {0.05, 0.10}, t[] = {0.12, 0.95};
    struct bs_notation *notation = drop_arch(arch, table_of(arch, &spec));
    check_figures(network_tape(notation, params, x, t, 0.1), exercise_c, COUNT_OF(exercise_c));
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("exercises", (const TTest *const[]){
                                        exercise_a_is_as_worked_out,
                                        exercise_b_is_as_worked_out_in_the_names_of_its_sheet,
                                        exercise_c_is_as_worked_out_with_its_shared_biases,
                                        NULL,
                                    });
}
