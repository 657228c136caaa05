// What is to happen at a time: publications, withdrawals, releases. The database decides and does
// it once (schedule_run in content/functions/publishing.sql); every server asks it often, so that
// any of them may be down.
#pragma once

#include "api/thread.h"

// Begin on a thread of the server; ends with ctx.
void schedule_open(TALLOC_CTX *ctx, struct thread *thread);
