#include "content/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static enum log_level threshold = LOG_LEVEL_INFO;

void log_set_level(enum log_level level)
{
    threshold = level;
}

// The bytes of the character at c; 0 for a control character (C0, DEL, C1) or what is not UTF-8.
static size_t printable(const unsigned char *c)
{
    if (*c < 0x80)
        return *c >= 0x20 && *c != 0x7f;
    size_t length = *c < 0xc2 ? 0 : *c < 0xe0 ? 2 : *c < 0xf0 ? 3 : *c < 0xf5 ? 4 : 0;
    for (size_t i = 1; i < length; i++)
        if ((c[i] & 0xc0) != 0x80)
            return 0;
    return *c == 0xc2 && c[1] < 0xa0 ? 0 : length;
}

// Append text inside quotes to a line; what does not fit is left out. Returns the new length.
static size_t append_escaped(char *line, size_t length, size_t size, const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c && length + 5 < size;) {
        size_t plain = printable(c);
        if (*c == '\n') {
            line[length++] = '\\';
            line[length++] = 'n';
        } else if (!plain) {
            length += (size_t)snprintf(line + length, size - length, "\\x%02x", *c);
        } else {
            if (*c == '"' || *c == '\\')
                line[length++] = '\\';
            memcpy(line + length, c, plain);
            length += plain;
        }
        c += plain ? plain : 1;
    }
    return length;
}

void log_write(enum log_level level, const char *event, const char *request, const char *format,
               ...)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    if (level > threshold)
        return;

    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);

    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    char stamp[32];
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);

    char line[2048];
    size_t length = (size_t)snprintf(line, sizeof line, "time=%s.%03ldZ level=%s event=%s", stamp,
                                     now.tv_nsec / 1000000, names[level], event);
    if (request) {
        length += (size_t)snprintf(line + length, sizeof line - length, " request=\"");
        length = append_escaped(line, length, length + 70, request);
        line[length++] = '"';
    }
    length += (size_t)snprintf(line + length, sizeof line - length, " message=\"");
    length = append_escaped(line, length, sizeof line - 2, message);
    line[length++] = '"';
    line[length++] = '\n';
    // One write a line, so that lines of several threads never mix.
    if (write(STDERR_FILENO, line, length) < 0)
        return;
}
