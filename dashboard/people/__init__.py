"""Users on the pages: login, second factor, reset, sessions, the users' page, the first run."""
