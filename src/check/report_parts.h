#ifndef BACKSTEP_CHECK_REPORT_PARTS_H
#define BACKSTEP_CHECK_REPORT_PARTS_H

#include "check/report.h"

/*
 * What the formats have in common, inside the room only.  What students and files bring in goes
 * through bs_put_clean: it is text of one line that steers neither a terminal nor a reader of XML.
 */

/* The same with … in place of what goes beyond so many columns. */
void bs_put_cut(struct bs_buf *buf, const char *text, size_t length, int columns);

/* At most two decimals; 0 where it is no finite number. */
void bs_put_points(struct bs_buf *buf, double points);

const char *bs_verdict_word(enum bs_verdict verdict, const char *lang);
const char *bs_convention_name(enum bs_convention convention); /* "sign", "factor", "layout" */
const struct bs_item *bs_finding_item(const struct bs_result *result,
                                      const struct bs_finding *finding);

/* Is there more to say than the verdict's word? */
bool bs_finding_has_reason(const struct bs_finding *finding);
bool bs_finding_is_accepted(const struct bs_finding *finding); /* as an answer or as a step */

/* bs_finding_put without the value, which the format shows elsewhere. */
void bs_finding_put_reason(struct bs_buf *buf, const struct bs_result *result,
                           const struct bs_finding *finding, const struct bs_reporting *reporting);

/* The exact value may be shown: the reader is the marker, or the student has stated it. */
bool bs_finding_shows_value(const struct bs_result *result, const struct bs_finding *finding,
                            const struct bs_reporting *reporting);
void bs_put_exact(struct bs_buf *buf, double value, const char *minus); /* with six figures */

/* Where it is and what it says; all of them, with something between two. */
void bs_put_complaint(struct bs_buf *buf, const struct bs_complaint *complaint, const char *lang);
void bs_put_complaints(struct bs_buf *buf, const struct bs_sheet *sheet, const char *between,
                       const char *lang);

int bs_report_status(const struct bs_buf *buf); /* BS_NO_MEMORY where the buf failed */

/* What a format does that begins or ends its documents with nothing. */
int bs_report_begin_nothing(struct bs_buf *buf, const struct bs_record *first,
                            const struct bs_reporting *reporting);
int bs_report_end_nothing(struct bs_buf *buf, const struct bs_reporting *reporting);

/* The formats, each in a file of its own or with its likes. */
int bs_text_record(struct bs_buf *buf, const struct bs_record *record, bool is_first,
                   const struct bs_reporting *reporting);

int bs_json_begin(struct bs_buf *buf, const struct bs_record *first,
                  const struct bs_reporting *reporting);
int bs_json_record(struct bs_buf *buf, const struct bs_record *record, bool is_first,
                   const struct bs_reporting *reporting);
int bs_json_end(struct bs_buf *buf, const struct bs_reporting *reporting);
int bs_gradescope_record(struct bs_buf *buf, const struct bs_record *record, bool is_first,
                         const struct bs_reporting *reporting);

int bs_csv_begin(struct bs_buf *buf, const struct bs_record *first,
                 const struct bs_reporting *reporting);
int bs_csv_record(struct bs_buf *buf, const struct bs_record *record, bool is_first,
                  const struct bs_reporting *reporting);
int bs_moodle_begin(struct bs_buf *buf, const struct bs_record *first,
                    const struct bs_reporting *reporting);
int bs_moodle_record(struct bs_buf *buf, const struct bs_record *record, bool is_first,
                     const struct bs_reporting *reporting);
int bs_canvas_begin(struct bs_buf *buf, const struct bs_record *first,
                    const struct bs_reporting *reporting);
int bs_canvas_record(struct bs_buf *buf, const struct bs_record *record, bool is_first,
                     const struct bs_reporting *reporting);

int bs_junit_begin(struct bs_buf *buf, const struct bs_record *first,
                   const struct bs_reporting *reporting);
int bs_junit_record(struct bs_buf *buf, const struct bs_record *record, bool is_first,
                    const struct bs_reporting *reporting);
int bs_junit_end(struct bs_buf *buf, const struct bs_reporting *reporting);

#endif
