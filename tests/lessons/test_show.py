"""Worked solutions, whole, in both languages.

The texts in shown/ are what `backstep show` prints.  After a change that is meant, write them again
and read what git says has changed:

    BACKSTEP=build-test/src/backstep PYTHONPATH=tests tests/lessons/test_show.py --write
"""

import difflib
import pathlib
import re
import sys
import unicodedata
import unittest
from decimal import Context, Decimal

import exact
import program
import tap

SHOWN = pathlib.Path(__file__).parent / "shown"
LANGUAGES = ["en", "zh"]


def show(lesson, lang):
    shown = program.run("show", lesson, lang=lang)
    assert (shown.returncode, shown.stderr) == (0, ""), shown.stderr
    return shown.stdout


def path(lesson, lang):
    return SHOWN / f"{lesson}.{lang}.txt"


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def shown_names(lesson):
    """How each entry is printed, by its name."""
    script = f"for e in lesson({lesson!r}):entries() do print(e.name, e.shown) end"
    return dict(map(str.split, program.run("-e", script).stdout.splitlines()))


def values_shown(text, names):
    """The values that derivations end in, for each name as often as it is derived."""
    found = {}
    for derivation in re.findall(r"^\S+ = .*(?:\n +.*)*", text, re.MULTILINE):
        name, *_, value = derivation.split(" = ")
        number = re.match(r"[−.e\d-]+(?=\s|$)", value)
        if name in names and number:
            found.setdefault(name, []).append(Decimal(number[0].replace("−", "-")))
    return found


def changes(before, after):
    return difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")


class Show(unittest.TestCase):
    def test_solutions_are_as_reviewed(self):
        for lesson in exact.LESSONS:
            for lang in LANGUAGES:
                with self.subTest(lesson=lesson, lang=lang):
                    kept = path(lesson, lang).read_text(encoding="utf-8")
                    self.assertEqual(list(changes(kept, show(lesson, lang))), [])

    def test_every_value_is_shown_once_and_is_the_exact_one_rounded(self):
        for lesson in exact.LESSONS:
            names, context = shown_names(lesson), Context(prec=exact.KEPT.get(lesson, 4))
            figures = exact.read_figures(lesson)
            expected = {names[name]: [context.plus(value)] for name, value in figures.items()}
            for lang in LANGUAGES:
                with self.subTest(lesson=lesson, lang=lang):
                    found = values_shown(show(lesson, lang), set(names.values()))
                    self.assertEqual(found, expected)

    def test_no_line_is_wider_than_80_columns(self):
        for lesson in exact.LESSONS:
            for lang in LANGUAGES:
                for line in show(lesson, lang).splitlines():
                    self.assertLessEqual(width(line), 80, line)

    def test_the_language_is_the_locale_s_unless_an_option_says_another(self):
        english, chinese = show("relu-step", "en"), show("relu-step", "zh")
        self.assertTrue(english.startswith("ReLU: one update of every parameter\n"))
        self.assertTrue(chinese.startswith("ReLU 网络：更新全部参数一次\n"))
        for option in ["--lang", "zh"], ["--lang=zh"]:
            self.assertEqual(program.run("show", "relu-step", *option).stdout, chinese)
            self.assertEqual(program.run(*option, "show", "relu-step").stdout, chinese)
        self.assertEqual(program.run("--lang", "en", "show", "relu-step", lang="zh").stdout, english)

    def test_the_prompt_shows_the_same(self):
        shown = program.run("-e", 'print(show "relu-step")').stdout
        self.assertEqual(shown, show("relu-step", "en"))

    def test_several_are_shown_one_after_the_other(self):
        both = program.run("show", "relu-step", "slides-example").stdout
        self.assertEqual(both, show("relu-step", "en") + "\n" + show("slides-example", "en"))

    def test_without_a_name_the_lessons_are_listed(self):
        listed = program.run("show").stdout
        self.assertEqual([line.split()[0] for line in listed.splitlines()], sorted(exact.LESSONS))
        self.assertIn("ReLU: one update of every parameter", listed)
        self.assertIn("ReLU 网络：更新全部参数一次", program.run("show", lang="zh").stdout)

    def test_a_lesson_is_named_by_its_path_too(self):
        lesson = program.ROOT / "lessons" / "relu-step.lua"
        self.assertEqual(program.run("show", str(lesson)).stdout, show("relu-step", "en"))

    def test_lessons_are_found_from_any_directory(self):
        self.assertEqual(program.run("show", "relu-step", cwd="/").stdout, show("relu-step", "en"))

    def test_a_seed_makes_a_variant_and_the_same_seed_the_same_one(self):
        plain = program.values("relu-step")
        first, again, other = (program.values("relu-step", seed) for seed in (1, 1, 2))
        self.assertEqual(first, again)
        self.assertNotEqual(first, other)
        self.assertNotEqual(first, plain)
        self.assertEqual(set(first), set(plain))
        self.assertEqual(program.run("show", "relu-step", "--seed", "1").stdout,
                         program.run("show", "--seed=1", "relu-step").stdout)

    def test_a_session_that_changed_globals_has_its_lessons(self):
        script = "mlp, tape, sigmoid, string, math = nil print(show 'relu-step')"
        shown = program.run("-e", script)
        self.assertEqual((shown.stdout, shown.stderr), (show("relu-step", "en"), ""))


if sys.argv[1:] == ["--write"]:
    SHOWN.mkdir(exist_ok=True)
    for lesson in exact.LESSONS:
        for lang in LANGUAGES:
            path(lesson, lang).write_text(show(lesson, lang), encoding="utf-8")
else:
    tap.main()
