// A connection of a client: bytes to requests (llhttp on a bufferevent), answers to bytes.
//
//   IDLE ──first byte──► HEAD ──► BODY ──► RUNNING ──answered──► IDLE, or CLOSING
//                                                                  (flushes, lingers, closes)
// At most one request of a connection is under way; what a client sends ahead stays unread beyond
// a small buffer, and nothing more is parsed while its answers are not taken.
#pragma once

#include "api/request.h"

#include <sys/uio.h>

struct response;

// Take over an accepted socket.
void conn_open(struct thread *thread, int fd, const struct sockaddr *from);

// Send an answer's pieces and end the request under way. What the socket does not take at once is
// copied, but for the last piece when it belongs to owner (or NULL): that is referred to.
void conn_answer(struct conn *conn, const struct iovec *pieces, int count, struct response *owner);

// Has the request under way a body that is not (wholly) read?
bool conn_body_waits(const struct conn *conn);

// Ask for it, into memory or into request->body_file; request_resume follows. Sends 100 Continue
// where the client waits for it.
void conn_read_body(struct conn *conn);

// Go on with what the client has sent already. Called by the driver of a request when the request's
// steps have returned, so that no request begins or ends below another one's step.
void conn_continue(struct conn *conn);

// Look at every connection's deadline; called from the thread's tick.
void conns_tick(struct thread *thread);

// Close connections that wait for a request; the others after their answer.
void conns_drain(struct thread *thread);

// Give up those that are left: the thread ends.
void conns_close(struct thread *thread);

// Must the answer under way be the connection's last (draining, HTTP/1.0, Connection: close)?
bool conn_must_close(const struct conn *conn);
