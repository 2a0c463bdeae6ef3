"""Ctrl-C, at the prompt and in whatever runs, with the session intact."""

import signal
import subprocess
import time

import tap
from terminal import CTRL_C, CTRL_D, PATIENCE, PROGRAM, TerminalTest, needs_readline, pasted

# Each prints "on" and never ends by itself.
ENDLESS = {
    "loop": 'print("on") while true do end',
    "loop around pcall": 'print("on") while true do pcall(function() while true do end end) end',
    "coroutine under pcall": """
        local co = coroutine.wrap(function()
          while true do pcall(function() while true do coroutine.yield() end end) end
        end)
        print("on")
        while true do pcall(function() while true do co() end end) end""",
    "coroutine in itself": """
        local function nest(depth)
          while true do
            coroutine.resume(coroutine.create(function()
              if depth > 0 then nest(depth - 1) else while true do end end
            end))
          end
        end
        print("on")
        nest(20)""",
    "coroutine that was there before": 'print("on") old() while true do end',
    "message handler": """
        print("on")
        while true do
          xpcall(function() while true do end end, function() while true do end end)
        end""",
    "message handler of an error": """
        print("on")
        while true do xpcall(error, function() while true do end end) end""",
    "reader of load": 'print("on") while true do load(function() while true do end end) end',
    "text of a result": """
        (function()
          print("on")
          return setmetatable({}, {__tostring = function() while true do end end})
        end)()""",
    "comparison of a sort": """
        print("on")
        while true do
          pcall(table.sort, {1, 2, 3, 4}, function() while true do end end)
        end""",
}


class AtThePrompt(TerminalTest):
    def test_clears_the_line(self):
        terminal = self.open()
        terminal.wait_for_prompt()
        terminal.send("this is no Lua at all")
        terminal.wait_for("at all")
        terminal.send(CTRL_C)
        terminal.wait_for_prompt()
        self.assertEqual(terminal.run("1 + 1"), ["2"])

    def test_forgets_lines_before(self):
        terminal = self.open()
        terminal.wait_for_prompt()
        terminal.type("x = {")
        terminal.wait_for_prompt(">>")
        terminal.send("1, 2" + CTRL_C)
        terminal.wait_for_prompt()
        self.assertEqual(terminal.run("1 + 1"), ["2"])

    def test_is_no_reason_to_leave(self):
        terminal = self.open()
        for _ in range(5):
            terminal.wait_for_prompt()
            terminal.send(CTRL_C)
            terminal.settle()
        self.assertEqual(terminal.run("1 + 1"), ["2"])


class WhileRunning(TerminalTest):
    def test_stops_what_would_never_end(self):
        terminal = self.open()
        terminal.run("kept = 42")
        terminal.run("old = coroutine.wrap(function() while true do coroutine.yield() end end)")
        for what, program in ENDLESS.items():
            with self.subTest(what=what):
                terminal.wait_for_prompt()
                before = terminal.lines().count("on")
                terminal.type(" ".join(program.split()))
                terminal.wait_until(lambda: terminal.lines().count("on") > before, "on")
                terminal.send(CTRL_C)
                terminal.wait_until(lambda: terminal.lines()[-1] == ">", "the prompt")
                self.assertIn("interrupted!", terminal.lines()[-2])
                self.assertEqual(terminal.run("kept"), ["42"])
        terminal.send(CTRL_D)
        self.assertEqual(terminal.finish(), 0)

    def test_stops_training_and_keeps_what_was_learnt(self):
        terminal = self.open()
        terminal.run("net = mlp{2, 2, 1, seed = 1}")
        terminal.run("before = net:loss({0, 1}, 1)")
        terminal.wait_for_prompt()
        terminal.type('print("on") net:train{inputs = {{0, 1}}, targets = {1}, epochs = 10^12//1|0}')
        terminal.wait_until(lambda: terminal.lines().count("on") > 0, "on")
        time.sleep(0.2)
        terminal.send(CTRL_C)
        terminal.wait_until(lambda: terminal.lines()[-1] == ">", "the prompt")
        self.assertIn("interrupted!", terminal.lines()[-2])
        self.assertEqual(terminal.run("net:loss({0, 1}, 1) < before"), ["true"])

    def test_stops_a_loop_around_what_takes_long(self):
        terminal = self.open()
        terminal.run("t = {}")
        terminal.run("for i = 1, 3000000 do t[i] = 1 end")
        terminal.wait_for_prompt()
        terminal.type('print("on") while true do table.concat(t) end')
        terminal.wait_until(lambda: "on" in terminal.lines(), "on")
        pressed = time.monotonic()
        terminal.send(CTRL_C)
        terminal.wait_for("interrupted!")
        self.assertLess(time.monotonic() - pressed, 5)

    def test_ends_waiting_for_input(self):
        terminal = self.open()
        terminal.wait_for_prompt()
        terminal.type('print("on") io.read()')
        terminal.wait_until(lambda: "on" in terminal.lines(), "on")
        terminal.settle()
        terminal.send(CTRL_C)
        terminal.wait_for("interrupted!")
        self.assertEqual(terminal.run("1 + 1"), ["2"])

    @needs_readline
    def test_drops_the_rest_of_a_paste(self):
        terminal = self.open()
        terminal.wait_for_prompt()
        terminal.send(pasted('print("on")\nwhile true do end\nprint("off" .. "side")') + "\r")
        terminal.wait_until(lambda: "on" in terminal.lines(), "on")
        terminal.send(CTRL_C)
        terminal.wait_for("interrupted!")
        terminal.wait_for_prompt()
        self.assertNotIn("offside", terminal.lines())

    def test_ends_the_program_at_the_third_time_where_nothing_else_helps(self):
        terminal = self.open()
        terminal.wait_for_prompt()
        terminal.type('print("on") string.rep("", 1 << 60)')
        terminal.wait_until(lambda: "on" in terminal.lines(), "on")
        time.sleep(1)  # before string.rep begins, the first one would do
        while not any("Ctrl-C once more ends backstep." in line for line in terminal.lines()):
            terminal.send(CTRL_C)  # two that come at once count as one
            terminal.settle()
            self.assertNotIn("interrupted!", terminal.lines())
            self.assertTrue(terminal.is_alive())
        terminal.send(CTRL_C)
        self.assertEqual(terminal.finish(), 130)


class WithoutATerminal(TerminalTest):
    def stop(self, *args, text=""):
        with subprocess.Popen([PROGRAM, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as program:
            program.stdin.write(text)
            program.stdin.flush()
            self.assertEqual(program.stdout.readline(), "on\n")
            program.send_signal(signal.SIGINT)
            _, errors = program.communicate(timeout=PATIENCE)
            self.assertEqual(errors.splitlines()[0], "backstep: interrupted!")
            return program.returncode

    def test_ends_with_status_130(self):
        program = 'print("on") io.stdout:flush() while true do end'
        self.assertEqual(self.stop("-e", program), 130)
        self.assertEqual(self.stop(text=program + "\n"), 130)


tap.main()
