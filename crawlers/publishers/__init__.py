"""Publishers as data: one declaration file each under vn/, read by `loader`."""

from crawlers.publishers.loader import load_all, load_dir, shipped

__all__ = ["load_all", "load_dir", "shipped"]
