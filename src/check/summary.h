#ifndef BACKSTEP_CHECK_SUMMARY_H
#define BACKSTEP_CHECK_SUMMARY_H

#include "check/report.h"

/*
 * What came of many sheets on one lesson, for the instructor: of each question how often each
 * verdict was given and each kind of mistake was diagnosed.  It keeps counts, and of each kind the
 * first sentence: nothing of the records, and no more the more there are.
 */
struct bs_summary;

struct bs_summary *bs_summary_create(const char *lang); /* "en" or "zh"; NULL when out of memory */
void bs_summary_destroy(struct bs_summary *summary);    /* NULL is fine */

/*
 * Count a record in.  Refused, with nothing counted: one whose questions are not those of the first
 * (variants of a lesson have the same).
 */
int bs_summary_add(struct bs_summary *summary, const struct bs_record *record,
                   struct bs_error *err);

/*
 * Append a table of the verdicts, those that were never given left out, and a list of the mistakes,
 * the most frequent first.  Lines are ended.
 */
int bs_summary_put(struct bs_buf *buf, const struct bs_summary *summary, struct bs_error *err);

#endif
