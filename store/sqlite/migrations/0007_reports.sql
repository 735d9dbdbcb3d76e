-- Reports: drafts with their versions, issued ones frozen whole; when they are drafted by themselves; an office's own
-- template; headlines that an office has chosen for its portal.

-- content: zlib over JSON of core.records.ReportContent. Once its time is over content, papers and docx are NULL.
CREATE TABLE reports (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    desk         TEXT NOT NULL,
    ask          TEXT NOT NULL,
    title        TEXT NOT NULL,
    articles     INTEGER NOT NULL,
    created      INTEGER NOT NULL,
    created_by   TEXT NOT NULL,
    collected    INTEGER NOT NULL,
    content      BLOB,
    oldest_quote INTEGER,                  -- publication of the oldest article of which a sentence stands in it
    papers       TEXT,                     -- of an issued one: the office's papers as they were
    docx         BLOB,                     -- of an issued one; NULL where an article was erased from it since
    issued       INTEGER,
    issued_by    TEXT NOT NULL DEFAULT ''
);
CREATE INDEX reports_desk ON reports (desk, id);
CREATE INDEX reports_collected ON reports (collected) WHERE content IS NOT NULL;
CREATE INDEX reports_quotes ON reports (oldest_quote) WHERE oldest_quote IS NOT NULL;

CREATE TABLE report_versions (
    report INTEGER NOT NULL REFERENCES reports (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    words  TEXT NOT NULL,
    at     INTEGER NOT NULL,
    who    TEXT NOT NULL,
    PRIMARY KEY (report, number)
) WITHOUT ROWID;

CREATE TABLE report_schedules (
    desk      TEXT NOT NULL,
    kind      TEXT NOT NULL,
    weekday   INTEGER NOT NULL,
    minute    INTEGER NOT NULL,
    mail      INTEGER NOT NULL,
    enabled   INTEGER NOT NULL,
    last_done TEXT,
    PRIMARY KEY (desk, kind)
) WITHOUT ROWID;

CREATE TABLE report_templates (
    desk TEXT PRIMARY KEY,
    docx BLOB NOT NULL,
    at   INTEGER NOT NULL,
    who  TEXT NOT NULL
);

CREATE TABLE report_headlines (
    desk   TEXT NOT NULL,
    n      INTEGER NOT NULL REFERENCES articles (n) ON DELETE CASCADE,
    chosen INTEGER NOT NULL,
    who    TEXT NOT NULL,
    PRIMARY KEY (desk, n)
) WITHOUT ROWID;
CREATE INDEX report_headlines_n ON report_headlines (n);
