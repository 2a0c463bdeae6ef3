#ifndef BACKSTEP_BASE_PROSE_H
#define BACKSTEP_BASE_PROSE_H

#include "base/buf.h"

/*
 * Append running text in lines of at most `columns` display columns, each indented by `indent`,
 * the last one ended, too.  Lines of the text are joined to paragraphs, which blank lines separate;
 * a line that starts with a space is an example, and stays as it is.  Lines are broken at spaces,
 * and beside Chinese characters, but not before 。 or after （.  What has no such place stands out.
 */
void bs_put_prose(struct bs_buf *buf, const char *text, size_t length, int indent, int columns);

#endif
