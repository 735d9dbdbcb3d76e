-- Times are microseconds since 1970-01-01 UTC; days are Vietnamese calendar days as ISO dates; lists are JSON.

CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- The crawl's memory ---------------------------------------------------------------------------------------------

CREATE TABLE endpoints (
    url           TEXT PRIMARY KEY,
    source        TEXT NOT NULL,
    kind          TEXT NOT NULL,
    status        TEXT NOT NULL,
    reason        TEXT NOT NULL,
    etag          TEXT NOT NULL,
    last_modified TEXT NOT NULL,
    next_poll     INTEGER,
    interval      INTEGER NOT NULL,
    last_poll     INTEGER,
    last_success  INTEGER,
    last_full     INTEGER,
    last_new      INTEGER,
    failures      INTEGER NOT NULL,
    moved_to      TEXT NOT NULL,
    link_shape    TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX endpoints_source ON endpoints (source);

CREATE TABLE sources (
    source    TEXT PRIMARY KEY,
    reserved  INTEGER NOT NULL DEFAULT 0,
    newest_at INTEGER                      -- time of the newest entry that was ever listed
) WITHOUT ROWID;

-- One row for each address that was ever listed. url, title and lead are emptied when their time is over; the id
-- stays while the address is still listed, so that nothing is read twice.
CREATE TABLE pages (
    n            INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,     -- article id of the listed address
    identity     TEXT,                     -- article id it turned out to have, where that is another
    source       TEXT NOT NULL,
    host         TEXT NOT NULL,
    url          TEXT NOT NULL,
    found_in     TEXT NOT NULL,
    title        TEXT NOT NULL,
    lead         TEXT NOT NULL,
    guid         TEXT NOT NULL,
    published_at INTEGER,
    provenance   TEXT,
    zone_stated  INTEGER NOT NULL DEFAULT 1,
    doubtful     INTEGER NOT NULL DEFAULT 0,
    backlog      INTEGER NOT NULL DEFAULT 0, -- listed at the first look at its endpoint: belongs to its own day
    state        TEXT NOT NULL CHECK (state IN ('pending', 'stopped', 'kept', 'failed', 'same')),
    reason       TEXT NOT NULL DEFAULT '',
    found_at     INTEGER NOT NULL,
    not_before   INTEGER NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    done_at      INTEGER,
    seen_day     TEXT NOT NULL,            -- last day on which it was listed, to within a week
    counted_as   TEXT,                     -- the line of `counts` in which this page stands, with counted_day
    counted_day  TEXT
);
CREATE INDEX pages_pending ON pages (host, found_at, n) WHERE state = 'pending';
CREATE INDEX pages_identity ON pages (identity) WHERE identity IS NOT NULL;
CREATE INDEX pages_done ON pages (done_at) WHERE url <> '' AND state <> 'pending';
CREATE INDEX pages_seen ON pages (seen_day) WHERE url = '';

CREATE TABLE guids (
    source TEXT NOT NULL,
    guid   TEXT NOT NULL,                  -- hashed: it often is an address
    page   TEXT NOT NULL,                  -- the first address with this guid
    urls   INTEGER NOT NULL DEFAULT 1,     -- addresses seen with it: past a few it is no identity
    PRIMARY KEY (source, guid)
) WITHOUT ROWID;
CREATE INDEX guids_page ON guids (page);

-- outcome: found, stopped, kept, same, or failed:<reason>. Written in the transaction of what it counts.
CREATE TABLE counts (
    day     TEXT NOT NULL,
    source  TEXT NOT NULL,
    outcome TEXT NOT NULL,
    n       INTEGER NOT NULL,
    PRIMARY KEY (day, source, outcome)
) WITHOUT ROWID;

-- What hosts' rules say, until it has to be asked again.
CREATE TABLE notes (
    key   TEXT PRIMARY KEY,
    text  TEXT NOT NULL,
    until INTEGER NOT NULL
);

CREATE TABLE source_checks (
    source   TEXT PRIMARY KEY,
    at       INTEGER NOT NULL,
    verified INTEGER NOT NULL,
    report   TEXT NOT NULL
) WITHOUT ROWID;

-- Articles -------------------------------------------------------------------------------------------------------

-- n grows with the publication time (minute * 4096 + a running number), so that the newest are found first by every
-- table and index that is ordered by it.
CREATE TABLE articles (
    n            INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    url          TEXT NOT NULL,
    source       TEXT NOT NULL,
    title        TEXT NOT NULL,
    lead         TEXT NOT NULL,
    language     TEXT NOT NULL,
    reserved     INTEGER NOT NULL,
    published_at INTEGER NOT NULL,
    provenance   TEXT NOT NULL,
    zone_stated  INTEGER NOT NULL,
    doubtful     INTEGER NOT NULL,
    hash         TEXT NOT NULL,
    first_seen   INTEGER NOT NULL,
    last_seen    INTEGER NOT NULL,
    revised_at   INTEGER,
    revisions    INTEGER NOT NULL DEFAULT 0,
    state        TEXT NOT NULL DEFAULT 'live' CHECK (state IN ('live', 'withdrawn', 'expired'))
);
CREATE INDEX articles_live ON articles (first_seen) WHERE state = 'live';

CREATE TABLE article_text (
    n          INTEGER PRIMARY KEY REFERENCES articles (n) ON DELETE CASCADE,
    paragraphs TEXT NOT NULL,
    captions   TEXT NOT NULL
);

-- What a publisher has replaced. The text goes when its time is over; hash and times stay.
CREATE TABLE revisions (
    n           INTEGER NOT NULL REFERENCES articles (n) ON DELETE CASCADE,
    number      INTEGER NOT NULL,
    hash        TEXT NOT NULL,
    title       TEXT,
    lead        TEXT,
    paragraphs  TEXT,
    captions    TEXT,
    seen_at     INTEGER NOT NULL,
    replaced_at INTEGER NOT NULL,
    PRIMARY KEY (n, number)
) WITHOUT ROWID;
CREATE INDEX revisions_replaced ON revisions (replaced_at) WHERE title IS NOT NULL;

CREATE TABLE stories (
    id         INTEGER PRIMARY KEY,
    desk       TEXT NOT NULL,
    title      TEXT NOT NULL,
    opened_at  INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);

-- An article as one desk sees it.
CREATE TABLE desk_articles (
    desk       TEXT NOT NULL,
    n          INTEGER NOT NULL REFERENCES articles (n) ON DELETE CASCADE,
    score      REAL NOT NULL,
    focus      INTEGER NOT NULL,
    mentions   TEXT NOT NULL,
    topics     TEXT NOT NULL,
    tone       TEXT NOT NULL,
    tone_score REAL NOT NULL,
    model      TEXT NOT NULL,
    story      INTEGER REFERENCES stories (id),
    state      TEXT NOT NULL DEFAULT 'new',
    hidden     INTEGER NOT NULL DEFAULT 0,
    listed_at  INTEGER NOT NULL,           -- publication, or first seen where that is later
    day        TEXT NOT NULL,              -- the Vietnamese day of listed_at
    PRIMARY KEY (desk, n)
);
CREATE INDEX desk_articles_day ON desk_articles (desk, day, listed_at) WHERE hidden = 0;
CREATE INDEX desk_articles_n ON desk_articles (n);
CREATE INDEX desk_articles_story ON desk_articles (story);

-- An article that was erased: never stored again.
CREATE TABLE stones (
    article      TEXT PRIMARY KEY,
    url          TEXT NOT NULL,
    published_at INTEGER,
    erased_at    INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE changes (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    article TEXT NOT NULL,
    desk    TEXT,
    kind    TEXT NOT NULL CHECK (kind IN ('upsert', 'erase')),
    at      INTEGER NOT NULL
);
CREATE TABLE change_readers (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;

-- Words as store/sqlite/words.py writes them; no text is kept here. The desks stand in it as words too, so that a
-- search needs no other table. `indexed` says under which desks an article stands in it now.
CREATE VIRTUAL TABLE search USING fts5 (desk, title, body, content = '', tokenize = "ascii tokenchars '=_'");
CREATE TABLE indexed (n INTEGER PRIMARY KEY, desks TEXT NOT NULL);

-- Messages, desks, audit -----------------------------------------------------------------------------------------

CREATE TABLE outbox (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    key          TEXT NOT NULL UNIQUE,
    desk         TEXT NOT NULL,
    recipient    TEXT NOT NULL,
    channel      TEXT NOT NULL,
    article      TEXT,
    subject      TEXT NOT NULL,
    text         TEXT NOT NULL,
    html         TEXT NOT NULL,
    created      INTEGER NOT NULL,
    not_before   INTEGER NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('waiting', 'claimed', 'delivered', 'refused', 'page', 'held')),
    attempts     INTEGER NOT NULL DEFAULT 0,
    lease_until  INTEGER,
    reason       TEXT NOT NULL DEFAULT '',
    delivered_at INTEGER,
    done_at      INTEGER
);
CREATE INDEX outbox_due ON outbox (channel, not_before, id) WHERE state = 'waiting';
CREATE INDEX outbox_lent ON outbox (channel, lease_until) WHERE state = 'claimed';
CREATE INDEX outbox_desk ON outbox (desk, id);
CREATE INDEX outbox_article ON outbox (article) WHERE article IS NOT NULL;

-- SHA-256 of the keys of messages whose time is over: none is ever written twice.
CREATE TABLE outbox_past (key TEXT PRIMARY KEY) WITHOUT ROWID;

CREATE TABLE desks (
    id      TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    body    TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE desk_versions (
    id         TEXT NOT NULL,
    version    INTEGER NOT NULL,
    body       TEXT NOT NULL,
    applied_at INTEGER NOT NULL,
    applied_by TEXT NOT NULL,
    PRIMARY KEY (id, version)
) WITHOUT ROWID;

CREATE TABLE audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL
);
CREATE INDEX audit_at ON audit (at);
