-- Files that messages name and that are still to be fetched: by the plugin, or by the host at an address. `used_by` is what names it,
-- as in `media_uses`; `source` is the contract's `media-source` as it stands there.
CREATE TABLE fetches (
    id          TEXT NOT NULL PRIMARY KEY,
    owner       TEXT NOT NULL,
    channel     TEXT NOT NULL,
    plugin      TEXT NOT NULL,
    used_by     TEXT NOT NULL,
    source      TEXT NOT NULL,
    file_name   TEXT,
    due_at      INTEGER NOT NULL,
    deadline    INTEGER NOT NULL,
    attempt     INTEGER NOT NULL DEFAULT 0,
    fence       INTEGER NOT NULL DEFAULT 0,
    claimed_by  TEXT,
    lease_until INTEGER,
    failure     TEXT,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX fetches_due ON fetches (due_at);
CREATE INDEX fetches_owner ON fetches (owner);
CREATE INDEX fetches_used_by ON fetches (used_by);
