"""Simulated students are judged as they should be, and they are what they are meant to be."""

import collections
import random
import unittest
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import exact
import formula
import program
import simulate
import students
import tap
from students import Digits

COUNT, SEED = 5, 1  # of each kind and lesson; simulate.py takes more

# Digits, a value, and what is written of it: to the nearest, with ties up or to even, and cut off.
ROUNDED = [
    (Digits(decimals=3), "0.0405", "0.041", "0.040", "0.040"),
    (Digits(decimals=3), "-0.0405", "-0.041", "-0.040", "-0.040"),
    (Digits(decimals=2), "0.68", "0.68", "0.68", "0.68"),
    (Digits(decimals=4), "0.68", "0.6800", "0.6800", "0.6800"),
    (Digits(figures=3), "0.0026545", "0.00265", "0.00265", "0.00265"),
    (Digits(figures=3), "9.996", "10.00", "10.00", "9.99"),
    (Digits(decimals=3, figures=3), "-0.0026545", "-0.00265", "-0.00265", "-0.00265"),
    (Digits(decimals=3, figures=3), "12.3456", "12.346", "12.346", "12.345"),
    (Digits(decimals=1), "0", "0.0", "0.0", "0.0"),
]

# A formula, names, and what comes of it with 2 decimals at every operation, and with functions by
# their formulas.
WORKED = [
    ("x*x*x", {"x": "0.35"}, "0.04", "0.04"),  # 0.12, 0.042
    ("1 - x^2", {"x": "0.35"}, "0.88", "0.88"),
    ("-x/y", {"x": "1", "y": "3"}, "-0.33", "-0.33"),
    ("sigmoid(x)", {"x": "1.5"}, "0.82", "0.82"),  # 1/1.22
    ("sigmoid(x)", {"x": "-1.5"}, "0.18", "0.18"),  # 1/5.48
    ("tanh(x)", {"x": "0.5"}, "0.46", "0.46"),  # 1.04/2.26
    ("cases(x > 0, log(x), x*x)", {"x": "-0.35"}, "0.12", "0.12"),
    ("max_slope_2(x, y, y)*relu_slope(x)", {"x": "0.1", "y": "0.2"}, "1", "1"),
    ("softmax_1(x, y)", {"x": "1", "y": "2"}, "0.27", "0.27"),  # 2.72/10.11
    ("xlog(x, y)", {"x": "0", "y": "0"}, "0", "0"),
    ("e[]*E_new + exp(x)", {"e": "0.5", "E_new": "0.5", "x": "1e-05"}, "1.25", "1.25"),
]

# A verdict and a cause, by which each goal is missed in turn.
ANSWERED = [
    ("honest", {"verdict": "wrong"}, "accepted"),
    ("honest", {"verdict": "follows"}, "accepted"),
    ("carried", {"verdict": "wrong"}, "named"),
    ("carried", {"verdict": "wrong", "mistake": {"kind": "halved", "item": "g_1"}}, "misnamed"),
    ("carried", {"verdict": "wrong", "mistake": {"kind": "doubled", "item": "y_1"}}, "misnamed"),
    ("zeros", {"verdict": "coarse", "points": 0.5}, "unearned"),
    ("random", {"verdict": "wrong", "mistake": {"kind": "halved"}}, "caused"),
]
HEADINGS = {what: heading for what, heading, _ in simulate.COLUMNS}
DOUBLED = {"question": "g_1", "item": "g_1", "kind": "doubled", "definition": "2*(d_1 - y_1)",
           "visible": True}
HALVED = {**DOUBLED, "kind": "halved", "definition": "(d_1 - y_1)/2", "visible": False}
SLIPPED = {"question": "w_11_new", "item": "dw_11", "kind": "point-slipped",
           "definition": "10*eta*g_1*b_1", "typed": "0.2723", "visible": True}
OLD = {"question": "w_11_new", "item": "w_11_new", "kind": "old-for-updated", "definition": "w_11",
       "typed": "0.3000", "visible": True}


def written(digits, value):
    return [f"{digits.round(Decimal(value), mode):f}"
            for mode in (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN)]


def tallies_of(kind, answer):
    """Of a sheet that has a mistake in g_1, and this answer."""
    lesson = simulate.read_lesson("slides-example")
    sheet = students.Sheet(f"1/slides-example/4d/{kind}/0", {"g_1": "0"}, {"g_1": (DOUBLED,)}, ["g_1"],
                           ["g_1"])
    total = collections.defaultdict(simulate.Tally)
    answer = {"name": "g_1", "points": 0, **answer}
    simulate.KINDS[kind][1](total[kind], lesson, sheet, {"g_1": answer})
    return total


class Students(unittest.TestCase):
    def test_digits_are_kept_as_people_keep_them(self):
        for digits, value, *expected in ROUNDED:
            with self.subTest(value):
                self.assertEqual(written(digits, value), expected)

    def test_every_operation_is_rounded(self):
        def step(value):
            return Digits(decimals=2).round(value, ROUND_HALF_UP)
        for text, names, by_value, by_formula in WORKED:
            values = {name: Decimal(number) for name, number in names.items()}
            with self.subTest(text):
                work_out = formula.read(text)
                self.assertEqual(work_out(values, step, formula.kept), Decimal(by_value))
                self.assertEqual(work_out(values, step, step), Decimal(by_formula))

    def test_an_unknown_function_is_told(self):
        with self.assertRaisesRegex(ValueError, "no function is called sine"):
            formula.read("sine(x)")

    def test_formulas_have_the_values_of_the_program_and_of_the_figures_kept(self):
        for name in simulate.LESSONS:
            lesson, figures = simulate.read_lesson(name), exact.read_figures(name)
            values = program.values(name)
            self.assertEqual(set(lesson.exact), set(values))
            for entry, value in lesson.exact.items():
                near = Decimal("1e-12") * abs(figures[entry])
                with self.subTest(lesson=name, entry=entry):
                    self.assertLessEqual(abs(value - figures[entry]), near)
                    self.assertLessEqual(abs(value - Decimal(values[entry])), near)

    def test_a_variant_has_figures_of_its_own_and_its_sheet_says_which(self):
        lesson = simulate.read_lesson("losses")
        lesson.variant = simulate.variants_of(lesson, "losses")
        sheet = students.student("1/losses/4f/variant/0", lesson, [])
        self.assertIn(f"\nseed = {sheet.variant}\n", sheet.text())
        variant = lesson.variant(int(sheet.variant))
        values = program.values("losses", sheet.variant)
        self.assertNotEqual(variant.givens, lesson.givens)
        for entry, value in variant.exact.items():
            self.assertAlmostEqual(float(value), values[entry], delta=1e-12)
        self.assertNotIn("seed", students.student("1/losses/4f/honest/0", lesson, []).text())

    def test_a_lesson_without_variants_has_no_students_of_them(self):
        lesson = simulate.read_lesson("slides-example")
        lesson.variant = simulate.variants_of(lesson, "slides-example")
        self.assertIsNone(students.student("1/slides-example/4f/variant/0", lesson, []))

    def test_every_question_is_asked(self):
        for name in simulate.LESSONS:
            self.assertEqual(simulate.read_lesson(name).asked, program.asked(name))

    def test_who_keeps_many_digits_is_exact(self):
        for name in simulate.LESSONS:
            lesson = simulate.read_lesson(name)
            for work in (students.honest, students.independent):
                texts = work(lesson, Digits(decimals=20), [], random.Random(1))["texts"]
                for entry in lesson.asked:
                    with self.subTest(lesson=name, entry=entry, work=work.__name__):
                        self.assertAlmostEqual(float(texts[entry]), float(lesson.exact[entry]),
                                               delta=1e-12)

    def test_who_keeps_few_digits_is_not(self):
        lesson = simulate.read_lesson("slides-example")
        for work in (students.honest, students.independent):
            sheets = [work(lesson, Digits(decimals=3), [], random.Random(i))["texts"]
                      for i in range(20)]
            self.assertTrue(any(abs(Decimal(sheet["e_2"]) / lesson.exact["e_2"] - 1) > 0.005
                                for sheet in sheets))

    def test_a_mistake_is_in_its_line_and_in_those_after_it_where_it_is_carried_on(self):
        lesson = simulate.read_lesson("slides-example")
        digits, rows = Digits(decimals=6), [DOUBLED]
        right = students.Work(students.careful(lesson, digits, random.Random(1)), lesson.formulas)
        right = right.write(lesson.asked)
        for work, is_carried in [(students.carried, True), (students.not_carried, False)]:
            texts = work(lesson, digits, rows, random.Random(1))["texts"]
            changed = {entry for entry in lesson.asked
                       if abs(Decimal(texts[entry]) / Decimal(right[entry]) - 1) > 0.001}
            after = {entry for entry in lesson.asked if "g_1" in lesson.rests_on(entry)}
            self.assertIn("g_1", changed)
            self.assertLessEqual(changed, after)
            self.assertEqual(changed != {"g_1"}, is_carried)

    def test_the_same_seed_is_the_same_sheet(self):
        lesson = simulate.read_lesson("losses")
        for kind in ("honest", "independent", "givens", "all-random"):
            seed = f"7/losses/3f/{kind}/5"
            once, again = (students.student(seed, lesson, []).text() for _ in range(2))
            self.assertEqual(once, again)
            self.assertNotEqual(once, students.student(seed[:-1] + "6", lesson, []).text())


    def test_of_two_mistakes_one_may_not_matter(self):
        lesson = simulate.read_lesson("slides-example")
        rows = [SLIPPED, OLD]
        self.assertEqual(students.singles_like(lesson, rows, (SLIPPED, OLD)), [OLD])
        sheet = students.Sheet("1/slides-example/4d/two-in-one/0", {}, {"w_11_new": (SLIPPED, OLD)},
                               acts_as=[OLD])
        self.assertEqual(simulate.true_claims(sheet, "w_11_new"), {
            ("point-slipped", "dw_11", "old-for-updated"),
            ("old-for-updated", "w_11_new", "point-slipped"),
            ("old-for-updated", "w_11_new", None)})

    def test_two_mistakes_on_the_way_to_one_question_are_both_of_it(self):
        lesson = simulate.read_lesson("slides-example")
        self.assertEqual(students.reaching(lesson, OLD, [SLIPPED, OLD, DOUBLED]), (OLD, SLIPPED))
        self.assertEqual(students.reaching(lesson, DOUBLED, [SLIPPED, DOUBLED]), (DOUBLED,))


class Goals(unittest.TestCase):
    def test_what_goes_wrong_misses_a_goal(self):
        for kind, answer, what in ANSWERED:
            with self.subTest(kind=kind, answer=answer):
                begin = f"{simulate.KINDS[kind][0]}: {HEADINGS[what]} "
                missed = [misses for sentence, misses in simulate.missed(tallies_of(kind, answer))
                          if sentence.startswith(begin)]
                self.assertEqual(len(missed), 1)
                self.assertIn("g_1", missed[0][0])

    def test_what_goes_well_misses_none(self):
        for kind, answer in [
                ("honest", {"verdict": "rounded"}), ("zeros", {"verdict": "wrong"}),
                ("zeros", {"verdict": "rounded", "points": 1}),
                ("carried", {"verdict": "wrong", "mistake": {"kind": "doubled", "item": "g_1"}}),
                ("random", {"verdict": "wrong", "mistake": {"kind": "halved", "others": 2}})]:
            with self.subTest(kind):
                self.assertEqual(list(simulate.missed(tallies_of(kind, answer))), [])

    def test_no_goal_is_set_for_mistakes_that_there_is_no_room_to_name(self):
        lesson = simulate.read_lesson("slides-example")
        sheet = students.Sheet("1/slides-example/4d/carried/0", {"g_1": "0"}, {"g_1": (HALVED,)},
                               ["g_1"])
        total = collections.defaultdict(simulate.Tally)
        simulate.tally_mistakes(total["carried"], lesson, sheet,
                                {"g_1": {"name": "g_1", "verdict": "wrong"}})
        self.assertEqual(list(simulate.missed(total)), [])
        self.assertEqual(total["carried"].share("named of all"), 0)
        self.assertIsNone(total["carried"].share("named"))

    def test_a_run_of_all_kinds_misses_no_goal(self):
        total = simulate.together(simulate.simulate(simulate.LESSONS, simulate.KINDS, COUNT, SEED))
        for kind in simulate.KINDS:
            self.assertGreater(total[kind].counts["sheets"], 0, kind)
        for sentence, misses in simulate.missed(total):
            with self.subTest(sentence):
                self.fail("\n".join([sentence, *misses[:10]]))


tap.main()
