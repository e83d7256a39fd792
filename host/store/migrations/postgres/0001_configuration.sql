-- What an operator and an admin set up. Times are milliseconds since 1970, ids and JSON are text, booleans 0 and 1.

-- Raised by every change of the configuration, first thing in its transaction: changes queue up behind this row.
CREATE TABLE config (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    version BIGINT NOT NULL
);
INSERT INTO config (id, version) VALUES (1, 0);

-- A known text sealed with the vault's key.
CREATE TABLE vault_check (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    sealed BYTEA NOT NULL
);

CREATE TABLE probes (
    node TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    probed_at BIGINT NOT NULL
);

CREATE TABLE plugins (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    enabled BIGINT NOT NULL
);

CREATE TABLE plugin_versions (
    digest TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    plugin TEXT COLLATE "C" NOT NULL REFERENCES plugins (name) ON DELETE CASCADE,
    version TEXT COLLATE "C" NOT NULL,
    is_current BIGINT NOT NULL,
    installed_at BIGINT NOT NULL,
    manifest TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    component BYTEA NOT NULL
);
CREATE UNIQUE INDEX one_current_version_per_plugin ON plugin_versions (plugin) WHERE is_current = 1;
CREATE INDEX plugin_versions_by_plugin ON plugin_versions (plugin);

-- Names of egress rules of the current manifest that an admin granted.
CREATE TABLE grants (
    plugin TEXT COLLATE "C" NOT NULL REFERENCES plugins (name) ON DELETE CASCADE,
    rule TEXT COLLATE "C" NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (plugin, rule)
);

CREATE TABLE inboxes (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX one_inbox_per_name ON inboxes (name);

CREATE TABLE apps (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    plugin TEXT COLLATE "C" NOT NULL REFERENCES plugins (name),
    name TEXT COLLATE "C" NOT NULL,
    settings TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX one_app_per_name ON apps (plugin, name);

-- A deleted channel stays for its conversations: it has no app, no inbox, and its account is free.
CREATE TABLE channels (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    plugin TEXT COLLATE "C" NOT NULL,
    app TEXT COLLATE "C" REFERENCES apps (id),
    inbox TEXT COLLATE "C" REFERENCES inboxes (id),
    account TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    enabled BIGINT NOT NULL,
    settings TEXT COLLATE "C" NOT NULL,
    health TEXT COLLATE "C" NOT NULL,
    health_why TEXT COLLATE "C",
    health_since BIGINT NOT NULL,
    paused_until BIGINT,
    connected_at BIGINT NOT NULL,
    deleted_at BIGINT,
    CHECK ((deleted_at IS NULL) = (inbox IS NOT NULL))
);
CREATE UNIQUE INDEX one_channel_per_account ON channels (plugin, account) WHERE deleted_at IS NULL;
CREATE INDEX channels_by_app ON channels (app);
CREATE INDEX channels_by_inbox ON channels (inbox);

-- Owners of hooks, credentials and state are written `app:…` and `channel:…`.
CREATE TABLE hooks (
    owner TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    plugin TEXT COLLATE "C" NOT NULL,
    key_hash BYTEA NOT NULL,
    sealed BYTEA NOT NULL
);
CREATE UNIQUE INDEX hooks_by_key ON hooks (key_hash);

CREATE TABLE credentials (
    owner TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    generation BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    set_at BIGINT NOT NULL,
    expires BIGINT,
    PRIMARY KEY (owner, name)
);

-- A version is never used twice for the same key, also not after the key was removed.
CREATE TABLE plugin_state (
    owner TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    value BYTEA NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (owner, key)
);

CREATE TABLE tokens (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    secret_hash BYTEA NOT NULL,
    scopes TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX tokens_by_secret ON tokens (secret_hash);

CREATE TABLE idempotency_keys (
    token TEXT COLLATE "C" NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    key TEXT COLLATE "C" NOT NULL,
    request_hash BYTEA NOT NULL,
    status BIGINT,
    body BYTEA,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (token, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Requests that were refused leave a count and nothing else. No owner: an empty text.
CREATE TABLE refusals (
    owner TEXT COLLATE "C" NOT NULL,
    route TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    n BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (owner, route, reason)
);
