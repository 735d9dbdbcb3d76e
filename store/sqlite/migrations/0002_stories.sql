-- Stories, corrected labels, and looks at kept articles.

-- key: id of the article that opened the story, the same for every desk. opened_at and updated_at are the times of its
-- first and newest article. The title is one of its articles' headlines.
ALTER TABLE stories ADD COLUMN key TEXT NOT NULL DEFAULT '';
ALTER TABLE stories ADD COLUMN articles INTEGER NOT NULL DEFAULT 1;
ALTER TABLE stories ADD COLUMN reprints INTEGER NOT NULL DEFAULT 0;
UPDATE stories SET key = coalesce((SELECT a.id FROM desk_articles d JOIN articles a ON a.n = d.n
    WHERE d.story = stories.id ORDER BY d.n LIMIT 1), 'none-' || id);
CREATE UNIQUE INDEX stories_key ON stories (desk, key);

-- What was decided about an article once. The signature holds hashes of words only and goes with the text.
CREATE TABLE article_stories (
    n          INTEGER PRIMARY KEY REFERENCES articles (n) ON DELETE CASCADE,
    story      TEXT NOT NULL,
    signature  BLOB,
    likeness   REAL NOT NULL DEFAULT 0,
    places     TEXT NOT NULL DEFAULT '[]',
    reprint_of TEXT NOT NULL DEFAULT '',
    overlap    REAL NOT NULL DEFAULT 0,
    earlier    TEXT NOT NULL DEFAULT '',   -- of the two texts, the one that came first
    doubtful   INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX article_stories_story ON article_stories (story);
INSERT INTO article_stories (n, story) SELECT n, id FROM articles;

-- A story that became part of another one, for each desk that had it.
CREATE TABLE story_merges (
    desk       TEXT NOT NULL,
    story      TEXT NOT NULL,
    into_story TEXT NOT NULL,
    title      TEXT NOT NULL,
    article    TEXT NOT NULL,              -- which brought them together
    at         INTEGER NOT NULL,
    PRIMARY KEY (desk, story)
) WITHOUT ROWID;
CREATE INDEX story_merges_into ON story_merges (desk, into_story);

CREATE TABLE corrections (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    desk      TEXT NOT NULL,
    n         INTEGER NOT NULL REFERENCES articles (n) ON DELETE CASCADE,
    topic     TEXT NOT NULL,               -- "" for the tone
    present   INTEGER NOT NULL,
    tone      TEXT,
    model     TEXT NOT NULL,
    at        INTEGER NOT NULL,
    who       TEXT NOT NULL,
    undone_at INTEGER,
    undone_by TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX corrections_held ON corrections (n, desk, topic) WHERE undone_at IS NULL;

-- When the page of a kept article is looked at again. One line an article, gone after the last look.
CREATE TABLE looks (
    n             INTEGER PRIMARY KEY REFERENCES articles (n) ON DELETE CASCADE,
    page          TEXT NOT NULL,
    url           TEXT NOT NULL,
    host          TEXT NOT NULL,
    due           INTEGER NOT NULL,
    last_look     INTEGER NOT NULL,
    etag          TEXT NOT NULL,
    last_modified TEXT NOT NULL,
    missing_since INTEGER
);
CREATE INDEX looks_due ON looks (due);

ALTER TABLE revisions ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0;
ALTER TABLE revisions ADD COLUMN missing_since INTEGER;  -- of a withdrawal: the first look that found the page gone
