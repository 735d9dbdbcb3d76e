"""The record. Imports core only."""
