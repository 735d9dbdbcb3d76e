-- What an engine outside the record would not take, and since when it can't be reached.
CREATE TABLE index_refusals (
    article TEXT PRIMARY KEY,
    reason  TEXT NOT NULL,
    at      INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE engine_away (name TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID;
