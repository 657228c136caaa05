// Learn the words of texts that were published (content/functions/search.sql), a little after they
// were: in what search corrects and how it weighs words nobody waits for the last second.
#pragma once

#include "api/thread.h"

#include <talloc.h>

// For one thread of a server. Stops when ctx is freed.
void learn_open(TALLOC_CTX *ctx, struct thread *thread);
