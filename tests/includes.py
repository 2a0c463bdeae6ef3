#!/usr/bin/env python3
"""Who may know whom in src/ (see src/README.md).

    includes.py SRC     print a line for each breach; the exit status is 1 if there is one

A file includes headers of its own room and of rooms to the right of it.  Only lua, repl and main
know Lua; only repl and main touch the terminal; nothing to the right of lua prints or exits.
"""

import pathlib
import re
import sys

# From left to right; those in one row are neighbours, which do not know each other.
ROOMS = [["main"], ["repl"], ["lua"], ["check", "view"], ["tape"], ["net"], ["expr"], ["base"]]
RANK = {room: rank for rank, row in enumerate(ROOMS) for room in row}

KNOW_LUA = {"main", "repl", "lua"}
MAY_PRINT = KNOW_LUA
TOUCH_TERMINAL = {"main", "repl"}

COMMENT_OR_LITERAL = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.DOTALL)
LITERAL = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""")
INCLUDE = re.compile(r"\s*#\s*include\s*(.*)")
HEADER = re.compile(r"""(["<])([^">]+)[">]\s*$""")
LUA_HEADER = re.compile(r"(?:.*/)?(?:lua|lauxlib|lualib|luaconf)\.h(?:pp)?")
TERMINAL_HEADER = re.compile(r"readline/.*|termios?\.h|sys/(?:ioctl|termios)\.h|n?curses.*\.h|pty\.h")
TERMINAL_USE = re.compile(r"(?<![\w.>])(isatty|ttyname|ioctl|tc[gs]etattr)\s*\(")
PRINT_OR_EXIT = re.compile(
    r"(?<![\w.>])(?:(v?f?w?printf|v?dprintf|f?puts|f?putw?c|putchar|perror|psignal|warnx?|errx?"
    r"|exit|_exit|_Exit|quick_exit|abort)\s*\(|(stdin|stdout|stderr|STD(?:IN|OUT|ERR)_FILENO)\b)")


def without_comments(text):
    """The text with each comment replaced by its line ends, so that lines keep their numbers."""
    def blank(match):
        return match[0] if match[0][0] in "\"'" else " " + "\n" * match[0].count("\n")
    return COMMENT_OR_LITERAL.sub(blank, text.replace("\\\n", "\n"))


def complain_of_include(room, target):
    header = HEADER.match(target)
    if not header:
        return f"an include that is not a plain header: {target}"
    quote, name = header.groups()
    known = name.split("/")[0]
    if known in RANK and "/" in name:
        if known != room and RANK[known] <= RANK[room]:
            return f"{room} may not include {name}"
    elif quote == '"':
        return f'a header of ours is included as "room/header.h", not "{name}"'
    elif LUA_HEADER.fullmatch(name) and room not in KNOW_LUA:
        return f"{room} may not know Lua: {name}"
    elif TERMINAL_HEADER.fullmatch(name) and room not in TOUCH_TERMINAL:
        return f"{room} may not touch the terminal: {name}"
    return None


def complain_of_code(room, line):
    code = LITERAL.sub('""', line)
    if room not in TOUCH_TERMINAL and (use := TERMINAL_USE.search(code)):
        return f"{room} may not touch the terminal: {use[1]}"
    if room not in MAY_PRINT and (use := PRINT_OR_EXIT.search(code)):
        return f"{room} may not print or exit: {use[1] or use[2]}"
    return None


def complaints_of_file(room, text):
    """Pairs of line number and complaint."""
    for number, line in enumerate(without_comments(text).split("\n"), 1):
        include = INCLUDE.match(line)
        complaint = (complain_of_include(room, include[1].strip()) if include
                     else complain_of_code(room, line))
        if complaint:
            yield number, complaint


def room_of(path):
    """The room that a path below src/ belongs to, or None."""
    room = path.stem if len(path.parts) == 1 else path.parts[0]
    is_folder = len(path.parts) > 1
    return room if room in RANK and is_folder == (room != "main") else None


def complaints(src):
    """Every breach in the tree, as FILE:LINE: complaint."""
    src = pathlib.Path(src)
    for path in sorted([*src.rglob("*.c"), *src.rglob("*.h")]):
        room = room_of(path.relative_to(src))
        if not room:
            yield f"{path}:1: in no room"
            continue
        for number, complaint in complaints_of_file(room, path.read_text(encoding="utf-8")):
            yield f"{path}:{number}: {complaint}"


if __name__ == "__main__":
    found = list(complaints(sys.argv[1]))
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(bool(found))
