-- globals: lesson
-- Lessons: where they are, how they are loaded, what is wrong with them.  The format of a file is
-- told of in lessons/README.md.
--
-- A lesson, once loaded, is plain data; none of the file's code runs after that:
--     id, path, title            title is a text: a table {en = "...", zh = "..."}
--     digits                     {figures = n} or {decimals = n}: what a solver by hand keeps
--     tape                       and `entries`, the first of its entries in order; or none
--     blocks                     in the order of the file, each of one kind:
--         {kind = "text", text = text}
--         {kind = "show", phase = name or nil, entries = {entry, ...}}
--         {kind = "ask", name, entry, points, figures, hints = {text, ...}, number}
--                                    and `asked`, the name as the file has it
--         {kind = "derive", "explain", "prove", "overflow" or "run", object = what it shows}
--                                    of a proof also `expected`, the verdict
--     questions                  the blocks that ask
--     asked                      the block that asks for an entry, by the entry's name
--     marking, tapes, notations, fixed    see lib/marking.lua
--     source                     the text of the file
--     has_variants               are its figures drawn by a seed?

local host = ...
local blocks, checker, marking =
  host.require "blocks", host.require "checker", host.require "marking"
local sandbox, typed = host.require "sandbox", host.require "typed"
local concat, format = table.concat, string.format

local lesson = {}

local VERSION = 1
local MOST_BYTES = 1 << 20
local MOST_ENTRIES = 1000
local FIGURES_SHOWN, MOST_FIGURES = 4, 15
local MOST_DRAWS = 50
local FIELDS = {
  "api", "id", "title", "digits", "figures", "notation", "given", "tape", "truncation",
  "conventions", "notations", "marks", "fixed",
}

-- The text in the language in force, with the values of the names in it.
function lesson.text(self, text)
  return (text[host.language()]:gsub(blocks.NAME_IN_TEXT, function(name)
    return host.number(self.tape:value(name))
  end))
end

-- The answer key in a notation that a sheet may be in, its own unless told.  It is made once; an
-- error says why there is none.
function lesson.key(self, notation)
  notation = notation or self.notations[1]
  if not self.keys[notation] then
    local questions = marking.questions(self, notation)
    local succeeded, key = pcall(host.key, self.tapes[notation], questions, self.marking)
    if not succeeded then
      error(key, 0)
    end
    self.keys[notation] = key
  end
  return self.keys[notation]
end

-- The verdict on an entry, and a sentence, where all that was typed is `lines`, an array of
-- "name = value".  Why something cannot be read is told in English alone.
function lesson.judge(self, lines, name)
  local sheet, reason = host.sheet(concat(lines, "\n"))
  if not sheet then
    return "unreadable", reason
  end
  local verdict, sentence = host.finding(host.judge(lesson.key(self), sheet), name)
  if verdict == nil or verdict == "unreadable" or verdict == "unanswered" then
    return "unreadable", host.complaints(sheet)[1] or sentence
  end
  return verdict, sentence
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
  if checker.is_one_of(name, ids) then
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
      error("lesson takes a table, got " .. host.describe(fields), 0)
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

local function run_given(given, seed, draw)
  if type(given) ~= "function" then
    return given
  end
  return given(host.rng(seed or 0, draw), seed)
end

local function run_tape(fields, given)
  local tape = fields.tape(given)
  if host.is_tape(tape) and fields.notation ~= nil then
    return tape:as(fields.notation)
  end
  return tape
end

-- Code of the file's runs only here.  Gives whether it went well, and the result or a sentence.
local function run(file, f, ...)
  local succeeded, result = host.confine(file.scope, file.environment.string, f, ...)
  if not succeeded then
    result = checker.plain(result)
  end
  return succeeded, result
end

-- The same, with a complaint; the chunk of the file is called "lesson", to be found in messages.
local function confine(file, f, ...)
  local succeeded, result = run(file, f, ...)
  if not succeeded then
    local line, sentence = result:match "^lesson:(%d+): (.*)$"
    file.check:at(line and "%s:%s" or "%s", file.path, line)
    file.check:complain("%s", sentence or result)
    file.check:at("%s", file.path)
  end
  return succeeded, result
end

-- ---- the head ------------------------------------------------------------------------------

local function check_version(check, fields)
  if fields.api == VERSION then
    return true
  end
  if math.type(fields.api) == "integer" then
    check:complain("this is a lesson of api = %d, and this program knows api = %d", fields.api,
      VERSION)
  else
    check:complain("api must be %d, the version of the format, got %s", VERSION,
      host.describe(fields.api))
  end
  return false
end

local function check_id(check, id)
  local checked = check:string("id", id)
  if checked and not (#id <= 64 and id:find "^[a-z0-9][a-z0-9-]*$") then
    check:complain("id must be made of small letters, digits and hyphens, got %s",
      host.describe(id))
  end
  return checked
end

local function check_digits(check, fields)
  if fields.digits ~= nil and fields.figures ~= nil then
    check:complain("digits (decimals) and figures (significant) exclude one another")
  elseif fields.digits ~= nil then
    return {decimals = check:integer("digits", fields.digits, 0, MOST_FIGURES)}
  elseif fields.figures ~= nil then
    return {figures = check:integer("figures", fields.figures, 1, MOST_FIGURES)}
  end
  return {figures = FIGURES_SHOWN}
end

-- ---- the tape ------------------------------------------------------------------------------

local function make_given(file, given)
  if given ~= nil and type(given) ~= "table" and type(given) ~= "function" then
    file.check:complain("given must be a table, or a function that gives one, got %s",
      host.describe(given))
    return false
  end
  local succeeded, made = confine(file, run_given, given, file.seed, file.draw)
  if succeeded and made ~= nil and type(made) ~= "table" then
    file.check:complain("given must give a table, got %s", host.describe(made))
    return false
  end
  return succeeded, made
end

-- Gives also what it was made of.
local function make_tape(file, fields)
  if type(fields.tape) ~= "function" then
    file.check:complain("tape must be a function that gives a tape, got %s",
      host.describe(fields.tape))
    return
  end
  local succeeded, given = make_given(file, fields.given)
  if not succeeded then
    return
  end
  local tape
  succeeded, tape = confine(file, run_tape, fields, given)
  if succeeded and not host.is_tape(tape) then
    file.check:complain("tape must give a tape, as net:tape(...) or tape{...} do, got %s",
      host.describe(tape))
  end
  return host.is_tape(tape) and tape, given
end

-- Blocks type into globals of their own, as at a prompt; their t is a second tape, so that what
-- they add to it is not in the lesson's.
local function new_session(file, fields, given)
  local session
  return function()
    if not session then
      local environment = sandbox.environment()
      local succeeded, tape = true, nil
      if fields.tape ~= nil then
        succeeded, tape = confine(file, run_tape, fields, given)
      end
      environment.t = tape
      session = typed.new(environment)
      session.has_failed = not succeeded
    end
    return session
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

-- ---- the whole -----------------------------------------------------------------------------

local function read_lesson(file, fields)
  local check = file.check
  if not check_version(check, fields) then
    return
  end
  check:fields(fields, FIELDS)
  local self = {
    path = file.path, source = file.source, blocks = {}, questions = {}, asked = {}, keys = {},
    has_variants = type(fields.given) == "function",
  }
  self.id = check_id(check, fields.id)
  self.title = check:text("title", fields.title)
  self.digits = check_digits(check, fields)
  local given
  if fields.tape ~= nil then
    self.tape, given = make_tape(file, fields)
    self.tape = self.tape or nil
  end
  if self.tape or fields.tape == nil then
    self.entries = self.tape and first_entries(self.tape) or {}
    blocks.read(check, self, fields, file.is_for_marking, function(...)
      return run(file, ...)
    end, new_session(file, fields, given))
    marking.read(check, self, fields)
  end
  return self
end

-- The lesson of a source, or nothing, and what is wrong with it.
local function load_source(path, source, seed, draw, is_for_marking)
  local file = {
    path = path, source = source, seed = seed, draw = draw, is_for_marking = is_for_marking,
    environment = sandbox.environment(), scope = host.new_scope(), check = checker.new("%s", path),
  }
  local succeeded, fields = confine(file, run_file, source, file.environment)
  local self = succeeded and read_lesson(file, checker.copy(fields))
  host.drop_scope(file.scope)
  if #file.check > 0 then
    return nil, file.check
  end
  return self
end

-- The lesson with its printed figures, or nil; kept, as a class has a variant each.
local last_printed = {}

local function load_printed(path, source)
  if last_printed.source ~= source then
    last_printed = {source = source, lesson = load_source(path, source, nil, 0, true)}
  end
  return last_printed.lesson
end

-- The first draw that no question suffers from.
local function draw(path, source, seed, is_for_marking)
  local reason
  for number = 0, MOST_DRAWS - 1 do
    local self, complaints = load_source(path, source, seed, number, is_for_marking)
    if not self or not seed or not self.has_variants then
      return self, complaints, false
    end
    reason = marking.fault(self, load_printed(path, source), lesson.key)
    if not reason then
      return self
    end
  end
  return nil, {format("%s: of %d draws for the seed %d none will do; of the last, %s", path,
    MOST_DRAWS, seed, reason)}, false
end

-- The lesson of that id or path; or nil, an array of what is wrong with it, and whether it is that
-- there is nothing to be read.  With a seed its given numbers are a variant, if it has variants.
-- For marking alone, only the questions are read.
function lesson.load(name, seed, is_for_marking)
  local path, source, reason
  path, reason = find_path(name)
  if path then
    source, reason = read_source(path)
  end
  if not source then
    return nil, {reason}, true
  end
  return draw(path, source, seed, is_for_marking)
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

-- The lesson whose tape was asked for last.
local last

function lesson.last()
  return last
end

function lesson.lesson(name, seed)
  if type(name) == "table" then
    error("this is a lesson file: try backstep show FILE, or backstep learn FILE", 2)
  end
  local self = lesson.need(name, seed)
  if not self.tape then
    error(format("the lesson %s has no tape: show(%q) prints it", name, name), 2)
  end
  last = self
  return self.tape
end

host.document(lesson.lesson, "lesson(name, [seed]) -> tape",
  "The tape of a lesson, to step through: t = lesson \"slides-example\". The lesson is named by "
  .. "its id or the path of its file; a seed makes a variant of its figures where it has any. "
  .. "answer(name, value) judges what you work out by hand.")
host.complete(lesson.lesson, lesson.ids)

return lesson
