"""FetchedPage -> Article: publisher's own selectors, then JSON-LD and meta, the page's shape, then trafilatura."""

from crawlers.extract.press import PressExtractor

__all__ = ["PressExtractor"]
