#include "api/command_ask.h"
#include "api/password.h"
#include "content/fields.h"
#include "locales/handle.h"
#include "locales/message.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

extern const struct command command_user;

struct wanted {
    const char *name, *agency;
    json_t *grants; // NULL: none were named
    bool password;
};

// ---- passwords: one line of standard input, or typed twice --------------------------------------

static bool read_line(char *line, size_t size)
{
    if (!fgets(line, (int)size, stdin))
        return false;
    line[strcspn(line, "\r\n")] = '\0';
    return true;
}

static bool read_unseen(const char *prompt, char *line, size_t size)
{
    struct termios shown, hidden;
    if (tcgetattr(STDIN_FILENO, &shown))
        return false;
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    fputs(prompt, stderr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    bool read = read_line(line, size);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    fputc('\n', stderr);
    return read;
}

static int read_password(TALLOC_CTX *ctx, char hash[PASSWORD_HASH_SIZE])
{
    char line[PASSWORD_BYTES_MAX + 3], again[sizeof line], *password;
    struct fault fault = {0};
    bool typed = isatty(STDIN_FILENO);
    if (!(typed ? read_unseen("New password: ", line, sizeof line) : read_line(line, sizeof line)))
        return command_failed("user", "no password came on standard input");
    if (typed && (!read_unseen("Once more: ", again, sizeof again) || strcmp(line, again) != 0))
        return command_failed("user", "the two are not the same");
    int r = password_read(ctx, line, strlen(line), true, &password, &fault);
    sodium_memzero(line, sizeof line);
    sodium_memzero(again, sizeof again);
    if (r)
        return command_failed("user",
                              talloc_asprintf(ctx, "the password cannot be taken: %s",
                                              fault_reason(ctx, locale_find("en"), &fault)));
    r = password_hash_now(password, hash);
    sodium_memzero(password, strlen(password));
    return r ? command_failed("user", "there is no memory for hashing a password") : 0;
}

// ---- grants -------------------------------------------------------------------------------------

// ROLE[:AGENCY[:LOCALE,LOCALE...]]; without AGENCY that of the person, "*" or none: all.
static json_t *read_grant(TALLOC_CTX *ctx, const char *text)
{
    json_t *grant = json_object();
    size_t role = strcspn(text, ":");
    json_object_set_new(grant, "role", json_stringn(text, role));
    if (!text[role])
        return grant;
    text += role + 1;
    size_t agency = strcspn(text, ":");
    json_object_set_new(grant, "agency", agency ? json_stringn(text, agency) : json_string("*"));
    if (!text[agency])
        return grant;
    json_t *locales = json_array();
    char *rest = talloc_strdup(ctx, text + agency + 1), *at = NULL;
    for (char *tag = strtok_r(rest, ",", &at); tag; tag = strtok_r(NULL, ",", &at))
        json_array_append_new(locales, json_string(tag));
    json_object_set_new(grant, "locales", locales);
    return grant;
}

static void place_grants(json_t *grants, const char *agency)
{
    size_t i;
    json_t *grant;
    json_array_foreach (grants, i, grant) {
        const char *given = json_string_value(json_object_get(grant, "agency"));
        if (given && strcmp(given, "*") == 0)
            json_object_del(grant, "agency");
        else if (!given && agency)
            json_object_set_new(grant, "agency", json_string(agency));
    }
}

static char *grants_text(TALLOC_CTX *ctx, const json_t *grants)
{
    char *text = talloc_strdup(ctx, "");
    size_t i, j;
    json_t *grant, *locale;
    json_array_foreach (grants, i, grant) {
        const char *agency = json_string_value(json_object_get(grant, "agency"));
        text = talloc_asprintf_append(text, "%s%s:%s", i ? " " : "", command_text(grant, "role"),
                                      agency ? agency : "*");
        json_array_foreach (json_object_get(grant, "locales"), j, locale)
            text = talloc_asprintf_append(text, "%c%s", j ? ',' : ':', json_string_value(locale));
    }
    return text;
}

// ---- the sub-commands ---------------------------------------------------------------------------

static int add(TALLOC_CTX *ctx, struct db_session *session, const struct wanted *wanted)
{
    char *name, *skeletons[HANDLE_SKELETONS], hash[PASSWORD_HASH_SIZE];
    if (!handle_check(ctx, wanted->name, strlen(wanted->name), &name)) {
        struct fault fault = {0};
        char number[16];
        snprintf(number, sizeof number, "%d", HANDLE_CODE_POINTS_MAX);
        fault_set(&fault, "fault.handle", "name", number);
        return command_failed("user", fault_reason(ctx, locale_find("en"), &fault));
    }
    if (wanted->password && read_password(ctx, hash))
        return 1;
    handle_skeletons(ctx, name, skeletons);
    json_t *a = json_pack("{s:s, s:[s, s]}", "name", name, "skeletons", skeletons[0], skeletons[1]);
    json_t *document;
    if (wanted->agency)
        json_object_set_new(a, "agency", json_string(wanted->agency));
    if (wanted->password)
        json_object_set_new(a, "password", json_string(hash));
    if (wanted->grants) {
        place_grants(wanted->grants, wanted->agency);
        json_object_set(a, "grants", wanted->grants);
    }
    if (command_ask(ctx, session, "user", "person_add", a, &document))
        return 1;
    printf("added %s\n", name);
    return 0;
}

static int list(TALLOC_CTX *ctx, struct db_session *session)
{
    json_t *document, *person;
    size_t i;
    if (command_ask(ctx, session, "user", "person_list", json_pack("{s:i}", "limit", INT32_MAX),
                    &document))
        return 1;
    json_array_foreach (json_object_get(document, "items"), i, person)
        printf("%s\t%s\t%s\t%s\t%s\n", command_text(person, "name"), command_text(person, "agency"),
               command_text(person, "created_at"),
               json_is_string(json_object_get(person, "disabled_at")) ? "disabled"
               : json_is_true(json_object_get(person, "password"))    ? "password"
                                                                      : "tokens only",
               grants_text(ctx, json_object_get(person, "grants")));
    return 0;
}

static int grant(TALLOC_CTX *ctx, struct db_session *session, const struct wanted *wanted)
{
    json_t *document;
    if (command_ask(ctx, session, "user", "person_get", json_pack("{s:s}", "name", wanted->name),
                    &document))
        return 1;
    json_t *grants = wanted->grants ? json_incref(wanted->grants) : json_array();
    place_grants(grants, json_string_value(json_object_get(document, "agency")));
    if (command_ask(ctx, session, "user", "person_grants",
                    json_pack("{s:s, s:o}", "name", wanted->name, "grants", grants), &document))
        return 1;
    printf("%s\t%s\n", wanted->name, grants_text(ctx, json_object_get(document, "grants")));
    return 0;
}

static int password(TALLOC_CTX *ctx, struct db_session *session, const struct wanted *wanted)
{
    char hash[PASSWORD_HASH_SIZE];
    json_t *document;
    // First whether there is such a user: nobody types for nothing.
    if (command_ask(ctx, session, "user", "person_get", json_pack("{s:s}", "name", wanted->name),
                    &document) ||
        read_password(ctx, hash) ||
        command_ask(ctx, session, "user", "person_password",
                    json_pack("{s:s, s:s}", "name", wanted->name, "password", hash), &document))
        return 1;
    printf("%s has a new password\n", wanted->name);
    return 0;
}

static int disable(TALLOC_CTX *ctx, struct db_session *session, const struct wanted *wanted)
{
    json_t *document;
    if (command_ask(ctx, session, "user", "person_disable",
                    json_pack("{s:s}", "name", wanted->name), &document))
        return 1;
    printf("disabled %s\n", wanted->name);
    return 0;
}

static int enable(TALLOC_CTX *ctx, struct db_session *session, const struct wanted *wanted)
{
    json_t *document;
    if (command_ask(ctx, session, "user", "person_enable", json_pack("{s:s}", "name", wanted->name),
                    &document))
        return 1;
    printf("enabled %s\n", wanted->name);
    return 0;
}

// ---- what was asked for -------------------------------------------------------------------------

static void add_grant(struct wanted *wanted, TALLOC_CTX *ctx, json_t *grant)
{
    if (!wanted->grants)
        wanted->grants = fields_own(ctx, json_array());
    json_array_append_new(wanted->grants, grant);
}

// The options behind NAME.
static bool read_options(TALLOC_CTX *ctx, int argc, char **argv, bool is_new, struct wanted *ret)
{
    for (int i = 3; i < argc; i++) {
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "--admin") == 0)
            add_grant(ret, ctx, json_pack("{s:s, s:s}", "role", "administrator", "agency", "*"));
        else if (strcmp(argv[i], "--role") == 0 && more)
            add_grant(ret, ctx, read_grant(ctx, argv[++i]));
        else if (is_new && strcmp(argv[i], "--agency") == 0 && more)
            ret->agency = argv[++i];
        else if (is_new && strcmp(argv[i], "--password") == 0)
            ret->password = true;
        else
            return false;
    }
    return true;
}

static int run(const struct settings *settings, int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(TALLOC_CTX *ctx, struct db_session *session, const struct wanted *wanted);
        bool options, is_new;
    } actions[] = {
        {"add", add, true, true},
        {"grant", grant, true, false},
        {"password", password, false, false},
        {"disable", disable, false, false},
        {"enable", enable, false, false},
    };
    size_t count = sizeof actions / sizeof *actions, i = 0;
    bool is_list = argc == 2 && strcmp(argv[1], "list") == 0;
    while (!is_list && i < count && (argc < 3 || strcmp(argv[1], actions[i].name) != 0))
        i++;
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct wanted wanted = {.name = argc > 2 ? argv[2] : NULL};
    int status = 1;
    if (!is_list &&
        (i == count || strncmp(wanted.name, "--", 2) == 0 || (!actions[i].options && argc > 3) ||
         !read_options(ctx, argc, argv, actions[i].is_new, &wanted))) {
        status =
            command_usage(&command_user, "it takes add, list, grant, password, disable or enable");
    } else {
        struct db_session *session = command_database(ctx, settings, "user");
        if (session)
            status = is_list ? list(ctx, session) : actions[i].run(ctx, session, &wanted);
    }
    talloc_free(ctx);
    return status;
}

const struct command command_user = {
    .name = "user",
    .usage =
        "add NAME [--agency ID] [--admin] [--role ROLE]... [--password] | list |\n"
        "       grant NAME [--admin] [--role ROLE]... | password NAME | disable NAME | enable NAME",
    .help =
        "Add and list the people and programs that edit, and say what they may.\n"
        "ROLE is author, translator, proofreader, editor, publisher or administrator, for an "
        "agency\n"
        "and some languages: \"translator:desk:en,fr\". Without an agency it is that of the user, "
        "or\n"
        "all when they have none; \"editor:*\" is for all. --admin is \"administrator:*\". "
        "`grant`\n"
        "replaces all that somebody may. A password is one line of standard input, or typed "
        "twice;\n"
        "without one `sen token new NAME` is the way in. Disabling ends every session and keeps\n"
        "every token out until the user is enabled again.",
    .run = run,
};
