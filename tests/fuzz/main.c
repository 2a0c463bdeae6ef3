/*
 * Runs a fuzz target on the texts of a folder, once found or thought of, and then on random texts:
 * what people write (seeds.h), cut, joined and damaged.
 *
 *     fuzz_NAME FOLDER [FIRST [COUNT]]    the texts of these numbers; a number always makes the
 *                                         same one
 *
 * Speaks TAP.  A text that fails ends the program; the last line says which file it was, or in
 * which thousand.
 */
#include "seeds.h"

#include "base/rng.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LONGEST = 600, SECONDS = 20, USUAL_COUNT = 60000 };

struct text {
    uint8_t bytes[LONGEST];
    size_t length;
};

static void insert(struct text *text, size_t at, const void *bytes, size_t count)
{
    if (count > LONGEST - text->length)
        return;
    memmove(text->bytes + at + count, text->bytes + at, text->length - at);
    memcpy(text->bytes + at, bytes, count);
    text->length += count;
}

static void cut(struct text *text, size_t at, size_t count)
{
    memmove(text->bytes + at, text->bytes + at + count, text->length - at - count);
    text->length -= count;
}

static const char *one_of(const char *const *list, struct bs_rng *rng)
{
    size_t count = 0;
    while (list[count])
        count++;
    return list[bs_rng_below(rng, count)];
}

static void damage(struct text *text, struct bs_rng *rng)
{
    uint8_t copy[LONGEST];
    const size_t at = bs_rng_below(rng, text->length + 1), rest = text->length - at;
    const size_t count = rest ? bs_rng_below(rng, rest < 12 ? rest : 12) + 1 : 0;
    const char *piece = one_of(bs_fuzz_pieces, rng);
    const char *whole = one_of(bs_fuzz_texts, rng);
    switch (bs_rng_below(rng, 6)) {
    case 0:
        cut(text, at, count);
        break;
    case 1:
        if (rest)
            text->bytes[at] = (uint8_t)bs_rng_below(rng, 256);
        break;
    case 2: /* repeat a part elsewhere */
        memcpy(copy, text->bytes + at, count);
        insert(text, bs_rng_below(rng, text->length + 1), copy, count);
        break;
    case 3:
        insert(text, at, whole, strlen(whole));
        break;
    default:
        insert(text, at, piece, strlen(piece));
        break;
    }
}

static void make_text(struct text *text, uint64_t number)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, number);
    const char *whole = one_of(bs_fuzz_texts, &rng);
    text->length = 0;
    insert(text, 0, whole, strlen(whole));
    for (uint64_t times = bs_rng_below(&rng, 8); times > 0; times--)
        damage(text, &rng);
}

/* On a copy of its own length, so that reading past its end is seen. */
static void try_text(const uint8_t *bytes, size_t length)
{
    uint8_t *exact = malloc(length + !length);
    if (!exact)
        exit(EXIT_FAILURE);
    if (length > 0)
        memcpy(exact, bytes, length);
    LLVMFuzzerTestOneInput(exact, length);
    free(exact);
}

static void try_file(const char *folder, const char *name)
{
    static uint8_t bytes[1 << 16];
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    size_t length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    printf("# %s\n", name);
    fflush(stdout);
    try_text(bytes, length);
}

static int try_folder(const char *folder)
{
    struct dirent **names;
    int count = scandir(folder, &names, NULL, alphasort), files = 0;
    if (count < 0) {
        perror(folder);
        exit(EXIT_FAILURE);
    }
    for (int i = 0; i < count; i++) {
        if (names[i]->d_name[0] != '.') {
            try_file(folder, names[i]->d_name);
            files++;
        }
        free(names[i]);
    }
    free(names);
    return files;
}

static uint64_t try_random(uint64_t first, uint64_t count)
{
    const time_t start = time(NULL);
    uint64_t number = first;
    for (; number < first + count && time(NULL) - start < SECONDS; number++) {
        struct text text;
        if (number % 1000 == 0)
            printf("# texts from %llu\n", (unsigned long long)number);
        fflush(stdout);
        make_text(&text, number);
        try_text(text.bytes, text.length);
    }
    return number - first;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s FOLDER [FIRST [COUNT]]\n", argv[0]);
        return 2;
    }
    const uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 0) : 0;
    const uint64_t count = argc > 3 ? strtoull(argv[3], NULL, 0) : argc > 2 ? 1 : USUAL_COUNT;
    puts("1..2");
    const int files = try_folder(argv[1]);
    printf("%s 1 - the %d texts of the corpus\n", files > 0 ? "ok" : "not ok", files);
    const uint64_t texts = try_random(first, count);
    printf("ok 2 - %llu random texts\n", (unsigned long long)texts);
    return EXIT_SUCCESS;
}
