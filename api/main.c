// `sen`: loads what every command needs and runs one.
#include "api/command.h"
#include "content/base/log.h"
#include "locales/locale.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int command_usage(const struct command *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "sen %s: ", command->name);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\nusage: sen %s %s\n", command->name, command->usage);
    va_end(arguments);
    return 2;
}

static const struct command *find(const char *name)
{
    for (const struct command *const *one = commands; *one; one++)
        if (strcmp((*one)->name, name) == 0)
            return *one;
    return NULL;
}

static int help(const char *name, FILE *out)
{
    const struct command *command = name ? find(name) : NULL;
    if (command) {
        fprintf(out, "usage: sen %s %s\n\n%s\n", command->name, command->usage, command->help);
        return 0;
    }
    if (name) {
        fprintf(stderr, "sen: there is no command \"%s\"; `sen help` lists them.\n", name);
        return 2;
    }
    fprintf(out,
            "Sen %s: the backend of a country's portal for foreign readers.\n\n"
            "usage: sen COMMAND ...\n\n",
            SEN_VERSION);
    for (const struct command *const *one = commands; *one; one++)
        if (!(*one)->hidden)
            fprintf(out, "  %-10s %.*s\n", (*one)->name, (int)strcspn((*one)->help, "\n"),
                    (*one)->help);
    fprintf(out, "\n`sen help COMMAND` tells more; `sen settings` lists the SEN_* variables.\n");
    return 0;
}

static enum log_level log_level(const char *name)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    enum log_level level = LOG_LEVEL_ERROR;
    while (level < LOG_LEVEL_DEBUG && strcmp(names[level], name) != 0)
        level++;
    return level;
}

int main(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0)
        return help(argc > 2 ? argv[2] : NULL, argc < 2 ? stderr : stdout) || argc < 2 ? 2 : 0;
    if (strcmp(argv[1], "version") == 0 || strcmp(argv[1], "--version") == 0) {
        printf("sen %s\n", SEN_VERSION);
        return 0;
    }
    const struct command *command = find(argv[1]);
    if (!command)
        return help(argv[1], stderr);
    if (argc > 2 && strcmp(argv[2], "--help") == 0)
        return help(argv[1], stdout);

    const struct settings *settings;
    char *error;
    if (settings_load(NULL, &settings, &error)) {
        fprintf(stderr, "sen: %s\n", error);
        return 2;
    }
    log_set_level(log_level(settings->log));
    if (sodium_init() < 0 || locales_init()) {
        fprintf(stderr, "sen: the random number generator or the locale data cannot be used.\n");
        return 1;
    }
    int status = command->run(settings, argc - 1, argv + 1);
    talloc_free((void *)settings);
    return status;
}
