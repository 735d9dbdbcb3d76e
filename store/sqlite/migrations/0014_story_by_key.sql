-- A story's rows of all desks, found by its key alone when stories merge: without it every row of every desk is read.
CREATE INDEX stories_by_key ON stories (key);
