-- Periods that administrators have shortened on the pages; the settings' own hold where there is no row.
CREATE TABLE keeping (name TEXT PRIMARY KEY, number INTEGER NOT NULL CHECK (number >= 1)) WITHOUT ROWID;
