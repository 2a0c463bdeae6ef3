"""The line of progress of training: at a terminal, while it takes long, and gone afterwards."""

import re
import subprocess
import time

import tap
from terminal import CTRL_C, PATIENCE, PROGRAM, TerminalTest, needs_readline

XOR = ("inputs = {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, targets = {{0}, {1}, {1}, {0}}, "
       "epochs = 1000000000")
LINE = re.compile(r"^epoch \d+ of 1000000000 · loss \d\S* · \d\S* (million |thousand )?samples/s$")


def train(options="", body=""):
    """Endless, unless the body of the callback, run every 500 epochs, ends it."""
    return (f"mlp{{2, 2, 1}}:train{{{XOR}, every = 500, {options} "
            f"callback = function(p) {body} end}}")


def for_seconds(seconds):
    return f"last = last or os.time() + {seconds} if os.time() > last then return false end"


class AtATerminal(TerminalTest):
    def test_says_how_far_it_is_and_goes_at_ctrl_c(self):
        terminal = self.open("-e", f"mlp{{2, 2, 1}}:train{{{XOR}}}")
        terminal.wait_until(lambda: LINE.match(terminal.lines()[-1]), "the line of progress")
        terminal.send(CTRL_C)
        self.assertEqual(terminal.finish(), 130)
        self.assertNotIn("samples/s", "\n".join(terminal.lines()))

    @needs_readline
    def test_is_gone_when_the_result_is_shown(self):
        terminal = self.open()
        terminal.wait_for_prompt()
        begin = time.monotonic()
        shown = terminal.run(train(body=for_seconds(2)))
        seconds = time.monotonic() - begin
        self.assertRegex(shown[-1], "the callback stopped it")
        self.assertNotIn("samples/s", "\n".join(terminal.lines()))
        lines = terminal.raw.count("\repoch ")
        self.assertTrue(1 <= lines <= 10*seconds, (lines, seconds))
        self.leave(terminal)

    @needs_readline
    def test_is_gone_when_an_error_is_shown(self):
        terminal = self.open()
        shown = terminal.run(train(body="if os.clock() > 2 then error('enough') end"))
        self.assertIn("\repoch ", terminal.raw)
        self.assertRegex(shown[-1], "enough")
        self.assertNotIn("samples/s", "\n".join(terminal.lines()))
        self.leave(terminal)

    def test_makes_room_for_what_a_callback_prints(self):
        terminal = self.open(
            "-e", train(body="if os.clock() > 2 then print('from the callback') return false end"))
        self.assertEqual(terminal.finish(), 0)
        self.assertIn("\repoch ", terminal.raw)
        self.assertIn("from the callback", terminal.lines())

    def test_fits_into_a_narrow_window(self):
        terminal = self.open("-e", f"mlp{{2, 2, 1}}:train{{{XOR}}}", columns=44)
        terminal.wait_until(lambda: "loss" in terminal.lines()[-1], "the line of progress")
        self.assertEqual(len(terminal.lines()), 1)
        self.assertNotIn("samples/s", terminal.raw)
        terminal.send(CTRL_C)
        terminal.finish()

    def test_tells_how_much_of_a_long_epoch_is_done(self):
        terminal = self.open("-e", """
            local row, rows = {}, {}
            for j = 1, 400 do row[j] = 0 end
            for i = 1, 5000 do rows[i] = row end
            mlp{400, 400, 400}:train{inputs = rows, targets = rows, epochs = 5, eta = 0}""")
        terminal.wait_until(lambda: re.search(r"^epoch \d of 5, \d+ % done", terminal.lines()[-1]),
                            "the share")
        terminal.send(CTRL_C)
        terminal.finish()

    def test_is_not_there_when_it_is_not_wanted(self):
        terminal = self.open("-e", train("progress = false,", for_seconds(1)))
        self.assertEqual(terminal.finish(), 0)
        self.assertEqual(terminal.raw, "")

    def test_is_not_there_for_what_is_soon_done(self):
        terminal = self.open("-e", f"mlp{{2, 2, 1}}:train{{{XOR.replace('1000000000', '100')}}}")
        self.assertEqual(terminal.finish(), 0)
        self.assertEqual(terminal.raw, "")


class Elsewhere(TerminalTest):
    def test_there_is_none(self):
        done = subprocess.run([PROGRAM, "-e", train(body=for_seconds(1))], check=True,
                              capture_output=True, timeout=PATIENCE)
        self.assertEqual(done.stdout + done.stderr, b"")


tap.main()
