-- Until when a message with this key could still be made; 0: written before this was noted, counts from here on.
ALTER TABLE outbox_past ADD COLUMN until INTEGER NOT NULL DEFAULT 0;
