-- What an operator and an admin set up. Times are milliseconds since 1970, ids and JSON are text, booleans 0 and 1.

-- Raised by every change of the configuration, first thing in its transaction: changes queue up behind this row.
CREATE TABLE config (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
) STRICT;
INSERT INTO config (id, version) VALUES (1, 0);

-- A known text sealed with the vault's key.
CREATE TABLE vault_check (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE probes (
    node TEXT NOT NULL PRIMARY KEY,
    probed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE plugins (
    name TEXT NOT NULL PRIMARY KEY,
    enabled INTEGER NOT NULL
) STRICT;

CREATE TABLE plugin_versions (
    digest TEXT NOT NULL PRIMARY KEY,
    plugin TEXT NOT NULL REFERENCES plugins (name) ON DELETE CASCADE,
    version TEXT NOT NULL,
    is_current INTEGER NOT NULL,
    installed_at INTEGER NOT NULL,
    manifest TEXT NOT NULL,
    size INTEGER NOT NULL,
    component BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_current_version_per_plugin ON plugin_versions (plugin) WHERE is_current = 1;
CREATE INDEX plugin_versions_by_plugin ON plugin_versions (plugin);

-- Names of egress rules of the current manifest that an admin granted.
CREATE TABLE grants (
    plugin TEXT NOT NULL REFERENCES plugins (name) ON DELETE CASCADE,
    rule TEXT NOT NULL,
    granted_at INTEGER NOT NULL,
    PRIMARY KEY (plugin, rule)
) STRICT, WITHOUT ROWID;

CREATE TABLE inboxes (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_inbox_per_name ON inboxes (name);

CREATE TABLE apps (
    id TEXT NOT NULL PRIMARY KEY,
    plugin TEXT NOT NULL REFERENCES plugins (name),
    name TEXT NOT NULL,
    settings TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_app_per_name ON apps (plugin, name);

-- A deleted channel stays for its conversations: it has no app, no inbox, and its account is free.
CREATE TABLE channels (
    id TEXT NOT NULL PRIMARY KEY,
    plugin TEXT NOT NULL,
    app TEXT REFERENCES apps (id),
    inbox TEXT REFERENCES inboxes (id),
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    settings TEXT NOT NULL,
    health TEXT NOT NULL,
    health_why TEXT,
    health_since INTEGER NOT NULL,
    paused_until INTEGER,
    connected_at INTEGER NOT NULL,
    deleted_at INTEGER,
    CHECK ((deleted_at IS NULL) = (inbox IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX one_channel_per_account ON channels (plugin, account) WHERE deleted_at IS NULL;
CREATE INDEX channels_by_app ON channels (app);
CREATE INDEX channels_by_inbox ON channels (inbox);

-- Owners of hooks, credentials and state are written `app:…` and `channel:…`.
CREATE TABLE hooks (
    owner TEXT NOT NULL PRIMARY KEY,
    plugin TEXT NOT NULL,
    key_hash BLOB NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX hooks_by_key ON hooks (key_hash);

CREATE TABLE credentials (
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    generation INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    set_at INTEGER NOT NULL,
    expires INTEGER,
    PRIMARY KEY (owner, name)
) STRICT, WITHOUT ROWID;

-- A version is never used twice for the same key, also not after the key was removed.
CREATE TABLE plugin_state (
    owner TEXT NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (owner, key)
) STRICT;

CREATE TABLE tokens (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    secret_hash BLOB NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at INTEGER
) STRICT;
CREATE UNIQUE INDEX tokens_by_secret ON tokens (secret_hash);

CREATE TABLE idempotency_keys (
    token TEXT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    status INTEGER,
    body BLOB,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (token, key)
) STRICT;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Requests that were refused leave a count and nothing else. No owner: an empty text.
CREATE TABLE refusals (
    owner TEXT NOT NULL,
    route TEXT NOT NULL,
    reason TEXT NOT NULL,
    n INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (owner, route, reason)
) STRICT, WITHOUT ROWID;
