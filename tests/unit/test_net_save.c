#include "test_net.h"

#include "net/save.h"

static struct bs_net *net_of(struct bs_arch *arch, struct bs_rng *rng)
{
    struct bs_net *net = NULL;
    ck_assert_int_eq(bs_net_create(&net, arch, NULL), BS_OK);
    fill_random(net->params->values, net->params->count, rng, -2, 2);
    bs_arch_drop(arch);
    return net;
}

/* The text of the network, which bs_buf_finish releases. */
static struct bs_buf text_of(const struct bs_net *net)
{
    struct bs_buf buf = BS_BUF_INIT;
    json_t *json = NULL;
    ck_assert_int_eq(bs_net_to_json(&json, net, NULL), BS_OK);
    bs_json_put(&buf, json);
    ck_assert(!buf.failed);
    json_decref(json);
    return buf;
}

static int read(struct bs_net **out, const char *text, struct bs_error *err)
{
    json_t *json = NULL;
    int status = bs_json_parse(&json, text, strlen(text), err);
    if (status == BS_OK)
        status = bs_net_of_json(out, json, err);
    json_decref(json);
    return status;
}

static void check_same(const struct bs_net *a, const struct bs_net *b)
{
    ck_assert_int_eq(a->arch->depth, b->arch->depth);
    ck_assert_ptr_eq(a->arch->loss, b->arch->loss);
    ck_assert_double_eq(a->arch->kink, b->arch->kink);
    for (int l = 0; l < a->arch->depth; l++) {
        const struct bs_layer *x = &a->arch->layers[l], *y = &b->arch->layers[l];
        ck_assert_int_eq(x->inputs, y->inputs);
        ck_assert_int_eq(x->units, y->units);
        ck_assert_int_eq(x->bias, y->bias);
        ck_assert_ptr_eq(x->activation, y->activation);
        ck_assert_int_eq(x->setting.count, y->setting.count);
        for (int i = 0; i < x->setting.count; i++)
            ck_assert_double_eq(x->setting.values[i], y->setting.values[i]);
    }
    ck_assert_uint_eq(a->params->count, b->params->count);
    ck_assert_mem_eq(a->params->values, b->params->values, a->params->count * sizeof(double));
}

/* Numbers from the least to the greatest double, and both zeros, among them. */
START_TEST(a_network_is_restored_to_the_bit)
{
    static const double special[] = {0.0, -0.0, 5e-324, -1.7976931348623157e308,
                                     0.1, 1e23, 1.0 / 3};
    struct bs_rng rng;
    bs_rng_seed(&rng, 1);
    for (int i = 0; i < 200; i++) {
        struct bs_net *net = net_of(random_arch(&rng), &rng), *back = NULL;
        struct bs_error err = {.text = ""};
        for (size_t k = 0; k < COUNT_OF(special) && k < net->params->count; k++)
            net->params->values[k] = special[(k + (size_t)i) % COUNT_OF(special)];
        struct bs_buf buf = text_of(net);
        ck_assert_msg(read(&back, bs_buf_text(&buf), &err) == BS_OK, "%s\n%s", err.text,
                      bs_buf_text(&buf));
        check_same(net, back);
        bs_buf_finish(&buf);
        bs_net_destroy(back);
        bs_net_destroy(net);
    }
}
END_TEST

START_TEST(a_setting_and_a_kink_are_restored)
{
    const int sizes[] = {1, 1};
    const struct bs_func *func = bs_func_find("leaky_relu");
    const struct bs_setting setting = {1, {0.2}};
    const struct bs_arch_spec spec = {
        1, sizes, &func, BS_BIAS_UNITS, bs_loss_find("squared_error"), 0.5, &setting};
    struct bs_arch *arch = NULL;
    struct bs_rng rng;
    bs_rng_seed(&rng, 2);
    ck_assert_int_eq(bs_arch_create(&arch, &spec, NULL), BS_OK);
    struct bs_net *net = net_of(arch, &rng), *back = NULL;
    struct bs_buf buf = text_of(net);
    ck_assert_int_eq(read(&back, bs_buf_text(&buf), NULL), BS_OK);
    check_same(net, back);
    bs_buf_finish(&buf);
    bs_net_destroy(back);
    bs_net_destroy(net);
}
END_TEST

/* What a person would write by hand. */
START_TEST(whole_numbers_and_any_order_of_keys_are_read)
{
    struct bs_net *net = NULL;
    ck_assert_int_eq(read(&net,
                          "{\"layers\": [{\"biases\": [3], \"weights\": [[1, -2e0]], \"units\": 1, "
                          "\"activation\": \"relu\"}], \"kink\": 0, \"loss\": \"squared_error\", "
                          "\"bias\": \"shared\", \"inputs\": 2, \"schema\": 1, \"backstep\": "
                          "\"network\"}",
                          NULL),
                     BS_OK);
    ck_assert_uint_eq(net->params->count, 3);
    ck_assert_double_eq(net->params->values[0], 1);
    ck_assert_double_eq(net->params->values[1], -2);
    ck_assert_double_eq(net->params->values[2], 3);
    bs_net_destroy(net);
}
END_TEST

/* A network with one part of its text changed. */
static void put_changed(struct bs_buf *buf, const char *from, const char *to)
{
    static const char whole[] =
        "{\"backstep\": \"network\", \"schema\": 1, \"inputs\": 2, \"bias\": \"units\", "
        "\"loss\": \"squared_error\", \"kink\": 0, \"layers\": [{\"units\": 1, \"activation\": "
        "\"leaky_relu\", \"setting\": [0.5], \"weights\": [[1, 2]], \"biases\": [3]}]}";
    const char *at = strstr(whole, from);
    ck_assert_msg(at != NULL, "%s is not there", from);
    bs_buf_put_n(buf, whole, (size_t)(at - whole));
    bs_buf_put(buf, to);
    bs_buf_put(buf, at + strlen(from));
}

START_TEST(what_is_no_network_is_refused_with_its_place)
{
    static const struct {
        const char *from, *to, *message;
    } cases[] = {
        {"\"network\"", "\"lesson\"",
         "it is no network that backstep saved: it has no \"backstep\": \"network\""},
        {"\"schema\": 1", "\"schema\": 2", "its schema is 2, and this program knows schema 1 only"},
        {"\"schema\": 1", "\"schema\": \"1\"", "schema must be a whole number, got a string"},
        {"\"schema\": 1, ", "", "schema must be a whole number, got nothing"},
        {"\"inputs\": 2", "\"inputs\": 2.0", "inputs must be a whole number, got a number"},
        {"\"inputs\": 2", "\"inputs\": 0", "inputs must be from 1 to 100000, got 0"},
        {"\"inputs\": 2", "\"inputs\": 9223372036854775807",
         "inputs must be from 1 to 100000, got 9223372036854775807"},
        {"\"inputs\": 2", "\"inputs\": 3", "layers[1].weights[1] must have 3 numbers, got 2"},
        {"\"units\"", "\"unit\"",
         "bias must be \"units\", \"shared\" or \"none\", got another string"},
        {"\"bias\": \"units\"", "\"bias\": null",
         "bias must be \"units\", \"shared\" or \"none\", got null"},
        {"\"bias\": \"units\"", "\"bias\": \"none\"",
         "layers[1].biases must have 0 numbers, got 1"},
        {"squared_error", "squared_eror",
         "loss: there is no loss called \"squared_eror\": did you mean squared_error?"},
        {"squared_error", "cross_entropy",
         "loss cross_entropy goes with softmax at the output, not with leaky_relu"},
        {"\"kink\": 0", "\"kink\": []", "kink must be a number, got a list"},
        {"\"kink\": 0", "\"kink\": 7", "the slope at a kink is 7: it can be 0, 0.5 or 1"},
        {"\"kink\": 0", "\"knik\": 0",
         "the network has \"knik\", which this program does not know: did you mean kink?"},
        {"\"units\": 1", "\"units\": 100000", "layers[1].biases must have 100000 numbers, got 1"},
        {"\"units\": 1", "\"units\": -1", "layers[1].units must be from 1 to 100000, got -1"},
        {"leaky_relu", "leaky\\u001b",
         "layers[1].activation: there is no activation called \"leaky?\""},
        {"leaky_relu", "log", "layer 1 cannot have log: it is no activation"},
        {"\"leaky_relu\"", "\"mish\", \"formula\": \"x^2\"",
         "layers[1].activation: the network was saved with another mish than there is now: "
         "define(\"mish\", \"x^2\") first"},
        {"\"leaky_relu\"", "\"relu\", \"formula\": \"x^2\"",
         "layers[1].activation: the network was saved with another relu than there is now: "
         "define(\"relu\", \"x^2\") first"},
        {"\"leaky_relu\"", "7", "layers[1].activation must be a string, got a number"},
        {"[0.5]", "[0.5, \"x\"]", "layers[1].setting[2] must be a number, got a string"},
        {"[0.5]", "[1, 2, 3, 4, 5, 6, 7, 8, 9]",
         "layers[1].setting must have at most 4 numbers, got 9"},
        {"[0.5]", "[0.5, 0.25]", "layer 1: leaky_relu has 1 parameter, got 2"},
        {"[1, 2]", "[1, \"nan\"]", "layers[1].weights[1][2] must be a number, got a string"},
        {"[1, 2]", "[1, null]", "layers[1].weights[1][2] must be a number, got null"},
        {"[[1, 2]]", "[[1, 2], [3, 4]]", "layers[1].weights must have 1 row, got 2"},
        {"[[1, 2]]", "{\"1\": [1, 2]}", "layers[1].weights must be a list, got an object"},
        {"[1, 2]", "true", "layers[1].weights[1] must be a list, got true"},
        {"[3]", "[[3]]", "layers[1].biases[1] must be a number, got a list"},
        {", \"biases\": [3]", "", "layers[1].biases must be a list, got nothing"},
        {"[{\"units", "[7, {\"units", "layers[1] must be an object, got a number"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_buf buf = BS_BUF_INIT;
        struct bs_net *net = NULL;
        struct bs_error err = {.text = "read"};
        put_changed(&buf, cases[i].from, cases[i].to);
        read(&net, bs_buf_text(&buf), &err);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert_ptr_null(net);
        bs_buf_finish(&buf);
    }
}
END_TEST

START_TEST(what_is_no_json_is_refused_with_line_and_column)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "line 1, column 0: '[' or '{' expected near end of file"},
        {"7", "line 1, column 1: '[' or '{' expected near '7'"},
        {"{\"a\": 1,\n \"a\": 2}", "line 2, column 4: duplicate object key near '\"a\"'"},
        {"[1,\n NaN]", "line 2, column 4: invalid token near 'NaN'"},
        {"[1e999]", "line 1, column 6: real number overflow near '1e999'"},
        {"[99999999999999999999]",
         "line 1, column 21: too big integer near '99999999999999999999'"},
        {"[1, 2", "line 1, column 5: ']' expected near end of file"},
        {"[1] 2", "line 1, column 5: end of file expected near '2'"},
        {"[\"\\u0000\"]",
         "line 1, column 9: \\u0000 is not allowed without JSON_ALLOW_NUL near '\"\\u0000\"'"},
        {"[]", "it is no network that backstep saved: it has no \"backstep\": \"network\""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_net *net = NULL;
        struct bs_error err = {.text = "read"};
        read(&net, cases[i].text, &err);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert_ptr_null(net);
    }
}
END_TEST

START_TEST(deep_nesting_is_refused)
{
    struct bs_buf buf = BS_BUF_INIT;
    struct bs_net *net = NULL;
    struct bs_error err;
    bs_buf_repeat(&buf, "[", 1000000);
    ck_assert_int_eq(read(&net, bs_buf_text(&buf), &err), BS_REFUSED);
    ck_assert_ptr_nonnull(strstr(err.text, "maximum parsing depth reached"));
    bs_buf_finish(&buf);
}
END_TEST

/* Wherever a file is cut off, it is refused. */
START_TEST(every_beginning_of_a_file_is_refused)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 3);
    struct bs_net *net = net_of(random_arch(&rng), &rng);
    struct bs_buf buf = text_of(net);
    for (size_t length = 0; length + 2 < buf.length; length++) {
        json_t *json = NULL;
        ck_assert_int_eq(bs_json_parse(&json, bs_buf_text(&buf), length, NULL), BS_REFUSED);
        ck_assert_ptr_null(json);
    }
    bs_buf_finish(&buf);
    bs_net_destroy(net);
}
END_TEST

static bool save_and_read(void *context)
{
    const struct bs_net *net = context;
    struct bs_buf buf = BS_BUF_INIT;
    struct bs_net *back = NULL;
    json_t *json = NULL;
    int status = bs_net_to_json(&json, net, NULL);
    if (status == BS_OK)
        bs_json_put(&buf, json);
    json_decref(json);
    if (status == BS_OK && !buf.failed)
        status = read(&back, bs_buf_text(&buf), NULL);
    ck_assert(status == BS_OK || status == BS_NO_MEMORY);
    const bool worked = back;
    if (worked)
        check_same(net, back);
    bs_buf_finish(&buf);
    bs_net_destroy(back);
    return worked;
}

START_TEST(a_refused_request_for_memory_is_an_error)
{
    const int sizes[] = {2, 2, 1};
    const char *const activations[] = {"tanh", "sigmoid"};
    struct bs_rng rng;
    bs_rng_seed(&rng, 4);
    struct bs_net *net =
        net_of(arch_of(2, sizes, activations, BS_BIAS_UNITS, "squared_error"), &rng);
    bs_refuse_each_allocation(save_and_read, net);
    bs_net_destroy(net);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("save", (const TTest *const[]){
                                   a_network_is_restored_to_the_bit,
                                   a_setting_and_a_kink_are_restored,
                                   whole_numbers_and_any_order_of_keys_are_read,
                                   what_is_no_network_is_refused_with_its_place,
                                   what_is_no_json_is_refused_with_line_and_column,
                                   deep_nesting_is_refused,
                                   every_beginning_of_a_file_is_refused,
                                   a_refused_request_for_memory_is_an_error,
                                   NULL,
                               });
}
