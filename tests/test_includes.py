"""The rooms of src/ keep to who may know whom, and the check of that can fail."""

import pathlib
import tempfile
import unittest

import includes
import tap

SRC = pathlib.Path(__file__).parent.parent / "src"

# A file, a text, and the complaint about its last line.
BREACHES = [
    ("expr/a.c", '#include "net/net.h"', "expr may not include net/net.h"),
    ("base/a.h", '#include "expr/expr.h"', "base may not include expr/expr.h"),
    ("net/a.c", '#include <tape/tape.h>', "net may not include tape/tape.h"),
    ("view/a.c", '#include "check/sheet.h"', "view may not include check/sheet.h"),
    ("check/a.c", '#include "view/table.h"', "check may not include view/table.h"),
    ("lua/a.c", '#include "repl/repl.h"', "lua may not include repl/repl.h"),
    ("repl/a.c", '  #  include "main/main.h"', "repl may not include main/main.h"),
    ("tape/a.c", '#include "entry.h"',
     'a header of ours is included as "room/header.h", not "entry.h"'),
    ("tape/a.c", '#include "../net/net.h"',
     'a header of ours is included as "room/header.h", not "../net/net.h"'),
    ("tape/a.c", "#include HEADER", "an include that is not a plain header: HEADER"),
    ("view/a.c", "#include <lua.h>", "view may not know Lua: lua.h"),
    ("base/a.c", "#include <lua5.4/lauxlib.h>", "base may not know Lua: lua5.4/lauxlib.h"),
    ("lua/a.c", "#include <readline/readline.h>",
     "lua may not touch the terminal: readline/readline.h"),
    ("view/a.c", "#include <sys/ioctl.h>", "view may not touch the terminal: sys/ioctl.h"),
    ("lua/a.c", "if (isatty(1))", "lua may not touch the terminal: isatty"),
    ("net/a.c", 'x = 1; printf("%d", x);', "net may not print or exit: printf"),
    ("tape/a.c", 'fprintf(file, "x");', "tape may not print or exit: fprintf"),
    ("tape/a.c", "write(STDERR_FILENO, p, n);", "tape may not print or exit: STDERR_FILENO"),
    ("check/a.c", "FILE *out = stdout;", "check may not print or exit: stdout"),
    ("view/a.c", 'puts("a");', "view may not print or exit: puts"),
    ("expr/a.c", "abort ();", "expr may not print or exit: abort"),
    ("base/a.c", "/* a\n comment */ exit(1);", "base may not print or exit: exit"),
    ("base/a.c", 'char c = \'"\'; exit(1); // "', "base may not print or exit: exit"),
    ("other/a.c", "", "in no room"),
    ("stray.c", "", "in no room"),
    ("main/a.c", "", "in no room"),
]

ALLOWED = [
    ("main.c", '#include "repl/repl.h"\n#include <lua.h>\n#include <stdio.h>\nint x = isatty(0);'),
    ("repl/a.c", '#include "lua/lua.h"\n#include <readline/history.h>\n#include <lauxlib.h>'),
    ("lua/a.c", '#include "check/a.h"\n#include "view/a.h"\n#include <lua.h>\nfputs("", stdout);'),
    ("view/a.c", '#include "view/b.h"\n#include "tape/tape.h"\n#include "base/buf.h"'),
    ("check/a.c", '#include "tape/tape.h"\n#include <stdlib.h>'),
    ("net/a.c", '// printf("a"); #include "tape/tape.h"\n/* exit(1)\n #include <lua.h> */'),
    ("net/b.c", 'snprintf(text, size, "exit(1) to stdout");\nbs_buf_printf(buf, "a");'),
    ("net/c.c", "layer->exit(1); self.abort(); my_exit(2); char c = '\"';"),
]


def complaints_of(name, text):
    with tempfile.TemporaryDirectory() as src:
        path = pathlib.Path(src, name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
        return [each.removeprefix(f"{src}/") for each in includes.complaints(src)]


class Includes(unittest.TestCase):
    maxDiff = None

    def test_the_sources_keep_the_rule(self):
        self.assertEqual(list(includes.complaints(SRC)), [])

    def test_the_sources_are_read(self):
        self.assertIn(SRC / "base" / "mem.c", SRC.rglob("*.c"))

    def test_a_breach_is_found(self):
        for name, text, complaint in BREACHES:
            with self.subTest(name=name, text=text):
                line = text.count("\n") + 1
                self.assertEqual(complaints_of(name, text), [f"{name}:{line}: {complaint}"])

    def test_what_is_allowed_is_let_pass(self):
        for name, text in ALLOWED:
            with self.subTest(name=name, text=text):
                self.assertEqual(complaints_of(name, text), [])

    def test_every_pair_of_rooms_is_judged(self):
        order = ["main", "repl", "lua", "check", "tape", "net", "expr", "base"]
        for i, room in enumerate(order):
            for j, known in enumerate(order):
                with self.subTest(room=room, known=known):
                    name = "main.c" if room == "main" else f"{room}/a.c"
                    found = complaints_of(name, f'#include "{known}/a.h"')
                    self.assertEqual(bool(found), j < i)


tap.main()
