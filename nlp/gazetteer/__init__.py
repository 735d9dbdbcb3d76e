"""Units of both ages and how they became one another."""
