"""Templates of letters as an office edits them in Word."""

from __future__ import annotations

import io
from collections.abc import Callable

import docx
from docx.document import Document

from core.records import TemplateKind
from reports.filling import saved
from reports.letters import Press


def opened(content: bytes) -> Document:
    return docx.Document(io.BytesIO(content))


def edited(kind: TemplateKind, change: Callable[[Document], object]) -> bytes:
    """The shipped template after one change."""
    document = opened(Press().shipped(kind))
    change(document)
    return saved(document)


def with_line(kind: TemplateKind, words: str) -> bytes:
    """The shipped template with a paragraph more, set in three runs as Word splits them."""

    def add(document: Document) -> None:
        paragraph = document.add_paragraph()
        third = len(words) // 3 + 1
        for at in range(0, len(words), third):
            paragraph.add_run(words[at : at + third])

    return edited(kind, add)


def without(kind: TemplateKind, mark: str) -> bytes:
    """The shipped template with a placeholder replaced by dots."""

    def drop(document: Document) -> None:
        cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
        for paragraph in [*document.paragraphs, *(p for cell in cells for p in cell.paragraphs)]:
            if f"{{{{{mark}}}}}" in paragraph.text:
                paragraph.text = paragraph.text.replace(f"{{{{{mark}}}}}", "…")

    return edited(kind, drop)


def said(content: bytes) -> str:
    """All text of a filled letter, a paragraph a line."""
    return "\n".join(Press().wording(content))
