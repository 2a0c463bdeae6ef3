#include "base/number.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_SPACE = 400, MOST_FIGURES = 17 };

/* The fewest digits, 17 at most, that read back as the same double. */
static int enough_figures(double value)
{
    char text[40];
    for (int figures = 1; figures < MOST_FIGURES; figures++) {
        snprintf(text, sizeof text, "%.*e", figures - 1, value);
        if (strtod(text, NULL) == value)
            return figures;
    }
    return MOST_FIGURES;
}

static void drop_trailing_zeros(char *text)
{
    if (!strchr(text, '.'))
        return;
    char *end = text + strlen(text);
    while (end[-1] == '0')
        end--;
    if (end[-1] == '.')
        end--;
    *end = '\0';
}

/* 1.50e-07 to 1.5e-7 */
static void write_scientific(char *text, size_t size, double value, int figures)
{
    char digits[NUMBER_SPACE];
    snprintf(digits, sizeof digits, "%.*e", figures - 1, value);
    char *e = strchr(digits, 'e');
    long exponent = strtol(e + 1, NULL, 10);
    *e = '\0';
    drop_trailing_zeros(digits);
    snprintf(text, size, "%.300se%ld", digits, exponent);
}

static void write_figures(char *text, size_t size, double value, int figures)
{
    char rounded[40];
    snprintf(rounded, sizeof rounded, "%.*e", figures - 1, value);
    int exponent = (int)strtol(strchr(rounded, 'e') + 1, NULL, 10);
    if (value != 0 && (exponent < -4 || exponent >= 15)) {
        write_scientific(text, size, value, figures);
        return;
    }
    int decimals = figures - 1 - exponent;
    snprintf(text, size, "%.*f", decimals > 0 ? decimals : 0, strtod(rounded, NULL));
    drop_trailing_zeros(text);
}

static int figures_for(double value, int wanted, bool is_too_small)
{
    if (wanted > MOST_FIGURES)
        return MOST_FIGURES;
    if (wanted > 0)
        return wanted;
    return is_too_small ? 2 : enough_figures(value);
}

static bool shows_as_zero(const char *text)
{
    return strspn(text, "0.") == strlen(text);
}

void bs_buf_number(struct bs_buf *buf, double value, struct bs_digits digits, const char *minus)
{
    char text[NUMBER_SPACE];
    if (isnan(value)) {
        bs_buf_put(buf, "nan");
        return;
    }
    if (signbit(value) && value != 0)
        bs_buf_put(buf, minus);
    value = fabs(value);
    if (isinf(value)) {
        bs_buf_put(buf, "inf");
        return;
    }
    bool by_decimals = digits.decimals >= 0 && value < 1e15;
    if (by_decimals) {
        snprintf(text, sizeof text, "%.*f", digits.decimals, value);
        drop_trailing_zeros(text);
    }
    if (!by_decimals || (value != 0 && shows_as_zero(text)))
        write_figures(text, sizeof text, value, figures_for(value, digits.figures, by_decimals));
    bs_buf_put(buf, text);
}
