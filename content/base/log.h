// Structured logs on stderr, one line an event:
//   time=2026-11-02T02:00:00.123Z level=info event=db.lost request=6f1c message="..."
// Values are escaped, so nothing a stranger sends can start a line of its own or reach a terminal
// as a control sequence. Never pass a token, password or body.
#pragma once

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

// Lines above this level are dropped. Set once, before threads start. Default: info.
void log_set_level(enum log_level level);

// event: a short constant name, dotted; request: the request id or NULL; format makes the message.
void log_write(enum log_level level, const char *event, const char *request, const char *format,
               ...) __attribute__((format(printf, 4, 5)));

#define log_error(event, ...) log_write(LOG_LEVEL_ERROR, event, NULL, __VA_ARGS__)
#define log_warn(event, ...)  log_write(LOG_LEVEL_WARN, event, NULL, __VA_ARGS__)
#define log_info(event, ...)  log_write(LOG_LEVEL_INFO, event, NULL, __VA_ARGS__)
#define log_debug(event, ...) log_write(LOG_LEVEL_DEBUG, event, NULL, __VA_ARGS__)
