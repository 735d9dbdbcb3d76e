"""The weekly report and its kin: numbers collected, Word, PDF, tables."""
