#ifndef BACKSTEP_LUA_CHECK_H
#define BACKSTEP_LUA_CHECK_H

#include <lua.h>

/*
 * The checker, for lib/check.lua and its neighbours, as functions of `host`.  What goes to and fro
 * for each of thousands of sheets is a handful of objects; their insides stay in C.
 *
 *     host.key(tape, questions, marking)    an answer key; see l_host_key
 *     host.notation(tape)                   the name of its notation; nil of a free-form tape
 *     host.entry_in(other, tape, name)      the name there of what `name` is here, or nil
 *
 *     host.sheet(text)                      an answer sheet, or nil and a sentence
 *     host.read_sheet(path)                 likewise from a file, "-" being standard input; with
 *                                           a sheet, a number that tells its text from others
 *     host.read_student(path)               can the file be read, and again; and whose it says it
 *                                           is, for which no more of it is read than that takes
 *     host.head(sheet)                      student, lesson, notation, seed; nil what is not said;
 *                                           and is there a seed that cannot be used?
 *     host.complaints(sheet)                sentences, in the order of the lines
 *
 *     host.judge(key, sheet)                a result
 *     host.verdicts(result)                 the verdict on each question
 *     host.finding(result, name)            the verdict on an entry and a sentence; nil where
 *                                           it was neither asked for nor typed
 *     host.is_entry(key, name)              its name as typed, and is it given? nil: there is none
 *     host.mark(key, attempts)              points of each question, and both sums
 *     host.survey(key, is_full, fixed)      what mistakes the givens tell apart; see
 *                                           l_host_survey
 *
 *     host.formats()                        {name, extension, about} each
 *     host.report(format, lesson, is_for_marker)    a document to be made of results
 *     host.tally()                          a summary to be made of records
 *     host.record(report, tally, student, source, results, has_variants, seed)    add a student's
 *                                           attempts, which are then used up; true where all is
 *                                           right.  The seed is the last one's, or nil
 *     host.take(report)                     what has been made since the last time
 *     host.finish(report)                   likewise, to the end; the next record begins another
 *     host.summary(tally)                   its text
 *
 *     host.digest(text, ...)                16 hexadecimal digits
 *     host.sheet_files(path)                the files of a directory, sorted; nil where it is none;
 *                                           and how many things in it, hidden ones and editors'
 *                                           copies apart, are no files, and the first of them
 *     host.clean(text)                      the text in one line that steers no terminal
 *     host.make_directory(path)             with those above it; an error says why not
 *     host.write_file(path, text)           whole or not at all
 */
void bs_open_check(lua_State *L);

#endif
