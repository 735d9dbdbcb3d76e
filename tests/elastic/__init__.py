"""The search engine outside the record, on a real server."""
