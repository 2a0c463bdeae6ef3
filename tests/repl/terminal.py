"""The program at the other end of a pseudo-terminal, and what its screen shows."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import tempfile
import termios
import time
import unicodedata
import unittest

PROGRAM = os.environ["BACKSTEP"]
PATIENCE = 60  # seconds; only what hangs waits that long
HAS_READLINE = b"GNU Readline" in subprocess.run([PROGRAM, "--version"], check=True,
                                                 stdout=subprocess.PIPE).stdout
needs_readline = unittest.skipUnless(HAS_READLINE, "built without GNU Readline")

CONTROL = re.compile(
    r"\x1b\[(?P<private>[?>]?)(?P<numbers>[\d;]*)(?P<final>[@-~])|\x1b[()].|\x1b[=>78]|(?P<char>.)",
    re.DOTALL)

CTRL_C, CTRL_D, TAB, BACKSPACE, UP, LEFT = "\x03", "\x04", "\t", "\x7f", "\x1b[A", "\x1b[D"


def pasted(text):
    """What a terminal sends when the text is pasted into it."""
    return f"\x1b[200~{text}\x1b[201~"


def width(char):
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


class Screen:
    """As much of an xterm as Readline uses.  A wide character fills a cell and an empty one."""

    def __init__(self, columns):
        self.columns = columns
        self.rows = [[]]
        self.row = self.column = 0

    def lines(self):
        return ["".join(row).rstrip() for row in self.rows]

    def put(self, char):
        if self.column + width(char) > self.columns:
            self.line_feed()
            self.column = 0
        row = self.rows[self.row]
        row.extend([" "] * (self.column - len(row)))
        row[self.column:self.column + width(char)] = [char] + [""] * (width(char) - 1)
        self.column += width(char)

    def line_feed(self):
        self.row += 1
        if self.row == len(self.rows):
            self.rows.append([])

    def control(self, final, number):
        row = self.rows[self.row]
        if final == "K":
            del row[self.column:]
        elif final == "J":
            del row[self.column:], self.rows[self.row + 1:]
        elif final == "P":
            del row[self.column:self.column + number]
        elif final == "@":
            row[self.column:self.column] = [" "] * number
        elif final == "C":
            self.column += number
        elif final == "D":
            self.column = max(0, self.column - number)
        elif final == "A":
            self.row = max(0, self.row - number)
        elif final == "G":
            self.column = number - 1
        elif final not in "mhlntc":
            raise NotImplementedError(f"terminal control {final!r}")

    def feed(self, text):
        """Show the text; gives what may be the beginning of a control sequence."""
        position = 0
        while position < len(text):
            match = CONTROL.match(text, position)
            if match["char"] == "\x1b":
                break
            position = match.end()
            if match["final"]:
                self.control(match["final"], int(match["numbers"].split(";")[0] or 1))
            elif match["char"] == "\r":
                self.column = 0
            elif match["char"] == "\n":
                self.line_feed()
            elif match["char"] == "\b":
                self.column = max(0, self.column - 1)
            elif match["char"] and match["char"] >= " ":
                self.put(match["char"])
        return text[position:]


class Terminal:
    """A session in a state directory of its own."""

    def __init__(self, state, *args, columns=80, **environment):
        self.screen = Screen(columns)
        self.raw = self.unseen = ""
        self.pending = b""
        environment = {"HOME": "/nonexistent", "PATH": os.environ["PATH"], "TERM": "xterm",
                       "LANG": "C.UTF-8", "XDG_STATE_HOME": state, **environment}
        for name, value in os.environ.items():
            if name.endswith("SAN_OPTIONS"):
                environment[name] = value
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            try:
                os.execve(PROGRAM, ["backstep", *args],
                          {name: value for name, value in environment.items() if value is not None})
            finally:
                os._exit(127)
        self.resize(columns)

    def resize(self, columns):
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        self.screen.columns = columns

    def send(self, text):
        os.write(self.descriptor, text.encode())

    def type(self, line):
        self.send(line + "\r")

    def read(self, seconds):
        """Show what comes within so many seconds; false when nothing does or all has."""
        if not select.select([self.descriptor], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.descriptor, 65536)
        except OSError:  # the other end is closed
            return False
        self.pending += data
        text = self.pending.decode(errors="ignore")
        cut = len(self.pending) - len(text.encode())
        self.pending = self.pending[-cut:] if cut else b""
        self.raw += text
        self.unseen = self.screen.feed(self.unseen + text)
        return bool(data)

    def settle(self):
        """Read until nothing has come for a while."""
        while self.read(0.3):
            pass

    def lines(self):
        return self.screen.lines()

    def wait_until(self, is_shown, what):
        end = time.monotonic() + PATIENCE
        while not is_shown():
            if time.monotonic() > end or not (self.read(0.2) or self.is_alive()):
                raise AssertionError(f"{what} did not appear on:\n" + "\n".join(self.lines()))

    def wait_for(self, text, times=1):
        """Wait until that many lines of the screen hold the text."""
        self.wait_until(lambda: sum(text in line for line in self.lines()) >= times, repr(text))

    def wait_for_prompt(self, prompt=">"):
        """Wait until the last line is an empty prompt."""
        self.wait_until(lambda: self.lines()[-1] == prompt, f"the prompt {prompt!r}")

    def run(self, line, prompt=">", next_prompt=">"):
        """
        Type a line at the prompt, and give the lines shown below it until the next one; lines that
        were pasted with it are among them.
        """
        self.wait_for_prompt(prompt)
        first = len(self.lines())
        self.type(line)
        self.wait_until(lambda: len(self.lines()) > first and self.lines()[-1] == next_prompt,
                        "the next prompt")
        return self.lines()[first:-1]

    def is_alive(self):
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def finish(self):
        """Wait for the end; gives the exit status, negative for a signal."""
        end = time.monotonic() + PATIENCE
        while self.is_alive() or self.read(0):
            self.read(0.05)
            if time.monotonic() > end:
                raise AssertionError("the program did not end")
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def kill(self):
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass  # it has ended already

    def close(self):
        self.kill()
        os.close(self.descriptor)


class TerminalTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.state = directory.name

    def open(self, *args, **options):
        terminal = Terminal(self.state, *args, **options)
        self.addCleanup(terminal.close)
        return terminal

    def leave(self, terminal):
        terminal.wait_for_prompt()
        terminal.send(CTRL_D)
        self.assertEqual(terminal.finish(), 0)
