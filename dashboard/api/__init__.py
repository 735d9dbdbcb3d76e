"""The machine's twin of the pages: the same session, the same rights, JSON. No tokens, and nothing is sent out."""
