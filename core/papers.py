"""What an office's papers carry: one check of it for every door (desk file, page, record). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import ConfigError
from core.i18n import Language, t
from core.records import OfficePapers, PaperRecipient
from core.roles import Role, refusal


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of the catalogue within others: a place in a template, a reason."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def said(self, language: Language) -> str:
        """In that language, phrases among its values too."""
        filled = {
            name: value.said(language) if isinstance(value, Phrase) else value for name, value in self.values.items()
        }
        return t(self.key, language, **filled)


class PaperError(ConfigError):
    """A paper or its template that can't be used. `key` and `values` (phrases among them) say it in the catalogue."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(Phrase(key, values).said("en"))
        self.key, self.values = key, values

    def said(self, language: Language) -> str:
        """In that language."""
        return Phrase(self.key, self.values).said(language)


NUMBER_MARK = "{number}"
"""Stands in the pattern of a paper's number where the clerk's number goes."""


def paper_refusal(papers: OfficePapers | None) -> str | None:
    """Why these papers can't be taken, as a catalogue key; None where nothing stands against them.

    "Kính gửi" and "Nơi nhận" are recipients like any other; so is whoever a paper is filed with.
    """
    if papers is None:
        return None
    lines = [*papers.addressed, *papers.copies, PaperRecipient(role=Role.INFORMATION_OFFICE, name=papers.filing)]
    reasons = (refusal(role=line.role, name=line.name) for line in lines)
    return next((reason for reason in reasons if reason), None)


def check_papers(papers: OfficePapers | None, where: str | Phrase) -> None:
    """Raises PaperError for papers with a recipient who may not be one."""
    reason = paper_refusal(papers)
    if reason:
        raise PaperError("report.papers_refused", where=where, why=Phrase(reason))


def papers_from(values: Mapping[str, Any] | None) -> OfficePapers | None:
    """The papers of their plain values (as dataclasses.asdict or a TOML table give them); None for none.

    Raises ValueError for a role that there is not, TypeError for an unknown field.
    """
    if not values:
        return None
    lines = {
        name: tuple(PaperRecipient(role=Role(line["role"]), name=line["name"]) for line in values.get(name, ()))
        for name in ("addressed", "copies")
    }
    return OfficePapers(**{**values, **lines})
