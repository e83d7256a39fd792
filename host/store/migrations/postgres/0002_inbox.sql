-- What comes in, what becomes of it, and what goes out. Times are milliseconds since 1970, ids UUIDs as text, JSON is text.
-- `channel` of things that happened outlives the channel, so it is no foreign key.

-- One raw inbound delivery, exactly as it arrived.
CREATE TABLE envelopes (
    id          TEXT    NOT NULL PRIMARY KEY,
    owner       TEXT    NOT NULL,
    plugin      TEXT    NOT NULL,
    route       TEXT    NOT NULL,
    request     TEXT    NOT NULL,
    body        BYTEA   NOT NULL,
    received_at BIGINT  NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('pending', 'done', 'dead')),
    duplicates  BIGINT  NOT NULL DEFAULT 0,
    runs        BIGINT  NOT NULL DEFAULT 0,
    next_at     BIGINT,
    reason      TEXT
);
CREATE INDEX envelopes_pending ON envelopes (next_at) WHERE state = 'pending';

-- Whom an envelope speaks of, so that a person can be erased.
CREATE TABLE envelope_contacts (
    contact  TEXT NOT NULL,
    envelope TEXT NOT NULL,
    PRIMARY KEY (contact, envelope)
);

CREATE TABLE dead_letters (
    id       TEXT    NOT NULL PRIMARY KEY,
    envelope TEXT,
    owner    TEXT    NOT NULL,
    plugin   TEXT    NOT NULL,
    code     TEXT    NOT NULL,
    params   TEXT    NOT NULL,
    event    TEXT,
    at       BIGINT  NOT NULL
);
CREATE INDEX dead_letters_envelope ON dead_letters (envelope);

-- What was seen before. Never partitioned, kept longer than any provider repeats itself.
CREATE TABLE dedup (
    scope TEXT    NOT NULL,
    kind  TEXT    NOT NULL,
    key   TEXT    NOT NULL,
    at    BIGINT  NOT NULL,
    PRIMARY KEY (scope, kind, key)
);

CREATE TABLE contacts (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT,
    named_at   BIGINT,
    created_at BIGINT  NOT NULL
);

-- One of a person's addresses on one channel. Everyone but a contact has none.
CREATE TABLE identities (
    id              TEXT    NOT NULL PRIMARY KEY,
    channel         TEXT    NOT NULL,
    contact         TEXT    REFERENCES contacts (id),
    key             TEXT    NOT NULL,
    kind            TEXT    NOT NULL,
    role            TEXT    NOT NULL,
    profile         TEXT    NOT NULL,
    reachable       BIGINT  NOT NULL DEFAULT 1,
    reachable_why   TEXT,
    reachable_at    BIGINT,
    context         TEXT,
    context_at      BIGINT
);
CREATE INDEX identities_contact ON identities (contact);

-- All names of an identity, as they are compared.
CREATE TABLE identity_keys (
    channel  TEXT NOT NULL,
    key      TEXT NOT NULL,
    kind     TEXT NOT NULL,
    identity TEXT NOT NULL REFERENCES identities (id),
    PRIMARY KEY (channel, key)
);
CREATE INDEX identity_keys_identity ON identity_keys (identity);

CREATE TABLE consents (
    identity TEXT    NOT NULL REFERENCES identities (id),
    topic    TEXT    NOT NULL,
    given    BIGINT  NOT NULL,
    evidence TEXT,
    context  TEXT,
    ord      BIGINT,
    at       BIGINT  NOT NULL,
    dedup    TEXT    NOT NULL,
    PRIMARY KEY (identity, topic)
);

CREATE TABLE conversations (
    id           TEXT    NOT NULL PRIMARY KEY,
    inbox        TEXT    NOT NULL,
    channel      TEXT    NOT NULL,
    contact      TEXT    REFERENCES contacts (id),
    identity     TEXT    REFERENCES identities (id),
    thread       TEXT,
    status       TEXT    NOT NULL CHECK (status IN ('open', 'closed')),
    subject      TEXT,
    last_at      BIGINT  NOT NULL,
    opened_at    BIGINT,
    referred_at  BIGINT,
    created_at   BIGINT  NOT NULL
);
CREATE INDEX conversations_latest ON conversations (last_at, id);
CREATE INDEX conversations_inbox ON conversations (inbox, last_at, id);
CREATE INDEX conversations_contact ON conversations (contact);

-- A thread as the provider has it; a conversation begins with its first message.
CREATE TABLE threads (
    id             TEXT    NOT NULL PRIMARY KEY,
    channel        TEXT    NOT NULL,
    key            TEXT    NOT NULL,
    kind           TEXT    NOT NULL,
    conversation   TEXT    REFERENCES conversations (id),
    identity       TEXT    REFERENCES identities (id),
    details        TEXT    NOT NULL,
    context        TEXT,
    context_at     BIGINT,
    sent_mark      BIGINT,
    delivered_mark BIGINT,
    read_mark      BIGINT,
    writable       BIGINT  NOT NULL DEFAULT 1,
    writable_at    BIGINT,
    ended          BIGINT  NOT NULL DEFAULT 0,
    ended_at       BIGINT
);
CREATE INDEX threads_identity ON threads (identity);
CREATE INDEX threads_conversation ON threads (conversation);

CREATE TABLE thread_keys (
    channel TEXT NOT NULL,
    key     TEXT NOT NULL,
    thread  TEXT NOT NULL REFERENCES threads (id),
    PRIMARY KEY (channel, key)
);
CREATE INDEX thread_keys_thread ON thread_keys (thread);

-- One thing said. What is shown (parts, reactions, status) is a function of `original` or `parts` and of what is in
-- `message_facts`; `original` is there once the two differ.
CREATE TABLE messages (
    id           TEXT    NOT NULL PRIMARY KEY,
    conversation TEXT    NOT NULL REFERENCES conversations (id),
    channel      TEXT    NOT NULL,
    thread       TEXT,
    direction    TEXT    NOT NULL CHECK (direction IN ('in', 'out', 'echo')),
    external_id  TEXT,
    identity     TEXT,
    at           BIGINT  NOT NULL,
    ord          BIGINT,
    history      BIGINT  NOT NULL DEFAULT 0,
    status       TEXT    NOT NULL,
    failure      TEXT,
    sent_at      BIGINT,
    parts        TEXT    NOT NULL,
    original     TEXT,
    text         TEXT    NOT NULL,
    details      TEXT,
    reactions    TEXT,
    edited_at    BIGINT,
    deleted_at   BIGINT,
    erased       BIGINT  NOT NULL DEFAULT 0,
    expires_at   BIGINT,
    context      TEXT,
    envelope     TEXT,
    created_at   BIGINT  NOT NULL
);
CREATE INDEX messages_in_conversation ON messages (conversation, at, COALESCE(ord, -1), id);
CREATE INDEX messages_expiring ON messages (expires_at) WHERE expires_at IS NOT NULL AND erased = 0;
CREATE INDEX messages_below_watermark ON messages (thread, sent_at) WHERE direction <> 'in';

-- Every name by which something can be told about a message: a provider's ids, our client-refs, ids unique in the world (of
-- which `channel` is empty). A message of several parts has several.
CREATE TABLE message_names (
    channel TEXT    NOT NULL,
    kind    TEXT    NOT NULL CHECK (kind IN ('id', 'ref', 'universal')),
    name    TEXT    NOT NULL,
    message TEXT    NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    part    BIGINT,
    PRIMARY KEY (channel, kind, name)
);
CREATE INDEX message_names_message ON message_names (message);

-- What was told about a message, also before it is there.
CREATE TABLE message_facts (
    id       BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel  TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    own_id   TEXT,
    ord      BIGINT,
    at       BIGINT  NOT NULL,
    dedup    TEXT    NOT NULL,
    fact     TEXT    NOT NULL,
    envelope TEXT
);
CREATE INDEX message_facts_about ON message_facts (channel, kind, name);
CREATE INDEX message_facts_own ON message_facts (channel, own_id) WHERE own_id IS NOT NULL;

-- What happened on a channel and is no message: kept and shown, never dropped.
CREATE TABLE channel_events (
    id           TEXT    NOT NULL PRIMARY KEY,
    owner        TEXT    NOT NULL,
    channel      TEXT,
    conversation TEXT,
    contact      TEXT,
    kind         TEXT    NOT NULL,
    at           BIGINT  NOT NULL,
    event        TEXT    NOT NULL,
    envelope     TEXT,
    created_at   BIGINT  NOT NULL
);
CREATE INDEX channel_events_channel ON channel_events (channel, id);

-- What was announced. Rows are inserted without a position; a sequencer numbers what is committed, so that positions follow the
-- order of commits and a reader that resumes skips nothing.
CREATE TABLE event_log (
    number       BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    position     BIGINT  UNIQUE,
    at           BIGINT  NOT NULL,
    kind         TEXT    NOT NULL,
    channel      TEXT,
    conversation TEXT,
    message      TEXT,
    contact      TEXT
);
CREATE INDEX event_log_unstamped ON event_log (number) WHERE position IS NULL;

-- The last position that was given. Who numbers rows holds this row locked until the numbers are committed.
CREATE TABLE event_sequencer (
    id       BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    position BIGINT NOT NULL
);
INSERT INTO event_sequencer (id, position) VALUES (1, 0);

-- A message's way out. `number` orders the deliveries of a conversation.
CREATE TABLE deliveries (
    number       BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id           TEXT    NOT NULL UNIQUE,
    message      TEXT    NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    conversation TEXT    NOT NULL,
    channel      TEXT    NOT NULL,
    thread       TEXT,
    identity     TEXT,
    state        TEXT    NOT NULL CHECK (state IN ('waiting', 'claimed', 'done')),
    due_at       BIGINT  NOT NULL,
    deadline     BIGINT  NOT NULL,
    attempt      BIGINT  NOT NULL DEFAULT 0,
    fence        BIGINT  NOT NULL DEFAULT 0,
    claimed_by   TEXT,
    lease_until  BIGINT,
    moved        BIGINT  NOT NULL DEFAULT 0,
    ground       TEXT    NOT NULL,
    author       TEXT,
    automatic    BIGINT  NOT NULL DEFAULT 0,
    created_at   BIGINT  NOT NULL
);
CREATE INDEX deliveries_due ON deliveries (state, due_at) WHERE state <> 'done';
CREATE INDEX deliveries_conversation ON deliveries (conversation, number) WHERE state <> 'done';
CREATE INDEX deliveries_message ON deliveries (message);

CREATE TABLE delivery_parts (
    delivery   TEXT    NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    part       BIGINT  NOT NULL,
    client_ref TEXT    NOT NULL UNIQUE,
    external_id TEXT,
    state      TEXT    NOT NULL,
    outcome    TEXT,
    sent_at    BIGINT,
    echoed     BIGINT  NOT NULL DEFAULT 0,
    PRIMARY KEY (delivery, part)
);

-- What rests until a moment: an app, an account, a thread, a recipient.
CREATE TABLE pauses (
    scope  TEXT    NOT NULL CHECK (scope IN ('app', 'account', 'thread', 'recipient')),
    target TEXT    NOT NULL,
    bucket TEXT    NOT NULL,
    until  BIGINT  NOT NULL,
    PRIMARY KEY (scope, target, bucket)
);
