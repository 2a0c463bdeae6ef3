-- globals: lesson
-- Lessons: where they are, what is in them, what is wrong with them.  The format is told of in
-- lessons/README.md.
--
-- A lesson, once loaded, is plain data; none of the file's code runs after that:
--     id, path, title            title is a text: a table {en = "...", zh = "..."}
--     digits                     {figures = n} or {decimals = n}: what a solver by hand keeps
--     tape                       and `entries`, the first of its entries in order
--     blocks                     in the order of the file, each of one kind:
--         {kind = "text", text = text}
--         {kind = "show", phase = name or nil, entries = {entry, ...}}
--         {kind = "ask", name, entry, points, figures, hints = {text, ...}, number}
--     questions                  the blocks that ask; the keys of `asked` are their entries' names

local host = ...
local sandbox = host.require "sandbox"
local concat, format = table.concat, string.format

local lesson = {}

local VERSION = 1
local MOST_BYTES = 1 << 20
local MOST_BLOCKS = 1000
local MOST_ENTRIES = 1000
local FIGURES_SHOWN, FIGURES_ASKED = 4, 3
local MOST_FIGURES, MOST_POINTS = 15, 100

local LANGUAGES = {"en", "zh"}
local PHASES = {"given", "forward", "loss", "backward", "update", "again"}
local FIELDS = {"api", "id", "title", "digits", "figures", "notation", "given", "tape"}
local KINDS = {"text", "show", "ask"}
local FIELDS_OF = {text = {"text"}, show = {"show"}, ask = {"ask", "points", "figures", "hints"}}

-- What is found wrong is collected, so that all of it is told at once.
local complaints_meta = {}
complaints_meta.__index = complaints_meta

-- What is quoted from the file must not steer the terminal.
function complaints_meta:add(sentence, ...)
  local text = self.where .. format(sentence, ...)
  self[#self + 1] = text:gsub("[\0-\9\11-\31\127]", "?"):gsub("\xC2[\x80-\x9F]", "?")
end

-- Until the next call, what is said is about this place.
function complaints_meta:at(where, ...)
  self.where = format(where, ...) .. ": "
end

local function new_complaints()
  return setmetatable({where = ""}, complaints_meta)
end

local function has(list, value)
  for _, item in ipairs(list) do
    if item == value then
      return true
    end
  end
  return false
end

-- A table of the stranger's as one of ours: without a metatable, and free to be changed.
local function copy(from)
  local to = {}
  for key, value in next, from do
    to[key] = value
  end
  return to
end

local function check_fields(complaints, fields, known)
  for field in next, fields do
    if type(field) == "string" and not has(known, field) then
      local hint = host.nearest(field, known)
      if hint == "" then
        hint = " (known: " .. concat(known, ", ") .. ")"
      end
      complaints:add("unknown field %s%s", host.describe(field), hint)
    elseif type(field) ~= "string" and math.type(field) ~= "integer" then
      complaints:add("a field is a name, got %s", host.describe(field))
    end
  end
end

local function check_integer(complaints, what, value, least, greatest)
  if math.type(value) == "integer" and value >= least and value <= greatest then
    return value
  end
  complaints:add("%s must be a whole number from %d to %d, got %s", what, least, greatest,
    host.describe(value))
end

-- Printed text must not steer the terminal: no control characters, C1's included, but line ends.
local function check_string(complaints, what, value)
  if type(value) ~= "string" then
    complaints:add("%s must be a string, got %s", what, host.describe(value))
  elseif not utf8.len(value) then
    complaints:add("%s is not UTF-8", what)
  elseif value:find "[\0-\9\11-\31\127]" or value:find "\xC2[\x80-\x9F]" then
    complaints:add("%s has a control character: spaces and line ends are all that is needed", what)
  elseif not value:find "%S" then
    complaints:add("%s is empty", what)
  else
    return value
  end
end

-- Lines of a [[long string]] are indented like the code around them: take that away.
local function dedent(text)
  text = text:gsub("^ *\n", ""):gsub("%s+$", "")
  local least
  for indent, rest in text:gmatch "( *)([^\n]*)" do
    if rest ~= "" and (not least or #indent < least) then
      least = #indent
    end
  end
  local margin = (" "):rep(least or 0)
  return (("\n" .. text):gsub("\n" .. margin, "\n"):sub(2))
end

local function check_text(complaints, what, value)
  if type(value) ~= "table" then
    complaints:add("%s must be a text in each language, {en = \"...\", zh = \"...\"}, got %s",
      what, host.describe(value))
    return
  end
  local text = {}
  for _, language in ipairs(LANGUAGES) do
    if value[language] == nil then
      complaints:add("%s has no %s text", what, language)
    else
      local checked = check_string(complaints, what .. "." .. language, value[language])
      text[language] = checked and dedent(checked)
    end
  end
  for language in next, value do
    if not has(LANGUAGES, language) then
      complaints:add("%s: unknown language %s (known: %s)", what, host.describe(language),
        concat(LANGUAGES, ", "))
    end
  end
  return text
end

-- ---- files ---------------------------------------------------------------------------------

-- The ids of the lessons in the program's directory.
function lesson.ids()
  local ids = {}
  for i, name in ipairs(host.lesson_files(host.lesson_directory())) do
    ids[i] = name:match "^(.*)%.lua$"
  end
  return ids
end

local function is_path(name)
  return name:find("/", 1, true) or name:find "%.lua$"
end

-- A lesson is named by its id or by the path of its file.
local function find_path(name)
  if is_path(name) then
    return name
  end
  local ids = lesson.ids()
  if has(ids, name) then
    return host.lesson_directory() .. "/" .. name .. ".lua"
  end
  local known = #ids > 0 and "there are " .. concat(ids, ", ")
    or "there are none in " .. host.lesson_directory()
  local hint = host.nearest(name, ids)
  return nil, format("there is no lesson %s%s (%s)", host.describe(name), hint, known)
end

local function read_source(path)
  local file, reason = io.open(path, "rb")
  if not file then
    return nil, reason
  end
  local source
  source, reason = file:read(MOST_BYTES + 1)
  file:close()
  if not source then
    return nil, path .. ": " .. (reason or "the file is empty")
  elseif #source > MOST_BYTES then
    return nil, path .. ": a lesson file has at most a megabyte"
  elseif source:byte() == 27 then
    return nil, path .. ": this is compiled Lua; lessons are read as text only"
  end
  return (source:gsub("^\xEF\xBB\xBF", ""))
end

-- ---- running the file ----------------------------------------------------------------------

-- Give the table that the file returns, which must be made by `lesson`.
local function run_file(source, environment)
  local made
  function environment.lesson(fields)
    if type(fields) ~= "table" then
      error("lesson takes a table, got " .. host.describe(fields), 2)
    end
    made = fields
    return fields
  end
  local chunk, reason = load(source, "=lesson", "t", environment)
  if not chunk then
    error(reason, 0)
  end
  local returned = chunk()
  if returned == nil or returned ~= made then
    error("the file must return lesson{...}", 0)
  end
  return returned
end

local function run_given(given, seed)
  if type(given) ~= "function" then
    return given
  end
  return given(host.rng(seed or 0), seed)
end

local function run_tape(fields, given)
  local tape = fields.tape(given)
  if host.is_tape(tape) and fields.notation ~= nil then
    return tape:as(fields.notation)
  end
  return tape
end

-- Code of the file's runs only here.  Its chunk is called "lesson", to be found in messages.
local function confine(complaints, path, environment, f, ...)
  local succeeded, result = host.confine(environment.string, f, ...)
  if succeeded then
    return result
  end
  local line, sentence = result:match "^lesson:(%d+): (.*)$"
  complaints:at(line and "%s:%s" or "%s", path, line)
  complaints:add("%s", sentence or result)
  complaints:at("%s", path)
end

-- ---- the head ------------------------------------------------------------------------------

local function check_version(complaints, fields)
  if fields.api == VERSION then
    return true
  end
  if math.type(fields.api) == "integer" then
    complaints:add("this is a lesson of api = %d, and this program knows api = %d", fields.api,
      VERSION)
  else
    complaints:add("api must be %d, the version of the format, got %s", VERSION,
      host.describe(fields.api))
  end
  return false
end

local function check_id(complaints, id)
  local checked = check_string(complaints, "id", id)
  if checked and not (#id <= 64 and id:find "^[a-z0-9][a-z0-9-]*$") then
    complaints:add("id must be made of small letters, digits and hyphens, got %s",
      host.describe(id))
  end
  return checked
end

local function check_digits(complaints, fields)
  if fields.digits ~= nil and fields.figures ~= nil then
    complaints:add("digits (decimals) and figures (significant) exclude one another")
  elseif fields.digits ~= nil then
    return {decimals = check_integer(complaints, "digits", fields.digits, 0, MOST_FIGURES)}
  elseif fields.figures ~= nil then
    return {figures = check_integer(complaints, "figures", fields.figures, 1, MOST_FIGURES)}
  end
  return {figures = FIGURES_SHOWN}
end

local function check_given(complaints, given)
  if given ~= nil and type(given) ~= "table" and type(given) ~= "function" then
    complaints:add("given must be a table, or a function that gives one, got %s",
      host.describe(given))
    return false
  end
  return true
end

-- ---- the tape ------------------------------------------------------------------------------

local function make_tape(complaints, path, environment, fields, seed)
  if type(fields.tape) ~= "function" then
    complaints:add("tape must be a function that gives a tape, got %s", host.describe(fields.tape))
    return
  end
  local before = #complaints
  local given = confine(complaints, path, environment, run_given, fields.given, seed)
  if #complaints > before then
    return
  elseif given ~= nil and type(given) ~= "table" then
    complaints:add("given must give a table, got %s", host.describe(given))
    return
  end
  local tape = confine(complaints, path, environment, run_tape, fields, given)
  if host.is_tape(tape) then
    return tape
  elseif #complaints == before then
    complaints:add("tape must give a tape, as net:tape(...) or tape{...} do, got %s",
      host.describe(tape))
  end
end

local function first_entries(tape)
  local entries = {}
  for entry in tape:entries() do
    if #entries == MOST_ENTRIES then
      break
    end
    entries[#entries + 1] = entry
  end
  return entries
end

-- Where other names are known, too, one of them may be meant.
local function find_entry(complaints, tape, name, others)
  local found, entry = pcall(tape.entry, tape, name)
  if found then
    return entry
  end
  complaints:add("%s%s", entry, others and not entry:find "did you mean"
    and host.nearest(name, others) or "")
end

-- {name} in a text stands for the value of that entry.
lesson.NAME_IN_TEXT = "{([%a_][%w_.]*)}"

local function check_names(complaints, tape, text)
  for _, language in ipairs(LANGUAGES) do
    for name in (text and text[language] or ""):gmatch(lesson.NAME_IN_TEXT) do
      find_entry(complaints, tape, name)
    end
  end
end

-- The text in the language in force, with the values of its names.
function lesson.text(self, text)
  return (text[host.language()]:gsub(lesson.NAME_IN_TEXT, function(name)
    return host.number(self.tape:value(name))
  end))
end

-- ---- blocks --------------------------------------------------------------------------------

local check_block = {}

function check_block.text(complaints, _, fields)
  return {text = check_text(complaints, "text", fields.text)}
end

local function entries_of_phase(complaints, self, phase)
  local entries = {}
  for _, entry in ipairs(self.entries) do
    if entry.phase == phase then
      entries[#entries + 1] = entry
    end
  end
  if #entries == 0 then
    complaints:add("the tape has no %s phase", phase)
  end
  return entries
end

function check_block.show(complaints, self, fields)
  local wanted = fields.show
  if has(PHASES, wanted) then
    return {phase = wanted, entries = entries_of_phase(complaints, self, wanted)}
  end
  local entries = {}
  for _, name in ipairs(type(wanted) == "table" and copy(wanted) or {wanted}) do
    if type(name) ~= "string" then
      complaints:add("show must be a phase (%s), a name, or a list of names, got %s",
        concat(PHASES, ", "), host.describe(name))
    else
      entries[#entries + 1] = find_entry(complaints, self.tape, name, PHASES)
    end
  end
  return {entries = entries}
end

local function check_hints(complaints, hints)
  local texts = {}
  if hints ~= nil and type(hints) ~= "table" then
    complaints:add("hints must be a list of texts, got %s", host.describe(hints))
    return texts
  end
  for i, hint in ipairs(hints and copy(hints) or {}) do
    texts[i] = check_text(complaints, "hint " .. i, hint)
  end
  return texts
end

-- An entry is asked for once, and not if it is given.
local function check_asked(complaints, self, entry)
  for _, question in ipairs(self.questions) do
    if question.name == entry.name then
      complaints:add("%s is asked for already, in question %d", entry.name, question.number)
      return
    end
  end
  if entry.phase == "given" then
    complaints:add("%s is given: there is nothing to ask", entry.name)
  end
end

function check_block.ask(complaints, self, fields)
  if type(fields.ask) ~= "string" then
    complaints:add("ask must be the name of an entry, got %s", host.describe(fields.ask))
    return {}
  end
  local function whole(field, otherwise, least, greatest)
    local value = fields[field] == nil and otherwise or fields[field]
    return check_integer(complaints, field, value, least, greatest)
  end
  local entry = find_entry(complaints, self.tape, fields.ask)
  if entry then
    check_asked(complaints, self, entry)
  end
  local question = {
    entry = entry, name = entry and entry.name, points = whole("points", 1, 0, MOST_POINTS),
    figures = whole("figures", FIGURES_ASKED, 1, MOST_FIGURES),
    hints = check_hints(complaints, fields.hints), number = #self.questions + 1,
  }
  self.questions[question.number] = question
  if entry then
    self.asked[entry.name] = true
  end
  return question
end

local function kind_of(complaints, fields)
  local found
  for _, kind in ipairs(KINDS) do
    if fields[kind] ~= nil then
      if found then
        complaints:add("a block is one of text, show and ask; this one is %s and %s", found, kind)
        return
      end
      found = kind
    end
  end
  if not found then
    complaints:add("a block has text, show or ask; this one has none of them")
  end
  return found
end

local function label(fields)
  local what = fields.ask or fields.show
  return type(what) == "string" and " (" .. (fields.ask and "ask " or "show ") .. what .. ")" or ""
end

local function check_one(complaints, self, number, value)
  complaints:at("%s: block %d", self.path, number)
  if type(value) ~= "table" then
    complaints:add("a block is a table, got %s", host.describe(value))
    return
  end
  local fields = copy(value)
  complaints:at("%s: block %d%s", self.path, number, label(fields))
  local kind = kind_of(complaints, fields)
  if not kind then
    return
  end
  check_fields(complaints, fields, FIELDS_OF[kind])
  local block = check_block[kind](complaints, self, fields)
  block.kind = kind
  check_names(complaints, self.tape, block.text)
  for _, hint in ipairs(block.hints or {}) do
    check_names(complaints, self.tape, hint)
  end
  return block
end

local function check_blocks(complaints, self, fields)
  local last = 0
  for key in next, fields do
    if math.type(key) == "integer" then
      last = math.max(last, key)
    end
  end
  if last > MOST_BLOCKS then
    complaints:add("a lesson has at most %d blocks, got %d", MOST_BLOCKS, last)
    return
  end
  for number = 1, last do
    self.blocks[number] = check_one(complaints, self, number, fields[number])
  end
end

-- ---- the whole -----------------------------------------------------------------------------

local function check_all(complaints, path, environment, fields, seed)
  if not check_version(complaints, fields) then
    return
  end
  check_fields(complaints, fields, FIELDS)
  local self = {path = path, blocks = {}, questions = {}, asked = {}, seed = seed}
  self.id = check_id(complaints, fields.id)
  self.title = check_text(complaints, "title", fields.title)
  self.digits = check_digits(complaints, fields)
  self.tape = check_given(complaints, fields.given)
    and make_tape(complaints, path, environment, fields, seed)
  if self.tape then
    self.entries = first_entries(self.tape)
    check_blocks(complaints, self, fields)
  end
  return self
end

-- The lesson of that id or path; or nil, an array of what is wrong with it, and whether it is that
-- there is nothing to be read.  With a seed its given numbers are a variant, if it has variants.
function lesson.load(name, seed)
  local path, source, reason
  path, reason = find_path(name)
  if path then
    source, reason = read_source(path)
  end
  if not source then
    return nil, {reason}, true
  end
  local complaints = new_complaints()
  complaints:at("%s", path)
  local environment = sandbox.environment()
  local fields = confine(complaints, path, environment, run_file, source, environment)
  local self = fields and check_all(complaints, path, environment, copy(fields), seed)
  if #complaints > 0 then
    return nil, complaints, false
  end
  return self
end

-- Of an argument that is to name a lesson.
function lesson.check_name(name)
  if type(name) ~= "string" then
    error("a lesson is named by its id or its path, a string, got " .. host.describe(name), 0)
  end
  return name
end

-- The lesson, or an error that tells all that is wrong with it.
function lesson.need(name, seed)
  if seed ~= nil and math.type(seed) ~= "integer" then
    error("the seed must be a whole number, got " .. host.describe(seed), 0)
  end
  local self, complaints = lesson.load(lesson.check_name(name), seed)
  if not self then
    error(concat(complaints, "\n"), 0)
  end
  return self
end

function lesson.lesson(name, seed)
  if type(name) == "table" then
    error("this is a lesson file: try backstep show FILE, or backstep learn FILE", 2)
  end
  return lesson.need(name, seed).tape
end

host.document(lesson.lesson, "lesson(name, [seed]) -> tape",
  "The tape of a lesson, to step through: t = lesson \"slides-example\". The lesson is named by its "
  .. "id or the path of its file; a seed makes a variant of its figures where it has any.")
host.complete(lesson.lesson, lesson.ids)

return lesson
