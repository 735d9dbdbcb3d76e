"""Who is told what, and by which channel. Imports core only."""
