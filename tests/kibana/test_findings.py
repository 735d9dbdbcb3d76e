"""What is found beside Kibana's own answers ends in advice too."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import dashboards, wiring
from core.errors import ConfigError, DiembaoError, StoreError
from core.settings import KibanaSettings, Settings
from kibana.loading import Found
from tests.standins.kibana import State, kibana


def of_counts(data_dir: Path, stand: State) -> list[Found]:
    given = KibanaSettings.model_validate({"url": stand.url, "wait": 0})
    found = dashboards.load(Settings(data_dir=data_dir, kibana=given))
    return [one for one in found if one.what == "counts"]


@pytest.mark.parametrize("error", [StoreError("hỏng"), ConfigError("sai"), DiembaoError("khác")])
def test_counts_that_can_not_be_looked_at(error: DiembaoError, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_settings: Settings) -> None:
        raise error

    monkeypatch.setattr(wiring, "is_there", lambda _settings: True)
    monkeypatch.setattr(wiring, "record", refused)
    with kibana() as stand:
        (told,) = of_counts(tmp_path, stand)
    assert (told.sign, told.says, told.todo) == ("!!", str(error), "put that right; diembao run then feeds them")


def test_no_record_is_no_counts(tmp_path: Path) -> None:
    with kibana() as stand:
        (told,) = of_counts(tmp_path, stand)
    assert (told.sign, told.todo) == ("--", "diembao doctor")
