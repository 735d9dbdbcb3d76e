"""Which places an article names, and which desks it therefore concerns."""

from nlp.locate.locator import DeskLocator, gate_names

__all__ = ["DeskLocator", "gate_names"]
