"""Several workers on one record."""
