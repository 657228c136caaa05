// Characters that do not show, and where they may stand all the same.
#include "locales/hidden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_table(void **state)
{
    static const struct {
        const char *text;
        uint32_t found;
    } rows[] = {
        {"", 0},
        {"Đà Nẵng, 越南文化", 0},
        {"قرية الخزف في بات ترانغ", 0},
        // nothing to do
        {"a\u200bb", 0x200b},
        {"\u200b", 0x200b},
        {"ไทย\u200b", 0x200b},
        {"a\u200cb", 0x200c},
        {"Hu\u200dế", 0x200d},
        {"a\u2060b", 0x2060},
        {"\ufeffHuế", 0xfeff},
        {"a\u00ad b", 0xad},
        {"a\u00ad", 0xad},
        {"a\u200eb", 0x200e},
        {"a\u200fb", 0x200f},
        {"a\u2062b", 0x2062},
        {"a\u206fb", 0x206f},
        {"a\u034fb", 0x34f},
        {"a\ufff9b", 0xfff9},
        {"a\U000e0041b", 0xe0041},
        {"a\u3164b", 0x3164},
        {"a\u115fb", 0x115f},
        {"ក\u17b4", 0x17b4},
        {"\ufe0f", 0xfe0f},
        {"a\u202eb", 0x202e},
        {"a\U000e0001b", 0xe0001},
        {"a\U0001d173b", 0x1d173},
        // work to do
        {"ภาษา\u200bไทย", 0},
        {"ប្រទេស\u200bវៀតណាម", 0},
        {"ປະເທດ\u200bລາວ", 0},
        {"ꪼꪕ\u200bꪒꪾ", 0},
        {"Donau\u00addampf", 0},
        {"می\u200cخواهم", 0},
        {"क्\u200dष", 0},
        {"क्\u200cष", 0},
        {"👩\u200d👧", 0},
        {"👩🏽\u200d🚀", 0},
        {"❤\ufe0f\u200d🔥", 0},
        {"🏴\U000e0067\U000e0062\U000e007f", 0},
        {"葛\U000e0100", 0},
        {"لغة C++\u200f في", 0},
        {"عام \u0602 12", 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t found = hidden_find(rows[i].text, strlen(rows[i].text));
        if (found != rows[i].found)
            fail_msg("row %zu: %s: U+%04X", i, rows[i].text, found);
    }
    assert_int_equal(hidden_find("a\xff\u200b", 5), 0x200b); // whatever comes
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
