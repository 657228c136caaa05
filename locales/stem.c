#include "locales/stem.h"

#include <libstemmer.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#define KOREAN "korean"

static const struct {
    const char *name;
    UScriptCode script;
} stemmers[] = {
    {"arabic", USCRIPT_ARABIC},    {"english", USCRIPT_LATIN},    {"french", USCRIPT_LATIN},
    {"german", USCRIPT_LATIN},     {"indonesian", USCRIPT_LATIN}, {KOREAN, USCRIPT_HANGUL},
    {"portuguese", USCRIPT_LATIN}, {"russian", USCRIPT_CYRILLIC}, {"spanish", USCRIPT_LATIN},
};
#define STEMMERS (sizeof stemmers / sizeof *stemmers)

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t thread_key;
static _Thread_local struct sb_stemmer **thread;

static void thread_end(void *value)
{
    struct sb_stemmer **ending = value;

    for (size_t i = 0; i < STEMMERS; i++)
        sb_stemmer_delete(ending[i]);
    free(ending);
    thread = NULL;
}

static void make_key(void)
{
    if (pthread_key_create(&thread_key, thread_end) != 0)
        abort();
}

// The calling thread's, opened on first use and closed when the thread ends.
static struct sb_stemmer *stemmer_of(size_t i)
{
    if (!thread) {
        pthread_once(&once, make_key);
        thread = calloc(STEMMERS, sizeof *thread);
        if (!thread || pthread_setspecific(thread_key, thread) != 0)
            abort();
    }
    if (!thread[i])
        thread[i] = sb_stemmer_new(stemmers[i].name, NULL);
    if (!thread[i])
        abort();
    return thread[i];
}

static size_t find(const char *name)
{
    size_t i = 0;
    while (i < STEMMERS && strcmp(stemmers[i].name, name) != 0)
        i++;
    return i;
}

bool stem_known(const char *stemmer)
{
    return find(stemmer) < STEMMERS;
}

static UScriptCode script_of_last(const char *word, size_t length)
{
    UErrorCode status = U_ZERO_ERROR;

    for (int32_t at = (int32_t)length; at > 0;) {
        UChar32 c;
        U8_PREV((const uint8_t *)word, 0, at, c);
        if (c >= 0 && u_isalpha(c))
            return uscript_getScript(c, &status);
    }
    return USCRIPT_UNKNOWN;
}

// ---- Korean ----------------------------------------------------------------------------------

// What stands behind a noun: particles, the plural, the copula and 하다. A particle of one syllable
// leaves two or more; some only follow a syllable with or without a final consonant, which tells
// the particle of 문학이 from the end of 하노이.
enum after { ANY, CLOSED, OPEN, OPEN_OR_L };

static const struct {
    const char *ending;
    enum after after;
} endings[] = {
    {"에서는", ANY},   {"에서도", ANY},  {"으로는", CLOSED}, {"으로서", CLOSED}, {"으로써", CLOSED},
    {"입니다", ANY},   {"입니까", ANY},  {"이라는", CLOSED}, {"합니다", ANY},    {"됩니다", ANY},
    {"에서", ANY},     {"에게", ANY},    {"에는", ANY},      {"에도", ANY},      {"까지", ANY},
    {"부터", ANY},     {"처럼", ANY},    {"보다", ANY},      {"마다", ANY},      {"이나", CLOSED},
    {"이란", CLOSED},  {"으로", CLOSED}, {"과의", CLOSED},   {"와의", OPEN},     {"이다", CLOSED},
    {"하는", ANY},     {"하다", ANY},    {"하고", ANY},      {"하기", ANY},      {"했다", ANY},
    {"되는", ANY},     {"된다", ANY},    {"은", CLOSED},     {"는", OPEN},       {"이", CLOSED},
    {"가", OPEN},      {"을", CLOSED},   {"를", OPEN},       {"과", CLOSED},     {"와", OPEN},
    {"로", OPEN_OR_L}, {"의", ANY},      {"에", ANY},        {"도", ANY},        {"만", ANY},
    {"들", ANY},       {"할", ANY},      {"한", ANY},
};

static bool may_follow(const char *word, size_t length, size_t ending, enum after after)
{
    int32_t at = (int32_t)length;
    UChar32 c;

    U8_PREV((const uint8_t *)word, 0, at, c);
    if (c < 0xac00 || c > 0xd7a3) // APEC의
        return true;
    if (ending == strlen("의") && length < 2 * strlen("의")) // 회의
        return false;
    int final = (c - 0xac00) % 28;
    switch (after) {
    case CLOSED:
        return final != 0;
    case OPEN:
        return final == 0;
    case OPEN_OR_L:
        return final == 0 || final == 8;
    default:
        return true;
    }
}

static size_t stem_korean(const char *word, size_t length)
{
    for (size_t i = 0; i < sizeof endings / sizeof *endings;) {
        size_t ending = strlen(endings[i].ending);
        bool found = length > ending &&
                     memcmp(word + length - ending, endings[i].ending, ending) == 0 &&
                     may_follow(word, length - ending, ending, endings[i].after);
        if (found)
            length -= ending;
        i = found ? 0 : i + 1;
    }
    return length;
}

// "And" and "so" before an article: Snowball takes them off other words only.
static size_t skip_conjunction(const char *word, size_t length)
{
    bool found = length >= strlen("والكت") && (memcmp(word, "وال", strlen("وال")) == 0 ||
                                               memcmp(word, "فال", strlen("فال")) == 0);
    return found ? strlen("و") : 0;
}

bool stem_word(const struct locale *locale, const char *word, size_t length, char ret[STEM_BYTES],
               size_t *ret_length)
{
    size_t i = locale->stemmer ? find(locale->stemmer) : STEMMERS;

    if (i == STEMMERS || length > STEM_BYTES || script_of_last(word, length) != stemmers[i].script)
        return false;
    if (strcmp(stemmers[i].name, KOREAN) == 0) {
        *ret_length = stem_korean(word, length);
        memcpy(ret, word, *ret_length);
        return true;
    }
    if (stemmers[i].script == USCRIPT_ARABIC) {
        size_t skipped = skip_conjunction(word, length);
        word += skipped;
        length -= skipped;
    }
    struct sb_stemmer *stemmer = stemmer_of(i);
    const sb_symbol *stem = sb_stemmer_stem(stemmer, (const sb_symbol *)word, (int)length);
    int stem_length = stem ? sb_stemmer_length(stemmer) : 0;
    if (stem_length == 0 || stem_length > STEM_BYTES)
        return false;
    memcpy(ret, stem, (size_t)stem_length);
    *ret_length = (size_t)stem_length;
    return true;
}
