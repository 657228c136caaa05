#include "api/command.h"
#include "render/site.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern const struct command command_build;

// The pages are there; who shares one is shown its card as soon as that is too.
static int make_cards(const struct settings *settings, const struct site_options *options)
{
    struct site_cards_report report;
    char *error;
    int r = site_cards(NULL, settings, options, &report, &error);
    if (r)
        fprintf(stderr, "sen build: the cards of shared links: %s\n",
                error ? error : strerror(r < 0 ? -r : EIO));
    else if (report.made)
        printf("%u cards for shared links\n", report.made);
    if (!r && report.failed)
        printf("%u cards could not be made; the log says why.\n", report.failed);
    talloc_free(error);
    return r;
}

static int run(const struct settings *settings, int argc, char **argv)
{
    struct site_options options = {.progress = isatty(STDERR_FILENO)};
    bool cards = true;
    for (int i = 1; i < argc; i++) {
        char *end;
        if (strcmp(argv[i], "--render") == 0) {
            options.render = true;
        } else if (strcmp(argv[i], "--no-cards") == 0) {
            cards = false;
        } else if (strcmp(argv[i], "--jobs") == 0 && i + 1 < argc) {
            unsigned long jobs = strtoul(argv[++i], &end, 10);
            if (*end || jobs < 1 || jobs > 64)
                return command_usage(&command_build, "--jobs takes a number from 1 to 64");
            options.jobs = (unsigned)jobs;
        } else {
            return command_usage(&command_build, "what is \"%s\"?", argv[i]);
        }
    }
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct site_report report;
    char *error;
    int r = site_build(ctx, settings, &options, &report, &error);
    if (r)
        fprintf(stderr, "sen build: %s\n",
                error   ? error
                : r < 0 ? strerror(-r)
                        : "the site could not be built");
    else
        printf("%u pages of %u articles in %u locales, %.2f s; compressed copies, %.2f s\n",
               report.pages, report.articles, report.locales, report.seconds, report.siblings);
    if (!r && report.kept)
        printf("%u texts could not be rendered again and show what was rendered before; the log "
               "says which.\n",
               report.kept);
    fflush(stdout);
    if (!r && cards)
        r = make_cards(settings, &options);
    talloc_free(ctx);
    return r ? 1 : 0;
}

const struct command command_build = {
    .name = "build",
    .usage = "[--render] [--jobs N] [--no-cards]",
    .help = "Build the static site under SEN_HOME/site.\n"
            "Readers see the old site until the new one is complete.\n\n"
            "--render    make the HTML of every text from its Markdown again\n"
            "--jobs N    use N processes (one a core)\n"
            "--no-cards  leave the pictures for shared links to the worker",
    .run = run,
};
