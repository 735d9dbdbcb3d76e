"""Words that all parts share. Imports nothing else of ours."""
