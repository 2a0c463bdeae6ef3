#ifndef BACKSTEP_CHECK_REPORT_H
#define BACKSTEP_CHECK_REPORT_H

#include "check/judge.h"
#include "check/mark.h"

/*
 * Results in the formats that people and marking systems read.  Reports that are for the student
 * never have a value that the student has not earned.
 */
struct bs_reporting {
    const char *lang;   /* "en" or "zh" */
    bool is_for_marker; /* all exact values are shown */
    const char *lesson; /* its id */
};

/* One student's work on a lesson. */
struct bs_record {
    const char *student;            /* never NULL */
    const char *source;             /* the file of the last attempt, or "-" */
    const struct bs_result *result; /* of the last attempt */
    const struct bs_mark *mark;     /* over all attempts */
    /* Of each question the result of the attempt that earned its points; NULL: all of the last. */
    const struct bs_result *const *kept;
    bool has_variants; /* the lesson; then the seed of the last attempt is told */
    bool has_seed;     /* false: the printed figures */
    int64_t seed;
};

/* A finding, and the result that it is of. */
struct bs_found {
    const struct bs_result *result;
    const struct bs_finding *finding;
};

/*
 * What came of the record's question k, at the attempt that earned its points; from
 * record->result->questions on, what was typed at the last attempt and is not asked for.
 */
struct bs_found bs_record_found(const struct bs_record *record, int k);

/* A row of the table of formats.  A document is its beginning, each record, its end. */
struct bs_format {
    const char *name, *extension; /* "json", ".json" */
    const char *about;            /* one line */
    /* `first`: a record, to take headings from; NULL where there is none. */
    int (*begin)(struct bs_buf *buf, const struct bs_record *first,
                 const struct bs_reporting *reporting);
    int (*record)(struct bs_buf *buf, const struct bs_record *record, bool is_first,
                  const struct bs_reporting *reporting);
    int (*end)(struct bs_buf *buf, const struct bs_reporting *reporting);
};

extern const struct bs_format bs_formats[];               /* ended by a NULL name */
const struct bs_format *bs_format_find(const char *name); /* NULL: none */

enum { BS_REPORT_SCHEMA = 1 };

/*
 * White space is a space; other control characters, marks that turn the direction of writing, code
 * points that are no characters, and bytes that are not UTF-8 become U+FFFD.
 */
void bs_put_clean(struct bs_buf *buf, const char *text);
void bs_put_clean_n(struct bs_buf *buf, const char *text, size_t length);

/* The verdict on a finding in one sentence or two, with its reason and diagnosis. */
void bs_finding_put(struct bs_buf *buf, const struct bs_result *result,
                    const struct bs_finding *finding, const struct bs_reporting *reporting);

#endif
