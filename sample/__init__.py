"""A press of invented publishers with articles written for it, for the demonstration and the tests. See README.md."""
