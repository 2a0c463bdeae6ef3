"""Lesson files that are wrong, or worse: each is refused with a sentence, and nothing has happened."""

import json
import pathlib
import re
import time
import unittest

import exact
import program
import tap

TOO_LONG = "this takes too long: a lesson is worked out in a moment"
TOO_LARGE = "this takes too much memory: a lesson has 128 megabytes"

# What the file says, and what is said of it after its path.
HOSTILE = [
    ("while true do end", f": {TOO_LONG}"),
    ("while true do pcall(function() while true do end end) end", f": {TOO_LONG}"),
    ("local n = mlp{2, 2, 1} n:train{inputs = {{1, 2}}, targets = {{1}}, eta = 0.1, "
     "epochs = 1000000000}", f": {TOO_LONG}"),
    ("local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1e6) .. i end", f": {TOO_LARGE}"),
    ("local s = 'x' while true do s = s .. s end", f": {TOO_LARGE}"),
    ("local t = {} for i = 1, 1e6 do t[i] = mlp{3000, 3000, 1} end", f": {TOO_LARGE}"),
    ("local t = tape{x = 1} for i = 1, 1e7 do t:let('q' .. i, 'x + ' .. i) end", f": {TOO_LARGE}"),
    ("local s = ('x'):rep(1e10)", ":1: rep of that length takes too long in a lesson"),
    ("local s = (''):rep(1e15)", ":1: rep of that length takes too long in a lesson"),
    ("table.move({}, 1, math.maxinteger - 1, 2)",
     ":1: move of that length takes too long in a lesson"),
    ("string.find(('a'):rep(30000), '.-.-.-.-b')",
     ":1: find with this pattern takes too long in a lesson"),
    ("(('a'):rep(30000)):gsub('a*a*a*a*b', '')",
     ":1: gsub with this pattern takes too long in a lesson"),
    ("local function f() return 1 + f() end f()", ":1: stack overflow"),
    ("table.unpack({}, 1, 1e8)", ":1: too many results to unpack"),
    ("local x = symbols 'x' for i = 1, 1e7 do x = x * x + x end",
     ":1: the formula is nested too deeply"),
    ("io.open('/etc/passwd')", ":1: a lesson has no io"),
    ("os.execute('touch MARK')", ":1: a lesson has no os"),
    ("require 'os'", ":1: a lesson has no require"),
    ("debug.getregistry()", ":1: a lesson has no debug"),
    ("load('x = 1')()", ":1: a lesson has no load"),
    ("dofile 'MARK'", ":1: a lesson has no dofile"),
    ("collectgarbage 'stop'", ":1: a lesson has no collectgarbage"),
    ("print 'hello'", ":1: a lesson has no print"),
    ("show 'slides-example'", ":1: there is no global show"),
    ("coroutine.wrap(function() while true do end end)()", ":1: a lesson has no coroutine"),
    ("getmetatable('').__index = nil", ":1: a lesson has no getmetatable"),
    ("setmetatable({}, {__gc = function() while true do end end})",
     ":1: a lesson has no setmetatable"),
    ("string.dump(function() end)", ":1: attempt to call a nil value (field 'dump')"),
    ("(''):dump(function() end)", ":1: attempt to call a nil value (method 'dump')"),
    ("mlp{2, 2, 1}:tape({1, 2}, {1}):html('MARK')", ":1: a lesson cannot write files"),
    ("error({1, 2})", ": an error was raised that is no text but a table"),
    ("error(nil)", ": an error was raised that is no text but nil"),
    ("error('\\27[31mred\\27]0;title\\7\\u{9b}1m', 0)", ": ?[31mred?]0;title??1m"),
    ("return lesson(_ENV)", ": api must be 1, the version of the format, got nil"),
    ("local t = {} t[1] = t return lesson(t)",
     ": api must be 1, the version of the format, got nil"),
    ("string.format, pairs, math = nil return lesson{api = 2}",
     ": this is a lesson of api = 2, and this program knows api = 1"),
]

UNREADABLE = [
    ("", ": the file is empty"),
    ("local x = 1", ": the file must return lesson{...}"),
    ("return {api = 1}", ": the file must return lesson{...}"),
    ("return lesson 'slides-example'", ': lesson takes a table, got "slides-example"'),
    ("return lesson {\n  api = 1\n  id = 'x',\n}",
     ":3: '}' expected (to close '{' at line 1) near 'id'"),
    ("\n\nreturn lesson {api = 1, tape = tpae}",
     ":3: there is no global tpae: did you mean tape?"),
    ("return lesson{" + "{" * 1000, ": C stack overflow"),
    (b"\x1bLuaT\0", ": this is compiled Lua; lessons are read as text only"),
    (b"return lesson {\xff}", ":1: unexpected symbol near '<\\255>'"),
    ("--" + "x" * (1 << 20), ": a lesson file has at most a megabyte"),
    ("return lesson {api = 2, future = true}",
     ": this is a lesson of api = 2, and this program knows api = 1"),
]

HEAD = "api = 1, id = 'small', title = {en = 'Small', zh = '小'}"
TAPE = ("tape = function(given) local t = tape{x = 2, y = 3} t:let('q', 'x*y') t:backward 'q' "
        "return t end")

# What the lesson says besides its head and tape, and what is wrong with it; "1: " is a line.
INVALID = [
    ("titel = {}", ['unknown field "titel": did you mean title?']),
    ("colour = 'red'", ['unknown field "colour" (known: api, id, title, digits, figures, notation, '
                        "given, tape, truncation, conventions, notations, marks, fixed)"]),
    ("[1.5] = 1", ["a field is a name, got 1.5"]),
    ("id = 'Bad Id'", ['id must be made of small letters, digits and hyphens, got "Bad Id"']),
    ("id = 7", ["id must be a string, got 7"]),
    ("title = 'Small'", ['title must be a text in each language, {en = "...", zh = "..."}, '
                         'got "Small"']),
    ("title = {en = 'Small'}", ["title has no zh text"]),
    ("title = {en = 'a', zh = ' ', fr = 'c'}",
     ["title.zh is empty", 'title: unknown language "fr" (known: en, zh)']),
    ("title = {en = 'a\\27[31m', zh = '\\xff'}",
     ["title.en has a control character: spaces and line ends are all that is needed",
      "title.zh is not UTF-8"]),
    ("digits = 16", ["digits must be a whole number from 0 to 15, got 16"]),
    ("figures = 2.5", ["figures must be a whole number from 1 to 15, got 2.5"]),
    ("digits = 4, figures = 4",
     ["digits (decimals) and figures (significant) exclude one another"]),
    ("notation = 'lecture'", ["only the tape of a network has notations"]),
    ("given = 5", ["given must be a table, or a function that gives one, got 5"]),
    ("given = function() end, tape = function(given) return given.x end",
     ["1: attempt to index a nil value (local 'given')"]),
    ("given = function() return 5 end", ["given must give a table, got 5"]),
    ("tape = 5", ["tape must be a function that gives a tape, got 5"]),
    ("tape = function() return {} end",
     ["tape must give a tape, as net:tape(...) or tape{...} do, got a table"]),
    ("tape = function() return mlp{2, 1}:tape({1}, {1}) end",
     ["1: the inputs must be a table of 2 numbers, got 1 number"]),
    ("5", ["block 1: a block is a table, got 5"]),
    ("[3] = {show = 'given'}", ["block 1: a block is a table, got nil",
                                "block 2: a block is a table, got nil"]),
    ("{explain = 'sigmod'}",
     ['block 1: there is no function "sigmod": did you mean sigmoid?']),
    ("{prove = 'x', expect = 'true'}",
     ['block 1: expect must be one of proved, refuted, not decided, got "true"',
      'block 1: the identity must have two sides, as in "y = x^2", got "x"']),
    ("{derive = 'x'}", ['block 1: derive must be a table, as derive{...} takes it, got "x"']),
    ("{derive = {'E = x^2', by = 'y'}}", ["block 1: E does not depend on y"]),
    ("{overflow = 'exp(x)', at = 3}", ["block 1: the values must be a table, got 3"]),
    ("{}", ["block 1: a block has one of text, show, ask, derive, explain, prove, overflow, "
            "run; this one has none of them"]),
    ("{ask = 'q', show = 'given'}",
     ["block 1 (ask q): a block is one of text, show, ask, derive, explain, prove, overflow, run; "
      "this one is show and ask"]),
    ("{ask = 'q', point = 1}", ['block 1 (ask q): unknown field "point": did you mean points?']),
    ("{text = {en = '{q} {z}', zh = 'a'}}",
     ['block 1: there is no entry called "z": did you mean x?']),
    ("{show = 'forwrd'}", ['block 1 (show forwrd): there is no entry called "forwrd": did you mean '
                           "forward?"]),
    ("{show = 'update'}", ["block 1 (show update): the tape has no update phase"]),
    ("tape = function() local x = {} for i = 1, 600 do x[i] = i end "
     "return mlp{600, 1}:tape(x, {1}) end, {show = 'loss'}, {show = 'given'}",
     ["block 2 (show given): the given phase has more than 1000 entries: name those that are to "
      "be shown"]),
    ("{show = {'q', 5}}", ["block 1: show must be a phase (given, forward, loss, backward, update, "
                           "again), a name, or a list of names, got 5"]),
    ("{ask = 5}", ["block 1: ask must be the name of an entry, got 5"]),
    ("{ask = 'dq_dy_'}", ['block 1 (ask dq_dy_): there is no entry called "dq_dy_": did you mean '
                          "dq_dy?"]),
    ("{ask = 'x'}", ["block 1 (ask x): x is given: there is nothing to ask"]),
    ("{ask = 'q'}, {ask = 'q'}", ["block 2 (ask q): q is asked for already, in block 1"]),
    ("{ask = 'q', points = 0.5, figures = 1}",
     ["block 1 (ask q): points must be a whole number from 0 to 100, got 0.5",
      "block 1 (ask q): figures must be a whole number from 2 to 15, got 1"]),
    ("{ask = 'q', hints = 'Multiply.'}",
     ['block 1 (ask q): hints must be a list of texts, got "Multiply."']),
    ("{ask = 'q', hints = {{en = 'Multiply.'}}}", ["block 1 (ask q): hint 1 has no zh text"]),
    ("{run = 5}", ["block 1: run must be code, a string or a list of lines, got 5"]),
    ("{run = {}}", ["block 1: run must be code, a string or a list of lines, got a table"]),
    ("{run = {'x = 1', 5, '\\27[2J'}}",
     ["block 1: line 2 of run must be a string, got 5",
      "block 1: line 3 of run has a control character: spaces and line ends are all that is "
      "needed"]),
    ("{run = {'x = 1', 'y = )', 'z = y'}}, {run = 'y'}",
     ["block 1: > y = ): unexpected symbol near ')'"]),
    ("{run = 'mlp{2, 2, 1}:trian{}'}, {run = 'y'}",
     ["block 1: > mlp{2, 2, 1}:trian{}: attempt to call a nil value (method 'trian')"]),
    ("{run = 'f(1,'}", ["block 1: > f(1,: unexpected symbol near <eof>"]),
    ("{run = 'given'}", ["block 1: > given: there is no global given"]),
    ("{run = 'mlp{1, 1}:save \"x\"'}",
     ['block 1: > mlp{1, 1}:save "x": a lesson cannot write files']),
    ("{run = 'error {}'}",
     ["block 1: > error {}: an error was raised that is no text but a table"]),
    ("{run = 'while true do end'}", [f"block 1: > while true do end: {TOO_LONG}"]),
    ("{ask = '\\27[2J'}", ['block 1 (ask ?[2J): there is no entry called "?[2J"']),
]

# Lessons that load, but trip a student up.
LINT = [
    ("{show = 'loss'}, {ask = 'q'}", ["block 2 asks for q, which block 1 has told"]),
    ("{text = {en = 'q is {q}.', zh = 'q'}}, {ask = 'q'}",
     ["block 2 asks for q, which block 1 has told"]),
    ("tape = function() local t = tape{x = 0.7 + 0.11, y = 2} t:let('q', 'x*y') return t end,\n"
     "{ask = 'q'}",
     ["x = 0.80999999999999994 is read as 0.81: give decimals, as 81/100 is and 0.7 + 0.11 is not"]),
    ("id = 'other'", ["id is other, so the file should be called other.lua"]),
    ("fixed = {'x'}, tape = function() local t = tape{x = 0} t:let('q', 'x') return t end, "
     "{ask = 'q'}",
     ["1: question 1 (q): the answer q = 0 is found to be right"]),
    ("tape = function() local t = tape{x = 2, y = 1} t:let('q', 'x*y') return t end,\n"
     "{ask = 'q'}",
     ["2: question 1 (q): the mistake that the factor y is missing would be marked right, since "
      "y = 1; y = 1.1 would show it"]),
    ("tape = function() local t = tape{x = 1000} t:let('q', 'exp(x)') return t end, {ask = 'q'}",
     ["q is not finite, so there is nothing to mark"]),
]


# Code, and what the worked solution shows.
TYPED = """\
return lesson {
  api = 1, id = "typed", title = {en = "Typed", zh = "输入"}, figures = 3,
  tape = function()
    local t = tape {x = 2}
    t:let("y", "x^2")
    return t
  end,
  {run = {"net = mlp{1, 1}", "net:forward{2}[1], 1/3, 'a'", "nil", "local a = 3", "_ + a"}},
  {run = [[
    for i = 1, 3 do
      a = a + i
    end

    a
    {1,
     2}]]},
  {run = "t.y"},
  {run = {"t:let('z', 'y + 1')", "#t"}},
  {ask = "y"},
}
"""

TYPED_SHOWN = """\
Typed
═════

> net = mlp{1, 1}
> net:forward{2}[1], 1/3, 'a'
0.5, 0.333, "a"
> nil
nil
> local a = 3
> _ + a
3.5

> for i = 1, 3 do
>>   a = a + i
>> end
> a
9
> {1,
>>  2}
{1, 2}

> t.y
y = x²                                         definition
  = 2²
  = 4

> t:let('z', 'y + 1')
z = y + 1                                      definition
  = 4 + 1
  = 5
> #t
3

Question 1: y = ?   (1 point, 3 significant figures)
y = x²                                         definition
  = 2²
  = 4

Given
─────
x = 2                                          given
"""


def lesson(fields):
    return f"return lesson {{ {HEAD}, {TAPE}, {fields} }}"


FORMULAS = """\
return lesson {
  api = 1, id = "formulas", title = {en = "Formulas", zh = "公式"},
  {derive = {"E = (w*x - y)^2/2", by = "w"}},
  {explain = "w^2", by = "w"},
  {prove = "x^2 = 2*x"},
  {overflow = "exp(x)", at = {x = 1000}},
}
"""

FORMULAS_SHOWN = {
    "en": """\
Formulas
════════

∂E/∂w = (w·x − y)·x                            differentiated

∂/∂w (w²) = 2·w                                power rule

x² = 2·x                                       refuted

where x = 1
x² = 1
2·x = 2

exp(x)
where x = 1000
exp(x) = exp(1000)
       = inf                                   overflows: doubles end at 1.8e308
""",
    "zh": """\
公式
════

∂E/∂w = (w·x − y)·x                            直接求导

∂/∂w (w²) = 2·w                                幂的求导法则

x² = 2·x                                       不成立

其中 x = 1
x² = 1
2·x = 2

exp(x)
其中 x = 1000
exp(x) = exp(1000)
       = inf                                   上溢：双精度数最大为 1.8e308
""",
}


class Files(unittest.TestCase):
    def write(self, text):
        path = program.write(self, "small.lua", text)
        mark = pathlib.Path(path).with_name("mark")
        if isinstance(text, str):
            pathlib.Path(path).write_text(text.replace("MARK", str(mark)), encoding="utf-8")
        return path, mark

    def check_refused(self, text, sentence):
        path, mark = self.write(text)
        begun = time.monotonic()
        done = program.run("show", path)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr, f"backstep: {path}{sentence}\n")
        self.assertFalse(mark.exists())
        self.assertLess(time.monotonic() - begun, 60)

    def test_strangers_code_is_stopped_with_a_sentence(self):
        for text, sentence in HOSTILE:
            with self.subTest(text):
                self.check_refused(text, sentence)

    def test_what_hangs_in_given_or_tape_is_stopped_too(self):
        for field in "given", "tape":
            text = lesson(f"{field} = function() while true do end end")
            self.check_refused(text, f": {TOO_LONG}")

    def test_a_file_that_does_not_load_is_refused_with_its_line(self):
        for text, sentence in UNREADABLE:
            with self.subTest(text[:100]):
                self.check_refused(text, sentence)

    def test_a_session_survives_every_hostile_lesson(self):
        path, _ = self.write(HOSTILE[0][0])
        script = f"print(pcall(show, {path!r})) print(('x'):rep(3), ('').dump ~= nil)"
        done = program.run("-e", script)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, f"false\t{path}: {TOO_LONG}\nxxx\ttrue\n")

    def test_a_lesson_cannot_change_the_session(self):
        path, _ = self.write("x = 1 mlp = nil string.rep = nil math.pi = 3 table.concat = nil "
                             + lesson("{ask = 'q'}"))
        script = f"lesson {path!r} print(x, mlp ~= nil, ('x'):rep(2), math.pi, table.concat ~= nil)"
        self.assertEqual(program.run("-e", script).stdout,
                         "nil\ttrue\txx\t3.1415926535898\ttrue\n")

    def test_what_is_invalid_is_told_with_field_value_and_what_was_expected(self):
        for fields, sentences in INVALID:
            with self.subTest(fields):
                path, _ = self.write(lesson(fields))
                done = program.run("show", path)
                said = "\n".join(f"{path}: {sentence}" for sentence in sentences)
                said = said.replace(": 1: ", ":1: ")
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertEqual(done.stderr, f"backstep: {said}\n")

    def test_what_a_block_types_is_shown_with_what_the_prompt_would_say(self):
        path = program.write(self, "typed.lua", TYPED)
        done = program.run("show", path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, TYPED_SHOWN)
        learnt = program.run("learn", path, stdin="4\n").stdout
        self.assertIn(TYPED_SHOWN[TYPED_SHOWN.index("> net"):TYPED_SHOWN.index("Question")], learnt)
        self.assertIn("nothing is wrong", program.run("lint", path).stdout)

    def test_what_is_typed_is_left_out_where_sheets_are_marked(self):
        path = program.write(self, "typed.lua", TYPED.replace('"t.y"', '"while true do end"'))
        sheet = program.write(self, "ann.txt", "y = 4\n")
        self.assertEqual(program.run("check", path, sheet).returncode, 0)

    def test_lint_tells_all_that_is_wrong_at_once(self):
        fields = ", ".join(fields for fields, _ in INVALID[-16:-12])
        path, _ = self.write(lesson(fields))
        done = program.run("lint", path)
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertEqual(len(done.stdout.splitlines()), 7, done.stdout)

    def test_lint_finds_what_would_trip_a_student(self):
        for fields, sentences in LINT:
            with self.subTest(fields):
                path, _ = self.write(lesson(fields))
                done = program.run("lint", path)
                self.assertEqual(done.returncode, 1)
                said = "".join(f"{path}: {sentence}\n" for sentence in sentences)
                self.assertEqual(done.stdout, re.sub(r": (\d+: )", r":\1", said))

    def test_lint_finds_figures_that_the_digits_do_not_leave(self):
        path, _ = self.write(lesson(
            "digits = 4, given = function(rng, seed) return {x = seed == 2 and 0.01 or 2.5} end, "
            "tape = function(given) local t = tape {x = given.x, y = -0.0142} "
            "t:let('q', 'x*y') return t end, {ask = 'q'}"))
        told = (" asks for 3 significant figures, but 4 decimals leave {} of −{}: ask for fewer or "
                "give figures = N")
        done = program.run("lint", path)
        self.assertEqual(done.returncode, 1)
        self.assertIn("question 1 (q):" + told.format(1, "0.000142"), done.stdout)
        path, _ = self.write(lesson("digits = 4, tape = function() local t = tape {x = 0.01, "
                                    "y = -0.0142} t:let('q', 'x*y') return t end, {ask = 'q'}"))
        self.assertIn("1 (q):" + told.format(1, "0.000142"), program.run("lint", path).stdout)

    def test_lint_notes_how_many_mistakes_can_be_told_apart(self):
        path, _ = self.write(lesson("{ask = 'q'}"))
        done = program.run("lint", path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, re.escape(path) + r":1: question 1 \(q\): \d+ of \d+ mistakes "
                         r"can be told apart\n( .*\n)*" + re.escape(path) + ": nothing is wrong\n$")

    def test_lint_counts_what_no_given_near_would_show(self):
        self.assertRegex(program.run("lint", "relu-step").stdout,
                         r" \(g_y\): \d+ of \d+ mistakes can be told apart\n"
                         r"    \d+ change nothing here\n")

    def test_lint_tells_what_more_digits_would_tell(self):
        source = (program.ROOT / "lessons/general-rule.lua").read_text(encoding="utf-8")
        path = program.write(self, "general-rule.lua",
                             source.replace("  figures = 4,", "  figures = 3,"))
        self.assertRegex(program.run("lint", path).stdout, r" \(g_1\): \d+ of \d+ mistakes can be "
                         r"told apart, \d+ more with more digits\n")

    def test_lint_lists_mistakes_for_programs(self):
        path, _ = self.write(lesson("{ask = 'q'}"))
        done = program.run("lint", path, "--mistakes")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        rows = {row["definition"]: row for row in json.loads(done.stdout)}
        self.assertEqual(rows["-x*y"], {
            "question": "q", "item": "q", "kind": "sign-flipped", "definition": "-x*y", "value": -6,
            "typed": "-6.000", "visible": True, "distinct": True, "hidden": False,
            "hidden_by": None, "better": None})

    def test_lint_tries_variants(self):
        path, _ = self.write(lesson(
            "given = function(rng, seed) return {x = seed == 2 and 'x' or 1} end, "
            "tape = function(given) return tape(given) end"))
        done = program.run("lint", path)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, f'{path}:1: x must be a number, got "x" (seed 2)\n')

    def test_our_own_lessons_have_no_faults(self):
        done = program.run("lint")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout,
                         "".join(f"{name}: nothing is wrong\n" for name in sorted(exact.LESSONS)))

    def test_an_unknown_lesson_is_refused_with_the_nearest_and_all(self):
        known = ", ".join(sorted(exact.LESSONS))
        for command in "show", "learn", "lint":
            done = program.run(command, "relu-stp")
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertEqual(done.stderr,
                             'backstep: there is no lesson "relu-stp": did you mean relu-step? '
                             f"(there are {known})\n")

    def test_a_file_that_cannot_be_read_is_refused_with_the_reason(self):
        missing = program.run("show", "/nowhere/small.lua")
        self.assertEqual((missing.returncode, missing.stderr),
                         (2, "backstep: /nowhere/small.lua: No such file or directory\n"))
        directory = program.run("lint", "/")
        self.assertEqual((directory.returncode, directory.stderr),
                         (2, "backstep: /: Is a directory\n"))

    def test_lessons_can_be_kept_elsewhere(self):
        path, _ = self.write(lesson("{ask = 'q'}"))
        place = {"BACKSTEP_LESSONS": str(pathlib.Path(path).parent)}
        self.assertEqual(program.run("show", **place).stdout, "small   Small\n")
        self.assertEqual(program.run("lint", **place).stdout, "small: nothing is wrong\n")
        empty = program.run("show", BACKSTEP_LESSONS="/nowhere")
        self.assertEqual(empty.stdout, "there are no lessons in /nowhere\n")

    def test_a_lesson_that_does_not_load_is_listed_so(self):
        path, _ = self.write("nonsense")
        listed = program.run("show", BACKSTEP_LESSONS=str(pathlib.Path(path).parent)).stdout
        self.assertEqual(listed, "small   does not load: backstep lint small says why\n")

    def test_unusable_arguments_are_refused(self):
        for arguments, sentence in [
            (["show", "relu-step", "--sed", "3"], "unknown option --sed: did you mean --seed?"),
            (["show", "relu-step", "--seed", "x"], "--seed must be a whole number, got x"),
            (["learn", "relu-step", "--seed"], "nothing follows --seed"),
        ]:
            done = program.run(*arguments)
            self.assertEqual((done.returncode, done.stdout, done.stderr),
                             (2, "", f"backstep: {sentence}\n"))

    def test_a_lesson_of_formulas_needs_no_tape(self):
        path = program.write(self, "formulas.lua", FORMULAS)
        for lang, page in FORMULAS_SHOWN.items():
            self.assertEqual(program.run("show", path, lang=lang).stdout, page)
        self.assertIn("∂E/∂w = (w·x − y)·x", program.run("learn", path).stdout)
        done = program.run("lint", path)
        self.assertEqual((done.returncode, done.stdout), (1, (
            f"{path}: block 3 says that the identity is proved, but it is refuted\n")))
        done = program.run("-e", f"lesson {path!r}")
        self.assertIn(f'the lesson {path} has no tape: show("{path}") prints it', done.stderr)

    def test_what_needs_a_tape_is_refused_without_one(self):
        for block, sentence in [
                ("{ask = 'x'}", "block 1 (ask x): ask is about the entries of a tape, and the "
                                "lesson has none"),
                ("{show = 'x'}", "block 1 (show x): show is about the entries of a tape, and the "
                                 "lesson has none"),
                ("{text = {en = '{x}', zh = 'x'}}",
                 "block 1: {x} stands for a value, and the lesson has no tape")]:
            path = program.write(self, "bare.lua", (
                f"return lesson {{api = 1, id = 'bare', title = {{en = 'a', zh = 'b'}}, {block}}}"))
            self.assertEqual(program.run("show", path).stderr, f"backstep: {path}: {sentence}\n")

    def test_what_no_block_shows_is_shown_at_the_end(self):
        path, _ = self.write(lesson("{ask = 'q'}"))
        self.assertEqual(program.run("show", path).stdout, """\
Small
═════

Question 1: q = ?   (1 point, 3 significant figures)
q = x·y                                        loss
  = 2·3
  = 6

Given
─────
x = 2                                          given
y = 3                                          given

Backward
────────
∂q/∂q = 1                                      the backward pass starts here
∂q/∂x = y                                      closed form
      = 3
∂q/∂y = x                                      closed form
      = 2
""")

    def test_texts_are_told_in_full(self):
        path, _ = self.write(lesson('''
          {text = {en = [[
              The product of {x} and {y} is~{q}.
              It is one line here.

                  x*y   an example

              A last paragraph.]], zh = "积"}}'''))
        self.assertIn("\\n\\nThe product of 2 and 3 is 6. It is one line here.\\n\\n"
                      "    x*y   an example\\n\\nA last paragraph.\\n\\n".replace("\\n", "\n"),
                      program.run("show", path).stdout)


tap.main()
