-- Files that the host keeps, each once: by the digest of its bytes, at a place that no other file ever had.
CREATE TABLE media_files (
    sha256       TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    place        TEXT COLLATE "C"    NOT NULL,
    size         BIGINT NOT NULL,
    content_type TEXT COLLATE "C"    NOT NULL,
    touched_at   BIGINT NOT NULL
);

-- A name of a file, good for one app or channel. Two who keep the same file have a name each.
CREATE TABLE media (
    handle     TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    owner      TEXT COLLATE "C"    NOT NULL,
    sha256     TEXT COLLATE "C"    NOT NULL REFERENCES media_files (sha256),
    size       BIGINT NOT NULL,
    file_name  TEXT COLLATE "C",
    created_at BIGINT NOT NULL
);
CREATE INDEX media_of_owner ON media (owner, size);
CREATE INDEX media_of_file ON media (sha256);
CREATE INDEX media_by_age ON media (created_at);

-- What names a medium: a message, an envelope that is not read yet … What nothing names is swept.
CREATE TABLE media_uses (
    handle  TEXT COLLATE "C" NOT NULL REFERENCES media (handle),
    used_by TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (handle, used_by)
);
CREATE INDEX media_uses_by ON media_uses (used_by);
