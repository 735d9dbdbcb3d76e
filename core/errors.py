"""What can go wrong, by the part in which it does. Each message says what happened, to what, and what to do."""

from __future__ import annotations


class DiembaoError(Exception):
    """Base of every error meant for a person. Anything else that is raised is a bug and stops loudly."""


class FetchError(DiembaoError):
    """A page, feed or sitemap could not be had. `reason` is a stable word for counting."""

    def __init__(self, message: str, *, reason: str = "failed") -> None:
        super().__init__(message)
        self.reason = reason


class AddressRefused(FetchError):  # noqa: N818 - an outcome with a name
    """An address that must never be asked: private, not http(s), confusing, or no publisher's."""

    def __init__(self, message: str) -> None:
        super().__init__(message, reason="address-refused")


class ExtractError(DiembaoError):
    """A page has no readable article. `reason` is a stable word for counting."""

    def __init__(self, message: str, *, reason: str = "no-body") -> None:
        super().__init__(message)
        self.reason = reason


class StoreError(DiembaoError):
    """The record can't be read or written (disk full, newer or damaged database, locked)."""


class ConfigError(DiembaoError):
    """Settings, a desk file or a publisher declaration is wrong. Names the file and the field."""


class AnswerError(DiembaoError):
    """What was asked of the fact book or a case can't be done. `key` and `values` say it in the catalogue."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


class ModelError(DiembaoError):
    """A trained model is missing, damaged or of another version."""
