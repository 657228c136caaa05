// `sen article`: articles and texts by the API, from any machine. A verb is a row of a table.
#include "api/article_command.h"
#include "api/article_line.h"
#include "api/command.h"
#include "content/fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct command command_article;

struct verb {
    const char *name;
    const char *usage;
    int words; // that it needs
    const struct article_option *options;
    // words: behind the verb. given: the options, by their members.
    int (*run)(struct article_run *run, const struct verb *verb, char **words, json_t *given);
    const char *action; // of run_action: the last part of the path, with -at when a time is given
};

// ---- what is said -------------------------------------------------------------------------------

static long long number(const json_t *document, const char *name)
{
    return json_integer_value(json_object_get(document, name));
}

// One line of what came of it.
static int say(struct article_run *run, const char *what, const json_t *document)
{
    const char *path = field_text(document, "path"), *stage = field_text(document, "stage");
    const char *at = field_text(document, "at"), *kind = field_text(document, "kind");
    const char *state = field_text(document, "state");
    if (run->json) {
        json_dumpf(document, stdout, JSON_COMPACT);
        putchar('\n');
    } else if (path) {
        printf("%s: published, version %lld, %s\n", what, number(document, "version"), path);
    } else if (at && json_object_get(document, "action")) {
        printf("%s: set for %s, number %lld of the schedule\n", what, at,
               number(document, "number"));
    } else if (state && strcmp(state, "withdrawn") == 0) {
        printf("%s: withdrawn, %s\n", what, kind);
    } else if (stage) {
        printf("%s: revision %lld, %s\n", what, number(document, "revision"), stage);
    } else {
        printf("%s: done\n", what);
    }
    return fflush(stdout) ? 1 : 0;
}

static char *name_text(TALLOC_CTX *ctx, char **words)
{
    return talloc_asprintf(ctx, "%s %s", words[0], words[1]);
}

// The revision that is to be met, taken out of the options; 0: any.
static long take_revision(json_t *given)
{
    long revision = (long)number(given, "revision");
    json_object_del(given, "revision");
    return revision;
}

// ---- articles -----------------------------------------------------------------------------------

static int run_new(struct article_run *run, const struct verb *verb, char **words, json_t *given)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct client_answer answer;
    json_object_set_new(given, "id", json_string(words[0]));
    json_object_set_new(given, "source_locale", json_string(words[1]));
    int r = article_ask(ctx, run, words[0], "POST", "/v1/articles", 0, given, &answer);
    if (!r)
        r = say(run, words[0], answer.json);
    talloc_free(ctx);
    return r;
}

static int run_set(struct article_run *run, const struct verb *verb, char **words, json_t *given)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct client_answer answer;
    int r = article_ask(ctx, run, words[0], "PATCH", article_path(ctx, run, words[0], ""), 0, given,
                        &answer);
    if (!r)
        r = say(run, words[0], answer.json);
    talloc_free(ctx);
    return r;
}

static int run_get(struct article_run *run, const struct verb *verb, char **words, json_t *given)
{
    char revision[24];
    snprintf(revision, sizeof revision, "%lld", number(given, "revision"));
    return article_get(run, words[0], words[1], json_object_size(given) ? revision : NULL);
}

// ---- moving on, publishing, taking back ---------------------------------------------------------

static int act(struct article_run *run, char **words, const char *method, const char *action,
               long revision, const json_t *body)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct client_answer answer;
    char *what = name_text(ctx, words);
    int r =
        article_ask(ctx, run, what, method, article_text_path(ctx, run, words[0], words[1], action),
                    revision, body, &answer);
    if (!r)
        r = say(run, what, answer.json);
    talloc_free(ctx);
    return r;
}

static int run_action(struct article_run *run, const struct verb *verb, char **words, json_t *given)
{
    long revision = take_revision(given);
    char *action =
        talloc_asprintf(NULL, "/%s%s", verb->action, json_object_get(given, "at") ? "-at" : "");
    int r = act(run, words, "POST", action, revision, given);
    talloc_free(action);
    return r;
}

static int run_move(struct article_run *run, const struct verb *verb, char **words, json_t *given)
{
    long revision = take_revision(given);
    json_object_set_new(given, "to", json_string(verb->action ? verb->action : words[2]));
    return act(run, words, "POST", "/stage", revision, given);
}

static int run_comment(struct article_run *run, const struct verb *verb, char **words,
                       json_t *given)
{
    json_object_set_new(given, "text", json_string(words[2]));
    return act(run, words, "POST", "/comments", 0, given);
}

static int run_discard(struct article_run *run, const struct verb *verb, char **words,
                       json_t *given)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct client_answer answer;
    long revision = take_revision(given);
    int r = 0;
    if (!revision) {
        r = article_ask(ctx, run, name_text(ctx, words), "GET",
                        article_text_path(ctx, run, words[0], words[1], ""), 0, NULL, &answer);
        revision = r ? 0 : (long)number(answer.json, "revision");
    }
    talloc_free(ctx);
    return r ? r : act(run, words, "DELETE", "", revision, NULL);
}

// The stage behind the one that a text is in: the first later one that its workflow leads to.
static const char *next_stage(const json_t *workflow, const char *stage)
{
    size_t i, k;
    json_t *one, *move;
    bool later = false;
    json_array_foreach (json_object_get(workflow, "stages"), i, one) {
        const char *id = field_text(one, "id");
        json_array_foreach (json_object_get(workflow, "moves"), k, move) {
            if (later && strcmp(field_text(move, "from"), stage) == 0 &&
                strcmp(field_text(move, "to"), id) == 0)
                return id;
        }
        later |= strcmp(id, stage) == 0;
    }
    return NULL;
}

static int submit(TALLOC_CTX *ctx, struct article_run *run, char **words, json_t *given)
{
    struct client_answer text, workflow;
    const char *what = name_text(ctx, words);
    int r = article_ask(ctx, run, what, "GET", article_text_path(ctx, run, words[0], words[1], ""),
                        0, NULL, &text);
    if (r)
        return r;
    const char *agency = field_text(json_object_get(text.json, "article"), "agency");
    const char *stage = field_text(text.json, "stage"), *state = field_text(text.json, "state");
    char *path = talloc_asprintf(ctx, "/v1/workflow%s%s", agency ? "?agency=" : "",
                                 agency ? client_escape(ctx, run->client, agency) : "");
    r = article_ask(ctx, run, what, "GET", path, 0, NULL, &workflow);
    if (r)
        return r;
    if (strcmp(state, "draft") != 0)
        return article_failed(what, "there is no draft to submit: the text is %s", state);
    const char *next = next_stage(workflow.json, stage);
    if (!next)
        return article_failed(what, "the workflow ends at %s", stage);
    if (strcmp(next, "published") == 0)
        return article_failed(what, "it is %s; `sen article publish` is what comes next", stage);
    json_object_set_new(given, "to", json_string(next));
    return act(run, words, "POST", "/stage", (long)number(text.json, "revision"), given);
}

static int run_submit(struct article_run *run, const struct verb *verb, char **words, json_t *given)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    int r = submit(ctx, run, words, given);
    talloc_free(ctx);
    return r;
}

// ---- lists --------------------------------------------------------------------------------------

static int run_list(struct article_run *run, const struct verb *verb, char **words, json_t *given)
{
    static const char *const waiting[] = {"article", "locale", "stage", "revision",
                                          "writer",  "to",     "title", NULL};
    static const char *const mine[] = {"article", "locale", "stage", "revision", "title", NULL};
    bool own = json_is_true(json_object_get(given, "mine"));
    return article_list(run, "sen article list",
                        own ? "/v1/me/work?limit=200" : "/v1/me/waiting?limit=200",
                        own ? "drafts" : "items", own ? mine : waiting);
}

static int run_text_list(struct article_run *run, char **words, const char *rest,
                         const char *const *members)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    int r = article_list(run, name_text(ctx, words),
                         article_text_path(ctx, run, words[0], words[1], rest), "items", members);
    talloc_free(ctx);
    return r;
}

static int run_revisions(struct article_run *run, const struct verb *verb, char **words,
                         json_t *given)
{
    static const char *const members[] = {"revision", "state",  "stage", "version",
                                          "saved_at", "writer", "title", NULL};
    return run_text_list(run, words, "/revisions?limit=200", members);
}

static int run_comments(struct article_run *run, const struct verb *verb, char **words,
                        json_t *given)
{
    static const char *const members[] = {"number",      "at",   "by", "revision",
                                          "resolved_at", "text", NULL};
    return run_text_list(run, words, "/comments?limit=200", members);
}

static int run_history(struct article_run *run, const struct verb *verb, char **words,
                       json_t *given)
{
    static const char *const members[] = {"version", "kind", "at", "reason", "note", NULL};
    TALLOC_CTX *ctx = talloc_new(NULL);
    char *rest = talloc_asprintf(ctx, "/history?limit=100&locale=%s",
                                 client_escape(ctx, run->client, words[1]));
    int r = article_list(run, name_text(ctx, words), article_path(ctx, run, words[0], rest),
                         "items", members);
    talloc_free(ctx);
    return r;
}

static int run_put(struct article_run *run, const struct verb *verb, char **words, json_t *given)
{
    int count = 0;
    while (words[count])
        count++;
    return article_put(run, words, count);
}

// ---- the verbs ----------------------------------------------------------------------------------

#define ABOUT                                                                                      \
    {"--kind", "kind"}, {"--topic", "topic"}, {"--province", "provinces", OPTION_LIST},            \
        {"--recording", "recording"},                                                              \
    {                                                                                              \
        "--embargo", "embargo"                                                                     \
    }
#define REVISION                                                                                   \
    {                                                                                              \
        "--revision", "revision", OPTION_NUMBER                                                    \
    }

static const struct article_option none[] = {{0}};
static const struct article_option only_revision[] = {REVISION, {0}};
static const struct article_option for_new[] = {ABOUT, {"--agency", "agency"}, {0}};
static const struct article_option for_set[] = {
    ABOUT, {"--lift-embargo", "lift_embargo", OPTION_SET}, {0}};
static const struct article_option for_submit[] = {{"--comment", "comment"}, {0}};
static const struct article_option for_move[] = {{"--comment", "comment"}, REVISION, {0}};
static const struct article_option for_publish[] = {
    {"--at", "at"}, {"--minor", "update", OPTION_SET, "minor"}, {"--note", "note"}, REVISION, {0}};
static const struct article_option for_correct[] = {
    {"--reason", "reason"}, {"--note", "note"}, REVISION, {0}};
static const struct article_option for_withdraw[] = {
    {"--kind", "kind"}, {"--reason", "reason"},
    {"--to", "to"},     {"--status", "status", OPTION_NUMBER},
    {"--at", "at"},     {0}};
static const struct article_option for_list[] = {{"--mine", "mine", OPTION_SET}, {0}};

static const struct verb verbs[] = {
    {"new", "ID LOCALE [--kind K] [--topic T] [--agency A] [--province P]... [--embargo TIME]", 2,
     for_new, run_new},
    {"set", "ID [--kind K] [--topic T] [--province P]... [--embargo TIME | --lift-embargo]", 1,
     for_set, run_set},
    {"put", "FILE.md|FOLDER...", 1, none, run_put},
    {"get", "ID LOCALE [--revision N]", 2, only_revision, run_get},
    {"submit", "ID LOCALE [--comment TEXT]", 2, for_submit, run_submit},
    {"move", "ID LOCALE STAGE [--comment TEXT] [--revision N]", 3, for_move, run_move},
    {"approve", "ID LOCALE [--comment TEXT] [--revision N]", 2, for_move, run_move, "approved"},
    {"publish", "ID LOCALE [--at TIME] [--minor] [--note TEXT] [--revision N]", 2, for_publish,
     run_action, "publish"},
    {"correct", "ID LOCALE --reason WORD --note TEXT [--revision N]", 2, for_correct, run_action,
     "correct"},
    {"withdraw",
     "ID LOCALE --reason TEXT [--kind notice|gone|redirect|vanish] [--to URL] [--status N] "
     "[--at TIME]",
     2, for_withdraw, run_action, "withdraw"},
    {"discard", "ID LOCALE [--revision N]", 2, only_revision, run_discard},
    {"comment", "ID LOCALE TEXT", 3, none, run_comment},
    {"comments", "ID LOCALE", 2, none, run_comments},
    {"list", "[--mine]", 0, for_list, run_list},
    {"revisions", "ID LOCALE", 2, none, run_revisions},
    {"history", "ID LOCALE", 2, none, run_history},
    {0},
};

// ---- running one -------------------------------------------------------------------------------

static int verb_usage(const struct verb *verb)
{
    fprintf(stderr, "usage: sen article %s %s\n", verb->name, verb->usage);
    return 2;
}

static int run_verb(const struct settings *settings, const struct verb *verb,
                    struct article_line *line)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct article_run run;
    int status = article_open(ctx, settings, "sen article", line, &run);
    if (!status)
        status = verb->run(&run, verb, line->words, line->given);
    talloc_free(ctx);
    return status;
}

static int run(const struct settings *settings, int argc, char **argv)
{
    const struct verb *verb = verbs;
    while (argc > 1 && verb->name && strcmp(verb->name, argv[1]) != 0)
        verb++;
    if (argc < 2 || !verb->name)
        return command_usage(&command_article, "%s is not one of its verbs",
                             argc < 2 ? "nothing" : argv[1]);
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct article_line line;
    bool good = article_line_read(ctx, verb->options, argc - 2, argv + 2, &line) &&
                (verb->run == run_put ? line.count > 0 : line.count == verb->words);
    int status = good ? run_verb(settings, verb, &line) : verb_usage(verb);
    talloc_free(ctx);
    return status;
}

const struct command command_article = {
    .name = "article",
    .usage = "VERB ... [--server URL] [--json]",
    .help =
        "Write, move on and publish texts through the API, from any machine.\n"
        "\n"
        "  new ID LOCALE [--kind K] [--topic T] [--agency A] [--province P]... [--embargo TIME]\n"
        "  set ID [--kind K] [--topic T] [--province P]... [--embargo TIME | --lift-embargo]\n"
        "  put FILE.md|FOLDER...\n"
        "  get ID LOCALE [--revision N]\n"
        "  submit ID LOCALE [--comment TEXT]\n"
        "  move ID LOCALE STAGE [--comment TEXT] [--revision N]\n"
        "  approve ID LOCALE [--comment TEXT] [--revision N]\n"
        "  publish ID LOCALE [--at TIME] [--minor] [--note TEXT] [--revision N]\n"
        "  correct ID LOCALE --reason WORD --note TEXT [--revision N]\n"
        "  withdraw ID LOCALE --reason TEXT [--kind notice|gone|redirect|vanish] [--to URL]\n"
        "           [--status 404|451] [--at TIME]\n"
        "  discard ID LOCALE [--revision N]\n"
        "  comment ID LOCALE TEXT\n"
        "  comments ID LOCALE\n"
        "  list [--mine]                           what waits for you; your own drafts\n"
        "  revisions ID LOCALE                     every saved state\n"
        "  history ID LOCALE                       what readers were told\n"
        "\n"
        "The portal is --server or SEN_API (else this machine's, at SEN_PORT); the token is\n"
        "what SEN_TOKEN holds, never on the command line. SSL_CERT_FILE names certificates to\n"
        "trust in place of the system's. --json prints answers and refusals as the API gives\n"
        "them. The exit status is 1 when something was refused; why stands on stderr, in the\n"
        "language of LANG.\n"
        "\n"
        "put saves Markdown with front matter, as `sen import` reads it, as drafts, and makes\n"
        "the articles that are not there yet. What has not changed is left alone. Which\n"
        "revision a file was made from is remembered in .sen-article beside it; when somebody\n"
        "else has changed the text since, put refuses and shows what they changed. What the\n"
        "portal decides (its version, its state, when it was published) is not sent.\n"
        "\n"
        "A folder, from the first save to its readers:\n"
        "\n"
        "  export SEN_API=https://portal.example SEN_TOKEN=...\n"
        "  sen article put articles/\n"
        "  for locale in vi en; do\n"
        "      sen article submit tea $locale      # draft, edited, proofread\n"
        "  done\n"
        "  sen article list                        # what waits for you, and for which step\n"
        "  sen article approve tea vi              # by somebody else than the writer\n"
        "  sen article publish tea vi --at 2026-12-01T09:00:00+07:00",
    .run = run,
};
