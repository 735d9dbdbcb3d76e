"""From a publisher's feed, sitemap or section page to an Article. Imports core only."""
