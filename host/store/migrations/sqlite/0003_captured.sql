-- Secrets that providers minted in answers, sealed, until something names them or they are too old.
CREATE TABLE captured (
    owner TEXT NOT NULL,
    handle TEXT NOT NULL,
    sealed BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (owner, handle)
) STRICT, WITHOUT ROWID;
CREATE INDEX captured_by_age ON captured (at);
