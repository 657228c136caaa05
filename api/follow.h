// A thread follows the change log to drop what its cache shows: by NOTIFY, and by asking for the
// numbers it has missed after a gap or a lost connection.
#pragma once

#include "api/thread.h"

#include <talloc.h>

void follow_open(TALLOC_CTX *ctx, struct thread *thread);
