// What the parts of `sen article` share: cmd_article.c (the verbs), article_text.c (a text in a
// file), article_files.c (many), article_list.c (lists), article_line.c (the command line),
// article_open.c (the API), article_refusal.c (what is said on stderr). The last three serve
// `sen front`, too.
#pragma once

#include "api/client.h"
#include "content/item.h"
#include "locales/locale.h"

#include <stdbool.h>

struct article_run {
    struct client *client;
    const struct locale *locale; // of what is said here
    bool json;                   // answers and refusals as JSON
};

struct article_line;
struct settings;

// Make ready to ask the API as a command line and the environment say; command: for the line on
// stderr. SEN_OK, or 1: it was said what is missing. The client hangs on ctx.
int article_open(TALLOC_CTX *ctx, const struct settings *settings, const char *command,
                 const struct article_line *line, struct article_run *ret) SEN_MUST_CHECK;

// Ask the API of a text or file (what: for the line on stderr). SEN_OK: done; ret (may be NULL) is
// the answer. Else it was refused and said; returns 1.
int article_ask(TALLOC_CTX *ctx, struct article_run *run, const char *what, const char *method,
                const char *path, long revision, const json_t *body,
                struct client_answer *ret) SEN_MUST_CHECK;

// Say on stderr that the API refused, or what went wrong here. Return 1.
int article_refused(struct article_run *run, const char *what, const struct client_answer *answer);
int article_failed(const char *what, const char *format, ...) __attribute__((format(printf, 2, 3)));

// What changed, as diff_fields() tells it.
void article_print_changes(const json_t *changes);

// "/v1/articles/ID" and "/v1/articles/ID/texts/LOCALE" with what follows ("/publish").
char *article_path(TALLOC_CTX *ctx, struct article_run *run, const char *id, const char *rest);
char *article_text_path(TALLOC_CTX *ctx, struct article_run *run, const char *id,
                        const char *locale, const char *rest);

// Save the text of one Markdown file; returns the exit status. Is it in another language than its
// article was first written in? What cannot be read is not.
int article_put_file(struct article_run *run, const char *path);
bool article_is_translation(const char *path);

// Save the texts of Markdown files and of those in folders. Returns the exit status.
int article_put(struct article_run *run, char **paths, int count);

// Write a text as a Markdown file to standard output; revision 0: where it stands.
int article_get(struct article_run *run, const char *id, const char *locale, const char *revision);

// Ask for a list and print the named members of each of its items, a line each, parted by tabs; as
// JSON the whole document. list: the member that holds it. Returns the exit status.
int article_list(struct article_run *run, const char *what, const char *path, const char *list,
                 const char *const *members);
