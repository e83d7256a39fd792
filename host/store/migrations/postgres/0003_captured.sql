-- Secrets that providers minted in answers, sealed, until something names them or they are too old.
CREATE TABLE captured (
    owner TEXT COLLATE "C" NOT NULL,
    handle TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (owner, handle)
);
CREATE INDEX captured_by_age ON captured (at);
