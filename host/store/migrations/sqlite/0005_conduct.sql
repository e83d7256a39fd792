-- Channels and apps whose calls kept failing: slowed, or paused until a moment. Who is not in it is well.
CREATE TABLE conduct (
    owner  TEXT    NOT NULL PRIMARY KEY,
    code   TEXT    NOT NULL,
    pauses INTEGER NOT NULL,
    since  INTEGER NOT NULL,
    until  INTEGER
) STRICT;
