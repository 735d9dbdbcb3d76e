-- What 0011 makes by now; a record that went through its first form has nowhere to put what a crawl hands over.
CREATE TABLE IF NOT EXISTS untagged (
    page   TEXT PRIMARY KEY,
    body   TEXT NOT NULL,
    at     INTEGER NOT NULL,
    holder TEXT NOT NULL DEFAULT '',
    until  INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS untagged_at ON untagged (at);
