-- Sheets to be filled in.

local host = ...
local marking, words = host.require "marking", host.require "words"
local concat, format = table.concat, string.format

local variant = {}

-- The shortest decimal that is this number.
local function exactly(value)
  for figures = 15, 16 do
    local text = format("%." .. figures .. "g", value)
    if tonumber(text) == value then
      return text
    end
  end
  return format("%.17g", value)
end

local function head(self, options)
  local lines = {"backstep = 1", "lesson = " .. self.id}
  for _, field in ipairs {"seed", "notation"} do
    if options[field] then
      lines[#lines + 1] = field .. " = " .. options[field]
    end
  end
  lines[#lines + 1] = "student =" .. (options.student and " " .. options.student or "")
  return concat(lines, "\n") .. "\n"
end

local function given(tape)
  local lines = {}
  for entry in tape:entries() do
    if entry.phase ~= "given" then
      break
    end
    lines[#lines + 1] = format("#     %s = %s\n", entry.name, exactly(entry.value))
  end
  return concat(lines)
end

-- Names in a column, and the figures wanted in another.
local function questions(list)
  local widest, lines = 0, {}
  for _, question in ipairs(list) do
    widest = math.max(widest, #question.name)
  end
  for i, question in ipairs(list) do
    lines[i] = format("%-" .. widest .. "s =            # %s\n", question.name,
      words.count("a_figure", "figures", question.figures))
  end
  return concat(lines)
end

local function kept(digits)
  if digits.decimals then
    return words.say("keep_decimals", digits.decimals)
  end
  return words.say("keep_figures", digits.figures)
end

-- The sheet as a text.  Options: seed, notation, student.
function variant.sheet(self, options)
  local notation = options.notation or self.notations[1]
  local parts = {"# " .. self.title[host.language()] .. "\n\n", head(self, options), "\n"}
  if options.seed and not self.has_variants then
    parts[#parts + 1] = "# " .. words.say "no_variants" .. "\n"
  end
  parts[#parts + 1] = "# " .. words.say "sheet_given" .. "\n#\n" .. given(self.tapes[notation])
  parts[#parts + 1] = "#\n# " .. words.say "fill_in" .. "\n# " .. kept(self.digits) .. "\n\n"
  parts[#parts + 1] = questions(marking.questions(self, notation))
  return concat(parts)
end

return variant
