"""Going through a lesson: what is said to what is typed."""

import unittest
from decimal import Context

import exact
import program
import tap

LESSON = """
return lesson {
  api = 1, id = "small", title = {en = "Small", zh = "小题"}, figures = 4,
  given = {x = 2, y = 3, z = 7},
  tape = function(given)
    local t = tape(given)
    t:let("q", "x*y")
    t:let("p", "q/z")
    t:let("f", "q + 1.5")
    return t
  end,
  {text = {en = "Multiply x by y.", zh = "把 x 与 y 相乘。"}},
  {show = "given"},
  {ask = "q", figures = 2, hints = {{en = "Both are given.", zh = "两者都已给出。"}}},
  {ask = "p", points = 3},
  {text = {en = "Add 1.5 to q.", zh = "给 q 加上 1.5。"}},
  {ask = "f", figures = 2},
}
"""

BEGINNING = """\
Small
═════

Type a number, or an expression such as 0.1*0.35. Or type:

    ?       a hint, and another one each time; ? 2: the second one again
    show    the values so far; show NAME: how one of them came about
    skip    the answer, and on to the next question
    back    the question before
    quit    the end

Multiply x by y.

Given
─────
x = 2                                          given
y = 3                                          given
z = 7                                          given

"""

Q = "Question 1 of 3: q = ?   (1 point, 2 significant figures)\n"
P = "Question 2 of 3: p = ?   (3 points, 3 significant figures)\n"
F = "Add 1.5 to q.\n\nQuestion 3 of 3: f = ?   (1 point, 2 significant figures)\n"

Q_SOLVED = """\
q = x·y                                        definition
  = 2·3
  = 6
"""
P_SOLVED = """\
p = q/z                                        definition
  = 6/7
  = 0.8571
"""
F_SOLVED = """\
f = q + 1.5                                    definition
  = 6 + 1.5
  = 7.5
"""


UNREADABLE = """\
An answer is a number, such as -0.0407, 2/3 or 2.65e-3; help tells what else can
be typed.
"""


def lines(text, count):
    return "".join(text.splitlines(keepends=True)[:count])


def summary(first, later, wrong, points):
    return (f"{first + later} of 3 right: {first} at the first try, {later} later. "
            f"Wrong: {wrong}. Left out: {3 - first - later - wrong}.\nPoints: {points} of 5.\n")


class Learn(unittest.TestCase):
    def learn(self, *typed, lang="en", lesson=LESSON):
        path = program.write(self, "small.lua", lesson)
        typed = "".join(line + "\n" for line in typed)
        return program.run("learn", path, stdin=typed, lang=lang)

    def check(self, typed, expected, status=0):
        done = self.learn(*typed)
        self.assertEqual((done.returncode, done.stderr), (status, ""))
        self.assertTrue(done.stdout.startswith(BEGINNING), done.stdout)
        self.assertEqual(done.stdout.removeprefix(BEGINNING), expected)

    def test_right_answers_are_followed_by_their_derivations(self):
        self.check(["6", "0.857", "7.5"],
                   Q + "Right.\n" + Q_SOLVED + "\n" + P + "Right.\n" + P_SOLVED + "\n"
                   + F + "Right.\n" + F_SOLVED + "\n"
                   + summary(first=3, later=0, wrong=0, points=5))

    def test_the_name_of_the_question_may_stand_before_its_answer(self):
        self.assertEqual(self.learn("q = 6.0", " p=0.857 ").stdout,
                         self.learn("6.0", "0.857").stdout)
        self.assertIn(UNREADABLE, self.learn("p = 6.0").stdout)

    def test_an_expression_is_an_answer(self):
        self.check(["2*3", "6/7", "q + 1.5"],
                   Q + "Right.\n" + Q_SOLVED + "\n" + P + "Right.\n" + P_SOLVED + "\n"
                   + F + "Right.\n" + F_SOLVED + "\n"
                   + summary(first=3, later=0, wrong=0, points=5))

    def test_a_wrong_answer_brings_the_next_hint_the_author_s_first(self):
        self.check(["4.0", "5.0", "5.1", "5.2", "6.0"],
                   Q + "Wrong.\nA hint:\nBoth are given.\n"
                   + "Wrong.\nA hint:\n" + lines(Q_SOLVED, 1)
                   + "Wrong.\nA hint:\n" + lines(Q_SOLVED, 2)
                   + "Wrong.\nA hint:\n" + Q_SOLVED
                   + "That is the value. Type it to go on, or skip.\n"
                   + "Right.\n" + Q_SOLVED + "\n" + P + "We stop here.\n"
                   + summary(first=0, later=1, wrong=0, points=0))

    def test_a_hint_can_be_asked_for(self):
        self.check(["6", "?", "?", "0.8571"],
                   Q + "Right.\n" + Q_SOLVED + "\n" + P
                   + "A hint:\nYou need q, z.\n" + "A hint:\n" + lines(P_SOLVED, 1)
                   + "Right.\n" + P_SOLVED + "\n" + F + "We stop here.\n"
                   + summary(first=2, later=0, wrong=0, points=4))

    def test_too_few_figures_a_wrong_sign_and_no_number_are_told_apart(self):
        self.check(["6", "0.86", "-0.857", "six", "6*", "0.857"],
                   Q + "Right.\n" + Q_SOLVED + "\n" + P
                   + "Right as far as it goes, but give at least 3 significant figures.\n"
                   + "Wrong: the sign is wrong: p = −q/z.\nA hint:\nYou need q, z.\n"
                   + "there is no number called six\n" + UNREADABLE
                   + "expected a number, a name or (, but the formula ends\n" + UNREADABLE
                   + "Right.\n" + P_SOLVED + "\n" + F + "We stop here.\n"
                   + summary(first=1, later=1, wrong=0, points=4))

    def test_an_own_number_can_be_gone_on_with(self):
        done = self.learn("6.3", "skip", "0.900", "7.8")
        self.assertEqual(done.stdout.count("given your q; the error began at q.\n"), 2, done.stdout)
        self.assertTrue(done.stdout.endswith(
            "2 of 3 right: 2 at the first try, 0 later. Wrong: 1. Left out: 0.\n"
            "Points: 4 of 5.\n"), done.stdout)

    def test_a_hint_can_be_seen_again(self):
        self.check(["?", "? 1", "?2", "?", "?1", "quit"],
                   Q + "A hint:\nBoth are given.\nHint 1:\nBoth are given.\n"
                   + "Hints so far: 1. ? gives the next.\n"
                   + "A hint:\n" + lines(Q_SOLVED, 1) + "Hint 1:\nBoth are given.\n"
                   + "We stop here.\n" + summary(first=0, later=0, wrong=0, points=0))

    def test_what_hints_and_attempts_cost_is_told(self):
        marked = LESSON.replace("figures = 4,", "figures = 4, marks = {hint = 0.1, attempt = 0.5},")
        # 1·(1 − 0.1) of q; 3·(1 − 0.5 − 2·0.1) of p, where a wrong answer brings no hint; 1 of f
        done = self.learn("?", "6", "0.900", "?", "?", "0.857", "7.5", lesson=marked)
        self.assertIn("\n? gives a hint.\nA hint:\nYou need q, z.\n", done.stdout)
        self.assertTrue(done.stdout.endswith(
            "Hints: 3. They cost 0.7 of the points.\nPoints: 2.8 of 5.\n"), done.stdout)

    def test_what_stays_wrong_is_the_status(self):
        self.check(["9.9"],
                   Q + "Wrong.\nA hint:\nBoth are given.\nWe stop here.\n"
                   + summary(first=0, later=0, wrong=1, points=0), status=1)

    def test_the_end_of_the_input_is_a_polite_end(self):
        for typed in [], ["quit"], ["", "quit"]:
            self.check(typed,
                       Q + "We stop here.\n"
                       + summary(first=0, later=0, wrong=0, points=0))

    def test_skip_shows_the_answer_and_goes_on(self):
        self.check(["skip", "skip", "7.5"],
                   Q + "Skipped; it goes like this:\n" + Q_SOLVED + "\n"
                   + P + "Skipped; it goes like this:\n" + P_SOLVED + "\n"
                   + F + "Right.\n" + F_SOLVED + "\n"
                   + summary(first=1, later=0, wrong=0, points=1))

    def test_a_question_left_behind_can_be_gone_back_to(self):
        self.check(["back", "skip", "back", "6", "0.857", "back", "skip", "7.5"],
                   Q + "This is the first question.\n"
                   + "Skipped; it goes like this:\n" + Q_SOLVED + "\n" + P + "\n"
                   + Q + "Right.\n\n" + P + "Right.\n" + P_SOLVED + "\n" + F + "\n" + P + "\n"
                   + F + "Right.\n" + F_SOLVED + "\n"
                   + summary(first=3, later=0, wrong=0, points=4))

    def test_show_tells_what_is_known_and_nothing_else(self):
        self.check(["6", "show", "show q", "show p", "show nothing", "quit"],
                   Q + "Right.\n" + Q_SOLVED + "\n" + P
                   + "x = 2\ny = 3\nz = 7\nq = 6\n" + Q_SOLVED + "p is still to come.\n"
                   + 'there is no entry called "nothing"\n' + "We stop here.\n"
                   + summary(first=1, later=0, wrong=0, points=1))

    def test_help_says_again_what_can_be_typed(self):
        done = self.learn("help")
        self.assertEqual(done.stdout.count("    skip    the answer"), 2)

    def test_the_dialogue_is_in_chinese_too(self):
        done = self.learn("提示", "六", "6.5", "6", "0.8", "跳过", "结束", lang="zh")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        shown = done.stdout
        for text in ["小题\n════\n", "请输入一个数", "把 x 与 y 相乘。", "已知量\n──────\n",
                     "第 1 题（共 3 题）：q = ?   （1 分，2 位有效数字）\n提示：\n两者都已给出。\n"
                     "这不是答案。\n答案是一个数，",
                     "正确。\nq = x·y", "写出的数字是对的，但至少要保留 3 位有效数字。\n", "已跳过，解法如下：\np = q/z",
                     "给 q 加上 1.5。", "到此结束。\n", "得分：1 / 5。\n"]:
            self.assertIn(text, shown)

    def test_the_exact_values_rounded_to_the_lesson_s_figures_earn_all_points(self):
        for lesson in exact.LESSONS:
            context = Context(prec=exact.KEPT.get(lesson, 4))
            figures = exact.read_figures(lesson)
            asked = program.asked(lesson)
            typed = "".join(f"{context.plus(figures[name])}\n" for name in asked)
            done = program.run("learn", lesson, stdin=typed)
            count = len(asked)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn(f"{count} of {count} right: {count} at the first try",
                          done.stdout)

    def test_a_lesson_can_be_learnt_at_the_prompt(self):
        path = program.write(self, "small.lua", LESSON)
        done = program.run(stdin=f'learn "{path}"\n6\nquit\n1 + 1\n')
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue(done.stdout.startswith(BEGINNING + Q + "Right.\n"), done.stdout)
        self.assertTrue(done.stdout.endswith("Points: 1 of 5.\n2\n"), done.stdout)

    def test_without_a_name_the_lessons_are_listed(self):
        listed = program.run("learn")
        self.assertEqual((listed.returncode, listed.stdout), (0, program.run("show").stdout))


tap.main()
