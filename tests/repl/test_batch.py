"""Input that is no terminal, scripts, and the command line."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import tap

PROGRAM = os.environ["BACKSTEP"]


def run(*args, text="", **options):
    """The exit status, the output, and the errors."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    ended = subprocess.run([PROGRAM, *args], input=text.encode(), timeout=60, check=False, **options)
    return ended.returncode, (ended.stdout or b"").decode(), (ended.stderr or b"").decode()


def environment(**changes):
    return {name: value for name, value in {**os.environ, **changes}.items() if value is not None}


class Case(unittest.TestCase):
    maxDiff = None

    def directory(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        return pathlib.Path(directory.name)

    def script(self, text):
        path = self.directory() / "script.lua"
        path.write_text(text, encoding="utf-8")
        return str(path)


class Batch(Case):
    def test_shows_results_and_nothing_else(self):
        text = "1 + 1\nx = 3\nfor i = 1, 2 do\n  print(i)\nend\n\n-- a comment\n{x, 'a'}\n_[1]"
        self.assertEqual(run(text=text, env=environment(TERM="xterm")),
                         (0, '2\n1\n2\n{3, "a"}\n3\n', ""))

    def test_ends_at_the_first_error(self):
        self.assertEqual(run(text="1\n\nx.y = 1\n2\n"), (1, "1\n", (
            "backstep: stdin:3: attempt to index a nil value (global 'x')\n"
            "    x.y = 1\n"
            "    ^\n")))
        self.assertEqual(run(text="1\n1 +* 2\n2\n"), (1, "1\n", (
            "backstep: stdin:2: unexpected symbol near '*'\n"
            "    1 +* 2\n"
            "       ^\n")))

    def test_must_be_complete(self):
        self.assertEqual(run(text="1\nfor i = 1, 2 do\n"), (1, "1\n",
            "backstep: stdin:3: 'end' expected (to close 'for' at line 2) near <eof>\n"))
        self.assertEqual(run(text="f("), (1, "", "backstep: stdin:2: unexpected symbol near <eof>\n"))

    def test_may_be_empty(self):
        self.assertEqual(run(text=""), (0, "", ""))
        self.assertEqual(run(text="\n  \n"), (0, "", ""))

    def test_runs_lines_as_they_come(self):
        with subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
            for line, result in ((b"1 + 1\n", b"2\n"), (b"_ * 2\n", b"4\n")):
                program.stdin.write(line)
                program.stdin.flush()
                self.assertEqual(program.stdout.readline(), result)

    def test_is_utf_8_and_has_a_point_in_any_locale(self):
        for locale in ("C", "POSIX", "C.UTF-8", "de_DE.UTF-8", "zh_CN.GB18030", "no such locale"):
            with self.subTest(locale=locale):
                text = '{["权重"] = {{1.5}, {2}}}\n'
                self.assertEqual(run(text=text, env=environment(LC_ALL=locale)),
                                 (0, '{["权重"] = {{1.5},\n             {2}}}\n', ""))


class Script(Case):
    def test_gets_its_arguments(self):
        path = self.script("print(arg[0] == ..., select('#', ...), arg[1], arg[2], arg[-1] ~= nil)")
        self.assertEqual(run(path, "a", "-e"), (0, "false\t2\ta\t-e\ttrue\n", ""))

    def test_may_come_from_standard_input(self):
        self.assertEqual(run("-", "a", text="local x = ...\n1 --[[no result]] = nil"), (1, "", (
            "backstep: stdin:2: unexpected symbol near '1'\n")))
        self.assertEqual(run("-", "a", text="local x = ...\nprint(x)"), (0, "a\n", ""))

    def test_comes_after_code(self):
        path = self.script("print(x, y)")
        self.assertEqual(run("-e", "x = 1", "-e", "y = 2", path), (0, "1\t2\n", ""))

    def test_comes_before_the_prompt_if_wanted(self):
        self.assertEqual(run("-i", self.script("x = 7"), text="x"), (0, "7\n", ""))

    def test_shows_the_way_to_an_error(self):
        path = self.script("local function f()\n  digitz(1)\nend\nfunction g()\n  f()\nend\ng()\n")
        self.assertEqual(run(path), (1, "", (
            f"backstep: {path}:2: attempt to call a nil value (global 'digitz'): did you mean digits?\n"
            f"    {path}:2: in f\n"
            f"    {path}:5: in g\n"
            f"    {path}:7: in the main chunk\n")))

    def test_that_cannot_be_read_is_said_to_be(self):
        directory = self.directory()
        self.assertEqual(run(str(directory)),
                         (2, "", f"backstep: cannot read {directory}: Is a directory\n"))

    def test_error_may_be_any_value(self):
        self.assertEqual(run("-e", "error()"), (1, "", "backstep: error: nil\n"))
        self.assertEqual(run("-e", "error({1, 2})"), (1, "", "backstep: error: {1, 2}\n"))

    def test_may_warn(self):
        code = """
            warn("unheard") warn("@on") warn("one", " ", "two") warn("@unknown") warn("a@") warn("@off")
            warn("unheard")"""
        self.assertEqual(run("-e", code), (0, "", "Lua warning: one two\nLua warning: a@\n"))

    def test_ends_with_the_status_it_asks_for(self):
        for code, status in (("7", 7), ("7, true", 7), ("true, true", 0), ("false", 1), ("", 0)):
            self.assertEqual(run("-e", f"print(1) os.exit({code})"), (status, "1\n", ""))
        self.assertEqual(run("-e", "coroutine.wrap(function() os.exit(7, true) end)()"), (7, "", ""))


class CommandLine(Case):
    def test_tells_its_version(self):
        status, output, errors = run("--version")
        self.assertEqual((status, errors), (0, ""))
        self.assertRegex(output, r"^backstep \d+\.\d+\.\d+, with Lua 5\.4\.\d+( and GNU Readline \d.*)?\n$")

    def test_explains_itself(self):
        status, output, errors = run("--help")
        self.assertEqual((status, errors), (0, ""))
        self.assertTrue(output.startswith("usage: backstep "))
        self.assertIn("  backstep help [NAME...] ", output)

    def test_refuses_what_it_does_not_know(self):
        refused = [
            (["--vresion"], "unknown option --vresion: did you mean --version?"),
            (["-x"], "unknown option -x"),
            (["-e"], "nothing follows -e"),
            (["--lang"], "nothing follows --lang"),
            (["--lang", "fr"], "--lang must be en or zh, got fr"),
            (["help", "--lang=fr"], "--lang must be en or zh, got fr"),
            (["hlep"], "there is no command and no file hlep: did you mean help?"),
            (["no/such.lua"], "there is no command and no file no/such.lua"),
        ]
        for args, sentence in refused:
            with self.subTest(args=args):
                self.assertEqual(run(*args), (2, "", f"backstep: {sentence}\n"))

    def test_runs_commands(self):
        self.assertEqual(run("help", "digits")[1].splitlines()[0], "digits([n]) -> n")
        self.assertEqual(run("help", "--lang", "zh", "digits")[1].splitlines()[0], "digits([n]) -> n")

    def test_takes_a_file_after_two_dashes(self):
        directory = self.directory()
        (directory / "-e").write_text("print(1)", encoding="utf-8")
        self.assertEqual(run("--", "-e", cwd=directory), (0, "1\n", ""))


class Output(Case):
    def test_that_cannot_be_written_is_an_error(self):
        message = "backstep: cannot write: No space left on device\n"
        for args, text in ((["-e", "print(1)"], ""), (["-e", "print(1) os.exit(0)"], ""), ([], "1\n"),
                           (["--version"], ""), (["help"], "")):
            with self.subTest(args=args), open("/dev/full", "w", encoding="utf-8") as full:
                self.assertEqual(run(*args, text=text, stdout=full), (1, "", message))

    def test_that_nobody_reads_ends_the_program_quietly(self):
        for ignores in (True, False):
            with self.subTest(ignores=ignores):
                reader, writer = os.pipe()
                os.close(reader)
                status, _, errors = run("-e", "for i = 1, 1e5 do print(i) end", stdout=writer,
                                        restore_signals=not ignores)
                os.close(writer)
                self.assertEqual(errors, "")
                self.assertEqual(status, 1 if ignores else -13)

    def test_may_be_closed(self):
        path = self.directory() / "written"
        code = f'print(1) local f = io.open("{path}", "w") f:write("x") f:close() print(2)'
        for closed in (1, 2):
            with self.subTest(closed=closed):
                ended = subprocess.run(["sh", "-c", f'exec "$0" -e "$1" {closed}>&-', PROGRAM, code],
                                       stdout=subprocess.DEVNULL, timeout=60, check=False)
                self.assertEqual(ended.returncode, 0)
                self.assertEqual(path.read_text(encoding="utf-8"), "x")


class Help(Case):
    def test_is_there_for_everything(self):
        self.assertEqual(run("-e", "help.check()"), (0, "", ""))

    def test_shows_an_example_that_runs(self):
        example = [line for line in run("help")[1].splitlines() if re.match("    [^ ]", line)]
        status, output, errors = run(text="\n".join(example))
        self.assertEqual((status, errors), (0, ""))
        self.assertRegex(output, r"\nx_1 = 0\.35 +given\n")
        self.assertRegex(output, r"\ng_1 = (.*\n)+    = −0\.04068 ")  # the slides' figure, −0.0406...

    def test_is_missed_where_there_is_none(self):
        code = """
            function f() end
            t = {g = function() end, n = 1}
            callable = setmetatable({}, {__call = print})
            debug.getregistry()["some type"] = {__name = "some type", __index = {m = print}}
            help.check()"""
        self.assertEqual(run("-e", code),
                         (1, "", "backstep: no help on: callable f t.g some type:m\n"))

    def test_sees_the_names_of_modules_that_are_not_loaded(self):
        status, output, _ = run("-e", "for name in pairs(_G) do print(name) end")
        self.assertEqual(status, 0)
        self.assertLessEqual({"print", "digits", "help", "inspect"}, set(output.split()))


tap.main()
