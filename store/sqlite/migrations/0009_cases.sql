-- Cases with all that belongs to them. `article` has no foreign key: a case outlives the text of its article.

CREATE TABLE cases (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    desk      TEXT NOT NULL,
    kind      TEXT NOT NULL CHECK (kind IN ('correction', 'answer', 'release', 'question', 'nothing')),
    state     TEXT NOT NULL CHECK (state IN ('open', 'ready', 'sent', 'closed')),
    article   TEXT NOT NULL DEFAULT '',
    hash      TEXT NOT NULL DEFAULT '',    -- of the quoted revision
    due       TEXT,
    opened_at INTEGER NOT NULL,
    touched   INTEGER NOT NULL,
    sent_at   INTEGER,
    closed_at INTEGER,
    asked_at  INTEGER,
    outcome   TEXT,
    body      TEXT NOT NULL                -- the rest, as JSON
);
CREATE INDEX cases_desk ON cases (desk, state);
CREATE INDEX cases_article ON cases (article) WHERE article <> '';

CREATE TABLE case_notes (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    cid  INTEGER NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    at   INTEGER NOT NULL,
    who  TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX case_notes_cid ON case_notes (cid);

CREATE TABLE case_files (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    cid        INTEGER NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size       INTEGER NOT NULL,
    sha256     TEXT NOT NULL,
    content    BLOB NOT NULL,
    at         INTEGER NOT NULL,
    who        TEXT NOT NULL
);
CREATE INDEX case_files_cid ON case_files (cid);

CREATE TABLE case_events (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    cid    INTEGER NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    at     INTEGER NOT NULL,
    who    TEXT NOT NULL,
    what   TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX case_events_cid ON case_events (cid);

-- What became of the quoted sentence when the article changed.
CREATE TABLE case_changes (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    cid       INTEGER NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    at        INTEGER NOT NULL,
    hash      TEXT NOT NULL,               -- of the text that came
    before    TEXT NOT NULL,
    after     TEXT NOT NULL,
    verified  INTEGER,
    withdrawn INTEGER NOT NULL DEFAULT 0,
    UNIQUE (cid, hash)
);

CREATE TABLE answer_rules (desk TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE letter_templates (
    desk    TEXT NOT NULL,
    kind    TEXT NOT NULL,
    version INTEGER NOT NULL,
    about   TEXT NOT NULL,
    text    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL,
    PRIMARY KEY (desk, kind, version)
) WITHOUT ROWID;

-- The office's own releases are public papers; they outlast the case.
CREATE TABLE releases (
    cid       INTEGER PRIMARY KEY,
    desk      TEXT NOT NULL,
    title     TEXT NOT NULL,
    text      TEXT NOT NULL,
    number    TEXT NOT NULL,
    published INTEGER NOT NULL
);
CREATE INDEX releases_desk ON releases (desk, published);

-- The answer that brought each text of an article: when, from where, with which headers. No text.
CREATE TABLE text_origins (
    n       INTEGER NOT NULL REFERENCES articles (n) ON DELETE CASCADE,
    hash    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    url     TEXT NOT NULL,
    headers TEXT NOT NULL,
    PRIMARY KEY (n, hash)
) WITHOUT ROWID;
