-- Reading what strangers wrote: each method checks a value, and gives it, or complains of it in a
-- sentence that names it and what was expected.  A checker is the array of the complaints, so that
-- all of them can be told at once.

local host = ...
local concat, format = table.concat, string.format

local LANGUAGES = {"en", "zh"}

local checker = {}
checker.__index = checker
checker.LANGUAGES = LANGUAGES

function checker.new(where, ...)
  local self = setmetatable({}, checker)
  self:at(where, ...)
  return self
end

-- Until the next call, complaints are about this place.
function checker:at(where, ...)
  self.where = format(where, ...)
end

-- Printed text must not steer the terminal: no control characters, C1's included, but line ends.
local CONTROLS = {"[\0-\9\11-\31\127]", "\xC2[\x80-\x9F]"}

function checker:complain(sentence, ...)
  local text = self.where .. ": " .. format(sentence, ...)
  for _, control in ipairs(CONTROLS) do
    text = text:gsub(control, "?")
  end
  self[#self + 1] = text
end

-- A sentence without the line of ours that raised it, which is nothing to whoever reads it.
function checker.plain(sentence)
  return (string.gsub(tostring(sentence), "^%l+%.lua:%d+: ", ""))
end

local function has_controls(text)
  return text:find(CONTROLS[1]) or text:find(CONTROLS[2])
end

function checker.is_one_of(value, list)
  for _, item in ipairs(list) do
    if item == value then
      return true
    end
  end
  return false
end

-- A table of the stranger's as one of ours: without a metatable, and free to be changed.
function checker.copy(from)
  local to = {}
  for key, value in next, from do
    to[key] = value
  end
  return to
end

function checker:fields(fields, known)
  for field in next, fields do
    if type(field) == "string" and not checker.is_one_of(field, known) then
      local hint = host.nearest(field, known)
      if hint == "" then
        hint = " (known: " .. concat(known, ", ") .. ")"
      end
      self:complain("unknown field %s%s", host.describe(field), hint)
    elseif type(field) ~= "string" and math.type(field) ~= "integer" then
      self:complain("a field is a name, got %s", host.describe(field))
    end
  end
end

function checker:integer(what, value, least, greatest)
  if math.type(value) == "integer" and value >= least and value <= greatest then
    return value
  end
  self:complain("%s must be a whole number from %d to %d, got %s", what, least, greatest,
    host.describe(value))
end

function checker:string(what, value)
  if type(value) ~= "string" then
    self:complain("%s must be a string, got %s", what, host.describe(value))
  elseif not utf8.len(value) then
    self:complain("%s is not UTF-8", what)
  elseif has_controls(value) then
    self:complain("%s has a control character: spaces and line ends are all that is needed", what)
  elseif not value:find "%S" then
    self:complain("%s is empty", what)
  else
    return value
  end
end

-- A [[long string]] is indented like the code around it, but for its first line, which may stand
-- beside the brackets: take that away.
function checker.dedent(text)
  local margin
  for indent, rest in text:gmatch "\n( *)([^\n]*)" do
    if rest:find "%S" and (not margin or #indent < #margin) then
      margin = indent
    end
  end
  return (text:gsub("\n" .. (margin or ""), "\n"):gsub("^%s+", ""):gsub("%s+$", ""))
end

-- A text in each language.
function checker:text(what, value)
  if type(value) ~= "table" then
    self:complain("%s must be a text in each language, {en = \"...\", zh = \"...\"}, got %s",
      what, host.describe(value))
    return
  end
  local text, given = {}, checker.copy(value)
  for _, language in ipairs(LANGUAGES) do
    if given[language] == nil then
      self:complain("%s has no %s text", what, language)
    else
      local string = self:string(what .. "." .. language, given[language])
      text[language] = string and checker.dedent(string)
    end
  end
  for language in next, given do
    if not checker.is_one_of(language, LANGUAGES) then
      self:complain("%s: unknown language %s (known: %s)", what, host.describe(language),
        concat(LANGUAGES, ", "))
    end
  end
  return text
end

return checker
