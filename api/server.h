// The server: threads, listeners, signals, the end.
#pragma once

#include "content/base/settings.h"

// Serve until SIGTERM or SIGINT, then drain. Returns an exit status.
//
// Listens on sockets handed in by systemd (LISTEN_FDS; thread n takes socket n modulo their
// number) or, without them, on one SO_REUSEPORT socket a thread. Logs "server.listening" with the
// port when every thread listens.
int server_run(const struct settings *settings);
