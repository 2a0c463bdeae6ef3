"""What the READMEs show is what happens.

In a block of ```console, lines after "$ " are commands and the rest is what they print; "..." stands
for any lines.  In a block of ```lua, lines after "> " are typed at the prompt; a block that returns a
lesson is the file named last before it, and so is a block of ```text.
"""

import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import unittest

import tap

ROOT = pathlib.Path(__file__).parent.parent
PROGRAM = os.environ["BACKSTEP"]
PAGES = ["README.md", "lessons/README.md"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page, language):
    text = (ROOT / page).read_text(encoding="utf-8")
    return [(match[2], text[:match.start()]) for match in BLOCK.finditer(text)
            if match[1] == language]


def dialogue(block, mark):
    """Pairs of what is typed and what is printed."""
    pairs = []
    for line in block.splitlines(keepends=True):
        if line.startswith(mark):
            pairs.append((line.removeprefix(mark), ""))
        else:
            typed, printed = pairs.pop()
            pairs.append((typed, printed + line))
    return pairs


def pattern(printed):
    """A regular expression for what is printed, in which "..." are any lines, or none."""
    parts = re.split(r"^\.\.\.\n", printed, flags=re.MULTILINE)
    return r"(?:.*\n)*?".join(map(re.escape, parts))


def run(arguments, directory, stdin=""):
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(("LC_", "LANG"))}
    return subprocess.run([PROGRAM, *arguments], input=stdin, cwd=directory, capture_output=True,
                          encoding="utf-8", timeout=60, env=environment, check=False)


class Readme(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        for page in PAGES:
            self.write_lessons(page)

    def write_lessons(self, page):
        for block, before in blocks(page, "lua"):
            if "return lesson {" in block:
                self.write_file(r"`([\w-]+\.lua)`", before, block)
        for block, before in blocks(page, "text"):
            self.write_file(r"`([\w-]+\.txt)`", before, block)

    def write_file(self, name, before, block):
        name = re.findall(name, before)[-1]
        pathlib.Path(self.directory, name).write_text(block, encoding="utf-8")

    def check_command(self, command, printed):
        script, *arguments = shlex.split(command)
        self.assertTrue(os.access(ROOT / script, os.X_OK), command)
        if script == "scripts/start":
            done = run(arguments, self.directory)
            self.assertEqual(done.stderr, "")
            self.assertIsNotNone(re.fullmatch(pattern(printed), done.stdout),
                                 f"{command}{done.stdout}")

    def test_the_commands_print_what_is_shown(self):
        for page in PAGES:
            for block, _ in blocks(page, "console"):
                for command, printed in dialogue(block, "$ "):
                    with self.subTest(page=page, command=command):
                        self.check_command(command, printed)

    def test_the_sessions_print_what_is_shown(self):
        for page in PAGES:
            for block, _ in blocks(page, "lua"):
                if block.startswith("> "):
                    pairs = dialogue(block, "> ")
                    done = run([], self.directory, "".join(typed for typed, _ in pairs))
                    self.assertEqual(done.stderr, "")
                    self.assertEqual(done.stdout, "".join(printed for _, printed in pairs))

    def test_the_first_command_shows_the_first_lesson(self):
        block, _ = blocks("README.md", "console")[0]
        self.assertTrue(block.startswith("$ scripts/start show slides-example\n"))

    def test_links_lead_somewhere(self):
        for page in PAGES + ["src/README.md", "tests/README.md"]:
            text = (ROOT / page).read_text(encoding="utf-8")
            for link in re.findall(r"\]\(([^):#]+)\)", text):
                self.assertTrue((ROOT / page).parent.joinpath(link).exists(), f"{page}: {link}")


tap.main()
