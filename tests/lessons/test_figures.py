"""The figures of the lessons: exact, and as people have printed them."""

import unittest
from decimal import Decimal

import exact
import program
import tap

# What the homework prints, in the order in which it was worked out.  Each figure comes with its
# definition over the figures printed before it.
SLIDES = {
    "beta_1": ("0.755", lambda p: p.x_1 * p.v_11 + p.x_2 * p.v_21),
    "beta_2": ("0.68", lambda p: p.x_1 * p.v_12 + p.x_2 * p.v_22),
    "b_1": ("0.68", lambda p: exact.sigmoid(p.beta_1)),
    "b_2": ("0.6637", lambda p: exact.sigmoid(p.beta_2)),
    "alpha_1": ("0.80133", lambda p: p.w_11 * p.b_1 + p.w_21 * p.b_2),
    "y_1": ("0.69", lambda p: exact.sigmoid(p.alpha_1)),
    "dE_dy_1": ("0.19", lambda p: p.y_1 - p.d_1),
    "g_1": ("-0.0406", lambda p: (p.d_1 - p.y_1) * (1 - p.y_1) * p.y_1),
    "w_11_new": ("0.2724", lambda p: p.w_11 + p.g_1 * p.b_1),
    "w_21_new": ("0.8731", lambda p: p.w_21 + p.g_1 * p.b_2),
    "e_1": ("-2.650e-3", lambda p: p.g_1 * p.w_11 * (1 - p.b_1) * p.b_1),
    "e_2": ("-8.156e-3", lambda p: p.g_1 * p.w_21 * (1 - p.b_2) * p.b_2),
    "v_11_new": ("0.0991", lambda p: p.v_11 + p.e_1 * p.x_1),
    "v_21_new": ("0.7976", lambda p: p.v_21 + p.e_1 * p.x_2),
    "v_12_new": ("0.3971", lambda p: p.v_12 + p.e_2 * p.x_1),
    "v_22_new": ("0.5927", lambda p: p.v_22 + p.e_2 * p.x_2),
    "beta_1_new": ("0.7525", lambda p: p.x_1 * p.v_11_new + p.x_2 * p.v_21_new),
    "beta_2_new": ("0.6724", lambda p: p.x_1 * p.v_12_new + p.x_2 * p.v_22_new),
    "b_1_new": ("0.6797", lambda p: exact.sigmoid(p.beta_1_new)),
    "b_2_new": ("0.6620", lambda p: exact.sigmoid(p.beta_2_new)),
    "alpha_1_new": ("0.7631", lambda p: p.w_11_new * p.b_1_new + p.w_21_new * p.b_2_new),
    "y_1_new": ("0.6820", lambda p: exact.sigmoid(p.alpha_1_new)),
    "difference_new": ("0.1820", lambda p: p.y_1_new - p.d_1),
}

RELU = {
    "x1_in": ("0.18", lambda p: p.v_A1 * p.A + p.v_B1 * p.B),
    "x2_in": ("0.23", lambda p: p.v_A2 * p.A + p.v_B2 * p.B),
    "y_in": ("0.274", lambda p: p.w_1 * p.x1_in + p.w_2 * p.x2_in),
    "E": ("0.025538", lambda p: (p.y_in - p.y) ** 2 / 2),
    "g_y": ("-0.226", lambda p: p.y_in - p.y),
    "dE_dw_1": ("-0.04068", lambda p: p.g_y * p.x1_in),
    "w_1_new": ("0.54068", lambda p: p.w_1 - p.dE_dw_1),
    "dE_dw_2": ("-0.05198", lambda p: p.g_y * p.x2_in),
    "w_2_new": ("0.85198", lambda p: p.w_2 - p.dE_dw_2),
    "g_x1": ("-0.113", lambda p: p.g_y * p.w_1),
    "g_x2": ("-0.1808", lambda p: p.g_y * p.w_2),
    "dE_dv_A1": ("-0.0226", lambda p: p.g_x1 * p.A),
    "v_A1_new": ("0.6226", lambda p: p.v_A1 - p.dE_dv_A1),
    "dE_dv_A2": ("-0.03616", lambda p: p.g_x2 * p.A),
    "v_A2_new": ("0.13616", lambda p: p.v_A2 - p.dE_dv_A2),
    "dE_dv_B1": ("-0.0339", lambda p: p.g_x1 * p.B),
    "v_B1_new": ("0.2339", lambda p: p.v_B1 - p.dE_dv_B1),
    "dE_dv_B2": ("-0.05424", lambda p: p.g_x2 * p.B),
    "v_B2_new": ("0.75424", lambda p: p.v_B2 - p.dE_dv_B2),
    "x1_in_new": ("0.19469", lambda p: p.v_A1_new * p.A + p.v_B1_new * p.B),
    "x2_in_new": ("0.253504", lambda p: p.v_A2_new * p.A + p.v_B2_new * p.B),
    "y_in_new": ("0.32", lambda p: p.w_1_new * p.x1_in_new + p.w_2_new * p.x2_in_new),
    "E_new": ("0.0162", lambda p: (p.y_in_new - p.y) ** 2 / 2),
}

# The error is printed with more digits than the output that it comes from, 0.69: not over what was
# printed before it, but from the unrounded output.
SLIDES_UNROUNDED = {"E": "0.01810", "E_new": "0.01657"}

# The figures that were rounded on the way, and what they miss the exact value by.  On the slides:
# those that are not the exact value rounded to their digits.
SLIDES_ROUNDED = {
    "alpha_1": "-0.000115", "g_1": "0.0000811", "w_11_new": "0.0000740", "w_21_new": "0.000102",
    "e_1": "0.00000449", "e_2": "0.0000156", "v_22_new": "0.0000545",
}
# The other sheet has no need to round: those that are not exact.
RELU_ROUNDED = {"y_in_new": "-0.00125", "E_new": "0.000223"}


def half_unit(text):
    """Half of what the last digit of a decimal counts."""
    return Decimal(1).scaleb(Decimal(text).as_tuple().exponent) / 2


class Printed:
    """What is known when a figure is worked out, as p.name: what is given, and what was printed."""

    def __init__(self, lesson, sheet):
        figures = exact.read_figures(lesson)
        self.__dict__.update({name: figures[name] for name in figures if name not in sheet})


def misses(lesson, sheet, allowed):
    """What the printed figures miss the exact ones by, where that is more than is allowed."""
    figures = exact.read_figures(lesson)
    found = {}
    for name, (text, _) in sheet.items():
        if name in figures and abs(Decimal(text) - figures[name]) > allowed(text):
            found[name] = Decimal(text) - figures[name]
    return found


class Figures(unittest.TestCase):
    def test_the_figures_kept_are_what_the_formulas_give(self):
        for lesson, work_out in exact.LESSONS.items():
            with self.subTest(lesson):
                kept = (exact.FIGURES / f"{lesson}.txt").read_text(encoding="ascii")
                self.assertEqual(kept, exact.to_text(work_out()))

    def test_every_value_of_a_tape_is_exact_to_1e_12(self):
        for lesson in exact.LESSONS:
            with self.subTest(lesson):
                values, figures = program.values(lesson), exact.read_figures(lesson)
                self.assertEqual(set(values), set(figures))
                for name, value in values.items():
                    miss = abs(Decimal(value) - figures[name])
                    self.assertLessEqual(miss, Decimal("1e-12") * abs(figures[name]), name)

    def check_printed(self, lesson, sheet):
        printed = Printed(lesson, sheet)
        for name, (text, define) in sheet.items():
            self.assertLessEqual(abs(define(printed) - Decimal(text)), half_unit(text), name)
            setattr(printed, name, Decimal(text))

    def test_every_printed_figure_is_its_definition_over_those_before_it(self):
        self.check_printed("slides-example", SLIDES)
        self.check_printed("relu-step", RELU)

    def test_the_errors_of_the_slides_are_exact_to_their_digits(self):
        figures = exact.read_figures("slides-example")
        for name, text in SLIDES_UNROUNDED.items():
            self.assertLessEqual(abs(Decimal(text) - figures[name]), half_unit(text), name)

    def check_rounded(self, found, listed):
        shown = {name: Decimal(f"{miss:.2e}") for name, miss in found.items()}
        self.assertEqual(shown, {name: Decimal(text) for name, text in listed.items()})

    def test_seven_figures_of_the_slides_were_rounded_on_the_way(self):
        self.check_rounded(misses("slides-example", SLIDES, half_unit), SLIDES_ROUNDED)

    def test_two_figures_of_the_relu_sheet_were_rounded_on_the_way(self):
        self.check_rounded(misses("relu-step", RELU, lambda text: 0), RELU_ROUNDED)


tap.main()
