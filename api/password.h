// Passwords: Argon2id (RFC 9106) by libsodium, with 64 MiB and three passes, the second of the
// RFC's recommendations with one lane. One costs about 0.15 s of a core, so two threads of low
// priority do it for the whole process, two at once and no more, and a bounded queue waits for
// them.
#pragma once

#include "content/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

struct event_base;
struct passwords;

#define PASSWORD_CHARACTERS_MIN 12 // as a reader counts them
#define PASSWORD_BYTES_MAX      1024
#define PASSWORD_HASH_SIZE      128 // with its NUL

// Bring a password to NFC. is_new: it must also be long enough. On SEN_INVALID the fault tells why,
// without the password.
int password_read(TALLOC_CTX *ctx, const char *utf8, size_t length, bool is_new, char **ret,
                  struct fault *ret_fault) SEN_MUST_CHECK;

// Hash a password here and now, for commands. -ENOMEM.
int password_hash_now(const char *password, char ret[PASSWORD_HASH_SIZE]) SEN_MUST_CHECK;

// What an event loop asks with; queue: how many may wait for the two threads, whoever asks, and as
// many again that come first. Freed with its parent: waits for what is being computed, and what
// was asked is dropped without a call.
struct passwords *passwords_open(TALLOC_CTX *ctx, struct event_base *base, unsigned queue);

// outcome: SEN_OK; SEN_UNAUTHORISED: another password; SEN_BUSY: the queue is full, or no memory.
// hash: of password_hash; of password_verify the same password under today's parameters when they
// have changed, else NULL. Lives until the call returns.
typedef void password_done(void *data, int outcome, const char *hash);

// done is called exactly once, from the event loop, never before this call has returned. password
// and hash are copied. hash NULL: nobody is there; it takes as long, and is never right. first: it
// is from where this account is known, so it comes before the strangers', who may be very many. A
// new password always comes first: somebody has asked for it who may.
void password_hash(struct passwords *passwords, const char *password, password_done *done,
                   void *data);
void password_verify(struct passwords *passwords, const char *password, const char *hash,
                     bool first, password_done *done, void *data);
