/*
 * Any bytes at all, read as data or as a network that was saved: what follows the first byte is CSV
 * (c), IDX (i, in which ~ stands for a byte 0, so that texts can have it) or JSON (j).  The test
 * suite runs it on the texts of corpus/data and on random ones (main.c); for hours of it build as
 * fuzz_parse.c says, and
 *
 *     build-fuzz/tests/fuzz/libfuzzer_data -max_len=4096 -timeout=60 /tmp/found \
 *         tests/fuzz/corpus/data
 */
#include "seeds.h"

#include "base/mem.h"
#include "base/width.h"
#include "net/read.h"
#include "net/save.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NETWORK                                                                                  \
    "j{\"backstep\": \"network\", \"schema\": 1, \"inputs\": 2, \"bias\": \"units\", \"loss\": " \
    "\"squared_error\", \"kink\": 0, \"layers\": [{\"units\": 1, \"activation\": "               \
    "\"leaky_relu\", \"setting\": [0.5], \"weights\": [[1, 2]], \"biases\": [3]}]}"

const char *const bs_fuzz_texts[] = {
    "cdensity,sugar,good\n0.697,0.460,1\n0.774,0.376,1\n0.666,0.091,0\n",
    "c1,2\r\n\r\n\"3\",-4e-5\r\n",
    "c\xEF\xBB\xBF密度,\"含,糖\"\n1,2\n",
    "i~~\x08\x01~~~\x03\x05~\x07",
    "i~~\x08\x03~~~\x02~~~\x01~~~\x02\x01\x02\x03\x04",
    "i~~\x0D\x01~~~\x01\x3f\x80~~",
    "i~~\x0E\x01~~~\x01\x3f\xf8~~~~~~",
    (NETWORK),
    (NETWORK "\n"),
    NULL,
};

const char *const bs_fuzz_pieces[] = {
    ",",      "\n",   "\r",        "\"",       "\"\"", "1e999",   "nan",
    "-",      " ",    "0x1",       "a,b",      "\xff", "\x1b[2J", "~",
    "~~~~",   "\x09", "\x0B",      "\x0C",     "\x80", "[",       "]",
    "{",      "}",    ":",         "null",     "true", "\\u0000", "[[[[[[",
    "100000", "-0.0", "\"units\"", "\"relu\"", "1.5",  "2",       "99999999999999999999",
    "c",      "i",    "j",         NULL,
};

static void require(bool is_so, const char *what, const char *text)
{
    if (is_so)
        return;
    fprintf(stderr, "%s: \"%s\"\n", what, text);
    abort();
}

/* A refusal is a sentence that a terminal does not obey. */
static void check_refusal(int status, const struct bs_error *err)
{
    const char *text = err->text;
    size_t left = strlen(text);
    require(status == BS_REFUSED && left > 0, "no refusal", text);
    for (size_t bytes; left > 0; text += bytes, left -= bytes) {
        uint32_t code;
        bytes = bs_utf8_read(&code, text, left);
        require(code >= 0x20 && (code < 0x7F || code >= 0xA0), "a control character", err->text);
        require(bytes > 1 || code < 0x80, "no UTF-8", err->text);
    }
}

static void check_data(int status, struct bs_data *data, const struct bs_error *err)
{
    if (status < 0) {
        require(!data, "a refusal gives something", err->text);
        check_refusal(status, err);
        return;
    }
    for (size_t i = 0; i < bs_data_rows(data); i++)
        for (size_t j = 0; j < bs_data_columns(data); j++)
            require(isfinite(bs_data_row(data, i)[j]), "not finite", "");
    bs_data_drop(data);
}

static void try_csv(const uint8_t *bytes, size_t length)
{
    static const struct bs_wanted wanted[] = {{NULL, 2}};
    static const struct bs_csv_form forms[] = {{',', BS_HEADER_IF_WORDS, NULL, 0},
                                               {';', BS_HEADER_NO, NULL, 0},
                                               {',', BS_HEADER_YES, wanted, 1}};
    for (size_t k = 0; k < sizeof forms / sizeof *forms; k++) {
        struct bs_data *data = NULL;
        struct bs_error err = {.text = ""};
        int status = bs_csv_read(&data, (const char *)bytes, length, &forms[k], &err);
        check_data(status, data, &err);
    }
}

static void try_idx(const uint8_t *bytes, size_t length)
{
    uint8_t *copy = malloc(length + !length);
    if (!copy)
        exit(EXIT_FAILURE);
    for (size_t i = 0; i < length; i++)
        copy[i] = bytes[i] == '~' ? 0 : bytes[i];
    for (int scale = 0; scale < 2; scale++) {
        struct bs_data *data = NULL;
        struct bs_error err = {.text = ""};
        int status = bs_idx_read(&data, copy, length, scale, &err);
        check_data(status, data, &err);
    }
    free(copy);
}

/* What was read is saved and read to the same numbers. */
static void check_net(const struct bs_net *net)
{
    struct bs_buf buf = BS_BUF_INIT;
    struct bs_error err = {.text = ""};
    struct bs_net *back = NULL;
    json_t *json = NULL, *again = NULL;
    require(bs_net_to_json(&json, net, &err) == BS_OK, "not saved", err.text);
    bs_json_put(&buf, json);
    int status = bs_json_parse(&again, bs_buf_text(&buf), buf.length, &err);
    require(status == BS_OK && bs_net_of_json(&back, again, &err) == BS_OK, "not read", err.text);
    require(
        memcmp(net->params->values, back->params->values, net->params->count * sizeof(double)) == 0,
        "other numbers", bs_buf_text(&buf));
    bs_net_destroy(back);
    bs_buf_finish(&buf);
    json_decref(json);
    json_decref(again);
}

static void try_json(const uint8_t *bytes, size_t length)
{
    struct bs_net *net = NULL;
    struct bs_error err = {.text = ""};
    json_t *json = NULL;
    int status = bs_json_parse(&json, (const char *)bytes, length, &err);
    if (status == BS_OK)
        status = bs_net_of_json(&net, json, &err);
    if (status < 0)
        check_refusal(status, &err);
    else
        check_net(net);
    bs_net_destroy(net);
    json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const size_t before = bs_mem_used();
    const char kind = size > 0 ? (char)data[0] : 'c';
    const uint8_t *bytes = size > 0 ? data + 1 : data;
    const size_t length = size > 0 ? size - 1 : 0;
    if (kind == 'i')
        try_idx(bytes, length);
    else if (kind == 'j')
        try_json(bytes, length);
    else
        try_csv(bytes, length);
    require(bs_mem_used() == before, "memory is kept", "");
    return 0;
}
