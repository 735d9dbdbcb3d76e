"""Stories: which articles tell of the same event, which text is a reprint of which, and what a story looks like."""

from nlp.stories.assign import Assignment, Item, Stories, StoryRow
from nlp.stories.signature import Signature, signature

__all__ = ["Assignment", "Item", "Signature", "Stories", "StoryRow", "signature"]
