#ifndef BACKSTEP_VIEW_BOUNDARY_H
#define BACKSTEP_VIEW_BOUNDARY_H

#include "net/net.h"
#include "view/view.h"

/*
 * What a network of two inputs makes of the plane: the regions of its classes, and samples.  A
 * single output says class 1 where it is at least `level`, else class 0; of several the largest,
 * the first of equal ones, is the class.  Targets are read in the same way.
 */
struct bs_plane {
    double from[2], to[2]; /* of the two inputs: finite, from below to */
    double level;
    int columns, rows; /* of the picture on a terminal */
    const char *names[2];
    size_t samples;
    const double *x, *t; /* two numbers a sample; as many as there are outputs */
};

enum { BS_MOST_CLASSES = 4, BS_PLANE_MOST_COLUMNS = 200, BS_PLANE_MOST_ROWS = 100 };

/*
 * Let input i go from one round number to another, so that all samples are inside and none is on
 * the edge: by steps of 1, 2 or 5 times a power of ten, at least a twelfth of their range.  From 0
 * to 1 where there are no samples.
 */
void bs_plane_fit(struct bs_plane *plane, int i);

/* Refused: other than two inputs, more than BS_MOST_CLASSES outputs, ends that are no range. */
int bs_plane_check(const struct bs_plane *plane, const struct bs_arch *arch, struct bs_error *err);

/*
 * Of what bs_plane_check lets pass: the plane in characters, what they mean, and how many samples
 * are right; and as an SVG image.  As for the views of tapes, nothing is printed, and what fails
 * (BS_NO_MEMORY, BS_INTERRUPTED) leaves in buf what was written so far.
 */
int bs_view_boundary(struct bs_buf *buf, const struct bs_net *net, const struct bs_plane *plane,
                     const struct bs_page *page, struct bs_error *err);
int bs_view_boundary_svg(struct bs_buf *buf, const struct bs_net *net, const struct bs_plane *plane,
                         const struct bs_page *page, struct bs_error *err);

#endif
