-- Files that messages name and that are still to be fetched: by the plugin, or by the host at an address. `used_by` is what names it,
-- as in `media_uses`; `source` is the contract's `media-source` as it stands there.
CREATE TABLE fetches (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    owner       TEXT COLLATE "C" NOT NULL,
    channel     TEXT COLLATE "C" NOT NULL,
    plugin      TEXT COLLATE "C" NOT NULL,
    used_by     TEXT COLLATE "C" NOT NULL,
    source      TEXT COLLATE "C" NOT NULL,
    file_name   TEXT COLLATE "C",
    due_at      BIGINT NOT NULL,
    deadline    BIGINT NOT NULL,
    attempt     BIGINT NOT NULL DEFAULT 0,
    fence       BIGINT NOT NULL DEFAULT 0,
    claimed_by  TEXT COLLATE "C",
    lease_until BIGINT,
    failure     TEXT COLLATE "C",
    created_at  BIGINT NOT NULL
);
CREATE INDEX fetches_due ON fetches (due_at);
CREATE INDEX fetches_owner ON fetches (owner);
CREATE INDEX fetches_used_by ON fetches (used_by);
