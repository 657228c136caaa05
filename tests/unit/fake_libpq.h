// A scripted stand-in for libpq and its server, for the tests of content/db.c, and the clock that
// content/db.c reads there. One script holds for all connections: a list of events, taken in order
// by what they happen to. Where the next event is of another kind, everything goes well: a
// connection is made, a statement answers one row.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fake_kind {
    FAKE_END,
    // to a connection being opened
    FAKE_CONNECT,      // it is made
    FAKE_REFUSE,       // it is refused after a while
    FAKE_REFUSE_START, // it is refused at once
    FAKE_SLOW,         // nothing happens
    FAKE_SETUP_ERROR,  // it is made, then its first statement fails with text (an SQLSTATE)
    // to a statement that has been sent
    FAKE_ROW,           // one row, column "value": text
    FAKE_ERROR,         // fails with text
    FAKE_PREPARE_ERROR, // its prepare fails with text
    FAKE_COMMIT_ERROR,  // answers a row, then its implicit transaction fails with text
    FAKE_SILENT,        // no answer, now and later
    FAKE_HALF,          // answers a row, and no sync point ever
    FAKE_LOST,          // the connection breaks
    FAKE_LOST_NULL,     // the same, seen only by PQstatus: PQgetResult gives NULL for ever
    FAKE_NULL,          // PQgetResult gives NULL for ever on a good connection
    // to a statement being sent
    FAKE_REFUSE_PREPARE, // PQsendPrepare refuses
    FAKE_REFUSE_SEND,    // PQsendQueryPrepared
    FAKE_REFUSE_SYNC,    // PQpipelineSync
    FAKE_REFUSE_FLUSH,   // PQflush
};

struct fake_event {
    enum fake_kind kind;
    const char *text;
};

struct fake_counts {
    unsigned connects, open;     // attempts; connections not finished
    unsigned prepares, executes; // received by the server
    unsigned pings;              // of executes
    unsigned results, cleared;   // made, given back
    unsigned asked_for_results;  // calls of PQgetResult
};

extern struct fake_counts fake;

// Start anew: no connections, nothing counted, the clock at an hour.
void fake_script(const struct fake_event *events);

// The next event is taken no more: everything went as written so far.
bool fake_script_is_over(void);

// From here on everything goes well.
void fake_script_end(void);

// A notification on the oldest open connection.
void fake_notify(const char *payload);

// The server answers nothing any more, on connections made before.
void fake_mute(void);

// The clock stands still but for this.
void fake_clock_forward(int64_t ms);
