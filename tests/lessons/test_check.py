"""Marking sheets: the command, its formats, attempts, what it writes and when, and bad sheets."""

import csv
import errno
import io
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import program
import tap

SHEETS = pathlib.Path(__file__).parent / "sheets"

LESSON = """
return lesson {
  api = 1, id = "small", title = {en = "Small", zh = "小题"}, figures = 4,
  marks = {follows = 0.5, attempt = 0.25},
  given = function(rng, seed)
    if not seed then
      return {x = 2.3, y = 3.7, z = 7.1}
    end
    return {x = rng:uniform(2, 3, 2), y = rng:uniform(3, 4, 2), z = rng:uniform(6, 8, 2)}
  end,
  tape = function(given)
    local t = tape(given)
    t:let("q", "x*y")
    t:let("p", "q/z")
    return t
  end,
  {ask = "q", points = 1},
  {ask = "p", points = 3},
}
"""

# Worked out by hand: 2.3·3.7 = 8.51, 8.51/7.1 = 1.19859...
RIGHT = "q = 8.51\np = 1.199\n"
CARRIED = "q = 9.51\np = 1.339\n"  # 9.51/7.1 = 1.33943...
WRONG = "q = 9.51\np = 4.44\n"


class Check(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.place = pathlib.Path(directory.name)
        self.write("small.lua", LESSON)

    def write(self, name, text):
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    def check(self, *arguments, stdin="", lang="en"):
        return program.run("check", "./small.lua", *arguments, stdin=stdin, cwd=self.place,
                           lang=lang)

    def results(self, *arguments, stdin="", status=0, stderr=""):
        """What the report in JSON says, a dictionary a student."""
        done = self.check("--format", "json", *arguments, stdin=stdin)
        self.assertEqual((done.returncode, done.stderr), (status, stderr))
        return json.loads(done.stdout)

    def verdicts(self, *arguments, **expected):
        return [[result["student"], result["points"]]
                + [answer["verdict"] for answer in result["answers"]]
                for result in self.results(*arguments, **expected)]


class Verdicts(Check):
    def test_the_printed_solutions_are_right_or_rounded_on_the_way(self):
        rounded = {
            "slides-example": {"alpha_1", "w_11_new", "w_21_new", "e_1", "e_2",
                               "v_22_new"},
            "relu-step": {"E_new"},
        }
        for lesson, names in rounded.items():
            done = program.run("check", lesson, "--format=json", "--for=marker",
                               str(SHEETS / f"{lesson}.txt"))
            self.assertEqual((done.returncode, done.stderr), (0, ""), lesson)
            (result,) = json.loads(done.stdout)
            found = {answer["name"]: answer["verdict"] for answer in result["answers"]}
            self.assertEqual(set(found.values()), {"right", "rounded"}, found)
            self.assertEqual({name for name in found if found[name] == "rounded"}, names)
            self.assertEqual(len(found), 23)
            self.assertTrue(all("exact" in answer for answer in result["answers"]))
            self.assertEqual((result["points"], result["complaints"]), (result["of"], []))

    def test_what_follows_from_an_own_error_earns_its_share(self):
        self.write("a.txt", CARRIED)
        self.assertEqual(self.verdicts("a.txt", status=1), [["a", 1.5, "wrong", "follows"]])

    def test_the_student_is_the_header_s_or_the_file_s(self):
        self.write("a.txt", "student = Ann B.\n" + RIGHT)
        self.write("b.c.md", RIGHT)
        self.assertEqual([row[0] for row in self.verdicts("a.txt", "b.c.md")], ["Ann B.", "b.c"])

    def test_a_dash_is_standard_input(self):
        self.assertEqual(self.verdicts("-", stdin=RIGHT), [["-", 4.0, "right", "right"]])
        self.assertEqual(self.verdicts("-", stdin="student = Ann\n" + RIGHT),
                         [["Ann", 4.0, "right", "right"]])

    def test_a_directory_is_its_files_in_order_but_for_hidden_ones(self):
        for name in "b.txt", "a.txt", ".hidden", "below/c.txt":
            self.write("class/" + name, RIGHT)
        left_out = "backstep: class: left out what is no sheet: class/below\n"
        self.assertEqual([row[0] for row in self.verdicts("class", stderr=left_out)], ["a", "b"])
        self.assertEqual([row["source"] for row in self.results(
            "class/", stderr=left_out.replace(" class:", " class/:"))],
                         ["class/a.txt", "class/b.txt"])

    def test_what_is_no_sheet_in_a_directory_is_told_but_for_copies_of_editors(self):
        for name in "a.txt", "a.txt~", "#a.txt#", ".a.txt.swp":
            self.write("class/" + name, RIGHT)
        self.assertEqual([row[0] for row in self.verdicts("class")], ["a"])
        (self.place / "class" / "z\x1b\x9b.txt").symlink_to("nowhere")
        (self.place / "class" / "y\x1b").mkdir()
        self.assertEqual([row[0] for row in self.verdicts("class", stderr=(
            "backstep: class: left out what is no sheet: class/y\ufffd and 1 more\n"))], ["a"])

    def test_sheets_without_a_name_are_attempts_only_if_they_are_one_file(self):
        for name in "p/answers.txt", "q/answers.txt", "q/answers.md", "q/other.txt":
            self.write(name, RIGHT)
        for paths, students in [
            (["p/answers.txt", "./p//answers.txt"], ["answers"]),
            (["p/answers.txt", "q/answers.txt", "q/other.txt"],
             ["p/answers", "q/answers", "other"]),
            (["p", "q"], ["p/answers", "q/answers.md", "q/answers.txt", "other"]),
        ]:
            self.assertEqual([row[0] for row in self.verdicts(*paths)], students)

    def test_standard_input_is_read_once(self):
        self.assertEqual(self.verdicts("-", "-", stdin=RIGHT, status=2, stderr=(
            "backstep: -: it can be read only once\n")), [["-", 4.0, "right", "right"]])

    def test_names_of_files_steer_no_terminal(self):
        name = "a\x1b[31m\u009b\n.txt"
        self.write(name, b"\xff")
        for path, reason in [(name, r".*UTF-8.*"), ("no" + name, "No such file or directory")]:
            told = self.check(path).stderr
            self.assertRegex(told, r"^backstep: (no)?a\ufffd\[31m\ufffd \.txt: " + reason + r"\n$")

    def test_sheets_of_one_student_are_attempts_of_which_the_best_is_kept(self):
        self.write("1.txt", "student = Ann\n" + WRONG)
        self.write("2.txt", "student = Bob\n" + RIGHT)
        self.write("3.txt", "student = Ann\nq = 8.51\n")
        self.write("4.txt", "student = Ann\n" + CARRIED)
        # at the second attempt q earns 1·(1 − 0.25), at the third p earns 3·0.5·(1 − 2·0.25)
        (ann, bob) = self.results("1.txt", "2.txt", "3.txt", "4.txt", status=1)
        self.assertEqual((ann["student"], ann["points"], ann["source"]), ("Ann", 1.5, "4.txt"))
        self.assertEqual((bob["student"], bob["points"]), ("Bob", 4))

    def test_a_question_that_was_right_once_is_right(self):
        self.write("1.txt", "student = Ann\nq = 8.51\np = 5.00\n")
        self.write("2.txt", "student = Ann\nq = 9.99\np = 1.199\n")
        self.assertEqual(self.check("1.txt", "2.txt").returncode, 0)

    def test_the_verdict_shown_is_that_of_the_attempt_that_earned_the_points(self):
        self.write("1.txt", "student = Ann\nq = 8.51\np = 5.00\n")
        self.write("2.txt", "student = Ann\nq = 9.99\np = 1.199\nz = 8\n")
        (result,) = self.results("1.txt", "2.txt")
        self.assertEqual([(answer["verdict"], answer["typed"], answer.get("points"))
                          for answer in result["answers"]],
                         [("right", "8.51", 1), ("right", "1.199", 2.25)])
        for name, wrong in [("text", "wrong"), ("csv", "wrong"), ("junit", "<failure"),
                            ("gradescope", '"failed"'), ("moodle", "wrong")]:
            told = self.check("--format", name, "--summary", "1.txt", "2.txt")
            self.assertNotIn(wrong, told.stdout + told.stderr, name)
        self.write("3.txt", "student = Ann\n")
        self.assertEqual(self.verdicts("1.txt", "3.txt", status=1),
                         [["Ann", 1.0, "right", "wrong"]])

    def test_what_is_shown_is_of_the_figures_of_its_own_attempt(self):
        q = {seed: program.values(str(self.place / "small.lua"), seed)["q"] for seed in (1, 2)}
        self.write("1.txt", f"student = Ann\nseed = 1\nq = {q[1]:.6g}\n")
        self.write("2.txt", "student = Ann\nseed = 2\nq = 1.23\n")
        (result,) = self.results("--for", "marker", "1.txt", "2.txt", status=1)
        self.assertEqual(result["answers"][0]["exact"], float(f"{q[1]:.15g}"))

    def test_the_exact_value_is_for_the_marker_alone(self):
        self.write("a.txt", WRONG)
        self.assertNotIn("8.51", self.check("a.txt").stdout)
        self.assertIn("8.51", self.check("a.txt", "--for", "marker").stdout)

    def test_it_speaks_chinese(self):
        self.write("a.txt", RIGHT)
        self.assertRegex(self.check("a.txt", lang="zh").stdout, "[\u4e00-\u9fff]")
        self.assertRegex(self.check("a.txt", "--lang", "zh").stdout, "[\u4e00-\u9fff]")


class Variants(Check):
    def fill_in(self, sheet, values):
        def answer(match):
            return f"{match[1]} = {values[match[1]]:.6g}"
        return re.sub(r"^(q|p) += .*$", answer, sheet, flags=re.MULTILINE)

    def variant(self, *arguments):
        done = program.run("variant", "./small.lua", *arguments, cwd=self.place)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def given(self, sheet):
        return {name: float(value) for name, value in
                re.findall(r"^# +([xyz]) = (\S+)$", sheet, flags=re.MULTILINE)}

    def test_a_sheet_to_fill_in_is_as_it_stands_without_answers(self):
        self.assertEqual(self.variant("--seed", "7", "--student", "Ann B."),
                         self.variant("--student=Ann B.", "--seed=7"))
        sheet = self.variant()
        self.assertEqual(sheet, """\
# Small

backstep = 1
lesson = small
student =

# Given:
#
#     x = 2.3
#     y = 3.7
#     z = 7.1
#
# Write a number after each =, or a calculation such as 0.7*(1 - 0.7).
# On the way, keep at least 4 significant figures.

q =            # 3 significant figures
p =            # 3 significant figures
""")
        self.write("a.txt", sheet)
        self.assertEqual(self.verdicts("a.txt", status=1), [["a", 0.0] + 2 * ["unanswered"]])

    def test_the_seed_is_read_back_from_the_sheet(self):
        sheets = {}
        for seed in range(1, 21):
            sheet = self.variant("--seed", str(seed))
            given = self.given(sheet)
            q = given["x"] * given["y"]
            sheets[seed] = self.fill_in(sheet, {"q": q, "p": q / given["z"]})
            self.write(f"class/{seed}.txt", sheets[seed])
        self.assertEqual(len(set(map(str, map(self.given, sheets.values())))), 20)
        for row in self.verdicts("class", "class"):
            self.assertEqual(row[1:], [4.0, "right", "right"])
        self.write("other.txt", sheets[1].replace("seed = 1\n", "seed = 2\n"))
        self.assertEqual(self.verdicts("other.txt", status=1)[0][2], "wrong")

    def test_show_and_the_prompt_have_the_figures_of_the_sheet(self):
        for seed in 1, 2, 3:
            given = self.given(self.variant("--seed", str(seed)))
            path = str(self.place / "small.lua")
            values = program.values(path, seed)
            self.assertEqual({name: values[name] for name in given}, given)

    def test_no_variant_is_degenerate(self):
        self.write("small.lua", LESSON.replace("rng:uniform(2, 3, 2)", "rng:integer(0, 2)"))
        for seed in range(30):
            self.assertEqual(self.given(self.variant("--seed", str(seed)))["x"], 2)

    def test_a_given_that_hides_mistakes_is_drawn_again_unless_it_is_fixed(self):
        always_1 = LESSON.replace("rng:uniform(6, 8, 2)", "1")
        self.write("small.lua", always_1)
        done = program.run("variant", "./small.lua", "--seed", "4", cwd=self.place)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertRegex(done.stderr, r"^backstep: \./small\.lua: of 50 draws for the seed 4 none "
                                      r"will do; of the last, question 2 \(p\) would not show .*z.*\n$")
        self.write("small.lua", always_1.replace("api = 1,", "api = 1, fixed = {'z'},"))
        self.assertEqual(self.given(self.variant("--seed", "4"))["z"], 1)

    def test_a_sheet_whose_seed_has_no_variant_is_a_bad_sheet(self):
        self.write("small.lua", LESSON.replace("rng:uniform(6, 8, 2)", "1"))
        self.write("a.txt", "seed = 4\n" + RIGHT)
        self.write("b.txt", RIGHT)
        done = self.check("--format", "csv", "a.txt", "b.txt")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"^backstep: a\.txt: .*none will do")
        self.assertIn('"b.txt"', done.stdout)

    def test_a_sheet_whose_seed_cannot_be_used_is_not_judged(self):
        for i, text in enumerate(["seed = 7x\n" + RIGHT, "seed = 7.0\n" + RIGHT,
                                  RIGHT + "seed = 7\n", "seed = 7\nseed = 8\n" + RIGHT]):
            self.write(f"class/{i}.txt", text)
        self.write("class/9.txt", RIGHT)
        done = self.check("--format", "csv", "class")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.splitlines(), [
            f"backstep: class/{i}.txt: its seed cannot be used: it must be one whole number of at "
            "most 18 digits, above the first answer" for i in range(4)])
        self.assertEqual(len(done.stdout.splitlines()), 2)

    def test_a_seed_of_the_command_is_for_sheets_without_one(self):
        sheets = {}
        for seed in 1, 2:
            sheet = self.variant("--seed", str(seed))
            given = self.given(sheet)
            q = given["x"] * given["y"]
            sheets[seed] = self.fill_in(sheet, {"q": q, "p": q / given["z"]})
        self.write("a.txt", sheets[1])
        self.write("b.txt", sheets[2].replace("seed = 2\n", ""))
        found = self.results("a.txt", "b.txt", "--seed", "2")
        self.assertEqual([(result["points"], result["seed"]) for result in found],
                         [(4, 1), (4, 2)])
        self.assertEqual([result["seed"] for result in self.results("a.txt", "b.txt", status=1)],
                         [1, None])
        (found,) = self.results("a.txt", "b.txt", "--require-seed", status=2, stderr=(
            "backstep: b.txt: it has no seed, which --require-seed asks for\n"))
        self.assertEqual(found["seed"], 1)
        self.assertIn("a, small, seed 1: 4 of 4", self.check("a.txt").stdout)
        self.assertIn("b, small, no seed: ", self.check("b.txt").stdout)

    def test_unusable_arguments_are_refused(self):
        for arguments, sentence in [
            ([], "variant takes one lesson"),
            (["./small.lua", "--seed", "x"], "--seed must be a whole number, got x"),
            (["./small.lua", "--sead", "1"], "unknown option --sead: did you mean --seed?"),
            (["./small.lua", "--student", "a\nb"], "--student must be a name on one line, got a\nb"),
            (["./small.lua", "--student", "a\u009bb"],
             "--student must be a name on one line, got a\ufffdb"),
            (["./small.lua", "--notation", "delta"],
             'the lesson small allows no sheet in the notation "delta" ()'),
        ]:
            done = program.run("variant", *arguments, cwd=self.place)
            self.assertEqual((done.returncode, done.stdout, done.stderr),
                             (2, "", f"backstep: {sentence}\n"))


class Notations(Check):
    NETWORK = """
return lesson {{
  api = 1, id = "small", title = {{en = "Small", zh = "小题"}}, figures = 4, fixed = {{"eta"}}, {},
  tape = function()
    local net = mlp {{2, 2, 1, bias = false, notation = "lecture"}}
    net:set {{v = {{{{0.1, 0.4}}, {{0.8, 0.6}}}}, w = {{{{0.3}}, {{0.9}}}}}}
    return net:tape({{0.35, 0.9}}, {{0.5}}, {{eta = 1}})
  end,
  {{ask = "g_1"}}, {{ask = "e_2"}}, {{ask = "w_21_new"}},
}}
"""

    def test_a_sheet_may_be_in_a_notation_that_the_lesson_allows(self):
        self.write("small.lua", self.NETWORK.format('notations = {"delta"}'))
        # δ has the other sign; W2_12 leads from hidden unit 2 to the output
        self.write("a.txt", "notation = delta\ndelta2_1 = 0.0407\ndelta1_2 = 0.00817\n"
                            "W2_12_new = 0.873\n")
        self.write("b.txt", "g_1 = -0.0407\ne_2 = -0.00817\nw_21_new = 0.873\n")
        self.assertEqual([row[2:] for row in self.verdicts("a.txt", "b.txt")],
                         2 * [["right"] * 3])
        sheet = program.run("variant", "./small.lua", "--notation", "delta", cwd=self.place).stdout
        self.assertRegex(sheet, r"notation = delta\n(.*\n)+delta2_1 +=.*\ndelta1_2 +=.*\nW2_12_new")

    def test_another_notation_is_refused_by_name(self):
        self.write("small.lua", self.NETWORK.format("digits = nil"))
        self.write("a.txt", "notation = delta\ndelta2_1 = 0.0407\n")
        self.assertEqual(self.results("a.txt", status=2, stderr=(
            "backstep: a.txt: the lesson small allows no sheet in the notation \"delta\" "
            "(lecture)\n")), [])

    def test_a_lesson_names_no_notation_in_which_it_cannot_be_shown(self):
        for field, sentence in [
            ('notations = {"detla"}', 'notations: there is no notation called "detla": did you mean delta?'),
            ('notations = "delta"', 'notations must be a list of names, got "delta"'),
            ('conventions = {"signs"}',
             'conventions are sign, factor, layout, got "signs": did you mean sign?'),
            ("marks = {follow = 1}", 'unknown field "follow": did you mean follows?'),
            ("marks = {follows = 2}", "marks.follows is a share, from 0 to 1, got 2"),
            ("truncation = 1", "truncation must be true or false, got 1"),
        ]:
            self.write("small.lua", self.NETWORK.format(field))
            done = program.run("show", "./small.lua", cwd=self.place)
            self.assertEqual(done.returncode, 2, field)
            self.assertIn(sentence, done.stderr)


class BadSheets(Check):
    def test_none_of_them_stops_the_rest(self):
        self.write("class/1.txt", RIGHT)
        self.write("class/2.txt", b"q = \xff\n")
        self.write("class/3.txt", "backstep = 9\n" + RIGHT)
        self.write("class/4.txt", "lesson = relu-step\n" + RIGHT)
        self.write("class/5.txt", b"\0")
        self.write("class/6.txt", "#" * ((1 << 20) + 1))
        self.write("class/7.txt", RIGHT)
        done = self.check("--format=csv", "class", "nowhere.txt")
        self.assertEqual(done.returncode, 2)
        rows = list(csv.reader(io.StringIO(done.stdout.lstrip("\ufeff"))))
        self.assertEqual([row[0] for row in rows[1:]], ["1", "7"])
        told = done.stderr.splitlines()
        self.assertEqual([line.split(": ")[1] for line in told],
                         ["nowhere.txt"] + [f"class/{i}.txt" for i in (2, 3, 4, 5, 6)])
        self.assertEqual(told[0], "backstep: nowhere.txt: No such file or directory")
        self.assertEqual(told[3], 'backstep: class/4.txt: this is a sheet for the lesson '
                                  '"relu-step", not for small')

    def test_a_line_that_cannot_be_read_is_the_line_s_alone(self):
        self.write("a.txt", "q = 8.51\np = 0x10\nr = 3\n")
        (result,) = self.results("a.txt", status=1)
        self.assertEqual([answer["verdict"] for answer in result["answers"]],
                         ["right", "unreadable"])
        self.assertEqual([complaint["line"] for complaint in result["complaints"]], [2, 3])

    def test_an_empty_directory_is_told_of(self):
        (self.place / "class").mkdir()
        self.assertEqual(self.results("class", status=2, stderr=(
            "backstep: class: there are no sheets in this directory\n")), [])

    def test_unusable_arguments_are_refused(self):
        self.write("a.txt", RIGHT)
        self.write("formulas.lua", "return lesson {api = 1, id = 'formulas', "
                                   "title = {en = 'a', zh = 'b'}, {prove = '1 = 1'}}")
        few = "check takes a lesson and the sheets to be marked, files or directories"
        formats = "text, json, csv, junit, gradescope, moodle, canvas"
        for arguments, sentence in [
            ([], few), (["./small.lua"], few),
            (["small", "a.txt"], 'there is no lesson "small"'),
            (["./formulas.lua", "a.txt"], "the lesson formulas asks nothing"),
            (["./small.lua", "a.txt", "--format", "jsn"],
             f"--format must be one of {formats}, got jsn: did you mean json?"),
            (["./small.lua", "a.txt", "--for=all"],
             "--for must be one of student, marker, got all"),
            (["./small.lua", "a.txt", "-o", ""],
             "--output must be the name of a directory, got nothing"),
            (["./small.lua", "a.txt", "--for=\x1b[1m\u009b"],
             "--for must be one of student, marker, got \ufffd[1m\ufffd"),
            (["./small.lua", "a.txt", "--force=1"], "--force takes no value"),
            (["./small.lua", "a.txt", "-o"], "nothing follows --output"),
            (["./small.lua", "a.txt", "-o", "a.txt"],
             'cannot make the directory "a.txt/.backstep": Not a directory'),
        ]:
            done = program.run("check", *arguments, cwd=self.place)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertTrue(done.stderr.startswith(f"backstep: {sentence}"), done.stderr)


class Help(Check):
    def test_every_command_tells_of_itself(self):
        for command in "check", "help", "learn", "lint", "show", "variant":
            told = program.run("help", command)
            for option in "--help", "-h":
                done = program.run(command, "x", option, cwd=self.place)
                self.assertEqual((done.returncode, done.stdout, done.stderr),
                                 (0, told.stdout, ""))

    def test_the_help_of_check_names_its_options(self):
        told = self.check("--help").stdout
        for name in ["text, json, csv, junit, gradescope, moodle, canvas", "--format", "--for",
                     "-o DIR", "--force", "--summary", "--seed", "--require-seed"]:
            self.assertIn(name, " ".join(told.split()))


class Formats(Check):
    def test_each_is_one_document(self):
        self.write("a.txt", WRONG)
        self.write("b.txt", RIGHT)
        for name, begins in [("json", "["), ("csv", "\ufeff"), ("junit", "<?xml"),
                             ("gradescope", "{"), ("moodle", '"Username"'),
                             ("canvas", '"Student"')]:
            done = self.check("--format", name, "a.txt", "b.txt")
            self.assertEqual((done.returncode, done.stderr), (1, ""), name)
            self.assertTrue(done.stdout.startswith(begins), done.stdout)

    def test_the_summary_follows_text_of_more_than_one_sheet(self):
        self.write("a.txt", WRONG)
        self.write("b.txt", RIGHT)
        one, two = self.check("a.txt").stdout, self.check("a.txt", "b.txt").stdout
        summary = self.check("--format=csv", "--summary", "a.txt", "b.txt").stderr
        self.assertTrue(summary)
        self.assertTrue(two.startswith(one))
        self.assertTrue(two.endswith("\n\n" + summary))
        self.assertTrue(self.check("a.txt", "--summary").stdout.startswith(one + "\n"))


class Directory(Check):
    def files(self, name="out"):
        place = self.place / name
        return {str(path.relative_to(place)): (path.read_text(encoding="utf-8"),
                                               path.stat().st_mtime_ns)
                for path in sorted(place.rglob("*")) if path.is_file()}

    def update(self, *arguments, status=1):
        done = self.check("-o", "out", *arguments)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (status, "", ""))
        return self.files()

    def setUp(self):
        super().setUp()
        for name, text in {"a": RIGHT, "b": WRONG, "c": CARRIED}.items():
            self.write(f"class/{name}.txt", text)

    def changed(self, before, after):
        return {name for name in after if before.get(name) != after[name]}

    def test_there_is_a_file_a_student_as_if_they_were_alone(self):
        files = self.update("class")
        self.assertEqual(set(files), {"a.txt", "b.txt", "c.txt", ".backstep/a.txt",
                                      ".backstep/b.txt", ".backstep/c.txt"})
        for name in "a", "b", "c":
            self.assertEqual(files[f"{name}.txt"][0], self.check(f"class/{name}.txt").stdout)

    def test_a_rerun_does_only_what_changed(self):
        before = self.update("class")
        self.assertEqual(self.update("class"), before)
        self.write("class/b.txt", RIGHT)
        after = self.update("class")
        self.assertEqual(self.changed(before, after), {"b.txt", ".backstep/b.txt"})
        (self.place / "out" / "c.txt").unlink()
        self.assertEqual(self.changed(after, self.update("class")), {"c.txt", ".backstep/c.txt"})

    def test_everything_is_done_again_by_force_for_others_and_for_another_lesson(self):
        for arguments in ["--force"], ["--for=marker"], ["--lang=zh"]:
            before = self.update("class")
            self.assertEqual(len(self.changed(before, self.update("class", *arguments))), 6)
        before = self.update("class")
        self.write("small.lua", LESSON.replace("follows = 0.5", "follows = 1"))
        self.assertEqual(len(self.changed(before, self.update("class"))), 6)

    def test_the_status_is_that_of_all_sheets_also_of_those_left_as_they_are(self):
        self.update("class")
        self.update("class", status=1)
        self.update("class/a.txt", status=0)
        self.update("class/a.txt", status=0)

    def test_a_bad_sheet_is_told_of_every_time(self):
        self.write("class/d.txt", b"\xff")
        for _ in range(2):
            done = self.check("-o", "out", "class")
            self.assertEqual(done.returncode, 2)
            self.assertTrue(done.stderr.startswith("backstep: class/d.txt: "), done.stderr)
        self.assertNotIn("d.txt", self.files())

    def test_names_are_made_file_names_no_two_the_same(self):
        students = ["../../etc/passwd", ".hidden", "-rf", "王小明", "a/b", "a%2Fb", "n" * 300,
                    "n" * 301, "王" * 100, "a b"]
        for i, student in enumerate(students):
            self.write(f"names/{i}.txt", f"student = {student}\n{RIGHT}")
        files = {name for name in self.update("names", status=0) if "/" not in name}
        self.assertEqual(len(files), len(students))
        self.assertTrue({"王小明.txt", "a b.txt", "a%2Fb.txt", "a%252Fb.txt", "%2Ehidden.txt",
                         "%2Drf.txt", "%2E.%2F..%2Fetc%2Fpasswd.txt"} <= files, files)
        self.assertTrue(all(len(name.encode()) <= 140 for name in files))

    def test_what_cannot_be_written_is_told(self):
        (self.place / "out" / "a.txt").mkdir(parents=True)
        for _ in range(2):
            done = self.check("-o", "out", "class")
            self.assertEqual((done.returncode, done.stderr), (
                2, 'backstep: cannot write "out/a.txt": Is a directory\n'))
        self.assertEqual(set(self.files()), {"b.txt", "c.txt", ".backstep/b.txt",
                                             ".backstep/c.txt"})

    def test_a_result_whose_place_was_taken_is_not_unchanged(self):
        self.update("class")
        (self.place / "out" / "a.txt").unlink()
        (self.place / "out" / "a.txt").mkdir()
        self.assertEqual(self.check("-o", "out", "class").returncode, 2)

    def lines_of_the_readme(self):
        """How README.md spreads a class, for ours, in smaller portions."""
        text = (program.ROOT / "README.md").read_text(encoding="utf-8")
        (block,) = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        block = block.replace("scripts/start", program.PROGRAM).replace("-n 100", "-n 7")
        return block.replace("one-neuron.lua", "./small.lua").splitlines()

    def test_several_processes_write_what_one_does(self):
        for i in range(60):
            self.write(f"class/{i}.txt", [RIGHT, WRONG, CARRIED][i % 3])
        one = {name: text for name, (text, _) in self.update("class").items()}
        lines = self.lines_of_the_readme()
        self.assertEqual(len(lines), 2)
        for line in lines:
            if "parallel" not in line or shutil.which("parallel"):
                shutil.rmtree(self.place / "results", ignore_errors=True)
                subprocess.run(["bash", "-c", line], cwd=self.place, check=False,
                               env={**os.environ, "LANG": "C.UTF-8"}, capture_output=True,
                               timeout=120)
                files = {name: text for name, (text, _) in self.files("results").items()}
                self.assertEqual(files, one, line)


class Terminal(Check):
    def run_at_terminal(self, *arguments, signal_after=None):
        """What standard error, a terminal, is told, and the status."""
        main, child = pty.openpty()
        with subprocess.Popen([program.PROGRAM, "check", "./small.lua", *arguments],
                              cwd=self.place, stdout=subprocess.DEVNULL, stderr=child,
                              env={**os.environ, "LANG": "C.UTF-8"}) as process:
            os.close(child)
            told = b""
            while True:
                if signal_after and signal_after in told:
                    process.send_signal(signal.SIGINT)
                    signal_after = None
                try:
                    piece = os.read(main, 4096)
                except OSError as error:
                    self.assertEqual(error.errno, errno.EIO)
                    break
                if not piece:
                    break
                told += piece
            process.wait()
        os.close(main)
        return told.decode(), process.returncode

    def many(self, count):
        for i in range(count):
            self.write(f"class/{i}.txt", f"student = {i}\nq = {8.51 + i}\np = 4.44\n")

    def test_progress_is_told_and_cleaned_up(self):
        self.many(3000)
        told, status = self.run_at_terminal("class", "-o", "out")
        self.assertEqual(status, 1)
        self.assertRegex(told, r"\r\d+ of 3000 sheets\x1b\[K")
        self.assertIn("\r\x1b[K", told)

    def test_ctrl_c_ends_with_what_was_written_whole(self):
        self.many(3000)
        told, status = self.run_at_terminal("class", "-o", "out", signal_after=b"of 3000 sheets")
        self.assertEqual(status, 130)
        self.assertTrue(told.endswith("backstep: interrupted!\r\n"), told)
        written = list((self.place / "out").glob("*.txt"))
        self.assertTrue(0 < len(written) < 3000)
        self.assertTrue(all(path.read_text(encoding="utf-8").endswith("\n") for path in written))

    def test_a_closed_pipe_ends_quietly(self):
        self.many(200)
        done = subprocess.run(
            ["bash", "-c", f"{program.PROGRAM} check ./small.lua class | head -1 >/dev/null"],
            cwd=self.place, capture_output=True, check=False, timeout=60)
        self.assertEqual(done.stderr, b"")


tap.main()
