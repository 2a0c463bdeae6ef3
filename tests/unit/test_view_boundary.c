#include "test_net.h"

#include "base/interrupt.h"
#include "view/boundary.h"

/* Five wide at most, so that every cell can be worked out by hand. */
static struct bs_plane plane_of(int columns, int rows)
{
    return (struct bs_plane){
        .to = {columns, rows}, .level = 0.5, .columns = columns, .rows = rows, .names = {"u", "v"}};
}

static struct bs_net *linear_net(int outputs, const double *params)
{
    struct bs_net *net;
    struct bs_arch *arch = arch_of(1, (const int[]){2, outputs}, (const char *const[]){"identity"},
                                   BS_BIAS_UNITS, "half_squared_error");
    ck_assert_int_eq(bs_net_create(&net, arch, NULL), BS_OK);
    memcpy(bs_net_own_params(net), params, arch->parameters * sizeof *params);
    bs_arch_drop(arch);
    return net;
}

typedef int view_of_plane(struct bs_buf *buf, const struct bs_net *net,
                          const struct bs_plane *plane, const struct bs_page *page,
                          struct bs_error *err);

static const struct bs_page page = {.form = BS_UNICODE, .digits = {4, -1}};

static void check_view(view_of_plane *view, const struct bs_net *net, const struct bs_plane *plane,
                       const struct bs_page *on, const char *expected)
{
    struct bs_buf buf = BS_BUF_INIT;
    struct bs_error err;
    ck_assert_int_eq(bs_plane_check(plane, net->arch, &err), BS_OK);
    ck_assert_int_eq(view(&buf, net, plane, on, &err), BS_OK);
    ck_assert_str_eq(bs_buf_text(&buf), expected);
    bs_buf_finish(&buf);
}

/*
 * y = u − 1.5 is at least 0.5 from u = 2 on.  Right are the first, the second, one of the two in
 * one cell, and the last, which lies outside.
 */
static const double right_half[] = {1, 0, -1.5};
static const double samples[] = {0.5, 2.5, 3.5, 0.5, 2.5, 1.5, 1.2, 0.5, 1.8, 0.5, 9, 9};
static const double targets[] = {0, 1, 0, 0, 1, 1};

static struct bs_plane plane_with_samples(void)
{
    struct bs_plane plane = plane_of(4, 3);
    plane.samples = 6;
    plane.x = samples;
    plane.t = targets;
    return plane;
}

START_TEST(regions_and_samples_lie_where_they_are)
{
    struct bs_net *net = linear_net(1, right_half);
    const struct bs_plane plane = plane_with_samples();
    check_view(bs_view_boundary, net, &plane, &page,
               "   v\n"
               " 3 │○ ░░\n"
               "   │  ○░\n"
               "   │ ◐░●\n"
               " 0 └────\n"
               "    0 u 4\n"
               "░ output ≥ 0.5   ● target ≥ 0.5   ○ target < 0.5   ◐ several\n"
               "samples on the right side: 4 of 6");
    struct bs_page other = page;
    other.form = BS_ASCII;
    other.lang = "zh";
    check_view(bs_view_boundary, net, &plane, &other,
               "   v\n"
               " 3 |o ..\n"
               "   |  o.\n"
               "   | &.x\n"
               " 0 +----\n"
               "    0 u 4\n"
               ". 输出 >= 0.5   x 目标 >= 0.5   o 目标 < 0.5   & 几类样本重叠\n"
               "落在正确一侧的样本：4/6");
    bs_net_destroy(net);
}
END_TEST

/* 0, u − 1 and 2u − 4 are largest for u below 1, from 1 to 3, and above 3. */
START_TEST(the_largest_of_several_outputs_is_the_class)
{
    struct bs_net *net = linear_net(3, (const double[]){0, 0, 1, 0, 2, 0, 0, -1, -4});
    struct bs_plane plane = plane_of(5, 1);
    check_view(bs_view_boundary, net, &plane, &page,
               "   v\n"
               " 1 │ ░░▒▒\n"
               " 0 └─────\n"
               "    0 u 5\n"
               "░ class 2   ▒ class 3");
    plane.samples = 1;
    plane.x = (const double[]){4.5, 0.5};
    plane.t = (const double[]){0, 0, 1};
    check_view(bs_view_boundary, net, &plane, &page,
               "   v\n"
               " 1 │ ░░▒◇\n"
               " 0 └─────\n"
               "    0 u 5\n"
               "○ class 1   ░ ● class 2   ▒ ◇ class 3\n"
               "samples on the right side: 1 of 1");
    bs_net_destroy(net);
}
END_TEST

/* 10³⁰⁸·u is no double from u = 1.8 on. */
START_TEST(an_output_that_overflows_has_no_class)
{
    struct bs_net *net = linear_net(1, (const double[]){1e308, 0, 0});
    const struct bs_plane plane = plane_of(4, 1);
    check_view(bs_view_boundary, net, &plane, &page,
               "   v\n"
               " 1 │░░??\n"
               " 0 └────\n"
               "    0 u 4\n"
               "░ output ≥ 0.5   ? no finite output");
    bs_net_destroy(net);
}
END_TEST

static void check_has(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "no %s", part);
}

/* Of 96 cells, 5 pixels wide, the left 48 are not in the region; samples lie in their middle. */
START_TEST(an_image_has_regions_samples_and_names)
{
    struct bs_net *net = linear_net(1, right_half);
    struct bs_plane plane = plane_with_samples();
    struct bs_buf buf = BS_BUF_INIT;
    struct bs_error err;
    plane.names[0] = "<u>";
    ck_assert_int_eq(bs_view_boundary_svg(&buf, net, &plane, &page, &err), BS_OK);
    const char *text = bs_buf_text(&buf);
    ck_assert_int_eq(strncmp(text, "<svg xmlns='http://www.w3.org/2000/svg'", 39), 0);
    check_has(text, "<rect x='60' y='30' width='240' height='5' fill='#ffffff'/>\n"
                    "<rect x='300' y='30' width='240' height='5' fill='#cfe2f3'/>\n");
    check_has(text, "<circle cx='120' cy='89' r='5' fill='#ffffff' stroke='#000000'/>");
    check_has(text, "<circle cx='480' cy='329' r='5' fill='#1f5f99' stroke='#000000'/>");
    check_has(text, "&lt;u&gt;</text>");
    check_has(text, "</svg>\n");
    bs_buf_finish(&buf);
    bs_net_destroy(net);
}
END_TEST

START_TEST(the_plane_goes_from_one_round_number_to_another)
{
    static const struct {
        double first, second, from, to;
    } cases[] = {
        {0.243, 0.774, 0.2, 0.8}, {0.46, 0.042, 0, 0.5},
        {0, 1, -0.1, 1.1},        {-5, 7, -6, 8},
        {3, 3, 2.5, 3.5},         {0, 0, -0.1, 0.1},
        {-4, -4, -4.5, -3.5},     {1e-30, 7e-30, 5e-31, 7.5e-30},
    };
    for (size_t k = 0; k < COUNT_OF(cases); k++) {
        const double x[] = {0, cases[k].first, 1, cases[k].second};
        struct bs_plane plane = {.samples = 2, .x = x};
        bs_plane_fit(&plane, 1);
        const double near = 1e-12 * (fabs(cases[k].from) + fabs(cases[k].to));
        ck_assert_double_eq_tol(plane.from[1], cases[k].from, near);
        ck_assert_double_eq_tol(plane.to[1], cases[k].to, near);
    }
}
END_TEST

START_TEST(without_samples_the_plane_goes_from_0_to_1)
{
    struct bs_plane plane = {.samples = 0};
    bs_plane_fit(&plane, 0);
    ck_assert_double_eq(plane.from[0], 0);
    ck_assert_double_eq(plane.to[0], 1);
}
END_TEST

static void check_refused(const struct bs_plane *plane, int inputs, int outputs, const char *why)
{
    struct bs_error err;
    struct bs_arch *arch =
        arch_of(1, (const int[]){inputs, outputs}, (const char *const[]){"identity"}, BS_BIAS_UNITS,
                "half_squared_error");
    ck_assert_int_eq(bs_plane_check(plane, arch, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, why);
    bs_arch_drop(arch);
}

START_TEST(what_is_no_plane_is_refused)
{
    struct bs_plane plane = plane_of(4, 3);
    check_refused(&plane, 3, 1, "a boundary is drawn in the plane of 2 inputs: the network has 3");
    check_refused(&plane, 2, 5,
                  "a boundary is drawn for 4 classes at most: the network has 5 outputs");
    plane.from[1] = 3;
    check_refused(&plane, 2, 1, "the plane must go from less to more in v: got 3 to 3");
    plane.from[1] = (double)INFINITY;
    check_refused(&plane, 2, 1, "the plane must go from less to more in v: got inf to 3");
}
END_TEST

START_TEST(an_interrupt_stops_it)
{
    struct bs_net *net = linear_net(1, right_half);
    const struct bs_plane plane = plane_of(4, 3);
    struct bs_buf buf = BS_BUF_INIT;
    struct bs_error err;
    bs_interrupt_raise();
    ck_assert_int_eq(bs_view_boundary(&buf, net, &plane, &page, &err), BS_INTERRUPTED);
    bs_interrupt_clear();
    bs_buf_finish(&buf);
    bs_net_destroy(net);
}
END_TEST

static bool try_view(void *context)
{
    const struct bs_plane plane = plane_with_samples();
    struct bs_buf buf = BS_BUF_INIT;
    const int status = bs_view_boundary(&buf, context, &plane, &page, NULL);
    const bool is_whole = status == BS_OK;
    ck_assert(is_whole || status == BS_NO_MEMORY);
    bs_buf_finish(&buf);
    return is_whole;
}

START_TEST(running_out_of_memory_is_an_error)
{
    struct bs_net *net = linear_net(1, right_half);
    bs_refuse_each_allocation(try_view, net);
    bs_net_destroy(net);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        regions_and_samples_lie_where_they_are,
        the_largest_of_several_outputs_is_the_class,
        an_output_that_overflows_has_no_class,
        an_image_has_regions_samples_and_names,
        the_plane_goes_from_one_round_number_to_another,
        without_samples_the_plane_goes_from_0_to_1,
        what_is_no_plane_is_refused,
        an_interrupt_stops_it,
        running_out_of_memory_is_an_error,
        NULL,
    };
    return bs_suite_of("boundary", tests);
}
