-- Words as store/postgres/words.py places them; no text is kept here.
CREATE TABLE search (n BIGINT PRIMARY KEY, words TSVECTOR NOT NULL);
CREATE INDEX search_words ON search USING gin (words);
