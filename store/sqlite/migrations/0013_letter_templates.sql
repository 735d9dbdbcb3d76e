-- Templates of letters are Word files that an office edits, as that of the report is; wordings typed on a page are not
-- taken over.
DROP TABLE letter_templates;

CREATE TABLE letter_templates (
    desk    TEXT NOT NULL,
    kind    TEXT NOT NULL,
    version INTEGER NOT NULL,
    docx    BLOB,                          -- NULL: from then on the one that comes with the program
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL,
    PRIMARY KEY (desk, kind, version)
);
