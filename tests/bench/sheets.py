"""Marking sheets, timed: a class's sheets of slides-example, right and wrong ones."""

import os
import pathlib
import random
import re
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).parent.parent.parent
LESSON = "slides-example"


def values():
    """What the lesson asks for, with the values that tests/lessons/exact.py worked out."""
    source = (ROOT / "lessons" / f"{LESSON}.lua").read_text(encoding="utf-8")
    lines = (ROOT / "tests/lessons/figures" / f"{LESSON}.txt").read_text(encoding="ascii")
    figures = dict(map(str.split, lines.splitlines()))
    return {name: float(figures[name]) for name in re.findall(r'\{ask = "([^"]*)"', source)}


def right(value, rng):
    """With 4 to 7 figures, so that the sheets are not all the same."""
    return f"{value:#.{rng.randint(4, 7)}g}"


def wrong(value, rng):
    """A number that has nothing to do with it: all that is known of mistakes is tried on it."""
    return f"{value * rng.choice([-1, 1]) * 10 ** rng.uniform(-1, 1):#.4g}"


def write_sheets(directory, count, answer):
    rng = random.Random(count)
    for i in range(count):
        lines = [f"lesson = {LESSON}", f"student = s{i}"]
        lines += [f"{name} = {answer(value, rng)}" for name, value in values().items()]
        (pathlib.Path(directory) / f"{i:06}.txt").write_text("\n".join(lines) + "\n")


def usage(command):
    """Seconds of the processor, and the most memory that was held, in bytes."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 1), command
    return used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


def measure(build, answer, sizes, rounds):
    """Medians of time and memory for each number of sheets, run by turns."""
    with tempfile.TemporaryDirectory() as directory:
        commands = {}
        for size in sizes:
            sheets = pathlib.Path(directory) / str(size)
            sheets.mkdir()
            write_sheets(sheets, size, answer)
            commands[size] = [build / "src/backstep", "check", LESSON, sheets, "--format", "csv"]
        used = [{size: usage(command) for size, command in commands.items()}
                for _ in range(rounds)]
    return {size: [statistics.median(figure) for figure in zip(*(each[size] for each in used))]
            for size in sizes}


def figures(build):
    """Seconds a sheet, and bytes in all, by name."""
    found = {}
    for answer, sizes, rounds in [(right, (1, 1000, 8000), 7), (wrong, (1, 500, 2000), 3)]:
        measured = measure(build, answer, sizes, rounds)
        name, start = answer.__name__, measured[1][0]
        found[f"{name}_start"] = start
        for size, word in zip(sizes[1:], ["few", "many"]):
            seconds, found[f"{name}_{word}_bytes"] = measured[size]
            found[f"{name}_{word}"] = (seconds - start) / (size - 1)
    return found
