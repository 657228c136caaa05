// The command line of `sen article VERB`: words and options. Options become members of a JSON
// object, which is mostly the body of a request.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <talloc.h>

enum article_option_kind { OPTION_TEXT, OPTION_NUMBER, OPTION_LIST, OPTION_SET };

struct article_option {
    const char *flag; // NULL ends a table
    const char *member;
    enum article_option_kind kind;
    const char *value; // of OPTION_SET, which takes none; NULL: true
};

struct article_line {
    const char *server; // of --server; NULL: not given
    bool json;
    char **words; // ended by NULL
    int count;
    json_t *given;
};

// Read what stands behind the verb. --server and --json go with every verb; behind "--" all are
// words. False: an option is not there, or its value is wrong or missing. The words are argv's own,
// all else hangs on ctx.
bool article_line_read(TALLOC_CTX *ctx, const struct article_option *options, int argc, char **argv,
                       struct article_line *ret);
