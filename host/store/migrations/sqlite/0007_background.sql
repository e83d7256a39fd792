-- What runs by itself: what events asked to be done afterwards, and how far each channel or app was polled. One row of `polls` is
-- one channel or app, so that one call at a time is the row's claim.

CREATE TABLE follow_ups (
    id          TEXT    NOT NULL PRIMARY KEY,
    owner       TEXT    NOT NULL,
    channel     TEXT,
    plugin      TEXT    NOT NULL,
    what        TEXT    NOT NULL,
    depth       INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    deadline    INTEGER NOT NULL,
    attempt     INTEGER NOT NULL DEFAULT 0,
    fence       INTEGER NOT NULL DEFAULT 0,
    claimed_by  TEXT,
    lease_until INTEGER,
    failure     TEXT,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX follow_ups_due ON follow_ups (due_at);
CREATE INDEX follow_ups_owner ON follow_ups (owner);

-- `asked` counts what wanted it polled; `not_before` is what a provider asked for, and no wish moves it. One whose sign-in expired is
-- `halted` until a credential is set.
CREATE TABLE polls (
    owner       TEXT    NOT NULL PRIMARY KEY,
    channel     TEXT,
    plugin      TEXT    NOT NULL,
    cursor      TEXT,
    due_at      INTEGER NOT NULL,
    not_before  INTEGER NOT NULL DEFAULT 0,
    asked       INTEGER NOT NULL DEFAULT 0,
    halted      INTEGER NOT NULL DEFAULT 0,
    failures    INTEGER NOT NULL DEFAULT 0,
    fence       INTEGER NOT NULL DEFAULT 0,
    claimed_by  TEXT,
    lease_until INTEGER,
    failure     TEXT,
    polled_at   INTEGER
) STRICT;
CREATE INDEX polls_due ON polls (due_at);
CREATE INDEX polls_channel ON polls (channel);
