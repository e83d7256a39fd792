-- Channels and apps whose calls kept failing: slowed, or paused until a moment. Who is not in it is well.
CREATE TABLE conduct (
    owner  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    code   TEXT COLLATE "C" NOT NULL,
    pauses BIGINT           NOT NULL,
    since  BIGINT           NOT NULL,
    until  BIGINT
);
