#!/usr/bin/env python3
"""How well answers are judged, shown by simulated students.

    simulate.py [--count N] [--seed S] [--lesson ID]... [--kind KIND]...
                                the table of rates, in Markdown
    simulate.py --repeat SEED   one student: the sheet and its verdicts

N students of each kind (1000) are drawn for each lesson, by turns with each setting of its digits.
What misses a goal is told after the table, with the seed of the student.  BACKSTEP is the program's
path, build/src/backstep unless told.
"""

import argparse
import collections
import functools
import json
import os
import pathlib
import re
import sys
import tempfile
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

ROOT = pathlib.Path(__file__).parent.parent.parent
os.environ.setdefault("BACKSTEP", str(ROOT / "build/src/backstep"))

import program
import students

# Not lenet, which asks for whole numbers: no setting of digits rounds those.
LESSONS = ["slides-example", "relu-step", "shared-biases", "general-rule", "matrix-form",
           "activations", "softmax", "losses", "bp-algorithm", "convolution", "dead-relu",
           "initial-values", "learning-rate", "linear-collapse", "overfitting", "perceptron",
           "recurrent", "universal-approximation", "vanishing-gradients", "xor"]
ACCEPTED = {"right", "rounded"}
KEPT = ACCEPTED | {"follows"}
EXCUSED = {"zero", "trivial"}  # nothing follows from or to such values, though it was carried on


# ---- the program ---------------------------------------------------------------------------------

def output(*arguments):
    """What the program prints; that answers are wrong is no failure."""
    done = program.run(*arguments)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(map(str, arguments))}: {done.stderr[-2000:]}")
    return done.stdout


def figures_wanted(source):
    """By the entry asked for."""
    blocks = re.findall(r'\{ask = "([^"]*)"([^{}]*)', source)
    figures = [re.search(r"\bfigures = (\d+)", rest) for _, rest in blocks]
    return {name.replace(".", "_"): int(found[1]) if found else students.FIGURES_WANTED
            for (name, _), found in zip(blocks, figures)}


FACTS = """
for _, seed in ipairs {%s} do
  for e in lesson(%r, seed or nil):entries() do
    print(seed, e.name, string.format("%%.17g", e.value), e.closed and e.closed:ascii() or "")
  end
end"""


def read_figures(name, path, seeds):
    """A lesson for each seed; that of "false" has the figures printed."""
    entries = collections.defaultdict(list)
    for line in output("-e", FACTS % (", ".join(seeds), str(path))).splitlines():
        seed, *entry = line.split("\t")
        entries[seed].append(entry)
    source = (ROOT / "lessons" / f"{name}.lua").read_text(encoding="utf-8")
    for seed, rows in entries.items():
        givens = {entry: Decimal(repr(float(value))) for entry, value, text in rows if not text}
        formulas = {entry: text for entry, _, text in rows if text}
        yield students.Lesson(name, givens, formulas, figures_wanted(source), seed)


@functools.cache
def read_lesson(name):
    lesson, = read_figures(name, name, ["false"])
    return lesson


def variants_of(lesson, path):
    """A function of a seed; which figures are good may depend on the digits, so on the file."""
    @functools.cache
    def read_variant(seed):
        variant, = read_figures(lesson.name, path, [str(seed)])
        return None if variant.givens == lesson.givens else variant
    return read_variant


FIELDS = {"d": "digits", "f": "figures"}  # of a lesson's head, by the letter of a setting


def with_digits(name, setting, directory):
    """A copy of the lesson's file that asks for those digits; its path."""
    number, letter = setting
    head = re.compile(r"^  (?:figures|digits) = \d+,$", re.MULTILINE)
    source = (ROOT / "lessons" / f"{name}.lua").read_text(encoding="utf-8")
    changed, count = head.subn(f"  {FIELDS[letter]} = {number},", source, 1)
    assert count == 1, name
    path = pathlib.Path(directory) / f"{name}.lua"
    path.write_text(changed, encoding="utf-8")
    return path


def distinct(path):
    """The mistakes whose digits are their own; of these some are visible, which is to be named."""
    return [row for row in json.loads(output("lint", path, "--mistakes")) if row["distinct"]]


def check(path, sheets):
    """The record of each sheet, by its seed."""
    with tempfile.TemporaryDirectory() as directory:
        for number, sheet in enumerate(sheets):
            name = pathlib.Path(directory) / f"{number:06}.txt"
            name.write_text(sheet.text(), encoding="utf-8")
        report = output("check", path, directory, "--format", "json", "--for", "marker")
    return {record["student"]: record for record in json.loads(report)}


# ---- what came of a sheet ------------------------------------------------------------------------

class Tally:
    """Counts by what they count, and the seeds of what was not to happen."""

    def __init__(self):
        self.counts, self.misses = collections.Counter(), collections.defaultdict(list)

    def count(self, what, happened, miss=None):
        """Of `what` so many, and so often it happened."""
        self.counts[what, "of"] += 1
        self.counts[what] += bool(happened)
        if miss:
            self.misses[what].append(miss)

    def add(self, other):
        self.counts.update(other.counts)
        for what, misses in other.misses.items():
            self.misses[what] += misses

    def share(self, what):
        """In percent, or None where there was nothing to count."""
        of = self.counts[what, "of"]
        return 100 * self.counts[what] / of if of else None


def told(answer):
    """What the program says of an answer, in a line."""
    mistake = answer.get("mistake", {})
    cause = " ".join(f"{key}={mistake[key]}" for key in ("kind", "item", "second", "others")
                     if mistake.get(key))
    words = [answer["verdict"], answer.get("reason", ""), cause]
    return f"{answer['name']} = {answer.get('typed', '')}: {' '.join(filter(None, words))}"


def claim(answer):
    """The cause that is claimed, as kind, item, kind of a second; or None."""
    mistake = answer.get("mistake") or {}
    if not mistake.get("kind") or mistake.get("others"):
        return None
    return mistake["kind"], mistake.get("item") or answer["name"], mistake.get("second") or None


def true_claims(sheet, question):
    """What may be claimed: of two mistakes, either may come first; or what they act as."""
    rows = sheet.mistakes[question]
    made = {(row["kind"], row["item"], next((other["kind"] for other in rows if other is not row),
                                            None)) for row in rows}
    return made | {(row["kind"], row["item"], None) for row in sheet.acts_as
                   if row["question"] == question}


def tally_honest(tally, lesson, sheet, answers):
    lost = [answer for answer in answers.values() if answer["verdict"] not in ACCEPTED]
    tally.count("accepted", not lost, lost and f"{sheet.seed}: {told(lost[0])}")


def tally_mistakes(tally, lesson, sheet, answers):
    """Of each mistake, was it named where it shows; and did another line lose its mark?

    Where the mistaken line itself was taken for rounded, the others are judged by it, and who has
    not gone on from it contradicts themselves.
    """
    for question, rows in sheet.mistakes.items():
        answer = answers[question]
        made = true_claims(sheet, question)
        is_wrong, claimed = answer["verdict"] == "wrong", claim(answer)
        line = f"{sheet.seed}: {told(answer)}; made: {' or '.join(map(str, made))}"
        is_named, is_misnamed = claimed in made, claimed is not None and claimed not in made
        tally.count("passed", not is_wrong)
        if all(row["visible"] for row in rows):
            tally.count("named", is_named, not is_named and line)
        tally.count("named of all", is_named)
        tally.count("misnamed", is_misnamed, is_misnamed and line)
    others = [answer for name, answer in answers.items()
              if name in lesson.wanted and name not in sheet.may_fail]
    lost = [answer for answer in others
            if answer["verdict"] not in KEPT and answer.get("reason") not in EXCUSED]
    if all(answers[question]["verdict"] == "wrong" for question in sheet.mistakes):
        tally.count("others kept", not lost, lost and f"{sheet.seed}: {told(lost[0])}")


def is_stated(text, exact, figures):
    """Is it the exact value, rounded or cut off to so many figures?  Zeros may be left out."""
    if not exact:
        return not Decimal(text)
    digits = students.Digits(figures=max(figures, len(Decimal(text).as_tuple().digits)))
    return Decimal(text) in (digits.round(exact, ROUND_HALF_UP), digits.round(exact, ROUND_DOWN))


def tally_gamer(tally, lesson, sheet, answers):
    """A number that someone who rounds may come to has been stated: nothing tells the two apart."""
    for name, answer in answers.items():
        if not is_stated(sheet.texts[name], lesson.exact[name], lesson.wanted[name]):
            earns, is_near = answer["points"] > 0, answer["verdict"] == "rounded"
            unearned = earns and not is_near
            tally.count("near", earns and is_near)
            tally.count("unearned", unearned, unearned and f"{sheet.seed}: {told(answer)}")


def tally_random(tally, lesson, sheet, answers):
    for name in sheet.wrong:
        answer = answers[name]
        if answer["verdict"] == "wrong":
            is_caused = claim(answer) is not None
            tally.count("caused", is_caused, is_caused and f"{sheet.seed}: {told(answer)}")
        tally.count("passed", answer["verdict"] != "wrong")


# A kind of student: its words in the table, and how it is counted.
KINDS = {
    "honest": ("honest: at every entry or operation", tally_honest),
    "independent": ("honest: by formulas of their own", tally_honest),
    "variant": ("honest: other figures", tally_honest),
    "carried": ("one mistake, carried on", tally_mistakes),
    "not-carried": ("one mistake, not carried on", tally_mistakes),
    "two": ("two mistakes in two answers", tally_mistakes),
    "two-in-one": ("two mistakes in one answer", tally_mistakes),
    "zeros": ("0 everywhere", tally_gamer),
    "ones": ("1 everywhere", tally_gamer),
    "givens": ("the question's own numbers", tally_gamer),
    "one-digit": ("one digit everywhere", tally_gamer),
    "random": ("one random number, the rest right", tally_random),
    "all-random": ("random numbers everywhere", tally_random),
}

HONEST = [kind for kind, (_, tally) in KINDS.items() if tally == tally_honest]

# A column: what is counted, its heading, and for some kinds of students its goal.
COLUMNS = [
    ("accepted", "accepted wholly", dict.fromkeys(HONEST, (100, 100))),
    ("named", "named of the visible", {"carried": (95, 100), "not-carried": (95, 100)}),
    ("named of all", "named of all with digits of their own", {}),
    ("misnamed", "misnamed", {"carried": (0, 0.5), "not-carried": (0, 0.5)}),
    ("others kept", "other lines keep their marks",
     {"carried": (100, 100), "not-carried": (100, 100)}),
    ("caused", "given a cause", {"random": (0, 1), "all-random": (0, 1)}),
    ("passed", "not marked wrong", {}),
    ("near", "lines paid as rounded", {}),
    ("unearned", "lines paid but not stated",
     {kind: (0, 0) for kind in ("zeros", "ones", "givens", "one-digit")}),
]


# ---- the whole -----------------------------------------------------------------------------------

def judged(name, setting, seeds):
    """The sheets of the students of these seeds, each with its record."""
    lesson = read_lesson(name)
    with tempfile.TemporaryDirectory() as directory:
        path = with_digits(name, setting, directory)
        rows, lesson.variant = distinct(path), variants_of(lesson, path)
        found = [students.student(seed, lesson, rows) for seed in seeds]
        sheets = [sheet for sheet in found if sheet]
        records = check(path, sheets)
    return [(sheet, records[sheet.seed]) for sheet in sheets]


def simulate_setting(lesson, setting, kinds, count, seed):
    """A tally for each kind of student."""
    tallies = collections.defaultdict(Tally)
    seeds = [f"{seed}/{lesson}/{setting}/{kind}/{i}" for kind in kinds for i in range(count)]
    for sheet, record in judged(lesson, setting, seeds):
        answers = {answer["name"]: answer for answer in record["answers"]}
        KINDS[sheet.kind][1](tallies[sheet.kind], read_lesson(lesson), sheet, answers)
        tallies[sheet.kind].counts["sheets"] += 1
    return tallies


def simulate(lessons, kinds, count, seed):
    """For each lesson a tally for each kind of student."""
    found = {lesson: collections.defaultdict(Tally) for lesson in lessons}
    for lesson in lessons:
        for i, setting in enumerate(students.SETTINGS):
            share = len(range(i, count, len(students.SETTINGS)))
            for kind, tally in simulate_setting(lesson, setting, kinds, share, seed).items():
                found[lesson][kind].add(tally)
    return found


def together(found):
    """The tallies by kind, of all lessons."""
    total = collections.defaultdict(Tally)
    for tallies in found.values():
        for kind, tally in tallies.items():
            total[kind].add(tally)
    return total


def shown(share):
    """Only what is whole is shown as 0 or 100."""
    if share is None:
        return ""
    text = f"{share:.2f}"
    return f"{share:.4f}" if text in ("0.00", "100.00") and share not in (0, 100) else text


def table(first, tallies):
    """A row each; columns in which nothing was counted are left out."""
    columns = [(what, heading) for what, heading, _ in COLUMNS
               if any(tally.share(what) is not None for tally in tallies.values())]
    rows = [[first, "sheets", *(f"{heading}, %" for _, heading in columns)]]
    for name, tally in tallies.items():
        shares = [shown(tally.share(what)) for what, _ in columns]
        rows.append([name, str(tally.counts["sheets"]), *shares])
    rows.insert(1, ["---"] + ["---:"] * (len(columns) + 1))
    return [f"| {' | '.join(cells)} |" for cells in rows]


def missed(total):
    """What misses its goal: the kind, what was counted, and the sheets where it went wrong."""
    for what, heading, goals in COLUMNS:
        for kind, (least, most) in goals.items():
            share = total[kind].share(what) if kind in total else None
            if share is not None and not least <= share <= most:
                goal = f"{least} %" if least else f"at most {most} %"
                sentence = f"{KINDS[kind][0]}: {heading} {share:.4g} %, goal {goal}"
                yield sentence, total[kind].misses[what]


def report(found, count, seed, most_told):
    total = together(found)
    print(f"{count} students of each kind and lesson, seed {seed}; lessons: {', '.join(found)}.\n")
    words = {KINDS[kind][0]: total[kind] for kind in KINDS if kind in total}
    print(*table("students", words), sep="\n")
    for kind in filter(total.get, ("honest", "carried", "random")):
        print(f"\n{KINDS[kind][0]}, by lesson:\n")
        print(*table("lesson", {name: tallies[kind] for name, tallies in found.items()}), sep="\n")
    goals = list(missed(total))
    for sentence, misses in goals:
        print(f"\n{sentence}")
        print(*(f"    {miss}" for miss in misses[:most_told]), sep="\n")
    return not goals


def repeat(seed):
    _, lesson, setting, _, _ = seed.split("/")
    for sheet, record in judged(lesson, setting, [seed]):
        print(sheet.text())
        for question, rows in sheet.mistakes.items():
            print(f"mistake before {question}: {rows}")
        print(*map(told, record["answers"]), sep="\n")
    return True


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--count", type=int, default=1000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--lesson", action="append", choices=LESSONS)
    options.add_argument("--kind", action="append", choices=KINDS)
    options.add_argument("--repeat", metavar="SEED")
    options.add_argument("--tell", type=int, default=20, help="so many cases that miss a goal")
    chosen = options.parse_args()
    if chosen.repeat:
        return repeat(chosen.repeat)
    found = simulate(chosen.lesson or LESSONS, chosen.kind or KINDS, chosen.count, chosen.seed)
    return report(found, chosen.count, chosen.seed, chosen.tell)


if __name__ == "__main__":
    sys.exit(not main())
