-- Lua 5.4, and the program's own functions: scripts/lint asks the program for their names.
std = "lua54"
max_line_length = 100

-- luaunit runs the global classes Test...
files["tests/lua/test_*.lua"] = { allow_defined_top = true }
