-- The program's commands: `backstep NAME ARG...` calls the function of that name with its arguments
-- and ends with the status it gives.  None is 0.

local host = ...
local commands = {}

local FAILED, UNUSABLE = 1, 2

function commands.help(...)
  local topics = {...}
  if #topics == 0 then
    print(help())
  end
  for _, topic in ipairs(topics) do
    print(help(commands[topic] or topic))
  end
end
host.document(commands.help, "backstep help [NAME...]",
  "What there is to say of each command, and of each other name what help() tells at the prompt.")

-- ---- arguments -----------------------------------------------------------------------------

-- How an option's value is read; false: it takes none.
local function to_integer(text)
  return math.tointeger(tonumber(text)), "a whole number"
end

local function to_text(text)
  return text ~= "" and text, "a text"
end

local function to_directory(text)
  return text ~= "" and text, "the name of a directory"
end

local function one_of(names)
  return function(text)
    for _, name in ipairs(names) do
      if name == text then
        return name
      end
    end
    return nil, "one of " .. table.concat(names, ", "), host.nearest(text, names)
  end
end

local function names_of_options(known)
  local names = {"--lang"}
  for name in pairs(known) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

-- Put the option at `i` into options; gives the index of its last argument, or a complaint.
local function read_option(options, known, arguments, i)
  local option, value = arguments[i]:match "^(%-%-[^=]*)=(.*)$"
  option = option or arguments[i]
  local short = {["-o"] = "--output"}
  option = short[option] or option
  local read, field = known[option], option:match "^%-%-(.*)$"
  if read == nil then
    return nil, "unknown option " .. option .. host.nearest(option, names_of_options(known))
  elseif not read then
    options[field] = true
    return not value and i, option .. " takes no value"
  elseif not value then
    i = i + 1
    value = arguments[i]
  end
  if not value then
    return nil, "nothing follows " .. option
  end
  local expected, hint
  options[field], expected, hint = read(value)
  return options[field] and i,
    ("%s must be %s, got %s%s"):format(option, expected, value == "" and "nothing" or value,
      hint or "")
end

-- What is no option among the arguments, and the options; nothing, after a complaint, where they
-- are unusable.  A sheet may be "-", and after "--" there are no options.
local function read_arguments(known, ...)
  local arguments, names, options, i = {...}, {}, {}, 1
  local complaint
  while arguments[i] and arguments[i] ~= "--" do
    if arguments[i]:find "^%-." then
      i, complaint = read_option(options, known, arguments, i)
    else
      names[#names + 1] = arguments[i]
    end
    if not i then
      host.complain(complaint)
      return
    end
    i = i + 1
  end
  for rest = i + 1, #arguments do
    names[#names + 1] = arguments[rest]
  end
  return names, options
end

-- The lesson, or nothing after complaints.
local function load_lesson(name, seed, is_for_marking)
  local self, complaints = host.require("lesson").load(name, seed, is_for_marking)
  if not self then
    host.complain(table.concat(complaints, "\n"))
  end
  return self
end

-- ---- lessons -------------------------------------------------------------------------------

-- Load each lesson and do something with it; gives the greatest status of f, or that of the first
-- lesson that cannot be used.
local function for_each_lesson(f, ...)
  local names, options = read_arguments({["--seed"] = to_integer}, ...)
  local status = names and 0 or UNUSABLE
  for i, name in ipairs(names or {}) do
    local lesson = load_lesson(name, options.seed)
    if not lesson then
      return UNUSABLE
    end
    status = math.max(status, f(lesson, i) or 0)
  end
  if names and #names == 0 then
    host.write(host.require("show").list())
  end
  return status
end

function commands.show(...)
  local show = host.require "show"
  return for_each_lesson(function(lesson, i)
    host.write((i > 1 and "\n" or "") .. show.solution(lesson))
  end, ...)
end
host.document(commands.show, "backstep show [LESSON... [--seed N]]",
  "A lesson's worked solution; without LESSON the lessons there are.")

function commands.learn(...)
  local learn = host.require "learn"
  return for_each_lesson(function(lesson)
    return learn.go_through(lesson) > 0 and FAILED or 0
  end, ...)
end
host.document(commands.learn, "backstep learn [LESSON... [--seed N]]",
  "A lesson, interactively. The status is 1 when answers stayed wrong.")

local function write_lines(lines)
  host.write(table.concat(lines, "\n") .. (#lines > 0 and "\n" or ""))
end

-- The status of one lesson, whose faults are told; what there is to note of one that was named.
local function lint_one(lint, name, is_named)
  local faults, is_unreadable, notes = lint.faults(name)
  if is_unreadable then
    host.complain(faults[1])
    return UNUSABLE
  elseif #faults > 0 then
    write_lines(faults)
    return FAILED
  end
  write_lines(is_named and notes or {})
  write_lines {host.require("words").say("nothing_wrong", name)}
  return 0
end

local function print_mistakes(lint, name)
  local self = load_lesson(name, nil, true)
  if not self then
    return UNUSABLE
  end
  host.write(lint.mistakes(self))
  return 0
end

function commands.lint(...)
  local lint = host.require "lint"
  local names, options = read_arguments({["--mistakes"] = false}, ...)
  if not names then
    return UNUSABLE
  end
  local status, is_named = 0, #names > 0
  for _, name in ipairs(is_named and names or host.require("lesson").ids()) do
    local act = options.mistakes and print_mistakes or lint_one
    status = math.max(status, act(lint, name, is_named))
  end
  return status
end
host.document(commands.lint, "backstep lint [LESSON... [--mistakes]]",
  "What is wrong with lesson files, and what mistakes their figures tell apart; without LESSON of "
  .. "those there are. The status is 1 when something is wrong. --mistakes prints what can be "
  .. "done wrong, as JSON.")

-- ---- sheets --------------------------------------------------------------------------------

-- The lesson of a command about sheets, or nothing after a complaint.
local function load_asking(name, seed)
  local self = load_lesson(name, seed, true)
  if self and #self.questions == 0 then
    host.complain(("the lesson %s asks nothing"):format(self.id))
    return nil
  end
  return self
end

local function names_of_formats()
  local names, extensions = {}, {}
  for i, format in ipairs(host.formats()) do
    names[i], extensions[format.name] = format.name, format.extension
  end
  return names, extensions
end

function commands.check(...)
  local formats, extensions = names_of_formats()
  local names, options = read_arguments({
    ["--format"] = one_of(formats), ["--for"] = one_of {"student", "marker"},
    ["--output"] = to_directory, ["--force"] = false, ["--summary"] = false,
    ["--seed"] = to_integer, ["--require-seed"] = false,
  }, ...)
  if not names then
    return UNUSABLE
  elseif #names < 2 then
    host.complain "check takes a lesson and the sheets to be marked, files or directories"
    return UNUSABLE
  end
  local self = load_asking(table.remove(names, 1))
  if not self then
    return UNUSABLE
  end
  options.format, options["for"] = options.format or "text", options["for"] or "student"
  return host.require("check").run(self, names, options, extensions[options.format])
end
host.document(commands.check,
  "backstep check LESSON SHEET... [--format NAME] [--for marker] [-o DIR]",
  "Mark answer sheets: files, directories of them, - for standard input. The formats are "
  .. table.concat((names_of_formats()), ", ") .. " (without -o that of gradescope is an object a "
  .. "line). --for marker shows all values, the default, "
  .. "--for student, none that is not earned. --seed N is for sheets that name none, where the "
  .. "lesson has variants; with --require-seed these are not marked. -o DIR writes a "
  .. "file a student and does only what "
  .. "changed since, or all with --force. --summary tells on standard error what came of all. The "
  .. "status is 1 when an answer is wrong, 2 when a sheet cannot be marked or a "
  .. "result not written.")

-- Nothing that would be more than a line of the sheet's header.
local function to_student(text)
  local is_line = utf8.len(text) and not text:find "[%c#]" and text:find "%S"
    and host.clean(text) == text
  return is_line and text, "a name on one line"
end

local function check_notation(self, notation)
  if notation and not self.tapes[notation] then
    host.complain(("the lesson %s allows no sheet in the notation %s (%s)"):format(self.id,
      host.describe(notation), table.concat(self.notations, ", ")))
    return false
  end
  return true
end

function commands.variant(...)
  local names, options = read_arguments({
    ["--seed"] = to_integer, ["--notation"] = to_text, ["--student"] = to_student,
  }, ...)
  if not names then
    return UNUSABLE
  elseif #names ~= 1 then
    host.complain "variant takes one lesson"
    return UNUSABLE
  end
  local self = load_asking(names[1], options.seed)
  if not self or not check_notation(self, options.notation) then
    return UNUSABLE
  end
  host.write(host.require("variant").sheet(self, options))
  return 0
end
host.document(commands.variant,
  "backstep variant LESSON [--seed N] [--notation NAME] [--student NAME]",
  "An answer sheet to be filled in, with the given figures, which a seed draws where the lesson "
  .. "has variants; check reads the seed back from the sheet.")

return commands
