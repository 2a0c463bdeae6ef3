-- What helps with a question, from a nudge to the answer.

local host = ...
local show, words = host.require "show", host.require "words"
local concat = table.concat

local hints = {}

-- The lines of a derivation; what goes on in a further line belongs to the one before.
local function derivation_lines(entry)
  local lines = {}
  for line in tostring(entry):gmatch "[^\n]+" do
    if #lines == 0 or line:find "^%s+= " then
      lines[#lines + 1] = line
    else
      lines[#lines] = lines[#lines] .. "\n" .. line
    end
  end
  return lines
end

-- The shown names of what an entry is made of; nil of an entry that is made of nothing.
local function operands(self, entry)
  local names = {}
  for i, name in ipairs(entry.closed and entry.closed:names() or {}) do
    names[i] = self.tape:entry(name).shown
  end
  return #names > 0 and concat(names, ", ") or nil
end

local function add_nudge(ladder, self, entry)
  local names = operands(self, entry)
  if names then
    ladder[#ladder + 1] = host.prose(words.say("nudge", names), 0)
  end
end

-- The rule, the rule with its numbers, the value: each with the lines before it.
local function add_derivation(ladder, entry)
  local lines = derivation_lines(entry)
  local before = 0
  for _, count in ipairs {#lines - 2, #lines - 1, #lines} do
    if count > before then
      ladder[#ladder + 1] = concat(lines, "\n", 1, count) .. "\n"
      before = count
    end
  end
end

-- The author's hints first, which need no nudge before the rule.  The last tells the value.
function hints.ladder(self, block)
  local ladder = {}
  for i, text in ipairs(block.hints) do
    ladder[i] = show.prose(self, text)
  end
  if #ladder == 0 then
    add_nudge(ladder, self, block.entry)
  end
  add_derivation(ladder, block.entry)
  return ladder
end

return hints
