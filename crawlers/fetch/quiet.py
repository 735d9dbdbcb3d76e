"""Scrapy's log lines, left out: the crawl writes its own."""

from __future__ import annotations

from typing import Any

from scrapy.logformatter import LogFormatter


class QuietFormatter(LogFormatter):
    """No line for each page that was fetched."""

    def crawled(self, *_args: Any) -> Any:
        """None means: write nothing."""
        return None
