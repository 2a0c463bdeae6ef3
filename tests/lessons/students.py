"""Simulated students: what they write on a sheet, and what is known of it.

A student has a seed, SEED/LESSON/DIGITS/KIND/NUMBER, from which all that is random about it comes.
"""

import functools
import graphlib
import random
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from unittest import mock

import exact
import formula

MODES = [ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN]
VARIANTS = 20  # seeds of variants, from 1
FIGURES_WANTED = 3  # of a question that does not say


class Digits:
    """So many decimals and so many significant figures, whichever is more; None: not said."""

    def __init__(self, decimals=None, figures=None):
        self.decimals, self.figures = decimals, figures

    def wider(self, more, figures=0):
        """So many digits more, and at least so many significant figures."""
        return Digits(None if self.decimals is None else self.decimals + more,
                      max((self.figures or 0) + (more if self.figures else 0), figures) or None)

    def exponent(self, value):
        """Of the last digit kept."""
        of_decimals = 0 if self.decimals is None else -self.decimals
        if not self.figures or not value:
            return of_decimals
        of_figures = value.adjusted() - self.figures + 1
        return of_figures if self.decimals is None else min(of_decimals, of_figures)

    def round(self, value, mode):
        """What has no more digits than that stays as it is, but for zeros put after it."""
        return value.quantize(Decimal((0, (1,), self.exponent(value))), rounding=mode)


SETTINGS = {
    "3d": Digits(decimals=3), "4d": Digits(decimals=4), "5d": Digits(decimals=5),
    "3f": Digits(figures=3), "4f": Digits(figures=4),
}


class Lesson:
    """What is known of a lesson: its givens, its formulas, and the figures that it asks for."""

    def __init__(self, name, givens, formulas, wanted, seed):
        self.name, self.givens, self.formulas, self.wanted = name, givens, formulas, wanted
        self.seed = seed  # of its figures
        self.variant = lambda seed: None  # the lesson with other figures, where it has any
        self.asked = list(wanted)
        with localcontext() as context:
            context.prec = 40
            self.exact = formula.Values(givens, formulas)
            self.exact = {entry: self.exact[entry] for entry in [*givens, *formulas]}

    @functools.cache
    def rests_on(self, entry):
        """All entries that an entry is made of, itself among them."""
        found = {entry}
        for operand in formula.names_in(self.formulas.get(entry, "")):
            found |= self.rests_on(operand)
        return frozenset(found)

    @functools.cache
    def untyped_of(self, entry):
        """What is worked out for an entry without being asked for, and the entry itself."""
        found = {entry}
        for operand in formula.names_in(self.formulas.get(entry, "")):
            if operand not in self.wanted and operand not in self.givens:
                found |= self.untyped_of(operand)
        return frozenset(found)


class Manner:
    """How someone rounds: what digits are kept, where, how, and what is carried on."""

    def __init__(self, lesson, digits, rng, by_operation=None):
        self.lesson, self.digits, self.rng = lesson, digits, rng
        self.by_operation = rng.random() < 0.5 if by_operation is None else by_operation
        self.mode = rng.choice([*MODES, None])  # None: mixed, drawn anew for every number
        self.more = rng.choice([0, 0, 0, 1, 2])
        self.carries = rng.choice([0, 0, 0, 0.5, 1])  # how often full precision
        self.expands = self.by_operation and rng.random() < 0.5  # functions, by their formulas
        self.has_figures = rng.random() < 0.5  # of what is not asked for, too
        self.writes_all = rng.random() < 0.15
        self.strips_zeros = rng.random() < 0.15
        self.is_scientific = rng.random() < 0.1

    def rounding(self, entry):
        """What happens to a result on the way to an entry."""
        usual = FIGURES_WANTED if self.has_figures or self.writes_all else 0
        digits = self.digits.wider(self.more, self.lesson.wanted.get(entry, usual))
        return lambda value: digits.round(value, self.mode or self.rng.choice(MODES))

    def spell(self, value):
        text = f"{value:f}"
        if self.strips_zeros and "." in text:
            text = text.rstrip("0").rstrip(".")
        if self.is_scientific and value and abs(value) < Decimal("0.01"):
            text = f"{Decimal(text):e}"
        return text


class Work(formula.Values):
    """The values that someone goes on with, and in `written` those put on paper."""

    def __init__(self, manner, formulas):
        super().__init__(manner.lesson.givens, formulas)
        self.manner, self.written = manner, {}

    def __missing__(self, entry):
        """Who has rounded every operation keeps the result, who has not may keep all digits."""
        manner = self.manner
        step = manner.rounding(entry)
        outer = step if manner.by_operation else formula.kept
        inner = step if manner.expands else formula.kept
        value = formula.read(self.formulas[entry])(self, outer, inner)
        self.written[entry] = step(value)
        self[entry] = value if manner.rng.random() < manner.carries else self.written[entry]
        return self[entry]

    def write(self, entries):
        for entry in entries:
            self[entry]  # works it out
        return {entry: self.manner.spell(self.written[entry]) for entry in entries}


class Sheet:
    """What a student wrote: a text for each entry; and what is known of it.

    `mistakes` are rows of the survey that were made, by the question that shows them; of two
    before one question, `acts_as` are the rows that have their number alone; `may_fail` are the
    questions that they reach before any other question; `wrong` are random numbers; `variant` is
    the seed of the lesson's figures.
    """

    def __init__(self, seed, texts, mistakes=None, may_fail=(), wrong=(), variant=None,
                 acts_as=()):
        self.seed, self.texts, self.variant = seed, texts, variant
        self.acts_as, self.mistakes = acts_as, mistakes or {}
        self.may_fail, self.wrong = frozenset(may_fail), list(wrong)

    @property
    def kind(self):
        return self.seed.split("/")[3]

    def text(self):
        lesson = self.seed.split("/")[1]
        lines = [f"lesson = {lesson}", f"student = {self.seed}"]
        if self.variant:
            lines.append(f"seed = {self.variant}")
        return "\n".join(lines + [f"{name} = {text}" for name, text in self.texts.items()]) + "\n"


# ---- honest students -----------------------------------------------------------------------------

def honest(lesson, digits, rows, rng):
    work = Work(Manner(lesson, digits, rng), lesson.formulas)
    texts = work.write(lesson.asked)
    if work.manner.writes_all:
        texts = work.write([entry for entry in lesson.formulas if entry in work.written])
    return {"texts": texts}


def on_variant(lesson, digits, rows, rng):
    variant = lesson.variant(rng.randint(1, VARIANTS))
    if not variant:
        raise IndexError("the lesson has no variants")
    return {**honest(variant, digits, rows, rng), "variant": variant.seed}


class Rounded(Decimal):
    """A decimal that is rounded by every operation, for formulas that were written for Decimal."""

    step = staticmethod(formula.kept)


def rounding_method(name):
    def method(self, *others):
        with_plain = [Decimal(other) for other in others]
        return Rounded(Rounded.step(getattr(Decimal, name)(Decimal(self), *with_plain)))
    return method


for operation in ("add", "sub", "mul", "truediv", "pow"):
    setattr(Rounded, f"__{operation}__", rounding_method(f"__{operation}__"))
    setattr(Rounded, f"__r{operation}__", rounding_method(f"__r{operation}__"))
for function in ("exp", "ln", "sqrt"):
    setattr(Rounded, function, rounding_method(function))
Rounded.__neg__ = lambda self: Rounded(Decimal(self).copy_negate())


def look_up(step, function, x):
    return Rounded(step(function(formula.kept, Decimal(x))))


def independent(lesson, digits, rows, rng):
    """By the formulas of exact.py, which were written by hand, in an order of their own."""
    manner = Manner(lesson, digits, rng, by_operation=True)
    manner.digits = digits.wider(0, max(lesson.wanted.values()))
    step = manner.rounding(None)
    table = {"tanh": formula.tanh, "density": formula.density,
             "distribution": formula.distribution}
    looked_up = {name: functools.partial(look_up, step, f) for name, f in table.items()}
    Rounded.step = staticmethod(step)
    with mock.patch.multiple(exact, Decimal=Rounded, **looked_up):
        values = exact.LESSONS[lesson.name]()
    return {"texts": {entry: manner.spell(step(Decimal(values[entry]))) for entry in lesson.asked}}


# ---- mistakes ------------------------------------------------------------------------------------

def careful(lesson, digits, rng):
    """Someone who rounds what is written down, to the nearest, and may carry all digits."""
    manner = Manner(lesson, digits, rng, by_operation=False)
    manner.mode, manner.has_figures = ROUND_HALF_UP, True
    manner.writes_all = manner.strips_zeros = manner.is_scientific = False
    return manner


def reached(lesson, rows):
    """The questions that a changed definition reaches before any other question."""
    items = {row["item"] for row in rows}
    return [entry for entry in lesson.asked if items & lesson.untyped_of(entry)]


def mistaken(lesson, rows):
    """The formulas with these mistakes in them; refused where two lead around in a circle."""
    formulas = {**lesson.formulas, **{row["item"]: row["definition"] for row in rows}}
    graphlib.TopologicalSorter({entry: formula.names_in(text)
                                for entry, text in formulas.items()}).prepare()
    return formulas


def carried(lesson, digits, rows, rng, count=1):
    """Mistakes in the definitions of different items, and everything after goes on with them."""
    first = [row for row in rows if row["question"] == reached(lesson, [row])[0]]
    chosen = choose(first, rng, count)
    work = Work(careful(lesson, digits, rng), mistaken(lesson, chosen))
    made = {row["question"]: reaching(lesson, row, chosen) for row in chosen}
    return {"texts": work.write(lesson.asked), "may_fail": reached(lesson, chosen),
            "mistakes": made, "acts_as": [row for pair in made.values() if len(pair) > 1
                                          for row in singles_like(lesson, rows, pair)]}


def reaching(lesson, row, chosen):
    """The mistakes that are on the way to the question of one of them, that one first."""
    others = [other for other in chosen
              if other is not row and other["item"] in lesson.untyped_of(row["question"])]
    return (row, *others)


def choose(rows, rng, count):
    """So many visible rows about different questions and items."""
    chosen = []
    for row in rng.sample(rows, len(rows)):
        if len(chosen) < count and all(row["question"] != other["question"]
                                       and row["item"] != other["item"] for other in chosen):
            chosen.append(row)
    if len(chosen) < count:
        raise IndexError("too few mistakes are visible")
    return chosen


def not_carried(lesson, digits, rows, rng):
    """A mistake on the way to one answer; all others are as if it had not been made."""
    row, = choose(rows, rng, 1)
    manner = careful(lesson, digits, rng)
    right = Work(manner, lesson.formulas)
    texts = right.write(lesson.asked)
    on_the_way = {entry for entry in lesson.untyped_of(row["question"])
                  if row["item"] in lesson.rests_on(entry)}
    slipped = Work(manner, mistaken(lesson, [row]))
    slipped.update({entry: right[entry] for entry in lesson.formulas if entry not in on_the_way})
    texts.update(slipped.write([row["question"]]))
    return {"texts": texts, "may_fail": [row["question"]], "mistakes": {row["question"]: (row,)}}


def two_carried(lesson, digits, rows, rng):
    return carried(lesson, digits, rows, rng, count=2)


def with_formulas(lesson, rows, known):
    """All digits of what comes of mistakes, where some values are known."""
    values = formula.Values(lesson.givens, mistaken(lesson, rows))
    values.update(known)
    return values


def singles_like(lesson, rows, pair):
    """The single mistakes with the number of the pair: one of the two may not matter any more.

    On the right values, or on what else comes of the pair.
    """
    question = pair[0]["question"]
    with localcontext() as context:
        context.prec = 40
        of_pair = with_formulas(lesson, pair, {})
        number = of_pair[question]
        others = {entry: of_pair[entry] for entry in lesson.asked if entry != question}
        return [row for row in rows if row["question"] == question and any(
            is_rounded_to(number, with_formulas(lesson, [row], known)[question],
                          Decimal(row["typed"])) for known in ({}, others))]


def is_rounded_to(a, b, digits):
    return a.quantize(digits) == b.quantize(digits)


def two_in_one(lesson, digits, rows, rng):
    """Two mistakes before one answer: both are in what it is made of and nothing else shows."""
    first = rng.choice(rows)
    others = [row for row in rows
              if row["question"] == first["question"] and row["item"] != first["item"]]
    second = rng.choice(others)
    pair = first, second
    work = Work(careful(lesson, digits, rng), mistaken(lesson, pair))
    return {"texts": work.write(lesson.asked), "may_fail": reached(lesson, pair),
            "mistakes": {first["question"]: pair}, "acts_as": singles_like(lesson, rows, pair)}


# ---- students who do not work --------------------------------------------------------------------

def one_text(text):
    """The same everywhere; half of them put zeros after it, to look exact."""
    def guess(lesson, digits, rows, rng):
        typed = text(lesson, rng)
        if rng.random() < 0.5:
            typed = padded(typed, FIGURES_WANTED)
        return {"texts": dict.fromkeys(lesson.asked, typed)}
    return guess


def padded(text, figures):
    whole, _, decimals = text.partition(".")
    missing = figures - len((whole + decimals).lstrip("-0"))
    return f"{whole}.{decimals}{'0' * max(missing, 0)}".rstrip(".")


def givens(lesson, digits, rows, rng):
    """The numbers of the question, in no order."""
    texts = {}
    for entry in lesson.asked:
        text = f"{rng.choice(list(lesson.givens.values())):f}"
        texts[entry] = padded(text, FIGURES_WANTED) if rng.random() < 0.5 else text
    return {"texts": texts}


def one_digit(lesson, rng):
    return rng.choice(["", "0.", "0.0", "-0.", "-"]) + str(rng.randint(1, 9))


def random_wrong(lesson, digits, entry, rng):
    """The right value, a power of ten between 1/10 and 10 from it, of either sign."""
    value = lesson.exact[entry] or Decimal(1)
    value *= rng.choice([1, -1]) * Decimal(10 ** rng.uniform(-1, 1))
    return f"{digits.wider(0, lesson.wanted[entry]).round(value, ROUND_HALF_UP):f}"


def one_random(lesson, digits, rows, rng):
    """One wrong number among right ones."""
    texts = Work(careful(lesson, digits, rng), lesson.formulas).write(lesson.asked)
    entry = rng.choice(lesson.asked)
    texts[entry] = random_wrong(lesson, digits, entry, rng)
    return {"texts": texts, "wrong": [entry]}


def all_random(lesson, digits, rows, rng):
    texts = {entry: random_wrong(lesson, digits, entry, rng) for entry in lesson.asked}
    return {"texts": texts, "wrong": lesson.asked}


KINDS = {
    "honest": honest, "independent": independent, "variant": on_variant,
    "carried": carried, "not-carried": not_carried,
    "two": two_carried, "two-in-one": two_in_one, "zeros": one_text(lambda lesson, rng: "0"),
    "ones": one_text(lambda lesson, rng: "1"), "givens": givens,
    "one-digit": one_text(one_digit), "random": one_random, "all-random": all_random,
}


def student(seed, lesson, rows):
    """The sheet of the student of that seed; None where the lesson cannot have one."""
    _, _, setting, kind, _ = seed.split("/")
    rng = random.Random(seed)
    try:
        return Sheet(seed, **KINDS[kind](lesson, SETTINGS[setting], rows, rng))
    except (ArithmeticError, IndexError, graphlib.CycleError):  # no such mistakes can be made
        return None
