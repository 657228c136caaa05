// A translation memory from anywhere: what is taken of it can be written and taken again. The first
// byte is the size of the pieces that it comes in.
#include "render/tmx.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct round {
    struct tmx_writer *writer;
    char *written;
    size_t pairs, again;
};

static int take_piece(void *data, const char *bytes, size_t length)
{
    struct round *round = data;
    round->written = talloc_strndup_append(round->written, bytes, length);
    return SEN_OK;
}

static int take_pair(void *data, const struct tmx_pair *pair)
{
    struct round *round = data;
    if (!*pair->source || !*pair->target || pair->source_locale == pair->locale)
        abort();
    round->pairs++;
    return tmx_writer_add(round->writer, pair);
}

static int count_pair(void *data, const struct tmx_pair *pair)
{
    struct round *round = data;
    round->again++;
    return SEN_OK;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    return locales_init();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct round round = {.written = talloc_strdup(ctx, "")};
    round.writer = tmx_writer_new(ctx, NULL, take_piece, &round);
    struct tmx_reader *reader = tmx_reader_new(ctx, take_pair, &round);
    struct fault fault = {.key = NULL};
    const char *text = (const char *)data + 1;
    size_t step = data[0] + 1u, length = size - 1;
    int r = SEN_OK;
    for (size_t at = 0; !r && at <= length; at += step) {
        bool last = at + step > length;
        r = tmx_reader_feed(reader, text + at, last ? length - at : step, last, &fault);
    }
    if (r < 0 || (r > 0 && !fault.key))
        abort();
    if (tmx_writer_finish(round.writer))
        abort();
    reader = tmx_reader_new(ctx, count_pair, &round);
    if (tmx_reader_feed(reader, round.written, strlen(round.written), true, &fault) ||
        round.pairs != round.again || tmx_reader_skipped(reader))
        abort();
    talloc_free(ctx);
    return 0;
}
