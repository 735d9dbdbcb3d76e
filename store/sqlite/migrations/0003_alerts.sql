-- Alerts: rules, how far each story has been told to whom, who took it, silences, signed links.

ALTER TABLE outbox ADD COLUMN story TEXT;
ALTER TABLE outbox ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN brief TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN thread TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN link TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN unsubscribe TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN fields TEXT NOT NULL DEFAULT '{}';
ALTER TABLE outbox ADD COLUMN struck TEXT NOT NULL DEFAULT '[]';   -- channels that have refused it
ALTER TABLE outbox ADD COLUMN reference TEXT NOT NULL DEFAULT '';  -- the channel's own id of it
DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (channel, urgent, not_before, id) WHERE state = 'waiting';
CREATE INDEX outbox_sent ON outbox (channel, delivered_at) WHERE delivered_at IS NOT NULL;
CREATE INDEX outbox_story ON outbox (desk, story) WHERE story IS NOT NULL;

-- What a message tells of: an article that is erased takes its words out of every message.
CREATE TABLE outbox_articles (
    message INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
    article TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    PRIMARY KEY (message, article)
) WITHOUT ROWID;
CREATE INDEX outbox_articles_article ON outbox_articles (article);
CREATE TABLE outbox_attachments (
    message    INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    content    BLOB NOT NULL,
    PRIMARY KEY (message, position)
) WITHOUT ROWID;

CREATE TABLE alert_plans (
    desk       TEXT NOT NULL,
    version    INTEGER NOT NULL,
    body       TEXT NOT NULL,
    applied_at INTEGER NOT NULL,
    applied_by TEXT NOT NULL,
    PRIMARY KEY (desk, version)
) WITHOUT ROWID;

-- Written with the article; gone once it was looked at.
CREATE TABLE alert_events (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    desk    TEXT NOT NULL,
    article TEXT NOT NULL,
    kind    TEXT NOT NULL CHECK (kind IN ('new', 'changed')),
    at      INTEGER NOT NULL
);

CREATE TABLE story_alerts (
    desk        TEXT NOT NULL,
    story       TEXT NOT NULL,
    recipient   TEXT NOT NULL,
    rules       TEXT NOT NULL,
    first       INTEGER NOT NULL,
    due         INTEGER,
    pace        TEXT NOT NULL CHECK (pace IN ('urgent', 'soon', 'digest')),
    cause       TEXT NOT NULL,
    covered_by  TEXT NOT NULL,
    told        TEXT NOT NULL,
    told_at     INTEGER,
    told_by     TEXT NOT NULL,
    notices     INTEGER NOT NULL,
    urgent_told INTEGER NOT NULL,
    basis       INTEGER,
    PRIMARY KEY (desk, story, recipient)
) WITHOUT ROWID;
CREATE INDEX story_alerts_due ON story_alerts (due) WHERE due IS NOT NULL;
CREATE INDEX story_alerts_told ON story_alerts (told_at) WHERE urgent_told = 1;

CREATE TABLE escalations (
    desk  TEXT NOT NULL,
    story TEXT NOT NULL,
    rule  TEXT NOT NULL,
    step  INTEGER NOT NULL,
    due   INTEGER NOT NULL,
    PRIMARY KEY (desk, story, rule)
) WITHOUT ROWID;

CREATE TABLE silences (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    desk   TEXT NOT NULL,
    story  TEXT NOT NULL,
    topic  TEXT NOT NULL,
    unit   TEXT NOT NULL,
    begins INTEGER NOT NULL,
    ends   INTEGER NOT NULL,
    who    TEXT NOT NULL
);
CREATE INDEX silences_desk ON silences (desk, ends);

CREATE TABLE story_marks (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    desk      TEXT NOT NULL,
    story     TEXT NOT NULL,
    handling  TEXT NOT NULL CHECK (handling IN ('seen', 'working', 'done')),
    note      TEXT NOT NULL,
    at        INTEGER NOT NULL,
    recipient TEXT NOT NULL,
    who       TEXT NOT NULL
);
CREATE INDEX story_marks_story ON story_marks (desk, story, id);

CREATE TABLE signed_links (
    id         TEXT PRIMARY KEY,
    desk       TEXT NOT NULL,
    story      TEXT NOT NULL,
    recipient  TEXT NOT NULL,
    key        TEXT NOT NULL,
    created    INTEGER NOT NULL,
    expires    INTEGER NOT NULL,
    revoked_at INTEGER
) WITHOUT ROWID;
CREATE INDEX signed_links_key ON signed_links (key);

-- When this record was put back from a backup.
CREATE TABLE restores (at INTEGER NOT NULL);
