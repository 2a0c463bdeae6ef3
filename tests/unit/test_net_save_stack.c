#include "test_net.h"

#include "base/interrupt.h"
#include "net/save.h"
#include "net/stack.h"

/* Text of a network of a convolution, a pool and two layers within a residual, one of them named.
 */
static const char whole[] =
    "{\"backstep\": \"network\", \"schema\": 1, \"input\": {\"sizes\": [1, 3, 4], \"steps\": 2}, "
    "\"loss\": \"squared_error\", \"kink\": 0.5, \"stack\": ["
    "{\"layer\": \"conv2d\", \"options\": {\"channels\": 1, \"kernel\": [2, 1]}, \"activation\": "
    "\"leaky_relu\", \"setting\": [0.5]}, "
    "{\"layer\": \"max_pool\", \"options\": {\"size\": [2, 2]}}, "
    "{\"layer\": \"flatten\", \"options\": {}}, "
    "{\"layer\": \"dense\", \"name\": \"out\", \"options\": {\"units\": 1, \"bias\": false}}], "
    "\"parameters\": {\"conv1_K\": [1, 2], \"conv1_b\": [0.1], \"out_W\": [3, 4]}}";

static int read(struct bs_net **out, const char *text, struct bs_error *err)
{
    json_t *json = NULL;
    int status = bs_json_parse(&json, text, strlen(text), err);
    if (status == BS_OK)
        status = bs_net_of_json(out, json, err);
    json_decref(json);
    return status;
}

static void must_be_whole(const struct bs_net *net)
{
    static const double values[] = {1, 2, 0.1, 3, 4};
    const struct bs_stack *stack = net->arch->stack;
    ck_assert_uint_eq(net->params->count, COUNT_OF(values));
    ck_assert_mem_eq(net->params->values, values, sizeof values);
    ck_assert_int_eq(stack->count, 5);
    ck_assert_int_eq(stack->in.steps, 2);
    ck_assert_int_eq(stack->stages[0].out.size[1], 2);
    ck_assert_str_eq(stack->stages[1].activation->name, "leaky_relu");
    ck_assert_double_eq(stack->stages[1].setting.values[0], 0.5);
    ck_assert_str_eq(stack->stages[4].name, "out");
    ck_assert_double_eq(net->arch->kink, 0.5);
}

/* Read, written and read again it is the same. */
static bool read_write_read(void *context)
{
    struct bs_net *first = NULL, *again = NULL;
    struct bs_buf buf = BS_BUF_INIT;
    json_t *json = NULL;
    (void)context;
    int status = read(&first, whole, NULL);
    if (status == BS_OK)
        status = bs_net_to_json(&json, first, NULL);
    if (status == BS_OK)
        bs_json_put(&buf, json);
    if (status == BS_OK && !buf.failed)
        status = read(&again, bs_buf_text(&buf), NULL);
    json_decref(json);
    ck_assert(status == BS_OK || status == BS_NO_MEMORY);
    const bool worked = again;
    if (worked)
        must_be_whole(again);
    bs_buf_finish(&buf);
    bs_net_destroy(first);
    bs_net_destroy(again);
    return worked;
}

START_TEST(a_network_of_layers_is_restored_to_the_bit)
{
    ck_assert(read_write_read(NULL));
}
END_TEST

START_TEST(a_refused_request_for_memory_is_an_error)
{
    bs_refuse_each_allocation(read_write_read, NULL);
}
END_TEST

START_TEST(an_interrupt_ends_reading_and_writing)
{
    struct bs_net *net = NULL, *again = NULL;
    struct bs_buf buf = BS_BUF_INIT;
    json_t *json = NULL;
    ck_assert_int_eq(read(&net, whole, NULL), BS_OK);
    ck_assert_int_eq(bs_net_to_json(&json, net, NULL), BS_OK);
    bs_interrupt_raise();
    bs_json_put(&buf, json);
    json_decref(json);
    ck_assert(buf.failed);
    ck_assert_int_eq(bs_net_to_json(&json, net, NULL), BS_INTERRUPTED);
    ck_assert_int_eq(read(&again, whole, NULL), BS_INTERRUPTED);
    ck_assert_ptr_null(again);
    bs_interrupt_clear();
    bs_buf_finish(&buf);
    bs_net_destroy(net);
}
END_TEST

static void put_changed(struct bs_buf *buf, const char *from, const char *to)
{
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
        {"[1, 3, 4]", "[1, 3, 4, 5]", "input.sizes must be a list of 1 to 3 numbers"},
        {"[1, 3, 4]", "[1, 0, 4]", "input.sizes must be from 1 to 100000, got 0"},
        {"[1, 3, 4]", "[100000, 100000, 4]", "the input has more than 67108864 numbers a sample"},
        {"[1, 3, 4]", "[1, 2, 4]", "pool1 (max_pool): a window of 2 rows does not fit into 1"},
        {"\"steps\": 2", "\"steps\": -1", "input.steps must be from 1 to 100000, got -1"},
        {"conv2d", "conv2",
         "stack[1].layer: there is no layer called \"conv2\": did you mean "
         "conv2d?"},
        {"\"channels\": 1", "\"channels\": 1.5",
         "stack[1].options.channels must be whole, from 1 to 100000, got 1.5"},
        {"\"channels\": 1, ", "", "stack[1].options needs channels"},
        {"[2, 1]}", "[2]}", "stack[1].options.kernel must have 2 numbers, got 1"},
        {"\"size\"", "\"sise\"",
         "stack[2].options has \"sise\", which this program does not know: did you mean size?"},
        {"\"flatten\", ", "\"flatten\", \"activation\": \"relu\", ",
         "stack[3]: flatten takes no activation"},
        {"\"flatten\", ", "\"flatten\", \"layers\": [], ",
         "stack[3]: flatten takes no layers within it"},
        {"\"out\"", "\"o u\"",
         "a layer cannot be called \"o u\": a name is letters, digits and _, and does not start "
         "with a digit"},
        {"\"kink\": 0.5", "\"kink\": 2", "kink must be 0, 0.5 or 1, got 2"},
        {"[3, 4]", "[3, 4, 5]", "parameters must have 5 numbers in all, got 6"},
        {"[3, 4]", "[3, null]", "parameters.out_W[2] must be a number, got null"},
        {"\"out_W\"", "\"out_w\"", "parameters.out_W must be a list, got nothing"},
        {"[{\"layer\": \"conv2d\"", "[[], {\"layer\": \"conv2d\"",
         "stack[1] must be an object, got a list"},
        {"\"units\": 1", "\"units\": 100000", "parameters must have 200003 numbers in all, got 5"},
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

Suite *bs_suite(void)
{
    return bs_suite_of("save_stack", (const TTest *const[]){
                                         a_network_of_layers_is_restored_to_the_bit,
                                         a_refused_request_for_memory_is_an_error,
                                         an_interrupt_ends_reading_and_writing,
                                         what_is_no_network_is_refused_with_its_place,
                                         NULL,
                                     });
}
