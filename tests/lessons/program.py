"""Running the program on lessons."""

import os
import pathlib
import re
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).parent.parent.parent
PROGRAM = os.environ["BACKSTEP"]


def run(*arguments, lang="en", stdin="", cwd=None, **environment):
    """The finished process.  The locale sets the language; the lessons are the source's."""
    clean = {name: value for name, value in os.environ.items()
             if not name.startswith(("LC_", "LANG", "BACKSTEP"))}
    locale = {"en": "C.UTF-8", "zh": "zh_CN.UTF-8"}[lang]
    return subprocess.run(
        [PROGRAM, *arguments], input=stdin, capture_output=True, encoding="utf-8", timeout=120,
        cwd=cwd,
        env={**clean, "LANG": locale, **environment}, check=False)


def values(lesson, seed=None):
    """Every entry of the lesson's tape by name, as a double."""
    call = f"lesson({lesson!r}, {seed})" if seed is not None else f"lesson({lesson!r})"
    script = (f"for e in {call}:entries() do "
              "print(e.name, string.format('%.17g', e.value)) end")
    shown = run("-e", script)
    assert shown.returncode == 0, shown.stderr
    return {name: float(value) for name, value in map(str.split, shown.stdout.splitlines())}


def write(test, name, text):
    """The path of a new file, which is gone after the test."""
    directory = tempfile.TemporaryDirectory()
    test.addCleanup(directory.cleanup)
    path = pathlib.Path(directory.name) / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def asked(lesson):
    """The names of the entries that a lesson of ours asks for, in order."""
    source = (ROOT / "lessons" / f"{lesson}.lua").read_text(encoding="utf-8")
    return [name.replace(".", "_") for name in re.findall(r'\{ask = "([^"]*)"', source)]
