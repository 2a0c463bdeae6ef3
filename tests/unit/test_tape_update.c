#include "test_tape.h"

#include "net/train.h"

/* ---- making ---------------------------------------------------------------------------------- */

static struct bs_stepper *stepper_of(struct bs_stepper wanted)
{
    struct bs_stepper *stepper = NULL;
    struct bs_error err;
    if (wanted.options[0] == 0)
        bs_recipe_usual(wanted.options, &wanted.optimiser->recipe);
    wanted.t = wanted.t == 0 ? 1 : wanted.t;
    must_do(bs_stepper_create(&stepper, &wanted, &err), err);
    return stepper;
}

/* Takes the notation over and the stepper, and with it the share of the architecture. */
static struct bs_tape *tape_by(struct bs_notation *notation, const double *params, const double *x,
                               const double *t, struct bs_stepper *stepper)
{
    struct bs_arch *arch = bs_notation_arch(notation);
    struct bs_params *own = bs_params_create(arch->parameters);
    struct bs_pass *pass = NULL;
    struct bs_tape *tape = NULL;
    struct bs_error err;
    memcpy(own->values, params, arch->parameters * sizeof *params);
    must_do(bs_pass_create(&pass, arch, own, x, t, &err), err);
    must_do(bs_tape_with_update(&tape, pass, notation, stepper, &err), err);
    bs_params_drop(own);
    bs_notation_drop(notation);
    bs_stepper_drop(stepper);
    return tape;
}

static struct bs_tape *next_of(struct bs_tape *tape)
{
    struct bs_tape *next = NULL;
    struct bs_error err;
    must_do(bs_tape_next(&next, tape, NULL, NULL, &err), err);
    return next;
}

/* ---- three steps ----------------------------------------------------------------------------- */

enum { STEPS = 3, PARAMS = 5 };

/*
 * z = W1·x + b1, y = W2·z + b2, E = ½(y − t)² with these numbers and η = 1/8; what becomes of the
 * parameters by the papers' formulas in Python's fractions, or where there is a root in its
 * decimals at 60 digits, gradients by hand, apart from this program.
 */
static const double w_params[PARAMS] = {0.5, -0.25, 0.125, 0.75, -0.5}, w_x[] = {1, -2},
                    w_t[] = {0.25};

static const struct {
    const char *name;
    double decay, p[STEPS][PARAMS];
} walks[] = {
    {"sgd",
     0,
     {{0.4912109375, -0.232421875, 0.1162109375, 0.73681640625, -0.51171875},
      {0.48860038275597617, -0.22720076551195234, 0.11360038275597617, 0.7330173484515399,
       -0.5152617692947388},
      {0.48775319387994676, -0.22550638775989348, 0.11275319387994674, 0.7317961744726384,
       -0.5164175248547116}}},
    {"sgd",
     0.25,
     {{0.4755859375, -0.224609375, 0.1162109375, 0.71337890625, -0.51171875},
      {0.4624253000947647, -0.22099317831452936, 0.11791236064163968, 0.6935686587821692,
       -0.5093337297439575},
      {0.45233374732999015, -0.2228056172185741, 0.12227159850482656, 0.6783201787794421,
       -0.5030485007215832}}},
    {"momentum",
     0,
     {{0.4912109375, -0.232421875, 0.1162109375, 0.73681640625, -0.51171875},
      {0.48069022650597615, -0.21138045301195235, 0.10569022650597618, 0.7211521140765399,
       -0.5258086442947387},
      {0.4755542883285406, -0.20110857665708115, 0.10055428832854058, 0.7131172001346942,
       -0.5324815216820089}}},
    {"momentum",
     0.25,
     {{0.4755859375, -0.224609375, 0.1162109375, 0.71337890625, -0.51171875},
      {0.4404526438447647, -0.19814161581452935, 0.11000220439163969, 0.6606096744071692,
       -0.5198806047439575},
      {0.4069971856258061, -0.19198600943520597, 0.1163429957850175, 0.6095685948904668,
       -0.5091692402566236}}},
    {"nesterov",
     0,
     {{0.48330078125, -0.2166015625, 0.10830078125, 0.724951171875, -0.522265625},
      {0.48123194999482366, -0.21246389998964732, 0.10623194999482366, 0.7214116737787379,
       -0.5247913993597031},
      {0.48459192530391487, -0.21918385060782977, 0.10959192530391489, 0.7255297314390412,
       -0.5198099266577134}}},
    {"nesterov",
     0.25,
     {{0.45361328125, -0.2017578125, 0.10830078125, 0.680419921875, -0.522265625},
      {0.42554804511295513, -0.2064989222571603, 0.1198250836871739, 0.6368095874123973,
       -0.504357904791832},
      {0.40073685848271384, -0.23009262107919723, 0.14315352341715493, 0.5991458157631018,
       -0.4670060660924513}}},
    {"adagrad",
     0,
     {{0.37500001777777525, -0.12500000888888826, 1.7777775249383076e-08, 0.6250000118518507,
       -0.6249999866666681},
      {0.49675907270644637, -0.24675906577640783, 0.12175907270644637, 0.7430415446945664,
       -0.502277508325042},
      {0.4749790628033528, -0.22497905552827935, 0.09997906280335275, 0.7119579342936023,
       -0.5208217865756009}}},
    {"adagrad",
     0.25,
     {{0.3750000063999997, -0.12500000615384585, 1.7777775249383076e-08, 0.6250000042666666,
       -0.6249999866666681},
      {0.46632512141924976, -0.24284416524459904, 0.12175907282728575, 0.6809016996631403,
       -0.5022775081853385},
      {0.42427373743452146, -0.23630294412599803, 0.12754329637522727, 0.6295700780795913,
       -0.4969253305418917}}},
    {"rmsprop",
     0,
     {{0.1047154702566504, 0.1452846186321785, -0.2702845297433496, 0.3547154109974356,
       -0.8952845741877591},
      {0.49597166628128947, -0.24597159059930168, 0.12097166628128947, -0.03511781436083851,
       -0.5009117889410268},
      {0.47134610928804904, -0.22134603273156467, 0.09634610928804904, 0.29557660801440394,
       -0.2888971255424498}}},
    {"rmsprop",
     0.25,
     {{0.10471535647894221, 0.14528464598259547, -0.2702845297433496, 0.35471533514561465,
       -0.8952845741877591},
      {0.4686972186204898, -0.24232543543927024, 0.12097166473738553, -0.011559016454217766,
       -0.5009117889060372},
      {0.3622733993461656, -0.20927228263304617, 0.11312465676996666, 0.2893173042213053,
       -0.29404234469277213}}},
    {"adam",
     0,
     {{0.37500001777777525, -0.12500000888888826, 1.7777775249383076e-08, 0.6250000118518507,
       -0.6249999866666681},
      {0.44666779494918885, -0.1966677876905023, 0.07166779494918882, 0.6853005322362316,
       -0.5495840704119672},
      {0.5270899306642467, -0.27708992549647093, 0.15208993066424667, 0.7625980263075385,
       -0.46795636600666046}}},
    {"adam",
     0.25,
     {{0.3750000063999997, -0.12500000615384585, 1.7777775249383076e-08, 0.6250000042666666,
       -0.6249999866666681},
      {0.3857996435006094, -0.1847771797981071, 0.0716677953874973, 0.5917078732266898,
       -0.5495840698246734},
      {0.4170646664072654, -0.26289225251317383, 0.1599865975707824, 0.5924420269625946,
       -0.45771852814354685}}},
    {"adamw",
     0,
     {{0.37500001777777525, -0.12500000888888826, 1.7777775249383076e-08, 0.6250000118518507,
       -0.6249999866666681},
      {0.44666779494918885, -0.1966677876905023, 0.07166779494918882, 0.6853005322362316,
       -0.5495840704119672},
      {0.5270899306642467, -0.27708992549647093, 0.15208993066424667, 0.7625980263075385,
       -0.46795636600666046}}},
    {"adamw",
     0.25,
     {{0.35937501777777525, -0.11718750888888825, 1.7777775249383076e-08, 0.6015625118518507,
       -0.6249999866666681},
      {0.420448117567639, -0.18582896993217182, 0.07230358687319446, 0.6435876125625736,
       -0.548383583709376},
      {0.4925620984643557, -0.26527480127026054, 0.15755657144389995, 0.7062417979279103,
       -0.4611994438556061}}},
};

static struct bs_arch *w_arch(void)
{
    return arch_of(2, (const int[]){2, 1, 1}, (const char *const[]){"identity", "identity"},
                   BS_BIAS_UNITS, "half_squared_error");
}

static struct bs_stepper *walk_stepper(size_t i)
{
    return stepper_of((struct bs_stepper){
        .optimiser = bs_optimiser_find(walks[i].name), .eta = 0.125, .decay = walks[i].decay});
}

static void walk(size_t i)
{
    static const char *const names[PARAMS] = {"W1_11_new", "W1_12_new", "b1_1_new", "W2_11_new",
                                              "b2_1_new"};
    struct bs_arch *arch = w_arch();
    struct bs_tape *tape =
        tape_by(drop_arch(arch, notation_of(arch, "delta")), w_params, w_x, w_t, walk_stepper(i));
    for (int step = 0; step < STEPS; step++) {
        for (int k = 0; k < PARAMS; k++)
            must(fabs(value_at(tape, names[k]) - walks[i].p[step][k]) <= 4e-15,
                 "%s, step %d, %s: %.17g", walks[i].name, step + 1, names[k],
                 value_at(tape, names[k]));
        struct bs_tape *next = next_of(tape);
        bs_tape_destroy(tape);
        tape = next;
    }
    bs_tape_destroy(tape);
}

START_TEST(three_steps_are_those_of_the_formulas)
{
    for (size_t i = 0; i < COUNT_OF(walks); i++)
        walk(i);
}
END_TEST

/* The parameters that training has after three epochs of this one sample. */
static void train(struct bs_net *net, size_t i)
{
    struct bs_trained trained;
    struct bs_training training = {.samples = 1,
                                   .inputs = w_x,
                                   .targets = w_t,
                                   .eta = 0.125,
                                   .epochs = STEPS,
                                   .batch = 1,
                                   .optimiser = bs_optimiser_find(walks[i].name),
                                   .decay = walks[i].decay};
    struct bs_error err;
    bs_recipe_usual(training.optimiser_options, &training.optimiser->recipe);
    memcpy(bs_net_own_params(net), w_params, sizeof w_params);
    must_do(bs_net_train(&trained, net, &training, &err), err);
}

START_TEST(three_tapes_end_where_training_does)
{
    for (size_t i = 0; i < COUNT_OF(walks); i++) {
        struct bs_arch *arch = w_arch();
        struct bs_net *net = NULL;
        ck_assert_int_eq(bs_net_create(&net, arch, NULL), BS_OK);
        train(net, i);
        struct bs_tape *tape = tape_by(drop_arch(arch, notation_of(arch, "watermelon")), w_params,
                                       w_x, w_t, walk_stepper(i));
        for (int step = 0; step < STEPS; step++) {
            struct bs_tape *next = next_of(tape);
            bs_tape_destroy(tape);
            tape = next;
        }
        const struct bs_params *params = bs_pass_params(bs_tape_pass(tape));
        for (size_t k = 0; k < PARAMS; k++)
            must(params->values[k] == net->params->values[k], "%s: %zu", walks[i].name, k);
        bs_tape_destroy(tape);
        bs_net_destroy(net);
    }
}
END_TEST

/* ---- what is on the tape --------------------------------------------------------------------- */

static struct bs_tape *tiny(const char *notation, struct bs_stepper wanted)
{
    struct bs_arch *arch = arch_of(1, (const int[]){1, 1}, (const char *const[]){"sigmoid"},
                                   BS_BIAS_UNITS, "half_squared_error");
    return tape_by(drop_arch(arch, notation_of(arch, notation)), (const double[]){0.5, 0.25},
                   (const double[]){1}, (const double[]){0}, stepper_of(wanted));
}

START_TEST(settings_and_state_are_given_and_their_recurrences_stand_in_the_update)
{
    static const struct {
        const char *name, *notation, *listing;
    } cases[] = {
        {"sgd", "delta",
         "x_1 t_1 W1_11 b1_1 eta z1_1 a1_1 E dE_dE dE_da1_1 delta1_1 dE_dW1_11 dE_db1_1 dW1_11 "
         "W1_11_new db1_1 b1_1_new z1_1_new a1_1_new E_new"},
        {"momentum", "delta",
         "x_1 t_1 W1_11 b1_1 eta momentum m_W1_11 m_b1_1 z1_1 a1_1 E dE_dE dE_da1_1 delta1_1 "
         "dE_dW1_11 dE_db1_1 m_W1_11_new dW1_11 W1_11_new m_b1_1_new db1_1 b1_1_new z1_1_new "
         "a1_1_new E_new"},
        {"rmsprop", "matrix",
         "x_1 y_1 W1_11 b1_1 eta rho eps s_W1_11 s_b1_1 Z1_1 A1_1 L dL dA1_1 dZ1_1 dW1_11 db1_1 "
         "s_W1_11_new W1_11_new s_b1_1_new b1_1_new Z1_1_new A1_1_new L_new"},
        {"adamw", "delta",
         "x_1 t_1 W1_11 b1_1 eta beta1 beta2 eps decay t m_W1_11 m_b1_1 s_W1_11 s_b1_1 z1_1 a1_1 E "
         "dE_dE dE_da1_1 delta1_1 dE_dW1_11 dE_db1_1 m_W1_11_new s_W1_11_new mhat_W1_11 shat_W1_11 "
         "dW1_11 W1_11_new m_b1_1_new s_b1_1_new mhat_b1_1 shat_b1_1 db1_1 b1_1_new z1_1_new "
         "a1_1_new E_new"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_optimiser *row = bs_optimiser_find(cases[i].name);
        struct bs_tape *tape =
            tiny(cases[i].notation,
                 (struct bs_stepper){.optimiser = row, .eta = 0.5, .decay = row->usual_decay});
        ck_assert_str_eq(listing(tape, BS_BY_VALUE, true), cases[i].listing);
        bs_tape_destroy(tape);
    }
}
END_TEST

START_TEST(closed_forms_are_in_the_words_of_the_notation)
{
    static const struct {
        const char *optimiser;
        double decay;
        const char *name, *closed;
    } cases[] = {
        {"sgd", 0, "dw_11", "η·g_1·b_1"},
        {"sgd", 1, "dw_11", "η·(g_1·b_1 − decay·w_11)"},
        {"momentum", 0, "m_w_11_new", "momentum·m_w_11 − g_1·b_1"},
        {"momentum", 0, "dw_11", "−η·m_w_11'"},
        {"nesterov", 0, "dw_11", "η·(g_1·b_1 − momentum·m_w_11')"},
        {"adagrad", 0, "s_v_21_new", "s_v_21 + (−e_1·x_2)²"},
        {"adagrad", 0, "dtheta_1", "−η·g_1/(sqrt(s_θ_1') + eps)"},
        {"adam", 0, "m_gamma_2_new", "β1·m_γ_2 + (1 − β1)·e_2"},
        {"adam", 1, "m_gamma_2_new", "β1·m_γ_2 + (1 − β1)·e_2"},
        {"adam", 1, "m_w_11_new", "β1·m_w_11 + (1 − β1)·(decay·w_11 − g_1·b_1)"},
        {"adam", 0, "mhat_w_11", "m_w_11'/(1 − β1^t)"},
        {"adam", 0, "dw_11", "−η·mhat_w_11/(sqrt(shat_w_11) + eps)"},
        {"adam", 0, "w_11_new", "w_11 + Δw_11"},
        {"adamw", 1, "m_w_11_new", "β1·m_w_11 − (1 − β1)·g_1·b_1"},
        {"adamw", 1, "dw_11", "−η·decay·w_11 − η·mhat_w_11/(sqrt(shat_w_11) + eps)"},
        {"adamw", 1, "dtheta_1", "−η·mhat_θ_1/(sqrt(shat_θ_1) + eps)"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_arch *arch = a_arch(BS_BIAS_UNITS);
        const double params[] = {0.1, 0.8, 0.4, 0.6, 0.1, 0.2, 0.3, 0.9, -0.1};
        struct bs_tape *tape = tape_by(
            drop_arch(arch, notation_of(arch, "lecture")), params, a_x, a_t,
            stepper_of((struct bs_stepper){.optimiser = bs_optimiser_find(cases[i].optimiser),
                                           .eta = 1,
                                           .decay = cases[i].decay}));
        ck_assert_str_eq(closed_form(tape, cases[i].name), cases[i].closed);
        bs_tape_destroy(tape);
    }
}
END_TEST

/* ---- the kernels, on networks at random ------------------------------------------------------ */

static void check_tape(struct bs_tape *tape)
{
    for (int64_t p = 0; p < bs_tape_length(tape); p++) {
        const bs_entry entry = bs_tape_at(tape, p);
        const char *name = spelling(tape, entry);
        const struct bs_derivation derivation = derived(tape, entry);
        must(bs_tape_position(tape, entry) == p, "%s is elsewhere", name);
        must(entry_of(tape, name) == entry, "%s is another entry", name);
        must(derivation.is_checked == (derivation.count > 0), "%s is not checked", name);
        must(isfinite(derivation.value), "%s is %g", name, derivation.value);
    }
}

static struct bs_stepper *random_stepper(const struct bs_optimiser *row, size_t count,
                                         struct bs_rng *rng)
{
    double m[128], s[128];
    fill_random(m, COUNT_OF(m), rng, -1, 1);
    fill_random(s, COUNT_OF(s), rng, 0, 1);
    return stepper_of((struct bs_stepper){.optimiser = row,
                                          .eta = 0.25,
                                          .decay = bs_rng_below(rng, 2) ? 0.125 : 0,
                                          .t = 1 + (double)bs_rng_below(rng, 100),
                                          .count = count,
                                          .m = m,
                                          .s = s});
}

/* The tape as it is in another notation has the same numbers, but for the signs of thresholds. */
static void check_notations(struct bs_tape *tape, struct bs_arch *arch)
{
    static const char *const names[] = {"delta", "matrix", "watermelon", "lecture"};
    for (size_t i = 0; i < COUNT_OF(names) - (arch->depth == 2 ? 0 : 2); i++) {
        struct bs_notation *notation = notation_of(arch, names[i]);
        struct bs_tape *other = NULL;
        struct bs_error err;
        must_do(bs_tape_as(&other, tape, notation, &err), err);
        check_tape(other);
        for (int64_t p = 0; p < bs_tape_length(tape); p++) {
            const bs_entry entry = bs_tape_at(tape, p),
                           there = bs_tape_counterpart(other, tape, entry);
            if (bs_tape_phase(tape, entry) != BS_PHASE_UPDATE || there == BS_NO_ENTRY)
                continue;
            must(fabs(fabs(derived(tape, entry).value) - fabs(derived(other, there).value)) <=
                     1e-14,
                 "%s", spelling(tape, entry));
        }
        bs_tape_destroy(other);
        bs_notation_drop(notation);
    }
}

START_TEST(every_entry_agrees_with_the_kernels_in_every_notation)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 11);
    for (int k = 0; k < 6; k++)
        for (const struct bs_optimiser *row = bs_optimisers; row->recipe.name; row++) {
            struct net_case made = random_case(&rng);
            struct bs_tape *tape =
                tape_by(notation_of(made.arch, "delta"), made.params->values, bs_pass_x(made.pass),
                        bs_pass_t(made.pass), random_stepper(row, made.params->count, &rng));
            check_tape(tape);
            check_notations(tape, made.arch);
            bs_tape_destroy(tape);
            finish_case(&made);
        }
}
END_TEST

START_TEST(the_next_tape_carries_the_state_and_the_count_on)
{
    struct bs_tape *tape = tiny(
        "delta", (struct bs_stepper){.optimiser = bs_optimiser_find("adam"), .eta = 0.5, .t = 3});
    struct bs_tape *next = next_of(tape);
    ck_assert(value_at(next, "t") == 4);
    ck_assert(value_at(next, "m_W1_11") == value_at(tape, "m_W1_11_new"));
    ck_assert(value_at(next, "s_b1_1") == value_at(tape, "s_b1_1_new"));
    ck_assert(value_at(next, "W1_11") == value_at(tape, "W1_11_new"));
    ck_assert(value_at(next, "E") == value_at(tape, "E_new"));
    bs_tape_destroy(next);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(another_notation_is_at_the_same_step_of_an_update)
{
    static const struct {
        const char *from, *shown, *to, *last;
    } cases[] = {{"delta", "m_b1_1", "matrix", "m_b1_1"},
                 {"delta", "beta2", "matrix", "beta2"},
                 {"delta", "shat_W1_11", "matrix", "shat_W1_11"},
                 {"matrix", "W1_11_new", "delta", "W1_11_new"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_tape *tape = tiny(
            cases[i].from, (struct bs_stepper){.optimiser = bs_optimiser_find("adam"), .eta = 0.5});
        struct bs_notation *notation =
            notation_of(bs_notation_arch(bs_tape_notation(tape)), cases[i].to);
        struct bs_tape *other = NULL;
        bs_tape_seek(tape, entry_of(tape, cases[i].shown));
        must(bs_tape_as(&other, tape, notation, NULL) == BS_OK, "refused");
        const int64_t position = bs_tape_cursor(other).position;
        ck_assert_str_eq(spelling(other, bs_tape_at(other, position - 1)), cases[i].last);
        bs_tape_destroy(other);
        bs_tape_destroy(tape);
        bs_notation_drop(notation);
    }
}
END_TEST

/* A name that the optimiser gives to a number of its own, or to one of a parameter's. */
START_TEST(a_name_that_the_optimiser_needs_is_refused)
{
    static const struct {
        const char *loss, *message;
    } cases[] = {{"t", "two entries would both be called t"},
                 {"beta1", "two entries would both be called beta1"},
                 {"m_w", "two entries would both be called m_w"},
                 {"mhat_w", "two entries would both be called mhat_w"},
                 {"s_w_new", "two entries would both be called s_w_new"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_notation_spec spec = {
            .weight = {{.listed = (const char *const[]){"w"}}},
            .loss = {.listed = (const char *const[]){cases[i].loss}}};
        struct net_case made =
            case_of(arch_of(1, (const int[]){1, 1}, (const char *const[]){"sigmoid"}, BS_BIAS_NONE,
                            "half_squared_error"),
                    (const double[]){1}, (const double[]){1}, (const double[]){1});
        struct bs_notation *notation = table_of(made.arch, &spec);
        struct bs_stepper *stepper =
            stepper_of((struct bs_stepper){.optimiser = bs_optimiser_find("adam"), .eta = 1});
        struct bs_tape *tape = NULL;
        struct bs_error err;
        ck_assert_int_eq(bs_tape_with_update(&tape, made.pass, notation, stepper, &err),
                         BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert_ptr_null(tape);
        made.pass = NULL;
        bs_stepper_drop(stepper);
        bs_notation_drop(notation);
        finish_case(&made);
    }
}
END_TEST

/* ---- free-form tapes ------------------------------------------------------------------------- */

/* ∂f/∂x = z = −4; m_x = 2, momentum ½: m_x' = 1 − 4 = −3, x' = −2 + 0.3, f' = (−1.7 + 5)·(−4). */
START_TEST(a_circuit_is_updated_by_an_optimiser)
{
    struct bs_tape *tape = sum_times_z();
    double m[] = {2};
    struct bs_error err;
    const struct bs_stepper by = {.optimiser = bs_optimiser_find("momentum"),
                                  .options = {0.5},
                                  .eta = 0.1,
                                  .t = 1,
                                  .count = 1,
                                  .m = m};
    backward(tape, "f");
    bs_tape_seek(tape, entry_of(tape, "q"));
    must_do(bs_tape_update_by(tape, (const char *const[]){"x"}, &by, &err), err);
    ck_assert_str_eq(listing(tape, BS_BY_VALUE, true),
                     "x y z eta momentum m_x q f df_df df_dq df_dz df_dx df_dy m_x_new x_new "
                     "q_new f_new");
    ck_assert_double_eq_tol(value_at(tape, "m_x_new"), -3, 1e-15);
    ck_assert_double_eq_tol(value_at(tape, "x_new"), -1.7, 1e-15);
    ck_assert_double_eq_tol(value_at(tape, "f_new"), -13.2, 1e-14);
    ck_assert_int_eq(bs_tape_cursor(tape).position, 7); /* q is still the last shown */
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_refused_update_leaves_a_circuit_as_it_was)
{
    static const struct {
        const char *taken;
        double beta;
        const char *message;
    } cases[] = {{"t", 0.5, "two entries would both be called t"},
                 {"m_x", 0.5, "two entries would both be called m_x"},
                 {"c", 2, "beta1 of adam is 2: from 0 to below 1 is possible"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_tape *tape = sum_times_z();
        struct bs_error err;
        const struct bs_stepper by = {.optimiser = bs_optimiser_find("adam"),
                                      .options = {cases[i].beta, 0.5, 1},
                                      .eta = 0.1,
                                      .t = 1,
                                      .count = 1};
        give(tape, cases[i].taken, 1);
        backward(tape, "f");
        const int64_t length = bs_tape_length(tape);
        ck_assert_int_eq(bs_tape_update_by(tape, (const char *const[]){"x"}, &by, &err),
                         BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert_int_eq(bs_tape_length(tape), length);
        must_do(bs_tape_update(tape, (const char *const[]){"x"}, 1, 0.5, &err), err);
        ck_assert(value_at(tape, "x_new") == 0);
        bs_tape_destroy(tape);
    }
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("update",
                       (const TTest *const[]){
                           three_steps_are_those_of_the_formulas,
                           three_tapes_end_where_training_does,
                           settings_and_state_are_given_and_their_recurrences_stand_in_the_update,
                           closed_forms_are_in_the_words_of_the_notation,
                           every_entry_agrees_with_the_kernels_in_every_notation,
                           the_next_tape_carries_the_state_and_the_count_on,
                           another_notation_is_at_the_same_step_of_an_update,
                           a_name_that_the_optimiser_needs_is_refused,
                           a_circuit_is_updated_by_an_optimiser,
                           a_refused_update_leaves_a_circuit_as_it_was,
                           NULL,
                       });
}
