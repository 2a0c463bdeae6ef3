"""The prompt: what is typed, what is shown, how it is left."""

import tap
from terminal import BACKSPACE, CTRL_D, LEFT, TAB, UP, TerminalTest, needs_readline, pasted


class Results(TerminalTest):
    def test_are_shown_without_print(self):
        terminal = self.open()
        self.assertEqual(terminal.run("1 + 1"), ["2"])
        self.assertEqual(terminal.run('"a\\tb", nil, {1, "x"}'), ['"a\\tb", nil, {1, "x"}'])
        self.assertEqual(terminal.run("x = 7"), [])
        self.assertEqual(terminal.run("print(x)"), ["7"])

    def test_have_four_digits_until_told_otherwise(self):
        terminal = self.open()
        self.assertEqual(terminal.run("2 / 3"), ["0.6667"])
        self.assertEqual(terminal.run("digits(8)"), ["8"])
        self.assertEqual(terminal.run("2 / 3"), ["0.66666667"])

    def test_are_matrices_aligned_at_the_point(self):
        terminal = self.open()
        self.assertEqual(terminal.run("{{1, -20.25}, {100.5, 3}}"),
                         ["{{  1,   -20.25},", " {100.5,   3}}"])

    def test_fit_the_screen(self):
        terminal = self.open(columns=40)
        for columns in (40, 60):
            terminal.resize(columns)
            lines = terminal.run("(function() local t = {} for i = 1, 60 do t[i] = i end return t end)()")
            self.assertLessEqual(max(map(len, lines[2:])), columns)
            self.assertGreater(max(map(len, lines[2:])), columns - 8)

    def test_are_kept_as_underscore(self):
        terminal = self.open()
        terminal.run("6 * 7")
        terminal.run("x = 1")
        terminal.run("nil")
        self.assertEqual(terminal.run("_ + 1"), ["43"])


class Input(TerminalTest):
    def test_goes_on_until_it_is_complete(self):
        terminal = self.open()
        self.assertEqual(terminal.run("for i = 1, 2 do", next_prompt=">>"), [])
        self.assertEqual(terminal.run("print(i)", ">>", ">>"), [])
        self.assertEqual(terminal.run("end", ">>"), ["1", "2"])

    @needs_readline
    def test_pasted_runs_statement_by_statement(self):
        terminal = self.open()
        lines = terminal.run(pasted("x = 1\n\nif x then\n  y = {\n    x + 1}\nend\ny[1]\nx\n"))
        self.assertEqual(lines[-3:], ["x", "2", "1"])

    @needs_readline
    def test_pasted_goes_on_where_the_next_line_can_start_no_statement(self):
        terminal = self.open()
        lines = terminal.run(pasted('s = "ab"\ns\n  :upper()\n  :rep(2)\n1\n+ 2'))
        self.assertEqual(lines[-3:], ["+ 2", '"ABAB"', "3"])

    @needs_readline
    def test_pasted_stops_at_the_first_error(self):
        terminal = self.open()
        lines = terminal.run(pasted("x = 1\nmath.pie()\nx = 2\n"))
        self.assertEqual(lines[-3:], [
            "attempt to call a nil value (field 'pie'): did you mean pi?",
            "    math.pie()",
            "         ^"])
        self.assertEqual(terminal.run("x"), ["1"])

    @needs_readline
    def test_keeps_what_is_local_to_a_line(self):
        terminal = self.open()
        terminal.run("local x, y = 1, 2")
        self.assertEqual(terminal.run("x, y"), ["1, 2"])
        lines = terminal.run(pasted("local function f(n)\n  return n == 0 and 'end' or f(n - 1)\nend\nf(3)"))
        self.assertEqual(lines[-1], '"end"')
        self.assertEqual(terminal.run("local z; z = 3; print(z)"), ["3"])

    def test_is_lines_of_their_own_from_a_terminal_that_does_not_bracket(self):
        terminal = self.open()
        terminal.wait_for_prompt()
        terminal.send("x = {\r1,\r2}\rx\r")
        terminal.wait_for("{1, 2}")

    @needs_readline
    def test_may_be_chinese(self):
        for locale in ({}, {"LC_ALL": "POSIX"}, {"LC_ALL": "zh_CN.UTF-8"}, {"LANG": None}):
            with self.subTest(locale=locale):
                terminal = self.open(**locale)
                terminal.wait_for_prompt()
                terminal.send('x = "权重ab"')
                terminal.wait_for('> x = "权重ab"')
                terminal.send(LEFT + LEFT + LEFT + BACKSPACE + "值")
                terminal.wait_for('> x = "权值ab"')
                terminal.send("\r")
                self.assertEqual(terminal.run("x"), ['"权值ab"'])
                self.assertEqual(terminal.run("1.5"), ["1.5"])

    def test_in_chinese_keeps_columns(self):
        terminal = self.open()
        lines = terminal.run('{["权重"] = {{1}, {2}}, w = {{1}, {2}}}')
        self.assertEqual(lines, ["{w = {{1},", "      {2}},", ' ["权重"] = {{1},', "             {2}}}"])

    def test_ends_with_ctrl_d(self):
        terminal = self.open()
        terminal.wait_for_prompt()
        terminal.send(CTRL_D)
        self.assertEqual(terminal.finish(), 0)

    def test_ends_with_exit_and_quit(self):
        for word in ("exit", "quit"):
            terminal = self.open()
            terminal.wait_for_prompt()
            terminal.type(word)
            self.assertEqual(terminal.finish(), 0)


class Errors(TerminalTest):
    def test_point_at_what_is_no_lua(self):
        terminal = self.open()
        self.assertEqual(terminal.run("x = (1 + 2)) + 3"), [
            "unexpected symbol near ')'",
            "    x = (1 + 2)) + 3",
            "               ^"])
        self.assertEqual(terminal.run('y = "权重" * * 2'), [
            "unexpected symbol near '*'",
            '    y = "权重" * * 2',
            "                 ^"])

    def test_suggest_the_nearest_name(self):
        terminal = self.open()
        self.assertEqual(terminal.run("digitz(3)"), [
            "attempt to call a nil value (global 'digitz'): did you mean digits?",
            "    digitz(3)",
            "    ^"])
        self.assertEqual(terminal.run("1 + math.squrt(2)"), [
            "attempt to call a nil value (field 'squrt'): did you mean sqrt?",
            "    1 + math.squrt(2)",
            "             ^"])

    def test_name_characters_that_only_look_like_lua(self):
        terminal = self.open()
        self.assertEqual(terminal.run("x = 3 − 2"), [
            "Lua has no character −: type -",
            "    x = 3 − 2",
            "          ^"])
        self.assertEqual(terminal.run("print（1）")[0], "Lua has no character （: type (")

    @needs_readline
    def test_show_the_line_of_an_earlier_input(self):
        terminal = self.open()
        terminal.run(pasted("function f(x)\n  return x + 1\nend"))
        self.assertEqual(terminal.run("f()"), [
            "attempt to perform arithmetic on a nil value (local 'x')",
            "      return x + 1"])

    def test_may_be_any_value(self):
        terminal = self.open()
        self.assertEqual(terminal.run("error({code = 3})"), ["error: {code = 3}"])
        self.assertEqual(terminal.run('error(setmetatable({}, {__tostring = function() return "T" end}))'),
                         ["T"])
        self.assertEqual(terminal.run("error()"), ["error: nil"])

    def test_are_red_where_colour_is_welcome(self):
        cases = [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)]
        for environment, has_colour in cases:
            with self.subTest(**environment):
                terminal = self.open(**environment)
                terminal.wait_for_prompt()
                terminal.type('error("oh", 0)')
                terminal.wait_for("oh", times=2)
                terminal.wait_for_prompt()
                self.assertEqual("\x1b[31moh\x1b[0m" in terminal.raw, has_colour)


class Help(TerminalTest):
    def test_answers_a_question_mark(self):
        terminal = self.open()
        self.assertEqual(terminal.run("?digits")[0], "digits([n]) -> n")
        self.assertEqual(terminal.run("? digits")[0], "digits([n]) -> n")
        self.assertEqual(terminal.run("help(digits)")[0], "digits([n]) -> n")
        self.assertIn("string.rep is Lua's own.", terminal.run("?string.rep")[0])
        self.assertEqual(terminal.run("?digitz"),
                         ["There is no help on digitz: did you mean digits?"])

    def test_alone_is_an_overview(self):
        terminal = self.open()
        for line in ("?", "help()", "help"):
            self.assertIn("backstep steps a small neural network", "\n".join(terminal.run(line)))


@needs_readline
class Completion(TerminalTest):
    def complete(self, text, result):
        terminal = self.open()
        terminal.wait_for_prompt()
        terminal.send(text + TAB)
        terminal.wait_for(f"> {result}")
        terminal.send("\r")

    def test_of_globals(self):
        self.complete("dig", "digits")

    def test_of_keywords(self):
        self.complete("x = tru", "x = true")

    def test_of_fields(self):
        self.complete("y = math.sq", "y = math.sqrt")

    def test_of_fields_of_what_is_typed(self):
        terminal = self.open()
        terminal.run("net = {layers = {first = {weights = 1}}}")
        terminal.send("net.layers.first.we" + TAB)
        terminal.wait_for("> net.layers.first.weights")

    def test_of_methods(self):
        terminal = self.open()
        terminal.run('name = "x"')
        terminal.send("name:upp" + TAB)
        terminal.wait_for("> name:upper")

    def test_lists_what_is_possible(self):
        terminal = self.open()
        terminal.wait_for_prompt()
        terminal.send("string.re" + TAB + TAB)
        terminal.wait_for("rep")
        terminal.wait_for("reverse")

    def test_runs_no_program_for_long(self):
        terminal = self.open()
        terminal.run("trap = setmetatable({}, {__index = function() while true do end end})")
        terminal.run("trip = setmetatable({}, {__index = function() error('no') end})")
        for name in ("trap", "trip"):
            terminal.send(f"{name}.x.y" + TAB + "\b" * 8 + "\x0b")
            self.assertEqual(terminal.run("1"), ["1"])


@needs_readline
class History(TerminalTest):
    def test_is_there_in_the_next_session(self):
        terminal = self.open()
        terminal.run("x = 40 + 2")
        self.leave(terminal)
        terminal = self.open()
        terminal.wait_for_prompt()
        terminal.send(UP)
        terminal.wait_for("> x = 40 + 2")

    def test_survives_a_session_that_is_killed(self):
        terminal = self.open()
        terminal.run("x = 40 + 2")
        terminal.kill()
        with open(f"{self.state}/backstep/history", encoding="utf-8") as file:
            self.assertIn("x = 40 + 2\n", file.readlines())

    def test_keeps_a_paste_together(self):
        terminal = self.open()
        self.assertEqual(terminal.run(pasted("x = {\n  40}\nx[1]"))[-1], "40")
        self.leave(terminal)
        terminal = self.open()
        self.assertEqual(terminal.run(UP)[-2:], ["x[1]", "40"])

    def test_can_be_done_without(self):
        for state in ("/proc/no/such/place", "relative", ""):
            with self.subTest(state=state):
                terminal = self.open(XDG_STATE_HOME=state)
                self.assertEqual(terminal.run("1 + 1"), ["2"])
                self.leave(terminal)


tap.main()
