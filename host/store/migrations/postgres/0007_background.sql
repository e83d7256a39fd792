-- What runs by itself: what events asked to be done afterwards, and how far each channel or app was polled. One row of `polls` is
-- one channel or app, so that one call at a time is the row's claim.

CREATE TABLE follow_ups (
    id          TEXT    NOT NULL PRIMARY KEY,
    owner       TEXT    NOT NULL,
    channel     TEXT,
    plugin      TEXT    NOT NULL,
    what        TEXT    NOT NULL,
    depth       BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    deadline    BIGINT NOT NULL,
    attempt     BIGINT NOT NULL DEFAULT 0,
    fence       BIGINT NOT NULL DEFAULT 0,
    claimed_by  TEXT,
    lease_until BIGINT,
    failure     TEXT,
    created_at  BIGINT NOT NULL
);
CREATE INDEX follow_ups_due ON follow_ups (due_at);
CREATE INDEX follow_ups_owner ON follow_ups (owner);

-- `asked` counts what wanted it polled; `not_before` is what a provider asked for, and no wish moves it. One whose sign-in expired is
-- `halted` until a credential is set.
CREATE TABLE polls (
    owner       TEXT    NOT NULL PRIMARY KEY,
    channel     TEXT,
    plugin      TEXT    NOT NULL,
    cursor      TEXT,
    due_at      BIGINT NOT NULL,
    not_before  BIGINT NOT NULL DEFAULT 0,
    asked       BIGINT NOT NULL DEFAULT 0,
    halted      BIGINT NOT NULL DEFAULT 0,
    failures    BIGINT NOT NULL DEFAULT 0,
    fence       BIGINT NOT NULL DEFAULT 0,
    claimed_by  TEXT,
    lease_until BIGINT,
    failure     TEXT,
    polled_at   BIGINT
);
CREATE INDEX polls_due ON polls (due_at);
CREATE INDEX polls_channel ON polls (channel);
