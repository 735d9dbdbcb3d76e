"""What an office's papers carry: one check of it for every door (desk file, page, record). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.bodies import is_security_name
from core.errors import ConfigError
from core.i18n import Language, t
from core.names import names_person
from core.records import Desk, OfficePapers, PaperRecipient
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

    "Kính gửi" and "Nơi nhận" are recipients like any other; so is whoever a paper is filed with. Head and signature are
    of the office whose papers they are.
    """
    if papers is None:
        return None
    lines = [*papers.addressed, *papers.copies, PaperRecipient(role=Role.INFORMATION_OFFICE, name=papers.filing)]
    reasons = (refusal(role=line.role, name=line.name) for line in lines)
    head = (papers.office, papers.parent, papers.number, papers.place, papers.authority, papers.title)
    signed = "" if names_person(papers.signatory) else papers.signatory  # somebody may be called Nguyễn Công An
    return next((reason for reason in reasons if reason), None) or office_refusal(*head, signed)


def office_refusal(*texts: str) -> str | None:
    """Why an office that is called so, or signs so, can't hold a desk, as a catalogue key, or None."""
    return "desk.security_office" if any(is_security_name(text) for text in texts) else None


def check_papers(papers: OfficePapers | None, where: str | Phrase) -> None:
    """Raises PaperError for papers with a recipient who may not be one, or of a police, security or military body."""
    if reason := paper_refusal(papers):
        raise PaperError("report.papers_refused", where=where, why=Phrase(reason))


def check_office(desk: Desk) -> None:
    """Raises PaperError for a desk of a police, security or military body: its name, its office, its papers."""
    where = Phrase("report.place.desk", {"desk": desk.id})
    if reason := office_refusal(desk.name, desk.office):
        raise PaperError("desk.refused", where=where, why=Phrase(reason))
    check_papers(desk.papers, where)


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
