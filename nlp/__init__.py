"""What an article is about: its place, topics and tone. Imports core only."""
