-- The fact book, and printed figures held beside it. Dates are ISO dates, times microseconds as in 0001.

-- One row a version; none is changed but by its approval and by the last day on which it holds. `words` has the
-- folded words by which it is found.
CREATE TABLE facts (
    desk        TEXT NOT NULL,
    id          TEXT NOT NULL,
    version     INTEGER NOT NULL,
    body        TEXT NOT NULL,             -- what was entered, as JSON
    words       TEXT NOT NULL,
    entered_by  TEXT NOT NULL,
    entered_at  INTEGER NOT NULL,
    approved_by TEXT NOT NULL DEFAULT '',
    approved_at INTEGER,
    valid_from  TEXT NOT NULL,
    valid_to    TEXT,
    PRIMARY KEY (desk, id, version)
) WITHOUT ROWID;

CREATE TABLE fact_files (
    desk    TEXT NOT NULL,
    sha256  TEXT NOT NULL,
    name    TEXT NOT NULL,
    content BLOB NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (desk, sha256)
);

-- A table that was uploaded and not confirmed yet.
CREATE TABLE fact_imports (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    desk    TEXT NOT NULL,
    name    TEXT NOT NULL,
    content BLOB NOT NULL,
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL
);

CREATE TABLE fact_stamps (desk TEXT PRIMARY KEY, stamp INTEGER NOT NULL) WITHOUT ROWID;

-- Comparisons belong to one revision (hash) of an article. They hold a sentence of it and go with its text.
CREATE TABLE comparisons (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    desk    TEXT NOT NULL,
    n       INTEGER NOT NULL REFERENCES articles (n) ON DELETE CASCADE,
    hash    TEXT NOT NULL,
    fact    TEXT NOT NULL,
    version INTEGER NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('same', 'differs')),
    phrase  TEXT NOT NULL,                 -- hash of the folded sentence
    body    TEXT NOT NULL,
    at      INTEGER NOT NULL
);
CREATE INDEX comparisons_n ON comparisons (n, desk, hash);

-- Dismissed once and for all: this sentence beside this fact, whatever revision it stands in.
CREATE TABLE comparisons_dismissed (
    desk   TEXT NOT NULL,
    n      INTEGER NOT NULL REFERENCES articles (n) ON DELETE CASCADE,
    fact   TEXT NOT NULL,
    phrase TEXT NOT NULL,
    at     INTEGER NOT NULL,
    who    TEXT NOT NULL,
    PRIMARY KEY (desk, n, fact, phrase)
) WITHOUT ROWID;
CREATE INDEX comparisons_dismissed_n ON comparisons_dismissed (n);
