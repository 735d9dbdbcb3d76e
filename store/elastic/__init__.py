"""Search on Elasticsearch, fed from the record's change log. Behind the same port as FTS5."""
