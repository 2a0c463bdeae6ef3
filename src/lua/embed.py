"""Write a C file with the Lua modules of the program: embed.py OUTPUT MODULE.lua..."""

import pathlib
import re
import sys

output, *sources = sys.argv[1:]
arrays, rows = [], []
for path in map(pathlib.Path, sources):
    source = path.read_bytes()
    globals_line = re.search(rb"^-- globals:(.*)$", source, re.MULTILINE)
    names = " ".join(globals_line[1].decode().split()) if globals_line else ""
    octets = "\n".join(
        "    " + " ".join(f"{octet}," for octet in source[start:start + 20])
        for start in range(0, len(source), 20))
    arrays.append(f"static const unsigned char {path.stem}_source[] = {{\n{octets}\n}};\n")
    rows.append(f'    {{ "{path.stem}", "{names}", {path.stem}_source, sizeof {path.stem}_source }},\n')

pathlib.Path(output).write_text(
    '#include "lua/module.h"\n\n' + "\n".join(arrays)
    + "\nconst struct bs_module bs_modules[] = {\n" + "".join(rows)
    + "    { NULL, NULL, NULL, 0 },\n};\n")
