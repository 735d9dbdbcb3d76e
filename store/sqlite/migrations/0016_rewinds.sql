-- How often a reader of the change log was set back: what it had read before is then acknowledged in vain, also where it
-- was set back to the very line at which it stood.
ALTER TABLE change_readers ADD COLUMN rewinds INTEGER NOT NULL DEFAULT 0;
