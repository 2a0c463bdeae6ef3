-- Marking answer sheets by the thousand.
--
-- Sheets are read twice: first whose they are, so that the attempts of one student are together,
-- then, a student at a time, to be judged.  Only names are kept.

local host = ...
local checker, lesson, words =
  host.require "checker", host.require "lesson", host.require "words"
local format = string.format

local check = {}

local WELL, WRONG, UNUSABLE = 0, 1, 2
local KEYS_KEPT = 16 -- of variants and notations: what is used now and what was used just before

-- ---- keys ----------------------------------------------------------------------------------

local function make_key(marker, seed, notation)
  local self, complaints = marker.lesson, nil
  if seed and self.has_variants then
    self, complaints = lesson.load(self.path, seed, true)
  end
  if not self then
    return nil, complaints[1]
  end
  return lesson.key(self, notation)
end

local function keep(marker, id, key)
  if marker.kept == KEYS_KEPT then
    marker.older, marker.keys, marker.kept = marker.keys, {}, 0
  end
  marker.keys[id], marker.kept = key, marker.kept + 1
  return key
end

-- The key for sheets of that seed, in that notation, or nil and why there is none.
local function find_key(marker, seed, notation)
  local id = (seed or "") .. "/" .. notation
  local key, reason = marker.keys[id] or marker.older[id], nil
  if marker.keys[id] then
    return key
  elseif not key then
    key, reason = make_key(marker, seed, notation)
  end
  if not key then
    return nil, reason
  end
  return keep(marker, id, key)
end

-- ---- a sheet -------------------------------------------------------------------------------

local function refuse_notation(self, notation)
  return nil, format("the lesson %s allows no sheet in the notation %s (%s)", self.id,
    host.describe(notation), table.concat(self.notations, ", "))
end

-- The seed of a sheet's figures, nil for the printed ones; or why the sheet is not to be judged.
local function find_seed(marker, seed, has_bad_seed)
  if not marker.lesson.has_variants then
    return nil
  elseif has_bad_seed then
    return nil, "its seed cannot be used: it must be one whole number of at most 18 digits, above "
      .. "the first answer"
  elseif marker.requires_seed and not seed then
    return nil, "it has no seed, which --require-seed asks for"
  end
  return seed or marker.seed
end

-- What came of a sheet, its notation and its seed; or nil and why it was not judged.
local function judge(marker, sheet)
  local self = marker.lesson
  local _, id, notation, seed, has_bad_seed = host.head(sheet)
  local own_seed, complaint = find_seed(marker, seed, has_bad_seed)
  if id and id ~= self.id then
    return nil, format("this is a sheet for the lesson %s, not for %s", host.describe(id), self.id)
  elseif notation and not self.tapes[notation] then
    return refuse_notation(self, notation)
  elseif complaint then
    return nil, complaint
  end
  local key, reason = find_key(marker, own_seed, notation or self.notations[1])
  if not key then
    return nil, reason
  end
  return host.judge(key, sheet), notation or self.notations[1], own_seed
end

-- Read them all, those that were kept but once.
local function read_sheets(marker, paths)
  local sheets = {}
  for i, path in ipairs(paths) do
    local sheet, content = marker.held[path], 0
    if not sheet then
      sheet, content = host.read_sheet(path)
    end
    marker.held[path] = nil
    sheets[i] = {path = path, sheet = sheet, content = content}
  end
  return sheets
end

-- Names of files are anybody's.
local function tell(path, sentence)
  host.complain(host.clean(path) .. ": " .. sentence)
end

local function complain(marker, path, reason)
  marker.status = UNUSABLE
  tell(path, reason)
end

-- A fault of ours with one sheet is told of like one of the sheet's, and the others go on.
local function try_judge(marker, item)
  if not item.sheet then
    return nil, item.content
  end
  local succeeded, result, more, seed = pcall(judge, marker, item.sheet)
  if not succeeded then
    return nil, checker.plain(result)
  end
  return result, more, seed
end

-- The results of those that can be judged; the path of the last, its notation and its seed.
local function judge_all(marker, sheets)
  local results, path, notation, seed = {}, nil, nil, nil
  for _, item in ipairs(sheets) do
    local result, more, own_seed = try_judge(marker, item)
    if result then
      results[#results + 1], path, notation, seed = result, item.path, more, own_seed
    else
      complain(marker, item.path, more)
    end
  end
  return results, path, notation, seed
end

-- A summary for each notation, as its questions have other names.
local function find_tally(marker, notation)
  local tally = marker.tallies[notation]
  if not tally then
    tally = host.tally()
    marker.tallies[notation] = tally
    marker.tallies[#marker.tallies + 1] = tally
  end
  return tally
end

-- Gives whether there was anything to be judged, whether all of it is right, and whether every
-- sheet was judged.
local function record(marker, student, sheets)
  local results, path, notation, seed = judge_all(marker, sheets)
  if #results == 0 then
    return false
  end
  local is_right = host.record(marker.report, find_tally(marker, notation), student, path, results,
    marker.lesson.has_variants, seed)
  if not is_right then
    marker.status = math.max(marker.status, WRONG)
  end
  return true, is_right, #results == #sheets
end

-- ---- students ------------------------------------------------------------------------------

-- Sheets that name no student are named by their files.  Where two files would have one name, by
-- their paths, without their ends; where two would still, by the whole paths.
local function without_end(name)
  return name:match "^(.*[^/])%.[^./]*$" or name
end

local function stem(path)
  return without_end(path:match "([^/]+)/*$" or path)
end

local NAMERS = {
  stem, without_end, function(path)
    return path
  end,
}

local function to_plain_path(path)
  return (path:gsub("//+", "/"):gsub("/%./", "/"):gsub("^%./", ""))
end

-- Remember whose name that is, or that it is several files'.
local function note_unnamed(marker, path)
  for i = 1, #NAMERS - 1 do
    local files, name = marker.unnamed[i], NAMERS[i](path)
    if files[name] == nil then
      files[name] = path
    elseif files[name] ~= path then
      files[name] = false
    end
  end
end

local function name_unnamed(marker, path)
  for i, namer in ipairs(NAMERS) do
    local name = namer(path)
    if not marker.unnamed[i] or marker.unnamed[i][name] then
      return name
    end
  end
end

-- The student, false where none is named, or nil after a complaint.  What can be read only once is
-- kept.
local function find_student(marker, path)
  local can_be_read, student = host.read_student(path)
  if can_be_read then
    return student or false
  elseif marker.held[path] then
    complain(marker, path, "it can be read only once")
    return nil
  end
  local sheet, reason = host.read_sheet(path)
  if not sheet then
    complain(marker, path, reason)
    return nil
  end
  marker.held[path] = sheet
  return host.head(sheet) or false
end

local function add_sheet(marker, path)
  local student = find_student(marker, path)
  if student == nil then
    return
  end
  marker.count = marker.count + 1
  marker.paths[marker.count], marker.named[marker.count] = path, student
  if not student then
    note_unnamed(marker, to_plain_path(path))
  end
end

-- An array of students, and the sheets of each by name: a path, or an array of them.
local function add_to_student(marker, student, path)
  local before = marker.sheets[student]
  if not before then
    marker.students[#marker.students + 1] = student
    marker.sheets[student] = path
  elseif type(before) == "string" then
    marker.sheets[student] = {before, path}
  else
    before[#before + 1] = path
  end
end

-- Once all are known, as a sheet's name may hang on the others.
local function group_sheets(marker)
  for i, path in ipairs(marker.paths) do
    add_to_student(marker, marker.named[i] or name_unnamed(marker, to_plain_path(path)), path)
  end
  marker.paths, marker.named, marker.unnamed = nil, nil, nil
end

local function add_argument(marker, argument)
  local files, skipped, first
  if argument ~= "-" then
    files, skipped, first = host.sheet_files(argument)
  end
  for _, path in ipairs(files or {argument}) do
    add_sheet(marker, path)
  end
  if files and skipped > 0 then
    tell(argument, format("left out what is no sheet: %s%s", host.clean(first),
      skipped > 1 and format(" and %d more", skipped - 1) or ""))
  end
  if files and #files == 0 then
    complain(marker, argument, "there are no sheets in this directory")
  end
end

local function take_sheets(marker, student)
  local sheets = marker.sheets[student]
  return type(sheets) == "string" and {sheets} or sheets
end

local function show_progress(marker, count)
  marker.done = marker.done + count
  if marker.shows_progress and host.wants_progress() then
    host.progress(words.say("progress", marker.done, marker.count))
  end
end

-- ---- where results go ----------------------------------------------------------------------

-- One document on standard output.  Nobody reads on: that is no error.
local function stream(marker)
  for _, student in ipairs(marker.students) do
    local paths = take_sheets(marker, student)
    if record(marker, student, read_sheets(marker, paths))
      and not host.write(host.take(marker.report)) then
      return false
    end
    show_progress(marker, #paths)
  end
  return host.write(host.finish(marker.report))
end

-- A student's name as a file name: one name a file, one file a name.  What a file system, or a
-- shell, makes something else of is written %2F; of a long name the end is a digest.
local LONGEST_NAME, KEPT_OF_NAME = 120, 80

function check.file_name(student)
  local name = student:gsub('[%c/\\%%~:*?"<>|]', function(character)
    return format("%%%02X", character:byte())
  end):gsub("^[.-]", function(character)
    return format("%%%02X", character:byte())
  end)
  if #name > LONGEST_NAME then
    name = name:sub(1, KEPT_OF_NAME):gsub("[\xC0-\xFF]?[\x80-\xBF]*$", "") .. "~"
      .. host.digest(student)
  end
  return name == "" and "%" or name
end

local function read_state(path)
  local file = io.open(path, "rb")
  if not file then
    return nil
  end
  local state = file:read "a"
  file:close()
  return state
end

local function exists(path)
  local file = io.open(path, "rb")
  local has_text = file and file:read(1) -- a directory can be opened, too
  return file and file:close() and has_text
end

-- Of what a student's document is made, in a word; nil where some of it cannot be read.
local function digest_of(marker, student, sheets)
  local contents = {}
  for i, item in ipairs(sheets) do
    if not item.sheet then
      return nil
    end
    contents[i] = item.path .. "\0" .. item.content
  end
  return host.digest(marker.digest, student, table.unpack(contents))
end

-- Gives whether it could be.  One result that cannot be written does not stop the others.
local function write_file(marker, path, text)
  local succeeded, reason = pcall(host.write_file, path, text)
  if not succeeded then
    marker.status = UNUSABLE
    host.complain(checker.plain(reason))
  end
  return succeeded
end

-- The document is written before what tells that it is there.
local function write_document(marker, student, sheets, path, state_path, digest)
  local is_judged, is_right, is_whole = record(marker, student, sheets)
  if not is_judged then
    return
  end
  local is_written = write_file(marker, path, host.finish(marker.report))
  if is_written and digest and is_whole then
    write_file(marker, state_path, digest .. (is_right and " right\n" or " wrong\n"))
  end
end

local function update_student(marker, student, paths)
  local name = check.file_name(student) .. marker.extension
  local path = marker.directory .. "/" .. name
  local state_path = marker.directory .. "/.backstep/" .. name
  local sheets = read_sheets(marker, paths)
  local digest = digest_of(marker, student, sheets)
  local state = digest and not marker.is_forced and read_state(state_path)
  local before, outcome = (state or ""):match "^(%x+) (%a+)\n$"
  if not before or before ~= digest or not exists(path) then
    write_document(marker, student, sheets, path, state_path, digest)
    return
  end
  marker.unchanged = marker.unchanged + 1
  if outcome == "wrong" then
    marker.status = math.max(marker.status, WRONG)
  end
end

-- A document for each student.  There is no file that two students share, so that several
-- processes can write to one directory.
local function update(marker)
  local succeeded, reason = pcall(host.make_directory, marker.directory .. "/.backstep")
  if not succeeded then
    host.complain(reason)
    marker.status = UNUSABLE
    return false
  end
  for _, student in ipairs(marker.students) do
    local paths = take_sheets(marker, student)
    succeeded, reason = pcall(update_student, marker, student, paths)
    if not succeeded then
      error(checker.plain(reason), 0)
    end
    show_progress(marker, #paths)
  end
  return true
end

-- ---- the command ---------------------------------------------------------------------------

local function summary(marker)
  local texts = {}
  for i, tally in ipairs(marker.tallies) do
    texts[i] = host.summary(tally)
  end
  if marker.unchanged > 0 then
    texts[#texts + 1] = words.say("unchanged", marker.unchanged) .. "\n"
  end
  return table.concat(texts, "\n")
end

-- With the results, where they are text for people; else beside them.
local function give_summary(marker, options)
  if #marker.tallies == 0 and marker.unchanged == 0 then
    return
  end
  local is_beside = marker.directory or options.format ~= "text"
  if not is_beside and (marker.count > 1 or options.summary) then
    host.write("\n" .. summary(marker))
  elseif is_beside and (options.summary or host.is_terminal "stderr") then
    host.remark(summary(marker))
  end
end

local function new_marker(self, options, extension)
  local is_for_marker = options["for"] == "marker"
  return {
    lesson = self, report = host.report(options.format, self.id, is_for_marker),
    keys = {}, older = {}, kept = 0, tallies = {}, status = WELL,
    paths = {}, named = {}, unnamed = {{}, {}},
    students = {}, sheets = {}, held = {}, count = 0, done = 0, unchanged = 0,
    seed = options.seed, requires_seed = options["require-seed"],
    directory = options.output, extension = extension, is_forced = options.force,
    shows_progress = options.output or not host.is_terminal "stdout",
    digest = host.digest(host.version(), self.source, options.format, options["for"],
      host.language(), tostring(options.seed), tostring(options["require-seed"])),
  }
end

-- Mark the sheets; gives the exit status.  Options: format, for, output, force, summary, seed,
-- require-seed.
function check.run(self, arguments, options, extension)
  local marker = new_marker(self, options, extension)
  for _, argument in ipairs(arguments) do
    add_argument(marker, argument)
  end
  group_sheets(marker)
  local is_done
  if marker.directory then
    is_done = update(marker)
  else
    is_done = stream(marker)
  end
  host.progress ""
  if is_done then
    give_summary(marker, options)
  end
  return marker.status
end

return check
