-- Files that the host keeps, each once: by the digest of its bytes, at a place that no other file ever had.
CREATE TABLE media_files (
    sha256       TEXT    NOT NULL PRIMARY KEY,
    place        TEXT    NOT NULL,
    size         INTEGER NOT NULL,
    content_type TEXT    NOT NULL,
    touched_at   INTEGER NOT NULL
) STRICT;

-- A name of a file, good for one app or channel. Two who keep the same file have a name each.
CREATE TABLE media (
    handle     TEXT    NOT NULL PRIMARY KEY,
    owner      TEXT    NOT NULL,
    sha256     TEXT    NOT NULL REFERENCES media_files (sha256),
    size       INTEGER NOT NULL,
    file_name  TEXT,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX media_of_owner ON media (owner, size);
CREATE INDEX media_of_file ON media (sha256);
CREATE INDEX media_by_age ON media (created_at);

-- What names a medium: a message, an envelope that is not read yet … What nothing names is swept.
CREATE TABLE media_uses (
    handle  TEXT NOT NULL REFERENCES media (handle),
    used_by TEXT NOT NULL,
    PRIMARY KEY (handle, used_by)
) STRICT, WITHOUT ROWID;
CREATE INDEX media_uses_by ON media_uses (used_by);
